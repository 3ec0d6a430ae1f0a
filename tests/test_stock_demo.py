"""The demo class, graded by stock nbgrader: what it earns there it earns here.

Stock's points are kept as data (`demo_controls`), and a sample is held against a fresh run.
"""

from __future__ import annotations

import hashlib

import pytest
from demo_class import Submission, expected_points
from demo_controls import HONEST, Points, by_stock, digest, kept, key

RENEW = "run: .venv/bin/python tests/demo_controls.py"
#: Of each assignment one; others are chosen when course, submissions or versions change.
SAMPLE = [
    min(
        (s for s in HONEST if s.assignment == assignment),
        key=lambda s: hashlib.sha256(f"{key(s)} {kept()}".encode()).digest(),
    )
    for assignment in sorted({s.assignment for s in HONEST})
]


@pytest.mark.parametrize("submission", HONEST, ids=key)
def test_stock_nbgrader_gave_the_same_points(submission: Submission) -> None:
    """The table is what our own path gives: tests/test_demo_class.py."""
    row = kept().get(key(submission), {})
    assert row.get("digest") == digest(submission), RENEW
    assert row["points"] == expected_points()[submission.assignment, submission.name]


def test_no_control_is_of_a_submission_that_is_gone() -> None:
    assert kept().keys() == {key(submission) for submission in HONEST}, RENEW


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Points]:
    return by_stock(tmp_path_factory.mktemp("stock"), SAMPLE)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("submission", SAMPLE, ids=key)
def test_stock_nbgrader_gives_them_today(submission: Submission, fresh: dict[str, Points]) -> None:
    assert fresh[key(submission)] == kept()[key(submission)]["points"]
