"""Tries which modules a process that will be forked can import, in a process of their own.

That one imports nothing else which takes time.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import sys
from collections.abc import Sequence

from convgrade.kernels.zygotes import KEPT, ONE_THREAD

__all__ = ["fit"]

TRIAL = 120.0  # seconds for all imports
UNFIT = "!"  # before the name of a module that leaves threads behind


def fit(modules: Sequence[str]) -> list[str]:
    """Return those of some modules that can be imported here without leaving threads behind.

    A process with threads cannot be forked safely.
    """
    left, good = list(modules), list[str]()
    while left:
        env = {name: os.environ[name] for name in KEPT if name in os.environ} | ONE_THREAD
        words = [sys.executable, "-m", __name__, *left]
        try:
            done = subprocess.run(
                words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=TRIAL, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):  # then notebooks import for themselves
            return []
        lines = [line for line in done.stdout.splitlines() if line.lstrip(UNFIT) in left]
        good = [line for line in lines if not line.startswith(UNFIT)]
        unfit = [line.lstrip(UNFIT) for line in lines if line.startswith(UNFIT)]
        if not unfit:
            return good
        left = [name for name in left if name not in unfit]
    return good


def main(modules: Sequence[str]) -> int:
    """Try imports, and write down how each went."""
    say, sys.stdout = sys.stdout, sys.stderr  # a module may print
    for name in modules:
        with contextlib.suppress(Exception, SystemExit):
            importlib.import_module(name)
            if len(os.listdir("/proc/self/task")) > 1:
                print(f"{UNFIT}{name}", file=say, flush=True)
                return 0
            print(name, file=say, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
