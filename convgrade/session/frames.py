"""Messages of a session, cut into packets of a socket that keeps their borders.

A packet is sent whole or not at all, so a message whose sender was interrupted or killed spoils
no other, and a child process of a student's may send on the socket that it has inherited.
Standard library only: both ends use it.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

__all__ = ["MAX_MESSAGE", "PACKET", "Assembly", "packets"]

PACKET = 2**16  # bytes of one: a socket takes them in one piece
MAX_MESSAGE = 8 * 2**20  # bytes of a student's that are kept: JSON takes thirty times its size
MAX_BEGUN = 16  # messages that have begun and not ended

_HEAD = struct.Struct(">IQ?")  # who sends, which message, whether this ends it
_numbers = iter(range(2**63))


def packets(message: bytes) -> Iterator[bytes]:
    """Cut a message into packets."""
    sender, number = os.getpid(), next(_numbers)
    room = PACKET - _HEAD.size
    for begin in range(0, len(message) or 1, room):
        last = begin + room >= len(message)
        yield _HEAD.pack(sender, number, last) + message[begin : begin + room]


class Assembly:
    """Puts messages together from packets that anybody may have sent.

    Parameters
    ----------
    most : int
        Bytes of a message that are kept.
    """

    def __init__(self, most: int = MAX_MESSAGE) -> None:
        self._most = most
        self._begun: dict[tuple[int, int], tuple[list[bytes], int]] = {}

    def add(self, packet: bytes) -> bytes | int | None:
        """Take a packet.

        Returns
        -------
        bytes or int or None
            The message that it completes; its size, when that is more than is kept; None while
            more is to come.

        Raises
        ------
        ValueError
            When it is no packet.
        """
        if len(packet) < _HEAD.size:
            raise ValueError(f"a packet of {len(packet)} bytes")
        sender, number, last = _HEAD.unpack_from(packet)
        parts, size = self._begun.pop((sender, number), ([], 0))
        size += len(packet) - _HEAD.size
        if size > self._most:
            parts = []
        else:
            parts.append(packet[_HEAD.size :])
        if last:
            return b"".join(parts) if size <= self._most else size
        self._begun[sender, number] = parts, size
        if len(self._begun) > MAX_BEGUN:
            del self._begun[next(iter(self._begun))]  # its sender was interrupted, or lies
        return None
