"""What of the course's own text the grader's process runs for tests."""

from __future__ import annotations

from typing import Any

import nbformat.v4 as v4
import pytest
from nbformat import NotebookNode
from tiny import _cell

from convgrade.constructs import read_constructs
from convgrade.course_text import Given, find_given


def course(*cells: tuple[str, str]) -> NotebookNode:
    made: list[Any] = []
    for number, (kind, text) in enumerate(cells):
        marks: dict[str, Any] = {
            "unmarked": {}, "answer": {"solution": True}, "locked": {"locked": True},
            "test": {"grade": True, "locked": True, "points": 1},
        }[kind]  # fmt: skip
        name = f"{kind}{number}"
        made.append(_cell(name, text, **marks) if marks else v4.new_code_cell(text, id=name))
    return v4.new_notebook(cells=made)


def before(unmarked: str, test: str, answer: str = "def f(x):\n    return x") -> list[str]:
    """Return what runs of an unmarked cell between an answer and its test."""
    found = find_given(course(("answer", answer), ("unmarked", unmarked), ("test", test)))
    return found.get("test2", Given()).before


NEEDED = {
    "import numpy as np": "assert np.ones(1) == f(1)",
    "from math import *": "assert f(1)",
    "from numpy.testing import assert_allclose": "assert_allclose(f(1), 1)",
    "isclose = lambda a, b: abs(a - b) < 1": "assert isclose(f(1), 1)",
    "class Case:\n    pass": "Case.x = f(1)",
    "try:\n    import numpy as np\nexcept ImportError:\n    np = None": "assert np",
    "def run(case):\n    return f(case)": "assert run(1) == 1",
    "limit: int = 3": "def try_all():\n    assert f(3) == limit\ntry_all()",
}


@pytest.mark.parametrize("unmarked", NEEDED)
def test_what_a_test_takes_from_an_unmarked_cell_is_run(unmarked: str) -> None:
    assert before(unmarked, NEEDED[unmarked]) == before(unmarked + "\nother = 1", NEEDED[unmarked])
    assert len(before(unmarked, NEEDED[unmarked])) == 1


@pytest.mark.parametrize(
    ("unmarked", "test"),
    [
        ("y = f(3)", "assert y == 3"),  # depends on an answer
        ("y = f(3)\nz = y + 1", "assert z == 4"),
        ("f = lambda x: x", "assert f(1) == 1"),  # an answer binds it
        ("data = [0] * 10**9", "data = 1\nassert f(data)"),  # the test has its own
        ("x = slow()", "def inner(x):\n    return [y for y in x]\nassert inner(f([1]))"),
        ("print(helper)", "helper = 1"),
        ("this is no Python", "assert f(1)"),
        ("%%bash\nls", "assert ls"),
    ],
)
def test_nothing_else_is(unmarked: str, test: str) -> None:
    assert before(unmarked, test) == []


def test_what_is_needed_for_it_is_run_first_and_in_order() -> None:
    unmarked = (
        "import sys\nsys.path.append('lib')\nimport tool\nbox = []\nbox.append(tool.x)\nn = 1"
    )
    assert before(unmarked, "assert f(box)") == unmarked.split("\n")[2:-1]
    assert before(unmarked, "import sys\nassert sys and f(box)")[-1] == "box.append(tool.x)"


def test_of_a_model_solution_imports_and_changes_are_found() -> None:
    answer = """
import numpy as np, os
from math import pi
def fill(result, x):
    local = []
    local.append(x)
    result.append(x)
basket.append(1)
table["new"] = 2
frame.loc[0].x = 1
random.shuffle(deck)
own = []
own.append(1)
print(shown)
"""
    found = find_given(
        course(("locked", "basket = []"), ("answer", answer), ("test", "assert np and pi"))
    )["answer1"]
    assert found.imports == ["import numpy as np, os", "from math import pi"]
    assert set(found.changes) == {"basket", "table", "frame", "deck", "random"}


def test_a_test_cells_text_tells_how_it_looks_at_an_answer() -> None:
    assert read_constructs("from convgrade.rubric import Rubric\nRubric('f')").rubric
    assert not read_constructs("assert f(1) == 1").rubric
    assert read_constructs("np.random.seed(3)").seeds
    assert read_constructs("%%time\nx = 1\nplt.gca()").figures == 2
    assert read_constructs("a = open('out.txt')").files == ((1, "out.txt"),)
    assert read_constructs("with mock.patch.dict(os.environ, A='1'):\n    f()").patches
    assert not read_constructs("with patch('random.random'):\n    f()").patches
    assert read_constructs("random.randint = lambda a, b: 6").assigned == {("random", "randint")}
    assert read_constructs("loss.grad_fn.next_functions").differentiates
    assert read_constructs("from tempfile import mkdtemp\nfolder = mkdtemp()").temporary
    assert read_constructs("f(1)\nassert g(2)\nh()").unused == {(1, "f")}
    assert not read_constructs("assert (").seeds
