"""Plain data: what may cross between a student's kernel and the grader, and how much of it.

Sent as text to the student's kernel, as all that `convgrade.wire` needs: of the standard library
only, and NumPy and torch where they are in use already.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from typing import Any

__all__ = ["Opaque", "UnbuiltError", "WireError"]

MAX_BYTES = 256 * 2**20  # a frame
MAX_TEXT = 8 * 2**20  # its JSON part: nested lists of about a million numbers
MAX_DEPTH = 100
MAX_EQUAL_HASHES = 100  # keys of a set or dict with one hash: building it is quadratic in them
MAX_OPAQUE = 100  # types that cannot cross, in a frame: a new class for each costs a kilobyte

# Numbers of a fixed size. Not "O": object arrays hold anything.
ARRAY_TYPES = frozenset(
    {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
     "float16", "float32", "float64", "complex64", "complex128"}
)  # fmt: skip
TENSOR_TYPES = (ARRAY_TYPES - {"uint16", "uint32", "uint64"}) | {"bfloat16"}

SEQUENCES: tuple[Any, ...] = (list, tuple, set, frozenset)
# What `exact` writes as itself, and the dicts of the standard library that it knows.
PLAIN = frozenset({str, int, float, complex, bytes, dict, *SEQUENCES})
KNOWN: dict[str, Any] = {"Counter": Counter, "OrderedDict": OrderedDict}
FACTORIES = {kind.__name__: kind for kind in (int, float, bool, str, list, dict, set, tuple)}
NO_FACTORY = "none"  # of a defaultdict that makes nothing
#: What is counted, in the order in which it ends, so that it can be named: it can be changed.
COUNTED = frozenset({"list", "set", "dict", "array", "fixed", "tensor", "known", "form"})
CONSTANTS: dict[str, Any] = {
    "Ellipsis": ..., "NotImplemented": NotImplemented, "nan": math.nan
}  # fmt: skip
NUMPYS_NAN = "numpy.nan"  # which is not Python's, and a constant where NumPy is


class WireError(Exception):
    """Bytes that are no frame, or a value that does not fit into one."""


class UnbuiltError(WireError):
    """A value of a form that its library does not make of the content it was sent with."""


class Opaque:
    """Stands for a value that cannot cross; its class bears the name of the value's type."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: only plain data can be graded>"


def span(shape: list[int], strides: list[int]) -> int:
    """Return how many entries of its memory a tensor reaches over."""
    if 0 in shape:
        return 0
    return 1 + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))


def text(value: Any, most: int) -> str:
    """Return a value that somebody untrusted wrote, if it is a text of at most ``most`` letters.

    Raises
    ------
    ValueError
        When it is none; so for `whole` and `ints`.
    """
    if type(value) is not str or len(value) > most:
        raise ValueError("no text, or too long a one")
    return value


def whole(value: Any) -> int:
    """Return such a value, if it is a whole number."""
    if type(value) is not int:
        raise ValueError("no whole number")
    return value


def ints(values: Any, count: int | None = None) -> list[int]:
    """Return such a value, if it is a list of whole numbers, ``count`` of them."""
    if type(values) is not list or (count is not None and len(values) != count):
        raise ValueError("no list of whole numbers")
    return [whole(value) for value in values]
