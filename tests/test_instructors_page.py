"""docs/instructors.md followed literally, in a clone, with a real class of two students."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from conftest import ROOT
from programs import without_unneeded

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

NOTEBOOKS = ("1_toeplitz_1d", "2_shift_equivariance")
CLASS = {"4711": "flipped-kernel", "jane": "perfect"}  # who hands in what of the demo class
INSTALL = "make install\n. .venv/bin/activate\n"


def commands() -> list[str]:
    """Return the page's blocks of commands, in order."""
    page = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)


class Terminal:
    """A shell that remembers its folder, with the tests' environment switched on."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.said = folder, ""
        self.home = home = folder.parent / "home"
        home.mkdir()
        self._where = home / "where"
        bin_folder = str(Path(sys.executable).parent)
        self._env = {
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            **without_unneeded(folder.parent / "quick"),
            **{f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER")
               for what in ("NAME", "EMAIL")},
        }  # fmt: skip

    def run(self, block: str) -> str:
        """Run commands, each of which must succeed; return what they say."""
        done = subprocess.run(
            ["bash", "-ec", f"{block}\npwd > {self._where}"],
            cwd=self.folder, env=self._env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{block}\n{said}"
        self.folder = Path(self._where.read_text().strip())
        self.said += said
        return said


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """Run every block of the page; do by hand what its sentences ask for."""
    root = tmp_path_factory.mktemp("page")
    subprocess.run(["git", "clone", "-q", ROOT, root / "checkout"], check=True)
    terminal = Terminal(root / "checkout")
    first, *blocks = commands()
    assert first == INSTALL  # stands for the environment that the tests run in
    for block in blocks:
        if "convgrade collect" in block:
            downloads = Path(terminal.home, "Downloads")
            downloads.mkdir()
            with zipfile.ZipFile(downloads / "submissions.zip", "w") as bundle:
                for who, shown in CLASS.items():
                    for name in NOTEBOOKS:
                        path = ROOT / "submitted" / shown / "toeplitz" / f"{name}.ipynb"
                        bundle.write(path, f"{who}_{name}.ipynb")
        terminal.run(block)
        if "new-course" in block:
            config = terminal.folder / "nbgrader_config.py"
            text = config.read_text().replace('repository = ""', 'repository = "owner/name"')
            config.write_text(text)
    return terminal


def test_the_class_is_who_handed_in_and_nobody_else(followed: Terminal) -> None:
    course = followed.folder
    with (course / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(CLASS)
    assert float(rows["jane"]["score"]) == 38
    assert 0 < float(rows["4711"]["score"]) < 38
    assert "Traceback" not in followed.said
    for folder in ("submitted", "autograded", "feedback"):
        found = {p.name for p in (course / folder).iterdir() if not p.name.startswith(".")}
        assert found == set(CLASS), folder
    for who in CLASS:
        pages = sorted(p.name for p in (course / "feedback" / who / "toeplitz").iterdir())
        assert set(pages) >= {f"{name}.html" for name in NOTEBOOKS}
        assert all(page.endswith(".html") for page in pages)
    report = (course / "report" / "toeplitz.html").read_text(encoding="utf-8")
    assert "2 submissions" in followed.said
    for demo in ("kron-style", "wrong-corners", "perfect"):
        assert demo not in report
        assert demo not in followed.said


def test_nothing_but_the_release_can_become_public(followed: Terminal, tmp_path: Path) -> None:
    """With real git: added again after grading, pushed, and cloned by a stranger."""
    course = followed.folder
    (course / "release" / "toeplitz" / ".ipynb_checkpoints").mkdir()
    (course / "release" / "toeplitz" / ".ipynb_checkpoints" / "1.ipynb").write_text("{}")
    followed.run("git add -A\ngit commit -q --allow-empty -m again")
    public = tmp_path / "public.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", public], check=True)
    followed.run(f"git push -q {public} main")
    subprocess.run(["git", "clone", "-q", public, tmp_path / "stranger"], check=True)
    stranger = tmp_path / "stranger"
    paths = [p for p in stranger.rglob("*") if p.is_file() and ".git" not in p.parts]
    names = {str(p.relative_to(stranger)) for p in paths}
    release = course / "release"
    expected = {str(p.relative_to(course)) for p in release.rglob("*") if p.is_file()}
    assert names == {".gitignore", *(n for n in expected if ".ipynb_checkpoints" not in n)}
    assert len(names) > 5
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        for secret in ("BEGIN HIDDEN", "BEGIN SOLUTION", "MARK SCHEME", *CLASS):
            assert secret not in text or path.suffix in (".py", ".zip"), f"{path}: {secret}"
    for path in (stranger / "release" / "toeplitz").rglob("*.ipynb"):  # what Colab opens is there
        nb = nbformat.read(path, as_version=4)
        (badge,) = re.findall(r"github/owner/name/blob/main/([^)]+)\)", nb.cells[0].source)
        assert unquote(badge) == str(path.relative_to(stranger))
        first = next(cell.source for cell in nb.cells if cell.cell_type == "code")
        (kit,) = re.findall(r"raw\.githubusercontent\.com/owner/name/main/([^\"]+)\"", first)
        assert (stranger / unquote(kit)).is_file()


def test_a_checkout_ignores_real_submissions_and_knows_the_demo_class() -> None:
    """Who grades in a checkout all the same does not publish a student by `git add -A`."""
    path = ROOT / "tests" / "answers" / "toeplitz" / "demo_class.toml"
    demo = tomllib.loads(path.read_text(encoding="utf-8"))
    for folder in ("submitted", "autograded"):
        real = [f"{folder}/jane/toeplitz/1_toeplitz_1d.ipynb"]
        known = [f"{folder}/{name}/toeplitz/1_toeplitz_1d.ipynb" for name in demo]
        done = subprocess.run(
            ["git", "check-ignore", "--no-index", *real, *known],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        ignored = done.stdout.splitlines()
        assert ignored == real, "a new demo submission gets its two lines in .gitignore"
