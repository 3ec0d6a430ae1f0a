"""Notebook 3 of `layers`: the adjoint."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from claiming import Claims, shifting, valid

claims = Claims("layers/3_adjoint")
KERNEL = torch.tensor([2.0, 3.0, 7.0])


def written(n: int, k: int, stride: int) -> torch.Tensor:
    """Return how often a transposed convolution writes each place."""
    ones = torch.ones(1, 1, n), torch.ones(1, 1, k)
    return F.conv_transpose1d(*ones, stride=stride)[0, 0]


@claims("Stamps write all inner places equally often exactly if the stride divides the kernel's")
def _() -> bool:
    for k in range(1, 8):
        for stride in range(1, k + 1):
            inner = written(12, k, stride)[k - 1 : -(k - 1) or None]
            if (len(inner.unique()) == 1) != (k % stride == 0):
                return False
    return True


@claims("**It undoes nothing.** `T.T` brings back the shape of `x`, not its numbers.")
def _() -> bool:
    T, x = valid(KERNEL, 6), torch.arange(1.0, 7)
    return (T.T @ (T @ x)).shape == x.shape and not torch.equal(T.T @ (T @ x), x)


@claims("Two: places 2 and 3, the only ones that lie in three")
def _() -> bool:
    use = valid(torch.ones(3), 6).sum(0)
    return use.tolist() == [1, 2, 3, 3, 2, 1]


@claims("The shift to the left by 2. Not because it undoes the shift")
def _() -> bool:
    right, left = shifting(6, 2), shifting(6, -2)
    return torch.equal(right.T, left) and not torch.equal(left @ right, torch.eye(6))


@claims('**sum along the diagonal**. That is what "shared weights" means for training')
def _() -> bool:
    x, grad = torch.arange(6.0), torch.tensor([1.0, -2, 3, 5])
    weight = KERNEL.clone().requires_grad_()
    F.conv1d(x[None, None], weight[None, None])[0, 0].backward(grad)
    outer = grad[:, None] * x[None, :]  # the slope of every entry of T
    sums = torch.stack([outer.diagonal(t)[:4].sum() for t in range(3)])
    return weight.grad is not None and torch.equal(weight.grad, sums)


@claims("With `k = 4` the inside is flat; only the rim is thinner.")
def _() -> bool:
    return len(written(8, 4, 2)[3:-3].unique()) == 1 and len(written(8, 3, 2)[2:-2].unique()) > 1
