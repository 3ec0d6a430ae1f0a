"""The numbers of the report as tables, and tables as CSV files."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convgrade.report.build import Report
from convgrade.report.statistics import Spread
from convgrade.report.words import DEFINITIONS, overview

__all__ = ["Table", "safe", "tables", "write"]

Value = str | float | int | bool | None
SPREAD = ("mean", "sd", "least", "lower_quartile", "median", "upper_quartile", "most")
# A text that begins like this is a formula to a spreadsheet, which may run programs. It takes
# apart fields at other separators than commas, if a country writes numbers with commas.
FORMULA = re.compile(r"(^|[,;\t\r\n])(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")


@dataclass(frozen=True)
class Table:
    """A table: what its file is called, what it says, its columns and rows."""

    name: str
    about: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]


def tables(report: Report) -> list[Table]:
    """Return every table of a report."""
    data = report.data
    return [
        Table("overview", "counts of the whole", ("quantity", "value"), overview(report)),
        Table("definitions", "what the statistics mean", ("word", "meaning"),
              list(DEFINITIONS.items())),
        Table("reteach", "what to reteach first, and why",
              ("rank", "what", "why", "reread", "points_lost_a_submission"),
              [(i, a.title, a.why, a.reread, a.lost) for i, a in enumerate(report.advice, 1)]),
        Table("scores", "points in all and by notebook (all: no notebook)",
              ("notebook", "points", "submissions", *SPREAD),
              [(s.notebook, s.points, s.spread.count, *_spread(s.spread))
               for s in report.scores]),
        Table("distribution", "the histograms (all: no notebook)",
              ("notebook", "from", "to", "submissions"),
              [(s.notebook, *bin_) for s in report.scores for bin_ in s.bins]),
        Table("exercises", "difficulty and discrimination",
              ("notebook", "exercise", "heading", "points", "graded", "difficulty_p",
               "p_of_those_who_answered", "discrimination", "full_points", "no_points",
               "not_answered", "waiting"),
              [(e.exercise.notebook, e.exercise.name, e.exercise.heading, e.exercise.points,
                e.graded, e.p, e.p_tried, e.r, e.full, e.none, e.blank, e.waiting)
               for e in report.exercises]),
        Table("parts", "what became of every part of an exercise",
              ("notebook", "exercise", "part", "points", "visible", "tried", "passed", "failed",
               "share_failed", "not_answered", "rule_broken"),
              [(p.exercise.notebook, p.exercise.name, p.name, p.points, p.visible, p.tried,
                p.passed, p.failed, p.failed / p.tried if p.tried else None, p.blank, p.refused)
               for p in report.parts]),
        Table("misconceptions", "how many students have each",
              ("number", "misconception", "students", "points_lost_a_submission", "reread"),
              [(i.number, i.name, len(i.students), i.lost, i.reread) for i in report.ideas]),
        Table("misconception_exercises", "where each shows",
              ("number", "notebook", "exercise", "students"),
              [(i.number, e.notebook, e.name, len(who))
               for i in report.ideas for e, who in i.who.items()]),
        Table("misconception_students", "who has which, and where it shows",
              ("number", "notebook", "exercise", "student"),
              [(i.number, e.notebook, e.name, student)
               for i in report.ideas for e, who in i.who.items() for student in who]),
        Table("incidents", "crashes, repairs and what else a person may look at",
              ("kind", "notebook", "place", "words", "student"),
              [(i.kind.name, i.notebook, i.place, i.words, student)
               for i in report.incidents for student in i.students]),
        Table("incident_counts", "how often each happened",
              ("kind", "notebook", "place", "words", "students"),
              [(i.kind.name, i.notebook, i.place, i.words, len(i.students))
               for i in report.incidents]),
        Table("time", "seconds of grading by notebook",
              ("notebook", "graded", *SPREAD),
              [(t.notebook, t.seconds.count, *_spread(t.seconds)) for t in report.times]),
        Table("students", "one row a student",
              ("student", "points", *(f"points_{name}" for name in data.notebooks),
               "late_penalty", "waiting", "misconceptions", "seconds"),
              [(s.student, s.score, *s.scores, s.penalty, s.waiting, " ".join(s.ideas), s.seconds)
               for s in report.students]),
    ]  # fmt: skip


def _spread(s: Spread) -> tuple[float, ...]:
    return s.mean, s.sd, s.least, s.lower, s.median, s.upper, s.most


def write(every: Sequence[Table], folder: Path) -> list[Path]:
    """Write each table to a CSV file, by RFC 4180, and return their paths.

    Raises
    ------
    OSError
        When a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for table in every:
        path = folder / f"{table.name}.csv"
        # utf-8-sig: without the mark, Excel reads accented names as another encoding.
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(table.columns)
            writer.writerows([_cell(value) for value in row] for row in table.rows)
        paths.append(path)
    return paths


def _cell(value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value) if isinstance(value, int) else safe(value)


def safe(text: str) -> str:
    """Return a text that no spreadsheet runs: a ' goes before what looks like a formula."""
    return FORMULA.sub(r"\1'", text)
