"""Another course's tests, unchanged, graded by our plug-ins as stock nbgrader grades them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import nbgrader
import pytest
from tiny import Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# What the instructor of another course writes; docs/other-courses.md shows it.
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "my-course"

# The old release stays when a new one cannot be made.
c.GenerateAssignment.exporter_class = "convgrade.plugins.release.ReleaseExporter"

# These three belong together.
c.Autograde.exporter_class = "convgrade.plugins.batch.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "convgrade.plugins.rebuild.Rebuild",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "convgrade.plugins.execute.ExecuteTrusted",
    "convgrade.plugins.harmless.Harmless",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "convgrade.plugins.save.SaveVerdicts",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# In formgrader, what a person grades stands first on a page.
c.HTMLExporter.preprocessors = ["convgrade.plugins.formgrade.ByHandFirst"]

# Feedback pages: a summary, a section an exercise, no hidden tests and no marking guides.
c.ClearHiddenTests.enforce_metadata = False
c.ClearMarkScheme.enforce_metadata = False
c.GenerateFeedback.exporter_class = "convgrade.plugins.page.FeedbackExporter"
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "convgrade.plugins.feedback.CollectFeedback",
]
"""
STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "my-course"\n'

SOURCE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide" / "source" / "ps1"
ONE, TWO = "problem1", "problem2"
FULL = {
    "correct_squares": 1.0,
    "squares_invalid_input": 1.0,
    "correct_sum_of_squares": 0.5,
    "sum_of_squares_uses_squares": 0.5,
}
MODEL = {
    cell.metadata.nbgrader.grade_id: cell.source
    for name in (ONE, TWO)
    for cell in nbformat.read(SOURCE / f"{name}.ipynb", as_version=4).cells
    if cell.metadata.get("nbgrader", {}).get("solution")
}
LOOP = """\
class TooSmall(ValueError):
    pass

def squares(n):
    if n <= 0:
        raise TooSmall(n)
    found = []
    for i in range(n):
        found.append((i + 1) * (i + 1))
    print("found", found)
    return found
"""
ARRAY = """\
import numpy as np
def squares(n):
    if n < 1: raise ValueError
    return list(np.arange(1, n + 1) ** 2)
"""
SUM_LOOP = """\
def sum_of_squares(n):
    total = 0
    for square in squares(n=n):
        total += square
    return total
"""
# By student, the answers that differ from the model solution, and the tests that they fail.
ANSWERS: dict[str, tuple[dict[str, str], set[str]]] = {
    "model": ({}, set()),
    "loop": ({"squares": LOOP, "sum_of_squares": SUM_LOOP}, set()),
    "array": ({"squares": ARRAY, "sum_of_squares": "sum_of_squares = lambda n: sum(squares(n))"},
              set()),
    "unchecked": ({"squares": "def squares(n):\n    return [i * i for i in range(1, n + 1)]"},
                  {"squares_invalid_input"}),
    "off_by_one": ({"squares": MODEL["squares"].replace("n + 1", "n")},
                   {"correct_squares", "correct_sum_of_squares"}),
    "tuple": ({"squares": LOOP.replace("return found", "return tuple(found)")},
              {"correct_squares"}),
    "generator": ({"squares": LOOP.replace("return found", "yield from found")},
                  {"correct_squares", "squares_invalid_input"}),
    "formula": ({"sum_of_squares": "def sum_of_squares(n):\n"
                 "    return n * (n + 1) * (2 * n + 1) // 6"}, {"sum_of_squares_uses_squares"}),
    "syntax": ({"squares": "def squares(n:"}, set(FULL)),
}  # fmt: skip


def course(root: Path, config: str) -> Tiny:
    """Make nbgrader's example course, as it ships, and hand every answer in."""
    folder = root / "source" / "ps1"
    folder.mkdir(parents=True)
    for path in SOURCE.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (root / "nbgrader_config.py").write_text(STOCK)
    ps1 = Tiny(root, "ps1")
    ps1.run("generate_assignment", "ps1")
    (root / "nbgrader_config.py").write_text(config)
    for student, (answers, _) in ANSWERS.items():
        fill(ps1, student, ONE, MODEL | answers)
    fill(ps1, "model", TWO, MODEL)
    fill(ps1, "blank", ONE, {})
    return ps1


def fill(ps1: Tiny, student: str, name: str, answers: dict[str, str]) -> None:
    notebook = ps1.released(name)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    folder = ps1.folder(student)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{name}.ipynb")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    ps1 = course(tmp_path_factory.mktemp("ours"), CONFIG)
    ps1.grade()
    return ps1


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    ps1 = course(tmp_path_factory.mktemp("stock"), STOCK)
    ps1.grade()
    return ps1


@pytest.mark.parametrize("student", [*ANSWERS, "blank"])
def test_every_cell_gets_what_stock_gives(ours: Tiny, stock: Tiny, student: str) -> None:
    """Automatic scores, and which cells a person must look at."""
    assert ours.grades(student) == stock.grades(student)


@pytest.mark.parametrize("student", ANSWERS)
def test_answers_lose_what_they_get_wrong(ours: Tiny, student: str) -> None:
    """Among the tests is one that deletes `squares` and expects a NameError."""
    failed = ANSWERS[student][1]
    points = {name: auto for name, (auto, *_) in ours.grades(student).items() if name in FULL}
    assert {name: auto or 0.0 for name, auto in points.items()} == {
        name: 0.0 if name in failed else full for name, full in FULL.items()
    }


def test_nothing_was_repaired_and_feedback_is_written(ours: Tiny) -> None:
    """The example has neither cell ids nor first lines; its metadata is enough."""
    for student in ANSWERS:
        assert "Repaired" not in ours.comment(student, "squares", ONE)
    ours.run("generate_feedback", "ps1")
    page = ours.page("model", ONE)
    assert "<strong>3</strong> of 10 points so far; a person still grades 7 of them" in page
    assert page.count('aria-labelledby="exercise-') == 7
    assert ours.graded("model", ONE).cells[0].source.startswith("For this problem set")


def test_the_documents_show_this_configuration() -> None:
    text = (Path(__file__).parent.parent / "docs" / "other-courses.md").read_text()
    assert f"```python\n{CONFIG}```" in text
