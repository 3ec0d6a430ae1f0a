"""That all mutants are as listed is known of one exercise, one test, one kit: of nothing else."""

from __future__ import annotations

import mutant_record
import pytest
from gate import exercises, source_notebook
from mutant_record import FOUND, _with_imports, digest, graders
from mutants import Judgement, judgements, mutants

PLACE = next(exercises())
HERE = mutants(*PLACE)
NOTEBOOK = source_notebook(*PLACE[:2])
TODAY = digest(PLACE)


def changed() -> bool:
    """Tell whether the digest would be another one now."""
    return digest.__wrapped__(PLACE) != TODAY


def test_it_is_the_same_every_time() -> None:
    assert not changed()


def test_another_hidden_test_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NOTEBOOK.tests, PLACE[2], NOTEBOOK.tests[PLACE[2]] + "\n# more")
    assert changed()


def test_another_locked_cell_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NOTEBOOK, "locked", [*NOTEBOOK.locked, "x = 1"])
    assert changed()


def test_another_mutant_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutant_record, "mutants", lambda *_: HERE[1:])
    assert changed()


def test_another_judgement_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(judgements(), HERE[0].id, Judgement("accepted", "for no good reason"))
    assert changed()


def test_another_name_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutant_record, "written", lambda _: {PLACE[2]: {"a name": [HERE[0].id]}})
    assert changed()


def test_another_kit_or_rubric_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    before = graders()
    monkeypatch.setattr(mutant_record, "version", lambda name: f"{name}, a later one")
    assert graders.__wrapped__() != before
    monkeypatch.undo()
    monkeypatch.setattr(mutant_record, "_with_imports", lambda _: [])
    assert graders.__wrapped__() != before
    monkeypatch.undo()
    monkeypatch.setattr(mutant_record, "graders", lambda: "others")
    assert changed()


def test_a_rubric_is_what_it_imports() -> None:
    names = {path.stem for path in _with_imports("rubric")}
    assert {"rubric", "parts", "records"} <= names


@pytest.mark.parametrize("count", [1, 7, 60, 989])
def test_a_sample_is_a_fortieth_or_one(count: int) -> None:
    some = FOUND.sample(PLACE, range(count))
    assert set(some) <= set(range(count))
    assert max(1, count // 40) <= len(some) <= count // 40 + 1
