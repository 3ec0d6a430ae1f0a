"""The instant check, and the layout of its messages."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from convkit.calling import LONGEST, call, describe
from convkit.comparing import BLANK, Difference, compare
from convkit.found import forget, remember
from convkit.garbage import no_collection
from convkit.lastrun import unrun
from convkit.pictures.drawing import notebook_display
from convkit.pictures.mistakes import show_mistake
from convkit.pitfalls import pitfall
from convkit.rule import Seen, broken, missed, rule_broken, rule_missed
from convkit.threads import one_thread
from convkit.unused import rule_unused, unused
from convkit.values import brief

if TYPE_CHECKING:  # most of the kit, loaded by the first wrong answer, if there is one
    from convkit.misconceptions import Misconception

BY_HAND = "Work this case out by hand. At which step does yours part from that?"


def message(
    name: str, verdict: str, lines: Iterable[tuple[str, str]], width: int = 80, most: int = 12
) -> str:
    """Lay out a message: the verdict, then labelled lines, wrapped and capped."""
    text = textwrap.wrap(f"{name}: {verdict}", width)
    for label, words in lines:
        if words:
            text += textwrap.wrap(
                f"{label + ':':<10}{words}",
                width,
                subsequent_indent=" " * 10,
                break_long_words=True,
            )
    return "\n".join(text if len(text) <= most else [*text[: most - 1], "..."])


@one_thread()
@no_collection()
def check(
    name: str,
    answer: Any,
    expected: Any = None,
    cases: Sequence[Sequence[Any]] | None = None,
    *,
    worth: str,
    hidden: str,
    accept: Callable[[Any], str | None] | None = None,
    hint: str = "",
    forbid: Iterable[str] = (),
    require: Iterable[str] = (),
    cells: Sequence[str] = (),
    defined: str = "",
) -> float | None:
    """Check an answer at once, and say what is wrong with it.

    Parameters
    ----------
    name : str
        The exercise.
    answer : function or value
    expected : function or value
        With ``cases``: a function that gives the result looked for.
        Without: the value looked for.
    cases : sequence of argument tuples, optional
        Inputs to try; without them ``answer`` itself is the value.
    worth : str
        What passing here is worth, such as "1 of 6 points".
    hidden : str
        What hidden tests will try besides; "" for nothing.
    accept : function, optional
        Instead of ``expected``: takes the value, returns None or what is wrong.
    hint : str
        Shown when the answer is wrong; without one, a wrong result is to be worked out by hand.
    forbid, require, cells
        Names that the answer may not reach, names of which it must reach one, and the
        notebook's cells (``In``).
    defined : str
        What the answer is called in the notebook, where that is not the exercise's name.

    Returns
    -------
    None or float
        None when all is well; 0.0, shown below the message, when it is not.
    """
    forget()
    stopped = unrun(name)
    if stopped is not None:
        verdict, error = stopped
        left = (
            "Mend that cell, run it, and then this one: what an earlier run left is not checked."
        )
        print(message(name, verdict, [("Yours", error), ("Hint", left)]))
        return 0.0
    note, seen = "", Seen() if forbid or require else None
    for number, args in enumerate([()] if cases is None else cases, 1):
        value = answer
        if cases is not None:
            value, note = call(answer, args, seen)
        problem = _judge(value, expected, args, accept)
        idea = None
        if accept is not None and value is not None:  # whatever its form, is it a known value?
            idea = _known(name, value)
            problem = Difference("", brief(value)) if idea is not None else problem
        elif problem is not None and not problem.blank and not isinstance(value, Difference):
            idea = _named(name, answer, expected, [()] if cases is None else cases)
        if problem is not None:
            note = note or ("" if problem.blank else pitfall(answer, value))
            which = "" if cases is None or len(cases) == 1 else f"{number} of {len(cases)}"
            step = hint or ("" if cases is None or isinstance(value, Difference) else BY_HAND)
            _report(name, problem, args, expected, note, step, idea, which)
            return 0.0
    found = broken(cells, defined or name, forbid, seen)
    if found is not None:
        _report(name, rule_broken(found), (), expected, "", "")
        return 0.0
    if missed(cells, defined or name, require, seen):
        _report(name, rule_missed(require), (), expected, "", "")
        return 0.0
    if require and cases is not None and unused(cells, require, answer, expected, cases):
        _report(name, rule_unused(require), (), expected, "", "")
        return 0.0
    more = f"when graded, this is tried: {hidden}." if hidden else "nothing more is tried."
    lines = [("Note", note), ("Hidden", more)]
    passed = "the form is right" if worth.startswith("0 of") else "the visible part passed"
    print(message(name, f"{passed}, worth {worth}.", lines))
    return None


def _named(
    name: str, answer: Any, expected: Any, visible: Sequence[Sequence[Any]]
) -> Misconception | None:
    """Name the misconception behind a wrong value or a function that gave one."""
    from convkit.diagnosis import diagnose

    right = expected if callable(expected) else lambda: expected
    idea = diagnose(name, answer if callable(answer) else lambda: answer, right, visible)
    remember(name, answer, visible, idea)
    return idea


def _known(name: str, value: Any) -> Misconception | None:
    """Return the misconception whose own a wrong number, set or dict is."""
    from convkit.diagnosis import known_value

    return known_value(name, value)


def _judge(
    value: Any, expected: Any, args: Sequence[Any], accept: Callable[[Any], str | None] | None
) -> Difference | None:
    if isinstance(value, Difference):
        return value
    if accept is None:
        return compare(expected(*args) if callable(expected) else expected, value)
    if value is None or value is Ellipsis:
        return BLANK
    try:
        words = accept(value)
    except (TypeError, ValueError, AttributeError, RuntimeError, IndexError, KeyError) as error:
        words = f"{brief(value)} cannot be used here ({type(error).__name__}: {error})"
    return None if words is None else Difference("", words)


def _report(
    name: str,
    problem: Difference,
    args: Sequence[Any],
    expected: Any,
    note: str,
    hint: str,
    idea: Misconception | None = None,
    which: str = "",
) -> None:
    if problem.blank:
        why = problem.yours if problem is not BLANK else "the function returns None"
        why = f": {why}" if args else ""
        print(message(name, f"not answered yet{why}.", []))
        return
    for longest in (LONGEST, 0):
        inputs = describe(args, expected, longest) if args and callable(expected) else ""
        if which and re.search(r"\b[a-z]+\d*\[\d", inputs):  # a tensor that is not written out
            inputs += f" (the check's input {which})"
        lines = [
            ("Inputs", inputs),
            ("Expected", problem.expected),
            ("Yours", problem.yours),
            ("Note", note),
            ("Hint", idea.words if idea else problem.hint or hint),
        ]
        text = message(name, "not yet.", lines)
        if not text.endswith("\n..."):
            break  # else the next step would be cut off: rather less of the inputs
    print(text)
    if problem.picture is not None and notebook_display() is not None:
        show_mistake(*problem.picture)
