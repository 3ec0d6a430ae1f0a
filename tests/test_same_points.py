"""The trusted path gives every answer the points that a stock kernel gives it."""

from __future__ import annotations

from typing import Any

import nbformat.v4 as v4
import pytest
from conftest import ROOT
from gate import Answer, notebooks, read_answers, source_notebook
from nbformat import NotebookNode
from nbgrader import utils

from convgrade.bindings import bound_names
from convgrade.trusted import TrustedClient

pytestmark = pytest.mark.slow

# In the student's kernel the grader's package is out of reach; the stock run needs it there.
REACH = """
import sys
sys.modules["convgrade"].__path__ = [{path!r}]
sys.path.insert(0, {root!r})
"""


class BothWays(TrustedClient):
    """Runs each test cell in the grader's process, then in the student's kernel as stock does."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stock: dict[str, float | None] = {}

    async def _test(self, index: int, cell: NotebookNode) -> None:
        ran = self._ran
        locked = [i for i in ran if utils.is_locked(self.nb.cells[i])]
        self._ran = [*locked, ran[-1]]
        await super()._test(index, cell)
        sources = ["", *(self.nb.cells[i].source for i in self._ran), cell.source]
        self._ran = ran
        await self._aside(f"In = {sources!r}")
        there = v4.new_code_cell(cell.source, metadata=cell.metadata)
        await self._execute(there, index)
        self.nb.cells[index] = cell
        name = cell.metadata.nbgrader.grade_id
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


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("assignment", "name"), notebooks())
def test_every_answer_earns_the_same(assignment: str, name: str) -> None:
    """All correct and wrong answers, in the grader's process and in a stock kernel."""
    answers = [a for a in read_answers() if (a.assignment, a.notebook) == (assignment, name)]
    folder = ROOT / "source" / assignment
    client = BothWays(
        with_answers(assignment, name, answers),
        folder,
        folder,
        kernel_name="python3",
        confined=False,
        timeout=60,
        notebook_timeout=1800.0,
    )
    client.grade()
    different = []
    for number, answer in enumerate(answers):
        points, stock = client.points[f"test_{number}"], client.stock[f"test_{number}"]
        # An object that lies to the test's own process may earn something there, never here.
        lies = answer.title.startswith("adversarial")
        if points != stock and not (lies and stock is not None and points < stock):
            different.append(f"{answer}: trusted {points:g}, stock {stock}")
    assert different == []
    assert len(client.points) == len(answers) > 0
