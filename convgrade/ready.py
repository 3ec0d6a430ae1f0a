"""Imported last by the server that the grader's processes are forked from: makes it ready to fork.

Importing this does it; multiprocessing's fork server knows no other way.
"""

from __future__ import annotations

import contextlib
import importlib
import sys

from convgrade import judge_process
from convgrade.kernels.server import INLINE, SHELL
from convgrade.kernels.settle import settle

for name in SHELL:
    with contextlib.suppress(ImportError):  # another IPython has them elsewhere
        importlib.import_module(name)
if "matplotlib" in sys.modules:  # else this course has no use for it
    importlib.import_module("matplotlib_inline.backend_inline")
    # It reads what every installed package offers as a backend, once.
    sys.modules["matplotlib"].rcParams["backend"] = INLINE
judge_process.make_shell()
settle()
