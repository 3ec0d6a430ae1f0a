"""What each misconception gives in an exercise: the modules of notebooks that know of it."""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import convkit.ideas
from convkit.misconceptions import MISCONCEPTIONS
from convkit.slips import PLAIN, Slip

__all__ = ["known_in", "notebook_modules", "slips_in"]


@functools.cache
def slips_in(exercise: str) -> tuple[Slip, ...]:
    """Return what each misconception makes of the answer to an exercise; () if nothing is known.

    Raises
    ------
    ValueError
        Two notebooks have slips for it, or one names a misconception without words.
    """
    return tuple(_only(exercise, "SLIPS", ()))


@functools.cache
def known_in(exercise: str) -> dict[str, str]:
    """Return the wrong numbers and sets that are a misconception's own, by their digest.

    Raises
    ------
    ValueError
        As from `slips_in`.
    """
    return dict(_only(exercise, "KNOWN", {}))


def notebook_modules(naming: str = "") -> Iterator[ModuleType]:
    """Import the modules of notebooks, from a folder or from a zip file.

    Parameters
    ----------
    naming : str
        An exercise: only the modules in whose text this name stands in quotes. To load all takes
        longer than a check. "" for every module.
    """
    for assignment in pkgutil.iter_modules(convkit.ideas.__path__, "convkit.ideas."):
        if not assignment.ispkg:
            continue
        for notebook in pkgutil.iter_modules(import_module(assignment.name).__path__):
            text = pkgutil.get_data(assignment.name, f"{notebook.name}.py") if naming else None
            quoted = (f'"{naming}"'.encode(), f"'{naming}'".encode())
            if text is None or any(name in text for name in quoted):
                module = import_module(f"{assignment.name}.{notebook.name}")
                _look_up(module)
                yield module


def _only(exercise: str, table: str, nothing: Any) -> Any:
    """Return the entry of the one module that has one."""
    tables: dict[str, Mapping[str, Any]] = {
        module.__name__: getattr(module, table, {}) for module in notebook_modules(exercise)
    }
    having = [name for name, found in tables.items() if exercise in found]
    if len(having) > 1:
        raise ValueError(f"{exercise} stands in {table} of both {' and '.join(having)}")
    return tables[having[0]][exercise] if having else nothing


def _look_up(module: ModuleType) -> None:
    numbers: Iterable[str] = [
        *(slip.number for slips in module.SLIPS.values() for slip in slips),
        *(number for known in getattr(module, "KNOWN", {}).values() for number in known.values()),
    ]
    unknown = sorted(set(numbers) - {PLAIN} - MISCONCEPTIONS.keys())
    if unknown:
        raise ValueError(
            f"{module.__name__} names {' and '.join(unknown)}, without words in "
            "misconceptions.toml"
        )
