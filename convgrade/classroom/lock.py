"""One runner at a time for a course."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

__all__ = ["CourseLock", "LockedError"]

PREFIX = "cg-run-"


class LockedError(Exception):
    """Another runner grades this course; the message says who."""


class CourseLock:
    """Holds a file of the course; a context manager.

    The operating system gives the lock back when the process ends in whatever way
    (man 2 flock). What stands in the file says who took it last.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    temporary : Path
        A folder for the run. That of a run which was killed is removed by the next.

    Raises
    ------
    LockedError
        On entering, when somebody else holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = _read(file)
            file.close()
            raise LockedError(
                f"One command at a time grades a course, and {holder.get('command', 'another')!r} "
                f"has been doing so since {holder.get('since', 'a moment ago')} (process "
                f"{holder.get('pid', 'unknown')} on {holder.get('host', 'an unknown machine')}). "
                "Wait for it or end it, then run this command again."
            ) from None
        self._file = file
        _remove(_read(file).get("temporary"))
        # Written down before it is made: a run that is killed in between leaves nothing behind.
        self.temporary = Path(tempfile.gettempdir(), PREFIX + secrets.token_hex(4))
        try:
            self._write(
                {
                    "host": socket.gethostname(),
                    "pid": os.getpid(),
                    "since": time.strftime("%Y-%m-%d %H:%M:%S"),
                    "command": " ".join(["convgrade", *sys.argv[1:]]),
                    "temporary": str(self.temporary),
                }
            )
            self.temporary.mkdir(mode=0o700)
        except BaseException:
            file.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        assert self._file is not None
        shutil.rmtree(self.temporary, ignore_errors=True)
        with contextlib.suppress(OSError):  # a full disk, which has ended the run as well
            self._write({})
        self._file.close()

    def _write(self, holder: dict[str, Any]) -> None:
        assert self._file is not None
        # Not through the file's buffer: what a full disk refuses would come again at its close.
        os.ftruncate(self._file.fileno(), 0)
        os.write(self._file.fileno(), json.dumps(holder).encode())


def _read(file: IO[str]) -> dict[str, Any]:
    file.seek(0)
    try:
        holder = json.loads(file.read())
    except ValueError:  # killed while it wrote
        return {}
    return holder if isinstance(holder, dict) else {}


def _remove(folder: Any) -> None:
    """Remove what a killed run left in the folder for temporary files."""
    if isinstance(folder, str) and Path(folder).name.startswith(PREFIX):
        path = Path(folder)
        if path.is_dir() and not path.is_symlink() and path.stat().st_uid == os.getuid():
            shutil.rmtree(path, ignore_errors=True)
