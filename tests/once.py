"""What a run of the tests makes once, for all its processes: answers graded, courses released.

Every run begins with nothing: what is kept is gone when it ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

FOLDER = "CONVGRADE_TESTS_ONCE"  # in the environment of a run's processes
T = TypeVar("T")


def begin(config: pytest.Config) -> None:
    """Make the run's folder, unless this process is one of several of a run."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="once-")
        os.environ[FOLDER] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def once(what: object, make: Callable[[], T]) -> T:
    """Return what ``make`` returned to the process of this run that asked first.

    Parameters
    ----------
    what : object
        What is made: its `repr` says all that the result depends on.
    make : callable
        Its result can be pickled. Outside of a run of the tests it is called each time.
    """
    if FOLDER not in os.environ:
        return make()
    path = Path(os.environ[FOLDER], hashlib.sha256(repr(what).encode()).hexdigest())
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # others wait here, and find it made
        if not path.exists():
            half = Path(f"{path}.half")
            half.write_bytes(pickle.dumps(make()))
            half.rename(path)
    found: Any = pickle.loads(path.read_bytes())
    return found  # type: ignore[no-any-return]


def once_folder(what: object, make: Callable[[Path], object], target: Path) -> Path:
    """Copy into ``target`` what ``make`` wrote into a folder; see `once`."""

    def fill() -> str:
        folder = tempfile.mkdtemp(dir=os.environ.get(FOLDER))
        make(Path(folder))
        return folder

    made = once(what, fill)
    shutil.copytree(made, target, dirs_exist_ok=True, symlinks=True)
    if FOLDER not in os.environ:
        shutil.rmtree(made)
    return target
