"""Imported last by the server that the grader's processes are forked from: makes it ready to fork.

Importing this does it; multiprocessing's fork server knows no other way.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys

#: What the first shell of a process imports.
SHELL = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "cProfile",
    "matplotlib_inline.backend_inline",
    "sqlite3",
)

for name in SHELL:
    with contextlib.suppress(ImportError):  # another IPython has them elsewhere
        importlib.import_module(name)
if "matplotlib" in sys.modules:
    # It reads what every installed package offers as a backend, once.
    sys.modules["matplotlib"].rcParams["backend"] = "module://matplotlib_inline.backend_inline"
gc.collect()
gc.freeze()  # a collection would write to every object, and copy the memory of every fork
