"""A student's own values by number, for the grader, who has nothing else of them.

Sent as text to the student's kernel together with `convgrade.serve`, and as little trusted. What
has no form of plain data keeps its place here and is known to the grader by that; every use of it
is a request. A function of the grader's is known here by a number in the same way.
"""

from __future__ import annotations

import builtins
import enum
import importlib
import secrets
import socket
import sys
import types
from collections.abc import Callable
from typing import Any

from convgrade import about, ambient, wire
from convgrade.copies import copy_back
from convgrade.turns import Turns
from convgrade.twins import digest

MAX_VALUES = 300_000  # in a notebook: more are no mistake but a flood
PLAIN_TYPES = frozenset(
    {int, float, complex, bool, str, bytes, bytearray, list, tuple, set, frozenset, dict, object,
     type(None)}
)  # fmt: skip
TYPES = {kind.__name__: kind for kind in PLAIN_TYPES}
FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
CONTAINERS = frozenset({list, dict, set})  # of which a class may derive that a test uses
HELD = frozenset({list, dict, set})  # what a function may change for its caller
KINDS = {types.FunctionType: "function", types.MethodType: "method"}
# What instances and classes may answer in their own way.
COMPARISONS = frozenset({"lt", "le", "gt", "ge", "ne"})
_ARITHMETIC_WORDS = (
    "add radd sub rsub mul rmul matmul rmatmul truediv rtruediv floordiv rfloordiv mod rmod pow "
    "rpow and rand or ror xor rxor lshift rlshift rshift rrshift divmod rdivmod iadd isub imul "
    "itruediv ifloordiv imod iand ior ixor"
)
ARITHMETIC = frozenset(_ARITHMETIC_WORDS.split())
_SIMPLE_WORDS = (
    "len iter next reversed contains getitem setitem delitem bool int float complex index "
    "format bytes enter exit neg pos abs invert round trunc array"
)
SIMPLE = frozenset(_SIMPLE_WORDS.split())
ASYNCHRONOUS = frozenset({"anext", "aenter", "aexit", "await"})
OPERATIONS = ARITHMETIC | COMPARISONS | SIMPLE | ASYNCHRONOUS | {"aiter", "call"}
ARRAYS = frozenset({"__array__", "__array_interface__", "__array_struct__"})  # NumPy asks for them
#: Python's flags of classes that a pattern of `match` takes for sequences, and for mappings.
MATCHED = {1 << 5: "Sequence", 1 << 6: "Mapping"}
STREAMS = {types.GeneratorType: "generator", types.CoroutineType: "coroutine",
           types.AsyncGeneratorType: "async_generator"}  # fmt: skip


class Handles(list[Any]):
    """Values by number.

    Parameters
    ----------
    names : dict
        The notebook's global names.
    connection : socket, optional
        To the grader, who is asked where a function of theirs is called.
    """

    def __init__(
        self, names: dict[str, Any] | None = None, connection: socket.socket | None = None
    ) -> None:
        super().__init__()
        self._names, self.connection = names if names is not None else {}, connection
        self.name = secrets.token_hex(8)  # by which the grader knows that it is still the same
        self._places: dict[int, int] = {}
        self._stubs: dict[int, Any] = {}
        self.twins: dict[str, Any] = {}  # what both sides have by one name
        self._iterators: dict[int, Any] = {}  # the grader's
        self.lent: dict[int, Any] = {}  # the grader's objects, by their numbers there
        self._lent_places: dict[int, int] = {}
        self.answer: Callable[[Any], dict[str, Any]] = lambda request: {}
        self.turns = Turns()

    def number(self, value: Any) -> int:
        """Return the number of a value: the same for the same one, which is kept for it."""
        place = self._places.setdefault(id(value), len(self))
        if place == len(self):
            if place >= MAX_VALUES:
                raise wire.WireError(f"more than {MAX_VALUES:,} objects in a test")
            self.append(value)
        return place

    def forgetting(self, number: int) -> Callable[[], None]:
        """Return what forgets a value, which may then be nobody's and end."""

        def forget() -> None:
            self._places.pop(id(self[number]), None)
            self[number] = None

        return forget

    def keep(self, value: Any) -> Any:
        """Write a value of no form by its number; None for what the grader must not have so."""
        type_ = type(value)
        for number, stub in self._stubs.items():
            if value is stub:
                return ["callback", number]
        if id(value) in self._lent_places:
            return ["object", self._lent_places[id(value)]]
        if type_ in FUNCTIONS:
            name = getattr(value, "__name__", "")
            kind = KINDS.get(type_, "builtin")
            return ["function", self.number(value), kind, name if type(name) is str else ""]
        if type_ in STREAMS:
            names = [str(value.__name__), str(value.__qualname__)]
            return [STREAMS[type_], self.number(value), *names]
        if issubclass(type_, type):
            if value in PLAIN_TYPES:
                return ["type", value.__name__]
            return ["class", self.number(value)]
        if issubclass(type_, enum.Enum):
            names = [type_.__name__, value.name]
            return ["member", self.number(value), self.number(type_), *names]
        if issubclass(type_, (*(PLAIN_TYPES - CONTAINERS - {object}), BaseException, *_arrays())):
            return None  # a lie would be possible: it is no list, and passes for one
        return ["thing", self.number(value), self.number(type_)]

    def made(self, body: Any) -> Any:
        """Return what the grader means by what is written for it."""
        try:
            kind, *rest = body
            if kind == "handle":
                return self[rest[0]]
            if kind == "named":
                return _named(rest[0], rest[1], self._names)
            if kind == "member":
                return self._names[rest[0]][rest[1]]
            if kind == "callback":
                return self._stub(*rest)
            if kind == "iterator":
                return self._iterators.setdefault(rest[0], self._steps(rest[0]))
            if kind == "twin":
                return self._twin(*rest)
            if kind == "error":
                return getattr(builtins, rest[0])(*rest[1])
            if kind == "nothing":
                return None
            if kind == "object":
                return self.borrowed(*rest)
        except Exception as error:  # such as a module that is not to be had here
            raise ValueError(f"{type(error).__name__}: {error}") from None
        raise ValueError("a value of no known kind")

    def borrowed(self, number: int, name: str) -> Any:
        """Return the object that stands for one of the grader's, of a class of both sides."""
        if number not in self.lent:
            module, _, name = name.rpartition(".")
            kind = _named(module or "__main__", name, self._names)
            self.lent[number] = made = kind.__new__(kind)
            self._lent_places[id(made)] = number  # it is kept, so that nothing else has this id
        return self.lent[number]

    def _twin(self, name: str, held: str) -> Any:
        value = self.twins.setdefault(name, self._names[name])
        if digest(value) != held:
            raise ValueError(f"`{name}` holds something else there")
        return value

    def _steps(self, number: int) -> Any:
        step = self._stub(number, "step", None, [], {})
        while item := step():
            yield item[0]

    def _stub(self, number: int, name: str, doc: Any, parameters: Any, notes: Any) -> Any:
        if number not in self._stubs:

            def ask(*args: Any, **kwargs: Any) -> Any:
                held = [(str(n), value) for n, value in enumerate(args) if type(value) in HELD]
                shares = {place: self.number(value) for place, value in held}
                question = {"callback": number, "args": args, "kwargs": kwargs, "shares": shares}
                if self.lent:
                    question["objects"] = [[n, dict(vars(lent))] for n, lent in self.lent.items()]
                return self._ask(question)

            stub = ask if parameters is None else _shaped(parameters, ask)
            stub.__name__ = stub.__qualname__ = name
            stub.__doc__, stub.__module__ = doc, "__main__"
            stub.__annotations__ = {n: getattr(builtins, kind) for n, kind in notes.items()}
            self._stubs[number] = stub
        return self._stubs[number]

    def _ask(self, question: dict[str, Any]) -> Any:
        """Ask the grader for what its function returns; answer what is asked meanwhile."""
        with self.turns.asking() as apart:
            assert self.connection is not None
            wire.send(self.connection, question | apart, strict=True, exact=self.keep)
            while "do" in (said := wire.receive(self.connection, made=self.made)):
                with ambient.deeper():
                    reply(self.connection, self.answer(said), self)
            return self._said(said)

    def _said(self, said: dict[str, Any]) -> Any:
        for number, value in said.get("changed", []):
            copy_back(self[number], value)
        for number, name, held in said.get("objects", []):
            copy_back(vars(self.borrowed(number, name)), held)
        if "raised" not in said:
            return said.get("value")
        kind, args = said.get("class") or getattr(builtins, said["raised"]), said["args"]
        if kind.__module__ == "builtins":
            error = kind(*args)
        else:  # it may take others than it holds
            error = kind.__new__(kind, *args)
            error.args = tuple(args)
        error.__dict__.update(said["held"], _convgrade_callback=said["number"])
        raise error

    def class_facts(self, number: int) -> dict[str, Any]:
        """Return what the grader needs to know of a class."""
        class_ = self[number]
        mro = type.__dict__["__mro__"].__get__(class_)  # whatever its own class says
        found = [kind for kind in mro if kind is not object]
        defined = set().union(*(vars(kind) for kind in found))
        error = next((k.__name__ for k in found if k.__module__ == "builtins"), "")
        return {
            "name": class_.__name__,
            "module": about.home(class_),
            "doc": class_.__doc__ if type(class_.__doc__) is str else None,
            "bases": [self.number(kind) for kind in class_.__bases__ if kind is not object],
            "operations": [op for op in sorted(OPERATIONS) if f"__{op}__" in defined],
            "compares": "__eq__" in defined,
            "derives": next((k.__name__ for k in mro if k in PLAIN_TYPES - {object}), ""),
            "refuses": _refuses(class_),
            "arrays": any(hasattr(class_, name) for name in ARRAYS),
            "matches": [bit for bit in MATCHED if class_.__flags__ & bit],
            "error": error if issubclass(class_, BaseException) else "",
            "begins": any("__init__" in vars(k) for k in found if about.home(k) == "__main__"),
        }


def reply(connection: socket.socket, answer: dict[str, Any], handles: Handles) -> None:
    """Send an answer; in its place why it cannot be sent."""
    exact = answer.pop("exact", None) is True
    try:
        wire.send(connection, answer, exact=handles.keep if exact else False)
    except OSError:
        raise
    except Exception as error:  # too large or nested, or it fails when it is looked at
        wire.send(connection, about.failure(error))


def _shaped(parameters: list[Any], ask: Callable[..., Any]) -> Any:
    """Return a function of these parameters, as decorators look at them, that asks."""
    kept: dict[str, Any] = {"_convgrade_ask": ask}  # no parameter has this name
    words, given, star = list[str](), list[str](), False
    for place, (name, kind, has, default) in enumerate(parameters):
        kept[f"_convgrade_{place}"] = default
        end = f"=_convgrade_{place}" if has else ""
        if kind == 3 and not star:
            words, star = [*words, "*"], True
        star = star or kind == 2
        words.append({2: "*", 4: "**"}.get(kind, "") + name + end)
        given.append({2: f"*{name}", 3: f"{name}={name}", 4: f"**{name}"}.get(kind, name))
        if kind == 0 and (place + 1 == len(parameters) or parameters[place + 1][1] != 0):
            words.append("/")
    exec(f"def stub({', '.join(words)}):\n    return _convgrade_ask({', '.join(given)})", kept)
    return kept["stub"]


def _refuses(class_: Any) -> bool:
    """Tell whether NumPy leaves arithmetic with numbers of its own to objects of a class."""
    priority = getattr(class_, "__array_priority__", 0)
    first = type(priority) in (int, float) and priority > 0
    return first or getattr(class_, "__array_ufunc__", 0) is None


def _arrays() -> list[type]:
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    kinds = [np.ndarray, np.generic] if np is not None else []
    return kinds + ([torch.Tensor] if torch is not None else [])


def _named(module: str, name: str, names: dict[str, Any]) -> Any:
    if module == "__main__":
        return names[name]
    value: Any = importlib.import_module(module)
    for part in name.split(".") if name else ():
        value = getattr(value, part)
    return value
