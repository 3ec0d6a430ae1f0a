"""Reads the graded notebooks of a class, in several processes when there are many."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from convgrade.report.records import Read, read

__all__ = ["read_all"]

FEW = 200  # notebooks that one process reads before others have started
CHUNK = 100  # notebooks handed over at a time


def read_all(paths: Sequence[Path], processes: int | None = None) -> Iterator[Read]:
    """Yield what every graded notebook holds, in the order of the paths.

    Parameters
    ----------
    paths : sequence of Path
    processes : int, optional
        As many as there are cores.
    """
    count = processes or os.cpu_count() or 1
    if len(paths) <= FEW or count == 1:
        yield from map(read, paths)
        return
    chunks = [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)]
    # Not forked: this process has threads of NumPy's, which a fork would leave half done.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        for part in pool.map(_read_some, chunks):
            yield from part


def _read_some(paths: Sequence[Path]) -> list[Read]:
    """Read a chunk. Equal parts become one object: that is pickled once."""
    known: dict[object, object] = {}
    found = [read(path) for path in paths]
    for notebook in found:
        for name, record in notebook.records.items():
            notebook.records[name] = known.setdefault(record, record)  # type: ignore[assignment]
    return found
