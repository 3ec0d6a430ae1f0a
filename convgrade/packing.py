"""Write plain data as a frame; in a student's kernel, too."""

from __future__ import annotations

import json
import math
import struct
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
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
    PLAIN,
    SEQUENCES,
    TENSOR_TYPES,
    WireError,
    span,
)

__all__ = ["dumps"]

# By number: a class of a student's may have a hash and an equality of its own.
_KINDS: dict[int, Any] = {id(kind): kind for kind in PLAIN}
_BASES = (str, int, *SEQUENCES, dict, bytes, bytearray)


def dumps(
    value: Any,
    strict: bool = False,
    exact: bool | Callable[[Any], Any] = False,
    known: Mapping[int, int] | None = None,
) -> bytes:
    """Write a value as a frame.

    Parameters
    ----------
    value : anything
        Values that cannot cross are replaced by the name of their type.
    strict : bool
        Refuse such values instead.
    exact : bool or callable
        Replace also what would arrive as another type than it has: instances of subclasses. A
        callable says what is written for a value that has no form: a node, or None for nothing.
        A list, a dict and the like that stands in two places stays one.
    known : mapping of int to int, optional
        By id, numbers of what the reader has already and is not written once more.

    Returns
    -------
    bytes

    Raises
    ------
    WireError
        When the value is nested deeper than 100 levels (a list that contains
        itself is) or larger than 256 MiB; with ``strict``, when it is no plain data.
    """
    buffers: list[bytes] = []
    opaque: list[str] = []
    tree = _write(value, buffers, opaque, 0, _Twice(exact, known or {}) if exact else None)
    if strict and opaque:
        raise WireError(f"a value of type {opaque[0]} cannot be passed on: only plain data can")
    text = json.dumps(tree, separators=(",", ":")).encode("ascii")
    total = 4 + len(text) + sum(map(len, buffers))
    if len(text) > plain.MAX_TEXT or total > plain.MAX_BYTES:
        raise WireError(f"a value of {total / 2**20:.0f} MiB is too large to be graded")
    return b"".join([struct.pack(">I", len(text)), text, *buffers])


class _Twice:
    """What is written exactly, by number: one object that stands in two places stays one."""

    def __init__(self, form: bool | Callable[[Any], Any], known: Mapping[int, int]) -> None:
        self.form, self._known = form, known
        self._written: dict[int, tuple[int, Any]] = {}  # kept, so that no other gets its id

    def __contains__(self, value: Any) -> bool:
        return id(value) in self._written or id(value) in self._known

    def node(self, value: Any) -> dict[str, Any]:
        """Return what stands for a value that has been written, or is known."""
        if id(value) in self._known:
            return {"kept": ["handle", self._known[id(value)]]}
        return {"same": self._written[id(value)][0]}

    def note(self, value: Any, node: Any) -> None:
        """Count what has been written, as the reader does."""
        if type(node) is dict and not COUNTED.isdisjoint(node):
            self._written[id(value)] = len(self._written), value


def _write(
    value: Any, buffers: list[bytes], opaque: list[str], depth: int, exact: _Twice | None = None
) -> Any:
    if exact is None or value is None or type(value) in (bool, int, float, str):
        return _write_anew(value, buffers, opaque, depth, exact)
    if value in exact:
        return exact.node(value)
    node = _write_anew(value, buffers, opaque, depth, exact)
    exact.note(value, node)
    return node


def _write_anew(
    value: Any, buffers: list[bytes], opaque: list[str], depth: int, exact: _Twice | None
) -> Any:
    if depth > plain.MAX_DEPTH:
        raise WireError(f"a value nested deeper than {plain.MAX_DEPTH} levels cannot be graded")
    # By the type itself, not isinstance, to which an object can lie; and with the methods of the
    # plain types, also for values of their subclasses.
    type_ = type(value)
    if value is None or value is True or value is False:
        return value
    kind = _KINDS.get(id(type_))
    if exact is not None and kind is None:
        node = _write_exactly(value, type_, buffers, opaque, depth, exact)
        if node is not None:
            return node
    if kind is float:
        return _write_float(value) if exact is not None and value != value else value
    kind = kind or _base(type_)
    if kind is str:
        # What UTF-8 cannot hold would stop the reader.
        return str.__str__(value).encode("utf-8", "replace").decode("utf-8")
    if kind is int:
        return _write_int(int.__index__(value))
    if kind in SEQUENCES:
        items = [_write(v, buffers, opaque, depth + 1, exact) for v in kind.__iter__(value)]
        return {kind.__name__: items}
    if kind is dict:
        pairs = [part for pair in dict.items(value) for part in pair]
        parts = [_write(part, buffers, opaque, depth + 1, exact) for part in pairs]
        return {"dict": [list(pair) for pair in zip(parts[::2], parts[1::2], strict=True)]}
    if kind in (bytes, bytearray):
        buffers.append(memoryview(value).tobytes())
        return {"bytes": len(buffers[-1])}
    node = _write_array(value, type_, buffers, exact is not None)
    if node is not None:
        if "opaque" in node:
            opaque.append(node["opaque"])
        return node
    if issubclass(type_, float):
        return float.__float__(value)
    if issubclass(type_, complex):
        number = complex.__complex__(value)
        return {"complex": [number.real, number.imag]}
    opaque.append(type_.__name__)
    return {"opaque": type_.__name__}


def _base(type_: type) -> Any:
    """Return the plain type that a type derives from; None for arrays, numbers and all others."""
    torch = sys.modules.get("torch")
    if torch is not None and type_ is torch.Tensor:
        return None
    return next((kind for kind in _BASES if issubclass(type_, kind)), None)


def _has_gradient(tensor: Any) -> bool:
    return bool(tensor.requires_grad and tensor.is_leaf and tensor.grad is not None)


def _write_exactly(
    value: Any, type_: type, buffers: list[bytes], opaque: list[str], depth: int, exact: _Twice
) -> Any:
    """Write what is of no plain type itself; None for what the usual way writes exactly."""
    for name, constant in CONSTANTS.items():
        if value is constant:
            return {"constant": name}
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    numbers = np is not None and (type_ is np.ndarray or issubclass(type_, np.generic))
    if numbers and value.dtype.name in ARRAY_TYPES:
        return None  # np.float64 is a float
    if torch is not None and type_ is torch.Tensor and not _has_gradient(value):
        return None
    name = next((n for n, kind in KNOWN.items() if type_ is kind), "")
    factory: Any = ""
    if type_ is defaultdict:
        factory = next((n for n, f in FACTORIES.items() if f is value.default_factory), None)
        if factory is None and value.default_factory is None:
            factory = NO_FACTORY
        if factory is None and callable(exact.form):
            factory = exact.form(value.default_factory)
        name = "defaultdict" if factory else ""
    if name:
        tree = _write(dict(value.items()), buffers, opaque, depth, exact)
        return {"known": [name, factory, tree]}
    from convgrade import forms  # of which most values have none

    form = forms.take_apart(value)
    if form is not None:
        return {"form": [form[0], _write(form[1], buffers, opaque, depth + 1, exact)]}
    kept = exact.form(value) if callable(exact.form) else None
    if kept is not None:
        return {"kept": kept}
    arrays: list[Any] = [np.ndarray, np.generic] if np is not None else []
    arrays += [torch.Tensor] if torch is not None else []
    if issubclass(type_, (*PLAIN, bytearray, *arrays)):
        opaque.append(type_.__name__)
        return {"opaque": type_.__name__}
    return None


def _write_int(value: int) -> Any:
    # JSON readers refuse decimal numbers of thousands of digits; hexadecimal ones are linear.
    return value if abs(value) < 2**64 else {"int": hex(value)}


def _write_float(value: float) -> Any:
    """Write what is no number: libraries have one each, and `in` and ``is`` tell them apart."""
    if value is math.nan:
        return {"constant": "nan"}
    np = sys.modules.get("numpy")
    return {"constant": NUMPYS_NAN} if np is not None and value is np.nan else value


def _write_array(
    value: Any, type_: type, buffers: list[bytes], exact: bool
) -> dict[str, Any] | None:
    """Write a NumPy array or scalar or a torch tensor; None for anything else.

    Exactly also how an array lies in memory, and whether it may be changed.
    """
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if np is not None and issubclass(type_, (np.ndarray, np.generic)):
        scalar = issubclass(type_, np.generic)
        array = np.asarray(value)
        if array.dtype.name not in ARRAY_TYPES:
            return {"opaque": f"array of {array.dtype.name}"}
        axes = _axes(array) if exact else []
        laid = array.transpose([axis for axis, _ in axes]) if axes else array
        laid = laid[tuple(slice(None, None, step) for _, step in axes)] if axes else laid
        data = np.ascontiguousarray(laid, dtype=array.dtype.newbyteorder("<"))
        buffers.append(data.tobytes())
        fixed = exact and not array.flags.writeable
        tag = "scalar" if scalar else "fixed" if fixed else "array"
        ways = [axis if step > 0 else ~axis for axis, step in axes]
        return {tag: [array.dtype.name, list(array.shape), *ways]}
    if torch is not None and issubclass(type_, torch.Tensor):
        return _write_tensor(torch, value, buffers)
    return None


def _axes(array: Any) -> list[tuple[int, int]]:
    """Return the axes in the order in which they lie in memory, and the way of each: 1 or -1.

    Nothing where both are C's. Sums of the same numbers differ in their last digits by that, and
    PyTorch takes no memory that is read backwards.
    """
    if array.flags.c_contiguous or 0 in array.strides:
        return []
    axes = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    found = [(axis, 1 if array.strides[axis] > 0 else -1) for axis in axes]
    return found if found != [(axis, 1) for axis in range(array.ndim)] else []


def _write_tensor(torch: Any, value: Any, buffers: list[bytes]) -> dict[str, Any]:
    name = str(value.dtype).removeprefix("torch.")
    if name not in TENSOR_TYPES:
        return {"opaque": f"tensor of {name}"}
    data = value.detach()
    if type(data) is not torch.Tensor:
        with torch.no_grad():
            data = data.as_subclass(torch.Tensor)
    if data.layout != torch.strided:
        data = data.to_dense()
    data = data.resolve_conj().resolve_neg().cpu()
    shape, strides = list(data.shape), list(data.stride())
    if not data.is_contiguous():
        # A view stays one, with the memory that it looks at: code can go wrong on just that.
        data = data.as_strided((span(shape, strides),), (1,), data.storage_offset())
    if name == "bfloat16":  # NumPy has none
        data = data.contiguous().view(torch.int16)
    buffers.append(data.numpy().tobytes())
    computed = value.requires_grad and not value.is_leaf
    return {"tensor": [name, shape, strides, "computed" if computed else value.requires_grad]}
