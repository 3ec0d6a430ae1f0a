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
