"""Right answers unlike the model solution: other classes, libraries, layouts of the same values.

What a student loses points for is tried on the model solution, which says nothing of an answer in
another style.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from one_test import graded, passes_in_one_process

BINDS = "f P move"

TUPLE = "from collections import namedtuple\nP = namedtuple('P', 'x y')"
STACK = (
    "class P(list):\n    def push(self, x):\n        self.append(x)\n"
    "    def peek(self):\n        return self[-1]"
)
RANDOM = "import numpy as np\nraw = np.random.RandomState(3).rand(100, 37)\nw = raw[0, :37]"
ABSTRACT = (
    "from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n"
    "    def a(self): ...\n    def twice(self):\n        return 2 * self.a()"
)
VECTOR = (
    "class P:\n    {}\n    def __init__(self, *c):\n        self.c = list(c)\n"
    "    def __len__(self):\n        return len(self.c)\n"
    "    def __getitem__(self, i):\n        return self.c[i]\n"
    "    def __rmul__(self, k):\n        return P(*(k * x for x in self.c))"
)
ADD = (
    "P = []\ndef f(t):\n    P.append({'t': t, 'done': False})\n    return P[-1]\n"
    "def move(i, j):\n    "
)
MOVED = (
    "a, b, c = f('a'), f('b'), f('c')\nassert P[0] is a and len(P) == 3\nmove(0, 2)\n"
    "assert [x['t'] for x in P] == ['b', 'c', 'a']\na['done'] = True\nassert P[2]['done']\n"
    "P[0]['done'] = True\nassert b['done'] and not c['done']"
)
REGISTER = (
    "P = {}\ndef f(name):\n    P[name] = {'id': 1}\n    return P[name]\ndef move(a, b):\n    "
)
RENAMED = (
    "a = f('ann')\nassert P['ann'] is a\nmove('ann', 'anna')\na['age'] = 4\n"
    "assert set(P) == {'anna'} and P['anna']['age'] == 4"
)
SCALED = "v = np.float64(2) * P(1, 2)\nassert isinstance(v, P) and v.c == [2, 4]"
CATCHES = "try:\n    f()\n    assert False\nexcept {} as error:\n    {}"

# A locked cell, an answer that gives `f` or `P`, and a test.
RIGHT = {
    "named tuple": (
        "", TUPLE,
        "p = P(1, 2)\nassert isinstance(p, P) and type(p) is P and p == P(1, 2) != P(2, 1)\n"
        "assert repr(p) == 'P(x=1, y=2)' and P._fields == ('x', 'y') and hash(p) == hash((1, 2))",
    ),
    "named tuple with types and defaults": (
        "",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    '''A point.'''\n    x: int\n"
        "    y: int = 5",
        "p = P(1)\nassert isinstance(p, P) and p.y == 5 and p._replace(x=3) == P(3)\n"
        "assert P.__annotations__ == {'x': int, 'y': int} and P.__doc__ == 'A point.'\n"
        "assert P._field_defaults == {'y': 5}",
    ),
    "named tuple before its class": (
        "",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: int = 2\n"
        "def f():\n    return P(1)",
        "p = f()\nassert isinstance(p, P) and type(p) is P and p.y == 2 and P(1) == p",
    ),
    "named tuple from a function": (
        "", f"{TUPLE}\ndef f(ps):\n    return sorted(ps)",
        "assert f([P(2, 1), P(1, 5)]) == [P(1, 5), P(2, 1)]\nassert type(f([P(1, 1)])[0]) is P",
    ),
    "named tuple to a function": (
        "", f"{TUPLE}\ndef f(p):\n    return isinstance(p, P)", "assert f(P(1, 2))",
    ),
    "named tuple in a pattern": (
        "", TUPLE,
        "match P(1, 2):\n    case P(x, y):\n        assert (x, y) == (1, 2)\n    case _:\n"
        "        assert False",
    ),
    "class made by type": (
        ABSTRACT,
        "P = type('P', (A,), {'__init__': lambda self, s: setattr(self, 's', s), "
        "'a': lambda self: self.s})",
        "p = P(3)\nassert isinstance(p, A) and issubclass(P, A) and p.twice() == 6",
    ),
    "class made by make_dataclass": (
        ABSTRACT,
        "from dataclasses import make_dataclass\n"
        "P = make_dataclass('P', ['s'], bases=(A,), namespace={'a': lambda self: self.s})",
        "p = P(3)\nassert isinstance(p, A) and p.twice() == 6 and p == P(3)",
    ),
    "class of a file that the answer writes": (
        "",
        "from pathlib import Path\n"
        "Path('shapes.py').write_text('class A:\\n    pass\\nclass P(A):\\n    pass\\n')\n"
        "from shapes import A as f, P",
        "assert isinstance(P(), f)",
    ),
    "error made by new_class": (
        "",
        "import types\nP = types.new_class('P', (KeyError,))\ndef f():\n    raise P('k')",
        CATCHES.format("KeyError", "assert isinstance(error, P) and error.args == ('k',)"),
    ),
    "error of a file that the answer writes": (
        "",
        "from pathlib import Path\n"
        "Path('errs.py').write_text('class P(KeyError):\\n    pass\\n')\n"
        "from errs import P\ndef f():\n    raise P('k')",
        CATCHES.format("KeyError", "assert isinstance(error, P) and error.args == ('k',)"),
    ),
    "error of numpy": (
        "import numpy as np",
        "class P(np.linalg.LinAlgError):\n    pass\ndef f():\n    raise P('singular')",
        CATCHES.format("np.linalg.LinAlgError", "assert str(error) == 'singular'"),
    ),
    "error of pandas": (
        "import pandas as pd",
        "class P(pd.errors.ParserError):\n    pass\ndef f():\n    raise P('lines')",
        CATCHES.format("pd.errors.ParserError", "assert str(error) == 'lines'"),
    ),
    "members that are numbers and texts": (
        "",
        "import enum\nclass P(int, enum.Enum):\n    LOW = 1\n    HIGH = 10\n"
        "class f(str, enum.Enum):\n    ON = 'on'",
        "assert isinstance(P.HIGH, int) and P.HIGH.value == 10 and P(1) is P.LOW\n"
        "assert isinstance(f.ON, str) and f.ON.upper() == 'ON' and f['ON'] is f.ON",
    ),
    "stack from a list": (
        "", STACK,
        "s = P()\ns.push(1)\ns.push(2)\nassert s.peek() == 2 and len(s) == 2 and s.pop() == 2\n"
        "assert isinstance(s, list) and list(s) == [1] and 1 in s and [*s] == [1] and sum(s) == 1",
    ),
    "stack from a list in a list": (
        "", f"{STACK}\ndef f():\n    return [P([1]), P([2])]",
        "assert [list(row) for row in f()] == [[1], [2]] and f()[0].peek() == 1",
    ),
    "counter from a dict": (
        "",
        "class P(dict):\n    def __missing__(self, key):\n        return 0\n"
        "def f(words):\n    found = P()\n    for word in words:\n        found[word] += 1\n"
        "    return found",
        "c = f('aab')\nassert c['a'] == 2 and c['z'] == 0 and dict(c) == {'a': 2, 'b': 1}\n"
        "assert isinstance(c, dict) and sorted(c.items()) == [('a', 2), ('b', 1)]",
    ),
    "cache from an OrderedDict": (
        "",
        "from collections import OrderedDict\nclass P(OrderedDict):\n    def put(self, k, v):\n"
        "        self[k] = v\n        if len(self) > 2:\n            self.popitem(last=False)",
        "c = P()\nfor k in (1, 2, 3):\n    c.put(k, k)\nassert list(c) == [2, 3] and c[3] == 3",
    ),
    "objects by themselves in a sum": (
        "import numpy as np", VECTOR.format("__array_ufunc__ = None"), SCALED,
    ),
    "objects with a priority": (
        "import numpy as np", VECTOR.format("__array_priority__ = 100"), SCALED,
    ),
    "an item moved by pop": ("", f"{ADD}P.insert(j, P.pop(i))", MOVED),
    "an item moved by slices": ("", f"{ADD}x = P[i]\n    del P[i]\n    P[j:j] = [x]", MOVED),
    "items sorted": ("", f"{ADD}P.sort(key=lambda x: x['t'] == 'a')", MOVED),
    "a key renamed": ("", f"{REGISTER}P[b] = P.pop(a)", RENAMED),
    "a dict that makes nothing any more": (
        "from collections import defaultdict",
        "def f():\n    d = defaultdict(list)\n    d[1].append('a')\n    d.default_factory = None\n"
        "    return d",
        "assert f()[1] == ['a'] and f() == {1: ['a']} and 5 not in f()",
    ),
    "nan of numpy": (
        "import numpy as np", "def f(xs):\n    return np.mean(xs) if xs else np.nan",
        "assert f([1, 3]) == 2 and f([]) in (None, np.nan)",
    ),
    "nan of Python": (
        "import math", "f = [1.0, math.nan]", "assert math.nan in f and f[1] is math.nan",
    ),
    "columns in memory": (
        RANDOM, "f = np.asfortranarray(raw) * 100\nP = f.sum()", "assert P == f.sum()",
    ),
    "columns of a table": (
        RANDOM, "import pandas as pd\nf = pd.DataFrame(raw * 100).values\nP = f.sum()",
        "assert P == f.sum()",
    ),
    "axes in another order": (
        RANDOM, "f = raw.reshape(10, 10, 37).transpose(1, 2, 0)\nP = f.sum()",
        "assert P == f.sum() and f.shape == (10, 37, 10)",
    ),
    "a product of columns": (
        RANDOM, "P = np.array(raw, order='F')\ndef f(x):\n    return np.dot(x, w)",
        "assert np.array_equal(P @ w, f(P))",
    ),
    "print by its module": (
        "", "import builtins\ndef f():\n    builtins.print('hi')",
        "from unittest.mock import patch\nwith patch('builtins.print') as said:\n    f()\n"
        "said.assert_called_once_with('hi')",
    ),
    "input by its module": (
        "", "import builtins\ndef f():\n    return int(getattr(builtins, 'input')('n? '))",
        "import builtins\nold = builtins.input\nbuiltins.input = lambda *a: '42'\n"
        "try:\n    assert f() == 42\nfinally:\n    builtins.input = old",
    ),
    "sequence of collections": (
        "", "from collections import UserList\ndef f():\n    return UserList([1, 2])",
        "match f():\n    case [a, b]:\n        assert (a, b) == (1, 2)\n    case _:\n"
        "        assert False",
    ),
    "optimizer of torch": (
        "import torch",
        "def f(x):\n    w = torch.zeros(1, requires_grad=True)\n"
        "    step = torch.optim.SGD([w], lr=0.1)\n    ((w - x) ** 2).sum().backward()\n"
        "    step.step()\n    return w.detach()",
        "torch.manual_seed(0)\nassert torch.allclose(f(torch.ones(1)), torch.tensor([0.2]))",
    ),
    "methods of types as functions": (
        "", "def f(*steps):\n    def run(x):\n        for step in steps:\n"
        "            x = step(x)\n        return x\n    return run",
        "assert f(str.upper, str.strip, len)(' ab ') == 2 and f(str.title)('ab') == 'Ab'",
    ),
    "the same import": (
        "", "import datetime\ndef f(s):\n    return datetime.date.fromisoformat(s).year",
        "import datetime\nassert f('2024-01-02') == datetime.date(2024, 1, 2).year",
    ),
    "a library that reads what the test imports": (
        "from sklearn.linear_model import LinearRegression",
        "def f(x, y):\n    return LinearRegression().fit(x, y)",
        "import numpy as np\nfrom sklearn.base import is_classifier\n"
        "m = f(np.arange(4.0)[:, None], np.arange(4.0))\n"
        "assert not is_classifier(m) and abs(m.predict(np.array([[5.0]]))[0] - 5) < 1e-9",
    ),
}  # fmt: skip

# Classes of libraries: what a subclass of each is made of, and what a test asks of one.
DERIVED = {
    "date": ("from datetime import date as B", "P(2024, 2, 28)", "d.year == 2024"),
    "datetime": ("from datetime import datetime as B", "P(2024, 2, 28)", "d.year == 2024"),
    "timedelta": ("from datetime import timedelta as B", "P(days=2)", "d.days == 2"),
    "Decimal": ("from decimal import Decimal as B", "P('1.10')", "str(d) == '1.10'"),
    "Fraction": ("from fractions import Fraction as B", "P(1, 2)", "d.numerator == 1"),
    "deque": ("from collections import deque as B", "P([1, 2])", "list(d) == [1, 2]"),
    "Counter": ("from collections import Counter as B", "P('aab')", "d['a'] == 2"),
    "UserDict": ("from collections import UserDict as B", "P(a=2)", "d['a'] == 2"),
    "PosixPath": ("from pathlib import PosixPath as B", "P('a.txt')", "d.suffix == '.txt'"),
    "StringIO": ("from io import StringIO as B", "P('text')", "d.read() == 'text'"),
    "SimpleNamespace": ("from types import SimpleNamespace as B", "P(a=1)", "d.a == 1"),
    "Connection": (
        "from sqlite3 import Connection as B", "P(':memory:')",
        "d.execute('select 1').fetchone() == (1,)",
    ),
    "DataFrame": (
        "from pandas import DataFrame as B", "P({'a': [1.0]})",
        "d.shape == (1, 1) and d['a'].tolist() == [1.0]",
    ),
    "Series": ("from pandas import Series as B", "P([1, 2])", "d.tolist() == [1, 2]"),
}  # fmt: skip


WRONG = {
    "a class that compares nothing": (
        "", "class P:\n    def __init__(self, x, y):\n        self.x, self.y = x, y",
        "assert P(1, 2) == P(1, 2)",
    ),
    "two that are no numbers": (
        "", "P = float('nan')\nf = [1.0, float('nan')]", "assert P != P and P in f",
    ),
    "a copy of an item moved": ("", f"{ADD}P.insert(j, dict(P.pop(i)))", MOVED),
    "a copy of an item renamed": ("", f"{REGISTER}P[b] = dict(P.pop(a))", RENAMED),
    "an array that may not be changed": (
        "import pandas as pd", "def f(xs):\n    return pd.Series(xs).to_numpy()",
        "r = f([1.0, 2.0])\nr[0] = 7\nassert r[0] == 7",
    ),
    "memory that is read backwards": (
        "import numpy as np, torch", "def f(a):\n    return (a * 1)[::-1]",
        "assert torch.from_numpy(f(np.arange(3.0))).tolist() == [2, 1, 0]",
    ),
    "no sequence": (
        "", "class P:\n    def __getitem__(self, i):\n        return (1, 2)[i]\n"
        "    def __len__(self):\n        return 2\nf = P",
        "match f():\n    case [a, b]:\n        pass\n    case _:\n        assert False",
    ),
    "values for a table": (
        "import pandas as pd", "def f(d):\n    return d.values",
        "assert isinstance(f(pd.DataFrame({'a': [1]})), pd.DataFrame)",
    ),
    "another error": (
        "import numpy as np", "class P(ValueError):\n    pass\ndef f():\n    raise P('no')",
        CATCHES.format("np.linalg.LinAlgError", "pass"),
    ),
    "no class of the course's": (
        ABSTRACT, "P = type('P', (), {'a': lambda self: 3})", "assert isinstance(P(), A)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [*RIGHT, *WRONG])
def test_one_process_agrees(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stock nbgrader runs all of it in one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert passes_in_one_process((RIGHT | WRONG)[case]) == (case in RIGHT)


@pytest.mark.parametrize("case", RIGHT)
def test_it_gets_its_points(case: str) -> None:
    assert graded(*RIGHT[case], binds=BINDS) == (2.0, "")


@pytest.mark.parametrize("case", DERIVED)
def test_an_object_of_a_class_that_derives_from_a_librarys_is_one_of_it(case: str) -> None:
    given, made, asked = DERIVED[case]
    source = f"class P(B):\n    pass\ndef f():\n    return {made}"
    test = (
        f"d = f()\nassert isinstance(d, B) and issubclass(P, B) and type(d) is P\nassert {asked}"
    )
    assert graded(given, source, test, BINDS) == (2.0, "")


# What cannot be known from another process waits; so do wrong answers that pass for right ones.
WAITS = {
    "day compared with the test's own": (
        "", "from datetime import date\nclass P(date):\n    pass\nf = P.today",
        "from datetime import date\nassert f() > date(2024, 2, 28)", "with a value of its own",
    ),
    "table that pandas looks into": (
        "import pandas as pd",
        "class P(pd.DataFrame):\n    pass\ndef f():\n    return P({'a': [1]})",
        "pd.testing.assert_frame_equal(f(), pd.DataFrame({'a': [1]}))", "as an array",
    ),
    "picture for an array": (
        "import numpy as np",
        "class P:\n    def __array__(self, dtype=None, copy=None):\n"
        "        return np.ones(2, dtype)\nf = P",
        "assert np.asarray(f()).tolist() == [1, 1]", "makes an array of `P(...)`",
    ),
    "table for an array": (
        "import numpy as np, pandas as pd",
        "class P(pd.DataFrame):\n    pass\ndef f():\n    return P({'a': [1]})",
        "assert np.array(f()).tolist() == [[1]]", "makes an array of `f(...)`",
    ),
    "list for C code": (
        "", STACK, "import json\nassert json.dumps(P([1])) == '[1]'", "`P` derives from list",
    ),
    "list that lies": (
        "", "class P(list):\n    def __eq__(self, other):\n        return True\nf = P",
        "assert f() == [1, 2]", "with a value of its own",
    ),
    "another import": (
        "", "import numpy as math\ndef f(x):\n    return math.power(x, 0.5)",
        "import math\nassert f(4) == math.sqrt(4)", "the test imports `math`",
    ),
    "a function that the test imports anew": (
        "", "def mean(x):\n    return 2\ndef f(x):\n    return mean(x)",
        "from statistics import mean\nassert f([1, 5]) == mean([1, 3])", "the test imports `mean`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WAITS)
def test_what_only_one_process_would_tell_waits(case: str) -> None:
    *cells, words = WAITS[case]
    points, waits = graded(*cells, binds=BINDS)
    assert points == 0.0
    assert words in waits


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_one_gets_none(case: str) -> None:
    assert graded(*WRONG[case], binds=BINDS) == (0.0, "")
