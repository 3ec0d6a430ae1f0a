"""Values that chance or the clock gives a cell of the course's: another on each side.

Tests use what the student's side has, as in one process. A value that comes out the same when the
cell runs once more is no matter of chance: then the course's own stays, whatever the student's is.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import select
import signal
import time
from collections.abc import Callable, Iterable

from convgrade.about import fingerprint
from convgrade.namespace import Namespace
from convgrade.remote import Link

__all__ = ["settle"]

RUNS = 20  # after which a coin has shown its other side, but once in a million
SECONDS = 2.0  # in which further runs begin


def settle(
    names: Namespace,
    link: Link,
    bound: Iterable[str],
    again: Callable[[], object],
    deadline: float,
) -> None:
    """Take over from the student's side what chance gave to both, right after both ran a cell.

    Parameters
    ----------
    names : Namespace
    link : Link
    bound : iterable of str
        The names that it binds.
    again : callable
        Runs it once more, in a process that is thrown away.
    deadline : float
        On the clock of `time.monotonic`.
    """
    prints = {name: fingerprint(dict.get(names, name)) for name in bound}
    ours = {name: found for name, found in prints.items() if found is not None}
    theirs = link.about("fingerprints", sorted(ours)) if ours else {}
    if type(theirs) is not dict:
        return
    other = {n: ours[n] for n in ours if type(theirs.get(n)) is str and theirs[n] != ours[n]}
    varied = _varying(names, other, again, deadline) if other else set()
    for name in other:
        if varied is None:
            names.part(name, "is another on the student's side: perhaps by chance")
        elif name in varied:
            value = link.get(name)
            if fingerprint(value) == theirs[name]:
                names.draw(name, copy.deepcopy(value))
            else:
                names.part(name, "is no plain data on the student's side: perhaps by chance")


def _varying(
    names: Namespace, once: dict[str, str], again: Callable[[], object], deadline: float
) -> set[str] | None:
    """Return which names come out otherwise in further runs, all of them in one fork.

    None where that is not to be had, or takes too long.
    """
    if not hasattr(os, "fork"):
        return None
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            names.unlink()
            os.write(write, json.dumps(sorted(_varied(names, once, again))).encode())
        os._exit(0)
    os.close(write)
    try:
        answer = b""
        while select.select([read], [], [], max(deadline - time.monotonic(), 0))[0]:
            part = os.read(read, 2**16)
            answer += part
            if not part:
                return set(json.loads(answer)) if answer else None
        return None
    finally:
        os.close(read)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _varied(names: Namespace, once: dict[str, str], again: Callable[[], object]) -> set[str]:
    end, varied = time.monotonic() + SECONDS, set[str]()
    for _ in range(RUNS):
        again()
        varied |= {n for n, found in once.items() if fingerprint(dict.get(names, n)) != found}
        if len(varied) == len(once) or time.monotonic() > end:
            break
    return varied
