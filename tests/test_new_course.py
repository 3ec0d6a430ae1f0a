"""A real course begins in a folder of its own, from a checkout and from a wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import programs
import pytest
from conftest import ROOT

from convgrade.new_course import CONFIG, CourseError, new_course

ASSIGNMENTS = sorted(path.name for path in (ROOT / "source").iterdir() if path.is_dir())


def convgrade(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return programs.run("convgrade", *args, cwd=folder, env={**os.environ, **env})


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "source/toeplitz/1.ipynb"])
def test_a_folder_with_something_in_it_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(CourseError, match="is not empty, and nothing in it was touched"):
        new_course(tmp_path, [])
    assert files(tmp_path) == {name}


def test_an_unknown_assignment_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=f"no assignment layer, only {', '.join(ASSIGNMENTS)}"):
        new_course(tmp_path / "new", ["layer"])
    assert not (tmp_path / "new").exists()


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="cannot be made a course"):
        new_course(tmp_path / "file" / "course", [])


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    """Into an empty repository, below a folder whose name has a blank, without the demo class."""
    folder = tmp_path / "our course"
    subprocess.run(["git", "init", "-q", folder], check=True)
    done = convgrade(tmp_path, "new-course", "our course", "--assignment", "toeplitz")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Go on there: cd 'our course'\n")
    made = {name for name in files(folder) if not name.startswith(".git/")}
    source = {str(p.relative_to(ROOT)) for p in (ROOT / "source" / "toeplitz").rglob("*.ipynb")}
    assert source < made
    assert {name.replace("source", "release", 1) for name in source} < made
    assert {".gitignore", CONFIG, "gradebook.db"} < made
    assert not any(name.startswith(("submitted", "autograded")) for name in made)
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    again = convgrade(tmp_path, "new-course", "our course")
    assert again.returncode != 0
    assert "is not empty" in again.stderr
    assert "Traceback" not in again.stderr


@pytest.mark.slow
def test_from_a_wheel(tmp_path: Path) -> None:
    """What `pip install` of a built wheel leaves holds the assignments as well."""
    archive = tmp_path / "tree.tar"
    subprocess.run(["git", "archive", "-o", archive, "HEAD"], cwd=ROOT, check=True)
    tree = tmp_path / "tree"
    with tarfile.open(archive) as bundle:
        bundle.extractall(tree, filter="tar")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*build, "--no-build-isolation", "--wheel-dir", tmp_path, tree], check=True)
    shutil.rmtree(tree)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as bundle:
        names = bundle.namelist()
    for assignment in ASSIGNMENTS:
        assert any(f"/share/convgrade/source/{assignment}/" in name for name in names), assignment
    prefix = tmp_path / "prefix"
    # Without --ignore-installed pip takes the installation away that the tests run in.
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    install += ["--ignore-installed", "--prefix"]
    subprocess.run([*install, prefix, wheel], check=True)
    site = next(prefix.rglob("site-packages"))
    done = convgrade(tmp_path, "new-course", "course", PYTHONPATH=str(site))
    assert done.returncode == 0, done.stderr
    for assignment in ASSIGNMENTS:
        for path in (ROOT / "source" / assignment).glob("*.ipynb"):
            made = tmp_path / "course" / "release" / assignment / path.name
            assert made.is_file()
