"""The text of a student's function, for a test that inspects it: from the grader's own record.

The student's kernel says where a function stands; what stands there is read in the cells that the
grader has recorded, and must define a function of this name, as the last that does.
"""

from __future__ import annotations

import inspect
import re
import tokenize
from collections.abc import Iterable
from typing import Any

from convgrade.proxy import Proxy

__all__ = ["inspect_students", "place_of"]

CODE = frozenset({"function", "method"})


def inspect_students() -> None:
    """Let `inspect` find the text of a student's function."""
    find = inspect.findsource

    def findsource(object: Any) -> Any:
        if issubclass(type(object), Proxy) and object.kind in CODE:
            return object._link.source(object)
        return find(object)

    inspect.findsource = findsource


def place_of(said: Any, name: str, cells: Iterable[str]) -> tuple[list[str], int] | None:
    """Return the lines of a recorded cell, and which of them begins a function; None if not sure.

    Parameters
    ----------
    said : anything
        What the student's kernel says: the text of a cell and a line's number from 0.
    name : str
        Of the function, as the test got it.
    cells : iterable of str
        What ran so far.
    """
    text, line = said if type(said) is list and len(said) == 2 else (None, None)
    cells = [cell.rstrip("\n") for cell in cells]
    if type(text) is not str or type(line) is not int or text.rstrip("\n") not in cells:
        return None
    lines = [f"{part}\n" for part in text.rstrip("\n").split("\n")]
    if not 0 <= line < len(lines):
        return None
    try:
        block = "".join(inspect.getblock(lines[line:]))
    except (SyntaxError, tokenize.TokenError):
        return None
    define = re.compile(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b", re.M)
    first = re.search(r"^[ \t]*(?:async[ \t]+)?def[ \t]+\w+", block, re.M)
    begins = lines[line].lstrip().startswith(("def ", "def\t", "async ", "async\t", "@"))
    if not begins or first is None or define.match(first.group()) is None:
        return None
    here = line + block[: first.start()].count("\n")
    last = [cell for cell in cells if define.search(cell)][-1]
    *_, found = define.finditer(last)
    sure = text.rstrip("\n") == last and here == last[: found.start()].count("\n")
    return (lines, line) if sure else None
