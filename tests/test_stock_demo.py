"""The demo class, graded by stock nbgrader: what it earns there it earns here.

Stock's points are kept as data (`demo_controls`), and a sample is held against a fresh run.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from demo_class import Submission, expected_points
from demo_controls import HONEST, by_stock, digest, kept, key

RENEW = "run: .venv/bin/python tests/demo_controls.py"
#: Another is chosen when course, submissions or versions change.
SAMPLE = min(HONEST, key=lambda s: hashlib.sha256(f"{key(s)} {kept()}".encode()).digest())


@pytest.mark.parametrize("submission", HONEST, ids=key)
def test_stock_nbgrader_gave_the_same_points(submission: Submission) -> None:
    """The table is what our own path gives: tests/test_demo_class.py."""
    row = kept().get(key(submission), {})
    assert row.get("digest") == digest(submission), RENEW
    assert row["points"] == expected_points()[submission.assignment, submission.name]


def test_no_control_is_of_a_submission_that_is_gone() -> None:
    assert kept().keys() == {key(submission) for submission in HONEST}, RENEW


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_stock_nbgrader_gives_them_today(tmp_path: Path) -> None:
    assert by_stock(tmp_path, [SAMPLE])[key(SAMPLE)] == kept()[key(SAMPLE)]["points"]
