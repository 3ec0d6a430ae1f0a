"""Notebook 2 of `layers`: the matrix of a layer."""

from __future__ import annotations

import json

import torch
import torch.nn.functional as F
from claiming import Claims, conv1d, is_toeplitz, valid
from gate import ROOT

from convkit import matrix_of

claims = Claims("layers/2_conv_layer")


@claims("3 and 4. With 8, the last window ends one place before the end: input 7 is never read.")
def _() -> bool:
    sizes = {
        n: F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, 3), stride=2).numel() for n in (8, 9)
    }
    T = valid(torch.ones(3), 8)[::2]
    return list(sizes.values()) == [3, 4] and [j for j in range(8) if not T[:, j].any()] == [7]


@claims("A matrix with a stride is *not*")
def _() -> bool:
    return not is_toeplitz(valid(torch.tensor([2.0, 3, 7]), 9)[::2])


@claims("every tile is a multiple of an identity.")
def _() -> bool:
    W = torch.tensor([[2.0, 3, 7], [5.0, 1, 4]])
    T = matrix_of(lambda x: F.conv2d(x[None], W[:, :, None, None]), (3, 2, 2))
    return torch.equal(T, torch.kron(W, torch.eye(4)))


@claims("The same 5. How far the next output lies does not matter for what this one reads.")
def _() -> bool:
    first = valid(torch.ones(3), 9)
    rows = [valid(torch.ones(3), len(first))[::s] @ first for s in (1, 2)]
    return [int(T[0].count_nonzero()) for T in rows] == [5, 5]


@claims("36, 144 and 1280 numbers fill matrices of 16384, 32768 and 1280 entries.")
def _() -> bool:
    network = json.loads((ROOT / "source" / "layers" / "digits_cnn.json").read_text())
    filled = [len(layer["weight"]) for layer in network["layers"]]
    shapes = [layer["shape"] for layer in network["layers"]]
    outputs = [64, 16, 1]  # places of an output map: 8 x 8, then 4 x 4 by stride 2, then 1
    inputs = [1 * 64, 4 * 64, 8 * 16]
    dense = [n * s[0] * o for n, s, o in zip(inputs, shapes, outputs, strict=True)]
    return filled == [36, 144, 1280] and dense == [16384, 32768, 1280]


@claims("A bias makes the layer affine")
def _() -> bool:
    f = torch.nn.Conv1d(1, 1, 2)
    return (
        bool((f(torch.zeros(1, 1, 4)) == f.bias).all())
        and conv1d(torch.zeros(4), torch.ones(2)).any().item() is False
    )


KERNEL = torch.tensor([2.0, 3.0, 7.0])
SMALL = torch.tensor([[[[1.0, 2.0]], [[4.0, 8.0]]], [[[16.0, 32.0]], [[64.0, 128.0]]]])


def layer_1d(n: int, weight: torch.Tensor = KERNEL, **options: int) -> torch.Tensor:
    """Return the matrix of a 1D layer with one channel."""
    return matrix_of(
        lambda x: F.conv1d(x[None, None], weight[None, None], None, **options), n
    ).reshape(-1, n)


def layer_2d(weight: torch.Tensor, shape: tuple[int, ...], **options: int) -> torch.Tensor:
    """Return the matrix of a 2D layer."""
    return matrix_of(lambda x: F.conv2d(x[None], weight, None, **options), shape)


@claims("(Downwards by 1 and to the right by the stride, it repeats.)")
def _() -> bool:
    layers = {s: layer_1d(11, stride=s) for s in (2, 3)}
    return all(torch.equal(T[1:, s:], T[:-1, :-s]) for s, T in layers.items())


@claims("it computes the outputs of stride 1 and keeps some of them.")
def _() -> bool:
    return all(torch.equal(layer_1d(9, stride=s), layer_1d(9)[::s]) for s in range(1, 9))


@claims("A stride is a matrix, too: rows of an identity, multiplied from the left.")
def _() -> bool:
    return torch.equal(layer_1d(9, stride=3), torch.eye(7)[::3] @ layer_1d(9))


@claims("it is an ordinary convolution with a longer kernel.")
def _() -> bool:
    longer = torch.tensor([2.0, 0, 0, 3, 0, 0, 7])
    return torch.equal(layer_1d(9, dilation=3), layer_1d(9, longer))


@claims("In the matrix, the diagonals move apart, and no row gets more numbers.")
def _() -> bool:
    rows = [layer_1d(9, dilation=d) for d in (1, 2, 3)]
    return all(bool((T.count_nonzero(1) == 3).all()) for T in rows) and [
        T[0].nonzero().flatten().tolist() for T in rows
    ] == [[0, 1, 2], [0, 2, 4], [0, 3, 6]]


@claims(
    "and an output channel is the **sum**, over the input channels, of one 2D convolution each."
)
def _() -> bool:
    x = torch.arange(6.0, 18.0).reshape(2, 2, 3)
    parts = [F.conv2d(x[None, i : i + 1], SMALL[:, i : i + 1]) for i in range(2)]
    return torch.equal(F.conv2d(x[None], SMALL), parts[0] + parts[1])


@claims(
    "Flattening puts channel after channel, so the matrix has a tile for every pair of channels."
)
def _() -> bool:
    T = layer_2d(SMALL, (2, 2, 3))
    return all(
        torch.equal(
            T[4 * o : 4 * o + 4, 6 * i : 6 * i + 6], layer_2d(SMALL[o, i][None, None], (1, 2, 3))
        )
        for o in range(2)
        for i in range(2)
    )


@claims("(here: of one channel each) that do not see each other.")
def _() -> bool:
    T = layer_2d(SMALL[[0, 1], [0, 1]][:, None], (2, 2, 3), groups=2)
    return not T[:4, 6:].any() and not T[4:, :6].any() and bool(T[:4, :6].any())


@claims("is seen for what it is: only the tiles on the diagonal are left.")
def _() -> bool:
    T = layer_2d(torch.arange(1.0, 7).reshape(3, 1, 1, 2), (3, 2, 3), groups=3)
    tiles = T.reshape(3, 4, 3, 6).abs().sum((1, 3)) > 0
    return torch.equal(tiles, torch.eye(3) > 0)


@claims(
    "output channel `o` belongs to group `o // (C_out / groups)` and reads only the channels of"
)
def _() -> bool:
    T = layer_2d(torch.ones(6, 2, 1, 1), (4, 1, 1), groups=2)
    return [row.nonzero().flatten().tolist() for row in T] == [[0, 1]] * 3 + [[2, 3]] * 3


@claims(
    "it sends zeros to something else. It is **affine**: `y = A @ x + b`, and `b` is just what"
)
def _() -> bool:
    bias, x = torch.tensor([0.5, -0.25]), torch.arange(12.0).reshape(2, 2, 3)
    y, b = (F.conv2d(v[None], SMALL, bias).flatten() for v in (x, torch.zeros_like(x)))
    return bool(b.any()) and torch.equal(layer_2d(SMALL, (2, 2, 3)) @ x.flatten() + b, y)


@claims("zeros become 0.5 four times, then -0.25 four times.")
def _() -> bool:
    y = F.conv2d(torch.zeros(1, 2, 2, 3), SMALL, torch.tensor([0.5, -0.25])).flatten()
    return y.tolist() == [0.5] * 4 + [-0.25] * 4


@claims("With a 1 put at the end of `x`, even the bias is a column of a matrix")
def _() -> bool:
    A, b, x = layer_2d(SMALL, (2, 2, 3)), torch.arange(8.0), torch.arange(12.0)
    wider = torch.cat([A, b[:, None]], 1)
    return torch.equal(wider @ torch.cat([x, torch.ones(1)]), A @ x + b)


@claims("It has the right shape and the wrong numbers: column 0 holds pixels 0, 2, 4, ... of both")
def _() -> bool:
    x = torch.stack([torch.arange(12), 100 + torch.arange(12)])
    evens = list(range(0, 12, 2))
    return x.reshape(12, 2)[:, 0].tolist() == evens + [100 + p for p in evens]


@claims("Rows can be made this way, columns cannot: transpose afterwards.")
def _() -> bool:
    x = torch.arange(24).reshape(2, 1, 3, 4)
    rows = torch.stack([image.flatten() for image in x])
    return torch.equal(x.reshape(2, 12), rows) and not torch.equal(x.reshape(12, 2), rows.T)


@claims("on a batch of one, no mixing is seen.")
def _() -> bool:
    x = torch.arange(12).reshape(1, 12)
    return torch.equal(x.reshape(12, 1), x.T)


@claims("A pixel that no output reads has a column of zeros in the matrix.")
def _() -> bool:
    T = layer_2d(torch.ones(1, 1, 2, 2), (1, 6, 7), stride=3)
    image = torch.ones(1, 1, 6, 7, requires_grad=True)
    F.conv2d(image, torch.ones(1, 1, 2, 2), stride=3).sum().backward()  # type: ignore[no-untyped-call]
    unread = (T == 0).all(0)
    return (
        image.grad is not None
        and torch.equal(unread, image.grad.flatten() == 0)
        and bool(unread.any())
    )


@claims("throws away about three quarters of the pixels.")
def _() -> bool:
    T = layer_2d(torch.ones(1, 1, 1, 1), (1, 16, 16), stride=2)
    return int((T == 0).all(0).sum()) == 192


@claims("Without the ReLU between them, two layers are one: `T2 @ (T1 @ x) = (T2 @ T1) @ x`.")
def _() -> bool:
    first, second = layer_1d(9, stride=2), layer_1d(4, torch.tensor([1.0, 5]))
    x = torch.tensor([1.0, 0, 4, -1, 5, 2, -3, 6, 2])
    return torch.equal(second @ (first @ x), (second @ first) @ x) and not torch.equal(
        second @ (first @ x).relu(), (second @ first) @ x
    )


@claims("The product of two convolution matrices is a convolution matrix again, with a wider band")
def _() -> bool:
    product = layer_1d(7, torch.tensor([1.0, 5])) @ layer_1d(9)
    taps = product[0, :4]
    return torch.equal(product, layer_1d(9, taps)) and bool(taps.all())


@claims("A row of the product reads 5 inputs: the 3 of the first window, and 2 more")
def _() -> bool:
    product = layer_1d(4, torch.ones(2)) @ layer_1d(9, torch.ones(3), stride=2)
    return bool((product.count_nonzero(1) == 5).all())


@claims("Average pooling is such a matrix, too.")
def _() -> bool:
    T = matrix_of(lambda x: F.avg_pool2d(x[None, None], 2), (4, 4))
    return torch.equal(T, layer_2d(torch.full((1, 1, 2, 2), 0.25), (1, 4, 4), stride=2))


@claims("For one image, a ReLU multiplies every number by 1 or by 0. That is a diagonal matrix")
def _() -> bool:
    y = torch.tensor([3.0, -2, 0, 5])
    return torch.equal(torch.diag((y > 0).float()) @ y, y.relu())


@claims("Four layers with two taps each and stride 1 are to read 16 inputs, *all* of them")
def _() -> bool:
    def reads(dilations: tuple[int, ...], taps: int) -> set[int]:
        places = {0}
        for d in dilations:
            places = {p + t * d for p in places for t in range(taps)}
        return places

    orders = [(1, 2, 4, 8), (8, 4, 2, 1), (4, 1, 8, 2)]
    return all(reads(o, 2) == set(range(16)) for o in orders) and reads((3, 9, 1), 3) == set(
        range(27)
    )


@claims("4 to 8 channels with stride 2 and two groups; and 8 to 10")
def _() -> bool:
    network = json.loads((ROOT / "source" / "layers" / "digits_cnn.json").read_text())
    told = [(*layer["shape"][:2], layer["stride"], layer["groups"]) for layer in network["layers"]]
    wide = network["layers"][2]["shape"][2:]
    return (
        told == [(4, 1, 1, 1), (8, 2, 2, 2), (10, 8, 1, 1)]
        and wide == [4, 4]
        and torch.tensor(network["images"]).numel() == 20 * 64
    )
