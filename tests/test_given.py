"""Points that a person gave: after a regrade only those wait whose answer is another one."""

from __future__ import annotations

from pathlib import Path

import nbformat.v4 as v4
import pytest
from nbformat import NotebookNode
from test_classroom import convgrade
from tiny import MEANS, RIGHT, SUMS, Tiny

from convgrade.plugins.given import answer_digests

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

OTHER = {**RIGHT, "why": "<!-- grade_id: why -->\nBecause I say so."}
FASTER = {
    **RIGHT,
    "total": "# grade_id: total\ndef total(numbers):\n    return 0.0 + sum(numbers)",
}
WORSE = {**RIGHT, "total": "# grade_id: total\ndef total(numbers):\n    return 3"}


def look(course: Tiny, student: str, name: str, points: float) -> None:
    """Give points as formgrader does."""
    with course.gradebook() as book:
        grade = book.find_grade(name, SUMS, "tiny", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def waiting(course: Tiny) -> dict[str, list[str]]:
    with course.gradebook() as book:
        students = [found.student.id for found in book.assignment_submissions("tiny")]
    return {
        student: [name for name, (*_, waits) in course.grades(student).items() if waits]
        for student in students
    }


@pytest.mark.parametrize("road", ["autograde", "convgrade"])
def test_only_points_of_another_answer_wait(tmp_path: Path, road: str) -> None:
    course = Tiny.make(tmp_path)

    def grade() -> None:
        if road == "autograde":
            course.grade("--force")
        else:
            convgrade(course, "--workers", "1", "--force")

    students = ("same", "other", "spaces", "gone", "test-same", "test-other", "test-worse", "new")
    nobody: dict[str, list[str]] = {student: [] for student in students}
    for student in students:
        course.hand_in(student)
    grade()
    assert waiting(course) == {student: ["why"] for student in students}
    for student in students[:-1]:
        look(course, student, "why", 1.5)
        if student.startswith("test"):
            look(course, student, "total_test", 2.5)
    grade()
    assert waiting(course) == {**nobody, "new": ["why"]}

    course.hand_in("other", OTHER)
    course.hand_in("spaces", {**RIGHT, "why": RIGHT["why"] + "  \n\n"})
    (course.folder("gone") / f"{SUMS}.ipynb").unlink()
    course.hand_in("test-other", FASTER)
    course.hand_in("test-worse", WORSE)
    course.hand_in(
        "test-same", {**RIGHT, "double": "# grade_id: double\ndouble = lambda x: 2 * x"}
    )
    course.hand_in("new", OTHER)
    expected: dict[str, list[str]] = {
        "same": [], "other": ["why"], "spaces": [], "gone": ["why"], "test-same": [],
        "test-other": ["total_test"], "test-worse": ["total_test"], "new": ["why"],
    }  # fmt: skip
    for _ in range(2):  # what waits goes on waiting
        grade()
        assert waiting(course) == expected
    for student in students[:-1]:
        assert course.grades(student)["why"][1] == 1.5
    assert course.grades("test-worse")["total_test"][1] == 2.5

    course.hand_in("other")  # the answer that the points were given to
    course.hand_in("gone", names=(SUMS, MEANS))
    look(course, "test-worse", "total_test", 2.5)  # a person lets them stand
    course.give("new", "why", 1.0)  # points without a word that nothing waits
    grade()
    assert waiting(course) == {**nobody, "test-other": ["total_test"]}


def marked(name: str, text: str, kind: str = "code", **flags: bool) -> NotebookNode:
    mark = {"grade_id": name, "points": 1, "schema_version": 3}
    mark |= {flag: flags.get(flag, False) for flag in ("grade", "solution", "locked", "task")}
    make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    cell: NotebookNode = make(text, metadata={"nbgrader": mark})
    return cell


def test_what_a_person_looks_at() -> None:
    """A plot that is graded by hand shows what the code above it does; a text only itself."""
    nb = v4.new_notebook(
        cells=[
            marked("f", "f = 1", solution=True),
            marked("f_test", "assert f", grade=True, locked=True),
            marked("f_more", "assert f == 1", grade=True, locked=True),
            v4.new_code_cell("helper = 2"),
            marked("plot", "plot(f)", grade=True, solution=True),
            marked("text", "Because.", "markdown", grade=True, solution=True),
            marked("task", "Do something.", "markdown", task=True, locked=True),
            v4.new_code_cell("done"),
            marked("end", "pass", locked=True),
            v4.new_code_cell("after"),
        ]
    )
    before = answer_digests(nb)
    assert set(before) == {"f_test", "f_more", "plot", "text", "task"}
    changes = {
        0: {"f_test", "f_more", "plot"}, 1: set(), 3: {"plot"}, 4: {"plot"}, 5: {"text"},
        7: {"task"}, 9: set(),
    }  # fmt: skip
    for place, expected in changes.items():
        kept = nb.cells[place].source
        nb.cells[place].source += "\n# changed"
        after = answer_digests(nb)
        assert {name for name in before if before[name] != after[name]} == expected, place
        nb.cells[place].source = kept
