"""Random inputs for the exercises of `layers`, notebook 1; see mutation_inputs.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Rng = np.random.Generator


def _numbers(rng: Rng, *shape: int) -> torch.Tensor:
    """Draw numbers, now and then of float64 or as a view."""
    wide = torch.from_numpy(rng.normal(size=(*shape[:-1], 2 * shape[-1])))
    dtype = torch.float64 if rng.integers(4) == 0 else torch.float32
    view = wide.to(dtype)[..., :: 2 if rng.integers(3) == 0 else 1]
    return view[..., : shape[-1]]


def _sizes(rng: Rng) -> tuple[int, int, int, int, int]:
    C, R, S = (int(i) for i in rng.integers(1, 5, size=3))
    down, across = (int(i) for i in rng.integers(0, 5, size=2))
    return C, R + down, S + across, R, S


def _patches(rng: Rng) -> tuple[Any, ...]:
    k = int(rng.integers(1, 6))
    return _numbers(rng, k + int(rng.integers(0, 7))), k


def _im2col(rng: Rng) -> tuple[Any, ...]:
    C, H, W, R, S = _sizes(rng)
    return _numbers(rng, C, H, W), R, S


def _matmul(rng: Rng) -> tuple[Any, ...]:
    C, H, W, R, S = _sizes(rng)
    down, across = H - R + 1, W - S + 1
    weight = torch.from_numpy(rng.normal(size=(int(rng.integers(1, 5)), C, R, S)))
    columns = _numbers(rng, C * R * S, down * across)
    return columns, weight.to(columns.dtype), down, across


def _col2im(rng: Rng) -> tuple[Any, ...]:
    C, H, W, R, S = _sizes(rng)
    return _numbers(rng, C * R * S, (H - R + 1) * (W - S + 1)), (C, H, W), R, S


def _both(rng: Rng) -> tuple[Any, ...]:
    x, k = _patches(rng)
    return torch.from_numpy(rng.normal(size=k)).to(x.dtype), x


def _storage(rng: Rng) -> tuple[Any, ...]:
    C, H, W, R, S = _sizes(rng)
    return (C, H, W), (int(rng.integers(1, 6)), C, R, S)


INPUTS: dict[str, Callable[[Rng], tuple[Any, ...]]] = {
    "patches_1d": _patches,
    "im2col": _im2col,
    "conv2d_by_matmul": _matmul,
    "col2im": _col2im,
    "overlap_count": lambda rng: _sizes(rng)[1:],
    "both_jacobians": _both,
    "storage": _storage,
}
