"""How large a picture becomes when it is unpacked, read from its first bytes."""

from __future__ import annotations

import base64
import binascii
import struct

__all__ = ["MAX_PIXELS", "pixels"]

MAX_PIXELS = 25_000_000  # of a picture: 5000 by 5000, a page printed at 600 dots an inch
TOO_MANY = 2**31  # stands for a size that is not told
PNG = b"\x89PNG\r\n\x1a\n"
# Of a JPEG file, the segments that hold its size: SOF0 to SOF15 without DHT, JPG and DAC.
SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset(range(0xD0, 0xD9)) | {0x01}  # segments of two bytes


def pixels(text: str) -> int:
    """Return the number of pixels of a PNG or JPEG picture.

    Parameters
    ----------
    text : str
        The file in base64.

    Returns
    -------
    int
        0 for what is no picture, a very large number for one that does not tell.
    """
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return 0
    if data.startswith(PNG):
        if data[12:16] != b"IHDR" or len(data) < 24:
            return 0  # no program shows it
        width, height = struct.unpack_from(">II", data, 16)
        return int(width * height)
    return _pixels_of_jpeg(data) if data.startswith(b"\xff\xd8\xff") else 0


def _pixels_of_jpeg(data: bytes) -> int:
    """Walk through the segments up to the one with the size."""
    most, at = 0, 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        kind = data[at + 1]
        if kind == 0xFF or kind in ALONE:
            at += 1 if kind == 0xFF else 2
            continue
        if kind in SIZES and at + 9 <= len(data):
            height, width = struct.unpack_from(">HH", data, at + 5)
            most = max(most, width * height)
        if kind == 0xDA:  # the picture itself begins
            break
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return most or TOO_MANY
