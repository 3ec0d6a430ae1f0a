"""Long rows of inputs, of which the everyday loop tries some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest


def sweep(values: Sequence[Any], every: int) -> list[Any]:
    """Return the parameters of a test: all but one in ``every`` are left to `make test`.

    A tuple stands for several parameters.
    """
    together = [value if isinstance(value, tuple) else (value,) for value in values]
    return [
        pytest.param(*each, marks=[pytest.mark.slow] if place % every else [])
        for place, each in enumerate(together)
    ]


def by_exercise(answers: Iterable[Any], every: int) -> list[Any]:
    """Return lists of answers of one exercise: a test of each by itself costs more than it does.

    Of each exercise one list is tried in the everyday loop, and all but one answer in ``every``
    are left to `make test`.
    """
    found: dict[tuple[str, str, bool], list[Any]] = {}
    for place, answer in enumerate(answers):
        rest = bool(place % every)
        found.setdefault((answer.notebook, answer.exercise, rest), []).append(answer)
    return [
        pytest.param(
            here, id=f"{notebook}/{exercise}{', the rest' * rest}",
            marks=[pytest.mark.slow] if rest else [],
        )
        for (notebook, exercise, rest), here in found.items()
    ]  # fmt: skip
