"""Notebook 5 of `toeplitz`: what a convolution saves."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from claiming import Claims, circulant, conv1d, conv2d, run, valid, valid_2d

from convkit import matrix_of

NAME = "toeplitz/5_parameter_counts"

claims = Claims(NAME)


@claims("the longer the signal, the larger the share of zeros in it")
def _() -> bool:
    for k in (2, 3, 5):
        shares = [
            1 - int(T.count_nonzero()) / T.numel()
            for T in (valid(torch.ones(k), n) for n in range(k, 30))
        ]
        if shares != sorted(set(shares)):
            return False
    return True


@claims("8 instead of 12, and three parameters, as before")
def _() -> bool:
    counts = [int(valid(torch.tensor(w), 6).count_nonzero()) for w in ([2.0, 3, 7], [2.0, 0, 7])]
    return counts == [12, 8]


@claims("24: fully connected | 4 + 6 - 1 = 9: Toeplitz |")
def _() -> bool:
    return len({j - i for i in range(4) for j in range(6)}) == 9


@claims("12: *locally connected*, a kernel for every output")
def _() -> bool:
    return int(valid(torch.ones(3), 6).count_nonzero()) == 12


@claims("its matrix has almost half a million entries.")
def _() -> bool:
    return 450_000 < valid_2d_size(28, 28, 5, 5) < 500_000


def valid_2d_size(height: int, width: int, R: int, S: int) -> int:
    return conv2d(torch.zeros(height, width), torch.zeros(R, S)).numel() * height * width


@claims(
    "Dense grows with the *square* of the number of pixels, the non-zeros grow with the number"
)
def _() -> bool:
    small, large = (valid_2d_size(n, n, 3, 3) for n in (200, 400))
    outputs = [conv2d(torch.zeros(n, n), torch.zeros(3, 3)).numel() for n in (200, 400)]
    return math.isclose(large / small, 16, rel_tol=0.03) and math.isclose(
        outputs[1] / outputs[0], 4, rel_tol=0.03
    )


@claims("The two off the diagonal: here each group has one channel. With more channels in a group")
def _() -> bool:
    two = torch.ones(2, 1, 2)
    T = matrix_of(lambda x: F.conv1d(x[None], two, groups=2), (2, 5))
    blank = not T[:4, 5:].any() and not T[4:, :5].any()
    four = torch.ones(4, 2, 2)  # two channels a group
    T = matrix_of(lambda x: F.conv1d(x[None], four, groups=2), (4, 5)).reshape(4, 4, 4, 5)
    tiles = T.any(3).any(1)
    return blank and torch.equal(tiles, torch.kron(torch.eye(2), torch.ones(2, 2)).bool())


@claims("480 billions, from 1,728 weights. In float32 that is nearly 2 terabytes.")
def _() -> bool:
    space, _ = run(NAME, "setup", "convolutions", "brute_force", "real")
    real = space["real"]
    return (
        real["parameters"] == 1728
        and round(real["dense"] / 1e9) == 483
        and 1.9e12 < 4 * real["dense"] < 2e12
    )


@claims("This one reuses each of its weights about 50,000 times per image.")
def _() -> bool:
    return 49_000 < 224 * 224 < 51_000


@claims("In 2D, and this is worth a pencil and a minute, the count is the *product* of the counts")
def _() -> bool:
    sizes = [(4, 5, 3, 2, 1), (5, 3, 3, 3, 2), (3, 3, 5, 4, 3)]
    return all(
        conv2d(torch.ones(H, W), torch.ones(R, S), p).sum()
        == conv1d(torch.ones(H), torch.ones(R), p).sum()
        * conv1d(torch.ones(W), torch.ones(S), p).sum()
        for H, W, R, S, p in sizes
    )


@claims("(Other methods, such as the FFT, do fewer for long kernels.)")
def _() -> bool:
    n, k = 4096, 1024
    return 3 * 4 * 2 * n * math.log2(2 * n) < k * (n - k + 1)


@claims(
    "with a padding of k and more some rows are empty, and a kernel longer than the signal loses"
)
def _() -> bool:
    empty = (~valid(torch.ones(3), 5, 3).any(1)).any()
    both = valid(torch.arange(1.0, 6), 3, 1)[0].tolist()
    return bool(empty) and both == [2, 3, 4]  # of five taps the first and the last are lost


@claims("Six rows, three taps, and yet not 18 non-zeros.")
def _() -> bool:
    return int(valid(torch.ones(3), 6, 1).count_nonzero()) == 16


@claims("a circulant matrix made from a kernel as long as the signal shares everything but has no")
def _() -> bool:
    C = circulant(torch.arange(1.0, 7), 6)
    return bool((C != 0).all()) and len(C.unique()) == 6


@claims("The parameters of a layer know nothing of the size of the image. The non-zeros do.")
def _() -> bool:
    layer = torch.nn.Conv2d(1, 1, 3, bias=False)
    counts = {int(valid_2d(torch.ones(3, 3), n, n).count_nonzero()) for n in (4, 5, 6)}
    return layer.weight.numel() == 9 and len(counts) == 3


@claims("With padding there are fewer non-zeros than rows times taps.")
def _() -> bool:
    return all(
        T.count_nonzero() < len(T) * k
        for k in range(2, 5)
        for p in range(1, 4)
        for T in (valid(torch.ones(k), 8, p),)
    )


@claims(
    "A 3 x 3 kernel on one channel has 9 parameters, even if some of its nine numbers are equal."
)
def _() -> bool:
    space, _ = run(NAME, "setup", "false_claims")
    true = {"A", "D", "F"}
    halves = [torch.nn.Conv2d(4, 6, 3, groups=g).weight.numel() for g in (1, 2)]
    padded = conv2d(torch.ones(5, 5), torch.ones(3, 3), 1)
    return (
        halves[0] == 2 * halves[1]  # D
        and len({j - i for i in range(8) for j in range(10)}) != 3  # C
        and len(padded.unique()) > 1  # E
        and space["false_claims"] == set("ABCDEFGH") - true
    )
