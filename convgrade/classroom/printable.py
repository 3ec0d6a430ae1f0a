"""Text that others chose, made fit for a log or a terminal."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """Write out what is no letter: line ends, control characters, bytes that are not UTF-8.

    The name of a file can hold all of them, and must neither look like a line of
    ours nor stop the one that tells about it.
    """
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
