"""A student's side: the release notebooks alone, in a clean environment and in Colab."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, make_course, run_nbgrader
from gate import notebooks
from nbformat import NotebookNode
from once import once_folder
from student_env import printed, python, run_all

from convgrade.kit import archive

# The first test may have to install the environment.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
NAMES = [name for assignment, name in notebooks() if assignment == "toeplitz"]
RELEASE = ROOT / "release" / "toeplitz"
PUT = "Put the course's convkit.zip beside this notebook and run this cell again.\n"


@pytest.fixture(scope="module")
def kit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the release from this machine, and a page to sign in; yield the address."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(RELEASE, folder / "release" / "toeplitz")
    (folder / "page.zip").write_text("<!doctype html><title>Sign in</title>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def colab(tmp_path: Path) -> Path:
    """Return a folder for PYTHONPATH whose google.colab is loaded at start, as in Colab."""
    package = tmp_path / "colab_stand_in" / "google" / "colab"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""Stands in for Colab\'s own package."""\n')
    (package.parents[1] / "sitecustomize.py").write_text("import google.colab\n")
    return package.parents[1]


def stamped(tmp_path: Path, kit_url: str | None = None) -> Path:
    """Generate a release as an instructor with a repository would; return its folder."""

    def stamp(root: Path) -> None:
        make_course(root)
        with (root / "nbgrader_config.py").open("a") as file:
            file.write('c.ColabLaunch.repository = "university/course"\n')
            if kit_url is not None:
                file.write(f"c.ColabLaunch.kit_url = {kit_url!r}\n")
        run_nbgrader(root, "generate_assignment", "toeplitz")

    root = once_folder(("stamped", kit_url), stamp, tmp_path / "stamped")
    return root / "release" / "toeplitz"


def alone(tmp_path: Path, source: Path) -> Path:
    """Copy one notebook into an empty folder."""
    folder = tmp_path / "alone"
    folder.mkdir()
    return Path(shutil.copy(source, folder))


def test_environment_is_clean() -> None:
    """Nothing of the course or of nbgrader is importable for the student."""
    names = ["convgrade", "convkit", "nbgrader", "nbclient", "scipy", "jupyterlab"]
    code = f"import importlib.util as u; print([m for m in {names} if u.find_spec(m)])"
    result = subprocess.run([python(), "-c", code], capture_output=True, text=True, cwd="/")
    assert result.stdout.strip() == "[]"


@pytest.fixture(scope="module", params=notebooks(), ids="-".join)
def untouched(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[NotebookNode]:
    """Run a notebook as it was handed out, with the kit's folder beside it."""
    assignment, name = request.param
    folder, release = tmp_path_factory.mktemp("untouched"), ROOT / "release" / assignment
    shutil.copytree(release / "convkit", folder / "convkit")
    notebook = Path(shutil.copy(release / f"{name}.ipynb", folder))
    return run_all(notebook, folder / "kernel")


def test_run_all_on_the_untouched_release(untouched: list[NotebookNode]) -> None:
    """No traceback, nothing on stderr; every check says that nothing is answered yet."""
    cells = untouched
    assert all(cell.execution_count for cell in cells)
    for cell in cells:
        assert not [o for o in cell.outputs if o.output_type == "error"]
        assert not [o for o in cell.outputs if o.get("name") == "stderr"], cell.outputs
        if cell.metadata.get("nbgrader", {}).get("grade"):
            assert re.search(r"^\w+: not answered yet(: .*)?\.\n\Z", printed(cell)), cell.id


def test_every_picture_has_alt_text(untouched: list[NotebookNode]) -> None:
    pictures = [
        output
        for cell in untouched
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) >= 3
    for output in pictures:
        assert output.metadata["image/png"]["alt"].startswith("Picture: ")
        assert output.data["text/plain"].startswith("Picture: ")


def test_colab_fetches_the_kit(tmp_path: Path, colab: Path, kit_server: str) -> None:
    """The notebook alone in an empty folder: its first cell gets the kit, the rest runs.

    The rest of one notebook, and the imports of the others: the kit that they have is the same.
    """
    release = stamped(tmp_path, kit_server + "/release/{assignment}/convkit.zip")
    for name in NAMES:
        folder = tmp_path / name
        folder.mkdir()
        notebook = alone(folder, release / f"{name}.ipynb")
        if name != NAMES[0]:
            first_cells(notebook, 3)
        cells = run_all(notebook, folder / "kernel", colab)
        assert all(cell.execution_count for cell in cells)
        assert printed(cells[0]) == ""
        assert (notebook.parent / "convkit.zip").read_bytes() == archive()


def first_cells(notebook: Path, count: int) -> None:
    """Keep only the first code cells of a notebook."""
    nb = nbformat.read(notebook, as_version=4)
    nb.cells = [c for c in nb.cells if c.cell_type == "code"][:count]
    nbformat.write(nb, notebook)


def test_colab_says_when_the_kit_cannot_be_fetched(
    tmp_path: Path, colab: Path, kit_server: str
) -> None:
    release = stamped(tmp_path, kit_server + "/missing.zip")
    notebook = alone(tmp_path, release / f"{NAMES[0]}.ipynb")
    first_cells(notebook, 1)
    words = printed(run_all(notebook, tmp_path / "kernel", colab)[0])
    assert f"The kit could not be fetched from {kit_server}/missing.zip (HTTP Error 404" in words
    assert words.endswith(PUT)
    assert not (notebook.parent / "convkit.zip").exists()


def test_colab_says_when_something_else_was_fetched(
    tmp_path: Path, colab: Path, kit_server: str
) -> None:
    release = stamped(tmp_path, kit_server + "/page.zip")
    notebook = alone(tmp_path, release / f"{NAMES[0]}.ipynb")
    first_cells(notebook, 1)
    words = printed(run_all(notebook, tmp_path / "kernel", colab)[0])
    assert "it cannot be imported from what is here: convkit.zip. " in words
    assert words.endswith(PUT)


def test_colab_says_when_no_repository_is_set(tmp_path: Path, colab: Path) -> None:
    notebook = alone(tmp_path, RELEASE / f"{NAMES[0]}.ipynb")
    first_cells(notebook, 1)
    words = printed(run_all(notebook, tmp_path / "kernel", colab)[0])
    assert "no address is set" in words
    assert words.endswith(PUT)


def test_elsewhere_the_first_cell_fetches_nothing(tmp_path: Path, kit_server: str) -> None:
    release = stamped(tmp_path, kit_server + "/release/{assignment}/convkit.zip")
    notebook = alone(tmp_path, release / f"{NAMES[0]}.ipynb")
    first_cells(notebook, 1)
    cells = run_all(notebook, tmp_path / "kernel")
    assert printed(cells[0]) == f"The kit is not in {notebook.parent}. {PUT}"
    assert [path.name for path in notebook.parent.iterdir()] == [notebook.name]


@pytest.mark.parametrize("name", ["convkit.zip", "convkit (1).zip"])
def test_a_notebook_beside_the_archive_runs(tmp_path: Path, name: str) -> None:
    notebook = alone(tmp_path, RELEASE / f"{NAMES[0]}.ipynb")
    shutil.copy(RELEASE / "convkit.zip", notebook.parent / name)
    cells = run_all(notebook, tmp_path / "kernel")
    assert all(cell.execution_count for cell in cells)
    assert cells[0].outputs == []


def test_badge_stands_in_every_notebook_once_a_repository_is_set(tmp_path: Path) -> None:
    release = stamped(tmp_path)
    for name in NAMES:
        nb = nbformat.read(release / f"{name}.ipynb", as_version=4)
        target = (
            "https://colab.research.google.com/github/university/course/blob/main/"
            f"release/toeplitz/{name}.ipynb"
        )
        assert nb.cells[0].source.startswith(
            f"[![Open in Colab](attachment:open-in-colab.png)]({target})"
        )
        assert nb.cells[0].attachments["open-in-colab.png"]["image/png"]
        kit = next(c for c in nb.cells if c.cell_type == "code")
        base = "https://raw.githubusercontent.com/university/course/main"
        assert f'"{base}/release/toeplitz/convkit.zip"' in kit.source


def test_badge_stands_in_the_readme_and_goes_again(tmp_path: Path) -> None:
    """Stamped by generate_assignment, once however often, and removed when the setting is."""
    root = make_course(tmp_path, f"{NAMES[0]}.ipynb")
    plain = shutil.copy(ROOT / "README.md", root / "README.md").read_text()
    config = (root / "nbgrader_config.py").read_text()
    setting = 'c.ColabLaunch.repository = "university/course"\n'
    for text, badges in ((config + setting, 1), (config + setting, 1), (config, 0)):
        (root / "nbgrader_config.py").write_text(text)
        run_nbgrader(root, "generate_assignment", "toeplitz", "--force")
        stamped = (root / "README.md").read_text()
        target = f"university/course/blob/main/release/toeplitz/{NAMES[0]}.ipynb"
        assert stamped.count("[![Open in Colab](convgrade/plugins/open-in-colab.png)]") == badges
        assert stamped.count(target) == badges
    assert stamped == plain


def test_no_badge_while_no_repository_is_set() -> None:
    for name in NAMES:
        text = (RELEASE / f"{name}.ipynb").read_text()
        assert "colab.research" not in text
        assert json.loads(text)["cells"][0].get("attachments") is None


def test_a_misspelt_repository_is_refused_in_words(tmp_path: Path) -> None:
    root = make_course(tmp_path, f"{NAMES[0]}.ipynb")
    with (root / "nbgrader_config.py").open("a") as file:
        file.write('c.ColabLaunch.repository = "https://github.com/university/course"\n')
    result = run_nbgrader(root, "generate_assignment", "toeplitz", check=False)
    assert result.returncode != 0
    assert "ColabLaunch.repository is owner/name" in result.stdout + result.stderr
