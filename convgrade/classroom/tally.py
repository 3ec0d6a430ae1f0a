"""Counts how a run goes, and says so at its end."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from dataclasses import dataclass, field

from convgrade.classroom.printable import printable
from convgrade.classroom.task import Result

__all__ = ["Tally"]

SLOWEST = 5  # notebooks named in the summary
MOST = 20  # names listed of any kind


@dataclass
class Tally:
    """What a run has done so far.

    Attributes
    ----------
    skipped : int
        Submissions that were graded before.
    submissions : int
        Recorded ones.
    seconds : dict of str to float
        Of every graded notebook, on its worker.
    repairs : dict of str to int
        By notebook, how many things were put right; only where there were any.
    crashes : dict of str to int
        By notebook, how many exercises crashed or did not end.
    ungradable : dict of str to str
        By notebook, why it got no points without being run.
    failed : dict of str to str
        By notebook or student, why it was not graded and nothing was recorded.
    times, future : dict of str to str
        By student, what is wrong with their ``timestamp.txt``: no time, or one to come.
    older : Counter of str
        By cell that the course has changed since it was handed out, how many handed it in.
    """

    skipped: int = 0
    submissions: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    crashes: dict[str, int] = field(default_factory=dict)
    ungradable: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    future: dict[str, str] = field(default_factory=dict)
    older: Counter[str] = field(default_factory=Counter)
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
        if result.notes:
            self.crashes[name] = len(result.notes)

    @property
    def status(self) -> int:
        """Return the command's exit status: 0 when everything was graded."""
        return 1 if self.ungradable or self.failed or self.times else 0

    def summary(self) -> str:
        """Return some lines about the run."""
        wall = time.monotonic() - self.started
        graded = len(self.seconds)
        lines = [f"{self.submissions} submissions recorded, {graded} notebooks graded"]
        if self.skipped:
            lines[0] += f"; {self.skipped} submissions were graded before (--force repeats them)"
        if graded:
            seconds = self.seconds.values()
            lines.append(
                f"{wall:.1f} s in all, {wall / graded:.3f} s a notebook; on its worker one took "
                f"{statistics.mean(seconds):.2f} s (mean), {statistics.median(seconds):.2f} s "
                "(median)"
            )
            slow = sorted(self.seconds, key=lambda n: (-self.seconds[n], n))[:SLOWEST]
            lines.append("slowest: " + ", ".join(f"{n} {self.seconds[n]:.1f} s" for n in slow))
        lines += _listed("repaired", {n: str(k) for n, k in self.repairs.items()}, brief=True)
        lines += _listed(
            "exercises crashed in", {n: str(k) for n, k in self.crashes.items()}, brief=True
        )
        lines += _listed(
            "cells changed since they were handed out, which students are not told",
            {cell: f"handed in by {n}" for cell, n in self.older.items()},
        )
        lines += _listed("handed in in the future", self.future)
        lines += _listed("handed in nobody knows when: put timestamp.txt right", self.times)
        lines += _listed("ungradable, recorded without points", self.ungradable)
        lines += _listed("NOT GRADED, nothing recorded", self.failed)
        return "\n".join(map(printable, lines))


def _listed(title: str, names: dict[str, str], brief: bool = False) -> list[str]:
    """Return a title with a count, and the names below it; on one line when brief."""
    if not names:
        return []
    shown = sorted(names)[:MOST]
    more = [f"and {len(names) - MOST} more"] if len(names) > MOST else []
    title = f"{title}: {len(names)}"
    if brief:
        return [f"{title} ({', '.join([*shown, *more])})"]
    return [title, *(f"  {name}: {names[name]}" for name in shown), *(f"  {m}" for m in more)]
