"""What each misconception gives, of all notebooks."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import convkit.ideas
from convkit.slips import Slip

__all__ = ["KNOWN", "SLIPS"]

#: By exercise: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {}

#: Wrong numbers and sets that are a misconception's own, by `digest`.
KNOWN: dict[str, str] = {}


def _notebooks() -> Iterator[ModuleType]:
    """Import the modules of all notebooks, from a folder or from a zip file."""
    for assignment in pkgutil.iter_modules(convkit.ideas.__path__, "convkit.ideas."):
        if assignment.ispkg:
            package = import_module(assignment.name)
            for notebook in pkgutil.iter_modules(package.__path__, assignment.name + "."):
                yield import_module(notebook.name)


def _add(to: dict[str, Any], more: Mapping[str, Any], place: str) -> None:
    twice = sorted(to.keys() & more.keys())
    if twice:
        raise ValueError(f"{place}: {', '.join(twice)} stands in another notebook's module too")
    to.update(more)


for _notebook in _notebooks():
    _add(SLIPS, _notebook.SLIPS, _notebook.__name__)
    _add(KNOWN, getattr(_notebook, "KNOWN", {}), _notebook.__name__)
