"""One class, graded in every way that there is: the same gradebook each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_runs import Place, finish
from test_classroom import WRONG, gradebook, graded_files, log, wait_until
from tiny import RIGHT, STOCK, SUMS, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

SLOPPY = "# grade_id: total\ndef total(numbers):\n    return float(sum(numbers)) or 1.0"
LATE = "2030-01-01 00:00:00 UTC"


def test_stock_nbgrader_our_plug_ins_and_every_kind_of_run_agree(tmp_path: Path) -> None:
    """Honest submissions only: what others earn on stock nbgrader is what they take."""
    first = Tiny.make(tmp_path / "first")
    for number in range(4):
        first.hand_in(f"right{number}")
    first.hand_in("wrong", {**RIGHT, "total": WRONG})
    first.hand_in("sloppy", {**RIGHT, "total": SLOPPY})
    first.hand_in("half", names=(SUMS,))
    (first.hand_in("late") / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    with first.gradebook() as book:
        book.update_or_create_assignment("tiny", duedate=LATE)
    ways = ("stock", "plug-ins", "1", "2", "resumed", "remote")
    courses = {way: first.copy(tmp_path / way) for way in ways}
    (courses["stock"].root / "nbgrader_config.py").write_text(STOCK)

    courses["stock"].grade()
    courses["plug-ins"].grade()
    with Place() as place:
        for way in ("1", "2"):
            run(place, courses[way], "--workers", way)
        killed = place.grade(courses["resumed"])
        wait_until(lambda: "] recorded" in log(courses["resumed"]))
        killed.kill()
        finish(killed)
        run(place, courses["resumed"])
        run(place, courses["remote"], "--scheduler", place.cluster("remote"))

    books = {way: gradebook(course) for way, course in courses.items()}
    for way in ways[2:]:
        assert books[way] == books["plug-ins"], way
        assert graded_files(courses[way]) == graded_files(courses["plug-ins"]), way
    for table in ("course", "student", "submission", "notebook", "grade"):
        assert books["stock"][table] == books["plug-ins"][table]
    scores = {(row[0], row[2]): row[3] for row in books["stock"]["grade"]}
    assert scores["right0", "total_test"] == 3
    assert scores["sloppy", "total_test"] == 2
    assert scores["wrong", "total_test"] < 2


def run(place: Place, course: Tiny, *args: str) -> None:
    process = place.grade(course, *args)
    printed = finish(process)
    assert process.returncode == 0, printed
