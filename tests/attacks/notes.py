"""A third assignment to attack: its tests read files and texts of a student's.

Importing it adds its answers and points to those of `attacks.course`.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

from attacks.course import POINTS, RIGHT, WRONG, Canaries, _cell

POINTS["notes"] = 15.0
RIGHT |= {
    "report": """\
import json
def report(name, numbers):
    with open(name, "w") as file:
        json.dump({"sum": sum(numbers), "count": len(numbers)}, file)""",
    "keep": """\
import pickle
with open("kept.pkl", "wb") as file:
    pickle.dump([n**2 for n in range(5)], file)""",
    "mean": """\
def mean(name):
    with open(name) as file:
        numbers = [float(line) for line in file]
    return sum(numbers) / len(numbers)""",
    "recipe": 'recipe = "2 + 3 * 4"',
    "query": 'query = "SELECT SUM(n) FROM sales"',
    "tally": """\
def tally(numbers):
    found = 0
    for number in numbers:
        found += number
    return found""",
    "throws": """\
import random
def throws(n):
    return [random.randint(1, 6) for _ in range(n)]""",
}
WRONG |= {
    "report": 'def report(name, numbers):\n    open(name, "w").write("{}")',
    "keep": "kept = []",
    "mean": "def mean(name):\n    return 0.0",
    "recipe": 'recipe = "2 + 3"',
    "query": 'query = "SELECT 1"',
    "tally": "def tally(numbers):\n    return 0",
    "throws": "def throws(n):\n    return []",
}
_PARTS = [
    (
        "report",
        2,
        """\
import json, os
report("first.json", [1, 2])
assert os.path.exists("first.json")
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
report("second.json", [5, 6, 7])
with open("second.json") as file:
    assert json.load(file) == {"sum": 18, "count": 3}
### END HIDDEN TESTS""",
    ),
    (
        "keep",
        2,
        """\
import os, pickle
assert os.path.exists("kept.pkl")
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
with open("kept.pkl", "rb") as file:
    assert pickle.load(file) == [0, 1, 4, 9, 16]
### END HIDDEN TESTS""",
    ),
    (
        "mean",
        3,
        """\
assert isinstance(mean("rows.txt"), float)
### BEGIN HIDDEN TESTS
import pipes2
import statistics

seal = "@HIDDEN@"
with open("rows.txt") as file:
    expected = statistics.fmean(map(float, file))
assert abs(mean("rows.txt") - expected) < 1e-9
assert pipes2.same(mean("rows.txt"), expected)
### END HIDDEN TESTS""",
    ),
    (
        "recipe",
        2,
        """\
assert "+" in recipe
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
expected = 14
assert eval(recipe) == expected
### END HIDDEN TESTS""",
    ),
    (
        "query",
        2,
        """\
import sqlite3
sales = sqlite3.connect(":memory:")
sales.execute("CREATE TABLE sales (n INTEGER)")
sales.executemany("INSERT INTO sales VALUES (?)", [(3,), (4,)])
sales.commit()
assert query.strip()
### BEGIN HIDDEN TESTS
seal = "@HIDDEN@"
assert sales.execute(query).fetchone() == (7,)
### END HIDDEN TESTS""",
    ),
    (
        "tally",
        2,
        """\
assert tally([1, 2]) == 3
### BEGIN HIDDEN TESTS
import inspect

seal = "@HIDDEN@"
text = inspect.getsource(tally)
assert "for" in text and "sum(" not in text
assert tally([5, 6, 7]) == 18
### END HIDDEN TESTS""",
    ),
    (
        "throws",
        2,
        """\
assert all(1 <= n <= 6 for n in throws(5))
### BEGIN HIDDEN TESTS
from unittest.mock import patch

seal = "@HIDDEN@"
with patch("random.randint", side_effect=[6, 1, 4]) as thrown:
    assert throws(3) == [6, 1, 4]
assert thrown.call_count == 3
### END HIDDEN TESTS""",
    ),
]


def build(folder: Path, canaries: Canaries, *, hidden: bool) -> None:
    """Write the assignment's source, with a file of numbers and a helper beside its notebook."""
    cells = [new_markdown_cell("# The notes", id="title")]
    for name, points, text in _PARTS:
        first = f"# grade_id: {name}\n### BEGIN SOLUTION\n{RIGHT[name]}\n### END SOLUTION"
        text = text.replace("@HIDDEN@", canaries.hidden)
        if not hidden:
            text = text.partition("### BEGIN HIDDEN TESTS")[0].rstrip()
        cells += [
            new_markdown_cell(f"Write `{name}`.", id=f"{name}_text"),
            _cell(name, first, solution=True),
            _cell(f"{name}_test", text, points=points),
        ]
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    target = folder / "notes"
    target.mkdir(parents=True)
    nbformat.write(notebook, target / "notes.ipynb")
    (target / "rows.txt").write_text("4\n5\n9.5\n")
    (target / "pipes2.py").write_text("def same(a, b):\n    return abs(a - b) < 1e-9\n")
