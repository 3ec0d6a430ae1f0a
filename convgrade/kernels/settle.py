"""Makes a process that is done importing cheap to fork, on Linux."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from pathlib import Path

__all__ = ["settle"]

HUGE = 2**21  # bytes of a huge page
COLLAPSE = 25  # MADV_COLLAPSE of madvise(2), since Linux 6.1


def settle() -> None:
    """Keep forks from copying what they can share: objects, and tables of pages."""
    gc.collect()
    gc.freeze()  # a collection would write to every object, and copy the memory of every fork
    with contextlib.suppress(OSError):  # no /proc
        for begin, end in _private_memory():
            _use_huge_pages(begin, end)
    gc.enable()  # imports are done without


def _private_memory() -> list[tuple[int, int]]:
    """Return from where to where this process has memory of its own that it can write to."""
    ranges = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        where, rights, _, _, file, *name = line.split(maxsplit=5)
        if rights == "rw-p" and file == "0" and name in ([], ["[heap]"]):
            begin, end = (int(number, 16) for number in where.split("-"))
            ranges.append((begin, end))
    return ranges


def _use_huge_pages(begin: int, end: int) -> None:
    """Put memory into huge pages where the system can; a fork copies a number for each page.

    A page that a fork writes to is still copied by itself: the system splits the huge one.
    """
    madvise = ctypes.CDLL(None).madvise
    for place in range(-(-begin // HUGE) * HUGE, end // HUGE * HUGE, HUGE):
        madvise(ctypes.c_void_p(place), ctypes.c_size_t(HUGE), COLLAPSE)
