"""`nbgrader autograde` and `convgrade grade` without a default setting: one result."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_classroom import convgrade, graded_files
from test_classroom import gradebook as rows
from tiny import MEANS, RIGHT, SUMS, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CONFIG = """
import sys
sys.path.insert(0, "beside")
import plugins_of_ours
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Unicode

class PerHour(LateSubmissionPlugin):
    rate = Float(0.25).tag(config=True)

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return self.rate * total_seconds_late / 3600 + len(student_id) / 64

class Remark(NbGraderPreprocessor):
    words = Unicode("default").tag(config=True)

    def preprocess(self, nb, resources):
        nb.metadata["remark"] = self.words
        nb.cells[0].metadata["course"] = self.words
        return nb, resources

c.CourseDirectory.course_id = "tiny"
c.CourseDirectory.student_id_exclude = "left,gone"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "*.bak"]
c.TrustedClient.preload = ["numpy"]
c.Execute.timeout = 10
c.PerHour.rate = 0.5
c.LateSubmissionPlugin.penalty_method = "zero"
c.AssignLatePenalties.plugin_class = {plugin}
c.Remark.words = "of this course"
c.Bonus.bonus = 0.75
c.Upper.words.append("right")
c.Upper.numbers = {{1: "one"}}
c.ClearMetadataPreprocessor.enabled = True
c.ClearMetadataPreprocessor.preserve_cell_metadata_mask = [("nbgrader",), ("course",)]
c.ClearMetadataPreprocessor.preserve_nb_metadata_mask = [("remark",), ("kernelspec",)]
c.IgnorePattern.pattern = "noise"
c.LimitOutput.max_lines = 5
c.LimitOutput.max_traceback = 3
c.Autograde.permissions = 440
c.Autograde.exclude_overwriting = {{"tiny": ["data/table.csv"]}}
c.Autograde.pre_convert_hook = plugins_of_ours.before
c.Autograde.post_convert_hook = "plugins_of_ours.after"
c.Autograde.autograde_preprocessors = [
    "convgrade.plugins.execute.ExecuteTrusted",
    "nbconvert.preprocessors.CoalesceStreamsPreprocessor",
    "plugins_of_ours.Upper",
    "convgrade.plugins.harmless.Harmless",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "convgrade.plugins.save.SaveVerdicts",
    {own}
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""

PLUGINS = '''
import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict, Float, List


class Bonus(NbGraderPreprocessor):
    """Extra credit for everybody, and the points so far in the notebook."""

    bonus = Float(0.0).tag(config=True)

    def preprocess(self, nb, resources):
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as book:
            place = names["notebook"], names["assignment"], names["student"]
            found = book.find_submission_notebook(*place)
            grade = next(g for g in found.grades if g.cell.name.endswith("_test"))
            grade.extra_credit = self.bonus
            book.db.commit()
            nb.metadata["remark"] += f", {found.score:g} points so far"
        return nb, resources


class Upper(NbGraderPreprocessor):
    """Changes what is recorded and written, on the worker."""

    words = List([]).tag(config=True)
    numbers = Dict({}).tag(config=True)

    def preprocess(self, nb, resources):
        for cell in nb.cells:
            if cell.cell_type == "code":
                for output in cell.outputs:
                    if "text" in output:
                        output.text = output.text.upper() + repr((self.words, self.numbers))
        return nb, resources


def before(assignment, student, notebooks):
    """Rename what a student named otherwise, as hooks that come before do."""
    for path in Path("submitted").glob(f"*/{assignment}/handed-in-late.txt"):
        path.rename(path.with_name("timestamp.txt"))
    raise RuntimeError("hooks may fail")


def after(assignment, student, notebooks):
    """Leave a line, and one for every notebook that is there."""
    there = sorted(Path("autograded").glob(f"*/{assignment}/*.ipynb"))
    with open("after.txt", "a") as file:
        file.write(f"ran for {len(notebooks)}\\n" + "".join(f"{path}\\n" for path in there))
'''

LOUD = RIGHT["double"] + '\nprint("noise\\nsignal")\nfor i in range(20):\n    print(i)'
BAD = RIGHT["double"] + "\ndef f(n):\n    return f(n - 1) if n else 1 / 0\nf(9)"
PRINTED = "print('lone \\udcf6 surrogate')"


def a_class(course: Tiny) -> None:
    for student in ("right", "none", "left", "late-utc", "late-iso", "late-hook", "early"):
        course.hand_in(student)
    course.hand_in("wrong", {**RIGHT, "total": "# grade_id: total\ntotal = max"})
    course.hand_in("half", names=(MEANS,))
    course.hand_in("loud", {**RIGHT, "double": LOUD})
    course.hand_in("bad", {**RIGHT, "double": BAD})
    course.hand_in("lone", {**RIGHT, "double": f"{RIGHT['double']}\n{PRINTED}\n'\ud800'"})
    course.hand_in("two words; 'and' more (1)")
    renamed = course.hand_in("renamed") / f"{SUMS}.ipynb"
    renamed.rename(renamed.with_name(f"{SUMS} (2).ipynb"))
    (course.folder("loud") / "data").mkdir()
    (course.folder("loud") / "data" / "table.csv").write_text("my own table")
    (course.folder("loud") / "old.bak").write_text("ignored")
    odd = os.fsencode(course.folder("right")) + b"/L\xf6sung\n2026-01-01 00:00:00,0 INFO x.txt"
    with open(odd, "w") as file:
        file.write("mine")
    for student, text in (
        ("late-utc", "2030-01-02 00:00:00 UTC"),
        ("late-iso", "\ufeff2030-01-01T03:30:00+02:00\r\n"),
        ("early", "2029-12-31 23:30:00"),
        ("wrong", "2030-01-01 00:30:00"),
        ("bad", "1893456000"),
        ("half", "2030-01-01 01:00:00 PST"),
    ):
        (course.folder(student) / "timestamp.txt").write_text(text, encoding="utf-8")
    (course.folder("late-hook") / "handed-in-late.txt").write_text("2030-01-01 02:00:00 UTC")
    with course.gradebook() as book:
        book.update_or_create_assignment("tiny", duedate="2030-01-01 00:00:00 UTC")


def everything(course: Tiny) -> dict[str, object]:
    """Return all that a run leaves: the gradebook, points computed of it, files, hooks' lines."""
    scores = {}
    with course.gradebook() as book:
        for found in book.assignment_submissions("tiny"):
            for nb in found.notebooks:
                key = found.student.id, nb.name
                scores[key] = nb.score, nb.max_score, nb.late_submission_penalty, nb.failed_tests
    files = {
        name: entry for name, entry in graded_files(course).items() if ".convgrade" not in name
    }
    hooks = course.root / "after.txt"
    said = hooks.read_text().splitlines()
    ran = sorted(line for line in said if line.startswith("ran"))  # students come in any order
    return {**rows(course), "scores": scores, "files": files, "hooks": (ran, set(said))}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return Tiny.make(tmp_path_factory.mktemp("released"))


def both(released: Tiny, root: Path, plugin: str, own: str) -> dict[str, Tiny]:
    courses = {}
    for road in ("autograde", "convgrade"):
        course = courses[road] = released.copy(root / road)
        with (course.root / "nbgrader_config.py").open("a") as config:
            config.write(CONFIG.format(plugin=plugin, own=own))
        (course.root / "beside").mkdir()
        (course.root / "beside" / "plugins_of_ours.py").write_text(PLUGINS)
        a_class(course)
    return courses


@pytest.mark.parametrize(
    ("plugin", "own"),
    [("PerHour", 'Remark, "plugins_of_ours.Bonus",'), ("LateSubmissionPlugin", "")],
)
def test_nothing_depends_on_the_road(
    released: Tiny, tmp_path: Path, plugin: str, own: str
) -> None:
    """First run, points by hand, a resubmission and a regrade; each time everything is equal."""
    courses = both(released, tmp_path, plugin, own)
    first = compare(courses)
    penalties = {key: found[2] for key, found in first["scores"].items()}
    hours = {"late-utc": 24, "late-iso": 1.5, "late-hook": 2, "wrong": 0.5}
    for (student, name), penalty in penalties.items():
        score = first["scores"][student, name][0]
        if student not in hours:
            assert penalty is None
        elif plugin == "PerHour":
            due = hours[student] / 2 + len(student) / 64
            assert penalty == pytest.approx(min(due, score))
        else:
            assert penalty == score
    assert ("left", SUMS) not in penalties
    if own:
        assert {row[5] for row in first["grade"] if row[2].startswith("average")} == {0.75}
    for course in courses.values():
        graded = course.graded("loud")
        assert b"my own table" in first["files"]["loud/tiny/data/table.csv"][1]
        assert "SIGNAL" in str(graded)
        assert graded.metadata.get("remark") == (
            "of this course, 5.75 points so far" if own else None
        )
        course.give("right", "why", 1.5)
        course.give("wrong", "double_test", 0.25)
        course.hand_in("late-utc", {**RIGHT, "total": "# grade_id: total\ntotal = max"})
        (course.folder("late-utc") / "timestamp.txt").write_text("2030-01-03 00:00:00 UTC")
    second = compare(courses)
    assert second["scores"]["late-utc", SUMS] != first["scores"]["late-utc", SUMS]
    options = "--LateSubmissionPlugin.penalty_method=none", "--Execute.timeout=9"
    third = compare(courses, "--force", *options)
    assert third["scores"]["right", SUMS][0] == second["scores"]["right", SUMS][0]
    left = {found[2] for found in third["scores"].values()}
    assert (left == {None}) == (plugin == "LateSubmissionPlugin")


def compare(courses: dict[str, Tiny], *args: str) -> dict[str, object]:
    told = courses["autograde"].grade(*args)
    printed = convgrade(courses["convgrade"], "--workers", "1", *args, status=1)
    for student, why in ("bad", "it is a number"), ("half", "its zone PST is unknown"):
        said = f"timestamp.txt is no time and was left out: {why}"
        assert f"  {student}: handed in nobody knows when, {said}" in printed
        assert f"{student}/tiny: timestamp.txt is no time and was left out: {why}" in told
    assert "wrong: timestamp.txt says 2030-01-01 00:30 UTC, which is yet to come" in printed
    theirs, ours = map(everything, courses.values())
    for kind, expected in theirs.items():
        assert ours[kind] == expected, kind
    return ours
