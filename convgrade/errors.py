"""What a student's function raised, as plain data for the grader.

Sent as text to the student's kernel together with `convgrade.serve`, and as little trusted.
"""

from __future__ import annotations

import contextlib
import linecache
import traceback
from typing import Any

from convgrade import about, state
from convgrade.handles import Handles

MAX_CHAIN = 3  # of causes, contexts and members of groups, one within the other
MAX_MEMBERS = 50  # of a group
# What classes of Python's keep beside their arguments.
DETAILS = (
    "errno", "strerror", "filename", "filename2", "name", "path", "value", "code",
    "characters_written",
)  # fmt: skip
PLAIN_REPRS = (BaseException.__repr__, BaseExceptionGroup.__repr__)
CHAIN = ("__cause__", "__context__")


def words(error: BaseException) -> dict[str, Any]:
    """Describe an exception: the names of its types, its message, the student's line."""
    line = ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel_" in frame.filename or frame.filename.startswith("<ipython"):
            line = linecache.getline(frame.filename, frame.lineno or 0).strip()
            break
    try:
        message = str(error)[:2000]
    except Exception:  # the student's own exception, whose __str__ fails
        message = ""
    return {
        "types": [kind.__name__ for kind in type(error).__mro__][:20],
        "exits": not isinstance(error, Exception),
        "message": message,
        "line": line[:200],
    }


def told(error: BaseException, table: Handles, depth: int = 0) -> dict[str, Any]:
    """Return all of an exception that crosses, what it came from, and the names of what does not.

    Parameters
    ----------
    error : BaseException
    table : Handles
        By which values that have no form are known.
    depth : int
        How many exceptions this one is the cause, the context or a member of.
    """
    parts = {name: value for name in DETAILS if (value := _detail(error, name)) is not None}
    held = {name: value for name, value in vars(error).items() if type(name) is str}
    crosses = {name: about.crosses(value, table.keep) for name, value in (parts | held).items()}
    found = words(error) | state.own_error(error, table)
    found |= {
        "module": about.home(type(error)),
        "details": {name: value for name, value in parts.items() if crosses[name]},
        "attributes": {name: value for name, value in held.items() if crosses[name]},
        "suppress": error.__suppress_context__,
    }
    if "class" in found and type(error).__repr__ not in PLAIN_REPRS:
        with contextlib.suppress(Exception):  # of the student's own
            found["repr"] = repr(error)[:2000]
    lacks = [name for name in crosses if not crosses[name]]
    lacks += ["obj"] if _detail(error, "obj") is not None else []
    if isinstance(error, BaseExceptionGroup):
        members = error.exceptions
        if depth < MAX_CHAIN and len(members) <= MAX_MEMBERS:
            found["text"] = error.message
            found["members"] = [told(part, table, depth + 1) for part in members]
    elif about.crosses(error.args, table.keep):
        found["args"] = error.args
    else:
        lacks.append("args")
    for name in CHAIN:
        other = getattr(error, name)
        if other is not None and depth < MAX_CHAIN:
            found[name] = told(other, table, depth + 1)
        elif other is not None:
            lacks.append(name)
    found["lacks"] = lacks
    return found


def _detail(error: BaseException, name: str) -> Any:
    """Return what a class of Python's keeps by a name; None where none does."""
    for kind in type(error).__mro__:
        if kind.__module__ == "builtins" and name in vars(kind):
            try:
                return vars(kind)[name].__get__(error)
            except AttributeError:  # as of `characters_written` where nothing was written
                return None
    return None
