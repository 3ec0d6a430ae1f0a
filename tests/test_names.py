"""No plain bug and no machine-made mutant is called by a name that is not true of it.

What is said of them was judged by their code: of the bugs in ``tests/plain_bugs``, whose heads
say the number of the idea that may be named, or "-"; of the mutants in ``named.toml`` beside the
answers of an assignment. That list is written by ``tests/names.py``; a new line in it is a new
judgement.
"""

from __future__ import annotations

import pytest
from gate import ROOT, Answer, exercises, read_cells
from mutant_record import FOUND
from mutants import mutants
from names import table, written

from convkit.ideas.catalogue import notebook_modules
from convkit.misconceptions import MISCONCEPTIONS, words_for

BUGS = [
    bug
    for path in sorted((ROOT / "tests" / "plain_bugs").glob("*.py"))
    for bug in read_cells(path, path.stem, {e: n for a, n, e in exercises() if a == path.stem})
]
JUDGED = list(exercises())


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.exercise}: {bug.title}")
def test_plain_bug_gets_no_name_that_is_not_its_own(bug: Answer) -> None:
    verdict = bug.grade()
    assert verdict.points < bug.full
    assert verdict.named <= {bug.kind}, verdict.output


def test_names_are_told_apart() -> None:
    """By its name a misconception is known in a message: none belongs to two numbers."""
    numbers: dict[str, set[str]] = {}
    for idea in MISCONCEPTIONS.values():
        numbers.setdefault(idea.name, set()).add(idea.number)
    assert {name: found for name, found in numbers.items() if len(found) > 1} == {}


#: Exercises about images, in notebooks that speak of signals too.
ABOUT_IMAGES = {
    "block_toeplitz_2d": None,  # all of them
    "parameter_counts": {"counts_2d", "conv_counts", "layer_parameters"},
    "im2col": {"im2col", "conv2d_by_matmul", "col2im", "overlap_count"},
    "conv_layer": {"tile", "conv_matrix", "conv_affine", "batch_outputs", "unread_inputs"},
}


def test_words_about_an_image_speak_of_no_signal() -> None:
    """Words are true of their exercise: an image has edges, not ends."""
    wrong, seen = [], 0
    for module in notebook_modules():
        exercises_of = ABOUT_IMAGES.get(module.__name__.rpartition(".")[2], set())
        numbers = [
            *((e, slip.number) for e, slips in module.SLIPS.items() for slip in slips),
            *((e, n) for e, known in getattr(module, "KNOWN", {}).items() for n in known.values()),
        ]
        for exercise, number in numbers:
            if number and (exercises_of is None or exercise in exercises_of):
                seen += 1
                words = words_for(number, exercise).words
                if "signal" in words.replace("Slide a kernel along a signal", ""):
                    wrong.append((exercise, number, words))
    assert seen > 100
    assert wrong == []


def test_no_message_shows_a_number() -> None:
    assert not [i.words for i in MISCONCEPTIONS.values() if i.number in i.words]


def test_every_slip_is_drawn_a_dozen_times() -> None:
    slips = [s for module in notebook_modules() for own in module.SLIPS.values() for s in own]
    few = [s for s in slips if s.draw is not None and s.drawn < 12]
    assert slips
    assert few == []


@pytest.mark.slow
@pytest.mark.parametrize("name", JUDGED, ids="/".join)
def test_mutants_are_named_as_they_were_judged(name: tuple[str, str, str]) -> None:
    """Exactly those in named.toml: a mutant that is named and not listed was never judged.

    A sample where all are known to be (`mutant_record`).
    """
    here = mutants(*name)
    tried = FOUND.sample(name, here) if FOUND.fresh(name) else here
    places = {mutant.id.removeprefix(f"{name[1]}/{name[2]} ") for mutant in tried}
    listed = {
        idea: own
        for idea, listed in written(name[0])[name[2]].items()
        if (own := [mutant for mutant in listed if mutant in places])
    }
    assert table(*name, tried) == listed
