"""Shows how far a run is: a bar in a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

__all__ = ["Progress"]

EVERY = 30.0  # seconds between lines


class Progress:
    """Counts notebooks on stderr; a context manager.

    Parameters
    ----------
    total : int
        Notebooks.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._terminal = sys.stderr.isatty()
        self._bar: Any = tqdm(
            total=total, unit="notebook", disable=not self._terminal, dynamic_ncols=True
        )
        self._done = self._failed = 0
        self._start = self._said = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._bar.close()

    def step(self, failed: bool) -> None:
        """Count one notebook."""
        self._done += 1
        if failed:
            self._failed += 1
            self._bar.set_postfix_str(f"{self._failed} failed")
        self._bar.update()
        now = time.monotonic()
        if not self._terminal and now - self._said > EVERY:
            self._said = now
            print(self._line(now - self._start), file=sys.stderr, flush=True)

    def _line(self, seconds: float) -> str:
        rate = self._done / seconds
        left = (self._total - self._done) / rate
        return (
            f"{self._done} of {self._total} notebooks, {rate:.1f} a second, "
            f"{left:.0f} s left, {self._failed} failed"
        )
