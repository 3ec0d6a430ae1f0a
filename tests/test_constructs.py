"""Constructs of other courses' test cells: graded as stock nbgrader does, or left to a person.

The constructs are in tests/constructs, a notebook a file. Never does a right answer get no
points in silence, and never does a wrong one earn what stock refuses it. Stock's points are kept
as data (`construct_controls`), and so is of which files it is known that all are graded so
(`graded_constructs`): samples of both are held against a fresh run.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import graded_constructs
import programs
import pytest
from conftest import ROOT
from construct_controls import RENEW, by_stock, digest, kept
from construct_course import BOX, CASES, TABLES, graded
from graded_constructs import FOUND, today, unlike
from test_foreign_course import CONFIG
from tiny import Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

#: Others are chosen when one changes: by what all of them say.
SAMPLE = sorted(TABLES, key=lambda book: hashlib.sha256(f"{book} {TABLES}".encode()).digest())[:1]
#: What is graded in this run. The longest list of what waits is in it, for the tests of waiting.
WAITING = max(TABLES, key=lambda book: sum("waits" in case for case in TABLES[book].values()))
TODAY = sorted({*today(list(TABLES)), WAITING})


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a course in which today's files are graded, in one run."""
    return graded(tmp_path_factory.mktemp("ours"), CONFIG, TODAY)


@pytest.mark.parametrize("book", TABLES)
def test_all_constructs_of_today_have_been_graded(book: str) -> None:
    """And were graded as on stock, or waited: else what is below grades the file, and fails."""
    assert FOUND.fresh((book,)), graded_constructs.RENEW


def test_no_file_that_is_gone_is_on_record() -> None:
    assert FOUND.kept().keys() <= set(TABLES), graded_constructs.RENEW


@pytest.mark.parametrize("book", TODAY)
def test_constructs_are_graded_as_on_stock_or_wait(ours: Tiny, book: str) -> None:
    """What waits names the construct; no wrong answer earns what stock refuses it."""
    assert unlike(ours, book) == []


def test_what_is_unlike_is_found(ours: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other points for a model solution, a wrong answer that passes, a wait without its reason."""
    marks = {n: ("waits" in c, "wrong_waits" in c) for n, c in TABLES[WAITING].items()}
    waiting, plain = (
        next(n for n, found in marks.items() if found == kind)
        for kind in ((True, False), (False, False))
    )
    other = {**TABLES[WAITING][waiting], "waits": "nobody says this"}
    monkeypatch.setitem(TABLES[WAITING], waiting, other)
    grades = ours.grades

    def changed(student: str) -> dict[str, tuple[float | None, float | None, bool]]:
        points = {"model": 0.0, "wrong": 1.0}.get(student, 0.0)
        return {**grades(student), f"{plain}_test": (points, None, False)}

    monkeypatch.setattr(ours, "grades", changed)
    found = unlike(ours, WAITING)
    assert [line.partition(":")[0] for line in found] == sorted(
        [waiting, plain, plain], key=list(TABLES[WAITING]).index
    )


@pytest.mark.parametrize("book", SAMPLE)
def test_stock_gives_them_today(tmp_path: Path, book: str) -> None:
    assert by_stock(tmp_path, [book]) == {book: kept()[book]["points"]}


def test_stocks_points_are_of_todays_constructs() -> None:
    digests = {book: digest(book) for book in TABLES}
    assert {book: row["digest"] for book, row in kept().items()} == digests, RENEW


def test_a_class_run_counts_what_waits_by_student(ours: Tiny, tmp_path: Path) -> None:
    """It records what `nbgrader autograde` records, says what waits, and ends with status 1."""
    course = ours.copy(tmp_path)
    before = course.grades("model")
    words = ["grade", BOX, "--student", "model", "--force", "--workers", "1"]
    run = programs.run("convgrade", *words, cwd=course.root)
    assert run.returncode == 1, run.stdout + run.stderr
    assert course.grades("model") == before
    books = {book for book in TODAY if any("waits" in case for case in TABLES[book].values())}
    (line,) = (line for line in run.stdout.splitlines() if line.startswith("  model: "))
    assert line.startswith(f"  model: waits for you, {min(books)}: ")
    assert line.endswith("…") or all(f"{book}: " in line for book in books)
    name = next(n for n, case in TABLES[min(books)].items() if "waits" in case)
    assert course.comment("model", name, min(books)).startswith("Waits for a person: ")


def test_the_points_of_what_waits_are_a_persons(ours: Tiny, tmp_path: Path) -> None:
    """A person's points are the cell's, and the student's total is right."""
    course = ours.copy(tmp_path)
    book, name = WAITING, next(n for n, case in TABLES[WAITING].items() if "waits" in case)
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
