"""What a student's function raised, made an exception of the grader's process."""

from __future__ import annotations

import builtins
import contextlib
import sys
from collections.abc import Callable
from typing import Any

from convgrade.libraries import is_library

__all__ = ["faithful", "rebuild"]


def rebuild(types: Any, message: Any) -> Exception:
    """Make an exception of the first of Python's own types among ``types``."""
    names = [name for name in types if type(name) is str] if type(types) is list else []
    text = message[:500] if type(message) is str else ""
    for name in [*names, "Exception"]:
        base = getattr(builtins, name, None)
        if not isinstance(base, type) or not issubclass(base, Exception):
            continue
        if issubclass(base, (StopIteration, StopAsyncIteration)):
            # It would end a loop of the test, such as that of all(map(...)), as if all was well.
            base = RuntimeError
        kind = base
        if names and names[0] != base.__name__ and names[0].isidentifier():
            kind = type(names[0][:80], (base,), {})  # so that messages name the student's own type
        with contextlib.suppress(TypeError):  # UnicodeDecodeError, say, wants more than a text
            return kind(text)
    return Exception(text)


def faithful(
    error: Exception, raised: dict[str, Any], own: Callable[[str], Any], mirrored: Any
) -> Exception:
    """Make an exception what it was, as far as it is of a class of the course's or Python's.

    Parameters
    ----------
    error : Exception
        As `rebuild` made it.
    raised : dict
        What the student's kernel says of it.
    own : callable
        Returns the course's value of a name, or None.
    mirrored : type or None
        Of a class of the student's own: what stands for it.
    """
    args, module, kind = raised.get("args"), raised.get("module"), type(error)
    known = mirrored
    if module == "__main__" and known is None:
        known = own(raised["types"][0] if raised.get("types") else "")
    elif type(module) is str and is_library(module):
        known = getattr(sys.modules.get(module), str(raised["types"][0]), None)
    if isinstance(known, type) and issubclass(known, Exception):
        made = known.__new__(known)
        made.args = args if type(args) is tuple else error.args
        if type(raised.get("attributes")) is dict:
            vars(made).update({n: v for n, v in raised["attributes"].items() if n != "args"})
        if known is mirrored:
            made.__dict__["_convgrade_said"] = raised.get("message")
        return made
    if type(args) is tuple:
        with contextlib.suppress(TypeError, ValueError):
            made = kind(*args)
            if str(made) == raised.get("message") and isinstance(made, Exception):
                return made
    return kind(*error.args)
