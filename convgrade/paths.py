"""Names of files and paths as they cross between a test and a student's kernel."""

from __future__ import annotations

import importlib.machinery
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["is_code", "is_sound", "moved", "texts"]

# What Python, or IPython's %run, takes for code by its name: never brought here.
CODE = tuple({*importlib.machinery.all_suffixes(), ".pyw", ".pyo", ".pyd", ".ipynb", ".ipy",
              ".so", ".dll", ".dylib", ".pth", ".egg", ".whl"})  # fmt: skip
NAME = re.compile(r"[^\x00-\x1f/\\:\"<>|?*\ud800-\udfff]{1,200}")
READ_BY_LIBRARIES = frozenset({"matplotlibrc", "setup.cfg", "pytest.ini", "tox.ini"})


def is_sound(path: str) -> bool:
    """Tell whether a path leads into a folder and to nothing that is hidden or special there."""
    sound = all(
        NAME.fullmatch(part) and part == part.strip(". ") and part[:2] != "__"
        for part in path.split("/")
    )  # fmt: skip
    return sound and len(path) <= 1000


def is_code(path: str) -> bool:
    """Tell whether a file's name is one that Python, or a library, would run or obey."""
    name = path.rpartition("/")[2].lower()
    return name.endswith(CODE) or name in READ_BY_LIBRARIES


def moved(value: Any, old: str, new: str) -> Any:
    """Return a path below one folder as one below another; other values as they are."""
    text = str(value) if type(value) in (str, type(Path())) else ""
    if text != old and not text.startswith(f"{old}/"):
        return value
    return type(value)(new + text[len(old) :])


def texts(values: Iterable[Any], depth: int = 0) -> Iterable[str]:
    """Yield what could be paths among the arguments of a call."""
    for value in values:
        if isinstance(value, os.PathLike):
            value = os.fspath(value)
        if type(value) is str and "\0" not in value:
            yield value
        elif type(value) in (list, tuple, dict) and depth < 2 and len(value) < 1000:
            yield from texts(value.values() if type(value) is dict else value, depth + 1)
