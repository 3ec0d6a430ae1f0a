"""What an answer sets for all code of its process, and a test reads of another one."""

from __future__ import annotations

import pytest
from one_test import graded
from test_trusted import answer, check, grade, locked

from convgrade.world import world

# A locked cell, an answer that one process shows to the test, the test, and what the note says.
WAITS = {
    "a constant": (
        "import math", "math.pi = 3\ndef f(r):\n    return math.pi * r",
        "assert f(1) <= 3.15 and math.pi > 3.1", "`math.pi`, which the student's",
    ),
    "a function": (
        "import statistics as s", "s.mean = lambda x: 2\ndef f(x):\n    return 2",
        "assert f([1, 3]) == 2 and s.mean([4, 6]) == 5", "`statistics.mean`, which the student's",
    ),
    "a function in a wrapper that bears its name": (
        "import functools, math",
        "@functools.wraps(math.floor)\ndef floor(x):\n    return 7\nmath.floor = floor\n"
        "def f(x):\n    return 7",
        "assert f(7.5) == 7 and math.floor(3.5) == 3", "`math.floor`, which the student's",
    ),
    "how deep calls may go": (
        "import sys", "sys.setrecursionlimit(9000)\ndef f(n):\n    return n and 1 + f(n - 1)",
        "assert f(3) == 3 and sys.getrecursionlimit() < 5000", "for all code (recursion)",
    ),
    "errors of numpy": (
        "import numpy as np", "np.seterr(divide='ignore')\ndef f(x):\n    return 1 / x",
        "assert f(2) == 0.5 and np.geterr()['divide'] == 'warn'", "for all code (errors)",
    ),
    "traps of decimals": (
        "import decimal",
        "decimal.getcontext().traps[decimal.Inexact] = True\ndef f(x):\n    return x",
        "assert f(2) == 2\nassert not decimal.getcontext().traps[decimal.Inexact]",
        "for all code (decimal)",
    ),
    "an option of tables": (
        "import pandas as pd", "pd.set_option('display.precision', 2)\ndef f(x):\n    return x",
        "assert f(2) == 2 and pd.get_option('display.precision') == 6", "for all code (tables)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WAITS)
def test_a_test_that_would_see_what_the_student_has_set_waits(case: str) -> None:
    *cells, words = WAITS[case]
    points, waits = graded(*cells)
    assert points == 0.0
    assert words in waits


# A locked cell, what both sides have alike or the test does not read, and a test.
RIGHT = {
    "an option that the test does not read": (
        "import pandas as pd", "pd.set_option('display.precision', 2)\ndef f(x):\n    return x",
        "assert f(2) == 2 and pd.get_option('display.max_colwidth') == 50",
    ),
    "set by the course": (
        "import numpy as np\nnp.seterr(divide='ignore')", "def f(x):\n    return x",
        "assert f(2) == 2 and np.geterr()['divide'] == 'ignore'",
    ),
    "set by the test": (
        "import numpy as np", "def f(x):\n    return np.geterr()['divide']",
        "np.seterr(divide='ignore')\nassert f(2) == 'ignore' == np.geterr()['divide']",
    ),
    "set by the test, whatever the student had set": (
        "import numpy as np", "np.seterr(divide='ignore')\ndef f(x):\n    return x",
        "np.seterr(divide='raise')\nassert f(2) == 2",
    ),
    "what each process has its own of": (
        "import os, sys, time, random, datetime", "def f(x):\n    return x",
        "assert f(2) == 2\nos.getpid(), os.environ.get('HOME'), sys.argv, sys.stdout, sys.path\n"
        "random.random(), datetime.datetime.now(), sys.displayhook, sys.executable, os.sep\n"
        "assert time.time() > 0 and callable(print)",
    ),
    "things of libraries": (
        "import math, itertools as it\nimport numpy as np", "def f(x):\n    return x",
        "assert f(2) == 2 and np.allclose(np.linalg.norm([3, 4]), 5) and math.tau > np.pi\n"
        "assert np.add(1, 1) == 2 and list(it.chain([1])) == [1] and np.random.rand(1).size == 1\n"
        "assert np.float64(1).dtype == float and np.newaxis is None",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_what_nobody_has_changed_takes_no_points(case: str) -> None:
    assert graded(*RIGHT[case]) == (2.0, "")


def test_the_next_test_may_read_what_one_before_has_set() -> None:
    """Nobody but the test has set it, and it is still so on the side that reads it."""
    client = grade(
        locked("import numpy as np"),
        answer("a", "def f(x):\n    return x"),
        check("f", "np.seterr(divide='ignore')\nassert f(2) == 2"),
        check("g", "assert f(2) == 2 and np.geterr()['divide'] == 'ignore'"),
    )
    assert (client.points["f"], client.points["g"], client.waiting) == (2.0, 2.0, {})


def test_what_a_process_has_its_own_of_is_not_told() -> None:
    own = [("sys", "executable"), ("builtins", "input"), ("os", "environ"), ("not_imported", "x")]
    assert world(own, ["arguments", "environment"], ["HOME"]) == {}
