"""Random inputs for the exercises of layers/2_conv_layer, as in `mutation_inputs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convgrade.reference import conv_matrix

Rng = np.random.Generator


def _int(rng: Rng, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def _tensor(rng: Rng, *shape: int) -> torch.Tensor:
    return torch.as_tensor(rng.uniform(-9, 9, size=shape))


def _axis(rng: Rng) -> tuple[int, int, int, int, int]:
    """Draw sizes and options of one axis with at least one output."""
    while True:
        n, k = _int(rng, 1, 9), _int(rng, 1, 4)
        stride, padding, dilation = _int(rng, 1, 4), _int(rng, 0, 4), _int(rng, 1, 3)
        if n + 2 * padding > dilation * (k - 1):
            return n, k, stride, padding, dilation


def _option(rng: Rng, pair: tuple[int, int]) -> Any:
    """Return a pair as a tuple or a list."""
    return list(pair) if rng.random() < 0.3 else pair


def _layer(rng: Rng, groups: int = 1, dilated: bool = True) -> tuple[Any, ...]:
    axes = [_axis(rng), _axis(rng)]
    while not dilated and any(axis[4] > 1 and axis[1] > 1 for axis in axes):
        axes = [_axis(rng), _axis(rng)]
    (H, W), (R, S), *options = zip(*axes, strict=True)
    C_out, C_in = groups * _int(rng, 1, 3), groups * _int(rng, 1, 3)
    weight = _tensor(rng, C_out, C_in // groups, R, S)
    return weight, (C_in, H, W), *(_option(rng, pair) for pair in options)


def _conv_matrix(rng: Rng) -> tuple[Any, ...]:
    groups = _int(rng, 1, 3)
    return *_layer(rng, groups), groups


def _conv_affine(rng: Rng) -> tuple[Any, ...]:
    weight, shape, stride, padding, _ = _layer(rng, dilated=False)
    bias = None if rng.random() < 0.3 else _tensor(rng, len(weight))
    return weight, bias, shape, stride, padding


def _tile(rng: Rng) -> tuple[Any, ...]:
    weight, *rest = _layer(rng)
    C_out, C_in = weight.shape[:2]
    places = _int(rng, 0, C_out - 1), _int(rng, 0, C_in - 1)
    return conv_matrix(weight, *rest), *places, tuple(weight.shape)


def _strided(rng: Rng) -> tuple[Any, ...]:
    n, k, stride, padding, dilation = _axis(rng)
    return conv_matrix(_tensor(rng, 1, 1, k), (1, n), 1, padding, dilation), stride


def _batch(rng: Rng) -> tuple[Any, ...]:
    N, C, H, W, C_out, height, width = (_int(rng, 1, 4) for _ in range(7))
    rows = C_out * height * width
    x = _tensor(rng, N, C, H, W)
    return _tensor(rng, rows, C * H * W), _tensor(rng, rows), x, C_out, height, width


def _unread(rng: Rng) -> tuple[Any, ...]:
    H, W = _int(rng, 1, 9), _int(rng, 1, 9)
    return H, W, _int(rng, 1, H), _int(rng, 1, W), _int(rng, 1, 7)


def _stack(rng: Rng) -> tuple[Any, ...]:
    layers = _int(rng, 0, 4)
    return ([(_int(rng, 1, 4), _int(rng, 1, 3), _int(rng, 1, 3)) for _ in range(layers)],)


INPUTS: dict[str, Callable[[Rng], tuple[Any, ...]]] = {
    "output_size": _axis,
    "strided": _strided,
    "dilate": lambda rng: (_tensor(rng, _int(rng, 1, 7)), _int(rng, 1, 6)),
    "tile": _tile,
    "conv_matrix": _conv_matrix,
    "conv_affine": _conv_affine,
    "batch_outputs": _batch,
    "unread_inputs": _unread,
    "receptive_field": _stack,
}
