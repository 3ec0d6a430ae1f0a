"""Plain data as bytes and back: what may cross between a student's kernel and the grader.

None, bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict,
NumPy arrays and scalars of numbers, and torch tensors. What is read is built
anew as exactly these types: never a subclass, never a pickle. Everything else
arrives as an `Opaque`, which knows the name of its type and nothing more.

A frame is the length of a JSON text (4 bytes), the JSON text, and the raw
bytes of the arrays in the order in which the text mentions them. JSON because
every Python reads it, and because nothing in it can run.

This file is also sent, as text, to the student's kernel: it needs the standard
library only, and NumPy and torch where they are in use already.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import sys
import time
from collections import Counter, OrderedDict, defaultdict
from typing import Any

__all__ = ["Opaque", "WireError", "dumps", "loads", "receive", "send"]

MAX_BYTES = 256 * 2**20  # a frame
MAX_TEXT = 8 * 2**20  # its JSON part: nested lists of about a million numbers
MAX_DEPTH = 40
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
CONSTANTS: dict[str, Any] = {"Ellipsis": ..., "NotImplemented": NotImplemented}


class WireError(Exception):
    """Bytes that are no frame, or a value that does not fit into one."""


class Opaque:
    """Stands for a value that cannot cross; its class bears the name of the value's type."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: only plain data can be graded>"


def dumps(value: Any, strict: bool = False, exact: bool = False) -> bytes:
    """Write a value as a frame.

    Parameters
    ----------
    value : anything
        Values that cannot cross are replaced by the name of their type.
    strict : bool
        Refuse such values instead.
    exact : bool
        Replace also what would arrive as another type than it has: instances of subclasses.

    Returns
    -------
    bytes

    Raises
    ------
    WireError
        When the value is nested deeper than 40 levels (a list that contains
        itself is) or larger than 256 MiB; with ``strict``, when it is no plain data.
    """
    buffers: list[bytes] = []
    opaque: list[str] = []
    tree = _write(value, buffers, opaque, 0, exact)
    if strict and opaque:
        raise WireError(f"a value of type {opaque[0]} cannot be passed on: only plain data can")
    text = json.dumps(tree, separators=(",", ":")).encode("ascii")
    total = 4 + len(text) + sum(map(len, buffers))
    if len(text) > MAX_TEXT or total > MAX_BYTES:
        raise WireError(f"a value of {total / 2**20:.0f} MiB is too large to be graded")
    return b"".join([struct.pack(">I", len(text)), text, *buffers])


def _write(
    value: Any, buffers: list[bytes], opaque: list[str], depth: int, exact: bool = False
) -> Any:
    if depth > MAX_DEPTH:
        raise WireError(f"a value nested deeper than {MAX_DEPTH} levels cannot be graded")
    # By the type itself, not isinstance, to which an object can lie; and with the methods of the
    # plain types, also for values of their subclasses.
    type_ = type(value)
    if value is None or value is True or value is False:
        return value
    if exact and type_ not in PLAIN:
        node = _write_exactly(value, type_, buffers, opaque, depth)
        if node is not None:
            return node
    if issubclass(type_, str):
        # What UTF-8 cannot hold would stop the reader.
        return str.__str__(value).encode("utf-8", "replace").decode("utf-8")
    if issubclass(type_, int):
        return _write_int(int.__index__(value))
    for kind in SEQUENCES:
        if issubclass(type_, kind):
            items = [_write(v, buffers, opaque, depth + 1, exact) for v in kind.__iter__(value)]
            return {kind.__name__: items}
    if issubclass(type_, dict):
        pairs = [part for pair in dict.items(value) for part in pair]
        parts = [_write(part, buffers, opaque, depth + 1, exact) for part in pairs]
        return {"dict": [list(pair) for pair in zip(parts[::2], parts[1::2], strict=True)]}
    if issubclass(type_, (bytes, bytearray)):
        buffers.append(memoryview(value).tobytes())
        return {"bytes": len(buffers[-1])}
    node = _write_array(value, type_, buffers)
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


def _write_exactly(
    value: Any, type_: type, buffers: list[bytes], opaque: list[str], depth: int
) -> Any:
    """Write what is of no plain type itself; None for what the usual way writes exactly."""
    for name, constant in CONSTANTS.items():
        if value is constant:
            return {"constant": name}
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    numbers = np is not None and (type_ is np.ndarray or issubclass(type_, np.generic))
    if numbers and value.dtype.name in ARRAY_TYPES:
        return None  # np.float64 is a float
    if torch is not None and type_ is torch.Tensor:
        return None
    name = next((n for n, kind in KNOWN.items() if type_ is kind), "")
    factory = ""
    if type_ is defaultdict:
        factory = next((n for n, f in FACTORIES.items() if f is value.default_factory), "")
        name = "defaultdict" if factory else ""
    if name:
        tree = _write(dict(value.items()), buffers, opaque, depth, exact=True)
        return {"known": [name, factory, tree]}
    from convgrade import forms  # of which most values have none

    form = forms.take_apart(value)
    if form is not None:
        return {"form": [form[0], _write(form[1], buffers, opaque, depth + 1, exact=True)]}
    arrays: list[Any] = [np.ndarray, np.generic] if np is not None else []
    arrays += [torch.Tensor] if torch is not None else []
    if issubclass(type_, (*PLAIN, bytearray, *arrays)):
        opaque.append(type_.__name__)
        return {"opaque": type_.__name__}
    return None


def _write_int(value: int) -> Any:
    # JSON readers refuse decimal numbers of thousands of digits; hexadecimal ones are linear.
    return value if abs(value) < 2**64 else {"int": hex(value)}


def _write_array(value: Any, type_: type, buffers: list[bytes]) -> dict[str, Any] | None:
    """Write a NumPy array or scalar or a torch tensor; None for anything else."""
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if np is not None and issubclass(type_, (np.ndarray, np.generic)):
        scalar = issubclass(type_, np.generic)
        array = np.asarray(value)
        if array.dtype.name not in ARRAY_TYPES:
            return {"opaque": f"array of {array.dtype.name}"}
        data = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        buffers.append(data.tobytes())
        return {"scalar" if scalar else "array": [array.dtype.name, list(array.shape)]}
    if torch is not None and issubclass(type_, torch.Tensor):
        return _write_tensor(torch, value, buffers)
    return None


def _write_tensor(torch: Any, value: Any, buffers: list[bytes]) -> dict[str, Any]:
    name = str(value.dtype).removeprefix("torch.")
    if name not in TENSOR_TYPES:
        return {"opaque": f"tensor of {name}"}
    with torch.no_grad():
        data = value.detach()
        if type(data) is not torch.Tensor:
            data = data.as_subclass(torch.Tensor)
        if data.layout != torch.strided:
            data = data.to_dense()
        data = data.resolve_conj().resolve_neg().cpu()
        shape, strides = list(data.shape), list(data.stride())
        # A view stays one, with the memory that it looks at: code can go wrong on just that.
        data = data.as_strided((_span(shape, strides),), (1,), data.storage_offset())
        if name == "bfloat16":  # NumPy has none
            data = data.view(torch.int16)
        buffers.append(data.numpy().tobytes())
        return {"tensor": [name, shape, strides, bool(value.requires_grad)]}


def _span(shape: list[int], strides: list[int]) -> int:
    """Return how many entries of its memory a tensor reaches over."""
    if 0 in shape:
        return 0
    return 1 + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))


# ---------------------------------------------------------------------- reading


def loads(frame: bytes, met: list[str] | None = None) -> Any:
    """Read a frame that somebody untrusted wrote.

    Parameters
    ----------
    frame : bytes
    met : list of str, optional
        Gets the names of the types that stand-ins stand for.

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
    if len(frame) < 4 or len(frame) > MAX_BYTES:
        raise WireError(f"a frame of {len(frame)} bytes")
    size = struct.unpack_from(">I", frame)[0]
    if size > min(MAX_TEXT, len(frame) - 4):
        raise WireError(f"a frame of {len(frame)} bytes that announces {size}")
    try:
        tree = json.loads(frame[4 : 4 + size])
        reader = _Reader(memoryview(frame)[4 + size :])
        value = reader.read(tree, 0)
    except WireError:
        raise
    except (ValueError, TypeError, RuntimeError, OverflowError) as error:
        raise WireError(f"a frame that cannot be read: {type(error).__name__}") from None
    if reader.rest:
        raise WireError(f"{len(reader.rest)} bytes more than announced")
    if met is not None:
        met += reader.opaque
    return value


class _Reader:
    """Rebuilds values from a JSON tree and the buffers that go with it."""

    def __init__(self, rest: memoryview) -> None:
        self.rest = rest
        self._room = MAX_BYTES  # for tensors that repeat a few bytes
        self.opaque: dict[str, type[Opaque]] = {}

    def read(self, node: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise WireError(f"a value nested deeper than {MAX_DEPTH} levels")
        if node is None or type(node) in (bool, int, float):
            return node
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
        if tag in ("array", "scalar"):
            return self._array(tag, *self._items(body))
        if tag == "tensor":
            return self._tensor(*self._items(body))
        if tag == "constant" and type(body) is str and body in CONSTANTS:
            return CONSTANTS[body]
        if tag == "known":
            name, factory, content = self._items(body)
            return self._known(name, factory, self.read(content, depth))
        if tag == "form":
            name, content = self._items(body)
            return self._form(self._text(name), self.read(content, depth + 1))
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
        if max(Counter(map(hash, keys)).values(), default=0) > MAX_EQUAL_HASHES:
            raise WireError("a set or dict that would take too long to build")
        return keys

    def _known(self, name: Any, factory: Any, pairs: Any) -> Any:
        if type(pairs) is not dict or type(name) is not str or type(factory) is not str:
            raise WireError("a value of no known kind")
        if name == "defaultdict" and factory in FACTORIES:
            return defaultdict(FACTORIES[factory], pairs)
        if name not in KNOWN:
            raise WireError("a value of no known kind")
        return KNOWN[name](pairs)

    @staticmethod
    def _form(name: str, content: Any) -> Any:
        from convgrade import forms

        try:
            return forms.build(name, content)
        except Exception as error:  # of any library
            raise WireError(
                f"a {name[:40]} that cannot be built: {type(error).__name__}"
            ) from None

    def _stand_in(self, text: str) -> Opaque:
        name = "".join(c for c in text[:60] if c.isalnum() or c in "_ ") or "object"
        if name not in self.opaque:
            if len(self.opaque) == MAX_OPAQUE:
                raise WireError(f"values of more than {MAX_OPAQUE} types that are no plain data")
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

    def _array(self, tag: str, name: Any, shape: Any) -> Any:
        import numpy as np

        if name not in ARRAY_TYPES:
            raise WireError("an array of a kind that cannot cross")
        sizes, dtype = self._sizes(shape), np.dtype(str(name)).newbyteorder("<")
        data = self._take_entries(name, math.prod(sizes) * dtype.itemsize)
        array = np.frombuffer(data, dtype).reshape(sizes).astype(str(name))
        return array if tag == "array" else array[()]

    def _tensor(self, name: Any, shape: Any, strides: Any, requires_grad: Any) -> Any:
        import torch

        if name not in TENSOR_TYPES:
            raise WireError("a tensor of a kind that cannot cross")
        sizes, steps, dtype = self._sizes(shape), self._sizes(strides), getattr(torch, str(name))
        self._room -= math.prod(sizes) * dtype.itemsize
        if len(sizes) != len(steps) or self._room < 0:
            raise WireError("a tensor of an impossible shape")
        data = self._take_entries(name, _span(sizes, steps) * dtype.itemsize)
        if data:
            tensor = torch.frombuffer(bytearray(data), dtype=dtype).as_strided(sizes, steps)
        else:
            tensor = torch.empty(sizes, dtype=dtype)
        grad = requires_grad is True and (dtype.is_floating_point or dtype.is_complex)
        return tensor.requires_grad_() if grad else tensor


# ---------------------------------------------------------------------- sockets


def send(connection: socket.socket, value: Any, strict: bool = False, exact: bool = False) -> None:
    """Send a value as one frame; ``strict`` and ``exact`` as for `dumps`.

    Raises
    ------
    WireError
        When the value does not fit into a frame; nothing is sent then.
    OSError
        When the other side is gone, or does not read within the socket's timeout.
    """
    frame = dumps(value, strict, exact)
    connection.sendall(struct.pack(">Q", len(frame)) + frame)


def receive(
    connection: socket.socket, deadline: float | None = None, met: list[str] | None = None
) -> Any:
    """Receive one frame.

    Parameters
    ----------
    connection : socket
    deadline : float, optional
        On the clock of `time.monotonic`, for the whole frame.
    met : list of str, optional
        As for `loads`.

    Raises
    ------
    EOFError
        When the other side is gone.
    TimeoutError
        When the frame is not complete at the deadline.
    WireError
        When it is no frame, or too large.
    """
    (size,) = struct.unpack(">Q", _receive_bytes(connection, 8, deadline))
    if size > MAX_BYTES:
        raise WireError(f"a value of {size} bytes is too large to be graded")
    return loads(_receive_bytes(connection, size, deadline), met)


def _receive_bytes(connection: socket.socket, size: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(left)
        part = connection.recv(min(size - len(data), 2**20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
