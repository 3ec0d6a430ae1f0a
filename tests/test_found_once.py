"""A hidden test takes from the check before it what misconception an answer comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from convgrade.reference import conv_matrix
from convgrade.rubric import Rubric
from convkit import check, found

W = torch.tensor([2.0, 3.0, 7.0])
CASES = [(W, 5), (W, 6)]


@pytest.fixture(autouse=True)
def nothing_found() -> Iterator[None]:
    yield
    found.forget()


def right(weight: torch.Tensor, n: int) -> torch.Tensor:
    return conv_matrix(weight[None, None], (1, n))


class Flipped:
    """The matrix of the flipped kernel; counts how often it is asked for."""

    calls = 0
    mended = False

    def __call__(self, weight: torch.Tensor, n: int) -> torch.Tensor:
        self.calls += 1
        return right(weight if self.mended else weight.flip(0), n)


def checked(answer: Any, cases: Any = CASES) -> None:
    check("toeplitz_1d", answer, right, cases, worth="1 of 3 points", hidden="")


def named(answer: Any, cases: Any = CASES) -> list[str]:
    """Return the misconceptions in the record of a hidden test."""
    rubric = Rubric("toeplitz_1d", 3, answer, right)
    rubric.equal("the visible part", 3, cases, visible=True)
    return [idea["number"] for idea in rubric.record(0.0, rubric._ideas())["misconceptions"]]


def test_the_function_is_not_tried_twice() -> None:
    alone, after = Flipped(), Flipped()
    names = named(alone)
    checked(after)
    before = after.calls
    assert names
    assert named(after) == names
    assert after.calls - before == 1 < alone.calls


@pytest.mark.parametrize("change", ["another function", "other cases", "a check that passes"])
def test_what_is_found_counts_for_this_function_and_these_cases(change: str) -> None:
    first, second = Flipped(), Flipped()
    checked(first)
    if change == "another function":
        second.mended = True
        assert named(second) == []
    elif change == "other cases":
        before = first.calls
        assert named(first, [*CASES, (W, 7)])
        assert first.calls - before > 2
    else:
        first.mended = True
        checked(first)
        first.mended, before = False, first.calls
        assert named(first)
        assert first.calls - before > 2


def test_equal_numbers_are_the_same_case_and_equal_tensors_are_not() -> None:
    answer = Flipped()
    checked(answer)
    for cases, again in ([(W, 5), (W, 6)], False), ([(W.clone(), 5), (W, 6)], True):
        before = answer.calls
        assert named(answer, cases)
        assert (answer.calls - before > 1) is again
