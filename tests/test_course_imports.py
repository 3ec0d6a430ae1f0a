"""What is loaded once for a class is what its notebooks import, and can be forked from."""

from __future__ import annotations

from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest
from tiny import _cell
from traitlets.config import Config

from convgrade.course_imports import course_imports
from convgrade.kernels import zygotes
from convgrade.kernels.forkable import fit
from convgrade.plugins.preload import preloads

pytestmark = pytest.mark.slow
THREADS = (
    "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
)


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder on the path with some small modules."""
    folder = tmp_path / "installed"
    folder.mkdir()
    texts = {"good_one": "print('loaded')", "good_two": "", "busy": THREADS,
             "broken": "1 / 0", "leaving": "raise SystemExit(3)"}  # fmt: skip
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def write(folder: Path, *cells: object) -> Path:
    folder.mkdir(parents=True)
    nbformat.write(v4.new_notebook(cells=list(cells)), folder / "one.ipynb")
    return folder


def test_what_leaves_threads_or_fails_is_left_out(modules: Path) -> None:
    names = ["good_one", "busy", "broken", "nowhere", "leaving", "good_two"]
    assert fit(names) == ["good_one", "good_two"]
    assert fit([]) == []


def test_imports_of_all_code_cells_count(modules: Path, tmp_path: Path) -> None:
    """Not those of the standard library, nor files of the folder, nor what is not there.

    A kernel of a student's does without what only hidden tests import.
    """
    test = (
        "def check():\n    import good_one\n"
        "### BEGIN HIDDEN TESTS\nimport good_two\n### END HIDDEN TESTS"
    )
    folder = write(
        tmp_path / "a",
        v4.new_markdown_cell("import busy"),
        v4.new_code_cell("%matplotlib inline\nimport json, nowhere\nfrom . import sibling"),
        v4.new_code_cell("import here.deep\nimport broken"),
        v4.new_code_cell("import ("),
        _cell("t", test, grade=True, locked=True, points=1),
    )
    (folder / "here.py").write_text("")
    kernel, judge = course_imports(folder)
    assert (kernel, sorted(judge)) == (["good_one"], ["good_one", "good_two"])


def test_settings_of_the_courses_own_come_first(modules: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "b", v4.new_code_cell("import good_two"))
    config = Config()
    assert preloads(config, folder) == {
        "kernel_preload": ["good_two"], "preload": ["good_two"]
    }  # fmt: skip
    config.TrustedClient.preload = ["json"]
    assert preloads(config, folder) == {"kernel_preload": ["good_two"]}
    config.TrustedClient.kernel_preload = []
    assert preloads(config, folder) == preloads(Config(), tmp_path / "none") == {}


def test_libraries_are_loaded_while_they_are_tried(
    modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one process, which stays if all can be forked from, and which is ended if not."""
    monkeypatch.syspath_prepend(str(modules))
    monkeypatch.delenv(zygotes.ADDRESS, raising=False)
    monkeypatch.setattr(zygotes, "_zygotes", {})
    try:
        folder = write(tmp_path / "fit", v4.new_code_cell("import good_two, nowhere"))
        assert preloads(Config(), folder)["kernel_preload"] == ["good_two"]
        assert list(zygotes._zygotes) == [("good_two",)]
        begun = zygotes._zygotes["good_two",]
        assert zygotes.zygote(["good_two"]) is begun
        folder = write(tmp_path / "unfit", v4.new_code_cell("import good_one, busy"))
        assert preloads(Config(), folder)["kernel_preload"] == ["good_one"]
        assert list(zygotes._zygotes) == [("good_two",)]
        # Workers of others load for themselves.
        folder = write(tmp_path / "elsewhere", v4.new_code_cell("import good_one"))
        assert preloads(Config(), folder, here=False)["kernel_preload"] == ["good_one"]
        assert list(zygotes._zygotes) == [("good_two",)]
    finally:
        for found in zygotes._zygotes.values():
            found.stop()
