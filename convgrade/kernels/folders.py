"""Temporary folders that are removed even after everybody who used them was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

if sys.platform == "linux":  # elsewhere nothing is forked
    import fcntl

__all__ = ["MARK", "PREFIX", "held_folder", "remove_leftovers", "remove_unused", "short_folder"]

PREFIX, MARK = "cg-", ".in-use"
MAX_SHORT = 40  # characters: sockets lie 66 deeper at most, and unix(7) has 107 for a path


def short_folder() -> Path:
    """Return a folder for temporary files in which the paths of sockets are not too long.

    Raises
    ------
    OSError
        When there is none; the message says what to do.
    """
    usual = tempfile.gettempdir()
    for folder in (usual, "/tmp", "/var/tmp", "/dev/shm"):
        if len(os.fsencode(folder)) <= MAX_SHORT and (
            folder == usual or os.access(folder, os.W_OK | os.X_OK)
        ):
            return Path(folder)
    raise OSError(
        f"the folder for temporary files, {usual}, has a path of {len(usual)} characters, and "
        f"sockets need one of at most {MAX_SHORT}: set TMPDIR to such a folder"
    )


def held_folder(top: Path) -> tuple[Path, int]:
    """Make a folder that is in use as long as the descriptor is open in some process, flock(2).

    Raises
    ------
    OSError
        When there is no room for it, or no descriptor; then nothing is left.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=top))
        try:
            mark = os.open(folder / MARK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            folder.rmdir()  # takes no descriptor: there may be none
            raise
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(mark).st_nlink:
                return folder, mark
        # Not marked in time: another process has taken it for a leftover.
        os.close(mark)


def remove_unused(folder: Path, *names: str) -> None:
    """Remove a held folder that has no more than these files; it takes no descriptor."""
    for name in (MARK, *names):
        (folder / name).unlink(missing_ok=True)
    folder.rmdir()


def remove_leftovers(temporary: Path) -> None:
    """Remove the folders of processes that were killed together with their fork server."""
    for mark in temporary.glob(f"{PREFIX}*/{MARK}"):
        try:
            if mark.lstat().st_uid != os.getuid():
                continue
            with open(mark) as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(mark.parent, ignore_errors=True)
        except OSError:
            continue  # in use, or gone by now
