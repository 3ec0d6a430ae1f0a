"""What a test sets for all code goes to the other side, and is as before afterwards."""

from __future__ import annotations

import decimal
import locale
import os
import sys
from collections.abc import Callable
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch

from convgrade.ambient import KINDS, NAMED, WORDS, Ambient, found, put
from convgrade.constructs import read_constructs


def _decimals() -> None:
    decimal.getcontext().prec = 7


def _environment() -> None:
    os.environ["CONVGRADE_TEST_AMBIENT"] = "x"
    os.environ.pop("CONVGRADE_TEST_GONE", None)


CHANGES: dict[str, Callable[[], Any]] = {
    "recursion": lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 7),
    "errors": lambda: np.seterr(divide="raise"),
    "printing": lambda: np.set_printoptions(precision=2),
    "decimal": _decimals,
    "gradients": lambda: torch.set_grad_enabled(False),
    "environment": _environment,
    "arguments": lambda: sys.argv.append("more"),
    "tables": lambda: pd.set_option("display.max_rows", 7),
    "pictures": lambda: matplotlib.rcParams.update({"lines.linewidth": 7.0}),
    "numbers": lambda: torch.set_default_dtype(torch.float64),
    "language": lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8"),
}
TOLD = {
    "environment": {"CONVGRADE_TEST_AMBIENT": "x", "CONVGRADE_TEST_GONE": None},
    "tables": {"display.max_rows": 7},
    "pictures": {"lines.linewidth": 7.0},
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_changed_is_told_and_taken_back(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVGRADE_TEST_GONE", "y")
    before = KINDS[kind][0]()
    ambient = Ambient()
    ambient.begin(KINDS)
    try:
        assert ambient.changes() == {}
        CHANGES[kind]()
        told = ambient.changes()
        assert list(told) == [kind]
        changed = KINDS[kind][0]()
        if kind in NAMED:
            assert told[kind] == TOLD[kind]  # and nothing else
            put(kind, {name: before.get(name) for name in told[kind]})
        else:
            put(kind, before)
        assert ambient.changes() == {}
        old = found(kind, told[kind])  # as on the student's side, for a call
        put(kind, told[kind])
        assert KINDS[kind][0]() == changed
        put(kind, old)
        assert KINDS[kind][0]() == before
        CHANGES[kind]()
        ambient.own()
        assert ambient.changes() == {}
    finally:
        put(kind, {n: before.get(n) for n in TOLD[kind]} if kind in NAMED else before)


def test_a_tests_text_says_what_it_sets() -> None:
    assert set(WORDS.values()) | {"recursion"} == KINDS.keys()
    assert read_constructs("with torch.no_grad():\n    f()").ambient == {"gradients"}
    assert read_constructs("assert f(1) == 2").ambient == frozenset()
