"""What all code of a process shares: things of modules, and settings, as texts to compare.

A test reads those of the grader's process, and an answer has set those of the student's. Sent, as
text, to the student's kernel as well.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable
from typing import Any

from convgrade import ambient

__all__ = ["thing", "world"]

PLAIN = (bool, int, float, complex, str, bytes, type(None))
OWN = ("sys", "builtins", "__main__")  # each kernel sets some of theirs for itself
EACH = frozenset({"arguments", "environment"})  # settings of which each process has its own
MAX_TEXT = 10_000  # letters of one setting


def world(modules: Iterable[Any], kinds: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """Return how things are that are alike in every process where nobody has changed them.

    Parameters
    ----------
    modules : iterable of (str, str)
        Modules by their own names, and what of each; one that is not imported has nothing.
    kinds : iterable of str
        Settings, as `convgrade.ambient` has them.
    names : iterable of str
        Which of many settings of a kind, such as ``display.precision``.

    Returns
    -------
    dict
        Texts, by ``module.thing`` and by kind.
    """
    found = dict[str, str]()
    for module, name in modules:
        owner = sys.modules.get(module)
        if module not in OWN and isinstance(owner, types.ModuleType):
            text = thing(vars(owner).get(name))
            found |= {} if text is None else {f"{module}.{name}": text}
    wanted = frozenset(names)
    for kind, value in ambient.settings(set(kinds) - EACH).items():
        if kind in ambient.NAMED:
            value = {name: value[name] for name in sorted(wanted & value.keys())}
        found[kind] = repr(value)[:MAX_TEXT]
    return found


def thing(value: Any) -> str | None:
    """Return what tells a module's thing from another; None of what each process has its own.

    A function that a library puts around its own is the same; the notebook's is another.
    """
    if type(value) in PLAIN:
        return repr(value)[:MAX_TEXT]
    if not isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        return None
    where = f"{value.__module__}.{value.__qualname__}"
    home = str(value.__globals__.get("__name__")) if isinstance(value, types.FunctionType) else ""
    if home.startswith("convgrade."):
        return None  # it stands for the student's, such as a function that opens files
    return f"{where} of the notebook" if home == "__main__" else where
