"""One thread for sums too small to share: several would wait for each other, not compute."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch compute in one thread inside.

    Where other programs keep the processors busy, a thread that another one waits for may first
    get its turn after many milliseconds; a check makes thousands of small sums.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
