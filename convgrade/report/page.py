"""The report as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from convgrade.report.build import Report, ScoreRow
from convgrade.report.findings import PartRow
from convgrade.report.gather import Exercise
from convgrade.report.incidents import KINDS, Incident, Kind
from convgrade.report.tables import Table
from convgrade.report.words import DEFINITIONS, missing_information, uncertainty

__all__ = ["render"]

PARTS, EACH = 12, 3  # rows of parts on the page, and of one exercise; the CSV has all
IDS = 200  # ids in a list; the CSV has all
GROUPS = 30  # lines of a kind of incident; the CSV has all


def render(report: Report, every: Sequence[Table], folder: str, made: datetime) -> str:
    """Return the page.

    Parameters
    ----------
    report : Report
    every : sequence of Table
        Named at the end, with the folder in which their files are.
    folder : str
        Relative to the page.
    made : datetime
    """
    # Everything is escaped: ids, names of notebooks and words are other people's.
    environment = Environment(
        loader=PackageLoader("convgrade.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"points": points, "share": share, "separates": separates}
    return environment.get_template("page.html").render(
        report=report,
        data=report.data,
        missing=missing_information(report),
        whole=_chart(report.scores[0]),
        failed=_worst(report.parts),
        kinds=_by_kind(report.incidents),
        quiet=[
            KINDS[name] for name in KINDS if all(i.kind.name != name for i in report.incidents)
        ],
        uncertainty=uncertainty(report),
        definitions=DEFINITIONS,
        tables=every,
        folder=folder,
        made=made,
        most_ids=IDS,
    )


def points(value: float) -> str:
    """Return points or seconds as people write them: at most two places."""
    return "–" if math.isnan(value) else f"{value:.2f}".rstrip("0").rstrip(".")


def share(value: float) -> str:
    """Return a share or a correlation with two places."""
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-", "\u2212")


def separates(r: float) -> str:
    """Return what a discrimination means, in a word."""
    if math.isnan(r):
        return ""
    if r < 0:
        return "look at it"
    return "hardly" if r < 0.1 else "some" if r < 0.3 else "well"


def _chart(row: ScoreRow) -> dict[str, Any]:
    """Return the places of a histogram's bars in a box of 340 by 150, and of the quartiles."""
    top = max((count for *_, count in row.bins), default=0) or 1
    width = 34.0
    bars = [
        {
            "x": i * width + 1,
            "y": 150 - 150 * count / top,
            "height": 150 * count / top,
            "count": count,
            "middle": (i + 0.5) * width,
            "from": low,
            "to": high,
        }
        for i, (low, high, count) in enumerate(row.bins)
    ]
    return {"bars": bars, "width": width, "row": row, "box": box(row, 340)}


def box(row: ScoreRow, width: float) -> dict[str, float]:
    """Return where the quartiles stand on a line that is ``width`` long."""
    s, most = row.spread, row.points or 1.0
    values = {"least": s.least, "lower": s.lower, "median": s.median, "upper": s.upper,
              "most": s.most}  # fmt: skip
    return {name: min(max(value / most, 0), 1) * width for name, value in values.items()}


def _worst(parts: Sequence[PartRow]) -> list[PartRow]:
    """Return the parts that most answers failed; an answer that is all wrong fails every one."""
    seen: Counter[Exercise] = Counter()
    found = []
    for part in parts:
        seen[part.exercise] += 1
        if part.failed and seen[part.exercise] <= EACH:
            found.append(part)
    return found[:PARTS]


def _by_kind(every: Sequence[Incident]) -> list[tuple[Kind, list[Incident], int, int]]:
    """Return kinds, their incidents as far as shown, how many more, and how many students."""
    found = []
    for kind, some in groupby(every, key=lambda incident: incident.kind):
        listed = list(some)
        students = len({student for incident in listed for student in incident.students})
        found.append((kind, listed[:GROUPS], len(listed[GROUPS:]), students))
    return found
