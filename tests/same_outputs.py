"""The same cells through a session and through a Jupyter kernel: what each of them shows.

The other side is ipykernel in a process of its own, driven by nbclient. It is kept of which
notebooks it is known that their cells and all answers show the same.

.venv/bin/python tests/same_outputs.py    runs all of the notebooks of which it is not known
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import nbformat
import nbformat.v4 as v4
from found import Found, Place, digest_of
from gate import ANSWERS, ROOT, Answer, source_notebook
from nbformat import NotebookNode
from same_points import answers_of, digest, largest_first

from convgrade.trusted import TrustedClient

RENEW = "run: .venv/bin/python tests/same_outputs.py"


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


# ------------------------------------------------------------------ what is known of all


def notebook_differing(place: Place, answers: Sequence[Answer]) -> list[str]:
    """Run a notebook with its solutions, then answers to its exercises; say which cells differ."""
    cells = [
        cell.source
        for cell in source_notebook(*place).cells
        if cell.cell_type == "code" and "measure" not in cell.source  # what takes how long
    ]
    cells += [answer.source for answer in answers]
    with tempfile.TemporaryDirectory() as folder:
        kit = (ROOT / "source" / place[0] / "convkit.zip").read_bytes()
        Path(folder, "convkit.zip").write_bytes(kit)
        found = differing(cells, Path(folder), timeout=60, notebook_timeout=500.0)
    return [
        f"{cell}\n  a session shows {ours}\n  a kernel {theirs}" for cell, ours, theirs in found
    ]


def all_differing(place: Place) -> list[str]:
    """Run all answers of a notebook."""
    return notebook_differing(place, answers_of(place))


def some_differing(place: Place) -> list[str]:
    """Run a sample of the answers."""
    return notebook_differing(place, FOUND.sample(place, answers_of(place)))


def of_today(place: Place) -> str:
    """Return what tells whether it is known of these cells, and what runs and compares them."""
    return digest_of([digest(place), Path(__file__).read_text()])


FOUND = Found(ANSWERS / "same_outputs.json", of_today, every=40)


if __name__ == "__main__":
    sys.exit(FOUND.renew(largest_first(), all_differing))
