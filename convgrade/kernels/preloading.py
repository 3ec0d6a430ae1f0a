"""Imports what forks share, in a process that must keep a single thread."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable

__all__ = ["INLINE", "KERNEL", "SHELL", "assert_single_thread", "preload"]

INLINE = "module://matplotlib_inline.backend_inline"
#: What the first IPython shell of a process imports.
SHELL = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "cProfile",
    "sqlite3",
    "symtable",
)
#: What a kernel imports when it starts.
KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "ipykernel.zmqshell",
    *SHELL,
    "zmq.eventloop.zmqstream",
    "tornado.platform.asyncio",
    "faulthandler",
    "psutil",
)


def preload(modules: Iterable[str]) -> None:
    """Import modules where they are installed.

    Raises
    ------
    RuntimeError
        When one leaves a thread behind.
    Exception
        What an import ends with; a module that is not there is left out.
    """
    # The debugger does, takes as long to import as the rest of a kernel, and is of no use here.
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # the import system's word for "no"
    for name in modules:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not (name + ".").startswith(error.name + "."):
                raise
        if _threads() > 1:
            raise RuntimeError(
                f"importing {name} leaves {_threads() - 1} more threads behind, and a process "
                "with threads cannot be forked safely; take it out of `preload`"
            )
    del sys.modules["debugpy"]
    if "matplotlib" in sys.modules:  # else this course has no use for it
        importlib.import_module("matplotlib_inline.config")
        # It reads what every installed package offers as a backend, once.
        sys.modules["matplotlib"].rcParams["backend"] = INLINE
    if "numpy" in sys.modules:
        importlib.import_module("numpy.random")  # numpy waits with it until it is used


def assert_single_thread() -> None:
    """See that this process can be forked; RuntimeError if it has more threads."""
    if _threads() > 1:
        raise RuntimeError(f"the fork server has {_threads()} threads")


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))
