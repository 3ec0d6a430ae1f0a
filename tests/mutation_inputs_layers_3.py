"""Random inputs for the exercises of 3_adjoint in `layers`; see `mutation_inputs`."""

from __future__ import annotations

from typing import Any

import torch
from mutation_inputs import Rng, _int, _tensor


def _results(rng: Rng) -> tuple[torch.Tensor, ...]:
    """Draw x, y, Tx and Sy of a map between two shapes, at times with zeros only."""
    inputs, outputs = ([_int(rng, 1, 4) for _ in range(_int(rng, 1, 3))] for _ in range(2))
    dtype = torch.float64 if rng.random() < 0.5 else torch.float32
    drawn = [_tensor(rng, *shape).to(dtype) for shape in (inputs, outputs, outputs, inputs)]
    return tuple(v * 0 if rng.random() < 0.05 else v for v in drawn)


def _one_dtype(rng: Rng, *shapes: tuple[int, ...]) -> tuple[torch.Tensor, ...]:
    dtype = torch.float64 if rng.random() < 0.5 else torch.float32
    return tuple(_tensor(rng, *shape).to(dtype) for shape in shapes)


def _back(rng: Rng) -> tuple[torch.Tensor, ...]:
    return _one_dtype(rng, (_int(rng, 1, 9),), (_int(rng, 1, 7),))


def _signal(rng: Rng) -> tuple[torch.Tensor, ...]:
    m = _int(rng, 1, 9)
    return _one_dtype(rng, (m + _int(rng, 0, 6),), (m,))


def _transposed(rng: Rng) -> tuple[Any, ...]:
    n, k, stride, padding = _int(rng, 1, 6), _int(rng, 1, 7), _int(rng, 1, 5), _int(rng, 0, 3)
    output_padding = _int(rng, 0, stride - 1)
    if (n - 1) * stride - 2 * padding + k + output_padding < 1:
        return _transposed(rng)
    options = stride, padding, output_padding
    return *_one_dtype(rng, (n,), (k,)), *options[: _int(rng, 0, 3) or 3]


def _counted(rng: Rng) -> tuple[int, int, int]:
    return _int(rng, 1, 9), _int(rng, 1, 9), _int(rng, 1, 7)


def _batch(rng: Rng) -> tuple[torch.Tensor, ...]:
    N, m, k = _int(rng, 1, 5), _int(rng, 1, 6), _int(rng, 1, 6)
    return _one_dtype(rng, (N, m), (N, m + k - 1), (k,))


INPUTS = {
    "dot_test": _results,
    "input_gradient": _back,
    "weight_gradient": _signal,
    "conv_transpose_1d": _transposed,
    "checkerboard": _counted,
    "conv1d_backward": _batch,
}
