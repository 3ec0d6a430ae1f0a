"""A Dask worker made a process in which notebooks can be graded, and whether it may grade."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import shutil
import tempfile
import threading
import warnings
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning

from convgrade import confine
from convgrade.classroom import own_worker
from convgrade.classroom.versions import differences, versions
from convgrade.kernels import forks
from convgrade.kernels.folders import held_folder, remove_leftovers
from convgrade.nbgrader_schema import check_schema_once

__all__ = ["missing_layers", "prepare", "unfit"]


def unfit(theirs: Mapping[str, str], require_sandbox: bool) -> str:
    """Say why this worker must not grade for a command; "" if it may.

    Parameters
    ----------
    theirs : mapping of str to str
        The command's `versions`.
    require_sandbox : bool
    """
    wrong = differences(theirs, versions())
    if require_sandbox:
        wrong += [f"its confinement lacks {name}: {why}" for name, why in missing_layers().items()]
    return "; ".join(wrong)


@cache
def missing_layers() -> dict[str, str]:
    """Return the layers of confinement that this machine lacks, and why; tried once a process."""
    return confine.missing_layers()


def prepare() -> None:
    """Make a Dask worker a process in which notebooks can be graded; harmless when repeated."""
    # Dask's workers are daemons, which may not start processes. They need not: a worker's
    # children end with it.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    os.environ["NBGRADER_EXECUTION"] = "autograde"  # as nbgrader's converter sets it
    # The ids that a submission comes with do not matter: the first plug-in replaces its cells.
    warnings.simplefilter("ignore", DuplicateCellId)
    warnings.simplefilter("ignore", MissingIDFieldWarning)
    check_schema_once()
    # The command removes what workers of its own leave when they are killed.
    if own_worker.LOG not in os.environ and forks.available():
        with _preparing:
            _own_folder()


_preparing = threading.Lock()


@cache
def _own_folder() -> None:
    """Put this worker's temporary files into one folder; remove those of killed workers."""
    top = Path(tempfile.gettempdir())
    remove_leftovers(top)
    folder, _ = held_folder(top)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tempfile.tempdir = str(folder)
