"""Random inputs for every exercise, to tell whether a mutant is the same function still.

The inputs fill the domain that the exercise promises, far more densely than
its hidden test does. They decide nothing about points.
"""

from __future__ import annotations

import ast
import contextlib
import io
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gate import SourceNotebook

from convkit.calling import call
from convkit.comparing import Difference, compare

Rng = np.random.Generator
MODES = ("zeros", "circular", "reflect", "replicate")


def agrees(notebook: SourceNotebook, exercise: str, source: str, cases: int) -> bool:
    """Tell whether an answer gives what the model solution gives.

    A function is called on ``cases`` random inputs, from a seed that is the
    same every time; a typed answer is compared once.
    """
    model = notebook.answers[exercise]
    name = next(
        node.name if isinstance(node, ast.FunctionDef) else node.targets[0].id
        for node in ast.parse(model).body
        if isinstance(node, (ast.FunctionDef, ast.Assign))
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        right, tried = notebook.define(model)[name], notebook.define(source).get(name)
        if exercise == "impostor":
            return _is_impostor(notebook.define(model), tried)
        if exercise not in every_input():
            return compare(right, tried) is None
        rng = np.random.default_rng(3)
        return all(_same(right, tried, every_input()[exercise](rng)) for _ in range(cases))


@cache
def every_input() -> dict[str, Callable[[Rng], tuple[Any, ...]]]:
    """Return what draws inputs, by exercise: of this file, and of mutation_inputs_*.py beside."""
    found = dict(INPUTS)
    for path in sorted(Path(__file__).parent.glob("mutation_inputs_*.py")):
        found |= import_module(path.stem).INPUTS
    return found


def _same(right: Callable[..., Any], tried: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    value, (expected, _) = call(tried, args)[0], call(right, args)
    if isinstance(expected, list):  # a list of numbers is compared as an array
        expected = np.array(expected)
    return not isinstance(value, Difference) and compare(expected, value) is None


def _is_impostor(names: dict[str, Any], T: Any) -> bool:
    """Tell whether T is another matrix with the same outputs for x_1d: all that is asked."""
    w, x = names["weight"].tolist(), names["x_1d"].numpy()
    right = sum(w[t] * np.eye(8, 10, k=t) for t in range(3))
    T = np.asarray(T)
    return T.shape == (8, 10) and bool((right != T).any() and np.allclose(T @ x, right @ x))


# ------------------------------------------------------------------ one function an exercise


def _int(rng: Rng, low: int, high: int) -> int:
    """Draw a whole number from low to high, both possible."""
    return int(rng.integers(low, high + 1))


def _tensor(rng: Rng, *shape: int) -> torch.Tensor:
    """Draw numbers, in float32 or float64, some zero, some in a view of a larger tensor."""
    values = rng.normal(size=(*shape[:-1], 2 * shape[-1])) * (rng.random() < 0.5 or 7)
    values[rng.random(values.shape) < 0.1] = 0.0
    wide = torch.as_tensor(values, dtype=torch.float64 if rng.random() < 0.3 else torch.float32)
    return wide[..., ::2] if rng.random() < 0.3 else wide[..., : shape[-1]].clone()


def _kernel(rng: Rng, extra: int = 8) -> tuple[torch.Tensor, int]:
    """Draw a kernel and a signal's length that it fits in."""
    k = _int(rng, 1, 7)
    return _tensor(rng, k), k + _int(rng, 0, extra)


def _padded(rng: Rng) -> tuple[int, int, int]:
    """Draw n, k and padding with at least one output."""
    n, k, padding = _int(rng, 1, 12), _int(rng, 1, 9), _int(rng, 0, 9)
    return (n, k, padding) if n + 2 * padding >= k else _padded(rng)


def _padded_kernel(rng: Rng) -> tuple[torch.Tensor, int, int]:
    n, k, padding = _padded(rng)
    return _tensor(rng, k), n, padding


def _padding(rng: Rng) -> tuple[int, int, int, str]:
    mode, n = MODES[_int(rng, 0, 3)], _int(rng, 1, 8)
    most = {"circular": n, "reflect": n - 1}.get(mode, 12)
    return n, _int(rng, 0, most), _int(rng, 0, most), mode


def _image(rng: Rng) -> tuple[torch.Tensor, int, int]:
    R, S = _int(rng, 1, 4), _int(rng, 1, 4)
    return _tensor(rng, R, S), R + _int(rng, 0, 4), S + _int(rng, 0, 4)


def _blocks(rng: Rng, down: int, across: int, r: int, c: int) -> torch.Tensor:
    """Draw a block-Toeplitz matrix of few different numbers, in half of the cases spoiled."""
    few = torch.as_tensor(rng.integers(-2, 3, size=(down + across, r + c)), dtype=torch.float32)
    i, j = torch.arange(down * r)[:, None], torch.arange(across * c)[None, :]
    T = few[j // c - i // r + down, j % c - i % r + r]
    for _ in range(_int(rng, 0, 1) * _int(rng, 1, 2)):
        T[_int(rng, 0, down * r - 1), _int(rng, 0, across * c - 1)] += 1.0
    return T


def _block_matrix(rng: Rng) -> tuple[torch.Tensor, tuple[int, int]]:
    down, across, r, c = (_int(rng, 1, 4) for _ in range(4))
    return _blocks(rng, down, across, r, c), (r, c)


def _operator(rng: Rng) -> torch.Tensor:
    """Draw a matrix that commutes with some shifts: Toeplitz, few numbers, many zeros."""
    m, n = _int(rng, 1, 6), _int(rng, 1, 6)
    T = _blocks(rng, 1, 1, m, n)
    kind = _int(rng, 0, 3)
    return [T, T.tril(), T.triu(_int(rng, 0, n)), T * torch.eye(m, n)][kind].clone()


def _layer(rng: Rng) -> tuple[Any, ...]:
    groups = _int(rng, 1, 4)
    channels = groups * _int(rng, 1, 5), groups * _int(rng, 1, 5)
    size: Any = _int(rng, 1, 7)
    if rng.random() < 0.5:
        size = (size, _int(rng, 1, 7))
    if rng.random() < 0.3:
        return *channels, size
    return *channels, size, groups, bool(rng.random() < 0.5)


def _sizes(rng: Rng) -> tuple[int, int, int, int]:
    R, S = _int(rng, 1, 6), _int(rng, 1, 6)
    return R + _int(rng, 0, 9), S + _int(rng, 0, 9), R, S


def _fits(rng: Rng) -> tuple[int, int]:
    k = _int(rng, 1, 30)
    return k + _int(rng, 0, 30), k


def _pixel(rng: Rng) -> tuple[int, int, int]:
    width = _int(rng, 1, 12)
    return _int(rng, 0, 12), _int(rng, 0, width - 1), width


INPUTS: dict[str, Callable[[Rng], tuple[Any, ...]]] = {
    "valid_length": _fits,
    "toeplitz_1d": _kernel,
    "flip": lambda rng: (_tensor(rng, _int(rng, 1, 7)), _int(rng, 1, 9)),
    "is_toeplitz": lambda rng: (_blocks(rng, 1, 1, _int(rng, 1, 5), _int(rng, 1, 5)),),
    "shift_matrix": lambda rng: (_int(rng, 1, 12), _int(rng, -15, 15)),
    "equivariance_error": lambda rng: (
        T := _tensor(rng, _int(rng, 1, 6), _int(rng, 1, 6)).float(),
        _tensor(rng, T.shape[1]).float(),
        _int(rng, -9, 9),
    ),
    "all_inputs": lambda rng: (_operator(rng), set(rng.integers(-8, 9, size=6).tolist())),
    "circulant": _kernel,
    "padded_length": _padded,
    "toeplitz_1d_padded": _padded_kernel,
    "padding_matrix": _padding,
    "input_use": _padded,
    "flat_index": _pixel,
    "toeplitz_2d": _image,
    "is_block_toeplitz": _block_matrix,
    "toeplitz_2d_kron": _image,
    "conv_counts": _sizes,
    "layer_parameters": _layer,
    "nonzero_padded": _padded,
}
