"""The working folder of a notebook's tests: the course's files, laid anew for each process."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

__all__ = ["furnish", "lay"]

WORK = ".work"


def furnish(course: Path) -> Path:
    """Return a working folder with the course's files, as new whatever one before it held."""
    work = course / WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for top, folders, names in os.walk(course):
        here = work / os.path.relpath(top, course)
        if Path(top) == course:
            folders[:] = [name for name in folders if name != WORK]
        for name in folders:
            (here / name).mkdir()
        for name in names:
            lay(Path(top, name), here / name)
    return work


def lay(source: Path, target: Path) -> None:
    """Lay a file of the course's where it is used, at no cost where that is possible."""
    try:
        os.link(source, target)
    except OSError:  # on file systems that have no such links
        shutil.copy2(source, target)
