"""Which modules are of Python's or of an installed library's, and no files of a course."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["is_library"]

INSTALLED = frozenset({"site-packages", "dist-packages"})


def is_library(module: str) -> bool:
    """Tell whether a module, by its name, is a library's that this process has imported."""
    top = module.partition(".")[0]
    if top in ("", "builtins", "__main__"):
        return False
    if top in sys.stdlib_module_names:
        return True
    place = getattr(sys.modules.get(top), "__file__", None)
    return type(place) is str and not INSTALLED.isdisjoint(Path(place).parts)
