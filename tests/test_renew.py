"""`generate_feedback` again: pages follow the gradebook, and what did not change is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import MEANS, RIGHT, SUMS, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def pages(course: Tiny) -> dict[str, tuple[int, bytes]]:
    folder = course.root / "feedback"
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*.html")
    }


def renewed(course: Tiny, status: int = 0, told: str = "") -> set[str]:
    """Generate feedback once more, and return the students whose pages are new."""
    before = pages(course)
    run = course.run("generate_feedback", "tiny", check=False)
    assert run.returncode == status, run.stdout + run.stderr
    assert told in run.stderr
    after = pages(course)
    assert before.keys() == after.keys()
    return {name.split("/")[0] for name in after if after[name][0] != before[name][0]}


def test_pages_follow_points_given_by_hand_and_a_regrade(tmp_path: Path) -> None:
    course = Tiny.make(tmp_path)
    for student in ("ada", "bob", "cyd", "dee"):
        course.hand_in(student)
    course.grade()
    course.run("generate_feedback", "tiny")
    assert renewed(course) == set()

    course.give("ada", "why", 1.25)
    with course.gradebook() as book:
        book.find_comment("total", SUMS, "tiny", "bob").manual_comment = "Well done, bob."
        book.db.commit()
    course.hand_in(
        "cyd", {**RIGHT, "average": "# grade_id: average\ndef average(n):\n    return 777"}
    )
    course.grade("--force", "--student", "cyd")
    assert renewed(course) == {"ada", "bob", "cyd"}
    assert "1.25" in course.page("ada")
    assert "Well done, bob." in course.page("bob")
    assert "777" in course.page("cyd", MEANS)
    assert renewed(course) == set()

    with course.gradebook() as book:
        book.remove_submission("tiny", "dee")  # nothing can be said about this one any more
    assert renewed(course, 1, "No feedback for 'dee'") == set()
