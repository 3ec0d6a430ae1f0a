"""Small courses take the grader up: `convgrade init`, `convgrade check`, `convgrade grade`.

They are in tests/courses, one a file. Nothing of them knows this package.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
import programs
import pytest
from small_courses import CONFIG, COURSES, answers, make
from tiny import Tiny, _cell

from convgrade.checking.advice import ADVICE, OTHERWISE, advice_on
from convgrade.checking.app import report
from convgrade.checking.compare import compare, facts
from convgrade.checking.memory import FILE, digest_of, remember, reminder
from convgrade.checking.theirs import theirs
from convgrade.checking.trial import Graded


def convgrade(course: Tiny, *args: str, status: int = 0) -> str:
    run = programs.run("convgrade", *args, cwd=course.root)
    assert run.returncode == status, run.stdout + run.stderr
    return run.stdout


def files(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*") if path.is_file()
    }  # fmt: skip


def paragraphs(said: str) -> dict[str, str]:
    """Return what is said of each test that is listed, without line ends."""
    found = {}
    for part in said.split("\n\n")[1:]:
        head, *rest = part.splitlines()
        if test := re.match(r"\w+, (\w+)_test", head):
            found[test[1]] = " ".join(line.strip() for line in (head, *rest))
    return found


@pytest.fixture(scope="module", params=COURSES)
def checked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a course that was checked, its files before, and what was said."""
    name = request.param
    course = make(tmp_path_factory.mktemp(name), name)
    before = files(course.root)
    listed = any("check" in case for case in COURSES[name].values())
    return course, before, convgrade(course, "check", name, status=int(listed))


@pytest.mark.slow
@pytest.mark.timeout(1500)
class TestSmallCourse:
    """One of the courses, from end to end."""

    def test_check_lists_what_differs_and_nothing_else(self, checked: Any) -> None:
        """With the line and with what to write instead; the whole is counted."""
        course, _, said = checked
        table = COURSES[course.assignment]
        expected = {name for name, case in table.items() if "check" in case}
        found = paragraphs(said)
        assert set(found) == expected
        for name in expected:
            assert table[name]["check"] in found[name]
            assert "instead: " in found[name]
            assert re.match(rf"\w+, {name}_test, line \d+: \S", found[name]), found[name]
        alike = len(table) - len(expected)
        assert said.startswith(f"{len(table)} test cells: {alike} are graded as by nbgrader")

    def test_check_names_what_a_student_could_decide(self, checked: Any) -> None:
        course, _, said = checked
        words = " ".join(said.split())
        for name, case in COURSES[course.assignment].items():
            for key in ("theirs", "look"):
                told = f"{course.assignment}, {name}_test: {case.get(key)}"
                assert (told in words) == (key in case)

    def test_check_changes_nothing_of_the_course(self, checked: Any) -> None:
        course, before, _ = checked
        assert files(course.root) == before | {FILE: files(course.root)[FILE]}

    def test_grading_agrees_with_check(self, checked: Any, tmp_path: Path) -> None:
        """Init, release, a class of two: what check did not list has the model's points.

        What notebooks import is loaded before they begin, and nothing that they do not.
        """
        course, table = checked[0].copy(tmp_path), COURSES[checked[0].assignment]
        convgrade(course, "init")
        course.run("generate_assignment", course.assignment)
        for student, given in (("kim", answers(table)), ("lee", {})):
            folder = course.folder(student)
            folder.mkdir(parents=True)
            name = f"{course.assignment}.ipynb"
            nbformat.write(course.answered(course.assignment, given), folder / name)
        waits = {n for n, case in table.items() if case.get("check", "").startswith("waits")}
        said = convgrade(
            course, "grade", course.assignment, "--workers", "1", status=int(bool(waits))
        )
        assert "convgrade check" not in said
        assert course.grades("kim") == {
            f"{n}_test": (None, None, True) if n in waits else (1.0, None, False) for n in table
        }
        blank = course.points("lee")
        assert all((blank[f"{n}_test"] or 0) == float("look" in case)
                   for n, case in table.items())  # fmt: skip
        if "loaded" in table:
            cells = course.graded("kim", course.assignment).cells
            (shown,) = (c.outputs[0].text for c in cells if c.id == "loaded")
            assert shown == "['pandas']\n"

    def test_grading_says_when_it_was_not_checked_since(
        self, checked: Any, tmp_path: Path
    ) -> None:
        course = checked[0].copy(tmp_path)
        place = course.root / "source" / course.assignment
        assert reminder(course.root, course.assignment, place) == ""
        book = place / f"{course.assignment}.ipynb"
        book.write_text(book.read_text().replace("# Exercises", "# Better exercises"))
        assert reminder(course.root, course.assignment, place) == ""
        book.write_text(book.read_text().replace("assert ", "assert  "))
        assert "was not run since source/ changed" in reminder(
            course.root, course.assignment, place
        )


def small(*cells: Any) -> Any:
    return v4.new_notebook(cells=list(cells))


def test_a_course_that_grades_by_parts_is_never_reminded(tmp_path: Path) -> None:
    """Others are, until they are checked; a damaged note is none."""
    place = tmp_path / "source" / "a"
    place.mkdir(parents=True)
    rubric = _cell("t", "from convgrade.rubric import Rubric\nRubric('t', 1).score()",
                   grade=True, locked=True, points=1)  # fmt: skip
    nbformat.write(small(rubric), place / "one.ipynb")
    assert digest_of(place) == ""
    assert reminder(tmp_path, "a", place) == ""
    plain = _cell("t", "assert f() == 1", grade=True, locked=True, points=1)
    nbformat.write(small(plain), place / "two.ipynb")
    assert reminder(tmp_path, "a", place).startswith("`convgrade check a` was not run yet")
    (tmp_path / FILE).write_text("{")
    assert "not run yet" in reminder(tmp_path, "a", place)
    remember(tmp_path, "a", place)
    assert reminder(tmp_path, "a", place) == ""
    (place / "three.ipynb").write_text("no notebook")
    assert reminder(tmp_path, "a", place) == ""


def graded(points: float | None, *outputs: Any, why: str = "") -> Graded:
    cell = v4.new_code_cell("", outputs=list(outputs))
    return Graded({} if why else {"t": points}, {} if why else {"t": cell}, why)


def test_a_notebook_that_one_side_cannot_grade_is_told() -> None:
    test = _cell("t", "assert f() == 1", grade=True, locked=True, points=2)
    sources = {"n": small(test)}
    fine = {("model", "n"): graded(2), ("blank", "n"): graded(0)}
    dead = fine | {("model", "n"): graded(0, why="a kernel died")}
    for stock, ours, side in ((dead, fine, "nbgrader"), (fine, dead, "convgrade")):
        (found,) = compare(stock, ours, sources)
        assert f"{side} alone cannot grade the model solution: a kernel died" in found.reason
    assert compare(fine, fine, sources) == compare(dead, dead, sources) == []


def test_points_of_a_blank_answer_count_as_well() -> None:
    """A cell is named once: for the model solution if that differs, too."""
    sources = {"n": small(_cell("t", "assert f() == 1", grade=True, locked=True, points=2))}
    error = v4.new_output("error", ename="NameError", evalue="f", traceback=["NameError: f"])
    same = {("model", "n"): graded(2), ("blank", "n"): graded(2)}
    other = same | {("blank", "n"): graded(0, error)}
    (found,) = compare(same, other, sources)
    assert found.reason.startswith("a blank answer gets 0, by nbgrader 2 (nbgrader: no error; ")
    assert "convgrade: NameError: f" in found.reason
    assert facts(same, sources, [found]) == []
    assert facts(same, sources, []) == ["n, t: a blank answer gets all 2 points"]
    assert "0 are graded as by nbgrader" in report(1, [found], [], [])


def test_helpers_that_students_may_edit_are_told_and_others_are_not() -> None:
    """Those of unmarked cells are run from the course's text, unless they need an answer."""
    use = _cell("t", "assert near(f(), 1)", grade=True, locked=True, points=1)
    answer = _cell("a", "### BEGIN SOLUTION\ndef f():\n    return 1\n### END SOLUTION",
                   solution=True)  # fmt: skip
    near = "def near(a, b):\n    return a == b"
    assert theirs(small(v4.new_code_cell(near), answer, use)) == []
    assert theirs(small(answer, use, v4.new_code_cell("near = f"))) == []  # below the test
    for helper in (
        v4.new_code_cell("near = lambda a, b, first=f(): a == b"),
        _cell("h", f"{near}\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION", solution=True),
    ):
        ((test, words),) = theirs(small(answer, helper, use))
        assert test == "t"
        assert words.startswith("`near` ")


def test_every_note_of_the_grader_has_its_advice() -> None:
    """Whatever makes a test wait is read from the grader's own text, and told what to do."""
    engine = Path(__file__).parent.parent / "convgrade"
    texts = " ".join(
        (engine / f"{name}.py").read_text()
        for name in (
            "remote",
            "namespace",
            "exactness",
            "passed",
            "shared_files",
            "streams",
            "raised",
        )
    )
    notes = re.findall(r'meet\(\s*f?"([^"]+)"', texts)
    assert len(notes) >= 8
    notes += ["the student's code gives a pandas.Series that cannot be built: ValueError"]
    notes += ["the test reads `x`, which is another on the student's side: perhaps by chance"]
    notes += ["the test and the student's code called each other many times: the time is up"]
    notes += ["a thread of the student's calls a function of the test, which can tell"]
    notes += ["the test measures time, of 2,000 calls of the student's code"]
    notes += ["the test uses `f`, of a module that keeps what student code may change"]
    notes += ["`add` changes a value that the test holds in a way that does not cross"]
    assert [note for note in notes if advice_on(note) == OTHERWISE] == []
    assert all(re.compile(pattern) and words.endswith(".") for pattern, words in ADVICE)


@pytest.mark.parametrize(
    ("args", "words"),
    [((), "Say which assignment"), (("a", "b"), "Only one assignment"), (("lists",), "list?")],
)
def test_wrong_use(tmp_path: Path, args: tuple[str, ...], words: str) -> None:
    (tmp_path / "source" / "list").mkdir(parents=True)
    nbformat.write(small(), tmp_path / "source" / "list" / "n.ipynb")
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    run = programs.run("convgrade", "check", *args, cwd=tmp_path)
    assert run.returncode == 2
    assert words in run.stderr
    assert len(run.stderr.splitlines()) == 1
