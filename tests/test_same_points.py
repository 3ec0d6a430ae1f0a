"""The trusted path gives every answer the points that its test cell gives it elsewhere.

Elsewhere is one process for answer and test, as on stock nbgrader: this one, without a kernel
(`gate`), for all answers; and for a sample of them the student's own kernel.
"""

from __future__ import annotations

from typing import Any

import nbformat.v4 as v4
import pytest
from conftest import ROOT
from confusion import graded
from gate import Answer, notebooks, read_answers, source_notebook
from nbformat import NotebookNode
from nbgrader import utils
from traitlets.config.loader import PyFileConfigLoader

from convgrade.bindings import bound_names
from convgrade.trusted import TrustedClient

pytestmark = pytest.mark.slow

# In the student's kernel the grader's package is out of reach; the stock run needs it there.
REACH = """
import sys
sys.modules["convgrade"].__path__ = [{path!r}]
sys.path.insert(0, {root!r})
"""


SAMPLED = 8  # one in so many answers is tried in a stock kernel


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


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("assignment", "name"), notebooks())
def test_every_answer_earns_the_same(assignment: str, name: str) -> None:
    """All correct and wrong answers, in the grader's process and with the test in one process."""
    answers = [a for a in read_answers() if (a.assignment, a.notebook) == (assignment, name)]
    # An object that lies to the test's own process may earn something there, never here.
    lies = [answer.title.startswith("adversarial") for answer in answers]
    sample = {
        f"test_{n}" for n, lie in enumerate(lies) if lie or n % SAMPLED == 0 or n == len(lies) - 1
    }
    folder = ROOT / "source" / assignment
    course = PyFileConfigLoader("nbgrader_config.py", str(ROOT)).load_config().TrustedClient
    client = BothWays(
        with_answers(assignment, name, answers),
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
    for number, (answer, lie) in enumerate(zip(answers, lies, strict=True)):
        points = client.points[f"test_{number}"]
        there: dict[str, float | None] = {"without a kernel": graded(answer).points}
        if f"test_{number}" in sample:
            there["stock"] = client.stock[f"test_{number}"]
        for where, other in there.items():
            if points != other and not (lie and other is not None and points < other):
                different.append(f"{answer}: trusted {points:g}, {where} {other}")
    assert different == []
    assert len(client.points) == len(answers) > len(client.stock) == len(sample) > 0
