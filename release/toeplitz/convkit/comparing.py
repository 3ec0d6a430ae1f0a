"""Compare an answer with what was looked for, and say in words where it differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from convkit.values import as_array, brief, kind_of, shape_words, short_number


@dataclass(frozen=True)
class Difference:
    """What is wrong with an answer, in words for the student.

    Attributes
    ----------
    expected : str
        A shape or a property, never the values looked for.
    yours : str
    hint : str
    picture : (array, array of bool) or None
        An answer of right shape that is a matrix, or several, and where it is wrong.
    blank : bool
        Nothing has been answered yet.
    """

    expected: str
    yours: str
    hint: str = ""
    picture: tuple[np.ndarray, np.ndarray] | None = None
    blank: bool = False


BLANK = Difference("an answer", "nothing yet", blank=True)


def _tolerance(expected: Any) -> float:
    """Relative error that the precision of ``expected`` cannot help: a few rounding steps."""
    dtype = getattr(expected, "dtype", None)
    if dtype in (torch.complex64, np.complex64):  # phases are products, and lose more digits
        return 1e-4
    exact = dtype in (torch.float64, torch.complex128) or getattr(dtype, "itemsize", 0) >= 8
    return 1e-10 if exact else 1e-5


def compare(expected: Any, yours: Any) -> Difference | None:
    """Compare an answer with what was looked for; None when it is right.

    The kind of ``expected`` decides what is accepted: a tensor or array wants
    any array-like of that shape, a bool a bool, an int a whole number, a
    float a real number, a set a Python set, a dict a dict with those keys, a
    tuple a tuple or list of as many parts.

    Parameters
    ----------
    expected : tensor, array, bool, int, float, set, dict or tuple
    yours : anything

    Returns
    -------
    Difference or None
        The words never contain a value of ``expected``.
    """
    if yours is None or yours is Ellipsis:
        return BLANK
    if isinstance(expected, (torch.Tensor, np.ndarray)):
        return _compare_arrays(expected, yours)
    if isinstance(expected, dict):
        return _compare_dicts(expected, yours)
    if isinstance(expected, (set, frozenset)):
        return _compare_sets(expected, yours)
    if isinstance(expected, tuple):
        return _compare_tuples(expected, yours)
    return _compare_numbers(expected, yours)


def _compare_arrays(expected: Any, yours: Any) -> Difference | None:
    target = as_array(expected)
    assert not isinstance(target, str)
    array = as_array(yours)
    wanted = shape_words(target.shape)
    if isinstance(array, str):
        return Difference(wanted, array)
    if array.shape != target.shape:
        hint = ""
        if array.ndim == 2 and array.shape == target.shape[::-1]:  # of whatever the matrix is
            hint = "The two sizes are the other way round. What does one row stand for, and what "
            hint += "one column?"
        return Difference(wanted, shape_words(array.shape), hint)
    if np.iscomplexobj(array) and not np.iscomplexobj(target):
        hint = "Is what is left beside the real numbers more than rounding?"
        return Difference(f"{wanted}, of real numbers", "complex numbers", hint)
    scale = max(1.0, float(np.abs(target).max(initial=0.0)))
    wrong = ~(np.abs(array - target) <= _tolerance(expected) * scale)  # ~ so that NaN is wrong
    if not wrong.any():
        return None
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    if array.ndim == 2:
        place = f"row {first[0]}, column {first[1]}"
        bad_rows = int(wrong.any(axis=1).sum())
        spread = (
            f"{int(wrong.sum())} of {wrong.size} entries wrong, in {bad_rows} of {len(wrong)} rows"
        )
    else:
        place = f"place {first[0] if len(first) == 1 else first}"
        spread = f"{int(wrong.sum())} of {wrong.size} entries wrong"
    found = f"{spread}; first: {place} is {short_number(array[first])}"
    picture = (array, wrong) if array.ndim >= 2 else None
    reads = _reads(target, first[0]) if array.ndim == 2 else ""
    return Difference(f"{wanted}, every entry right{reads}", found, picture=picture)


def _reads(target: np.ndarray, row: int) -> str:
    """Say which columns a row of a sparse matrix looks at, not with which numbers."""
    columns = [int(j) for j in np.flatnonzero(target[row])]
    if len(columns) > min(12, target.shape[1] - 1):
        return ""
    if not columns:
        return f"; row {row} looks at no column"
    if len(columns) > 2 and columns[-1] - columns[0] == len(columns) - 1:
        return f"; row {row} looks at columns {columns[0]} to {columns[-1]}"
    if len(columns) > 4:  # a kernel of several rows: the numbers would be hard to read
        return (
            f"; row {row} looks at {len(columns)} columns between {columns[0]} and {columns[-1]}"
        )
    *most, last = map(str, columns)
    which = f"columns {', '.join(most)} and {last}" if most else f"column {last}"
    return f"; row {row} looks at {which}"


def _compare_numbers(expected: Any, yours: Any) -> Difference | None:
    value = (
        yours.item()
        if isinstance(yours, (torch.Tensor, np.ndarray, np.generic)) and _size_of(yours) == 1
        else yours
    )
    kinds = {bool: "True or False", int: "a whole number", float: "a real number", str: "a text"}
    wanted = kinds[type(expected)]
    fits = {
        bool: isinstance(value, bool),
        int: isinstance(value, int) and not isinstance(value, bool),
        float: isinstance(value, (int, float)) and not isinstance(value, bool),
        str: isinstance(value, str),
    }[type(expected)]
    if not fits:
        hint = "This is a whole number: // drops the remainder, / gives a float." if (
            isinstance(expected, int) and isinstance(value, float)) else ""  # fmt: skip
        return Difference(wanted, f"{brief(value)}, {kind_of(value)}", hint)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        plain: Any = float if isinstance(value, float) else int
        value = plain.__add__(value, 0)  # a subclass could say that it equals everything
    if isinstance(expected, float):
        right = abs(value - expected) <= 1e-5 * max(1.0, abs(expected))
    else:
        right = value == expected
    if right:
        return None
    other = {bool: "the other of True and False", int: "another whole number", str: "another text"}
    return Difference(other.get(type(expected), "another number"), brief(value))


def _size_of(value: Any) -> int:
    return int(value.numel() if isinstance(value, torch.Tensor) else value.size)


def _compare_sets(expected: Any, yours: Any) -> Difference | None:
    wanted = "a Python set such as {1, 2}"
    if not isinstance(yours, (set, frozenset)):
        return Difference(wanted, f"{brief(yours)}, {kind_of(yours)}")
    if frozenset(yours) == expected:
        return None
    return Difference("the set of exactly those that fit", brief(yours))


def _compare_dicts(expected: Mapping[str, Any], yours: Any) -> Difference | None:
    names = ", ".join(repr(key) for key in expected)
    if not isinstance(yours, dict):
        return Difference(f"a dict with the keys {names}", kind_of(yours))
    if all(yours.get(key) is None for key in expected):
        return BLANK
    if set(yours) != set(expected):
        return Difference(f"the keys {names}", "the keys " + ", ".join(repr(k) for k in yours))
    for key, value in expected.items():
        problem = compare(value, yours[key])
        if problem is not None:
            return Difference(
                f"{key!r}: {problem.expected}", f"{key!r}: {problem.yours}", problem.hint
            )
    return None


def _compare_tuples(expected: tuple[Any, ...], yours: Any) -> Difference | None:
    wanted = {2: "a pair", 3: "a triple"}.get(len(expected), f"a tuple of {len(expected)} parts")
    if not isinstance(yours, (tuple, list)):
        return Difference(wanted, kind_of(yours))
    if len(yours) != len(expected):
        return Difference(wanted, f"{kind_of(yours)} of length {len(yours)}")
    problems = [compare(value, part) for value, part in zip(expected, yours, strict=True)]
    if all(problem is not None and problem.blank for problem in problems):
        return BLANK
    for i, problem in enumerate(problems):
        if problem is not None:
            return Difference(
                f"part {i}: {problem.expected}",
                f"part {i}: {problem.yours}",
                problem.hint,
                problem.picture,
            )
    return None
