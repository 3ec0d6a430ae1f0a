"""What each misconception gives, of all notebooks."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import convkit.ideas
from convkit.misconceptions import MISCONCEPTIONS
from convkit.slips import PLAIN, Slip

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


def _look_up(numbers: Iterable[str], place: str) -> None:
    unknown = sorted(set(numbers) - {PLAIN} - MISCONCEPTIONS.keys())
    if unknown:
        raise ValueError(
            f"{place} names {' and '.join(unknown)}, without words in misconceptions.toml"
        )


for _notebook in _notebooks():
    _slips: dict[str, tuple[Slip, ...]] = _notebook.SLIPS
    _known: dict[str, str] = getattr(_notebook, "KNOWN", {})
    _look_up((s.number for found in _slips.values() for s in found), _notebook.__name__)
    _look_up(_known.values(), _notebook.__name__)
    _add(SLIPS, _slips, _notebook.__name__)
    _add(KNOWN, _known, _notebook.__name__)
