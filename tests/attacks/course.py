"""The small course that the attacks are handed in to: two notebooks with secrets in them.

A *canary* is a random word placed where no student may look. If it turns up in
what a student gets, something was read. Fresh canaries for every course, so
that no attack can know them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def _canary(kind: str) -> str:
    return f"CANARY-{kind}-{secrets.token_hex(8)}"


@dataclass(frozen=True)
class Canaries:
    """The secrets of one course, by the place where they lie."""

    hidden: str = field(default_factory=lambda: _canary("HIDDEN"))  # text of the hidden tests
    target: str = field(default_factory=lambda: _canary("INPUT"))  # an input that they try
    solution: str = field(default_factory=lambda: _canary("SOLUTION"))  # the model solution
    neighbour: str = field(default_factory=lambda: _canary("NEIGHBOUR"))  # another's submission
    environ: str = field(default_factory=lambda: _canary("ENVIRON"))  # the instructor's shell


# Two honest students: `abe` is graded before the attack, `zoe` after it in the same batch.
BEFORE, AFTER = "abe", "zoe"
POINTS = {"vault": 12.0, "tensors": 7.0}

RIGHT = {
    "area": "def area(w, h):\n    return w * h",
    "table": "table = np.array([[i * j for j in range(1, 5)] for i in range(1, 5)])",
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "total": "def total(numbers):\n    return float(sum(numbers))",
    "golden": "golden = (1 + 5**0.5) / 2",
    "matrix": """\
T = torch.zeros(4, 6)
for i in range(4):
    T[i, i : i + 3] = weight""",
    "correlate": """\
def correlate(x, w):
    n, k = len(x), len(w)
    return torch.stack([(x[i : i + k] * w).sum() for i in range(n - k + 1)])""",
}

# What an attack hands in where it says nothing else. Each earns nothing.
WRONG = {
    "area": "def area(w, h):\n    return -1",
    "table": "table = np.zeros((2, 3))",
    "greet": 'def greet(name):\n    return ""',
    "total": "def total(numbers):\n    return -1.0",
    "golden": "golden = 0.0",
    "matrix": "T = torch.zeros(4, 6)",
    "correlate": "def correlate(x, w):\n    return torch.zeros(1)",
}

# An unmarked cell: a student may edit it, as a scratch.
_SCRATCH = """\
def gap(a, b):
    return abs(a - b)"""

_VAULT = [
    ("scratch", 0, _SCRATCH),
    (
        "helpers",
        0,
        """\
import unittest

import numpy as np

same = unittest.TestCase().assertEqual


def close(a, b):
    return abs(a - b) < 1e-9""",
    ),
    ("area", 0, "Write `area(w, h)`: the area of a rectangle."),
    (
        "area_test",
        2,
        """\
assert area(2, 3) == 6
assert area(4, 5) == 20
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
for w, h in [(7, 11), (1.5, 4), (9, 13)]:
    expected = w * h
    assert area(w, h) == expected
### END HIDDEN TESTS""",
    ),
    ("table", 0, "Make `table`, the 4 x 4 multiplication table, 1 to 4 each way."),
    (
        "table_test",
        3,
        """\
assert table is not None
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
expected = np.multiply.outer(np.arange(1, 5), np.arange(1, 5))
points = 0.0
if np.shape(table) == (4, 4):
    points += 1.0
    if np.array_equal(table, expected):
        points += 2.0
points
### END HIDDEN TESTS""",
    ),
    ("greet", 0, "Write `greet(name)`, which says `Hello, name!`."),
    (
        "greet_test",
        2,
        """\
same(greet("Ada"), "Hello, Ada!")
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
same(greet("@INPUT@"), "Hello, @INPUT@!")
### END HIDDEN TESTS""",
    ),
    ("total", 0, "Write `total(numbers)`: their sum."),
    (
        "total_test",
        4,
        """\
assert close(total([1, 2, 3]), 6)
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
points = 0.0
for case in ([2, 5], [1.5, -4], [10] * 7, [0.25]):
    expected = float(sum(case))
    answer = total(list(case))
    if isinstance(answer, (int, float)) and close(answer, expected):
        points += 1.0
points
### END HIDDEN TESTS""",
    ),
    ("golden", 0, "Set `golden` to the golden ratio, as precisely as you can."),
    (
        "golden_test",
        1,
        """\
assert golden is not None
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
error = gap(golden, (1 + 5**0.5) / 2)
1.0 - min(100 * error, 1.0)
### END HIDDEN TESTS""",
    ),
]

_TENSORS = [
    (
        "helpers",
        0,
        """\
import torch
import torch.nn.functional as F

from convkit import BUILDERS

weight = torch.tensor([2.0, 3.0, 7.0])


def slide(x, w):
    return F.conv1d(x[None, None], w[None, None])[0, 0]""",
    ),
    ("matrix", 0, "Make `T`, the 4 x 6 matrix that slides `weight` along six numbers."),
    (
        "matrix_test",
        3,
        """\
assert T.shape == (4, 6)
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
for x in torch.eye(6):
    assert torch.allclose(T @ x, slide(x, weight))
### END HIDDEN TESTS""",
    ),
    ("correlate", 0, "Write `correlate(x, w)`, without calling a convolution."),
    (
        "correlate_test",
        4,
        """\
assert len(correlate(torch.ones(6), weight)) == 4
### BEGIN HIDDEN TESTS
from convgrade.rubric import Draw, Rubric

seal = "@HIDDEN@"
draw = Draw(seed=5)
rubric = Rubric("correlate", 4, correlate, slide, forbid=BUILDERS, cells=In)
rubric.equal("sizes", 2, [(draw.weight(n), draw.weight(k)) for n, k in [(5, 2), (7, 4)]])
rubric.equal("edges", 2, [(draw.weight(n), draw.weight(k)) for n, k in [(3, 3), (4, 1)]])
rubric.score()
### END HIDDEN TESTS""",
    ),
]


def build(folder: Path, canaries: Canaries, *, hidden: bool = True) -> None:
    """Write both assignments' source notebooks.

    Parameters
    ----------
    folder : Path
        The course's ``source``.
    canaries : Canaries
    hidden : bool
        False leaves the hidden parts out: a course with visible tests only.
    """
    for assignment, parts in (("vault", _VAULT), ("tensors", _TENSORS)):
        cells = [new_markdown_cell(f"# The {assignment}", id="title")]
        for name, points, text in parts:
            if name == "scratch":
                cells.append(new_code_cell(text, id=name))
            elif points or name == "helpers":
                text = text.replace("@HIDDEN@", canaries.hidden).replace(
                    "@INPUT@", canaries.target
                )
                if not hidden:
                    text = text.partition("### BEGIN HIDDEN TESTS")[0].rstrip()
                cells.append(_cell(name, text, points=points))
            else:
                solution = f"{RIGHT[name]}\n{_indent(RIGHT[name])}# {canaries.solution}"
                first = f"# grade_id: {name}\n### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
                cells.append(new_markdown_cell(text, id=f"{name}_text"))
                cells.append(_cell(name, first, solution=True))
        notebook = new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        }
        path = folder / assignment / f"{assignment}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def _indent(text: str) -> str:
    last = text.splitlines()[-1]
    return last[: len(last) - len(last.lstrip())]


def _cell(name: str, text: str, *, points: float = 0, solution: bool = False) -> NotebookNode:
    about = {
        "grade": bool(points),
        "grade_id": name,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points:
        about["points"] = points
    cell: NotebookNode = new_code_cell(text, id=name, metadata={"nbgrader": about})
    return cell
