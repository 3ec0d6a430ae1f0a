"""Correct answers earn everything, wrong ones do not, a blank one earns nothing."""

from __future__ import annotations

import collections
import re

import nbformat
import pytest
from confusion import graded
from gate import ROOT, Answer, exercises, notebooks, read_answers, source_notebook
from sweeps import by_exercise

ALL = read_answers()
EVERY = 10  # of the answers, one in so many is graded in the everyday loop
DOCS = ROOT / "docs" / "misconceptions.md"
EXERCISES = list(exercises())
BUILDERS = (
    "toeplitz_1d",
    "flip",
    "shift_matrix",
    "circulant",
    "toeplitz_1d_padded",
    "padding_matrix",
    "toeplitz_2d",
    "toeplitz_2d_kron",
)


def place_of(answer: Answer) -> str:
    """Return how docs/misconceptions.md names a notebook: its number, of `layers` with a name."""
    number = answer.notebook[0]
    return number if answer.assignment == "toeplitz" else f"{answer.assignment} {number}"


@pytest.mark.parametrize("answers", by_exercise(ALL, EVERY))
def test_answers(answers: list[Answer], record_property: pytest.RecordProperty) -> None:
    wrong = []
    for answer in answers:
        verdict, full = graded(answer), answer.full
        exercise = f"{answer.notebook}/{answer.exercise}, of {full:g}"
        record_property("gate", f"{exercise}|{answer.kind}|{verdict.points:g}")
        if (verdict.points == full) != (answer.kind == "correct") or verdict.points > full:
            wrong.append(f"{answer}: {verdict.points:g} of {full:g}\n{verdict.output}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize(("assignment", "notebook", "exercise"), EXERCISES)
def test_model_solution_earns_every_point(assignment: str, notebook: str, exercise: str) -> None:
    source = source_notebook(assignment, notebook)
    verdict = source.grade(exercise, source.answers[exercise])
    assert verdict.points == source.points[exercise], verdict.output


@pytest.mark.parametrize(("assignment", "notebook", "exercise"), EXERCISES)
def test_handed_out_answer_earns_nothing_and_reads_kindly(
    assignment: str, notebook: str, exercise: str
) -> None:
    """The stub in release/ gets 0 points and one friendly line from the visible check."""
    release = nbformat.read(ROOT / "release" / assignment / f"{notebook}.ipynb", 4)
    stub = next(
        c.source
        for c in release.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == exercise
    )
    verdict = source_notebook(assignment, notebook).grade(exercise, stub)
    assert verdict.points == 0.0
    assert "not answered yet" in verdict.output
    assert "Error" not in verdict.output


@pytest.mark.parametrize(("assignment", "notebook", "exercise"), EXERCISES)
def test_every_exercise_has_enough_answers(assignment: str, notebook: str, exercise: str) -> None:
    """At least three correct styles (five for a builder) and three wrong ideas each."""
    kinds = collections.Counter(
        "correct" if a.kind == "correct" else "wrong"
        for a in ALL
        if (a.assignment, a.notebook, a.exercise) == (assignment, notebook, exercise)
    )
    assert kinds["correct"] >= (5 if exercise in BUILDERS else 3)
    assert kinds["wrong"] >= 3


def test_every_answer_belongs_to_an_exercise() -> None:
    assert {(a.assignment, a.notebook, a.exercise) for a in ALL} <= set(EXERCISES)


@pytest.mark.parametrize(("assignment", "name"), notebooks())
@pytest.mark.slow
def test_grading_twice_gives_the_same_output(assignment: str, name: str) -> None:
    """Random cases come from recorded seeds, so messages are the same, word for word."""
    here = [a for a in ALL if (a.assignment, a.notebook) == (assignment, name)]
    for answer in [a for a in here if a.kind != "correct"][::5]:
        assert answer.grade() == answer.grade()


def test_every_misconception_is_listed_where_it_is_tested() -> None:
    """docs/misconceptions.md names every number that an answer carries, and each has an answer."""
    rows = re.findall(r"^\| (M\d+) \| .* \| ([^|]*) \|$", DOCS.read_text(), flags=re.MULTILINE)
    used: dict[str, set[str]] = {}
    for answer in ALL:
        if answer.kind not in ("correct", "rule"):
            used.setdefault(answer.kind, set()).add(place_of(answer))
    assert {number for number, _ in rows} - {"M02"} == set(used)
    for number, places in rows:
        if number != "M02" and places != "all":
            assert set(places.split(", ")) == used[number], number


DEMO = (ROOT / "docs" / "demo.md").read_text()


def test_the_page_shows_an_exercise_as_the_matrix_prints_it() -> None:
    """The excerpt in docs/demo.md is what `make test` prints for toeplitz_1d."""
    table: dict[str, list[str]] = {}
    for answer in ALL:
        if answer.exercise == "toeplitz_1d":
            verdict = graded(answer)
            table.setdefault(answer.kind, []).append(f"{verdict.points:g}")
    rows = [f"  {kind:<8} {' '.join(table[kind])}" for kind in sorted(table)]
    excerpt = "\n".join(["1_toeplitz_1d/toeplitz_1d, of 6", *rows])
    assert excerpt in DEMO


def test_the_page_counts_the_answers() -> None:
    assert f"{len(ALL)} answers in [tests/answers]" in DEMO
