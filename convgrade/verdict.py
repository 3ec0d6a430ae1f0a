"""From how a test cell ended to its points, and to what its student reads."""

from __future__ import annotations

import ast
import linecache
import traceback
from dataclasses import replace
from typing import Any

from IPython.core.interactiveshell import ExecutionResult

from convgrade.ending import says_nothing
from convgrade.magics import as_python
from convgrade.messages import Cell, Outcome, Output
from convgrade.namespace import Namespace
from convgrade.proxy import Undecided
from convgrade.remote import Link, Lost
from convgrade.shell import Outputs, Shell

__all__ = ["LEFT", "ended_in", "hidden_lines_of", "trace", "verdict"]

LEFT = "A person will look at this test and give its points: "
MAX_WORDS, MAX_TRACE = 2000, 20_000  # characters of an error's message, and of its traceback


def ended_in(result: ExecutionResult) -> BaseException | None:
    """Return the error in which a cell ended."""
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def hidden_lines_of(cell: Cell) -> frozenset[int]:
    """Return the hidden lines, and with them 0, where the line cannot be told.

    All lines are hidden with a cell magic such as %%time, which counts lines anew.
    """
    if cell.hidden and cell.source.lstrip().startswith("%%"):
        return frozenset(range(len(cell.source.splitlines()) + 1))
    return cell.hidden | {0} if cell.hidden else cell.hidden


def trace(error: BaseException | None) -> str:
    """Return the traceback of an error, for the instructor; "" without one."""
    return "".join(traceback.format_exception(error))[-MAX_TRACE:] if error is not None else ""


def verdict(shell: Shell, cell: Cell, link: Link, result: ExecutionResult) -> Outcome:
    """Decide on the points: no error, and a builtin number between 0 and the points or nothing."""
    error, never = ended_in(result), result.error_before_exec is not None
    outputs, points = shell.outputs, cell.points or 0.0
    value: Any = shell.value
    if link.lost and link.slow:
        words = f"the test and the student's code called each other many times: {link.lost}"
        return replace(_waits(outputs, words), lost=link.lost)
    if link.lost:
        outputs.stream(f"No points: {link.lost}.\n")
        return Outcome(0.0, [*outputs, _result(0.0)], lost=link.lost)
    if link.doubt:
        return _waits(outputs, link.doubt)
    if link.exact and error is not None and error is not link.raised and _is_ours(error):
        words = f"the grader itself failed, with {type(error).__name__}, at what the test does"
        return _waits(outputs, words, "a mistake in convgrade, please report it", trace(error))
    if error is not None:
        output = _error(error, link, shell.names, cell)
        fault = "the test cell is not valid Python" if never else ""
        return Outcome(0.0, [*outputs, output], fault=fault, trace=trace(error))
    if value is None or (link.exact and says_nothing(value, cell.source, shell.names.course)):
        return Outcome(points, list(outputs))
    if type(value) in (int, float) and 0 <= value <= points:  # NaN is not
        return Outcome(abs(float(value)), [*outputs, _result(abs(value))])  # not -0.0
    fault = (
        f"the test cell ended in {_short(value)}, of type {type(value).__name__}. A verdict is a "
        f"Python int or float from 0 to {points:g}, or nothing for all of them; use float(...)"
    )
    # nbgrader takes most of these for full points, and fails at some: neither is a verdict.
    return _waits(outputs, "the test did not end in a number of points", fault)


def _is_ours(error: BaseException) -> bool:
    """Tell whether an error is a mistake of the grader's: it comes from a line of its own code.

    What stands for a student's object raises on purpose what that object would raise.
    """
    if isinstance(error, (RecursionError, MemoryError)):
        return False  # it comes wherever it comes
    *_, (frame, line) = [(None, 0), *traceback.walk_tb(error.__traceback__)]
    if frame is None or not str(frame.f_globals.get("__name__")).startswith("convgrade."):
        return False
    return not linecache.getline(frame.f_code.co_filename, line).lstrip().startswith("raise")


def _waits(outputs: Outputs, words: str, fault: str = "", trace: str = "") -> Outcome:
    outputs.stream(f"{LEFT}{words}.\n")
    return Outcome(0.0, [*outputs, _result(0.0)], fault=fault, waiting=words, trace=trace)


def _short(value: Any) -> str:
    try:
        return f"{value!r:.80}"
    except (Exception, Undecided, Lost):  # a number of thousands of digits, say
        return "a value that cannot be shown"


def _result(points: float) -> Output:
    return {
        "output_type": "execute_result",
        "data": {"text/plain": repr(points)},
        "metadata": {},
        "execution_count": None,
    }


def _error(error: BaseException, link: Link, names: Namespace, cell: Cell) -> Output:
    """Word an error for the student: what they may see of it, and no more."""
    name, lines = type(error).__name__, cell.source.splitlines()
    places = [(f, n) for f, n in traceback.walk_tb(error.__traceback__) if f.f_globals is names]
    line = next((n for f, n in places if f.f_code.co_name == "<module>"), 0)
    try:
        words = " ".join(str(error)[:MAX_WORDS].split())
    except (Exception, Undecided, Lost):  # an object of the student's in it cannot be asked now
        words = ""
    if line in cell.hidden:
        if error is not link.raised and not _worded(error, places, cell.source):
            words = ""  # it could hold the values looked for
        where = "in a hidden test"
    else:
        where = f"in the test: {lines[line - 1].strip()}" if 0 < line <= len(lines) else ""
    notes = [f"at your line: {link.where}"] if link.where and error is link.raised else []
    text = [f"{name}: {words}" if words else name, *notes, *([where] if where else [])]
    return {"output_type": "error", "ename": name, "evalue": words, "traceback": ["\n".join(text)]}


def _worded(error: BaseException, own: list[tuple[Any, int]], source: str) -> bool:
    """Tell whether the test's author wrote the message: ``assert ..., message`` or ``raise``."""
    *_, last = traceback.walk_tb(error.__traceback__)
    if not own or own[-1] != last:
        return False
    try:
        nodes = list(ast.walk(ast.parse(as_python(source))))
    except SyntaxError:
        return False
    asserted = isinstance(error, AssertionError)  # not what its condition raised
    return any(
        isinstance(node, ast.Raise) or (asserted and node.msg is not None)
        for node in nodes
        if isinstance(node, (ast.Raise, ast.Assert))
        and node.lineno <= last[1] <= (node.end_lineno or node.lineno)
    )
