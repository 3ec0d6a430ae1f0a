"""nbgrader's whole road with its real commands, and the traps along it."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import nbgrader.api
import programs
import pytest
import validated
from conftest import ROOT, make_course, run_nbgrader
from gate import notebooks
from validated import ALL_PASS, FOUND, RENEW, TRIED, Place, misjudged

from convgrade.kit import archive
from convgrade.new_gradebook import find_version_here

pytestmark = pytest.mark.slow

SUBMITTED = ROOT / "submitted"
ONE = "1_toeplitz_1d"


@pytest.fixture(scope="module")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course of one notebook whose release is generated."""
    root = make_course(tmp_path_factory.mktemp("small"), f"{ONE}.ipynb")
    run_nbgrader(root, "generate_assignment", "toeplitz")
    return root


@pytest.mark.parametrize("place", notebooks(), ids="-".join)
def test_all_notebooks_of_today_have_been_validated(place: Place) -> None:
    """And the command said what it should: else what is below tries them all, and this fails."""
    assert FOUND.fresh(place), RENEW


def test_no_notebook_that_is_gone_is_on_record() -> None:
    assert FOUND.kept().keys() <= {"/".join(place) for place in notebooks()}, RENEW


@pytest.mark.parametrize("place", TRIED, ids="-".join)
def test_validate_passes_on_the_source_and_fails_on_the_release(
    course: Path, place: Place
) -> None:
    """On each test cell of the release: nothing is answered there."""
    assert misjudged(course, place) == ""


@pytest.mark.parametrize("folder", ["source", "release"])
def test_a_notebook_that_is_not_as_it_should_be_is_named(
    course: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """A source of which a test cell fails, and a release of which one does not."""
    cells = nbformat.read(course / "release" / "toeplitz" / f"{ONE}.ipynb", 4).cells
    failing = {"source": 0, "release": sum("points" in c.metadata.nbgrader for c in cells
                                           if "nbgrader" in c.metadata)}  # fmt: skip
    failing[folder] += 1 if folder == "source" else -1

    def run(_: Path, __: str, path: str) -> subprocess.CompletedProcess[str]:
        count = failing[path.partition("/")[0]]
        words = f"VALIDATION FAILED ON {count} CELL(S)!" if count else ALL_PASS
        return subprocess.CompletedProcess([], 0, words, "")

    monkeypatch.setattr(validated, "run_nbgrader", run)
    assert misjudged(course, ("toeplitz", ONE)).startswith(f"{folder}/toeplitz/{ONE}.ipynb: ")


@pytest.mark.parametrize("path", [f"{f}/toeplitz/{ONE}.ipynb" for f in ("source", "release")])
def test_another_notebook_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    for folder in ("source", "release"):
        shutil.copytree(ROOT / folder / "toeplitz", tmp_path / folder / "toeplitz")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    digest = validated.digest.__wrapped__
    monkeypatch.setattr(validated, "ROOT", tmp_path)
    assert digest(("toeplitz", ONE)) == FOUND.digest(("toeplitz", ONE))
    with (tmp_path / path).open("a") as file:
        file.write("\n")
    assert digest(("toeplitz", ONE)) != FOUND.digest(("toeplitz", ONE))


@pytest.mark.parametrize("part", ["graders", "stock_controls.digest_of"])
def test_another_kit_or_version_is_not_known(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setattr(f"validated.{part}", lambda *_: "others")
    assert validated.digest.__wrapped__(("toeplitz", ONE)) != FOUND.digest(("toeplitz", ONE))


def test_a_new_gradebook_is_made_without_the_environment_on_path(tmp_path: Path) -> None:
    """Nbgrader calls `alembic` by name for a new database, which a Python started so lacks."""
    root = make_course(tmp_path, f"{ONE}.ipynb")
    for words in (["generate_assignment", "toeplitz"], ["db", "assignment", "list"]):
        said = subprocess.run(
            programs.in_new_python("nbgrader", *words), cwd=root, text=True, check=True,
            env={"PATH": os.defpath}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ).stdout  # fmt: skip
    assert "toeplitz" in said


def test_a_new_gradebook_has_the_version_that_nbgrader_gives_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    monkeypatch.setattr(nbgrader.api, "get_alembic_version", nbgrader.api.get_alembic_version)
    stock = "import nbgrader.api; print(nbgrader.api.get_alembic_version())"
    said = subprocess.run([sys.executable, "-c", stock], stdout=subprocess.PIPE, check=True)
    find_version_here()
    assert nbgrader.api.get_alembic_version() == said.stdout.decode().strip() != ""


def test_from_zip_files_to_feedback_and_grades(small_course: Path) -> None:
    """Collect from an LMS's zip file, grade, write feedback, export: for awkward names.

    The students: one whose id is a number, one with a comma in the name.
    """
    root = small_course
    run_nbgrader(
        root, "db", "student", "add", "1234", "--first-name=Numeric", "--last-name=Identity"
    )
    run_nbgrader(
        root, "db", "student", "add", "comma", "--first-name=Ann, B.", '--last-name=Doe, "D"'
    )
    archive = root / "downloaded" / "toeplitz" / "archive"
    archive.mkdir(parents=True)
    for student, shown in (("1234", "flipped-kernel"), ("comma", "perfect")):
        with zipfile.ZipFile(archive / f"{student}.zip", "w") as bundle:
            path = SUBMITTED / shown / "toeplitz" / f"{ONE}.ipynb"
            bundle.write(path, f"{student}_{ONE}.ipynb")
    run_nbgrader(root, "zip_collect", "toeplitz")
    assert (root / "submitted" / "1234" / "toeplitz" / f"{ONE}.ipynb").exists()
    run_nbgrader(root, "autograde", "toeplitz", "--student", "1234")
    run_nbgrader(root, "autograde", "toeplitz")
    run_nbgrader(root, "generate_feedback", "toeplitz")
    page = (root / "feedback" / "1234" / "toeplitz" / f"{ONE}.html").read_text()
    assert re.search(r"failed</td>\s*<td>six random kernels and sizes</td>", page)
    assert "BEGIN HIDDEN TESTS" not in page
    assert "conv_matrix" not in page
    run_nbgrader(root, "export", "--to", "grades.csv")
    with (root / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["comma"]["last_name"] == 'Doe, "D"'
    assert rows["comma"]["first_name"] == "Ann, B."
    assert float(rows["comma"]["score"]) == 20
    assert float(rows["1234"][f"{ONE}/toeplitz_1d"]) == 1
    assert 0 < float(rows["1234"]["score"]) < 20


def test_export_takes_only_the_students_named(small_course: Path) -> None:
    run_nbgrader(small_course, "db", "student", "add", "someone")
    run_nbgrader(small_course, "db", "student", "add", "77")
    run_nbgrader(small_course, "export", "--to", "some.csv", "--student", "[77]")
    with (small_course / "some.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["student_id"] for row in csv.DictReader(file)] == ["77"]


def test_committed_release_is_what_nbgrader_generates(course: Path) -> None:
    """release/ is a generated folder: every byte equals a fresh build."""
    fresh, committed = (
        {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
        }
        for folder in (course / "release", ROOT / "release")
    )
    assert sorted(fresh) == sorted(committed), "run: make release"
    stale = [name for name, data in fresh.items() if committed[name] != data]
    assert not stale, "run: make release"


def test_release_holds_no_solution_and_no_hidden_test(course: Path) -> None:
    for path in (course / "release").rglob("*.ipynb"):
        text = path.read_text()
        for secret in ("BEGIN SOLUTION", "HIDDEN TESTS", "MARK SCHEME", "convgrade"):
            assert secret not in text, f"{path.name}: {secret}"
        for cell in nbformat.read(path, 4).cells:
            if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
                assert cell.source.count("# YOUR CODE HERE") == 1


def test_students_cannot_shadow_the_kit(small_course: Path) -> None:
    """A changed kit in a submission is replaced by the course's when graded, in every form."""
    folder = small_course / "submitted" / "shadow" / "toeplitz"
    shutil.copytree(SUBMITTED / "blank" / "toeplitz", folder)
    for path in folder.glob("[2-5]*.ipynb"):
        path.unlink()
    notebook = nbformat.read(folder / f"{ONE}.ipynb", 4)
    place = "import convkit.checking\nprint(open(convkit.checking.__file__).read())"
    notebook.cells.append(nbformat.v4.new_code_cell(place, id="place"))
    nbformat.write(notebook, folder / f"{ONE}.ipynb")
    (folder / "convkit.py").write_text("raise SystemExit('not the kit')\n")
    (folder / "convkit.zip").write_text("not the kit")
    (folder / "convkit").mkdir()
    for name in ("__init__", "checking"):
        (folder / "convkit" / f"{name}.py").write_text("raise SystemExit('not the kit')\n")
    for command in (["nbgrader", "autograde"], ["convgrade", "grade"]):
        words = [*command, "toeplitz", "--student", "shadow", "--force"]
        assert programs.run(*words, cwd=small_course).returncode == 0
        graded = small_course / "autograded" / "shadow" / "toeplitz"
        kit = (ROOT / "source" / "toeplitz" / "convkit.zip").read_bytes()
        assert (graded / "convkit.zip").read_bytes() == kit
        cells = nbformat.read(graded / f"{ONE}.ipynb", 4).cells
        ((output,),) = [cell.outputs for cell in cells if cell.source == place]
        assert output.text == (ROOT / "convkit" / "checking.py").read_text() + "\n"


@pytest.mark.parametrize("stock", [True, False], ids=["stock", "ours"])
def test_an_assignment_stands_by_itself(tmp_path: Path, stock: bool) -> None:
    """Copied into another course, its release has what its notebooks need."""
    shutil.copytree(ROOT / "source" / "toeplitz", tmp_path / "source" / "toeplitz")
    assert not [path for path in (tmp_path / "source").rglob("*") if path.is_symlink()]
    if stock:
        (tmp_path / "nbgrader_config.py").write_text(
            "c = get_config()\nc.ClearMarkScheme.enforce_metadata = False\n"
        )
    else:
        shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    run_nbgrader(tmp_path, "generate_assignment", "toeplitz", "--create")
    release = tmp_path / "release" / "toeplitz"
    assert (release / "convkit.zip").read_bytes() == archive()
    assert (release / "convkit" / "__init__.py").is_file() != stock
    assert len(list(release.glob("*.ipynb"))) == 5
