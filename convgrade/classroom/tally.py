"""Counts how a run goes, and says at its end what a person should know, and do."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from convgrade.classroom.printable import printable
from convgrade.classroom.task import Result

__all__ = ["Tally"]

SLOWEST = 3  # notebooks named in the summary
LONGEST = 220  # letters of what is said about a student; the log has all of it


@dataclass
class Tally:
    """What a run has done so far.

    A key "by notebook" is ``student/notebook``; one of the two kinds that are said to
    be "by student" may be either.

    Attributes
    ----------
    done : list of str
        Students who were graded before.
    again : dict of str to str
        By student, why they are graded although they were before.
    submissions : int
        Recorded ones.
    seconds : dict of str to float
        By notebook, how long grading took.
    repairs, crashes : dict of str to int
        By notebook, how many things were put right, and exercises that crashed or did not end.
    told : dict of str to str
        By notebook, which of several files was taken, where that is clear.
    missing : dict of str to list of str
        By student, notebooks that were not handed in while others were.
    absent : list of str
        Students of the gradebook who have handed in nothing.
    unlooked : list of str
        Files in submitted/ that nobody would take for work.
    future : dict of str to str
        By student, that they handed in in the future.
    unchecked : str
        That `convgrade check` was not run for these tests; "" if it was, or need not be.
    older : Counter of str
        By cell that the course has changed since it was handed out, how many handed it in.

    Those that need a person, worst first:

    failed : dict of str to str
        By student, why nothing was recorded.
    left_out : dict of str to str
        By student or file of submitted/, why it is not graded.
    ungradable : dict of str to str
        By notebook, why it got no points without being run.
    times : dict of str to str
        By student, what is wrong with their ``timestamp.txt``.
    doubts : dict of str to str
        By student, what a person has to decide, such as which of two files counts.
    waiting : dict of str to str
        By student, test cells without a verdict, which a person grades by hand.
    """

    done: list[str] = field(default_factory=list)
    again: dict[str, str] = field(default_factory=dict)
    submissions: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    crashes: dict[str, int] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    unlooked: list[str] = field(default_factory=list)
    future: dict[str, str] = field(default_factory=dict)
    unchecked: str = ""
    older: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    ungradable: dict[str, str] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def add(self, name: str, result: Result) -> None:
        """Count a notebook that is recorded."""
        if result.ungradable:
            self.ungradable[name] = result.ungradable
        else:
            self.seconds[name] = result.seconds
        if result.repairs:
            self.repairs[name] = result.repairs
        self.older.update(f"{name.rpartition('/')[2]}, {cell}" for cell in result.older)
        if result.waiting:
            self.waiting[name] = "; ".join(f"{k}: {why}" for k, why in result.waiting.items())
        if result.notes:
            self.crashes[name] = len(result.notes)

    @property
    def status(self) -> int:
        """Return the command's exit status: 0 when nothing needs a person."""
        return 1 if self._needs() else 0

    def _needs(self) -> dict[str, str]:
        """Return who needs a person, and what for, worst first."""
        needs: dict[str, list[str]] = {}
        for title, found in (
            ("NOT GRADED", self.failed),
            ("NOT GRADED", self.left_out),
            ("no points", self.ungradable),
            ("handed in nobody knows when", self.times),
            ("", self.doubts),
            ("waits for you", self.waiting),
        ):
            for name, words in _by_student(found).items():
                needs.setdefault(name, []).append(f"{title}, {words}" if title else words)
        return {name: "; ".join(words) for name, words in needs.items()}

    def summary(self) -> str:
        """Return what there is to know, then who needs a person, worst first."""
        needs = self._needs()
        lines = [*self._counts(), *self._facts()]
        if needs:
            lines.append(
                f"{len(needs)} need{'s' if len(needs) == 1 else ''} you, the worst first:"
            )
            lines += [_line(name, words) for name, words in needs.items()]
        else:
            lines.append("Nothing needs you.")
        return "\n".join(lines)

    def _counts(self) -> list[str]:
        wall, graded = time.monotonic() - self.started, len(self.seconds)
        lines = [f"{_count(self.submissions, 'submission')} recorded, "
                 f"{_count(graded, 'notebook')} graded"]  # fmt: skip
        if self.done:
            lines[0] += f"; {len(self.done)} graded before and unchanged (--force repeats them)"
        if graded:
            seconds = self.seconds.values()
            slow = sorted(self.seconds, key=lambda n: (-self.seconds[n], n))[:SLOWEST]
            lines.append(
                f"{wall:.1f} s in all, {wall / graded:.3f} s a notebook; one by itself took "
                f"{statistics.median(seconds):.2f} s (median); slowest: "
                + ", ".join(f"{n} {self.seconds[n]:.1f} s" for n in slow)
            )
        return lines

    def _facts(self) -> list[str]:
        """Say what needs nobody."""
        again: dict[str, list[str]] = {}
        for student, why in self.again.items():
            again.setdefault(why, []).append(student)
        lines = [f"graded again, {why}: {_shown(who)}" for why, who in sorted(again.items())]
        for title, found in (
            ("repaired", self.repairs),
            ("exercises crashed or did not end in", self.crashes),
        ):
            if found:
                lines.append(f"{title}: {_shown(found)}")
        lines += [f"{name}: {words}" for name, words in sorted(self.told.items())]
        if self.missing:
            each = (f"{student} ({', '.join(n)})" for student, n in sorted(self.missing.items()))
            lines.append(f"handed in without some notebooks: {_shown(each)}")
        lines += [f"{name}: {words}" for name, words in sorted(self.future.items())]
        lines += [
            f"{cell} has changed since it was handed out, which students are not told; handed in "
            f"by {number}"
            for cell, number in sorted(self.older.items())
        ]
        if self.absent:
            lines.append(f"handed in nothing: {_shown(self.absent)}")
        if self.unlooked:
            lines.append(f"not looked at in submitted/: {_shown(self.unlooked)}")
        return [*lines, self.unchecked] if self.unchecked else lines


def _by_student(found: Mapping[str, str]) -> dict[str, str]:
    """Bring together what is said about one student, with the notebooks that it is about."""
    students: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for name, words in sorted(found.items()):
        student, _, notebook = name.partition("/")
        head = words.partition(";")[0]
        students.setdefault(student, {}).setdefault(head, []).append((notebook, words))
    lines = {}
    for student, heads in students.items():
        parts = []
        for head, those in heads.items():
            notebooks = ", ".join(notebook for notebook, _ in those if notebook)
            same = len({words for _, words in those}) == 1
            tails = those[0][1] if same else f"{head}; ask for them"
            parts.append(f"{notebooks}: {tails}" if notebooks else tails)
        lines[student] = "; ".join(parts)
    return lines


def _line(name: str, words: str) -> str:
    line = f"  {printable(name)}: {printable(words)}"
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _shown(names: Iterable[str]) -> str:
    every = sorted(map(printable, names))
    return f"{len(every)} ({', '.join(every)})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
