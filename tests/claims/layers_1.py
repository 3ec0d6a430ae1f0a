"""Notebook 1 of `layers`: im2col."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from claiming import Claims, valid

from convkit import matrix_of

claims = Claims("layers/1_im2col")
SIZES = [(H, W, R, S) for H in range(1, 5) for W in range(1, 5) for R in range(1, H + 1)
         for S in range(1, W + 1)]  # fmt: skip


def counts(H: int, W: int, R: int, S: int) -> torch.Tensor:
    """Return how many windows read each pixel."""
    return F.fold(F.unfold(torch.ones(1, 1, H, W), (R, S)), (H, W), (R, S))[0, 0]


@claims("**T repeats the weights, X repeats the data**.")
def _() -> bool:
    weight, x = torch.tensor([2.0, 3, 7]), torch.tensor([1.0, 0, 4, -1, 5, 2])
    return torch.equal(valid(weight, 6) @ x, x.unfold(0, 3, 1) @ weight)


@claims(
    "The exceptions are kernels that have, along each axis, either length 1 or the full length"
)
def _() -> bool:
    return all(
        bool((counts(*size) == 1).all())
        == all(k in (1, n) for n, k in zip(size[:2], size[2:], strict=True))
        for size in SIZES
    )


@claims("`fold(unfold(x))` is `x` times the overlap counts.")
def _() -> bool:
    x = torch.arange(1.0, 21).reshape(1, 1, 4, 5)
    return torch.equal(
        F.fold(F.unfold(x, (2, 3)), (4, 5), (2, 3))[0, 0], x[0, 0] * counts(4, 5, 2, 3)
    )


@claims("That is possible here because every pixel is read at least once")
def _() -> bool:
    return all(bool((counts(*size) >= 1).all()) for size in SIZES)


@claims("col2im is the transpose: it adds.")
def _() -> bool:
    M = matrix_of(lambda x: F.unfold(x[None, None], (2, 3)), (4, 5))
    back = matrix_of(lambda c: F.fold(c.reshape(1, 6, 9), (4, 5), (2, 3)), 54)
    return torch.equal(back, M.T)


KERNEL, SIGNAL = torch.tensor([2.0, 3, 7]), torch.tensor([1.0, 4, 2, 8, 5, 9])
IMAGE = torch.arange(1.0, 25.0).reshape(2, 3, 4)


@claims(
    "one row per output, one column per input, `y = T @ x`. Every row holds the taps, one place"
)
def _() -> bool:
    T = valid(KERNEL, 6)
    rows = [torch.roll(torch.tensor([2.0, 3, 7, 0, 0, 0]), i) for i in range(4)]
    return torch.equal(T, torch.stack(rows)) and T.shape == (4, 6)


@claims("In the weights: twice the kernel gives twice the output, and kernels add up.")
def _() -> bool:
    other = torch.tensor([1.0, -1, 4])
    return torch.equal(valid(2 * KERNEL, 6), 2 * valid(KERNEL, 6)) and torch.equal(
        valid(KERNEL + other, 6), valid(KERNEL, 6) + valid(other, 6)
    )


@claims("on an *anti*diagonal, once for each window that reads it.")
def _() -> bool:
    X = SIGNAL.unfold(0, 3, 1)
    read = valid(torch.ones(3), 6).sum(0).tolist()
    same = torch.equal(X[1:, :-1], X[:-1, 1:])
    return same and [int((s == X).sum()) for s in SIGNAL] == read


@claims("rows 0 to 2 are kernel row 0 of channel 0.")
def _() -> bool:
    X = F.unfold(IMAGE[None], (2, 3))[0]
    return torch.equal(X[:3], torch.stack([IMAGE[0, :2, s : s + 2].flatten() for s in range(3)]))


@claims("12 x 4 = 48, and the image has 24. Numbers near the middle stand in X several times: 7")
def _() -> bool:
    X = F.unfold(IMAGE[None], (2, 3))[0]
    return (
        X.shape == (12, 4)
        and IMAGE.numel() == 24
        and IMAGE[0, 1, 2] == 7
        and bool((X == 7).any(0).all())
    )


@claims("One row of taps times the matrix `X` gives a whole output map, flat.")
def _() -> bool:
    weight, X = 2.0 ** torch.arange(12).reshape(1, 2, 2, 3), F.unfold(IMAGE[None], (2, 3))[0]
    return torch.equal(weight.reshape(1, 12) @ X, F.conv2d(IMAGE[None], weight).reshape(1, 4))


@claims("(3, 12) @ (12, 4): one row for each output channel, one column for each output.")
def _() -> bool:
    weight, X = torch.arange(36.0).reshape(3, 2, 2, 3), F.unfold(IMAGE[None], (2, 3))[0]
    return torch.equal(
        (weight.reshape(3, 12) @ X).reshape(3, 2, 2), F.conv2d(IMAGE[None], weight)[0]
    )


@claims("`X` holds the nine pixels, the one in the middle (15) four times.")
def _() -> bool:
    pixels = torch.arange(11.0, 20.0).reshape(3, 3)
    X = F.unfold(pixels[None, None], (2, 2))[0]
    return set(X.flatten().tolist()) == set(range(11, 20)) and int((X == 15).sum()) == 4


@claims(
    "it has a matrix of zeros and ones, `M`, with one row for each entry of `X` and one column"
)
def _() -> bool:
    M = matrix_of(lambda x: F.unfold(x[None, None], (2, 3)), (4, 5))
    return (
        M.shape == (6 * 9, 20) and bool((M.sum(1) == 1).all()) and bool((M.max(1)[0] == 1).all())
    )


@claims("How many windows read a given pixel? In a corner, one; further inside, mostly more.")
def _() -> bool:
    all_counts = [counts(*size) for size in SIZES]
    return all(bool((c[[0, 0, -1, -1], [0, -1, 0, -1]] == 1).all()) for c in all_counts)


@claims("Exactly these counts: every window adds a 1 to every pixel that it reads.")
def _() -> bool:
    return F.fold(torch.ones(1, 3, 3), (1, 5), (1, 3)).flatten().tolist() == [1, 2, 3, 2, 1]


@claims("If y = A @ v, moving entry j of v by 1 changes y by column j of A, whatever v is.")
def _() -> bool:
    A, e = valid(KERNEL, 6), torch.eye(6)
    starts = [SIGNAL, -3 * SIGNAL.flip(0)]
    return all(torch.equal(A @ (v + e[j]) - A @ v, A[:, j]) for v in starts for j in range(6))


@claims("All but one of the four numbers contain this count.")
def _() -> bool:
    numbers = []
    for width in (9, 16):  # 7 and 14 places for a kernel of 1 x 3: twice as many
        x, weight = torch.ones(1, 1, width), torch.ones(2, 1, 1, 3)
        T = matrix_of(lambda x, weight=weight: F.conv2d(x[None], weight), (1, 1, width))
        X = F.unfold(x[None], (1, 3))
        numbers.append((X.numel(), T.numel() // width, int(T.count_nonzero())))
    return [b / a for a, b in zip(*numbers, strict=True)] == [2, 2, 2]


@claims("X stores up to `R * S` numbers for one of the image, T far more")
def _() -> bool:
    shares = []
    for n in (10, 40, 160):
        places = (n - 3 + 1) ** 2
        shares.append((9 * places / n**2, places))
    return all(s < 9 for s, _ in shares) and shares[-1][0] > 8.7 and shares[0][1] > 9


@claims("im2col is itself a convolution layer.")
def _() -> bool:
    weight = torch.eye(12).reshape(12, 2, 2, 3)
    return torch.equal(
        F.conv2d(IMAGE[None], weight).reshape(12, 4), F.unfold(IMAGE[None], (2, 3))[0]
    )


@claims("fold, then divide by the counts.")
def _() -> bool:
    back = F.fold(F.unfold(IMAGE[None], (2, 3)), (3, 4), (2, 3))[0] / counts(3, 4, 2, 3)
    strided = F.fold(F.unfold(torch.ones(1, 1, 4, 4), 1, stride=2), (4, 4), 1, stride=2)
    return torch.equal(back, IMAGE) and bool((strided == 0).any())
