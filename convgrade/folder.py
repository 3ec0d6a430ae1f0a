"""A working folder: which files lie in it, what is in them, and changes of that.

Used on both sides of a conversation: sent as text to the student's kernel together with
`convgrade.serve`, and as little trusted there.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
import zlib
from collections.abc import Iterator
from typing import Any

__all__ = ["MAX_FILE", "MAX_PATHS", "Folder", "Mark"]

MAX_PATHS = 10_000  # files and folders that are looked at
MAX_FILE = 16 * 2**20  # bytes of a file whose content is looked at
FRESH = 2 * 10**8  # nanoseconds after which another change shows in a file's time
AS_LAID = -1

# Of a file its size, and its checksum; `AS_LAID` instead while nobody has touched it. Of a
# folder nothing.
Mark = tuple[int, ...]


class Folder:
    """A folder and what is below it, but for what stands behind a dot or a link.

    Parameters
    ----------
    top : str
        Where it lies: by default the working folder of now.
    """

    def __init__(self, top: str = ".") -> None:
        self.top = os.path.realpath(top)
        self._laid = {path: _stamp(status) for path, status in self._walk()}
        self._known: dict[str, tuple[Any, Mark, int]] = {}
        self._told: dict[str, Mark] = {}

    def marks(self) -> dict[str, Mark]:
        """Return what lies there, each with its mark: another one when its content is another."""
        found: dict[str, Mark] = {}
        for path, status in self._walk():
            if len(found) > MAX_PATHS:
                break
            found[path] = self._mark(path, status)
        return found

    def _mark(self, path: str, status: os.stat_result) -> Mark:
        if stat.S_ISDIR(status.st_mode):
            return ()
        stamp = _stamp(status)
        if self._laid.get(path) == stamp:
            return (status.st_size, AS_LAID)
        if status.st_size > MAX_FILE:
            return (status.st_size, status.st_mtime_ns)
        old, mark, seen = self._known.get(path, (None, (), 0))
        # Clocks of file systems are coarse: a second change may leave the time as it is.
        if old == stamp and seen - status.st_mtime_ns > FRESH:
            return mark
        now, data = time.time_ns(), self.read(path)
        mark = (len(data), zlib.crc32(data))
        self._known[path] = (stamp, mark, now)
        return mark

    def read(self, path: str) -> bytes:
        """Return what is in a file, as far as is looked at; nothing if it cannot be read."""
        with contextlib.suppress(OSError), open(self.place(path), "rb") as file:
            return file.read(MAX_FILE)
        return b""

    def write(self, path: str, data: bytes | None) -> None:
        """Put a file there, or a folder, and the folders around it.

        Raises
        ------
        OSError
            When something else is there, or a link leads elsewhere.
        """
        place = self.place(path)
        around = os.path.dirname(place)
        os.makedirs(around, exist_ok=True)
        if os.path.realpath(around) != around:
            raise OSError(f"{path} lies behind a link")
        if data is None:
            os.makedirs(place, exist_ok=True)
            return
        with contextlib.suppress(FileNotFoundError):
            os.remove(place)
        with open(place, "xb") as file:
            file.write(data)

    def remove(self, path: str) -> None:
        """Take a file away, or a folder with nothing in it."""
        place = self.place(path)
        with contextlib.suppress(OSError):
            os.rmdir(place) if os.path.isdir(place) else os.remove(place)

    def place(self, path: str) -> str:
        """Return where something lies."""
        return os.path.join(self.top, *path.split("/"))

    def _walk(self) -> Iterator[tuple[str, os.stat_result]]:
        for top, folders, names in os.walk(self.top):
            folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
            for name in [*folders, *sorted(names)]:
                path = os.path.join(top, name)
                with contextlib.suppress(OSError):
                    status = os.lstat(path)
                    if not name.startswith(".") and _is_plain(status.st_mode):
                        yield os.path.relpath(path, self.top).replace(os.sep, "/"), status

    # ------------------------------------------------------------- the student's end

    def exchange(self, put: dict[str, bytes | None], gone: list[str]) -> dict[str, Any]:
        """Take over what the grader's side has changed; return what lies here then."""
        for path, data in put.items():
            with contextlib.suppress(OSError):
                self.write(path, data)
        for path in gone:
            self.remove(path)
        self._told = self.marks()
        here = os.path.realpath(".") == self.top
        return {"marks": self._told, "here": here, "top": self.top}

    def touched(self) -> bool:
        """Tell whether the grader's side was told something else last."""
        return self.marks() != self._told or os.path.realpath(".") != self.top


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _is_plain(mode: int) -> bool:
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
