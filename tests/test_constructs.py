"""Constructs of other courses' test cells: graded as stock nbgrader does, or left to a person.

The constructs are in tests/constructs, a notebook a file. Never does a right answer get no
points in silence, and never does a wrong one earn what stock refuses it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
import programs
import pytest
from test_foreign_course import CONFIG, STOCK
from tiny import Tiny, _cell

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

FOLDER = Path(__file__).parent / "constructs"
TABLES: dict[str, dict[str, dict[str, str]]] = {
    path.stem: tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))
}
CASES = [(book, name) for book, table in TABLES.items() for name in table]
STUDENTS = ("model", "wrong", "blank")
BOX = "constructs"


def source(table: dict[str, dict[str, str]]) -> Any:
    """Return a notebook with all constructs of a file."""
    cells = []
    for name, case in table.items():
        if "unmarked" in case:
            cells.append(v4.new_code_cell(case["unmarked"].strip(), id=f"{name}-unmarked"))
        if "locked" in case:
            cells.append(_cell(f"{name}-locked", case["locked"].strip(), locked=True))
        text = f"### BEGIN SOLUTION\n{case['answer'].strip()}\n### END SOLUTION"
        cells.append(_cell(name, text, solution=True))
        if "later" in case:
            cells.append(_cell(f"{name}-later", case["later"].strip(), locked=True))
        cells.append(
            _cell(f"{name}_test", case["test"].strip(), grade=True, locked=True, points=1)
        )
    notebook = v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    return notebook


def graded(root: Path, config: str) -> Tiny:
    """Return a course in which everybody is graded."""
    folder = root / "source" / BOX
    folder.mkdir(parents=True)
    for book, table in TABLES.items():
        nbformat.write(source(table), folder / f"{book}.ipynb")
    path = 'import os, sys\nos.environ["PATH"] += os.pathsep + os.path.dirname(sys.executable)\n'
    (root / "nbgrader_config.py").write_text(path + STOCK)
    course = Tiny(root, BOX)
    course.run("generate_assignment", BOX)
    (root / "nbgrader_config.py").write_text(config)
    for student in STUDENTS:
        answers = {
            name: case[{"model": "answer", "wrong": "wrong"}[student]].strip()
            for table in TABLES.values() for name, case in table.items() if student != "blank"
        }  # fmt: skip
        target = course.folder(student)
        target.mkdir(parents=True)
        for book in TABLES:
            nbformat.write(course.answered(book, answers), target / f"{book}.ipynb")
    course.grade()
    return course


Grades = dict[str, dict[str, tuple[float | None, float | None, bool]]]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return graded(tmp_path_factory.mktemp("ours"), CONFIG)


@pytest.fixture(scope="module")
def found(ours: Tiny) -> Grades:
    return {student: ours.grades(student) for student in STUDENTS}


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Grades:
    course = graded(tmp_path_factory.mktemp("stock"), STOCK)
    return {student: course.grades(student) for student in STUDENTS}


@pytest.mark.parametrize(("book", "name"), CASES, ids=lambda value: value)
def test_the_model_solution_is_graded_as_on_stock_or_waits(
    ours: Tiny, found: Grades, stock: Grades, book: str, name: str
) -> None:
    """And what waits names the construct, to the instructor and below the test."""
    case, cell = TABLES[book][name], f"{name}_test"
    auto, manual, waits = found["model"][cell]
    assert manual is None
    if "waits" in case:
        assert (auto, waits) == (None, True)
        comment = ours.comment("model", name, book)
        assert comment.startswith("Waits for a person: ") or "\nWaits for a person: " in comment
        assert case["waits"].replace("`", "'") in comment
        return
    assert not waits
    assert auto == (1.0 if "differs" in case else stock["model"][cell][0])


@pytest.mark.parametrize(("book", "name"), CASES, ids=lambda value: value)
@pytest.mark.parametrize("student", ["wrong", "blank"])
def test_a_wrong_answer_earns_nothing_that_stock_refuses(
    found: Grades, stock: Grades, student: str, book: str, name: str
) -> None:
    """Where the model solution's verdict does not wait, neither does a wrong answer's."""
    case, cell = TABLES[book][name], f"{name}_test"
    auto, _, waits = found[student][cell]
    theirs = stock[student][cell][0] or 0.0
    assert (auto or 0.0) <= theirs
    if student == "wrong" and "wrong_waits" in case:
        assert (auto, waits) == (None, True)
    elif "waits" not in case:
        assert not waits
        assert auto == (0.0 if "differs" in case or "student_decides" in case else theirs)


def test_a_class_run_counts_what_waits_by_student(ours: Tiny, tmp_path: Path) -> None:
    """It records what `nbgrader autograde` records, says what waits, and ends with status 1."""
    course = ours.copy(tmp_path)
    before = course.grades("model")
    words = ["grade", BOX, "--student", "model", "--force", "--workers", "1"]
    run = programs.run("convgrade", *words, cwd=course.root)
    assert run.returncode == 1, run.stdout + run.stderr
    assert course.grades("model") == before
    books = {book for book, name in CASES if "waits" in TABLES[book][name]}
    (line,) = (line for line in run.stdout.splitlines() if line.startswith("  model: "))
    assert line.startswith(f"  model: waits for you, {min(books)}: ")
    assert line.endswith("…") or all(f"{book}: " in line for book in books)
    book, name = next((b, n) for b, n in CASES if "waits" in TABLES[b][n])
    assert course.comment("model", name, book).startswith("Waits for a person: ")


def test_the_points_of_what_waits_are_a_persons(ours: Tiny, tmp_path: Path) -> None:
    """A person's points are the cell's, and the student's total is right."""
    course = ours.copy(tmp_path)
    waiting = {b: [n for n, case in t.items() if "waits" in case] for b, t in TABLES.items()}
    book, (name, *_) = next((b, names) for b, names in waiting.items() if len(names) > 1)
    with course.gradebook() as gradebook:
        before = gradebook.find_submission(BOX, "model")
        score, points = before.score, before.max_score
        assert before.needs_manual_grade
    course.give("model", f"{name}_test", 0.75, book)
    with course.gradebook() as gradebook:
        after = gradebook.find_submission(BOX, "model")
        assert (after.score, after.max_score) == (score + 0.75, points)
    course.run("generate_feedback", BOX, "--student", "model")
    page = course.page("model", book)
    assert "waits for a person" in page
    assert "0.75" in page


def test_most_constructs_are_graded_as_on_stock() -> None:
    """What is counted in docs/other-courses.md."""
    waiting = sum("waits" in TABLES[book][name] for book, name in CASES)
    words = (FOLDER.parent.parent / "docs" / "other-courses.md").read_text()
    assert f"{len(CASES)} constructs" in words
    assert f"{len(CASES) - waiting} are graded" in words
