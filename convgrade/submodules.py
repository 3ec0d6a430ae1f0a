"""Parts of libraries that a test uses, and that in one process the student's code had imported.

As after ``import matplotlib.pyplot``, which imports ``matplotlib.patches``.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from convgrade.constructs import Constructs

__all__ = ["bring"]


def bring(facts: Constructs, known: Callable[[str], Any], there: Callable[[str], Any]) -> None:
    """Import what a test reads of modules, where it is imported on the student's side.

    Parameters
    ----------
    facts : Constructs
        Of the test.
    known : callable
        Returns the grader's value of a name, or None.
    there : callable
        Tells whether the student's kernel has imported a module.
    """
    imports = dict(facts.imports)
    for text in facts.dotted:
        first, *parts = text.split(".")
        value = known(first)
        name = value.__name__ if isinstance(value, ModuleType) else imports.get(first, "")
        for part in parts if name else ():
            parent, name = name, f"{name}.{part}"
            if name in sys.modules:
                continue
            if not _is_part(parent, part) or there(name) is not True:
                break
            with contextlib.suppress(Exception):  # of any library: then the test has none
                importlib.import_module(name)


def _is_part(parent: str, part: str) -> bool:
    """Tell whether a package has a module of a name, which nothing has imported yet."""
    package = sys.modules.get(parent)
    if hasattr(package, part):
        return False
    try:
        return importlib.util.find_spec(f"{parent}.{part}") is not None
    except (ImportError, ValueError):
        return False
