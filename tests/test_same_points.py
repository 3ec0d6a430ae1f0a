"""The trusted path gives every answer the points that its test cell gives it elsewhere.

Elsewhere is one process for answer and test, as on stock nbgrader: this one, without a kernel
(`gate`), for all answers; and for a sample of them the student's own kernel. What is known of all
answers is kept as data (`same_points`), and a sample is graded anew.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import same_points
from gate import ROOT, Verdict, notebooks, source_notebook
from same_points import (
    ASIDE,
    FOUND,
    RENEW,
    Place,
    _programs,
    all_differing,
    answers_of,
    differing,
    digest,
    engine,
    some_differing,
)

PLACE = ("toeplitz", "1_toeplitz_1d")
NOTEBOOK = source_notebook(*PLACE)
TODAY = digest(PLACE)


@pytest.mark.slow
@pytest.mark.parametrize("place", notebooks(), ids="-".join)
def test_all_answers_of_today_have_been_graded_both_ways(place: Place) -> None:
    """And earned the same: else what is below grades all, and this fails."""
    assert FOUND.fresh(place), RENEW


def test_no_notebook_that_is_gone_is_on_record() -> None:
    assert FOUND.kept().keys() <= {"/".join(place) for place in notebooks()}, RENEW


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("place", notebooks(), ids="-".join)
def test_every_answer_earns_the_same(place: Place) -> None:
    """Correct and wrong ones: a sample, where it is known of all of today."""
    assert (some_differing if FOUND.fresh(place) else all_differing)(place) == []


@pytest.mark.slow
def test_a_difference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a kernel gives other points than the grader's process, or this one does."""
    right = next(answer for answer in answers_of(PLACE) if answer.kind == "correct")
    wrong = next(answer for answer in answers_of(PLACE) if answer.kind.startswith("M"))
    monkeypatch.setattr(same_points, "graded", lambda _: Verdict(0.5, ""))
    monkeypatch.setattr(same_points.utils, "determine_grade", lambda _: (0.25, 1.0))
    points = right.grade().points
    assert differing(PLACE, [wrong, right], [right])[-2:] == [
        f"{right}: trusted {points:g}, without a kernel 0.5",
        f"{right}: trusted {points:g}, stock 0.25",
    ]


# ------------------------------------------------------------------ what the record is of


def changed() -> bool:
    """Tell whether the digest would be another one now."""
    return digest.__wrapped__(PLACE) != TODAY


def test_the_digest_is_the_same_every_time() -> None:
    assert not changed()


@pytest.mark.parametrize("part", ["answers", "tests"])
def test_another_model_or_hidden_test_is_another(
    monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    cells = getattr(NOTEBOOK, part)
    monkeypatch.setitem(cells, "toeplitz_1d", cells["toeplitz_1d"] + "\n# more")
    assert changed()


def test_another_locked_cell_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NOTEBOOK, "locked", [*NOTEBOOK.locked, "x = 1"])
    assert changed()


def test_other_points_are_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NOTEBOOK.points, "toeplitz_1d", 7.0)
    assert changed()


def test_another_answer_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = answers_of(PLACE)
    other = replace(first, source=first.source + "\n# more")
    monkeypatch.setattr(same_points, "answers_of", lambda _: [other, *rest])
    assert changed()


def test_another_engine_kit_or_version_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _programs()
    monkeypatch.setattr(same_points, "version", lambda name: f"{name}, a later one")
    assert _programs.__wrapped__() != before
    monkeypatch.undo()
    monkeypatch.setattr(same_points, "engine", lambda: engine()[1:])
    assert _programs.__wrapped__() != before
    monkeypatch.undo()
    monkeypatch.setattr(same_points, "_programs", lambda: "others")
    assert changed()


def test_what_grades_a_notebook_is_in_the_engine_and_needs_nothing_else() -> None:
    """Neither side of a notebook imports a file that the digest leaves out."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in engine()}
    assert {"convgrade.trusted", "convgrade.kernels.__main__", "convgrade.rubric"} <= names
    outside = re.compile(rf"convgrade\.({'|'.join(ASIDE)})\b")
    assert [path.name for path in engine() if outside.search(path.read_text())] == []
