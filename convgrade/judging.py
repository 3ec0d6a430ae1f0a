"""Runs the course's cells in the grader's process, and test cells to their verdict."""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import ExecutionResult

from convgrade.ambient import Ambient
from convgrade.bindings import bound_names
from convgrade.chance import settle
from convgrade.compared import compare, course_values, exactness, line_of
from convgrade.constructs import Constructs, mentions_files, read_constructs
from convgrade.current_figure import shared_figure
from convgrade.guard import Guard
from convgrade.messages import Cell, Outcome, Prepare
from convgrade.mirrors import handle_of
from convgrade.namespace import Namespace
from convgrade.proxy import Undecided
from convgrade.regions import visible
from convgrade.remote import Link, Lost
from convgrade.shared_files import SharedFiles
from convgrade.shell import Shell, Stream
from convgrade.submodules import bring
from convgrade.telling import DOCTESTS, ELSEWHERE
from convgrade.verdict import ended_in, hidden_lines_of, trace, verdict

__all__ = ["Place", "prepare_cells", "run_cell"]


class Place:
    """Where tests run: their files, and who watches over them."""

    def __init__(self, work: Path, course: Path, names: Namespace) -> None:
        self.files = SharedFiles(work, course)
        self.ambient = Ambient()
        self.guard = Guard(self.files, names.is_answer)
        self.guard.listen()
        self._cells: list[tuple[frozenset[str], frozenset[str]]] = []
        for path in work.rglob("*.py"):  # which tests import
            with contextlib.suppress(OSError):
                text = path.read_text("utf-8", "replace")
                self.guard.knows(text)
                self.files.active = self.files.active or mentions_files(text)

    def takes(self, text: str, facts: Constructs) -> None:
        """Note a text of the course's that tests may use."""
        self.guard.knows(text, facts.quoted)
        self.files.active = self.files.active or facts.paths

    def keeps(self, text: str, facts: Constructs) -> None:
        """Note a cell of the course's whose names tests may use."""
        self._cells.append((frozenset(bound_names(text)), facts.named))

    def named(self, facts: Constructs) -> frozenset[str]:
        """Return the names in a test, and in cells of the course's that define what it uses."""
        found, rest = facts.named, self._cells
        while used := [names for bound, names in rest if bound & found]:
            rest = [(bound, names) for bound, names in rest if not bound & found]
            found = found.union(*used)
        return found


def run_cell(shell: Shell, cell: Cell, connect: Callable[[float], Any], place: Place) -> Outcome:
    """Run a cell; ``connect`` opens the way to the student's process until a deadline."""
    deadline = time.monotonic() + cell.timeout
    cell = replace(cell, hidden=hidden_lines_of(cell))
    facts = cell.facts or read_constructs(cell.source)
    shell.learn(cell.read)
    shell.expect(cell.source, facts.rewritten)
    shell.names.displayed = cell.displayed
    stream: Any = Stream(shell.outputs)
    shell.names["In"] = ["", *map(shell.as_run, cell.cells)]  # as IPython's own record has them
    read = frozenset[str]()
    compared = None  # whoever grades by parts knows what to say of an answer of a strange type
    if not facts.rubric:
        read, named = course_values(shell.names, facts), place.named(facts)
        compared = exactness(shell.names, facts, read, stream, place.ambient, named)
    link = Link(
        lambda: connect(deadline),
        cell.call_timeout,
        deadline,
        quiet=lambda: line_of(shell.names) in cell.hidden,
        exact=compared,
        crossing=None if facts.rubric else shell.names.crossing,
        files=None if facts.rubric else place.files,
    )
    shell.names.crossing.derived = ""
    place.ambient.begin(facts.ambient)
    place.takes(cell.source, facts)
    place.guard.knows(shell.as_run(cell.source), ())
    # What a locked cell draws is shown from the student's kernel, and there not drawn either.
    for name, value in cell.environment.items():
        if cell.points is None:
            os.environ[name] = value
        else:
            os.environ.pop(name, None)
    if link.exact and facts.temporary:
        tempfile.tempdir = place.files.top  # both sides have what lies there
    with (
        shell.names.linked(link),
        contextlib.redirect_stdout(stream),
        contextlib.redirect_stderr(stream),
    ):
        pyplot = functools.partial(link.about, "module", "matplotlib.pyplot")
        looks = link.exact and facts.figures is not None
        if link.exact and place.files.active and cell.points is not None:
            with contextlib.suppress(Lost, Undecided):  # it is said once the cell has run
                place.files.begin(link)
        with (
            shared_figure(shell.names, pyplot) if looks else contextlib.nullcontext(False) as one,
            place.guard.watching(link, facts.records),
        ):
            shell.names.in_test = cell.points is not None
            if link.exact and cell.points is not None:
                there = functools.partial(link.about, "loaded")
                with contextlib.suppress(Lost, Undecided):  # it is said once the cell has run
                    compare(
                        shell.names, link, facts, read, place.ambient, cell.scratch, begins=True
                    )
                    if shell.names.are_drawn(facts.reads):
                        there("")  # so that it is known whether it is the same kernel
                    bring(facts, shell.names.course, there)
            result = shell.run_cell(cell.source)
            shell.names.in_test = False
        facts = replace(facts, figures=None) if one else facts
        failed = ended_in(result)
        if facts.timed and link.exact and isinstance(failed, AssertionError):
            places = traceback.walk_tb(failed.__traceback__)
            lines = {n for f, n in places if f.f_globals is shell.names}
            with contextlib.suppress(Undecided):
                link.meet_slowness(not facts.ratios.isdisjoint(lines))
        if link.exact and not link.lost and not link.doubt:
            with contextlib.suppress(Lost, Undecided):
                _look_back(shell, link, facts, ended_in(result), place.files)
                if cell.points is not None and link.runs:
                    compare(
                        shell.names, link, facts, read, place.ambient, cell.scratch, begins=False
                    )
                if cell.compared and "(" in cell.source:  # else it calls nothing
                    again = functools.partial(shell.run_cell, cell.source)
                    settle(shell.names, link, visible(cell.source), again, deadline)
    tempfile.tempdir = None
    if link.exact and cell.points is not None:
        place.files.restore()
    if cell.points is None:
        place.keeps(cell.source, facts)
        if cell.compared:
            shell.names.share(facts.reads, locked=True)
        place.files.own()
        place.ambient.own()
        if link.doubt:
            words = f"a locked cell needs a person: {link.doubt}"
            shell.names.lack(set(bound_names(cell.source)), words)
        error = ended_in(result)
        if error is not None and cell.fine and not link.runs:
            words = f"a locked cell fails in the grader's process only: {type(error).__name__}"
            shell.names.lack(set(bound_names(cell.source)), words)
        return Outcome(0.0, lost=link.lost, trace=trace(ended_in(result)))
    return verdict(shell, cell, link, result)


def _look_back(
    shell: Shell, link: Link, facts: Constructs, error: BaseException | None, files: SharedFiles
) -> None:
    """See whether a test looked at files or figures that are the student's, and not here."""
    places = traceback.walk_tb(error.__traceback__) if error is not None else ()
    lines = [n for f, n in places if f.f_globals is shell.names]
    last = lines[0] if lines else float("inf")
    if facts.figures is not None and facts.figures <= last and link.about("figures") is True:
        link.meet("the test looks at the current figure, which the student's code has drawn")
    kept = shell.names.kept_by_module(facts.reads, str(files.top))
    if kept is not None:
        link.meet(f"the test uses `{kept}`, of a module that keeps what student code may change")
    asked = min(ELSEWHERE & facts.named, default="")
    if asked and (asked in DOCTESTS or any(map(shell.names.is_answer, facts.reads))):
        link.meet(f"the test asks by `{asked}` what is of its own process only")
    for name in facts.supers:
        if shell.names.is_answer(name) and handle_of(shell.names[name]) is not None:
            link.meet(f"the test calls `super` with `{name}`, whose parents are not here")
    derived = shell.names.crossing.derived
    if derived and error is not None and error is not link.raised:
        link.meet(f"the test fails, and the student's {derived}, which its objects are not here")
    wanted = {name for line, name in facts.files if line <= last}
    if error is not link.raised:
        if isinstance(error, ModuleNotFoundError):
            name = (error.name or "").replace(".", "/")
            wanted |= {f"{name}.py", f"{name}/__init__.py"}
        elif isinstance(error, FileNotFoundError):
            wanted |= {str(error.filename)}
    if files.beyond and error is not None:
        link.meet("the test uses files, and the student's are too large or too many")
    if not wanted:
        return
    files.sync(link)
    for name in sorted(os.path.relpath(name, files.top) for name in wanted):
        if files.has(name) and error is None:
            continue  # it passed by the course's own file
        if files.withheld(name):
            link.meet(f"the test uses `{name}`, a file that the student's code has written")


def prepare_cells(
    shell: Shell, message: Prepare, connect: Callable[[float], Any], place: Place
) -> Outcome:
    """Run statements of the course's, each for itself; the trace says what failed."""
    deadline = time.monotonic() + message.timeout
    traces, known = [], set(dict.keys(shell.names))
    for statement in message.statements:
        facts = read_constructs(statement)
        place.takes(statement, facts)
        place.keeps(statement, facts)
        names = set(bound_names(statement))
        shell.names.own(names)
        shell.expect(statement, facts.rewritten)
        stream: Any = Stream(shell.outputs)
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            error = ended_in(shell.run_cell(statement))
        if error is not None:
            traces.append(trace(error))
            first = statement.splitlines()[0]
            shell.names.lack(names, f"the course's `{first}` fails in the grader's process")
    if message.compared:
        shell.names.share((), locked=False)
    if message.answers:
        shell.names.leave(set(dict.keys(shell.names)) - known)
    place.files.own()
    place.ambient.own()
    lost, source = "", "\n".join(message.statements)
    if message.compared and bound_names(source):
        exact = exactness(shell.names, Constructs(), frozenset(), None, place.ambient, frozenset())
        link = Link(lambda: connect(deadline), message.timeout, deadline, exact=exact,
                    crossing=shell.names.crossing)  # fmt: skip
        with shell.names.linked(link), contextlib.suppress(Lost, Undecided):

            def again() -> ExecutionResult:
                *_, last = map(shell.run_cell, message.statements)
                return last

            settle(shell.names, link, source, again, deadline)
        lost = link.lost
    return Outcome(0.0, lost=lost, trace="\n".join(traces))
