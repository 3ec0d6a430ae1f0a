"""The course changes after it was handed out: the instructor is told, no student blamed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT
from nbformat import NotebookNode
from test_classroom import convgrade
from tiny import RIGHT, SUMS, Tiny

from convgrade.plugins.rubric_points import disagreements, rubric_points

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROADS = ["autograde", "convgrade"]


def grade(course: Tiny, road: str, *args: str, status: int = 0) -> str:
    if road == "autograde":
        return course.grade(*args, status=status)
    return convgrade(course, "--workers", "1", *args, status=status)


def edit(course: Tiny, name: str, **changes: Any) -> None:
    """Change a cell of the source: its points, or its text."""
    path = course.root / "source" / "tiny" / f"{SUMS}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id == name)
    if "points" in changes:
        cell.metadata.nbgrader.points = changes["points"]
    cell.source += changes.get("text", "")
    nbformat.write(notebook, path)


def changed(road: str, cell: str, count: int) -> str:
    """Return what is said about a cell that the course has changed since it was handed out."""
    if road == "autograde":
        return f"{SUMS}, {cell}: {count}"
    return (
        f"{SUMS}, {cell} has changed since it was handed out, which students are not told; "
        f"handed in by {count}"
    )


def comments(course: Tiny, student: str) -> str:
    return "\n".join(course.comment(student, name) for name in ("total", "double", "why"))


def honest(notebook: NotebookNode) -> None:
    """Leave everything as it was handed out."""


def cheat(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.id == "double_test":
            cell.metadata.nbgrader.points = 200
        if cell.id == "setup":
            cell.source += "\nnp.sum = max"


@pytest.mark.parametrize("road", ROADS)
def test_students_are_not_blamed_for_what_the_course_changed(tmp_path: Path, road: str) -> None:
    course = Tiny.make(tmp_path)
    tampers: dict[str, Callable[[NotebookNode], None]] = {"old": honest, "cheat": cheat}
    for student, tamper in tampers.items():
        course.hand_in(student, tamper=tamper)
    course.hand_in("blank", {**RIGHT, "why": course.released(SUMS).cells[-1].source})
    edit(course, "double_test", points=4)
    edit(course, "why", points=3)
    edit(course, "setup", text="\nKIT_URL = 'https://example.org'")
    course.run("generate_assignment", "tiny", "--force")
    course.hand_in("new")
    told = grade(course, road)
    assert course.points("old") == course.points("new")
    assert course.points("old")["double_test"] == 4
    for student in ("old", "blank", "new"):
        assert "Repaired" not in comments(course, student), student
    assert "points had been changed" in course.comment("cheat", "double")
    assert "the text of this one was changed" in course.comment("cheat", "total")
    assert told.count("hich students are not told") == (1 if road == "autograde" else 3)
    for cell, count in (("setup", 2), ("double_test", 2), ("why", 1)):
        assert changed(road, cell, count) in told


@pytest.mark.parametrize("road", ROADS)
def test_a_release_that_was_edited_by_hand_blames_nobody(tmp_path: Path, road: str) -> None:
    course = Tiny.make(tmp_path)
    path = course.root / "release" / "tiny" / f"{SUMS}.ipynb"
    path.chmod(0o644)
    path.write_text(path.read_text().replace("import numpy as np", "import numpy as np  # typo"))
    course.hand_in("old")
    told = grade(course, road)
    assert "# typo" in str(course.answered(SUMS))
    assert "Repaired" not in comments(course, "old")
    assert changed(road, "setup", 1) in told


@pytest.mark.parametrize("road", ROADS)
def test_points_changed_in_source_alone_are_told_once(tmp_path: Path, road: str) -> None:
    course = Tiny.make(tmp_path)
    for student in ("ada", "bob"):
        course.hand_in(student)
    edit(course, "double_test", points=4)
    told = grade(course, road)
    assert told.count("double_test (4 points there, 2 recorded)") == 1
    for student in ("ada", "bob"):
        assert course.points(student)["double_test"] == 2
        assert "Repaired" not in comments(course, student)


@pytest.mark.parametrize("road", ROADS)
def test_a_rubric_that_is_worth_something_else_stops_the_command(
    tmp_path: Path, road: str
) -> None:
    course = Tiny.make(tmp_path)
    course.hand_in("ada")
    grade(course, road)
    edit(course, "double_test", points=4, text='\nr = Rubric("double", 2, double)\nr.score()')
    course.run("generate_assignment", "tiny", "--force")
    told = grade(course, road, "--force", status=1)
    assert "double_test (its Rubric gives 2 points, the cell 4)" in told
    assert "Traceback" not in told
    assert course.points("ada")["double_test"] == 2  # what was graded before is as it was


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("r = Rubric('a', 3, f)\nr.shape('s', 1, [])\nr.score()", 3),
        ("r = rubric.Rubric('a', points=2.5, answer=f)\nr.score()", 2.5),
        ("r = Rubric('a', 3, f)\n1 + r.score()", None),
        ("r = Rubric('a', 3, f)\nr = Rubric('b', 3, f)\nr.score()", None),
        ("r = Rubric('a', WORTH, f)\nr.score()", None),
        ("%matplotlib inline\nRubric('a', 3, f).score()", None),
        ("assert f(1) == 2", None),
        ("", None),
    ],
)
def test_points_of_a_rubric_are_read(source: str, points: float | None) -> None:
    assert rubric_points(source) == points


def test_our_own_rubrics_agree_with_their_cells() -> None:
    read = 0
    for path in (ROOT / "source").rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        assert disagreements(notebook) == []
        read += sum(rubric_points(c.source) is not None for c in notebook.cells)
    assert read > 10
