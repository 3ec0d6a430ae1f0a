"""What a student's function does to its arguments in place, wherever parts of them go."""

from __future__ import annotations

import pytest
from one_test import graded, passes_in_one_process

from convgrade.moving import settle

POINT = "from collections import namedtuple\nN = namedtuple('N', 'a b')"
NODE = "class N:\n    def __init__(self, v):\n        self.v = v"
DICTS = "xs = [{'p': 2}, {'p': 1}]\na, b = xs\n"

# A locked cell, an answer, and a test that passes in one process.
RIGHT = {
    "a tuple in a dict": (
        "", "def f(pos, d):\n    pos['x'] = (pos['x'][0] + d, pos['x'][1])",
        "p = {'x': (0, 1), 'y': (5, 5)}\nf(p, 3)\nassert p == {'x': (3, 1), 'y': (5, 5)}",
    ),
    "tuples of a list": (
        "", "def f(xs):\n    xs[:] = [(a * 2, b) for a, b in xs]",
        "xs = [(1, 2), (3, 4)]\nf(xs)\nassert xs == [(2, 2), (6, 4)]",
    ),
    "tuples in another order": (
        "", "def f(xs):\n    xs.reverse()",
        "a, b = (1, 2), (3, 4)\nxs = [a, b]\nf(xs)\nassert xs[0] is b and xs[1] is a",
    ),
    "a tuple with the same list": (
        "", "def f(xs):\n    xs[0] = ('b', xs[0][1])\n    xs[0][1].append(2)",
        "l = [1]\nxs = [('a', l)]\nf(xs)\nassert xs == [('b', [1, 2])] and xs[0][1] is l",
    ),
    "a named tuple": (
        POINT, "def f(xs):\n    xs[0] = xs[0]._replace(a=5)",
        "xs = [N(1, [2]), N(3, [4])]\nb = xs[0].b\nf(xs)\n"
        "assert xs[0] == N(5, [2]) and xs[0].b is b and isinstance(xs[0], N)",
    ),
    "records sorted": (
        "", "def f(xs):\n    xs.sort(key=lambda r: r['p'])\n    return xs[0]",
        f"{DICTS}m = f(xs)\nassert xs[0] is b is m and xs == [{{'p': 1}}, {{'p': 2}}]",
    ),
    "records filtered": (
        "", "def f(xs):\n    xs[:] = [r for r in xs if r['p'] == 1]",
        f"{DICTS}f(xs)\nassert xs == [b] and xs[0] is b and a == {{'p': 2}}",
    ),
    "rows swapped and changed": (
        "", "def f(m):\n    m[0], m[1] = m[1], m[0]\n    m[0][0] = 9",
        "a, b = [1, 2], [3, 4]\nm = [a, b]\nf(m)\n"
        "assert m[0] is b and b == [9, 4] and a == [1, 2]",
    ),
    "rows of their own": (
        "", "def f(m):\n    m[:] = [list(r) for r in zip(*m)]",
        "a, b = [1, 2], [3, 4]\nm = [a, b]\nf(m)\nassert m == [[1, 3], [2, 4]] and a == [1, 2]",
    ),
    "rows in new lists": (
        "", "def f(m):\n    m[:] = [[r] for r in m]",
        "a, b = [1], [2]\nm = [a, b]\nf(m)\nassert m == [[[1]], [[2]]] and m[0][0] is a",
    ),
    "from one argument to another": (
        "", "def f(*, xs, ys):\n    ys.append(xs.pop())",
        "a = {'k': 1}\nxs, ys = [a], []\nf(xs=xs, ys=ys)\nassert xs == [] and ys[0] is a",
    ),
    "a key renamed": (
        "", "def f(d):\n    d['c'] = d.pop('a')\n    d['c'].append(3)",
        "from collections import defaultdict\nd = defaultdict(list, a=[1], b=[2])\na = d['a']\n"
        "f(d)\nassert d == {'b': [2], 'c': [1, 3]} and d['c'] is a and d['z'] == []",
    ),
    "a queue that turns": (
        "", "def f(d):\n    d.rotate(1)\n    d.append([9])",
        "from collections import deque\na = [1]\nd = deque([a, [2]], maxlen=3)\nf(d)\n"
        "assert list(d) == [[2], [1], [9]] and d[1] is a and d.maxlen == 3",
    ),
    "arrays swapped": (
        "import numpy as np", "def f(xs):\n    xs[0], xs[1] = xs[1], xs[0]\n    xs[0] += 1",
        "a, b = np.zeros(2), np.ones(2)\nxs = [a, b]\nf(xs)\n"
        "assert xs[0] is b and b.tolist() == [2, 2] and a.tolist() == [0, 0]",
    ),
    "objects sorted": (
        NODE, "def f(xs):\n    xs.sort(key=lambda n: n.v)\n    xs[0].v = 7",
        "a, b = N(2), N(1)\nxs = [a, b]\nf(xs)\nassert xs[0] is b and b.v == 7 and a.v == 2",
    ),
    "what the test holds of a variable": (
        "", "P = [('a', 1)]\ndef f():\n    P[0] = ('a', 2)",
        "x = P\nf()\nassert x == [('a', 2)]",
    ),
}  # fmt: skip

# The same of answers that a test refuses.
WRONG = {
    "tuples sorted that should stay": (
        "", "def f(xs):\n    xs.sort(key=lambda t: -t[1])\n    return list(xs)",
        "xs = [('a', 1), ('b', 3)]\nassert f(xs)[0] == ('b', 3)\nassert xs[0] == ('a', 1)",
    ),
    "a tuple that should stay": (
        "", "def f(pos):\n    pos['x'] = (1, 1)\n    return dict(pos)",
        "p = {'x': (0, 1)}\nassert f(p) == {'x': (1, 1)}\nassert p == {'x': (0, 1)}",
    ),
    "copies sorted": (
        "", "def f(xs):\n    xs[:] = sorted(map(dict, xs), key=lambda r: r['p'])",
        f"{DICTS}f(xs)\nassert xs == [{{'p': 1}}, {{'p': 2}}]\nassert xs[0] is b",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [*RIGHT, *WRONG])
def test_one_process_agrees(case: str) -> None:
    assert passes_in_one_process((RIGHT | WRONG)[case], AssertionError) == (case in RIGHT)


@pytest.mark.parametrize("case", [*RIGHT, *WRONG])
def test_the_caller_sees_it(case: str) -> None:
    found = graded(*(RIGHT | WRONG)[case], binds="f P")
    assert found == (2.0 if case in RIGHT else 0.0, "")


PLACES = [
    [["x", [], "x", []], 5], [["x", [], "x"]], [["x", [7], "x", []]], [["x", [], "y", []]],
    [["x", [-1], "x", []]], [["x", "no", "x", []]], [["x", [0] * 101, "x", []]],
]  # fmt: skip


@pytest.mark.parametrize("said", PLACES, ids=str)
def test_places_that_are_none_change_nothing(said: list[object]) -> None:
    ours = {"x": [[1], [2]]}
    assert not settle(ours, {"x": [[2], [1]]}, said)
    assert ours == {"x": [[1], [2]]}


def test_a_part_that_becomes_something_else_is_said() -> None:
    assert not settle({"x": [[1]]}, {"x": [{1: 2}]}, [["x", [0], "x", [0]]])
