"""Notebook 3 of `toeplitz`: padding, and the corners."""

from __future__ import annotations

import numpy as np
import torch
from claiming import Claims, circulant, conv1d, conv2d, rolling, run, shifting, valid

from convkit import matrix_of
from convkit.tools import defect

NAME = "toeplitz/3_padding"
KERNEL = torch.tensor([2.0, 3.0, 7.0])
MODES = ("zeros", "circular", "reflect", "replicate")
SPACE, _ = run(NAME, "setup", "pad_signal")

claims = Claims(NAME)


def padded(mode: str, n: int = 6, by: int = 1) -> torch.Tensor:
    """Return the matrix of padding and convolving."""
    return matrix_of(lambda x: conv1d(SPACE["pad_signal"](x, by, by, mode), KERNEL), n)


def outputs(n: int, k: int, padding: int) -> int:
    return conv1d(torch.zeros(n), torch.zeros(k), padding).numel()


@claims("3 and 7. The first tap, 2, hangs over the left end.")
def _() -> bool:
    return [tap for tap in padded("zeros")[0].tolist() if tap] == [3, 7]


@claims("In the lines of an **even** `k` there is no 10 at all")
def _() -> bool:
    return all(outputs(10, k, p) != 10 for k in (2, 4, 6) for p in range(8))


@claims("For odd `k`, same padding is `(k - 1) // 2`.")
def _() -> bool:
    return all(outputs(n, k, (k - 1) // 2) == n for k in (1, 3, 5, 7) for n in range(7, 12))


@claims("`padding = k // 2`, which one sees often, then gives one output too many.")
def _() -> bool:
    return all(outputs(n, k, k // 2) == n + 1 for k in (2, 4, 6) for n in range(6, 12))


@claims("the outermost windows see nothing but invented zeros, and their rows are zeros")
def _() -> bool:
    empty = {p: int((~valid(KERNEL, 4, p).any(1)).sum()) for p in range(6)}
    return empty == {0: 0, 1: 0, 2: 0, 3: 2, 4: 4, 5: 6}


@claims("in the first row the **first** tap is missing, in the last row the **last** one.")
def _() -> bool:
    T = valid(KERNEL, 6, 1)
    return T[0].tolist() == [3, 7, 0, 0, 0, 0] and T[-1].tolist() == [0, 0, 0, 0, 2, 3]


@claims("Here all defects sit at an edge, where something that is not 0 has been pushed out.")
def _() -> bool:
    signal = torch.tensor([0.0, 4.0, 1.0, 5.0, 2.0, 0.0])
    gaps = {n: defect(lambda x: conv1d(x, KERNEL, 1), signal, n) for n in range(-3, 4)}
    places = {n: gap.nonzero().flatten().tolist() for n, gap in gaps.items()}
    return all(p in ([], [5] if n > 0 else [0]) for n, p in places.items()) and any(
        places.values()
    )


@claims("a signal without zeros at its ends would have left you only the 0.")
def _() -> bool:
    weight = torch.tensor([1.0, 1, -2])
    draw = np.random.default_rng(0)
    for _ in range(50):
        x = torch.tensor(draw.integers(1, 9, 10)).float()
        gaps = {n: defect(lambda x: conv1d(x, weight, 1), x, n).any() for n in range(-5, 6)}
        if [n for n, gap in gaps.items() if not gap] != [0]:
            return False
    return True


@claims("**replicate** - the number at the end goes on forever: to the left the first one")
def _() -> bool:
    return SPACE["pad_signal"](torch.tensor([1.0, 2, 3]), 2, 2, "replicate").tolist() == [
        1, 1, 1, 2, 3, 3, 3]  # fmt: skip


@claims("a mirror stands *on* the number at either end, which is not repeated.")
def _() -> bool:
    return SPACE["pad_signal"](torch.tensor([1.0, 2, 3]), 2, 2, "reflect").tolist() == [
        3, 2, 1, 2, 3, 2, 1]  # fmt: skip


@claims("With the other three modes, only the first and the last row change.")
def _() -> bool:
    return all(torch.equal(padded(mode)[1:-1], padded("zeros")[1:-1]) for mode in MODES)


@claims("3, 9 is reflect: the tap 2 lands on input 1, where 7 stands already. 5, 7 is replicate")
def _() -> bool:
    return padded("reflect")[0, :2].tolist() == [3, 9] and padded("replicate")[0, :2].tolist() == [
        5, 7]  # fmt: skip


@claims('One padded place cannot tell "symmetric" from replicate, two can.')
def _() -> bool:
    def same(by: int) -> bool:
        signals = np.eye(5)
        return all(
            np.array_equal(np.pad(x, by, "symmetric"), np.pad(x, by, "edge")) for x in signals
        )

    return same(1) and not same(2)


@claims("Four different matrices, but only two different outputs.")
def _() -> bool:
    x = SPACE["x_1d"]
    results = {tuple((padded(mode, 10) @ x).tolist()) for mode in MODES}
    return len(results) == 2 and len({str(padded(mode, 10).tolist()) for mode in MODES}) == 4


@claims("Padding 2, which is <code>k - 1</code>, and more. Padding 1 does not")
def _() -> bool:
    use = {p: valid(torch.ones(3), 6, p).sum(0).unique().tolist() for p in range(5)}
    return use[1] == [2, 3] and all(use[p] == [3] for p in (2, 3, 4)) and len(use[0]) > 1


@claims("(For `k > 1` and a signal longer than the kernel, no smaller padding of zeros does it.)")
def _() -> bool:
    return all(
        len(valid(torch.ones(k), n, p).sum(0).unique()) > 1
        for k in range(2, 7)
        for n in range(k + 1, 14)
        for p in range(k - 1)
    )


@claims("in a corner, 6 at an edge and 9 inside")
def _() -> bool:
    use = conv2d(torch.ones(5, 5), torch.ones(3, 3), 1)  # symmetric: also how often each is read
    return (use[0, 0], use[0, 2], use[2, 2]) == (4, 6, 9)


@claims("of the four modes the only one that follows *every* cyclic shift.")
def _() -> bool:
    S = rolling(6, 1)
    return [m for m in MODES if torch.equal(padded(m) @ S, S @ padded(m))] == ["circular"]


@claims("It is notebook 2's circulant with its rows moved on by one")
def _() -> bool:
    return torch.equal(padded("circular"), circulant(KERNEL, 6).roll(1, 0))


@claims("The price is `k - 1` more outputs than inputs.")
def _() -> bool:
    return all(outputs(n, k, k - 1) == n + k - 1 for k in range(1, 6) for n in range(1, 9))


@claims("Padding adds rows, never columns.")
def _() -> bool:
    shapes = [valid(KERNEL, 6, p).shape for p in range(5)]
    return [tuple(shape) for shape in shapes] == [(4 + 2 * p, 6) for p in range(5)]


@claims("a window across the seam still makes an output that was not there before.")
def _() -> bool:
    T = valid(KERNEL, 6, 1)
    difference = T @ shifting(6, 1) - shifting(6, 1) @ T
    return bool(difference[0].any())
