"""The demo class: graded by nbgrader, held against the table of what it should earn."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from demo_class import automatic_points, build, expected_points, submissions
from gate import assignments
from programs import without_unneeded

# Grading the class one notebook after the other takes some twelve minutes.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

NAMES = [(s.assignment, s.name) for s in submissions()]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {**os.environ, **without_unneeded(tmp_path_factory.mktemp("quick") / "modules")}


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]
) -> tuple[Path, str]:
    """Run `make demo` in a copy of what git tracks; return the folder and what was printed.

    The copy borrows this environment. autograded/ is left out, so that nothing is graded already.
    """
    root = tmp_path_factory.mktemp("demo") / "course"
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in listed.splitlines():
        if not name.startswith("autograded/") and (ROOT / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name, follow_symlinks=False)
    (root / ".venv").symlink_to(Path(sys.prefix))
    (Path(sys.prefix) / ".installed").touch()
    result = subprocess.run(
        ["make", "demo"], cwd=root, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    return root, result.stdout


@pytest.fixture(scope="module")
def graded(demo: tuple[Path, str]) -> Path:
    """Return the course in which the whole demo class is graded."""
    return demo[0]


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
    for assignment in assignments():
        assert sum(place == assignment for place, _ in NAMES) >= 10


@pytest.mark.parametrize(("assignment", "name"), NAMES)
def test_gradebook_gives_what_the_table_says(graded: Path, assignment: str, name: str) -> None:
    assert automatic_points(graded, assignment, name) == expected_points()[assignment, name]


def text_of(path: Path) -> str:
    """Return a graded notebook without what differs between machines: the bytes of pictures."""
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = "a picture"
    return nbformat.writes(nb)


@pytest.mark.parametrize(("assignment", "name"), NAMES)
def test_committed_autograded_is_what_grading_gives(
    graded: Path, assignment: str, name: str
) -> None:
    fresh = sorted((graded / "autograded" / name / assignment).glob("*.ipynb"))
    committed = sorted((ROOT / "autograded" / name / assignment).glob("*.ipynb"))
    assert [p.name for p in fresh] == [p.name for p in committed]
    for one, other in zip(fresh, committed, strict=True):
        assert text_of(one) == text_of(other), "run: make demo"


def test_autograded_is_small_and_names_no_machine() -> None:
    paths = list((ROOT / "autograded").rglob("*.ipynb"))
    assert sum(p.stat().st_size for p in paths) < 14e6
    assert max(p.stat().st_size for p in paths) < 2**20
    for path in paths:
        assert not re.search(r"(/home/|/root/|/tmp/|/work/|site-packages)", path.read_text()), path


def test_feedback_of_a_wrong_answer_helps_and_leaks_nothing(graded: Path) -> None:
    folder = graded / "feedback" / "flipped-kernel" / "toeplitz"
    pages = {p.stem: p.read_text() for p in folder.glob("*.html")}
    assert len(pages) == 5
    earned = re.search(
        r"id=\"exercise-toeplitz_1d\">.*?<strong>(.*?)</strong> of 6", pages["1_toeplitz_1d"], re.S
    )
    assert earned
    assert earned[1] == "1"
    for page in pages.values():
        for secret in ("HIDDEN TESTS", "MARK SCHEME", "conv_matrix(", "Draw(seed"):
            assert secret not in page


def blocks(page: str, language: str) -> list[str]:
    """Return a page's fenced blocks of a language."""
    text = (ROOT / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_page_shows_what_make_demo_prints(demo: tuple[Path, str]) -> None:
    shown = next(b for b in blocks("docs/demo.md", "text") if b.startswith("submission"))
    assert shown.rstrip("\n") in demo[1]


def test_readme_shows_the_two_commands_first() -> None:
    lines = blocks("README.md", "sh")[0].split("\n")
    assert lines[0].startswith("make demo")
    assert lines[1].startswith("make test")


def other_commands() -> list[str]:
    pages = ("docs/demo.md", "docs/authors.md")
    lines = [line for page in pages for block in blocks(page, "sh") for line in block.splitlines()]
    commands = [line.split("  #")[0].strip() for line in lines]
    return [c for c in commands if c and not c.startswith("make ")]


@pytest.mark.parametrize("command", other_commands())
def test_commands_of_the_pages_run(
    graded: Path, environment: dict[str, str], command: str
) -> None:
    """Each in the graded demo course; servers only answer --help."""
    words = shlex.split(command)
    if "lab" in words:
        words.append("--help")
    result = subprocess.run(
        words, cwd=graded, env=environment, capture_output=True, text=True, timeout=600
    )
    assert result.returncode == 0, result.stdout + result.stderr
