"""Read a value as numbers, and write one in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch


def short_number(value: Any) -> str:
    """Write a number as short as a matrix cell needs it."""
    value = complex(value)
    if value.imag:
        return f"{value:.3g}"
    return f"{value.real + 0.0:.3g}"  # + 0.0 turns -0.0 into 0.0


_NUMPYS = (torch.float16, torch.float32, torch.float64)


def _plain(value: Any) -> Any:
    """Turn tensors inside nested lists into arrays; leave the rest."""
    if isinstance(value, torch.Tensor):
        dense = value.detach().to_dense() if value.layout != torch.strided else value.detach()
        if dense.is_floating_point() and dense.dtype not in _NUMPYS:  # bfloat16 and smaller
            dense = dense.float()
        return dense.resolve_conj().resolve_neg().cpu().numpy()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def as_array(value: Any) -> np.ndarray | str:
    """Read a tensor, array or nested list as float64 (or complex128) numbers.

    Returns the array, or what is wrong with the value, in words.
    """
    if not isinstance(value, (torch.Tensor, np.ndarray, list, tuple)):
        return f"{kind_of(value)}, not a tensor, an array or a nested list"
    try:
        array = np.asarray(_plain(value))
    except (ValueError, TypeError) as error:
        if "inhomogeneous" in str(error):
            return "a list whose rows differ in length"
        return f"{kind_of(value)} that cannot be read as numbers"
    except RuntimeError as error:  # a tensor that NumPy cannot take
        return f"a tensor that cannot be read as an array ({error})"
    if array.dtype.kind not in "biufc":
        return f"an array of {array.dtype}, not of numbers"
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def kind_of(value: Any) -> str:
    """Say what a value is, in the words of a notebook: also where a stand-in is at hand."""
    if isinstance(value, type):
        return "a class"
    if callable(value):
        return "a function"
    return with_article(type(value).__name__)


def with_article(word: str) -> str:
    """Put "a" or "an" before a word."""
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def shape_words(shape: Sequence[int]) -> str:
    """Write a shape in words: a matrix of 4 x 6, a vector of length 3."""
    if len(shape) == 2:
        return f"a matrix of {shape[0]} x {shape[1]}"
    if len(shape) == 1:
        return f"a vector of length {shape[0]}"
    return "a single number" if not shape else f"shape {tuple(shape)}"


def brief(value: Any) -> str:
    """Write a value on part of a line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
