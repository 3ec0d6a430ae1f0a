"""Which modules are of Python's or of an installed library's, and which are files of a course."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

__all__ = ["is_course_file", "is_library", "is_of_course", "module_of"]

INSTALLED = frozenset({"site-packages", "dist-packages"})


def is_library(module: Any) -> bool:
    """Tell whether a module, by its name, is a library's that this process has imported."""
    if type(module) is not str:  # a class can have anything there
        return False
    top = module.partition(".")[0]
    if top in ("", "builtins", "__main__"):
        return False
    if top in sys.stdlib_module_names:
        return True
    place = getattr(sys.modules.get(top), "__file__", None)
    return type(place) is str and not INSTALLED.isdisjoint(Path(place).parts)


def is_course_file(module: Any) -> bool:
    """Tell whether a module, by its name, is a file of the course's: both sides have one."""
    if type(module) is not str:
        return False
    place = getattr(sys.modules.get(module), "__file__", None)
    ours = module.partition(".")[0] in ("__main__", __name__.partition(".")[0])
    return type(place) is str and not ours and not is_library(module)


def is_of_course(kind: type) -> bool:
    """Tell whether a class stands in a cell or in a file of the course's."""
    return kind.__module__ == "__main__" or is_course_file(kind.__module__)


def module_of(value: Any) -> Any:
    """Return the name of the module that a value is or comes from; None where it is of none."""
    if type(value) is ModuleType:
        return value.__name__
    kind = type(value)  # what stands for a student's function has a class that equals Python's
    return value.__module__ if kind is FunctionType or kind is type else None
