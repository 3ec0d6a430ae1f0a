"""What is the course's, and an answer has changed: values, functions, classes; and its tests."""

from __future__ import annotations

import pytest
from one_test import graded
from test_trusted import answer, check, extra, grade, locked

API = """
class Api:
    def __init__(self):
        self.n = 3
    def get(self, k):
        return self.n * k
api = Api()"""

# A locked cell, a right answer unlike the model solution's, what that reads, and a test.
RIGHT = {
    "rebound": (
        "words = ['A', 'a', 'B']",
        "words = [w.lower() for w in words]\ndef f():\n    return len(set(words))",
        "words", "assert f() == 2",
    ),
    "sorted in place": (
        "names = ['b', 'a']", "names.sort()\ndef f():\n    return names[0]", "names",
        "assert f() == 'a'",
    ),
    "a column more": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})",
        "df['b'] = df.a * 2\ndef f():\n    return int(df.b.sum())", "df", "assert f() == 6",
    ),
    "kept between calls": (
        "seen = []", "def f(x):\n    seen.append(x)\n    return len(seen)", "seen",
        "assert f(1) == 1\nassert f(1) == 2",
    ),
    "a function wrapped": (
        "def slow(n):\n    return n * 2",
        "from functools import lru_cache\nslow = lru_cache(slow)\n"
        "def f(n):\n    return slow(n) + slow.cache_info().hits",
        "slow", "assert f(3) == 6\nassert f(3) == 7",
    ),
    "a function redefined": (
        "def slow(n):\n    return n * 2",
        "def slow(n):\n    return [n, n]\ndef f(n):\n    return sum(slow(n))", "slow",
        "assert f(3) == 6",
    ),
    "a function for an array": (
        "def slow(n):\n    return n * 2",
        "import numpy as np\nslow = np.arange(6) * 2\ndef f(n):\n    return int(slow[n])", "slow",
        "assert f(3) == 6",
    ),
    "a function with an attribute": (
        "def slow(n):\n    return n * 2",
        "slow.calls = 0\ndef f(n):\n    slow.calls += 1\n    return slow(n) + slow.calls", "slow",
        "assert f(3) == 7\nassert f(3) == 8",
    ),
    "an object": (API, "def f(k):\n    return api.get(k)", "api", "assert f(2) == 6"),
    "changed by the test": (
        "bag = [1]", "def f():\n    return len(bag)", "bag",
        "assert f() == 1\nbag.append(2)\nassert f() == 2",
    ),
    "an object changed by the test": (
        API, "def f(k):\n    return api.get(k)", "api",
        "assert f(2) == 6\napi.n = 5\nassert f(2) == 10",
    ),
    "set by the test": (
        "rate = 2", "def f(x):\n    return x * rate", "rate",
        "assert f(3) == 6\nrate = 4\nassert f(3) == 12",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_a_right_answer_keeps_its_points_whatever_it_makes_of_the_courses(case: str) -> None:
    given, source, read, test = RIGHT[case]
    assert graded(given, source, test, reads=[read]) == (2.0, "")


# A locked cell, a wrong answer, a test that refuses it in one process, and what the note says.
WAITS = {
    "sorted in place": (
        "scores = [3, 1, 2]", "scores.sort()\nranked = scores",
        "assert ranked == [1, 2, 3]\nassert scores == [3, 1, 2]", "`scores`, which the student's",
    ),
    "rebound": (
        "limit = 3", "limit = 9\ndef f():\n    return 3", "assert f() == 3 and limit == 3",
        "`limit`, which the student's",
    ),
    "an object changed": (
        API, "def f():\n    api.n += 1\n    return 4", "assert f() == 4\nassert api.n == 3",
        "`api`, which the student's",
    ),
    "changed by a call, read by a function of the course's": (
        "stock = [5]\ndef left():\n    return stock[0]",
        "def f():\n    stock[0] -= 1\n    return 4", "assert f() == 4\nassert left() == 5",
        "`stock`, which the student's",
    ),
    "a class redefined": (
        "class Node:\n    def __init__(self, v):\n        self.v = v",
        "class Node:\n    def __init__(self, v):\n        self.w = v\n"
        "def f(n):\n    return n.w", "assert f(Node(2)) == 2", "`Node`, which the student's",
    ),
    "the original for a copy": (
        "rows = [[1], [2]]", "copy = rows", "copy.append(3)\nassert len(rows) == 2",
        "the course's `rows` holds",
    ),
    "a part of the original": (
        "rows = [[1], [2]]", "def f():\n    return rows[0]",
        "f().append(3)\nassert rows[0] == [1]",
        "the course's `rows` holds",
    ),
    "a view of the original": (
        "import numpy as np\nx = np.arange(4)", "def f():\n    return x[:2]",
        "f()[0] = 9\nassert x[0] == 0", "the course's `x` holds",
    ),
    "a name of Python's": (
        "", "max = 0\nfor x in (1, 2):\n    max += x\ndef f():\n    return [3, 1]",
        "assert max(f()) == 3", "uses `max`",
    ),
    "calls of a counting function": (
        "def slow(n):\n    slow.calls += 1\n    return n\nslow.calls = 0",
        "def f():\n    return slow(1) + slow(1)", "assert f() == 2 and slow.calls == 1",
        "`slow`, which the student's",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WAITS)
def test_a_test_that_would_see_the_students_waits(case: str) -> None:
    given, source, test, words = WAITS[case]
    points, waits = graded(given, source, test, "f ranked copy")
    assert points == 0.0
    assert words in waits


def test_what_a_scratch_cell_binds_is_no_matter() -> None:
    """It is no answer: the test means the course's, as if nobody had tried something out."""
    client = grade(
        locked("x = 3"),
        answer("a", "def f():\n    return 3"),
        extra("x = 'mine'\nx"),
        check("f", "assert f() == x"),
    )
    assert (client.points["f"], client.waiting) == (2.0, {})


def test_a_value_that_is_alike_again_is_none_that_was_changed() -> None:
    client = grade(
        locked("x = [3]"),
        answer("a", "x.append(4)\nx.pop()\ndef f():\n    return 3"),
        check("f", "assert [f()] == x"),
    )
    assert (client.points["f"], client.waiting) == (2.0, {})


def test_a_function_with_lines_that_students_do_not_have_stays_the_courses() -> None:
    """Its text differs on both sides, whoever has changed it."""
    text = (
        "def slow(n):\n    n = n * 2\n    ### BEGIN HIDDEN TESTS\n    n += 1\n"
        "    ### END HIDDEN TESTS\n    return n"
    )
    client = grade(
        locked(text),
        answer("a", "def f(n):\n    return slow(n)", reads=["slow"]),
        check("f", "assert f(3) == 7 == slow(3)"),
    )
    assert (client.points["f"], client.waiting) == (2.0, {})
