"""A session shows what a Jupyter kernel shows: the same cells through both, compared.

The other side is ipykernel in a process of its own, driven by nbclient.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
import pytest
from conftest import ROOT
from gate import notebooks, read_answers, source_notebook
from nbformat import NotebookNode

from convgrade.trusted import TrustedClient

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TRIED = sorted((ROOT / "tests" / "sessions").glob("*.ipy"))


def cells_of(path: Path) -> list[str]:
    """Return the cells of a file: what the tests of nbclient and ipykernel try."""
    return [cell.removesuffix("\n") for cell in path.read_text().split("# %%\n")[1:]]


def run(cells: list[str], files: Path | None = None, **options: Any) -> list[NotebookNode]:
    """Return the cells as they are after they have run."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in cells])
    client = TrustedClient(notebook, files, files, kernel_name="python3", **options)
    client.grade()
    nbformat.validate(client.nb)
    return list(client.nb.cells)


def seen(cell: NotebookNode) -> list[Any]:
    """Return a cell's outputs, without what differs between two runs of one kernel."""
    found: list[Any] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if found and type(found[-1]) is list and found[-1][1] == output.name:
                found[-1][2] += output.text
            else:
                found.append(["stream", output.name, output.text])
        else:
            found.append(dict(output))
    # Which of the two streams comes first depends on when they are flushed.
    streams = sorted((o for o in found if type(o) is list), key=lambda o: str(o[1]))
    others = [o for o in found if type(o) is not list]
    text = json.dumps([*streams, *others], sort_keys=True)
    text = re.sub(r"0x[0-9a-f]{6,}", "0x...", text)
    text = re.sub(r"/[\w/.-]*/(?=(work|tmp|box|home)\b)", ".../", text)
    text = re.sub(r"ipykernel_\d+", "ipykernel", text)
    text = re.sub(r"(?i)(wall time|cpu times|user|total): [^\"]*", "time", text)
    text = re.sub(r"[\d.]+ [\\\w]+ \\u00b1 [^\"]*", "time", text)
    text = re.sub(r"Thread-\d+", "Thread", text)
    return list(json.loads(text))


def differing(cells: list[str], files: Path | None = None, **options: Any) -> list[Any]:
    """Return the cells whose outputs differ, with both.

    What a child process prints may reach a kernel after its cell: it has three tries.
    """
    session = [seen(cell) for cell in run(cells, files, **options)]
    left = list(zip(cells, session, session, strict=True))
    for _ in range(3):
        kernel = [seen(cell) for cell in run(cells, files, forked=False, **options)]
        both = zip(cells, session, kernel, strict=True)
        left = [(cell, a, b) for cell, a, b in both if a != b and cell in {c for c, *_ in left}]
        if not left:
            break
    return left


@pytest.mark.parametrize("path", TRIED, ids=lambda path: path.stem)
def test_a_session_shows_what_a_kernel_shows(path: Path) -> None:
    limit = 3 if path.stem == "too_long" else 60
    assert differing(cells_of(path), timeout=limit) == []


def test_a_cell_may_be_long() -> None:
    """Longer than what is read of a student's output."""
    (cell,) = run([f"len('{'x' * 9_000_000}')"])
    assert seen(cell)[0]["data"] == {"text/plain": "9000000"}


def test_a_child_process_prints_into_the_notebook() -> None:
    """Also from Python: a kernel in a box loses that, since it opens a port for it."""
    fork = (
        "import os\nif os.fork() == 0:\n    print('in the child', flush=True)\n    os._exit(0)\n"
    )
    (cell,) = run([f"{fork}os.wait()[1]"])
    assert seen(cell)[0] == ["stream", "stdout", "in the child\n"]


@pytest.mark.parametrize("notebook", notebooks(), ids="/".join)
def test_answers_show_the_same(notebook: tuple[str, str], tmp_path: Path) -> None:
    """All cells of a notebook with their solutions, then every answer to its exercises."""
    assignment, name = notebook
    folder = ROOT / "source" / assignment
    cells = [
        cell.source
        for cell in source_notebook(assignment, name).cells
        if cell.cell_type == "code" and "measure" not in cell.source  # what takes how long
    ]
    answers = [a.source for a in read_answers() if (a.assignment, a.notebook) == notebook]
    (tmp_path / "convkit.zip").write_bytes((folder / "convkit.zip").read_bytes())
    assert differing([*cells, *answers], tmp_path, timeout=60, notebook_timeout=500.0) == []
