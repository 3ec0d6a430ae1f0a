"""Sets up a worker of our own, preloaded by Dask: what it prints, and where it runs."""

from __future__ import annotations

import os
import signal
from typing import Any

from convgrade import confine
from convgrade.classroom.origin import let_go
from convgrade.kernels.naming import name_process

__all__ = ["LOG", "PROCESSORS", "dask_setup", "processors"]

LOG = "CONVGRADE_LOG"  # environment variable: the file
NAME = "cg-worker"  # as `top` shows it
PROCESSORS = "CONVGRADE_PROCESSORS"  # environment variable: numbers, one for each worker


def processors() -> list[int]:
    """Return the numbers of the processors that this process may use; none where nobody tells."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def dask_setup(worker: Any) -> None:
    """Send what this process and its children print to the log; called by Dask at the start."""
    log = os.open(os.environ[LOG], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    name_process(NAME)
    # What starts workers lives as long: a thread, or a process that ends with the command. A
    # worker that is stuck would not notice that the command was killed.
    confine.end_with_parent()
    let_go()
    # Ctrl-C reaches every process of a terminal. The command ends its workers itself. A function,
    # since kernels would inherit that a signal is ignored (man 2 execve).
    signal.signal(signal.SIGINT, lambda *_: None)
    if os.environ.get(PROCESSORS):
        _keep_to_one(int(worker.name))


def _keep_to_one(number: int) -> None:
    """Run on one processor, with all children: they wake each other, and share its caches.

    The number is the worker's; there are as many processors as workers, or more.
    """
    mine = os.environ[PROCESSORS].split(",")
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), {int(mine[number % len(mine)])})
