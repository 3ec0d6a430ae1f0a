"""What was graded is held against what is handed in, by `convgrade grade` and by nbgrader."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from test_classroom import WRONG, convgrade, gradebook
from tiny import MEANS, RIGHT, SUMS, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a course whose class runs have one worker: each is for one student or two."""
    made = Tiny.make(tmp_path_factory.mktemp("released"))
    with (made.root / "nbgrader_config.py").open("a") as config:
        config.write("c.ClassRunner.workers = 1\n")
    return made


@pytest.fixture
def course(released: Tiny, tmp_path: Path) -> Tiny:
    return released.copy(tmp_path)


def by_convgrade(course: Tiny) -> str:
    return convgrade(course)


def by_nbgrader(course: Tiny) -> str:
    return course.grade()


ROADS = [by_convgrade, by_nbgrader]


@pytest.mark.parametrize("second", ROADS)
@pytest.mark.parametrize("first", ROADS)
def test_another_file_without_a_timestamp_is_graded_and_said(
    course: Tiny, first: Callable[[Tiny], str], second: Callable[[Tiny], str]
) -> None:
    course.hand_in("ada", {**RIGHT, "total": WRONG})
    course.hand_in("bob")
    first(course)
    assert course.points("ada")["total_test"] < 3
    before = gradebook(course)
    assert "graded again" not in second(course)
    assert gradebook(course) == before
    course.hand_in("ada")
    printed = second(course)
    assert course.points("ada")["total_test"] == 3
    if second is by_convgrade:
        assert "1 submission recorded" in printed
        assert "graded again, handed in again: 1 (ada)" in printed
    else:
        assert "ada/tiny is graded again: handed in again" in printed
        assert "bob/tiny is graded again" not in printed


def test_every_file_counts_but_those_of_the_course_and_a_date_does_not(course: Tiny) -> None:
    folder = course.hand_in("ada")
    convgrade(course)
    for path in folder.iterdir():
        path.touch()
    (folder / "data").mkdir()
    (folder / "data" / "table.csv").write_text("the course's own file takes its place")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "old.ipynb").write_text("{}")
    assert "0 submissions recorded" in convgrade(course)
    (folder / "helper.py").write_text("x = 1\n")
    assert "graded again, handed in again: 1 (ada)" in convgrade(course)
    (folder / "helper.py").write_text("x = 2\n")
    assert "graded again, handed in again: 1 (ada)" in convgrade(course)
    assert "0 submissions recorded" in convgrade(course)


def lose_the_gradebook(course: Tiny) -> None:
    (course.root / "gradebook.db").unlink()
    course.run("generate_assignment", "tiny", "--force")


def lose_the_student(course: Tiny) -> None:
    with course.gradebook() as book:
        book.remove_student("ada")


def lose_the_submission(course: Tiny) -> None:
    with course.gradebook() as book:
        book.remove_submission("tiny", "ada")


def lose_a_notebook(course: Tiny) -> None:
    with course.gradebook() as book:
        book.db.delete(book.find_submission_notebook(MEANS, "tiny", "ada"))
        book.db.commit()


def lose_the_graded_files(course: Tiny) -> None:
    shutil.rmtree(course.root / "autograded")


def lose_a_graded_file(course: Tiny) -> None:
    path = course.folder("ada", "autograded") / f"{MEANS}.ipynb"
    path.chmod(0o644)
    path.unlink()


LOSSES = {
    lose_the_gradebook: "the gradebook does not have it",
    lose_the_student: "the gradebook does not have it",
    lose_the_submission: "the gradebook does not have it",
    lose_a_notebook: f"the gradebook lacks {MEANS}",
    lose_the_graded_files: "its graded notebooks are not there",
    lose_a_graded_file: "its graded notebooks are not there",
}


@pytest.mark.parametrize(
    ("lose", "road"),
    [
        *((lose, by_convgrade) for lose in LOSSES),
        (lose_the_gradebook, by_nbgrader),
        (lose_a_notebook, by_nbgrader),
    ],
)
def test_done_means_done_in_the_gradebook_and_in_autograded(
    course: Tiny, lose: Callable[[Tiny], None], road: Callable[[Tiny], str]
) -> None:
    course.hand_in("ada")
    convgrade(course)
    lose(course)
    printed = road(course)
    assert course.points("ada") == {"total_test": 3, "double_test": 2, "average_test": 4}
    assert (course.folder("ada", "autograded") / f"{MEANS}.ipynb").exists()
    if road is by_convgrade:
        assert f"graded again, {LOSSES[lose]}: 1 (ada)" in printed


def test_another_gradebook_knows_nothing_of_the_first(course: Tiny) -> None:
    course.hand_in("ada")
    convgrade(course)
    other = f"sqlite:///{course.root}/other.db"
    course.run("generate_assignment", "tiny", "--force", "--db", other)
    assert "1 submission recorded" in convgrade(course, "--db", other)


def test_a_grading_that_nbgrader_did_not_finish_is_repeated(course: Tiny) -> None:
    """Scores are reset when it begins; a kill then leaves them so, with the folder there."""
    course.hand_in("ada")
    convgrade(course)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(
            "import os\nclass Ends:\n    pass\n"
            "c.Autograde.pre_convert_hook = lambda **_: None\n"
            "c.Autograde.post_convert_hook = lambda **_: os._exit(9)\n"
        )
    course.grade("--force", status=9)
    text = (course.root / "nbgrader_config.py").read_text()
    (course.root / "nbgrader_config.py").write_text(text.partition("import os\nclass Ends")[0])
    assert "nothing says which files were graded: 1 (ada)" in convgrade(course)


def test_some_notebooks_graded_anew_by_nbgrader_are_not_all(course: Tiny) -> None:
    course.hand_in("ada", {**RIGHT, "total": WRONG, "average": "# grade_id: average\nx = 1"})
    convgrade(course)
    course.hand_in("ada")
    course.grade("--notebook", SUMS)
    assert course.points("ada") == {"total_test": 3, "double_test": 2, "average_test": 0}
    convgrade(course)
    assert course.points("ada") == {"total_test": 3, "double_test": 2, "average_test": 4}


@pytest.mark.parametrize("road", ROADS)
def test_who_needs_a_person_is_named_until_that_is_done(
    course: Tiny, road: Callable[[Tiny], str]
) -> None:
    folder = course.hand_in("ada")
    (folder / f"{SUMS}.ipynb").write_text("{")
    both = course.hand_in("bob")
    text = (both / f"{MEANS}.ipynb").read_text()
    (both / f"{MEANS} (1).ipynb").write_text(text.replace("sum(n)", "sum(n) * 1"))
    if road is by_convgrade:
        convgrade(course, status=1)
    else:
        course.grade(status=1)
    for _ in range(2):
        printed = convgrade(course, status=1)
        assert "0 submissions recorded" in printed
        assert f"  ada: no points, {SUMS}: it is not JSON" in printed
        assert f"  bob: {MEANS}: {MEANS}.ipynb was graded, and '{MEANS} (1).ipynb' has" in printed
    course.hand_in("ada")
    (both / f"{MEANS} (1).ipynb").unlink()
    assert convgrade(course).endswith("Nothing needs you.\n")


def test_feedback_for_a_removed_student_is_refused_in_one_line(course: Tiny) -> None:
    course.hand_in("ada")
    course.hand_in("bob")
    convgrade(course)
    lose_the_student(course)
    run = course.run("generate_feedback", "tiny", check=False)
    said = run.stdout + run.stderr
    assert run.returncode == 1
    assert "Traceback" not in said
    assert "No feedback for 'ada': the gradebook has no submission of theirs." in said
    assert (course.folder("bob", "feedback") / f"{SUMS}.html").exists()
    assert not course.folder("ada", "feedback").exists()


def test_submitted_is_looked_through(course: Tiny) -> None:
    """What is not where nbgrader looks is named; brackets in a name are no pattern."""
    course.hand_in("eve [2]")
    course.hand_in("eve 2")
    course.hand_in("cap")
    course.folder("cap").rename(course.folder("cap").with_name("Tiny"))
    loose = course.hand_in("loo")
    for path in loose.iterdir():
        path.rename(loose.parent / path.name)
    loose.rmdir()
    (course.root / "submitted" / "class.zip").write_bytes(b"PK")
    with course.gradebook() as book:
        book.add_student("zoe")
    printed = convgrade(course, status=1)
    assert course.points("eve [2]")["total_test"] == course.points("eve 2")["total_test"] == 3
    assert course.points("cap") == {}
    assert "handed in nothing: 1 (zoe)" in printed
    lines = printed.splitlines()
    people = lines[lines.index("4 need you, the worst first:") + 1 :]
    assert [line.split(": ")[0].strip() for line in people] == [
        "cap", "class.zip", "loo", "eve [2]",
    ]  # fmt: skip
    assert people[0] == "  cap: NOT GRADED, the folder is called 'Tiny'; it belongs into cap/tiny"
    one = convgrade(course, "--student", "eve [2]", "--force", status=1)
    assert "1 submission recorded" in one
    assert "cap" not in one
    assert "0 submissions recorded" in convgrade(course, "--student", "eve 2")
