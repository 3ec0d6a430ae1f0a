"""A misconception is named when an answer is surely its own, and only then."""

from __future__ import annotations

import collections
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import nbformat
import pytest
from confusion import graded, page, silent
from gate import (
    ROOT,
    Answer,
    Verdict,
    exercises,
    notebooks,
    read_answers,
    source_notebook,
)
from sweeps import by_exercise, sweep

from convgrade import rubric
from convkit.comparing import compare
from convkit.diagnosis import SHOWN, inputs_of, known_value, seen_by
from convkit.draws import Draw
from convkit.ideas.catalogue import known_in, notebook_modules, slips_in
from convkit.ideas.toeplitz.block_toeplitz_2d import _BLOCKS, _made
from convkit.misconceptions import MISCONCEPTIONS
from convkit.slips import Slip

ALL = read_answers()
EVERY = 10  # of the answers, one in so many is graded in the everyday loop
SILENT = silent()

#: Two ideas with one output: neither is named, and `diagnose` must know of both to see it.
TELL_NOBODY = {("typed_padded", "M01"), ("typed_padded", "M04")}


def known_mistake(verdict: Verdict) -> str:
    """Return the part of the messages in which the hidden test names a misconception."""
    _, found, words = verdict.output.rpartition("a known mistake.")
    return words if found else ""


@pytest.mark.parametrize("answers", by_exercise(ALL, EVERY))
def test_no_other_name(answers: list[Answer]) -> None:
    """A wrong answer gets its own name or none; a right one and one that breaks a rule, none."""
    named = {answer: graded(answer).named for answer in answers}
    assert {answer: names for answer, names in named.items() if names - {answer.kind}} == {}


@pytest.mark.parametrize("answers", by_exercise([a for a in ALL if a.kind.startswith("M")], EVERY))
def test_named_at_once_when_named_at_all(answers: list[Answer]) -> None:
    """The instant check and the hidden test go by one definition."""
    for verdict in map(graded, answers):
        output, names = verdict.output, verdict.names
        passed = "the visible part passed" in output or "the form is right" in output
        if known_mistake(verdict) and not passed:
            assert len(names) == 2, output
            assert len(set(names)) == 1, output


PAIRS = sorted({(a.notebook, a.exercise, a.kind) for a in ALL if a.kind.startswith("M")})


@pytest.mark.parametrize(("notebook", "exercise", "kind"), sweep(PAIRS, EVERY))
def test_every_misconception_is_named_or_has_a_reason(
    notebook: str, exercise: str, kind: str
) -> None:
    """What has no output of its own in an exercise is listed, with the reason."""
    answers = [a for a in ALL if (a.notebook, a.exercise, a.kind) == (notebook, exercise, kind)]
    named = any(kind in graded(answer).named for answer in answers)
    reason = SILENT.get(exercise, {}).get(kind)
    assert named != bool(reason), f"named: {named}, in silent.toml: {reason}"


def test_reasons_are_for_answers_that_exist() -> None:
    listed = {(exercise, kind) for exercise, kinds in SILENT.items() for kind in kinds}
    assert listed <= {(exercise, kind) for _, exercise, kind in PAIRS}


@dataclass(frozen=True)
class Oracle:
    """What the instant check or the hidden test of an exercise takes for right, and shows."""

    name: str
    right: Callable[..., Any]
    visible: list[tuple[Any, ...]]


@cache
def oracles(assignment: str, notebook: str, exercise: str) -> list[Oracle]:
    """Return what both take for right, and the cases that both call visible."""
    source = source_notebook(assignment, notebook)
    found = []

    def check(name: str, answer: Any, expected: Any = None, cases: Any = None, **_: Any) -> None:
        if expected is not None:
            right = expected if callable(expected) else lambda: expected
            found.append(Oracle(name, right, [()] if cases is None else list(cases)))

    class Spy(rubric.Rubric):
        def score(self) -> float:
            _, right = self._whole or (self._answer, self._expected)
            if right is not None and self._visible:
                found.append(Oracle(self.name, right, self._visible))
            return super().score()

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(source._namespace, "check", check)
        patch.setattr(rubric, "Rubric", Spy)
        source.grade(exercise, source.answers[exercise])
    return found


@pytest.mark.parametrize(("assignment", "notebook", "exercise"), list(exercises()))
def test_slips_are_wrong_and_unlike_those_of_other_misconceptions(
    assignment: str, notebook: str, exercise: str
) -> None:
    """Each is wrong on two random inputs or more, whatever oracle it starts from, and its own."""
    for oracle in oracles(assignment, notebook, exercise):
        slips = slips_in(oracle.name)
        right = oracle.right
        inputs = {(s.draw, s.drawn): list(inputs_of(s)) for s in slips}

        outputs: dict[Any, list[Any]] = {}

        def values(
            slip: Slip,
            like: Slip,
            right: Callable[..., Any] = right,
            inputs: dict[Any, Any] = inputs,
            outputs: dict[Any, Any] = outputs,
        ) -> list[Any]:
            truth, key = slip.right or right, (slip, like.draw, like.drawn)
            if key not in outputs:
                drawn = inputs[like.draw, like.drawn]
                outputs[key] = [slip.wrong(truth, *args) for args in drawn]
            return outputs[key]

        shown = {slip: list(seen_by(slip, right, oracle.visible)) for slip in slips}
        for slip in slips:
            own, truth = values(slip, slip), slip.right or right
            cases = inputs[slip.draw, slip.drawn]
            wrong = [compare(truth(*args), v) for args, v in zip(cases, own, strict=True)]
            assert sum(w is not None for w in wrong) >= min(SHOWN, slip.drawn), slip
            if (oracle.name, slip.idea) in TELL_NOBODY:
                continue
            for other in slips:
                if other.idea != slip.idea and other.draw is slip.draw:
                    same = zip(own, values(other, slip), strict=True)
                    seen = zip(shown[slip], shown[other], strict=True)
                    pairs = [*seen, *same]
                    assert any(compare(a, b) is not None for a, b in pairs), (slip, other)


@pytest.mark.parametrize(("assignment", "notebook", "exercise"), list(exercises()))
def test_slips_know_what_they_give_in_the_visible_cases(
    assignment: str, notebook: str, exercise: str
) -> None:
    """Else they would be silent for ever: an error there is suppressed for a student."""
    for oracle in oracles(assignment, notebook, exercise):
        for slip in slips_in(oracle.name):
            given = list(seen_by(slip, oracle.right, oracle.visible))
            assert len(given) == len(oracle.visible), slip
            assert slip.says is None or len(slip.says) == len(given), slip


@pytest.mark.parametrize("exercise", [("1_toeplitz_1d", "is_toeplitz"),
                                      ("4_block_toeplitz_2d", "is_block_toeplitz")])  # fmt: skip
def test_what_is_said_to_visible_cases_is_what_such_answers_say(exercise: tuple[str, str]) -> None:
    """Answers that give a slip's output on what is drawn; new visible cases are told by this."""
    source, told = source_notebook("toeplitz", exercise[0]), 0
    visible = oracles("toeplitz", *exercise)[0].visible
    for slip in [s for s in slips_in(exercise[1]) if s.says is not None]:
        inputs = list(inputs_of(slip))
        wrong = [slip.wrong(slip.right, *args) for args in inputs]
        for answer in [a for a in ALL if (a.exercise, a.kind) == (exercise[1], slip.idea)]:
            function = source.define(answer.source)[exercise[1]]
            if [function(*args) for args in inputs] == wrong:
                told += 1
                assert tuple(function(*args) for args in visible) == slip.says, answer
    assert told > 1


def test_block_matrices_are_made_as_they_say() -> None:
    """Each way of making one is drawn, and only the first seven are block-Toeplitz."""
    notebook = source_notebook("toeplitz", "4_block_toeplitz_2d")
    namespace = {}
    exec(notebook.answers["is_block_toeplitz"], namespace)
    slip = slips_in("is_block_toeplitz")[0]
    draw = Draw(seed=20)
    made = collections.Counter()
    for _ in range(slip.cases):
        T, block_shape = slip.draw(draw)
        made[_made(T)] += 1
        right = namespace["is_block_toeplitz"](T, block_shape)
        assert slip.right(T, block_shape) == right, _made(T)
    assert set(made) == set(_BLOCKS)
    assert min(made.values()) >= 2


def test_what_is_known_of_an_exercise_is_found_by_its_name_alone() -> None:
    """A check loads the modules that name its exercise, not all of them."""
    slips, known = {}, {}
    for module in notebook_modules():
        assert not slips.keys() & module.SLIPS.keys(), module
        assert not known.keys() & getattr(module, "KNOWN", {}).keys(), module
        slips.update(module.SLIPS)
        known.update(getattr(module, "KNOWN", {}))
    assert {name: slips_in(name) for name in slips} == slips
    assert {name: known_in(name) for name in known} == known
    assert len(slips) > 40
    assert len(known) > 4
    assert slips_in("no such exercise") == ()
    assert known_in("no such exercise") == {}


@cache
def titles_of_sections() -> frozenset[tuple[str, str, str]]:
    """Return all of them, each with its assignment and the number of its notebook."""
    titles = set()
    for assignment, name in notebooks():
        cells = nbformat.read(ROOT / "source" / assignment / f"{name}.ipynb", 4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        for title in re.findall(r"^#+ (?:[\d.]+ )?(.*?)(?:   .*)?$", text, flags=re.MULTILINE):
            titles.add((assignment, name[0], title))
    return frozenset(titles)


@pytest.mark.parametrize("number", sorted(MISCONCEPTIONS))
def test_section_to_reread_exists(number: str) -> None:
    titles = titles_of_sections()
    reread = MISCONCEPTIONS[number].reread
    for place, assignment, words in re.findall(r"notebook (\d) of (\w+)(\D*)", reread):
        for title in re.findall(r"'([^']*)'", words):
            assert (assignment, place, title) in titles
    assert "notebook" not in re.sub(r"notebook \d of \w+, ", "", reread), reread


def test_no_right_count_is_known() -> None:
    for exercise in ("counts_1d", "counts_2d"):
        right = {}
        exec(source_notebook("toeplitz", "5_parameter_counts").answers[exercise], right)
        assert known_value(exercise, right[exercise]) is None


@pytest.mark.slow
def test_the_page_shows_what_is_named() -> None:
    """docs/diagnosis.md is what `tests/confusion.py` writes, and no answer has a wrong name."""
    text = (ROOT / "docs" / "diagnosis.md").read_text()
    assert text == page(), "write it anew: .venv/bin/python tests/confusion.py --write " + (
        "docs/diagnosis.md"
    )


@pytest.mark.parametrize(("assignment", "notebook", "exercise"), list(exercises()))
def test_a_check_says_what_it_is_worth(assignment: str, notebook: str, exercise: str) -> None:
    """It is the points of the parts that the check has tried, and never sounds like all."""
    source = source_notebook(assignment, notebook)
    said, parts = [], []

    def check(*_: Any, worth: str, hidden: str, **__: Any) -> None:
        said.append((worth, hidden))

    class Spy(rubric.Rubric):
        def score(self) -> float:
            parts.extend(self._parts)
            return super().score()

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(source._namespace, "check", check)
        patch.setattr(rubric, "Rubric", Spy)
        source.grade(exercise, source.answers[exercise])
    ((worth, hidden),) = said
    match = re.match(r"(?:all )?([\d.]+)(?: of ([\d.]+))? points?\b", worth)
    assert match, worth
    visible = sum(part.points for part in parts if part.visible)
    assert float(match[1]) == visible
    assert float(match[2] or match[1]) == source.points[exercise]
    assert bool(hidden) == (visible < source.points[exercise]), hidden
