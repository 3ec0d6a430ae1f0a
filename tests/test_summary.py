"""The summary has the gradebook's points, of any course, and says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from written_class import Course, Given, write_gradebook

from convgrade.summary import main, table


def test_columns_are_aligned() -> None:
    assert table([["name", "points"], ["a", "7"], ["longer", "12.5"]]) == (
        "name    points\na            7\nlonger    12.5"
    )


def test_missing_gradebook_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/gradebook.db"
    assert main(["toeplitz", "--db", url]) == 1
    assert f"There is no gradebook at {url}" in capsys.readouterr().out


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the gradebook of a course of another id, with penalties and points by hand."""
    import os
    import sys

    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    found = f"sqlite:///{tmp_path}/gradebook.db"
    course = Course({"one": {"a": 4.0, "b": 6.0}, "two": {"essay": 5.0}})
    course.written = frozenset({("two", "essay")})
    a, b, essay = ("one", "a"), ("one", "b"), ("two", "essay")
    write_gradebook(
        found,
        course,
        {
            "ann": {a: Given(4.0), b: Given(3.0), essay: Given(None, waiting=True)},
            "bob": {a: Given(1.0), b: Given(0.0), essay: Given(None, manual=2.5)},
            "cyd": {a: Given(2.0, manual=4.0), b: Given(6.0), essay: Given(None, manual=5.0)},
        },
    )
    with Gradebook(found, "written") as book:
        for student, penalty in (("ann", 2.5), ("bob", 9.0)):
            submission = book.find_submission_notebook("one", course.assignment, student)
            submission.late_submission_penalty = penalty
        book.db.commit()
    return found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # alembic's, while nbgrader upgrades
def test_points_are_the_gradebooks(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["written", "--db", url]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[:4] == [
        ["submission", "one", "two", "late", "points", "of"],
        ["ann", "7", "0", "-2.5", "4.5", "15"],
        ["bob", "1", "2.5", "-9", "0", "15"],
        ["cyd", "10", "5", "15", "15"],
    ]
    assert rows[5:8] == [
        ["exercise", "mean", "of", "full", "points"],
        ["one/a", "2.33", "4", "1", "of", "3"],
        ["one/b", "3.00", "6", "1", "of", "3"],
    ]
    assert " ".join(rows[9]) == "1 of 3 submissions wait for a person to grade an answer."


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_unknown_assignment_is_named(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fourier", "--db", url]) == 1
    assert "no assignment 'fourier'; it has: written." in capsys.readouterr().out
