"""What an exact test cell is compared by, of its text and of the course's names."""

from __future__ import annotations

import builtins
import functools
import sys
from types import FrameType, ModuleType
from typing import Any

from convgrade.about import fingerprint
from convgrade.ambient import Ambient
from convgrade.common import read_by
from convgrade.constructs import Constructs
from convgrade.exactness import Exactness
from convgrade.namespace import Namespace
from convgrade.remote import Link

__all__ = ["compare", "course_values", "exactness", "line_of"]

INSPECTING = frozenset({"vars", "dir", "getattr", "hasattr", "__dict__", "getmembers"})


def exactness(
    names: Namespace,
    facts: Constructs,
    read: frozenset[str],
    stream: object,
    ambient: Ambient,
    named: frozenset[str],
) -> Exactness:
    """Return what a test cell is compared by.

    Parameters
    ----------
    names : Namespace
    facts : Constructs
    read : frozenset of str
        Its `course_values`.
    stream : object
        Where prints go that the test does not look at.
    ambient : Ambient
    named : frozenset of str
        The names in the test, and in cells of the course's that define what it uses.
    """
    classes = frozenset(n for n in facts.reads if _is_class(names.course(n)))
    looked_at = classes if INSPECTING & facts.named else {n for n, _ in facts.attributes}
    # Functions of the course's, and methods, change what no text of the test's tells.
    changing = read if facts.changes else {n for n in read if _may_change(names, facts, n)}
    return Exactness(
        line=lambda: line_of(names),
        stream=stream,
        written=lambda: names.written | names.common.changed(names.held(changing)),
        here=names.here,
        known=names.course,
        model=lambda: names.model_reads,
        unused=lambda name: (line_of(names), name) in facts.unused,
        attributes=facts.attributes,
        seeds=facts.seeds,
        patches=facts.patches,
        assigned=facts.assigned,
        ambient=ambient,
        looks=facts.ambient,
        course=read if facts.changes else frozenset(),
        modules=_modules_named(names, facts),
        classes=classes,
        inspected=classes & looked_at,
        named=named,
        cells=dict.get(names, "In", ()),
        warned=facts.warned,
        logged=facts.logged,
        differentiates=facts.differentiates,
        aliases=facts.aliases,
        changes=facts.changes,
        layout=facts.layout,
        threads=facts.threads or facts.timed,
    )


def _may_change(names: Namespace, facts: Constructs, name: str) -> bool:
    return name not in facts.reads or fingerprint(dict.get(names, name)) is None


def course_values(names: Namespace, facts: Constructs) -> frozenset[str]:
    """Return what a test reads, itself or by functions of the course's, that both sides have."""
    return frozenset(filter(names.common.__contains__, read_by(facts.reads, names.course)))


def _modules_named(names: Namespace, facts: Constructs) -> frozenset[tuple[str, str]]:
    """Return modules, by their own names, and what a test names of each."""
    known, found = dict(facts.imports), set[tuple[str, str]]()
    for name, attribute in facts.attributes:
        value = names.course(name)
        module = known.get(name) or (value.__name__ if isinstance(value, ModuleType) else "")
        found |= {(module, attribute)} if module else set()
    return frozenset(found)


def compare(
    names: Namespace,
    link: Link,
    facts: Constructs,
    read: frozenset[str],
    ambient: Ambient,
    scratch: frozenset[str],
    begins: bool,
) -> None:
    """See whether the student's side has what the test reads of the course's and of Python's.

    Parameters
    ----------
    names : Namespace
    link : Link
    facts : Constructs
    read : frozenset of str
        Its `course_values`.
    ambient : Ambient
    scratch : frozenset of str
        Names that are not compared: the student's own cells bind them.
    begins : bool
        Whether the test has not begun yet.
    """
    ask = functools.partial(link.about, "conditions")
    words = {n for n in facts.reads if hasattr(builtins, n) and not names.is_known(n)}
    held = names.held(read - scratch)
    if not begins:  # what calls have changed of the rest, each of them tells
        names.common.compare(held, (), ([], [], []), ask, link.meet)
        return
    settings = facts.settings - ambient.changes().keys()  # the grader's side has set those
    shared = sorted(_modules_named(names, facts)), sorted(settings), sorted(facts.quoted or ())
    names.common.compare(held, words - scratch, shared, ask, link.meet)


def _is_class(value: object) -> bool:
    return isinstance(value, type) and value.__module__ == "__main__"


def line_of(namespace: dict[str, Any]) -> int:
    """Return the line at which the cell that runs in ``namespace`` is now; 0 when none does."""
    line = 0
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals is namespace and frame.f_code.co_name == "<module>":
            line = frame.f_lineno
        frame = frame.f_back
    return line
