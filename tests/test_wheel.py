"""`pip install` of the built wheel gives the grader, without torch and without the course."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from test_house import engine

pytestmark = pytest.mark.slow
PARTS = ("convgrade", "convkit", "source", "pyproject.toml", "README.md", "LICENSE",
         "nbgrader_config.py")  # fmt: skip
BLOCKED = "import sys\nfor name in ('torch', 'convkit'):\n    sys.modules[name] = None\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of what stands in this folder."""
    tree = tmp_path_factory.mktemp("tree")
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        else:
            shutil.copy(ROOT / name, tree)
    target = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*build, "--no-build-isolation", "--wheel-dir", target, tree], check=True)
    (made,) = target.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what the wheel brings."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as bundle:
        bundle.extractall(folder)
    return folder


def run(installed: Path, code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{BLOCKED}{code}"], cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, text=True,
    )  # fmt: skip


def test_the_wheel_asks_for_torch_only_as_an_extra(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as bundle:
        (name,) = (n for n in bundle.namelist() if n.endswith(".dist-info/METADATA"))
        facts = email.message_from_bytes(bundle.read(name))
    assert "course" in facts.get_all("Provides-Extra")
    needs = facts.get_all("Requires-Dist")
    (torch,) = (need for need in needs if need.startswith("torch"))
    assert 'extra == "course"' in torch
    plain = [need for need in needs if "extra ==" not in need]
    assert any(need.startswith("nbgrader") for need in plain)
    assert not any(need.startswith(("pandas", "scipy")) for need in plain)


def test_the_engine_works_without_torch_and_the_kit(installed: Path, tmp_path: Path) -> None:
    """Every module of it is imported; those that run as a program are started otherwise."""
    names = [name for name in engine() if not name.endswith(("__main__", "kernels.server"))]
    assert len(names) > 100
    code = (
        f"import importlib, convgrade\nassert convgrade.__file__.startswith({str(installed)!r})\n"
        f"for name in {names}:\n    importlib.import_module(name)\n"
    )
    done = run(installed, code, tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_course_takes_it_up_without_torch(installed: Path, tmp_path: Path) -> None:
    """What is given without the extra, and what is refused: the assignments of this course."""
    (tmp_path / "source").mkdir()
    words = "sys.argv = ['convgrade', {}]\nfrom convgrade.app import run\nrun()"
    done = run(installed, words.format("'init'"), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "convgrade.adopt" in (tmp_path / "nbgrader_config.py").read_text()
    refused = run(installed, words.format("'new-course', 'mine'"), tmp_path)
    assert refused.returncode == 2
    assert "convolution-is-a-matrix[course]" in refused.stderr
    assert not (tmp_path / "mine").exists()
