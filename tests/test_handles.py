"""What a hostile kernel can say of its objects, and what a test can do with an honest one's.

Over sockets, without a kernel; tests/constructs tries them in notebooks.
"""

from __future__ import annotations

import builtins
import random
import socket
import sys
import time
import traceback
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from student_ends import Student, honest, linked

from convgrade import formulas, seeds, wire
from convgrade.handles import ARRAYS
from convgrade.mirrors import Mirror, is_same, is_subclass
from convgrade.proxy import Undecided
from convgrade.remote import Lost


class Node:
    """Stands for what a hostile kernel writes in a value's place."""


def forging(*bodies: Any) -> Student:
    """Return an end that gives each request the next of these, written as it is; then the last."""

    def student(connection: socket.socket) -> None:
        try:
            wire.receive(connection)
            wire.send(connection, {"value": "kernel"})
            for body in [*bodies, *[bodies[-1]] * 50]:
                wire.receive(connection, made=lambda written: None)
                reply = body if type(body) is dict else {"value": Node()}
                wire.send(connection, reply, exact=lambda value, body=body: body)
        except (EOFError, OSError):
            return

    return student


NODES: list[Any] = [
    None, 7, "thing", [], [[]], ["thing"], ["thing", 1], ["thing", "1", 2], ["thing", 1.0, 2],
    ["thing", True, 2], ["class"], ["class", None], ["class", [1]], ["function", 1, 2, 3],
    ["callback", 0], ["callback", -1], ["callback", "0"], ["named", "os", "system"],
    ["type", "os"], ["type", "eval"], ["member", 1, 1, "os", "system"], ["member", 1, 1, 1, 1],
    ["handle", 0], ["generator", "x"], ["coroutine", None]
]  # fmt: skip


@pytest.mark.parametrize("body", NODES, ids=str)
def test_what_is_no_object_costs_the_exercise(body: Any) -> None:
    """Nothing is imported, looked up or called for it."""
    with linked(forging(body)) as names, pytest.raises((Lost, Undecided)):
        names["f"].anything + 1


FACTS: list[dict[str, Any]] = [
    {}, {"value": None}, {"value": {"name": "a b"}}, {"value": {"name": "__import__('os')"}},
    {"value": {"name": 5, "module": [], "doc": {}, "operations": 3, "bases": {"a": 1}}},
    {"value": {"name": "A", "bases": [2], "operations": [1, "getattribute", "class", "init"]}},
    {"value": {"name": "A", "module": "__main__", "bases": [2, 2, 3]}},
    {"value": {"name": "int", "module": "builtins"}},
    {"value": {"name": "Popen", "module": "subprocess"}},
    {"value": {"name": "system", "module": "os"}},
]  # fmt: skip


@pytest.mark.parametrize("facts", FACTS, ids=str)
def test_a_class_that_lies_is_a_class_of_the_students(facts: Any) -> None:
    """Its objects are stand-ins: no plain value passes for one, and nothing of ours is made."""
    with linked(forging(["thing", 1, 2], facts)) as names:
        made = names["thing"]
        assert type(type(made)) is Mirror
        assert not isinstance(made, (int, float, str, list, dict, np.ndarray))


@pytest.mark.parametrize("error", ["StopIteration", "SystemExit", "BaseException", "None", "eval"])
def test_a_class_of_errors_that_lies_is_an_exception(error: str) -> None:
    with linked(forging(["class", 2], {"value": {"name": "E", "error": error}})) as names:
        kind = names["E"]
        assert issubclass(kind, Exception)
        assert not issubclass(kind, StopIteration)


SAID: dict[str, Any] = {
    "types": ["ValueError", "Exception"], "exits": False, "message": "m", "line": "l",
    "module": "builtins", "args": ("m",), "details": {}, "attributes": {}, "suppress": False,
    "lacks": [],
}  # fmt: skip
ENDING = {**SAID, "types": ["SystemExit", "BaseException"], "exits": True}
ODD: list[Any] = [
    None,
    True,
    -1,
    2.5,
    "x",
    "__class__",
    [],
    [[1]],
    {},
    {"a": {}},
    {1: 2},
    (),
    b"x",
]
LIES = [
    *(SAID | {field: odd} for field in [*SAID, "members", "__cause__", "repr"] for odd in ODD),
    *(SAID | {"types": [name]} for name in dir(builtins)),
    *(SAID | {"types": [name], "exits": True} for name in ("ValueError", "GeneratorExit", "Lost")),
    *(
        SAID | {"types": [f"Unicode{kind}Error"], "args": (*start, at, end, "r")}
        for kind, start in {"Decode": ("a", b"x"), "Encode": ("a", "x"), "Translate": "x"}.items()
        for at, end in ((0, 1), (1, 2), (-1, 1), (1, 1), (0, 3), (10**30, 10**31), (0, "1"))
    ),
    SAID | {"types": ["SyntaxError"], "args": ("m", (1, [], {}, b"", ()))},
    SAID | {"details": {"errno": [], "name": {}, "path": (), "args": 1, "__class__": 2}},
    SAID | {"attributes": {"args": 1, "__class__": 1, "__notes__": 5, "with_traceback": 2}},
    SAID | {"types": ["ExceptionGroup"], "text": "g", "members": [SAID, ENDING, 5]},
    SAID | {"types": ["ExceptionGroup"], "text": "g", "members": [SAID] * 1000},
    SAID | {"__cause__": SAID | {"__cause__": SAID | {"__context__": SAID | {"__cause__": SAID}}}},
    SAID | {"__cause__": ENDING, "__context__": SAID | {"types": ["StopIteration"]}},
    SAID | {"module": "subprocess", "types": ["CalledProcessError"], "args": ()},
    SAID | {"module": "json", "types": ["JSONDecodeError"]}, SAID | {"class": "x"}, ENDING,
]  # fmt: skip


@pytest.mark.parametrize("named", ["", "StopIteration SystemExit KeyboardInterrupt except: args"])
def test_an_exception_that_lies_is_one_that_can_be_shown(named: str) -> None:
    """None ends a loop of the test's or is of a class that the test does not name."""
    for lie in LIES:
        reply = {"raised": lie}
        with linked(forging(["function", 1, "function", "f"], reply),
                    named=frozenset(named.split())) as names:  # fmt: skip
            function = names["f"]
            with pytest.raises(BaseException) as caught:  # noqa: PT011
                list(map(function, [1]))
        error = caught.value
        if not isinstance(error, (Exception, Lost, Undecided)):
            assert type(error).__name__ in named, lie
        assert not isinstance(error, StopIteration), lie
        assert traceback.format_exception(error), lie
        assert len(repr(error)) < 3000, lie


@pytest.mark.parametrize(
    "name", ["__array_interface__", "__array_struct__", "__dlpack__", "__array_ufunc__",
             "__torch_function__", "__cuda_array_interface__", "_repr_html_"]
)  # fmt: skip
def test_no_library_is_told_where_an_objects_memory_is(name: str) -> None:
    """NumPy would read from any address."""
    source = (
        f"class A:\n    {name} = {{'data': (8, False), 'shape': (4,), 'typestr': '<f8'}}\na = A()"
    )
    with linked(honest(source)) as names:
        if name in ARRAYS:  # the test asks for an array of it, and gets none
            with pytest.raises(Undecided, match="makes an array of `a`"):
                np.asarray(names["a"])
        else:
            assert not hasattr(names["a"], name)
            assert np.asarray(names["a"]).dtype == object


def test_a_value_of_the_tests_is_never_the_students_to_compare() -> None:
    """Neither by == nor through arithmetic, an array or a number."""
    source = """
class Yes:
    shape = (4, 4)
    def __eq__(self, other): return True
    def __sub__(self, other): return self
    def __abs__(self): return 0.0
    def __float__(self): return 6.0
    def __lt__(self, other): return True
yes = Yes()
"""
    for use in (
        lambda yes: yes == 6, lambda yes: yes == 6, lambda yes: yes != 6, lambda yes: [yes] == [6],
        lambda yes: abs(yes - 6) < 1e-9, float, lambda yes: yes < 7, np.shape,
        lambda yes: np.allclose(yes, 6),
    ):  # fmt: skip
        with linked(honest(source)) as names, pytest.raises(Undecided):
            use(names["yes"])


def test_an_objects_own_comparison_is_its_own() -> None:
    source = """
class V:
    def __init__(self, n): self.n = n
    def __eq__(self, other): return self.n == other.n
"""
    with linked(honest(source)) as names:
        kind = names["V"]
        assert kind(1) == kind(1)
        assert kind(1) != kind(2)


def test_student_code_calls_only_what_was_passed_on() -> None:
    """A number that it makes up is none of the test's functions."""
    for number in (0, 1, -1, "0", None, 2**70):
        forged = {"callback": number, "args": (), "kwargs": {}}
        end = forging(["function", 1, "function", "f"], forged)
        with linked(end) as names, pytest.raises(Lost, match="no function of the test"):
            names["f"](1)


@pytest.mark.parametrize("odd", [{"args": 1}, {"kwargs": {1: 2}}, {"args": [1]}, {"kwargs": None}])
def test_odd_arguments_of_a_callback_cost_the_exercise(odd: Any) -> None:
    forged = {"callback": 0, "args": (), "kwargs": {}} | odd
    end = forging(["function", 1, "function", "f"], forged)
    with linked(end) as names, pytest.raises(Lost):
        names["f"](lambda: 1)


def test_two_who_call_each_other_end() -> None:
    with linked(honest("def f(g, n): return g(g, n + 1)")) as names:
        f = names["f"]
        with pytest.raises((Lost, RecursionError)):
            f(f, 0)
        with pytest.raises((Lost, RecursionError)):
            f(lambda g, n: f(g, n), 0)


def test_only_names_that_the_model_reads_reach_the_student() -> None:
    """A student's function that reads what the test expects is not told it."""
    source = "def peek(): return expected\ndef scaled(x): return x * FACTOR"
    with linked(honest(source), frozenset({"FACTOR"})) as names:
        names["FACTOR"] = 3
        assert names["scaled"](2) == 6
        names["expected"] = 42
        with pytest.raises(Undecided, match="`expected`"):
            names["peek"]()


def test_a_list_is_one_on_both_sides() -> None:
    source = """
class Bag:
    def __init__(self, items): self.items = items
    def add(self, x): self.items.append(x)
    def total(self): return sum(self.items)
"""
    with linked(honest(source)) as names:
        start = [1]
        bag = names["Bag"](start)
        bag.add(2)
        assert start == [1, 2]
        bag.items.append(3)
        assert bag.total() == 6
        assert start == [1, 2, 3]


HOSTILE = [
    ("MT19937", np.zeros(624, np.uint32), 10**9, 0, 0.0),
    ("MT19937", np.zeros(624, np.uint32), -5, 0, 0.0),
    ("MT19937", np.zeros(3, np.uint32), 0, 0, 0.0),
    ("PCG64", np.zeros(624, np.uint32), 0, 0, 0.0),
    ("MT19937", np.zeros(624), 0, 0, 0.0),
    ("MT19937", np.zeros(624, np.uint32), 0, 7, 0.0),
    ("MT19937", np.zeros(624, np.uint32), 0, 0, float("nan")),
    None, 5, (), [1] * 5,
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=str)
def test_a_generators_state_is_looked_at(hostile: Any) -> None:
    """One that names a place outside its memory would read there."""
    before = np.random.get_state()[1].tobytes()
    assert not seeds.take_random({"numpy": hostile})
    assert np.random.get_state()[1].tobytes() == before


@pytest.mark.parametrize(
    "hostile", [None, (3, (1,) * 625, "x"), (3, (1,) * 624 + (900,), None), (3, (-1,) * 625, None),
                (2, (1,) * 625, None), (3, [1] * 625, None), (3, (True,) * 625, None)]
)  # fmt: skip
def test_so_is_that_of_python(hostile: Any) -> None:
    before = random.getstate()
    assert not seeds.take_random({"random": hostile})
    assert random.getstate() == before


@pytest.mark.parametrize(
    "hostile",
    [
        None, [], ["Lambda"], ["sympify", "x"], ["__class__"], ["Symbol"], [["Add"]],
        ["Symbol", "x", [["positive", "yes"]]], ["Integer", "9" * 10_000], ["Float", 0, 1, 2],
        ["Float", 0, 5, 10**9, 3, 53], ["parse_expr", "1"], ["Add", "x"], ["AppliedUndef"],
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_expression_is_refused(hostile: Any) -> None:
    with pytest.raises((ValueError, TypeError, IndexError)):
        formulas.build(hostile)


def test_a_hostile_power_is_not_computed() -> None:
    """10**(10**(10**10)) would take for ever."""
    ten = ["Integer", "10"]
    begin = time.monotonic()
    built = formulas.build(["Pow", ten, ["Pow", ten, ["Pow", ten, ten]]])
    assert type(built).__name__ == "Pow"
    assert time.monotonic() - begin < 5


def test_what_a_test_holds_beside_an_object_is_forgotten_in_peace() -> None:
    """A pair of an object and an array was looked at by asking the student's class."""
    source = """
import numpy as np
class Scaler:
    def fit(self, rows):
        self.mean = rows.mean(axis=0)
        return rows - self.mean
    def transform(self, rows): return rows - self.mean
def scaled(rows):
    made = Scaler()
    return made, made.fit(rows)
"""
    with linked(honest(source)) as names:
        rows = np.array([[1.0, 10], [3, 30]])
        made, out = names["scaled"](rows)
        assert made.mean.tolist() == [2, 20]
        assert np.allclose(made.transform(rows), out)
        assert np.allclose(made.transform(rows), out)


def test_a_class_is_the_same_as_the_courses() -> None:
    class Point:
        pass

    with linked(honest("class Point: pass\nclass Other: pass\np, o = Point(), Other()")) as names:
        dict.__setitem__(names, "Point", Point)
        assert is_same(type(names["p"]), Point)
        assert is_same(Point, type(names["p"]))
        assert not is_same(type(names["o"]), Point)
        assert not is_same(names["p"], Point)
        assert is_same(names["p"], names["p"])
        assert not is_same([], [])


@pytest.mark.parametrize("name", ["Parameter", "Generator", "device"])
def test_no_object_passes_for_what_torch_reads_the_memory_of(name: str) -> None:
    """Its C code asks a value for its class, and believes it."""
    import torch

    module = {"Parameter": "torch.nn.parameter", "device": "torch"}.get(name, "torch._C")
    assert isinstance(getattr(sys.modules[module], name), type)
    facts = {"value": {"name": name, "module": module}}
    with (
        linked(forging(["thing", 1, 2], facts)) as names,
        pytest.raises(Undecided, match="does not cross"),
    ):
        torch.add(names["p"], 1)


def test_an_object_is_of_its_classes_base_in_a_library() -> None:
    """Also one of a class that the student derives, and the class itself."""
    import torch

    source = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(2, 1)
    def forward(self, x): return self.fc(x)
net = Net()
"""
    with linked(honest(source)) as names:
        net = names["net"]
        assert isinstance(net, torch.nn.Module)
        assert is_subclass(names["Net"], torch.nn.Module)
        assert not is_subclass(names["Net"], torch.nn.Linear)
        assert net.__class__.__name__ == type(net).__name__ == "Net"
        assert is_same(net.__class__, type(net))
        assert isinstance(net.fc, torch.nn.Linear)
        assert not isinstance(net, torch.nn.Linear)
        assert not isinstance(net, torch.Tensor)
        assert tuple(net(torch.zeros(3, 2)).shape) == (3, 1)
        assert not hasattr(net, "nothing")
        with pytest.raises(AttributeError, match="'Net' object has no attribute 'nothing'"):
            net.nothing  # noqa: B018


class Item:
    """A class of the course's, for what is passed on."""

    def __init__(self, name: str, part: object = None) -> None:
        self.name, self.part = name, part


Item.__module__ = "__main__"
ITEM = """
class Item:
    def __init__(self, name, part=None): self.name, self.part = name, part
kept = []
def keep(item): kept.append(item); return item
def rename(item): item.name += '!'
def inner(item): item.part.name = 'deep'
def tie(a, b): a.part, b.part = b, a
def new(item): item.part = Item('theirs')
def again(): return kept[-1]
def spoil(item): item.part = object; item.x = {1: print}
"""


def test_an_object_that_is_passed_on_is_one_object() -> None:
    """Whoever changes it, and however deep it stands, also where two hold each other."""
    with linked(honest(ITEM)) as names:
        dict.__setitem__(names, "Item", Item)
        one, two = Item("one"), Item("two", Item("part"))
        assert names["keep"](one) is one
        names["rename"](one)
        assert one.name == "one!"
        one.name = "mine"
        names["rename"](item=one)
        assert names["again"]() is one
        assert one.name == "mine!"
        part = two.part
        names["inner"](two)
        assert two.part is part
        assert part.name == "deep"  # type: ignore[attr-defined]
        names["tie"](one, two)
        assert one.part is two
        assert two.part is one
        assert names["keep"]([one, {"b": two}])[1]["b"] is two
        names["new"](one)
        assert one.part.name == "theirs"  # type: ignore[attr-defined]
        assert isinstance(one.part, Item)


def test_an_object_whose_class_is_not_the_courses_is_not_passed_on() -> None:
    """Nor one that is more than what it holds, nor a class that the test sets."""
    slotted = type("Item", (), {"__slots__": ("n",), "__module__": "__main__"})
    for known, value in ((None, Item("x")), (slotted, slotted()), (type, Item("x"))):
        with linked(honest(ITEM)) as names:
            if known is not None:
                dict.__setitem__(names, "Item", known)
            with pytest.raises(Undecided, match="Item"):
                names["keep"](value)
    with linked(honest(ITEM)) as names:
        names.in_test = True
        names["Item"] = Item
        with pytest.raises(Undecided, match="Item"):
            names["keep"](Item("x"))


CHANGED: list[Any] = [
    5, [5], [[0]], [[0, 5]], [[0, {1: 2}]], [[1, {}]], [[-1, {}]], [["0", {}]], [[True, {}]], [{}],
]  # fmt: skip


@pytest.mark.parametrize("changed", CHANGED, ids=str)
def test_odd_changes_of_an_object_change_nothing(changed: Any) -> None:
    reply = {"value": None, "objects": changed}
    with linked(forging(["function", 1, "function", "f"], reply)) as names:
        dict.__setitem__(names, "Item", Item)
        one = Item("one")
        try:
            names["f"](one)
        except (Lost, Undecided):
            pass
        else:
            assert changed == 5
        assert vars(one) == {"name": "one", "part": None}


def test_only_a_passed_object_comes_back() -> None:
    for number in (0, 1, -1, 2**40, True):
        with linked(forging(["object", number])) as names, pytest.raises((Lost, Undecided)):
            names["x"].name  # noqa: B018


def test_a_function_of_the_tests_sees_an_object_as_it_is_by_then() -> None:
    """And what it does to the object is there when student code goes on."""
    source = (
        ITEM
        + """
def fire(item, hook):
    names = []
    for n in range(3):
        item.name += str(n)
        hook(item)
        names.append(item.name)
    return names
"""
    )
    with linked(honest(source)) as names:
        dict.__setitem__(names, "Item", Item)
        one, seen = Item(""), list[str]()

        def hook(item: Item) -> None:
            assert item is one
            seen.append(item.name)
            item.name += "!"

        assert names["fire"](one, hook) == ["0!", "0!1!", "0!1!2!"]
        assert seen == ["0", "0!1", "0!1!2"]
        assert one.name == "0!1!2!"


@pytest.mark.parametrize("module", ["__main__", "convgrade_helpers_for_tests"])
def test_a_librarys_class_that_the_course_has_by_a_name_is_not_believed(module: str) -> None:
    """A cell or a file of the course's says ``from torch import Tensor``: a student could, too."""
    import torch

    helpers = ModuleType("convgrade_helpers_for_tests")
    helpers.__file__, helpers.Tensor = "/course/helpers.py", torch.Tensor  # type: ignore[attr-defined]
    sys.modules[helpers.__name__] = helpers
    facts = {"value": {"name": "Tensor", "module": module}}
    try:
        with linked(forging(["thing", 1, 2], facts)) as names:
            dict.__setitem__(names, "Tensor", torch.Tensor)
            assert names["p"].__class__ is not torch.Tensor
            assert not isinstance(names["p"], torch.Tensor)
    finally:
        del sys.modules[helpers.__name__]
