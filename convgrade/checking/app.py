"""The command ``convgrade check``: what is graded otherwise than by nbgrader."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.apps.baseapp import nbgrader_aliases, nbgrader_flags

from convgrade.checking.compare import Finding, compare, facts
from convgrade.checking.memory import remember
from convgrade.checking.theirs import theirs
from convgrade.checking.trial import TrialError, read_sources, trial
from convgrade.plugins.course import source_folder
from convgrade.usage import StrictApp, strictly, there_is, wrong_use

__all__ = ["CheckApp", "report"]

WIDTH = 100


class CheckApp(StrictApp):
    """Says which tests are graded otherwise than by nbgrader, or wait for a person."""

    name = "convgrade-check"
    description = "Say which tests convgrade grades otherwise than nbgrader, before it grades"
    examples = """
            convgrade check ps1

        Hands in the model solutions of source/ps1 and the blank release, grades both by
        nbgrader alone and by convgrade, and lists every test cell that differs or
        waits for a person: why, in which line, and what to write instead. It works in a
        copy: gradebook and folders of the course stay as they are, and `convgrade init`
        need not have been run.

        Exit status: 0 when all tests are graded alike; 1 when something differs or
        waits, or nothing could be graded; 2 when the command was called in a wrong way.
        """
    aliases: ClassVar[dict[str, Any]] = {
        name: trait
        for name, trait in nbgrader_aliases.items()
        if name not in ("notebook", "student", "db")
    }
    flags: ClassVar[dict[str, Any]] = dict(nbgrader_flags)

    @strictly
    def start(self) -> None:
        """Check; called by traitlets."""
        super().start()
        assignment, source = self._take()
        root = Path(self.coursedir.root)
        try:
            sources = read_sources(source)
            with trial(root, source, assignment) as (stock, ours):
                found = compare(stock, ours, sources)
                also = facts(stock, sources, found)
                lost = [graded.why for graded in ours.values() if graded.why]
                number = sum(len(ours[who].points) for who in ours if who[0] == "model")
        except TrialError as stop:
            self.fail("%s", stop)
        if lost and not found:  # by both
            self.fail("Neither nbgrader nor convgrade can grade the model solutions: %s", lost[0])
        decided = [
            (f"{name}, {test}", words)
            for name, notebook in sources.items() for test, words in theirs(notebook)
        ]  # fmt: skip
        print(report(number, found, decided, also))
        try:
            remember(root, assignment, source)
        except OSError as error:
            self.log.warning("That this was checked cannot be noted down: %s", error)
        sys.exit(1 if found else 0)

    def _take(self) -> tuple[str, Path]:
        """Return the assignment, and its folder in source/, which must hold notebooks."""
        given = [*self.extra_args, self.coursedir.assignment_id][:2]
        every = source_folder(self.coursedir, "").glob("*")
        there = [path.name for path in every if any(path.glob("*.ipynb"))]
        if len(self.extra_args) > 1:
            words = " ".join(self.extra_args)
            wrong_use(self, f"Only one assignment may be given, and here are: {words}")
        name = given[0]
        if not name:
            words = there_is("there are", "", there)
            wrong_use(self, f"Say which assignment: convgrade check ASSIGNMENT.{words}")
        source = source_folder(self.coursedir, name)
        if not any(source.glob("*.ipynb")):
            where = os.path.relpath(source)
            words = there_is("there are", name, there)
            wrong_use(self, f"{where} holds no notebook.{words}")
        return name, source


def report(
    number: int,
    found: Iterable[Finding],
    decided: Iterable[tuple[str, str]],
    also: Iterable[str],
) -> str:
    """Return what was found, as text.

    Parameters
    ----------
    number : int
        How many test cells there are.
    found : iterable of Finding
    decided : iterable of (str, str)
        Test cells whose verdict a student could decide, and why.
    also : iterable of str
        What nbgrader, too, grades otherwise than expected.
    """
    found, decided, also = list(found), list(decided), list(also)
    waiting = sum(finding.waits for finding in found)
    lines = [
        f"{number} test cells: {max(0, number - len(found))} are graded as by nbgrader, for the "
        f"model solution and for a blank answer; {waiting} wait for a person, "
        f"{len(found) - waiting} differ."
    ]
    first = dict[str, str]()  # by advice, the test that it was given on
    for finding in found:
        place = f", line {finding.line}: {finding.text}" if finding.text else ""
        lines += [
            "",
            f"{', '.join(filter(None, (finding.notebook, finding.test)))}{place}",
            *_indented(f"{'waits' if finding.waits else 'differs'}: {finding.reason}"),
        ]
        name = f"{finding.notebook}, {finding.test}"
        if first.setdefault(finding.advice, name) != name:
            lines += _indented(f"instead: as for {first[finding.advice]}")
        elif finding.advice:
            lines += _indented(f"instead: {finding.advice}")
    if decided:
        lines += ["", "Tests that a student could decide, here and by nbgrader:"]
        lines += [line for where, words in decided for line in _indented(f"{where}: {words}")]
    if also:
        lines += ["", "Graded alike, and worth a look:"]
        lines += [line for words in also for line in _indented(words)]
    return "\n".join(lines)


def _indented(words: str) -> list[str]:
    return textwrap.wrap(
        words, WIDTH, initial_indent="    ", subsequent_indent="      ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
