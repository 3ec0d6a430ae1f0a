"""A run of the tests with an old release/ says one thing: make it anew."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from fresh_release import stale

NOTEBOOK = sorted((ROOT / "source").glob("*/*.ipynb"))[0]
PLACE = NOTEBOOK.relative_to(ROOT / "source").as_posix()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what the check looks at, and of two files of tests."""
    for name in ("source", "release", "convkit", "convgrade"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "tests").mkdir()
    for name in (
        "conftest",
        "fresh_release",
        "gate",
        "once",
        "programs",
        "test_rubric",
        "test_remote",
    ):
        shutil.copy(ROOT / "tests" / f"{name}.py", tmp_path / "tests")
    return tmp_path


def run(root: Path, *files: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *files],
        cwd=root / "tests", capture_output=True, text=True, timeout=280,
    )  # fmt: skip


def test_this_release_is_what_the_sources_give() -> None:
    assert stale(ROOT) == [], "run: make release"


@pytest.mark.slow
def test_a_changed_notebook_is_one_message(checkout: Path) -> None:
    source = checkout / "source" / PLACE
    source.write_text(source.read_text().replace("# grade_id: ", "# grade_id:  ", 1))
    assert stale(checkout) == [f"release/{PLACE}"]
    done = run(checkout, "test_rubric.py", "test_remote.py")
    assert done.returncode == 1
    words = (done.stdout + done.stderr).strip()
    assert f"Run `make release` first. Not what source/ gives now: release/{PLACE}" in words
    assert " passed" not in words
    assert " failed" not in words


def test_a_changed_kit_and_a_missing_notebook_are_seen(checkout: Path) -> None:
    with (checkout / "convkit" / "draws.py").open("a") as file:
        file.write("# changed\n")
    (checkout / "release" / PLACE).unlink()
    found = stale(checkout)
    folder = Path(PLACE).parent.as_posix()
    assert {f"source/{folder}/convkit.zip", f"release/{folder}/convkit.zip"} <= set(found)
    assert f"release/{PLACE}" in found


def test_hidden_tests_and_solutions_may_change(checkout: Path) -> None:
    """They are not in the release: no new one is needed."""
    source = checkout / "source" / PLACE
    text = source.read_text()
    source.write_text(text.replace("### BEGIN HIDDEN TESTS\\n", "### BEGIN HIDDEN TESTS\\n#\\n"))
    assert source.read_text() != text
    assert stale(checkout) == []
