"""The grader's process where processes cannot be forked: started by `multiprocessing`."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from types import ModuleType
from typing import Any

from convgrade import judge_process

__all__ = ["Spawned"]

_starting = threading.Lock()


class Spawned:
    """A process that runs `judge_process.serve`, used as a `convgrade.kernels.fork.Fork` is.

    Parameters
    ----------
    pipe : Connection
        Its end.
    folder, support : str
        See `judge_process.serve`.

    Raises
    ------
    OSError, EOFError
        When it does not start.
    """

    def __init__(self, pipe: Any, folder: str, support: str) -> None:
        self._process = multiprocessing.get_context("spawn").Process(
            target=judge_process.serve, args=(pipe, folder, support), daemon=True
        )
        with _starting:  # with no ``__main__``: it would import nbgrader's command line again
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                self._process.start()
            finally:
                sys.modules["__main__"] = main

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit code, negative for a signal.

        Raises
        ------
        TimeoutError
            When it still runs after ``timeout`` s.
        """
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError
        return code
