"""A release that cannot be made anew stays, and the words say what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from nbgrader.api import Gradebook
from test_foreign_course import CONFIG
from tiny import MEANS, SUMS, Tiny, sources

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted:sqlalchemy.exc.SAWarning"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a course with a release."""
    return Tiny.make(tmp_path_factory.mktemp("release"))


@pytest.fixture
def tiny(made: Tiny, tmp_path: Path) -> Tiny:
    return made.copy(tmp_path / "course")


def files(tiny: Tiny) -> dict[str, bytes]:
    """Return everything below release/, hidden files as well."""
    root = tiny.root / "release"
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def submit(tiny: Tiny) -> None:
    """Let the gradebook know a submission of every notebook."""
    with tiny.gradebook() as gradebook:
        gradebook.add_student("someone")
        gradebook.add_submission("tiny", "someone")


def change(tiny: Tiny, notebook: str, new: str = "extra", *, text: str = "") -> None:
    """Add an exercise to a source notebook, or a line to its setup."""
    nb = sources()[notebook]
    if text:
        nb.cells[[cell.id for cell in nb.cells].index("setup")].source += text
    else:
        for cell in (nb.cells[-1], nb.cells[-2]) if notebook == MEANS else nb.cells[-1:]:
            copied = cell.copy()
            copied.id = f"{new}_{cell.id}"
            copied.metadata = json.loads(json.dumps(cell.metadata))
            copied.metadata["nbgrader"]["grade_id"] = copied.id
            nb.cells.append(nbformat.from_dict(copied))
    nbformat.write(nb, tiny.root / "source" / "tiny" / f"{notebook}.ipynb")


def recorded(tiny: Tiny) -> dict[str, str]:
    """Return the texts of the first notebook that the gradebook holds."""
    with tiny.gradebook() as gradebook:
        found = gradebook.find_notebook(SUMS, "tiny").source_cells
        return {cell.name: cell.source for cell in found}


def fails(tiny: Tiny, *options: str) -> str:
    """Generate, which must fail with the release and the gradebook as they were."""
    before, texts = files(tiny), recorded(tiny)
    run = tiny.run("generate_assignment", "tiny", *options, check=False)
    words = run.stdout + run.stderr
    assert run.returncode == 1, words
    assert files(tiny) == before
    assert recorded(tiny) == texts
    return words


@pytest.mark.parametrize("options", [("--force",), ("--force", "--notebook", MEANS)])
def test_a_new_exercise_after_submissions(tiny: Tiny, options: tuple[str, ...]) -> None:
    """Also when an earlier notebook changed in a way that would be taken."""
    submit(tiny)
    change(tiny, SUMS, text="\nnew = 1")
    change(tiny, MEANS)
    words = fails(tiny, *options)
    assert "holds 1 submissions of tiny" in words
    assert f"new in {MEANS}: extra_average, extra_average_test" in words
    assert "nbgrader db assignment remove tiny --force" in words
    assert "Traceback" not in words


def test_the_second_road_that_the_words_name(tiny: Tiny) -> None:
    submit(tiny)
    change(tiny, MEANS)
    tiny.run("db", "assignment", "remove", "tiny", "--force")
    tiny.run("generate_assignment", "tiny", "--force")
    assert "extra_average" in files(tiny)[f"tiny/{MEANS}.ipynb"].decode()


@pytest.mark.parametrize("words", ["is new", "is gone"])
def test_another_set_of_notebooks_after_submissions(tiny: Tiny, words: str) -> None:
    submit(tiny)
    path = tiny.root / "source" / "tiny" / f"{MEANS}.ipynb"
    path.unlink() if words == "is gone" else nbformat.write(
        sources()[MEANS], path.with_stem("3_medians")
    )
    assert words in fails(tiny, "--force")


def test_a_link_that_leads_nowhere(tiny: Tiny) -> None:
    link = tiny.root / "source" / "tiny" / "kit.py"
    link.symlink_to("../../kit.py")
    words = fails(tiny, "--force")
    assert "kit.py is a link to ../../kit.py, and nothing is there." in words
    assert "Traceback" not in words


@pytest.mark.parametrize("text", ["", "{}", '{"cells": 3}'])
@pytest.mark.parametrize("submitted", [False, True])
def test_a_notebook_that_cannot_be_read(tiny: Tiny, text: str, submitted: bool) -> None:
    if submitted:
        submit(tiny)
    (tiny.root / "source" / "tiny" / f"{MEANS}.ipynb").write_text(text)
    words = fails(tiny, "--force")
    assert f"{MEANS}.ipynb cannot be read as a notebook" in words
    assert "Traceback" not in words


def test_an_assignment_of_this_course_in_another(tmp_path: Path) -> None:
    """By the settings of docs/other-courses.md: released, and graded as here."""
    root = tmp_path / "course"
    folder = root / "source" / "toeplitz"
    shutil.copytree(ROOT / "source" / "toeplitz", folder)  # links followed
    for path in folder.glob("[2-9]*.ipynb"):
        path.unlink()
    (root / "nbgrader_config.py").write_text(CONFIG)
    course = Tiny(root, "toeplitz")
    course.run("generate_assignment", "toeplitz")
    target = course.folder("someone")
    target.mkdir(parents=True)
    name = "1_toeplitz_1d"
    shutil.copy(ROOT / "submitted" / "flipped-kernel" / "toeplitz" / f"{name}.ipynb", target)
    course.grade()
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "my-course") as gradebook:
        assert gradebook.find_submission("toeplitz", "someone").score == 9.5


def test_what_may_change_does(tiny: Tiny) -> None:
    """A text after submissions; an exercise and a notebook before; nothing strange is left."""
    submit(tiny)
    change(tiny, SUMS, text="\nnew = 1")
    before = files(tiny)
    tiny.run("generate_assignment", "tiny")
    assert files(tiny) == before  # nbgrader's own rule: without --force, what is there stays
    tiny.run("generate_assignment", "tiny", "--force")
    after = files(tiny)
    assert sorted(after) == sorted(before)
    assert "new = 1" in after[f"tiny/{SUMS}.ipynb"].decode()


def test_what_a_killed_run_left_is_put_right(tiny: Tiny) -> None:
    """Killed while it copied, and while it wrote: the copy is the last good release."""
    before = files(tiny)
    release = tiny.root / "release"
    shutil.copytree(release / "tiny", release / ".tiny.old")
    (release / ".tiny.new").mkdir()
    (release / "tiny" / f"{SUMS}.ipynb").write_text("{")
    (release / "tiny" / f"{MEANS}.ipynb").unlink()
    (tiny.root / "source" / "tiny" / "bad.txt").symlink_to("nowhere")
    assert tiny.run("generate_assignment", "tiny", "--force", check=False).returncode == 1
    (tiny.root / "source" / "tiny" / "bad.txt").unlink()
    tiny.run("generate_assignment", "tiny")
    assert files(tiny) == before


def test_any_failure_while_writing_keeps_the_old_release(tiny: Tiny) -> None:
    """Here two cells of one name, which nbgrader finds out half-way."""
    before = files(tiny)
    nb = sources()[MEANS]
    nb.cells[-1].metadata["nbgrader"]["grade_id"] = "setup"
    nbformat.write(nb, tiny.root / "source" / "tiny" / f"{MEANS}.ipynb")
    run = tiny.run("generate_assignment", "tiny", "--force", check=False)
    assert run.returncode == 1
    assert files(tiny) == before
    assert "tiny could not be made anew and is as it was" in run.stderr


def test_one_notebook_anew_keeps_the_others(tiny: Tiny) -> None:
    before = files(tiny)
    tiny.run("generate_assignment", "tiny", "--force", "--notebook", MEANS)
    assert files(tiny) == before
    assert (ROOT / "nbgrader_config.py").read_text().count("ReleaseExporter") == 1
