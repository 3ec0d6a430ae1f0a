"""Plain data as bytes and back: what may cross between a student's kernel and the grader.

None, bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict,
NumPy arrays and scalars of numbers, and torch tensors. What is read is built
anew as exactly these types: never a subclass, never a pickle. Everything else
arrives as an `Opaque`, which knows the name of its type and nothing more.

A frame is the length of a JSON text (4 bytes), the JSON text, and the raw
bytes of the arrays in the order in which the text mentions them. JSON because
every Python reads it, and because nothing in it can run.

These files are also sent, as text, to the student's kernel: this one, `convgrade.plain`,
`convgrade.packing` and `convgrade.unpacking` need the standard library only, and NumPy and torch
where they are in use already.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any

from convgrade import plain
from convgrade.packing import dumps
from convgrade.plain import Opaque, WireError
from convgrade.unpacking import loads

__all__ = ["Opaque", "WireError", "dumps", "loads", "receive", "send"]


def send(
    connection: socket.socket,
    value: Any,
    strict: bool = False,
    exact: bool | Callable[[Any], Any] = False,
    known: Mapping[int, int] | None = None,
) -> None:
    """Send a value as one frame; ``strict``, ``exact`` and ``known`` as for `dumps`.

    Raises
    ------
    WireError
        When the value does not fit into a frame; nothing is sent then.
    OSError
        When the other side is gone, or does not read within the socket's timeout.
    """
    frame = dumps(value, strict, exact, known)
    connection.sendall(struct.pack(">Q", len(frame)) + frame)


def receive(
    connection: socket.socket,
    deadline: float | None = None,
    met: list[str] | None = None,
    made: Callable[[Any], Any] | None = None,
    texts: list[bool] | None = None,
) -> Any:
    """Receive one frame.

    Parameters
    ----------
    connection : socket
    deadline : float, optional
        On the clock of `time.monotonic`, for the whole frame.
    met, made, texts : optional
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
    if size > plain.MAX_BYTES:
        raise WireError(f"a value of {size} bytes is too large to be graded")
    return loads(_receive_bytes(connection, size, deadline), met, made, texts)


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
