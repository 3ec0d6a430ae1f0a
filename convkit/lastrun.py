"""Tell whether the cell that an answer stands in has run: a check would judge an older one."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any


def unrun(name: str) -> str | None:
    """Say why the last cell with an answer to an exercise did not run; None if it did.

    Parameters
    ----------
    name : str
        The exercise, which is the grade_id in the cell's first line or the function it defines.

    Returns
    -------
    str or None
        The error in words. None also where there is no notebook, or no such cell.
    """
    shell = _shell()
    cells = [str(text) for text in getattr(shell, "user_ns", {}).get("In", ())]
    told = re.compile(rf"# grade_id: {re.escape(name)}\s*$|def {re.escape(name)}\(", re.MULTILINE)
    cell = next((text for text in reversed(cells[:-1]) if told.search(text)), None)
    if cell is None:
        return None
    error = _unreadable(cell, shell)
    last = getattr(shell, "last_execution_result", None)
    if error is None and last is not None and str(last.info.raw_cell).strip() == cell.strip():
        error = last.error_before_exec or last.error_in_exec
    if error is None:
        return None
    line = getattr(error, "lineno", None)
    where = f" in line {line}" if line else ""
    return f"{type(error).__name__}{where}: {getattr(error, 'msg', None) or error}"


def _shell() -> Any:
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def _unreadable(cell: str, shell: Any) -> SyntaxError | None:
    """Return the error of a cell that is no Python, magics aside."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = shell.transform_cell(cell)
            compile(text, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return error
    return None
