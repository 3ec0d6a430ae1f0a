"""Makes a process that is done importing cheap to fork, on Linux."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from pathlib import Path

__all__ = ["freeze", "use_huge_pages"]

HUGE = 2**21  # bytes of a huge page
COLLAPSE = 25  # MADV_COLLAPSE of madvise(2), since Linux 6.1


def freeze() -> None:
    """Keep the collector from writing to objects that are there: forks would copy their memory."""
    gc.collect()
    gc.freeze()
    gc.enable()  # imports are done without


def use_huge_pages() -> None:
    """Keep forks from copying long tables of pages: it takes what some twenty forks save."""
    with contextlib.suppress(OSError):  # no /proc
        for begin, end in _private_memory():
            _collapse(begin, end)


def _private_memory() -> list[tuple[int, int]]:
    """Return from where to where this process has memory of its own that it can write to."""
    ranges = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        where, rights, _, _, file, *name = line.split(maxsplit=5)
        if rights == "rw-p" and file == "0" and name in ([], ["[heap]"]):
            begin, end = (int(number, 16) for number in where.split("-"))
            ranges.append((begin, end))
    return ranges


def _collapse(begin: int, end: int) -> None:
    """Put memory into huge pages where the system can; a fork copies a number for each page.

    A page that a fork writes to is still copied by itself: the system splits the huge one.
    """
    madvise = ctypes.CDLL(None).madvise
    for place in range(-(-begin // HUGE) * HUGE, end // HUGE * HUGE, HUGE):
        madvise(ctypes.c_void_p(place), ctypes.c_size_t(HUGE), COLLAPSE)
