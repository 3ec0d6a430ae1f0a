"""The demo class: graded by nbgrader, held against the table of what each submission should earn."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, run_nbgrader
from demo_class import ASSIGNMENT, build, expected_points, submissions
from nbgrader.api import Gradebook

pytestmark = pytest.mark.slow

NAMES = [s.name for s in submissions()]
COURSE = "convolution-is-a-matrix"


@pytest.fixture(scope="module")
def graded(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the course in which the whole demo class is graded."""
    root = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(course, root)
    shutil.copytree(ROOT / "submitted", root / "submitted")
    run_nbgrader(root, "autograde", ASSIGNMENT)
    return root


def test_submissions_are_what_the_script_builds(tmp_path: Path) -> None:
    """submitted/ follows from release/, tests/answers and demo_class.toml."""
    build(tmp_path)
    fresh = {p.relative_to(tmp_path): p.read_text() for p in tmp_path.rglob("*.ipynb")}
    found = {
        p.relative_to(ROOT / "submitted"): p.read_text()
        for p in (ROOT / "submitted").rglob("*.ipynb")
    }
    assert sorted(fresh) == sorted(found)
    assert [str(p) for p in fresh if fresh[p] != found[p]] == [], "run: make submitted"


def test_every_submission_says_what_it_shows_and_is_in_the_table() -> None:
    assert all(s.shows for s in submissions())
    assert sorted(expected_points()) == sorted(NAMES)
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_gradebook_gives_what_the_table_says(graded: Path, name: str) -> None:
    with Gradebook(f"sqlite:///{graded}/gradebook.db", COURSE) as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, name)
        points = {
            f"{notebook.name}/{grade.name.removesuffix('_test')}": grade.auto_score
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.name.endswith("_test") and grade.auto_score is not None
        }
    assert points == expected_points()[name]


def text_of(path: Path) -> str:
    """Return a graded notebook without what differs between machines: the bytes of pictures."""
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = "a picture"
    return nbformat.writes(nb)


@pytest.mark.parametrize("name", NAMES)
def test_committed_autograded_is_what_grading_gives(graded: Path, name: str) -> None:
    fresh = sorted((graded / "autograded" / name / ASSIGNMENT).glob("*.ipynb"))
    committed = sorted((ROOT / "autograded" / name / ASSIGNMENT).glob("*.ipynb"))
    assert [p.name for p in fresh] == [p.name for p in committed]
    for one, other in zip(fresh, committed, strict=True):
        assert text_of(one) == text_of(other), "run: make demo"


def test_autograded_is_small_and_names_no_machine() -> None:
    paths = list((ROOT / "autograded").rglob("*.ipynb"))
    assert sum(p.stat().st_size for p in paths) < 8e6
    assert max(p.stat().st_size for p in paths) < 2**20
    for path in paths:
        assert not re.search(r"(/home/|/root/|/tmp/|/work/|site-packages)", path.read_text()), path


def test_feedback_of_a_wrong_answer_helps_and_leaks_nothing(graded: Path) -> None:
    run_nbgrader(graded, "generate_feedback", ASSIGNMENT, "--student", "flipped-kernel")
    folder = graded / "feedback" / "flipped-kernel" / ASSIGNMENT
    pages = {p.stem: p.read_text() for p in folder.glob("*.html")}
    assert len(pages) == 5
    assert "toeplitz_1d: 1 of 6 points." in pages["1_toeplitz_1d"]
    for page in pages.values():
        for secret in ("HIDDEN TESTS", "MARK SCHEME", "conv_matrix(", "Draw(seed"):
            assert secret not in page
