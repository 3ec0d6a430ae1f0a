"""The text of a student's function is read in the record: the last one of its name."""

from __future__ import annotations

from typing import Any

import pytest

from convgrade.sources import place_of

LOOP = "import math\n\ndef total(n):\n    for i in range(n):\n        pass\n    return n"
OTHER = "def other(n):\n    return n"
LATER = "x = 1\ndef total(n):\n    return sum(range(n))\n"
WRAPPED = "@keep\n@loud('a')\nasync def total(n):\n    return n"


def test_what_stands_in_a_recorded_cell_is_found() -> None:
    lines, line = place_of([LOOP + "\n", 2], "total", [OTHER, LOOP]) or ([], 0)
    assert "".join(lines) == LOOP + "\n"
    assert line == 2
    assert place_of([WRAPPED, 0], "total", [LOOP, WRAPPED]) is not None


@pytest.mark.parametrize(
    ("said", "cells"),
    [
        ([LOOP, 2], [OTHER]),  # never ran
        ([LOOP, 2], [LOOP, LATER]),  # another one came after it
        ([LOOP + LATER, 2], [LOOP + "\n" + LATER]),
        ([f"{LOOP}\n{LATER}", 2], [f"{LOOP}\n{LATER}"]),
        ([OTHER, 0], [LOOP, OTHER]),  # of another name
        ([LOOP, 0], [LOOP]),  # no function
        ([LOOP, 9], [LOOP]),
        ([LOOP, -1], [LOOP]),
        ([LOOP, True], [LOOP]),
        (["def total(n:\n    ((", 0], ["def total(n:\n    (("]),
        ([LOOP], [LOOP]),
        (LOOP, [LOOP]),
        (None, [LOOP]),
    ],
    ids=range(13),
)
def test_what_is_not_sure_is_not_said(said: Any, cells: list[str]) -> None:
    assert place_of(said, "total", cells) is None
