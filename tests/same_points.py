"""Answers graded in two ways: on the trusted path, and with answer and test in one process.

Answers of a notebook are graded in one notebook. It is kept, by notebook, of which answers, tests
and programs it is known that every answer earns the same both ways: grading them all takes
minutes.

.venv/bin/python tests/same_points.py    grades all of the notebooks of which it is not known
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import nbformat.v4 as v4
import torch
from confusion import graded
from found import Found, Place, digest_of
from gate import ANSWERS, ROOT, Answer, notebooks, read_answers, source_notebook
from nbformat import NotebookNode
from nbgrader import utils
from traitlets.config.loader import PyFileConfigLoader

from convgrade.bindings import bound_names
from convgrade.trusted import TrustedClient

RENEW = "run: .venv/bin/python tests/same_points.py"
STOCK = 8  # one in so many answers is tried in a stock kernel, where all answers are tried
#: Of convgrade, what has no part in the grading of a notebook.
ASIDE = (
    *("checking", "classroom", "collect", "plugins", "report", "templates"),  # folders
    *("__main__", "adopt", "app", "canonical", "init", "kit", "new_course"),
    *("nbgrader_schema", "new_gradebook", "summary", "usage"),
)
HERE = ("confusion.py", "gate.py", "same_points.py")
PACKAGES = ("torch", "numpy", "matplotlib", "ipykernel", "ipython", "nbclient", "nbgrader")

# In the student's kernel the grader's package is out of reach; the stock run needs it there.
REACH = """
import sys
sys.modules["convgrade"].__path__ = [{path!r}]
sys.path.insert(0, {root!r})
"""


class BothWays(TrustedClient):
    """Runs each test cell in the grader's process, and a sample in the student's kernel too."""

    def __init__(self, *args: Any, sample: set[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.sample = sample  # names of test cells
        self.stock: dict[str, float | None] = {}

    async def _test(self, index: int, cell: NotebookNode) -> None:
        ran = self._ran
        locked = [i for i in ran if utils.is_locked(self.nb.cells[i])]
        self._ran = [*locked, ran[-1]]
        await super()._test(index, cell)
        name = cell.metadata.nbgrader.grade_id
        if name not in self.sample:
            self._ran = ran
            return
        sources = ["", *(self.nb.cells[i].source for i in self._ran), cell.source]
        self._ran = ran
        await self._aside(f"In = {sources!r}")
        there = v4.new_code_cell(cell.source, metadata=cell.metadata)
        await self._execute(there, index)
        self.nb.cells[index] = cell
        self.stock[name], _ = utils.determine_grade(there)

    async def _start_kernel(self) -> None:
        await super()._start_kernel()
        await self._aside(REACH.format(path=str(ROOT / "convgrade"), root=str(ROOT)))


def with_answers(assignment: str, name: str, answers: list[Answer]) -> NotebookNode:
    """Return a notebook: the locked cells, then every answer followed by its test cell."""
    source = source_notebook(assignment, name)
    cells = []
    for cell in source.cells:
        grader = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and grader.get("locked") and not grader.get("grade"):
            cells.append(cell)
    for number, answer in enumerate(answers):
        marks = {"grade": False, "solution": True, "locked": False, "task": False}
        answer_id = f"answer_{number}"
        binds = sorted(bound_names(source.answers[answer.exercise]))
        cells.append(
            v4.new_code_cell(
                answer.source,
                metadata={
                    "nbgrader": {**marks, "grade_id": answer_id, "schema_version": 3},
                    "convgrade": {"binds": binds},
                },
            )
        )
        marks = {"grade": True, "solution": False, "locked": True, "task": False}
        points = source.points[answer.exercise]
        about = {**marks, "grade_id": f"test_{number}", "points": points, "schema_version": 3}
        cells.append(v4.new_code_cell(source.tests[answer.exercise], metadata={"nbgrader": about}))
    return v4.new_notebook(cells=cells)


def answers_of(place: Place) -> list[Answer]:
    """Return all correct and wrong answers of a notebook."""
    return [a for a in read_answers() if (a.assignment, a.notebook) == place]


def lies(answer: Answer) -> bool:
    """Tell whether it may earn more in the test's own process, to which an object of it lies."""
    return answer.title.startswith("adversarial")


def differing(place: Place, answers: Sequence[Answer], by_stock: Iterable[Answer]) -> list[str]:
    """Grade answers of a notebook both ways; say of which points differ.

    Parameters
    ----------
    place : tuple of str
    answers : sequence of Answer
    by_stock : iterable of Answer
        Those of them that are tried in the student's own kernel, too.
    """
    folder = ROOT / "source" / place[0]
    course = PyFileConfigLoader("nbgrader_config.py", str(ROOT)).load_config().TrustedClient
    sample = {f"test_{answers.index(answer)}" for answer in by_stock}
    client = BothWays(
        with_answers(*place, answers),
        folder,
        folder,
        sample=sample,
        kernel_name="python3",
        confined=False,
        timeout=60,
        **(course | {"notebook_timeout": 1800.0}),
    )
    client.grade()
    different = []
    for number, answer in enumerate(answers):
        points = client.points[f"test_{number}"]
        there: dict[str, float | None] = {"without a kernel": graded(answer).points}
        if f"test_{number}" in sample:
            there["stock"] = client.stock[f"test_{number}"]
        for where, other in there.items():
            if points != other and not (lies(answer) and other is not None and points < other):
                different.append(f"{answer}: trusted {points:g}, {where} {other}")
    assert client.points.keys() == {f"test_{number}" for number in range(len(answers))}
    assert client.stock.keys() == sample
    return different


def all_differing(place: Place) -> list[str]:
    """Grade all answers of a notebook both ways; some in a stock kernel, and what lies."""
    answers = answers_of(place)
    return differing(place, answers, {*answers[::STOCK], *filter(lies, answers), answers[-1]})


def some_differing(place: Place) -> list[str]:
    """Grade a sample, and all that lies: everything in a stock kernel, too."""
    answers = answers_of(place)
    chosen = {*FOUND.sample(place, answers), *filter(lies, answers)}
    tried = [answer for answer in answers if answer in chosen]
    return differing(place, tried, tried)


# ------------------------------------------------------------------ what is known of all


def engine() -> list[Path]:
    """Return the files of convgrade that grade a notebook, and its test cells."""
    room = ROOT / "convgrade"
    places = {path: path.relative_to(room).with_suffix("") for path in sorted(room.rglob("*.py"))}
    return [path for path, place in places.items() if place.parts[0] not in ASIDE]


@cache
def _programs() -> str:
    kit = sorted(p for p in (ROOT / "convkit").rglob("*") if p.suffix in (".py", ".toml"))
    here = [Path(__file__).with_name(name) for name in HERE]
    files = [*engine(), *kit, *here, ROOT / "nbgrader_config.py"]
    parts = [f"{path.relative_to(ROOT)}\n{path.read_text()}" for path in files]
    return digest_of([*parts, *(f"{name} {version(name)}" for name in PACKAGES)])


@cache
def digest(place: Place) -> str:
    """Return what tells whether it is known of these answers and tests, and what grades them."""
    notebook = source_notebook(*place)
    parts = [f"{answer} {answer.source}" for answer in answers_of(place)]
    parts += [*notebook.locked, *map(repr, notebook.answers.items())]
    parts += [*map(repr, notebook.tests.items()), repr(notebook.points), _programs()]
    return digest_of(parts)


FOUND = Found(ANSWERS / "same_points.json", digest)


def main() -> int:
    """Grade what is not known, two notebooks at a time, and keep where nothing differs."""
    torch.set_num_threads(1)
    return FOUND.renew(largest_first(), all_differing)


def largest_first() -> list[Place]:
    """Return all notebooks, those first of which all answers take longest."""
    return sorted(notebooks(), key=lambda place: -len(answers_of(place)))


if __name__ == "__main__":
    sys.exit(main())
