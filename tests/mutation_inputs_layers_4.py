"""Random inputs for the exercises of `layers`, 4_fourier; see mutation_inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Rng = np.random.Generator


def _int(rng: Rng, low: int, high: int) -> int:
    """Draw a whole number from low to high, both possible."""
    return int(rng.integers(low, high + 1))


def _vector(rng: Rng, length: int, dtype: torch.dtype) -> torch.Tensor:
    """Draw numbers, at times in a view of a longer vector."""
    wide = torch.as_tensor(rng.normal(size=2 * length), dtype=dtype)
    return wide[::2] if rng.random() < 0.3 else wide[:length].clone()


def _dtype(rng: Rng) -> torch.dtype:
    return torch.float64 if rng.random() < 0.3 else torch.float32


def _circle(rng: Rng) -> tuple[torch.Tensor, torch.Tensor]:
    k, dtype = _int(rng, 1, 7), _dtype(rng)
    return _vector(rng, k, dtype), _vector(rng, k + _int(rng, 0, 8), dtype)


def _line(rng: Rng) -> tuple[torch.Tensor, torch.Tensor]:
    dtype = _dtype(rng)
    return _vector(rng, _int(rng, 1, 9), dtype), _vector(rng, _int(rng, 1, 9), dtype)


def _corner(rng: Rng) -> tuple[torch.Tensor, ...]:
    m, n, dtype = _int(rng, 1, 9), _int(rng, 1, 9), _dtype(rng)
    first_column, first_row = _vector(rng, m, dtype), _vector(rng, n, dtype)
    first_row[0] = first_column[0]
    return first_column, first_row, _vector(rng, n, dtype)


def _blurred(rng: Rng) -> tuple[torch.Tensor, torch.Tensor]:
    weight, y = _circle(rng)
    weight = weight / (4 * len(weight))
    weight[_int(rng, 0, len(weight) - 1)] += 2.0
    return weight, y


INPUTS: dict[str, Callable[[Rng], tuple[Any, ...]]] = {
    "dft_vector": lambda rng: (_int(rng, 1, 12), _int(rng, -25, 25)),
    "circulant_eigenvalues": lambda rng: (
        weight := _vector(rng, _int(rng, 1, 7), torch.float32),
        len(weight) + _int(rng, 0, 8),
    ),
    "circular_correlation_fft": _circle,
    "linear_convolution_fft": _line,
    "toeplitz_matvec": _corner,
    "deblur": _blurred,
}
