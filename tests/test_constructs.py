"""Constructs of other courses' test cells: graded as stock nbgrader does, or left to a person.

The constructs are in tests/constructs, a notebook a file. Never does a right answer get no
points in silence, and never does a wrong one earn what stock refuses it. Stock's points are kept
as data (`construct_controls`), and a sample is held against a fresh run.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import programs
import pytest
from conftest import ROOT
from construct_controls import RENEW, Points, by_stock, digest, kept
from construct_course import BOX, CASES, STUDENTS, TABLES, graded
from test_foreign_course import CONFIG
from tiny import Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

#: Others are chosen when one changes: by what all of them say.
SAMPLE = sorted(TABLES, key=lambda book: hashlib.sha256(f"{book} {TABLES}".encode()).digest())[:1]

Grades = dict[str, dict[str, tuple[float | None, float | None, bool]]]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return graded(tmp_path_factory.mktemp("ours"), CONFIG)


@pytest.fixture(scope="module")
def found(ours: Tiny) -> Grades:
    return {student: ours.grades(student) for student in STUDENTS}


@pytest.fixture(scope="module")
def stock() -> dict[str, Points]:
    digests = {book: digest(book) for book in TABLES}
    assert {book: row["digest"] for book, row in kept().items()} == digests, RENEW
    return {book: row["points"] for book, row in kept().items()}


@pytest.mark.parametrize("book", SAMPLE)
def test_stock_gives_them_today(stock: dict[str, Points], tmp_path: Path, book: str) -> None:
    assert by_stock(tmp_path, [book]) == {book: stock[book]}


@pytest.mark.parametrize("book", TABLES)
def test_model_solutions_are_graded_as_on_stock_or_wait(
    ours: Tiny, found: Grades, stock: dict[str, Points], book: str
) -> None:
    """And what waits names the construct, to the instructor and below the test."""
    other = {}
    for name, case in TABLES[book].items():
        theirs = 1.0 if "differs" in case else stock[book]["model"][f"{name}_test"]
        expected = (None, None, True) if "waits" in case else (theirs, None, False)
        if found["model"][f"{name}_test"] != expected:
            other[name] = found["model"][f"{name}_test"], expected
        elif "waits" in case:
            comment = ours.comment("model", name, book)
            said = re.search("^Waits for a person: ", comment, re.M)
            if not said or case["waits"].replace("`", "'") not in comment:
                other[name] = comment, case["waits"]
    assert other == {}


@pytest.mark.parametrize("book", TABLES)
@pytest.mark.parametrize("student", ["wrong", "blank"])
def test_wrong_answers_earn_nothing_that_stock_refuses(
    found: Grades, stock: dict[str, Points], student: str, book: str
) -> None:
    """Where the model solution's verdict does not wait, neither does a wrong answer's."""
    other = {}
    for name, case in TABLES[book].items():
        auto, _, waits = found[student][f"{name}_test"]
        theirs = stock[book][student][f"{name}_test"] or 0.0
        if student == "wrong" and "wrong_waits" in case:
            good = (auto, waits) == (None, True)
        elif "waits" in case:
            good = (auto or 0.0) <= theirs
        else:
            refused = "differs" in case or "student_decides" in case
            good = (auto, waits) == (0.0 if refused else theirs, False)
        if not good or (auto or 0.0) > theirs:
            other[name] = auto, waits, theirs
    assert other == {}


def test_a_class_run_counts_what_waits_by_student(ours: Tiny, tmp_path: Path) -> None:
    """It records what `nbgrader autograde` records, says what waits, and ends with status 1.

    Of some notebooks; tests/test_both_roads.py holds other courses against each other.
    """
    course = ours.copy(tmp_path)
    handed_in = sorted(course.folder("model").glob("*.ipynb"))
    kept = {path.stem for path in handed_in[::4]}
    for path in handed_in:
        if path.stem not in kept:
            path.unlink()
    cells = {f"{name}_test" for book, name in CASES if book in kept}
    before = course.grades("model")
    words = ["grade", BOX, "--student", "model", "--force", "--workers", "1"]
    run = programs.run("convgrade", *words, cwd=course.root)
    assert run.returncode == 1, run.stdout + run.stderr
    after = course.grades("model")
    assert {cell: after[cell] for cell in cells} == {cell: before[cell] for cell in cells}
    books = {book for book, name in CASES if book in kept and "waits" in TABLES[book][name]}
    (line,) = (line for line in run.stdout.splitlines() if line.startswith("  model: "))
    assert line.startswith(f"  model: waits for you, {min(books)}: ")
    assert line.endswith("…") or all(f"{book}: " in line for book in books)
    name = next(n for n, case in TABLES[min(books)].items() if "waits" in case)
    assert course.comment("model", name, min(books)).startswith("Waits for a person: ")


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


def test_no_two_constructs_have_one_name() -> None:
    """Points are looked up by it, whatever the notebook."""
    names = [name for _, name in CASES]
    assert len(set(names)) == len(names)


def test_most_constructs_are_graded_as_on_stock() -> None:
    """What is counted in docs/other-courses.md."""
    waiting = sum("waits" in TABLES[book][name] for book, name in CASES)
    words = (ROOT / "docs" / "other-courses.md").read_text()
    assert f"{len(CASES)} constructs" in words
    assert f"{len(CASES) - waiting} are graded" in words
