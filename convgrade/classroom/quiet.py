"""Lets a worker of our own write to the log instead of the terminal; Dask preloads it."""

from __future__ import annotations

import os
import signal
from typing import Any

__all__ = ["LOG", "dask_setup"]

LOG = "CONVGRADE_LOG"  # environment variable: the file


def dask_setup(worker: Any) -> None:
    """Send what this process and its children print to the log; called by Dask at the start."""
    log = os.open(os.environ[LOG], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    # Ctrl-C reaches every process of a terminal. The command ends its workers itself. A function,
    # since kernels would inherit that a signal is ignored (man 2 execve).
    signal.signal(signal.SIGINT, lambda *_: None)
