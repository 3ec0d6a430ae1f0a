"""An exact test cell's view of a student's names: as in the same process, or undecided."""

from __future__ import annotations

import copy
import inspect
import random
import types
from collections import Counter, OrderedDict, defaultdict
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest
import torch
from student_ends import honest, linked

from convgrade.namespace import Namespace
from convgrade.proxy import Undecided
from convgrade.seeds import take_random


def student(source: str, **options: Any) -> AbstractContextManager[Namespace]:
    """Return a namespace with the names of a student's cell, over a real socket."""
    return linked(honest(source), **options)


SORT = "def f(x):\n    x.sort()"
PUT = "def f(x):\n    x[0][0] = 9"
CHANGES = [
    (SORT, [3, 1]), (PUT, [[1], [2]]), (PUT, [(np.zeros(2)), 4]), (PUT, ([1, 2], 3)),
    ("def f(x):\n    x.update(a=[1])", {"b": 2, "c": [3]}),
    ("def f(x):\n    del x['b']\n    x['c'].append(4)", {"b": 2, "c": [3]}),
    ("def f(x):\n    x.add(5)", {1, 2}), ("def f(x):\n    x += 1", np.arange(4.0)),
    ("def f(x):\n    x += 1", torch.arange(4.0)), ("def f(x):\n    x['a'] += 1", Counter("ab")),
    ("def f(x):\n    x.move_to_end('a')", OrderedDict(a=1, b=2)),
    ("def f(x):\n    x['n'].append(1)", defaultdict(list)),
    ("def f(x):\n    x.extend([[0], x[0]])", [[1]]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "argument"), CHANGES, ids=lambda value: str(value)[:30])
@pytest.mark.parametrize("by_name", [False, True])
def test_a_changed_argument_is_changed_for_the_caller(
    source: str, argument: Any, by_name: bool
) -> None:
    """Also where the same object stands in two places now."""
    values: dict[str, Any] = {}
    exec(source, values)
    direct, crossed = copy.deepcopy(argument), copy.deepcopy(argument)
    values["f"](direct)
    parts = list(crossed) if isinstance(crossed, (list, tuple)) else []
    with student(source) as names:
        names["f"](x=crossed) if by_name else names["f"](crossed)
    assert type(direct) is type(crossed)
    assert repr(direct) == repr(crossed)
    if "x.extend" in source:
        assert crossed[2] is crossed[0] is parts[0]
    if source is PUT:  # what the caller holds of it is changed with it
        assert all(new is old for new, old in zip(crossed, parts, strict=True))


def test_a_function_says_of_itself_what_it_is() -> None:
    source = (
        "def f(a: int, b='x', *c, d=None, **e) -> 'text':\n    'Doc.'\n    return a\nf.calls = 3\n"
        "g = f\ndef h():\n    return 1\nclass Box:\n    pass\nimport math\nsine = math.sin"
    )
    values: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "f", "exec", dont_inherit=True), values)
    real = values["f"]
    with student(source) as names:
        f = names["f"]
        for name in ("__doc__", "__name__", "__qualname__", "__module__", "__defaults__",
                     "__kwdefaults__", "__annotations__"):  # fmt: skip
            assert getattr(f, name) == getattr(real, name), name
        assert inspect.signature(f) == inspect.signature(real)
        assert inspect.getfullargspec(f) == inspect.getfullargspec(real)
        assert f.__code__.co_varnames == real.__code__.co_varnames
        assert f == names["g"]
        assert f != names["h"]
        assert f != 3
        assert names["h"].__doc__ is None
        assert callable(f)
        assert inspect.isfunction(f)
        assert isinstance(f, types.FunctionType)
        assert type(f).__name__ == "function"
        assert isinstance(names["sine"], types.BuiltinFunctionType)
        assert not hasattr(f, "nothing")
        assert not hasattr(f, "__wrapped__")
        with pytest.raises(TypeError):
            f + 1
        with pytest.raises(TypeError):
            len(f)


UNSAID = {
    "repr(f)": "shows `f`", "call == 42": "compares `call`", "inspect.getsource(f)": "`f`",
    "f(object())": "passes to `f`", "list(globals().items())": "goes through globals",
}  # fmt: skip
SAID = [
    "f.calls", "Box.size", "isinstance(1, Box)", "issubclass(int, Box)", "Box == 1", "list(Box)",
    "Box().size", "call + 1", "issubclass(Wrong, ValueError)", "f(lambda: 1)", "box.size",
    "type(f([0], x=1)).__name__", "np.ones(2) * call", "isinstance(box, Box)", "call is call",
]  # fmt: skip
SOURCE = """
class Box:
    size = 1
class Caller:
    def __call__(self): return 1
    def __eq__(self, other): return True
class Wrong(ValueError): pass
def f(*a, **k): return Box() if a and k else 1
f.calls = 0
call, box = Caller(), Box()
"""


@pytest.mark.parametrize("expression", UNSAID)
def test_what_it_cannot_say_is_undecided(expression: str) -> None:
    with student(SOURCE) as names:
        dict.update(names, inspect=inspect, np=np)
        with pytest.raises(Undecided) as caught:
            eval(compile(expression, "test", "eval"), names)
        assert UNSAID[expression] in str(caught.value)
        link = names._link
        assert link is not None
        assert link.doubt == str(caught.value)
        with pytest.raises(Undecided):  # a test that catches everything gets no further
            names["f"](1)


def outcome(expression: str, names: dict[str, Any]) -> object:
    """Return what an expression gives, or the class of what it raises."""
    try:
        return eval(compile(expression, "test", "eval"), names)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("expression", SAID)
def test_what_it_can_say_is_what_the_same_process_says(expression: str) -> None:
    alone: dict[str, Any] = {"__name__": "__main__", "np": np}
    exec(SOURCE, alone)
    with student(SOURCE) as names:
        dict.update(names, np=np)
        assert outcome(expression, names) == outcome(expression, alone)


def test_a_seed_reaches_a_function_that_draws_numbers_and_tensors() -> None:
    source = (
        "import random, torch\ndef f():\n    return random.random()\ndef g():\n    return 4\n"
        "def h():\n    return torch.rand(700)"
    )
    with student(source, seeds=True) as names:
        random.seed(3)
        assert [names["g"](), names["f"]()] == [4, random.Random(3).random()]
        torch.manual_seed(5)
        one, two = names["h"](), torch.rand(3)
        torch.manual_seed(5)
        assert torch.equal(torch.cat([one, two]), torch.rand(703))
    with student(source) as names:
        assert 0 <= names["f"]() < 1


def test_a_state_of_torchs_generator_leads_nowhere() -> None:
    """Torch itself takes a place near the end with many words left to read from there."""
    good = torch.get_rng_state()
    for place, size, value in ((8, 4, 0), (8, 4, 624), (8, 4, 700), (16, 8, 2**63), (16, 8, 650)):
        bad = bytearray(good.numpy().tobytes())
        bad[8:12], bad[16:24] = (300).to_bytes(4, "little"), (324).to_bytes(8, "little")
        assert take_random({"torch": torch.tensor(list(bad), dtype=torch.uint8)})
        bad[place : place + size] = value.to_bytes(size, "little")
        assert not take_random({"torch": torch.tensor(list(bad), dtype=torch.uint8)})
    for state in (None, 5, good.float(), good[:10], good.tolist()):
        assert not take_random({"torch": state})
    torch.set_rng_state(good)


def test_what_a_test_sets_matters_only_to_a_function_that_reads_it() -> None:
    source = (
        "def inner():\n    return factor\ndef f():\n    return inner()\n"
        "def g(x):\n    return x.factor"
        "\ndef h():\n    return math.pi\nfactor = 1"
    )
    with student(source) as names:
        names["factor"] = 2
        assert not hasattr(names["g"], "factor")
        with pytest.raises(AttributeError):
            names["g"](3)
        with pytest.raises(Undecided, match="sets `factor`, which `f` reads"):
            names["f"]()
    with student("import math\n" + source) as names:
        names["math"] = __import__("math")
        assert names["h"]() == 3.141592653589793
    with student(source) as names:
        names["math"] = __import__("math")
        with pytest.raises(Undecided, match="sets `math`"):
            names["h"]()


def test_exceptions_are_of_the_classes_that_a_test_knows() -> None:
    source = (
        "import numpy as np\nclass Own(KeyError):\n    def __str__(self): return 'words'\n"
        "class Known(ValueError): pass\ndef f(n):\n"
        "    if n == 1: raise KeyError('a', 2)\n    if n == 2: np.linalg.inv(np.zeros((2, 2)))\n"
        "    if n == 3: raise Own('o')\n    if n == 4: raise Known(7)\n    open('/nothing/here')"
    )

    class Known(ValueError):  # noqa: N818 (a student's name)
        pass

    with student(source) as names:
        dict.__setitem__(names, "Known", Known)
        f = names["f"]
        for n, kind, args in (
            (1, KeyError, ("a", 2)), (2, np.linalg.LinAlgError, ("Singular matrix",)),
            (3, KeyError, ("o",)), (4, Known, (7,)),
        ):  # fmt: skip
            with pytest.raises(kind) as caught:
                f(n)
            assert caught.value.args == args
        with pytest.raises(FileNotFoundError):
            f(5)
        with pytest.raises(KeyError) as own:
            f(3)
        assert (type(own.value).__name__, str(own.value)) == ("Own", "words")
        with pytest.raises(AttributeError, match="code"):
            own.value.code  # noqa: B018


def test_constants_and_dicts_of_the_library_cross() -> None:
    with student("from collections import *\na, b = ..., NotImplemented\nc = Counter('aab')\n"
                 "d = defaultdict(list, x=[1])\ne = OrderedDict(z=1)\nimport numpy as np\n"
                 "s, t = np.float64(2), np.array(['x'])[0]") as names:  # fmt: skip
        assert names["a"] is ...
        assert names["b"] is NotImplemented
        assert type(names["c"]) is Counter
        assert names["c"] == Counter("aab")
        assert type(names["d"]) is defaultdict
        assert names["d"]["new"] == []
        assert type(names["e"]) is OrderedDict
        assert names["e"] == OrderedDict(z=1)
        assert names["s"] == 2
        assert names["t"] == "x"
    with student("from collections import *\nx = UserList([4])") as names:
        assert list(names["x"]) == [4]
        with pytest.raises(Undecided, match="compares `x`"):
            assert names["x"] == [4]
    with student("from collections import *\nx = defaultdict(lambda: 1)") as names:
        assert type(names["x"]) is defaultdict
        assert names["x"]["new"] == 1  # the student's function says so


def test_a_gradient_and_a_parameter_cross() -> None:
    source = (
        "import torch\nw = torch.tensor([2.0, 3.0], requires_grad=True)\n"
        "(w ** 2).sum().backward()\n"
        "p = torch.nn.Parameter(torch.ones(2))\nq = torch.nn.Parameter(torch.ones(1), False)"
    )
    with student(source) as names:
        w, p, q = names["w"], names["p"], names["q"]
        assert w.grad.tolist() == [4.0, 6.0]
        assert w.requires_grad
        assert type(p) is torch.nn.Parameter
        assert (p.requires_grad, p.grad, q.requires_grad) == (True, None, False)


def test_a_table_that_a_function_changes_is_changed_for_the_caller() -> None:
    pandas = pytest.importorskip("pandas")
    source = (
        "def f(t):\n    t['c'] = t.a * 2\n    del t['b']\n"
        "    t.index = ['x', 1]\ndef g(s):\n    s[s > 1] = 0\n    s.name = 'n'"
    )
    with student(source) as names:
        table, series = pandas.DataFrame({"a": [1, 2], "b": [3, 4]}), pandas.Series([1, 5])
        other = table
        names["f"](table)
        names["g"](series)
        wanted = pandas.DataFrame({"a": [1, 2], "c": [2, 4]}, index=["x", 1])
        pandas.testing.assert_frame_equal(other, wanted)
        pandas.testing.assert_series_equal(series, pandas.Series([1, 0], name="n"))
        names["f"](table.assign(b=1))


def test_an_annotation_that_does_not_cross_can_be_passed_by() -> None:
    source = "import typing\ndef f(a: typing.Optional[int], b: int = 2) -> typing.Any: return a"
    with student(source) as names:
        shape = inspect.signature(names["f"])
        assert list(shape.parameters) == ["a", "b"]
        assert shape.parameters["b"].default == 2
        assert shape.parameters["b"].annotation is int
        with pytest.raises(Undecided, match="annotations"):
            assert shape.parameters["a"].annotation == int | None


def test_a_class_that_counts_on_both_sides_is_undecided_if_the_test_reads_that() -> None:
    class Ticket:
        count = 0

    Ticket.__module__ = "__main__"
    source = (
        "class Ticket:\n    count = 0\n    def __init__(self): Ticket.count += 1\n"
        "def sell(): return bool(Ticket())\ndef look(): return 1"
    )
    with student(source, attributes=frozenset({("Ticket", "count")})) as names:
        dict.__setitem__(names, "Ticket", Ticket)
        assert names["look"]() == 1
        with pytest.raises(Undecided, match=r"reads `Ticket\.count`"):
            names["sell"]()
    with student(source) as names:
        dict.__setitem__(names, "Ticket", Ticket)
        assert names["sell"]()


def test_a_gradient_through_a_students_function_is_undecided() -> None:
    source = "import torch\nx = torch.ones(2, requires_grad=True)\ndef f(w): return (w * 2).sum()"
    with student(source, differentiates=True) as names:
        assert names["f"](torch.ones(2)) == 4
        with pytest.raises(Undecided, match="differentiates what it has from `f`"):
            names["f"](torch.ones(2, requires_grad=True)).backward()
    # Nor is known of a tensor of theirs what it was computed from.
    with (
        student(source + "\ny = x * 2", differentiates=True) as names,
        pytest.raises(Undecided, match="differentiates what it has from `y`"),
    ):
        names["y"]


def test_a_tensor_that_was_not_computed_can_be_differentiated() -> None:
    source = """
import torch
x = torch.ones(2, requires_grad=True)
def step(w, rate):
    with torch.no_grad():
        w -= rate * w.grad
        w.grad.zero_()
def again(w):
    w.requires_grad_(False)
"""
    with student(source, differentiates=True) as names:
        names["x"].square().sum().backward()
        assert names["x"].grad.tolist() == [2, 2]
        names["step"](names["x"], 0.5)
        assert names["x"].tolist() == names["x"].grad.tolist() == [0, 0]
        mine = torch.ones(2, requires_grad=True)
        mine.sum().backward()
        names["step"](mine, 1.0)
        assert mine.tolist() == mine.grad.tolist() == [0, 0]
        names["again"](mine)
        assert not mine.requires_grad


def test_a_computed_tensor_is_no_leaf_here_either() -> None:
    """So that code which changes it in place does not fail."""
    source = "import torch\ndef f(w): return w * 2\ndef up(w): w += 1"
    with student(source) as names:
        found = names["f"](torch.ones(2, 3, requires_grad=True)[:, ::2])
        assert found.requires_grad
        assert not found.is_leaf
        found += 1
        names["up"](found)
        assert found.tolist() == [[4, 4], [4, 4]]
