"""The log of a run: a file, because a class would fill any screen."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from convgrade.classroom.printable import printable

__all__ = ["log_to"]


class _Lines(logging.Formatter):
    """Keeps what students name their files from looking like a line of ours, or like control."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n    ".join(map(printable, super().format(record).split("\n")))


class _Log(logging.FileHandler):
    """Ends the run when the disk is full; logging's own prints a traceback and goes on."""

    def emit(self, record: logging.LogRecord) -> None:
        assert self.stream is not None
        self.stream.write(self.format(record) + self.terminator)
        self.flush()


@contextlib.contextmanager
def log_to(path: Path) -> Iterator[logging.Logger]:
    """Give a log whose lines go to a file: a class would fill any screen."""
    log = logging.Logger("convgrade", logging.INFO)
    # A name need not be UTF-8, and what is logged about it must not stop the work.
    handler = _Log(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    try:
        yield log
    finally:
        handler.close()
