"""Notebook 1 of `toeplitz`: the matrix behind a 1D convolution."""

from __future__ import annotations

import numpy as np
import torch
from claiming import Claims, is_toeplitz, run, valid

SIZES = [(k, n) for k in range(1, 6) for n in range(k, 12)]
KERNEL = torch.tensor([2.0, 3.0, 7.0])

claims = Claims("toeplitz/1_toeplitz_1d")


@claims("In PyTorch's output the kernel comes out <b>backwards</b>")
def _() -> bool:
    impulse = torch.tensor([0.0, 0, 1, 0, 0])
    return (valid(KERNEL, 5) @ impulse).tolist() == [7, 3, 2]


@claims("Column 2 holds the whole kernel upside down: 7, 3, 2. Column 0 holds only the 2")
def _() -> bool:
    T = valid(KERNEL, 6)
    return T[:, 2].tolist() == [7, 3, 2, 0] and T[:, 0].tolist() == [2, 0, 0, 0]


@claims("an input in the middle is read first by the kernel's last tap, and last by its first.")
def _() -> bool:
    return all(
        [t for t in valid(torch.arange(1.0, k + 1), n)[:, j].tolist() if t] == [*range(k, 0, -1)]
        for k, n in SIZES
        for j in range(k - 1, n - k + 1)
    )


@claims("(The first `k - 1` columns and the last `k - 1` hold a part of the kernel only.)")
def _() -> bool:
    ends = [(k, n, j) for k, n in SIZES for j in range(n) if j < k - 1 or j > n - k]
    return all(valid(torch.ones(k), n)[:, j].sum() < k for k, n, j in ends)


@claims("it has fewer rows than columns, so different signals share an output.")
def _() -> bool:
    shapes = [valid(torch.ones(k), n).shape for k, n in SIZES if k > 1]
    return all(rows < columns for rows, columns in shapes)


@claims(
    "The nine years from 1899 on carry 355 units a year less than the nine years before, the "
    "largest change of the whole century, up or down."
)
def _() -> bool:
    space, printed = run("toeplitz/1_toeplitz_1d", "setup", "conv1d", "nile")
    changes = space["changes"]
    return (
        "355 less from 1899 on" in printed
        and int(changes.abs().argmax()) == 1899 - 9 - 1871
        and float(changes.min()) == -float(changes.abs().max())
        and len(space["nile"]) == 100
    )


@claims("All ten impulses can; so can ten random signals, almost surely.")
def _() -> bool:
    draws = np.random.default_rng(1).normal(size=(100, 10, 10))
    return all(np.linalg.matrix_rank(signals) == 10 for signals in draws)


@claims("one input can show that a matrix is wrong, not that it is right.")
def _() -> bool:
    x = torch.tensor([0.0, 0, 1, 2, 3, 4, 5, 6, 7, 0])
    right = valid(torch.tensor([1.0, 1, -2]), 10)
    other = right.clone()
    other[3, 0] = 5
    return torch.equal(other @ x, right @ x) and not torch.equal(other, right)


@claims(
    "Banded and Toeplitz again, so it is the matrix of one convolution, with 3 + 2 - 1 = 4 taps. "
    "Its kernel is the <i>true</i> convolution of the two kernels"
)
def _() -> bool:
    one, two = torch.tensor([2.0, 3, 7]), torch.tensor([5.0, -1])
    both = valid(two, 5) @ valid(one, 7)
    together = torch.tensor(np.convolve(one, two))
    return len(together) == 4 and torch.equal(both, valid(together, 7))


@claims(
    "each further layer of `k` taps widens it by `k - 1`. Ten layers of 3 taps read 21 inputs."
)
def _() -> bool:
    T = torch.eye(30)
    for _ in range(10):
        T = valid(torch.ones(3), len(T)) @ T
    return int(T[0].count_nonzero()) == 21


@claims(
    "8 x 10 Toeplitz matrix is fixed by its first row and its first column: 8 + 10 - 1 = **17**"
)
def _() -> bool:
    diagonals = {j - i for i in range(8) for j in range(10)}
    return len(diagonals) == 17


@claims("this matrix is the *transpose* of a cross-correlation matrix.")
def _() -> bool:
    full = torch.stack([torch.tensor(np.convolve(KERNEL, e)) for e in torch.eye(4)], 1)
    return torch.equal(full, valid(KERNEL, 6).T)


@claims("Two convolutions in a row are one: `T2 @ T1`, with the true convolution of their kernels")
def _() -> bool:
    pairs = [(torch.randn(a, generator=torch.Generator().manual_seed(a)), b) for a in (1, 2, 4)
             for b in (2, 3)]  # fmt: skip
    return all(
        torch.allclose(
            valid(torch.arange(1.0, b + 1), 9 - len(one) + 1) @ valid(one, 9),
            valid(torch.tensor(np.convolve(one, np.arange(1.0, b + 1))).float(), 9),
        )
        for one, b in pairs
    )


@claims("Toeplitz means constant diagonals")
def _() -> bool:
    return is_toeplitz(valid(KERNEL, 8)) and not is_toeplitz(valid(KERNEL, 8)[[0, 2, 1]])
