"""Read a frame that somebody untrusted wrote; in a student's kernel, too."""

from __future__ import annotations

import importlib
import json
import math
import struct
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from convgrade import plain
from convgrade.plain import (
    ARRAY_TYPES,
    CONSTANTS,
    COUNTED,
    FACTORIES,
    KNOWN,
    NO_FACTORY,
    NUMPYS_NAN,
    SEQUENCES,
    TENSOR_TYPES,
    Opaque,
    UnbuiltError,
    WireError,
    span,
)

__all__ = ["loads"]


def loads(
    frame: bytes,
    met: list[str] | None = None,
    made: Callable[[Any], Any] | None = None,
    texts: list[bool] | None = None,
) -> Any:
    """Read a frame that somebody untrusted wrote.

    Parameters
    ----------
    frame : bytes
    met : list of str, optional
        Gets the names of the types that stand-ins stand for.
    made : callable, optional
        Makes a value of what the writer's ``exact`` wrote for it, a JSON value of any shape.
    texts : list of bool, optional
        Gets True if there are texts or bytes within the value, below its first level.

    Returns
    -------
    None, bool, int, float, complex, str, bytes, list, tuple, set, frozenset,
    dict, array, NumPy scalar, tensor or `Opaque`, exactly of that type; where the writer was
    exact also a dict of the standard library's kinds, Ellipsis, NotImplemented

    Raises
    ------
    WireError
        When the bytes are anything but one well-formed frame.
    """
    if len(frame) < 4 or len(frame) > plain.MAX_BYTES:
        raise WireError(f"a frame of {len(frame)} bytes")
    size = struct.unpack_from(">I", frame)[0]
    if size > min(plain.MAX_TEXT, len(frame) - 4):
        raise WireError(f"a frame of {len(frame)} bytes that announces {size}")
    try:
        tree = json.loads(frame[4 : 4 + size], parse_constant=float)  # each a new one
        reader = _Reader(memoryview(frame)[4 + size :], made)
        value = reader.read(tree, 0)
    except WireError:
        raise
    except (ValueError, TypeError, RuntimeError, OverflowError) as error:
        raise WireError(f"a frame that cannot be read: {type(error).__name__}") from None
    if reader.rest:
        raise WireError(f"{len(reader.rest)} bytes more than announced")
    if met is not None:
        met += reader.opaque
    if texts is not None:
        texts[:] = [reader.texts]
    return value


class _Reader:
    """Rebuilds values from a JSON tree and the buffers that go with it."""

    def __init__(self, rest: memoryview, made: Callable[[Any], Any] | None) -> None:
        self.rest, self._made = rest, made
        self._room = plain.MAX_BYTES  # for tensors that repeat a few bytes
        self._counted: list[tuple[Any, int]] = []  # and of how many parts it is
        self._parts = 0
        self.opaque: dict[str, type[Opaque]] = {}
        self.texts = False

    def read(self, node: Any, depth: int) -> Any:
        if depth > plain.MAX_DEPTH:
            raise WireError(f"a value nested deeper than {plain.MAX_DEPTH} levels")
        self._parts += 1
        if node is None or type(node) in (bool, int, float):
            return node
        before = self._parts
        value = self._read(node, depth)
        if type(node) is dict and not COUNTED.isdisjoint(node):
            self._counted.append((value, self._parts - before))
        return value

    def _same(self, number: Any) -> Any:
        """Return what has been read already, if all that stands for is no more than fits in."""
        if type(number) is not int or not 0 <= number < len(self._counted):
            raise WireError("a value that stands for none")
        value, parts = self._counted[number]
        self._parts += parts
        if self._parts > plain.MAX_TEXT:
            raise WireError("a value with too many parts")
        return value

    def _read(self, node: Any, depth: int) -> Any:
        if type(node) is str or (type(node) is dict and "bytes" in node):
            self.texts = self.texts or (depth > 1 and bool(node))
        if type(node) is str:  # JSON can hold half a character, a notebook cannot
            return node.encode("utf-8", "replace").decode("utf-8")
        if type(node) is not dict or len(node) != 1:
            raise WireError("a value of no known kind")
        ((tag, body),) = node.items()
        for kind in SEQUENCES:
            if tag == kind.__name__:
                items = [self.read(item, depth + 1) for item in self._items(body)]
                return kind(items if kind in (list, tuple) else self._keys(items))
        if tag == "dict":
            pairs = [self._items(pair) for pair in self._items(body)]
            read = [(self.read(k, depth + 1), self.read(v, depth + 1)) for k, v in pairs]
            self._keys([key for key, _ in read])
            return dict(read)
        if tag == "int":
            return int(self._text(body), 16)
        if tag == "complex":
            real, imaginary = self._items(body)
            if type(real) is not float or type(imaginary) is not float:
                raise WireError("a value of no known kind")
            return complex(real, imaginary)
        if tag == "bytes":
            return self._take(body)
        if tag in ("array", "fixed", "scalar"):
            return self._array(tag, *self._items(body))
        if tag == "tensor":
            return self._tensor(*self._items(body))
        if tag == "constant" and type(body) is str and body in CONSTANTS:
            return CONSTANTS[body]
        if tag == "constant" and body == NUMPYS_NAN:
            return importlib.import_module("numpy").nan
        if tag == "known":
            name, factory, content = self._items(body)
            return self._known(name, factory, self.read(content, depth))
        if tag == "form":
            name, content = self._items(body)
            return self._form(self._text(name), self.read(content, depth + 1))
        if tag == "same":
            return self._same(body)
        if tag == "kept" and self._made is not None:
            return self._made(body)
        if tag == "opaque":
            return self._stand_in(self._text(body))
        raise WireError("a value of no known kind")

    @staticmethod
    def _items(body: Any) -> list[Any]:
        if type(body) is not list:
            raise WireError("a value of no known kind")
        return body

    @staticmethod
    def _text(body: Any) -> str:
        if type(body) is not str:
            raise WireError("a value of no known kind")
        return body

    @staticmethod
    def _keys(keys: list[Any]) -> list[Any]:
        if max(Counter(map(hash, keys)).values(), default=0) > plain.MAX_EQUAL_HASHES:
            raise WireError("a set or dict that would take too long to build")
        return keys

    def _known(self, name: Any, factory: Any, pairs: Any) -> Any:
        if type(pairs) is not dict or type(name) is not str:
            raise WireError("a value of no known kind")
        if name == "defaultdict" and type(factory) is list and self._made is not None:
            made = self._made(factory)  # a function of the other side's
            if not callable(made):
                raise WireError("a dict with what is no function")
            return defaultdict(made, pairs)
        if name == "defaultdict" and type(factory) is str and factory in FACTORIES:
            return defaultdict(FACTORIES[factory], pairs)
        if name == "defaultdict" and factory == NO_FACTORY:
            return defaultdict(None, pairs)
        if name not in KNOWN:
            raise WireError("a value of no known kind")
        return KNOWN[name](pairs)

    @staticmethod
    def _form(name: str, content: Any) -> Any:
        from convgrade import forms

        try:
            return forms.build(name, content)
        except Exception as error:  # of any library
            kind = type(error).__name__
            raise UnbuiltError(f"a {name[:40]} that cannot be built: {kind}") from None

    def _stand_in(self, text: str) -> Opaque:
        name = "".join(c for c in text[:60] if c.isalnum() or c in "_ ") or "object"
        if name not in self.opaque:
            if len(self.opaque) == plain.MAX_OPAQUE:
                words = f"values of more than {plain.MAX_OPAQUE} types that are no plain data"
                raise WireError(words)
            self.opaque[name] = type(name, (Opaque,), {"__slots__": ()})
        return self.opaque[name]()

    def _take(self, size: Any) -> bytes:
        if type(size) is not int or not 0 <= size <= len(self.rest):
            raise WireError("a value with less data than announced")
        data, self.rest = self.rest[:size], self.rest[size:]
        return bytes(data)

    def _take_entries(self, name: Any, size: int) -> bytes:
        data = self._take(size)
        if name == "bool" and data.translate(None, b"\0\1"):
            raise WireError("a bool that is neither 0 nor 1")  # NumPy would count it as several
        return data

    def _sizes(self, shape: Any) -> list[int]:
        sizes = self._items(shape)
        if len(sizes) > 32 or any(type(n) is not int or not 0 <= n < 2**31 for n in sizes):
            raise WireError("an array of an impossible shape")
        return sizes

    def _array(self, tag: str, name: Any, shape: Any, *ways: Any) -> Any:
        import numpy as np

        if name not in ARRAY_TYPES:
            raise WireError("an array of a kind that cannot cross")
        sizes, dtype = self._sizes(shape), np.dtype(str(name)).newbyteorder("<")
        data = self._take_entries(name, math.prod(sizes) * dtype.itemsize)
        axes = [way if way >= 0 else ~way for way in ways]
        if axes and sorted(axes) != list(range(len(sizes))):
            raise WireError("an array of an impossible layout")
        laid = np.frombuffer(data, dtype).reshape([sizes[axis] for axis in axes] or sizes)
        if axes == list(ways):
            array = (laid.transpose(np.argsort(axes)) if axes else laid).astype(str(name))
        else:  # a view of memory of its own
            steps = (slice(None, None, 1 if way >= 0 else -1) for way in ways)
            array = laid.astype(str(name))[tuple(steps)].transpose(np.argsort(axes))
        if tag == "fixed":
            array.flags.writeable = False
        return array[()] if tag == "scalar" else array

    def _tensor(self, name: Any, shape: Any, strides: Any, requires_grad: Any) -> Any:
        import torch

        if name not in TENSOR_TYPES:
            raise WireError("a tensor of a kind that cannot cross")
        sizes, steps, dtype = self._sizes(shape), self._sizes(strides), getattr(torch, str(name))
        self._room -= math.prod(sizes) * dtype.itemsize
        if len(sizes) != len(steps) or self._room < 0:
            raise WireError("a tensor of an impossible shape")
        data = self._take_entries(name, span(sizes, steps) * dtype.itemsize)
        if data:
            tensor = torch.frombuffer(bytearray(data), dtype=dtype)
        else:
            tensor = torch.empty(sizes, dtype=dtype)
        grad = dtype.is_floating_point or dtype.is_complex
        if (
            grad and requires_grad == "computed"
        ):  # no leaf here either: code may change it in place
            with torch.enable_grad():
                tensor = tensor.requires_grad_().clone()
        if data:
            tensor = tensor.as_strided(sizes, steps)
        return tensor.requires_grad_() if grad and requires_grad is True else tensor
