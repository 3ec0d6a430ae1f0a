"""Values that chance or the clock gives a cell of the course's: another on each side.

Tests use what the student's side has, as in one process, if it is of the same kind and size. What
comes out the same when the cell runs once more is no matter of chance: there the course's stays,
whatever the student's is. What is not known waits for a person.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from convgrade.about import fingerprint
from convgrade.bindings import bound_names, read_first
from convgrade.changing import changed_names
from convgrade.namespace import Namespace
from convgrade.remote import Link, Lost

__all__ = ["settle"]

RUNS = 20  # after which a coin has shown its other side, but once in a million
SECONDS = 2.0  # in which further runs begin
OTHER = "is another on the student's side: perhaps by chance"
FIXED = (ModuleType, FunctionType, type)


def settle(
    names: Namespace, link: Link, source: str, again: Callable[[], Any], deadline: float
) -> None:
    """Take over from the student's side what chance gave to both, right after both ran a cell.

    Parameters
    ----------
    names : Namespace
    link : Link
    source : str
        What both sides ran.
    again : callable
        Runs it once more, in a process that is thrown away, and returns IPython's result.
    deadline : float
        On the clock of `time.monotonic`.

    Raises
    ------
    Lost, Undecided
    """
    bound = {n for n in bound_names(source) | changed_names(source) if dict.__contains__(names, n)}
    prints = {name: fingerprint(dict.get(names, name)) for name in bound}
    ours = {name: found for name, found in prints.items() if found is not None}
    if not ours:
        return
    try:
        theirs = link.about("fingerprints", sorted(ours))
    except Lost:
        for name in _varying(names, ours, again, deadline) or ():
            names.part(name, OTHER)
        raise
    theirs = theirs if type(theirs) is dict else {}
    other = {n: ours[n] for n in ours if type(theirs.get(n)) is str and theirs[n] != ours[n]}
    if not other:
        return
    varied = _varying(names, other, again, deadline)
    for name in other.keys() - (varied or set()):
        names.common.accept(name, theirs[name])
    for name in sorted(other if varied is None else varied):
        value = None if varied is None or name in read_first(source) else link.get(name)
        if value is not None and _is_alike(dict.get(names, name), value):
            names.draw(name, copy.deepcopy(value))
        else:
            names.part(name, OTHER)
    if varied != set():
        for name in bound - ours.keys():  # such as a model that was fitted to what was drawn
            if not isinstance(dict.get(names, name), FIXED):
                names.part(name, OTHER)


def _is_alike(ours: Any, theirs: Any) -> bool:
    """Tell whether plain data are of one kind and size: a student does not get to make it easy."""
    kind = type(ours)
    if kind is not type(theirs) or fingerprint(theirs) is None:
        return False
    if kind in (list, tuple, dict):
        parts = [[*v.keys(), *v.values()] if kind is dict else [*v] for v in (ours, theirs)]
        return len(parts[0]) == len(parts[1]) and all(map(_is_alike, *parts))
    kinds = [
        [str(getattr(v, n, "")) for n in ("shape", "dtype", "dtypes", "columns")]
        for v in (ours, theirs)
    ]
    return kinds[0] == kinds[1]


def _varying(
    names: Namespace, once: dict[str, str], again: Callable[[], Any], deadline: float
) -> set[str] | None:
    """Return which names come out otherwise in further runs, all of them in one fork.

    None where that is not to be had, fails, or takes too long.
    """
    if not hasattr(os, "fork"):
        return None
    with tempfile.TemporaryDirectory() as folder:  # what further runs write is of no use
        shutil.copytree(".", folder, dirs_exist_ok=True)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                os.chdir(folder)
                names.unlink()
                found = _varied(names, once, again)
                os.write(write, json.dumps(found if found is None else sorted(found)).encode())
            os._exit(0)
        os.close(write)
        try:
            return _heard(read, deadline)
        finally:
            os.close(read)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _varied(names: Namespace, once: dict[str, str], again: Callable[[], Any]) -> set[str] | None:
    end, varied = time.monotonic() + SECONDS, set[str]()
    for _ in range(RUNS):
        if not again().success:
            return None
        varied |= {n for n, found in once.items() if fingerprint(dict.get(names, n)) != found}
        if len(varied) == len(once) or time.monotonic() > end:
            break
    return varied


def _heard(read: int, deadline: float) -> set[str] | None:
    answer = b""
    while select.select([read], [], [], max(deadline - time.monotonic(), 0))[0]:
        part = os.read(read, 2**16)
        answer += part
        if not part:
            found = json.loads(answer) if answer else None
            return None if found is None else set(found)
    return None
