"""Whole runs of `nbgrader autograde` with our plug-ins: nothing in a submission spoils a batch."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from tiny import CANARY, FULL, MEANS, RIGHT, STOCK, SUMS, TARGET, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

WRONG = {
    **RIGHT,
    "total": "# grade_id: total\ndef total(numbers):\n    return 3.0",
    "average": "# grade_id: average\naverage = None",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a course whose release is generated, to copy."""
    return Tiny.make(tmp_path_factory.mktemp("template"))


def place(notebook: NotebookNode, name: str) -> int:
    return next(i for i, cell in enumerate(notebook.cells) if cell.id == name)


# ------------------------------------------------------ one batch with everything in it


def not_json(path: Path) -> None:
    path.write_text("My dog ate my notebook.")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def format_3(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    path.write_text(nbformat.v3.writes_json(nbformat.convert(notebook, 3)))


def latin_1(path: Path) -> None:
    text = path.read_text().replace("commutes", "für")
    path.write_bytes(text.encode("latin-1"))


def link_to_neighbour(path: Path) -> None:
    path.unlink()
    path.symlink_to(f"../../aaa/tiny/{path.name}")


def link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing.ipynb")


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside.txt").write_text("x")


def thousands_of_cells(path: Path) -> None:
    notebook = json.loads(path.read_text())
    notebook["cells"] += [{"cell_type": "code", "source": "1", "metadata": {}}] * 3000
    path.write_text(json.dumps(notebook))


def huge(path: Path) -> None:
    os.truncate(path, 100 * 2**20)


def deep(path: Path) -> None:
    path.write_text('{"cells": ' + "[" * 100_000)


def a_list(path: Path) -> None:
    path.write_text("[1, 2]")


def cells_in_a_dict(path: Path) -> None:
    path.write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {"a": null}}')


def strange_format(path: Path) -> None:
    path.write_text('{"nbformat": "<script>alert(1)</script>", "cells": []}')


def unreadable(path: Path) -> None:
    path.chmod(0)


def two_candidates(path: Path) -> None:
    text = path.read_text()
    path.with_name(f"{SUMS} (1).ipynb").write_text(text)
    path.with_name(f"{SUMS}-Copy1.ipynb").write_text(text.replace("2 * x", "x + x"))
    path.unlink()


REFUSED: dict[Callable[[Path], None], str] = {
    not_json: "it is not JSON",
    empty: "it is empty",
    format_3: "it is in notebook format 3, not 4",
    latin_1: "it is not UTF-8",
    link_to_neighbour: "it is a link",
    link_to_nothing: "it is a link",
    pipe: "it is no regular file",
    folder: "it is no regular file",
    thousands_of_cells: "it has 3008 cells, more than 1000",
    huge: "it has 100 MiB, more than 50",
    deep: "it is nested too deeply",
    a_list: "it is JSON but no notebook",
    cells_in_a_dict: "it has no list of cells",
    strange_format: "it is in notebook an unknown format, not 4",
    two_candidates: "it is missing, and 2 files look like it",
}
if os.geteuid() != 0:  # nothing is forbidden to root
    REFUSED[unreadable] = "it cannot be opened (Permission denied)"

RENAMED = {
    "by-browser": f"{SUMS} (1)",
    "by-jupyter": f"{SUMS}-Copy1",
    "by-drive": f"Copy of {SUMS}",
    "by-student": f"ann_{SUMS}_final",
    "by-shouting": SUMS.upper(),
}


def duplicate_test(notebook: NotebookNode) -> None:
    twin = copy.deepcopy(notebook.cells[place(notebook, "total_test")])
    notebook.cells.append(twin)


def duplicate_answer(notebook: NotebookNode) -> None:
    i = place(notebook, "double")
    twin = copy.deepcopy(notebook.cells[i])
    twin.id, twin.source = "twin", "# grade_id: double\ndef double(x):\n    return 0"
    notebook.cells.insert(i, twin)


def delete_test(notebook: NotebookNode) -> None:
    del notebook.cells[place(notebook, "total_test")]


def reorder(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def lose_metadata(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata = {}
        del cell["id"]
    notebook["nbformat_minor"] = 4


def raise_points(notebook: NotebookNode) -> None:
    notebook.cells[place(notebook, "total_test")].metadata.nbgrader.points = 300


def skip_execution(notebook: NotebookNode) -> None:
    notebook.cells[place(notebook, "total_test")].metadata["tags"] = ["skip-execution"]


def edit_test(notebook: NotebookNode) -> None:
    notebook.cells[place(notebook, "total_test")].source = "3.0"


def retag(notebook: NotebookNode) -> None:
    notebook.cells[place(notebook, "double_test")].metadata.nbgrader.grade = False


# Which answer's comment says it, and what.
REPAIRED: dict[Callable[[NotebookNode], None], tuple[str, str]] = {
    duplicate_test: ("total", "this one stood 2 times"),
    duplicate_answer: ("double", "2 were found"),
    delete_test: ("total", "this one was missing"),
    reorder: ("total", "the order was restored"),
    lose_metadata: ("total", "metadata marks cells: it was missing on 6 of 6"),
    raise_points: ("total", "points had been changed"),
    skip_execution: ("total", "tags had been changed"),
    edit_test: ("total", "the text of this one was changed"),
    retag: ("double", "grade had been changed"),
}

NOISE = """
for value in (float("nan"), True, 5.0, -1, float("inf")):
    print(value)
get_ipython().displayhook(5.0)
import sys
print("a warning", file=sys.stderr)
5.0
"""


@dataclass
class Batch:
    """A batch that was graded in one run, and for which feedback was written."""

    tiny: Tiny
    log: str


@pytest.fixture(scope="module")
def batch(template: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Grade every strange submission of this file in one run, honest ones around them."""
    tiny = template.copy(tmp_path_factory.mktemp("batch"))
    with (tiny.root / "nbgrader_config.py").open("a") as config:
        config.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    tiny.run("db", "assignment", "add", "tiny", "--duedate=2020-01-01 00:00:00 UTC")
    for student in ("aaa", "zzz"):
        tiny.hand_in(student)
    for damage in REFUSED:
        damage(tiny.hand_in(damage.__name__) / f"{SUMS}.ipynb")
    for student, stem in RENAMED.items():
        path = tiny.hand_in(student, names=(SUMS,)) / f"{SUMS}.ipynb"
        path.rename(path.with_name(f"{stem}.ipynb"))
    for tamper in REPAIRED:
        tiny.hand_in(tamper.__name__, tamper=tamper, names=(SUMS,))
    tiny.folder("no_notebook").mkdir(parents=True)
    path = tiny.hand_in("stranger", names=(SUMS,)) / f"{SUMS}.ipynb"
    path.rename(path.with_name("homework.ipynb"))
    odd = tiny.hand_in("odd_files", names=(SUMS,))
    (odd / "notes.txt").write_text("mine")
    (odd / "sub").mkdir()
    (odd / "sub" / "more.txt").write_text("mine")
    (odd / "gradebook.txt").symlink_to(tiny.root / "gradebook.db")
    (odd / "secrets").symlink_to(tiny.root / "source")
    (odd / "sub" / "passwd").symlink_to("/etc/passwd")
    (odd / "nothing[1]").symlink_to("nowhere")
    os.mkfifo(odd / "pipe")
    (odd / "timestamp.txt").symlink_to("pipe")
    (odd / "data").write_text("a file where the course has a folder")
    ends = tiny.hand_in("junk_time", names=(SUMS,))
    (ends / "timestamp.txt").write_text("yesterday, I swear")
    (ends / "data" / "table.csv").mkdir(parents=True)
    (ends / "data" / "table.csv" / "x").write_text("a folder where the course has a file")
    late = tiny.hand_in("late", names=(SUMS,))
    (late / "timestamp.txt").write_text("2020-01-02 00:00:00 UTC\n")
    tiny.hand_in(
        "noise",
        RIGHT | {name: RIGHT[name] + NOISE for name in ("total", "double")},
        names=(SUMS,),
    )
    tiny.hand_in("by_mark", {**RIGHT, "why": "Some **other** words."}, names=(SUMS,))
    log = tiny.grade(status=1)
    tiny.run("generate_feedback", "tiny")
    return Batch(tiny, log)


def full(*names: str) -> dict[str, float]:
    """Return the points of those who did everything right in these notebooks."""
    good = {SUMS: {"total_test": 3.0, "double_test": 2.0}, MEANS: {"average_test": 4.0}}
    return {
        test: points if name in names else 0.0
        for name, tests in good.items()
        for test, points in tests.items()
    }


def summary(log: str) -> str:
    return log[log.rindex("] ", 0, log.rindex(" notebooks graded, ")) + 2 :]


@pytest.mark.parametrize("student", ["aaa", "zzz"])
def test_honest_students_first_and_last_get_their_points(batch: Batch, student: str) -> None:
    assert batch.tiny.points(student) == full(SUMS, MEANS)


@pytest.mark.parametrize("damage", REFUSED, ids=lambda damage: damage.__name__)
def test_a_notebook_that_cannot_be_read_costs_only_itself(
    batch: Batch, damage: Callable[[Path], None]
) -> None:
    """Named in the log with the reason, no points, the student's other notebook is graded."""
    student, reason = damage.__name__, REFUSED[damage]
    path = batch.tiny.folder(student) / f"{SUMS}.ipynb"
    assert f"Cannot be graded: {path}: {reason}" in batch.log
    assert f" {path}: {reason}" in summary(batch.log)
    assert batch.tiny.points(student) == full(MEANS)
    assert batch.tiny.grades(student)["why"] == (0.0, None, False)


@pytest.mark.parametrize("damage", REFUSED, ids=lambda damage: damage.__name__)
def test_feedback_says_why_a_notebook_was_not_graded(
    batch: Batch, damage: Callable[[Path], None]
) -> None:
    student, reason = damage.__name__, REFUSED[damage]
    assert f"Not graded: {reason}" in batch.tiny.comment(student, "total").replace("  ", " ")
    page = batch.tiny.page(student)
    assert f"Not graded: {reason}" in page
    assert "<script>alert" not in page
    assert "No points: this notebook cannot be graded" in page
    assert "<strong>4</strong> of 4 points" in batch.tiny.page(student, MEANS)


def test_two_files_that_look_like_the_notebook_are_named(batch: Batch) -> None:
    assert f"2 files look like it ('{SUMS} (1).ipynb', '{SUMS}-Copy1.ipynb')" in batch.log
    assert f"keep one of them under the name {SUMS}.ipynb" in batch.log


@pytest.mark.parametrize("student", RENAMED)
def test_a_renamed_notebook_is_graded_and_told(batch: Batch, student: str) -> None:
    path = batch.tiny.folder(student) / f"{SUMS}.ipynb"
    assert f"{path} is missing; taking '{RENAMED[student]}.ipynb' for it" in batch.log
    assert batch.tiny.points(student) == full(SUMS)
    assert "the only file that looks like this one" in batch.tiny.comment(student, "total")
    assert "the only file that looks like this one" in batch.tiny.page(student)


@pytest.mark.parametrize("student", ["no_notebook", "stranger"])
def test_a_folder_without_the_assignments_notebooks_is_reported(
    batch: Batch, student: str
) -> None:
    found = ", only 'homework.ipynb'" if student == "stranger" else ""
    submission = batch.tiny.folder(student)
    for name in (SUMS, MEANS):
        reason = f"none of the assignment's notebooks is there{found}; ask for {name}.ipynb"
        assert f" {submission / name}.ipynb: {reason}" in summary(batch.log)
        assert "Not graded: none of the" in batch.tiny.page(student, name)
    assert batch.tiny.points(student) == full()


def test_summary_counts(batch: Batch) -> None:
    """Everybody's notebooks are graded, renamed or named as not gradable."""
    graded = 2 * 2 + len(REFUSED) + len(RENAMED) + len(REPAIRED) + 5
    assert (
        summary(batch.log)
        .strip()
        .startswith(
            f"{graded} notebooks graded, {len(RENAMED)} files renamed, "
            f"{len(REFUSED) + 4} could not be graded"
        )
    )


def test_only_regular_files_are_copied(batch: Batch) -> None:
    """Links, pipes and what stands in the course's way are left out and named."""
    graded = batch.tiny.folder("odd_files", "autograded")
    files = {str(p.relative_to(graded)) for p in graded.rglob("*") if not p.is_dir()}
    assert files == {f"{SUMS}.ipynb", "notes.txt", "sub/more.txt", "data/table.csv"}
    assert not any(path.is_symlink() for path in graded.rglob("*"))
    for name in ("gradebook.txt", "secrets", "sub/passwd", "nothing[1]", "pipe", "data"):
        assert f"'{batch.tiny.folder('odd_files') / name}' " in batch.log
    assert batch.tiny.points("odd_files") == full(SUMS)
    assert (graded / "data" / "table.csv").read_text() == "1,2\n"


def test_a_time_that_is_none_is_left_out(batch: Batch) -> None:
    for student in ("odd_files", "junk_time"):
        path = batch.tiny.folder(student) / "timestamp.txt"
        assert f"{path} is no time and was left out" in batch.log
        assert batch.tiny.points(student) == full(SUMS)


def test_a_late_penalty_is_assigned(batch: Batch) -> None:
    with batch.tiny.gradebook() as gradebook:
        for student, penalty in (("late", FULL[SUMS]), ("aaa", None)):
            found = gradebook.find_submission_notebook(SUMS, "tiny", student)
            assert found.late_submission_penalty == penalty
            assert found.score == FULL[SUMS]
    text = re.sub(r"<[^>]*>", "", batch.tiny.page("late"))
    assert "Late submission penalty\n-5" in text


@pytest.mark.parametrize("tamper", REPAIRED, ids=lambda tamper: tamper.__name__)
def test_a_repair_is_logged_and_told_at_its_answer(
    batch: Batch, tamper: Callable[[NotebookNode], None]
) -> None:
    """In the log, in the automatic comment on the answer, and on the feedback page."""
    student, (answer, words) = tamper.__name__, REPAIRED[tamper]
    lines = [line for line in batch.log.splitlines() if f"of {student}" in line]
    assert any(line.split("] ")[1].startswith(f"Repaired {SUMS} ") for line in lines)
    assert any(words in line for line in lines)
    assert words in batch.tiny.comment(student, answer)
    assert words in batch.tiny.page(student)
    other = "double" if answer == "total" else "total"
    assert words not in batch.tiny.comment(student, other)
    assert batch.tiny.points(student) == full(SUMS)


def test_what_students_print_is_no_score(batch: Batch) -> None:
    """Numbers, NaN and warnings from answer cells neither give nor take points."""
    assert batch.tiny.points("noise") == full(SUMS)


def test_written_answers_wait_for_a_person(batch: Batch) -> None:
    assert batch.tiny.grades("by_mark")["why"] == (None, None, True)
    assert batch.tiny.comment("by_mark", "why") == ""


def test_feedback_shows_no_hidden_test(batch: Batch) -> None:
    for path in (batch.tiny.root / "feedback").rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert CANARY not in page, path
        assert "HIDDEN TESTS" not in page, path
        assert TARGET not in page, path


# ------------------------------------------------------------------------ fail closed

BREAKING = '''
from nbgrader.preprocessors import NbGraderPreprocessor


class Breaks(NbGraderPreprocessor):
    """Raises on a notebook that says so."""

    def preprocess(self, nb, resources):
        if any("# break the converter" in cell.source for cell in nb.cells):
            raise RuntimeError("broken")
        return nb, resources
'''


@pytest.fixture
def tiny(template: Tiny, tmp_path: Path) -> Tiny:
    """Return a course of a test's own."""
    return template.copy(tmp_path)


def test_a_regrade_keeps_no_old_automatic_score(tiny: Tiny) -> None:
    """However a regrade fails, old points go, a person's stay, and a good one brings all back."""
    (tiny.root / "breaking.py").write_text(BREAKING)
    with (tiny.root / "nbgrader_config.py").open("a") as config:
        config.write('c.Autograde.autograde_preprocessors.insert(0, "breaking.Breaks")\n')
        config.write("c.Autograde.autograde_preprocessors = [\n")
        config.write("    *dict.fromkeys(c.Autograde.autograde_preprocessors)]\n")
    one, both = (SUMS,), (SUMS, MEANS)
    names = dict.fromkeys(("deleted", "crash", "broken"), one)
    names |= dict.fromkeys(("unreadable", "vanished", "emptied"), both)
    for student in names:
        tiny.hand_in(student, names=names[student])
    tiny.grade()
    for student in names:
        assert tiny.points(student) == full(*names[student])
        tiny.give(student, "why", 1.5)
        tiny.give(student, "double_test", 0.5)

    def strange(student: str, answers: dict[str, str] = RIGHT, **options) -> Path:
        return tiny.hand_in(student, answers, names=(SUMS,), **options) / f"{SUMS}.ipynb"

    strange("deleted", WRONG, tamper=delete_test)
    strange("unreadable").write_text("{")
    strange("vanished").unlink()
    strange("crash", {**RIGHT, "total": RIGHT["total"] + "\nimport os\nos._exit(0)"})
    strange("broken", {**RIGHT, "total": RIGHT["total"] + "\n# break the converter"})
    for path in tiny.folder("emptied").iterdir():
        path.unlink()
    log = tiny.grade("--force", status=1)
    expected = {
        "deleted": {**full(SUMS), "total_test": 1.0},
        "unreadable": full(MEANS),
        "vanished": full(MEANS),
        "crash": {**full(SUMS), "total_test": 0.0},
        "broken": full(),
        "emptied": full(),
    }
    for student in names:
        assert tiny.points(student) == expected[student], student
        grades = tiny.grades(student)
        assert (grades["why"][1], grades["double_test"][1]) == (1.5, 0.5), student
        assert tiny.folder(student, "autograded").is_dir() == (student != "broken")
    assert "This cell was left out" in tiny.comment("crash", "total")
    assert "There was an error processing assignment 'tiny' for student 'broken'" in log
    assert f"No submitted file: {tiny.folder('vanished') / SUMS}.ipynb" in log
    for student in ("broken", "crash", "unreadable"):
        tiny.hand_in(student, names=names[student])
    tiny.grade("--force", "--student", "[bcu]*")
    for student in ("broken", "crash", "unreadable"):
        assert tiny.points(student) == full(*names[student])
        assert tiny.grades(student)["why"][1] == 1.5


def test_a_student_or_a_notebook_alone_can_be_regraded(tiny: Tiny) -> None:
    """What a command is not about keeps its score; what it is about does not."""
    for student in ("ann", "bob", "eve", "kim"):
        tiny.hand_in(student)
    tiny.grade()
    for student in ("ann", "bob", "eve"):
        tiny.hand_in(student, WRONG)
    path = tiny.folder("bob") / f"{MEANS}.ipynb"
    path.rename(path.with_name(f"{MEANS} (1).ipynb"))
    (tiny.folder("eve") / f"{MEANS}.ipynb").unlink()
    tiny.grade("--force", "--student", "ann", "--notebook", MEANS)
    assert tiny.points("ann") == full(SUMS)
    assert tiny.points("bob") == tiny.points("eve") == full(SUMS, MEANS)
    log = tiny.grade("--force", "--notebook", MEANS)
    assert f"taking '{MEANS} (1).ipynb' for it" in log
    assert f"No submitted file: {tiny.folder('eve') / MEANS}.ipynb" in log
    for student in ("ann", "bob", "eve"):
        assert tiny.points(student) == full(SUMS)
    assert tiny.points("kim") == full(SUMS, MEANS)
    log = tiny.grade("--force", "--student", "kim", "--notebook", SUMS, "--no-execute")
    assert f"{SUMS} was not run, so its test cells give no points" in log
    assert tiny.points("kim") == full(MEANS)
    # A student whose folder holds no notebook any more, alone in a command.
    for path in tiny.folder("kim").iterdir():
        path.unlink()
    log = tiny.grade("--force", "--student", "kim", status=1)
    assert "could not be graded" in log
    assert tiny.points("kim") == full()


# ------------------------------------------------------------- what an instructor does wrong


def test_a_course_that_is_not_as_it_was_released_is_explained(tiny: Tiny) -> None:
    """A refused command says once what to do, and leaves what was graded before as it is."""
    tiny.hand_in("ann", names=(SUMS,))
    path = tiny.root / "source" / "tiny" / f"{SUMS}.ipynb"
    path.write_text(path.read_text().replace("double(2) == 4", "double(2) == 5"))
    log = tiny.grade()
    # The recorded test counts, as in nbgrader, until the assignment is generated again.
    assert f"{SUMS}: source/ has another text than the gradebook recorded" in log
    assert "the recorded one counts: double_test. To grade against the new one" in log
    assert tiny.points("ann") == full(SUMS)

    path.write_text(path.read_text().replace('"double_test"', '"doubled_test"'))
    log = tiny.grade("--force", status=1)
    assert "was changed after the release: double_test, doubled_test. Put back" in log
    assert "Traceback" not in log

    path.unlink()
    log = tiny.grade("--force", status=1)
    assert f"{SUMS}.ipynb does not exist. Put it back" in log
    assert "Traceback" not in log
    assert tiny.points("ann") == full(SUMS)
    assert tiny.folder("ann", "autograded").is_dir()

    (tiny.root / "gradebook.db").unlink()
    log = tiny.grade("--force", status=1)
    assert "it has none of tiny. Run `nbgrader generate_assignment tiny`" in log
    assert "Traceback" not in log


# ------------------------------------------------------------------- stock and formgrader


def test_points_are_those_of_stock_nbgrader(template: Tiny, tmp_path: Path) -> None:
    """Cell by cell, with hidden tests unchanged."""
    answers = {
        "right": RIGHT,
        "blank": {},
        "partial": {**RIGHT, "total": "# grade_id: total\ndef total(n):\n    return sum(n) or 1"},
        "wrong": {
            "total": "# grade_id: total\ndef total(n:",
            "double": "# grade_id: double\ndef double(x):\n    1 / 0",
        },
    }
    sides = {}
    for side in ("ours", "stock"):
        tiny = template.copy(tmp_path / side)
        if side == "stock":
            (tiny.root / "nbgrader_config.py").write_text(STOCK)
        for student, given in answers.items():
            tiny.hand_in(student, given, names=(SUMS,))
        tiny.grade()
        sides[side] = {
            student: (tiny.grades(student), tiny.comment(student, "why")) for student in answers
        }
    assert sides["ours"] == sides["stock"]
    assert sides["ours"]["partial"][0]["total_test"][0] == 2.0
    assert sides["ours"]["blank"][1] == "No response."


BUTTON = """
import asyncio, json, sys
from nbgrader.apps import NbGraderAPI
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

app = FormgradeExtension()
app.initialize([])


async def press():  # formgrader's handlers are called within the server's event loop
    return NbGraderAPI(coursedir=app.coursedir, parent=app).autograde("tiny", sys.argv[1])


print(json.dumps(asyncio.run(press())))
"""


def test_formgraders_button_grades_alike(tiny: Tiny) -> None:
    """What the button calls gives the same points, and its log names what cannot be graded."""
    tiny.hand_in("ann", names=(SUMS,))
    (tiny.hand_in("bob") / f"{SUMS}.ipynb").write_text("{")
    results = {}
    for student in ("ann", "bob"):
        run = subprocess.run(
            [sys.executable, "-c", BUTTON, student],
            cwd=tiny.root,
            env={"PATH": os.defpath, "HOME": str(tiny.root), "JUPYTER_PLATFORM_DIRS": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        results[student] = json.loads(run.stdout.splitlines()[-1])
    assert results["ann"]["success"]
    assert tiny.points("ann") == full(SUMS)
    assert not results["bob"]["success"]
    assert "1_sums.ipynb: it is not JSON" in results["bob"]["log"]
    assert "1 notebooks could not be graded" in results["bob"]["error"]
    assert tiny.points("bob") == full(MEANS)
