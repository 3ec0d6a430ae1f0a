"""A misconception is named when an answer is surely its own, and only then."""

from __future__ import annotations

import collections
import re
import tomllib
from functools import cache

import nbformat
import pytest
from gate import ANSWERS, ROOT, Answer, Verdict, notebooks, read_answers, source_notebook

import convkit

ALL = read_answers("toeplitz")
SILENT = tomllib.loads((ANSWERS / "silent.toml").read_text())


@cache
def graded(answer: Answer) -> Verdict:
    """Return what the test cell says about an answer, graded once."""
    return source_notebook("toeplitz", answer.notebook).grade(answer.exercise, answer.source)


def known_mistake(verdict: Verdict) -> str:
    """Return the part of the messages in which the hidden test names a misconception."""
    _, found, words = verdict.output.rpartition("a known mistake.")
    return words if found else ""


def title(value: object) -> str:
    return str(value)


@pytest.mark.parametrize("answer", ALL, ids=title)
def test_no_other_name(answer: Answer) -> None:
    """A wrong answer gets its own name or none; a right one and one that breaks a rule, none."""
    assert graded(answer).named <= {answer.kind}, graded(answer).output


@pytest.mark.parametrize("answer", [a for a in ALL if a.kind.startswith("M")], ids=title)
def test_named_at_once_when_named_at_all(answer: Answer) -> None:
    """The instant check and the hidden test go by one definition."""
    output = graded(answer).output
    late = known_mistake(graded(answer))
    passed = "the visible part passed" in output or "the form is right" in output
    if late and not passed:
        assert output.count(f"({answer.kind})") == 2, output


PAIRS = sorted({(a.notebook, a.exercise, a.kind) for a in ALL if a.kind.startswith("M")})


@pytest.mark.parametrize(("notebook", "exercise", "kind"), PAIRS)
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


def test_block_matrices_are_made_as_they_say() -> None:
    """Each way of making one is drawn, and only the first seven are block-Toeplitz."""
    notebook = source_notebook("toeplitz", "4_block_toeplitz_2d")
    namespace = {}
    exec(notebook.answers["is_block_toeplitz"], namespace)
    slip = convkit.SLIPS["is_block_toeplitz"][0]
    draw = convkit.Draw(seed=20)
    made = collections.Counter()
    for _ in range(slip.cases):
        T, block_shape = slip.draw(draw)
        made[convkit._made(T)] += 1
        right = namespace["is_block_toeplitz"](T, block_shape)
        assert slip.right(T, block_shape) == right, convkit._made(T)
    assert set(made) == set(convkit._BLOCKS)
    assert min(made.values()) >= 2


@pytest.mark.parametrize("number", sorted(convkit.MISCONCEPTIONS))
def test_section_to_reread_exists(number: str) -> None:
    titles = set()
    for name in notebooks("toeplitz"):
        cells = nbformat.read(ROOT / "source" / "toeplitz" / f"{name}.ipynb", 4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        for title in re.findall(r"^#+ (?:[\d.]+ )?(.*?)(?:   .*)?$", text, flags=re.MULTILINE):
            titles.add((name[0], title))
    reread = convkit.MISCONCEPTIONS[number].reread
    for place, words in re.findall(r"notebook (\d)(\D*)", reread):
        for title in re.findall(r"'([^']*)'", words):
            assert (place, title) in titles


def test_no_right_count_is_known() -> None:
    for exercise in ("counts_1d", "counts_2d"):
        right = {}
        exec(source_notebook("toeplitz", "5_parameter_counts").answers[exercise], right)
        assert convkit.known_value(exercise, (), right[exercise]) is None
