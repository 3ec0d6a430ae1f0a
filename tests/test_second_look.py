"""A test that the model solution fails here, and passes in one process, gives nobody a verdict."""

from __future__ import annotations

from pathlib import Path

import construct_course
import programs
import pytest
from construct_course import BOX, graded
from test_foreign_course import CONFIG
from tiny import Tiny

from convgrade.regions import visible, without_marks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

#: No test of a process can be told that there are two: whose it is differs for ever.
CASES = {
    "whose": {
        "answer": "import os\ndef whose():\n    return os.getpid()",
        "test": "import os\n### BEGIN HIDDEN TESTS\nassert whose() == os.getpid()\n"
        "### END HIDDEN TESTS",
        "wrong": "def whose():\n    return 0",
    },
    "parts": {
        "answer": "import os\ndef pair(n):\n    return n, os.getpid()",
        "test": "import os\n0.5 * (pair(3)[0] == 3) + 0.5 * (pair(3)[1] == os.getpid())",
        "wrong": "def pair(n):\n    return 4, 0",
    },
    "plain": {
        "answer": "def twice(n):\n    return 2 * n",
        "test": "assert twice(3) == 6",
        "wrong": "def twice(n):\n    return n",
    },
    "leaves": {
        "answer": "def first():\n    return 1\ndef used(match):\n    return match[0]",
        "test": "import re\nassert first() == 1\nassert used(re.search('b', 'abc')) == 'b'",
        "wrong": "def first():\n    return 0\ndef used(match):\n    return match[0]",
    },
    "nobody": {
        "answer": "def none_passes(n):\n    return n",
        "test": "assert none_passes(3) == 4",
        "wrong": "def none_passes(n):\n    return 4",
    },
    "unsolved": {
        "answer": "def half(n):\n    raise NotImplementedError",
        "test": "assert half(4) == 2",
        "wrong": "def half(n):\n    return n",
    },
}
FAILS = "Waits for a person: the model solution fails this test here"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(construct_course.TABLES, "looks", CASES)
        return graded(tmp_path_factory.mktemp("looks"), CONFIG, ["looks"])


@pytest.mark.parametrize("student", ["model", "wrong"])
def test_it_waits_for_everybody_who_has_answered(course: Tiny, student: str) -> None:
    points = course.grades(student)
    for name in ("whose", "parts"):
        assert points[f"{name}_test"] == (None, None, True)
        assert FAILS in course.comment(student, name, "looks")
        page = course.graded(student, "looks")
        (test,) = (
            c
            for c in page.cells
            if c.metadata.get("nbgrader", {}).get("grade_id") == f"{name}_test"
        )
        assert "A person will look at this test" in test.outputs[0].text
        assert not [o for o in test.outputs if o.output_type == "error"]


def test_an_answer_as_it_was_handed_out_earns_nothing(course: Tiny) -> None:
    found = course.grades("blank")
    assert {name: found[f"{name}_test"] for name in CASES} == dict.fromkeys(
        CASES, (0.0, None, False)
    )


def test_what_waits_with_the_model_solution_waits_with_others(course: Tiny) -> None:
    """Also where theirs ends before it comes to what waits: it may be as right."""
    for student in ("model", "wrong"):
        assert course.grades(student)["leaves_test"] == (None, None, True)
    said = course.comment("wrong", "leaves", "looks")
    assert "Waits for a person: the model solution waits for a person here, too: " in said


def test_others_are_decided_as_ever(course: Tiny) -> None:
    """Also where the model solution fails by itself, or there is none."""
    assert course.grades("model")["plain_test"] == (1.0, None, False)
    assert course.grades("wrong")["plain_test"] == (0.0, None, False)
    assert course.grades("model")["nobody_test"] == (0.0, None, False)
    assert course.grades("wrong")["nobody_test"] == (1.0, None, False)
    for student in ("model", "wrong"):
        assert course.grades(student)["unsolved_test"] == (0.0, None, False)


def test_a_class_run_leaves_the_same_to_a_person(course: Tiny, tmp_path: Path) -> None:
    again = course.copy(tmp_path)
    before = {student: course.grades(student) for student in ("model", "wrong", "blank")}
    run = programs.run("convgrade", "grade", BOX, "--force", "--workers", "2", cwd=again.root)
    assert run.returncode == 1, run.stdout + run.stderr
    assert {student: again.grades(student) for student in before} == before
    assert "the model solution fails this test here" in run.stdout


def test_it_is_named_before_anybody_is_graded(course: Tiny, tmp_path: Path) -> None:
    again = course.copy(tmp_path)
    run = programs.run("convgrade", "check", BOX, cwd=again.root)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "3 wait for a person" in run.stdout
    assert "looks, whose_test" in run.stdout
    assert "instead: " in run.stdout


def test_solutions_stay_out_of_graded_notebooks(course: Tiny) -> None:
    for path in course.root.glob("autograded/*/*/*.ipynb"):
        text = path.read_text()
        assert ('os.getpid()"' in text) == (path.parts[-3] == "model"), path


def test_what_marks_a_region_goes_and_what_it_hides_stays() -> None:
    text = "a = 1\n### BEGIN HIDDEN TESTS\nassert a\n### END HIDDEN TESTS\nb"
    assert without_marks(text) == "a = 1\n\nassert a\n\nb"
    assert visible(without_marks(text)) == without_marks(text)
