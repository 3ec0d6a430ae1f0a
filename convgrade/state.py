"""What a test and a student's function share in one process, brought to and fro between two.

Sent as text to the student's kernel together with `convgrade.serve`: names and builtins that a
test sets, the states of random generators, and lists and the like that both sides hold.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from typing import Any

from convgrade import ambient, wire
from convgrade.about import definition, home
from convgrade.copies import SHARED, copy_back, parts, shared_parts
from convgrade.handles import Handles
from convgrade.twins import digest
from convgrade.world import thing

AIRS: dict[tuple[str, str], Any] = {
    ("matplotlib", "silent_list"): list, ("pandas", "PrettyDict"): dict
}  # fmt: skip

_borrowed: dict[str, Any] = {}  # names that hold a function of the grader's, and what they were
_MISSING = object()
DESCRIBING = (property, staticmethod, classmethod)


def is_shared(value: Any) -> bool:
    """Tell whether two who hold a value see each other's changes of it."""
    if type(value) is tuple:
        return any(map(is_shared, value))
    return type(value).__name__ in SHARED


def share(value: Any, table: Handles) -> dict[str, Any]:
    """Return the number under which both sides know a value that can be changed."""
    return {"share": table.number(value)} if is_shared(value) else {}


def without_airs(value: Any) -> Any:
    """Return a list or dict where a library has one that only shows itself in another way."""
    type_ = type(value)
    kind = AIRS.get((type_.__module__.partition(".")[0], type_.__name__))
    return value if kind is None else kind(value)


@contextlib.contextmanager
def given(names: dict[str, Any]) -> Iterator[None]:
    """Take the grader's functions from the student's names when the test is over."""
    try:
        yield
    finally:
        for name, old in _borrowed.items():
            if old is _MISSING:
                names.pop(name, None)
            else:
                names[name] = old
        _borrowed.clear()


def own_error(error: BaseException, table: Handles) -> dict[str, Any]:
    """Return the number of an exception's class, and of the grader's that it is."""
    found: dict[str, Any] = {}
    number = getattr(error, "__dict__", {}).get("_convgrade_callback")
    if type(number) is int:
        found["callback"] = number
    module = home(type(error))
    place = getattr(sys.modules.get(module), "__file__", None)
    written = type(place) is str and os.path.dirname(os.path.abspath(place)) == os.getcwd()
    if module == "__main__" or written:  # also in a file of the course's: the grader knows which
        found["class"] = table.number(type(error))
    return found


class Taken:
    """During a call, makes the student's side what the test has made of its own.

    Attributes
    ----------
    found : dict
        What to tell the grader after the call.
    """

    def __init__(self, request: dict[str, Any], names: dict[str, Any], table: Handles) -> None:
        self._request, self._names, self._table = request, names, table
        self._kept: list[tuple[Any, str, Any]] = []
        self._ambient: list[tuple[str, Any]] = []
        self.found: dict[str, Any] = {}

    def __enter__(self) -> Taken:
        request = self._request
        texts = request.get("texts", {})
        for name, value in request.get("names", {}).items():
            known = name not in texts or name not in self._names or name in _borrowed
            if not known and texts[name] != definition(self._names[name]):
                continue  # the student's code has put something else there
            if name in request.get("lent_names", ()):
                _borrowed.setdefault(name, self._names.get(name, _MISSING))
            self._names[name] = value
        for name, value in request.get("builtins", {}).items():
            self._put(builtins, name, value)
        for module, values in request.get("patched", {}).items():
            with contextlib.suppress(ImportError):
                there = importlib.import_module(module)
                for name, value in values.items():
                    self._put(there, name, value)
        for kind, value in request.get("ambient", {}).items():
            with contextlib.suppress(ImportError):
                self._ambient.append((kind, ambient.found(kind, value)))
                ambient.put(kind, value)
        if "stdin" in request:
            self._put(sys, "stdin", request["stdin"])
            self._place = request["stdin"].tell()
        self._look_at_twins()
        for number, value in request.get("changed", []):
            if not copy_back(self._table[number], value):
                self.found["apart"] = True
        for number, name, held in request.get("objects", []):
            copy_back(vars(self._table.borrowed(number, name)), held)
        self._held = {number: self._content(number) for number in self._table.lent}
        self._frames = {n: self._frame(n) for n in request.get("held", [])}
        self._settings = ambient.settings(request.get("looks", ()))
        self._classes = {name: self._defined(name) for name in request.get("alone", ())}
        self._things = self._marks()
        self._states = request.get("random")
        if self._states is not None:
            _set_random(self._states)
        return self

    def __exit__(self, *error: object) -> None:
        settings = ambient.settings(self._settings)
        left = [kind for kind, value in settings.items() if value != self._settings[kind]]
        left += [name for name, was in self._classes.items() if self._defined(name) != was]
        left += [name for name, mark in self._marks().items() if self._things.get(name) != mark]
        if left:
            self.found["left"] = left[0]
        for owner, name, value in reversed(self._kept):
            delattr(owner, name) if value is _MISSING else setattr(owner, name, value)
        for kind, value in reversed(self._ambient):
            ambient.put(kind, value)
        stdin = self._request.get("stdin")
        if stdin is not None and not stdin.closed and stdin.tell() != self._place:
            self.found["stdin"] = stdin.tell()
        self._look_at_twins()
        new = {n: self._table[n] for n, frame in self._frames.items() if self._frame(n) != frame}
        if new:
            held: dict[Any, Any]
            held = {n: {id(self._table[n]): (self._table[n], [[]])} for n in self._frames}
            self.found["fresh"] = [
                [number, value, shared_parts(parts(value), {**held, number: {}})]
                for number, value in new.items()
            ]
        changed = [n for n, frame in self._held.items() if self._content(n) != frame]
        if changed:
            self.found["objects"] = [[n, dict(vars(self._table.lent[n]))] for n in changed]
        for name, values in self._request.get("classes", {}).items():
            for attribute, value in values.items():
                kind = self._names.get(name)
                own = vars(kind).get(attribute) if isinstance(kind, type) else value
                if self._written(own) != self._written(value):
                    self.found["apart_class"] = f"{name}.{attribute}"
        if self._states is not None:
            self.found["random"] = random_states()

    def _defined(self, name: str) -> dict[str, Any]:
        """Return what a class has of its own: which functions, and how its values are."""
        kind = self._names.get(name)
        held = vars(kind).items() if isinstance(kind, type) else ()
        fixed = {n: id(v) for n, v in held if callable(v) or isinstance(v, DESCRIBING)}
        if name not in self._request.get("inspected", ()):
            return fixed  # who makes an object may count it
        values = {n: v for n, v in held if n not in fixed and not n.startswith(("__", "_abc_"))}
        return fixed | {n: self._written(v) for n, v in values.items()}

    def _marks(self) -> dict[str, Any]:
        """Return which things modules have that a test names, and what stands in each."""
        found = dict[str, Any]()
        for module, name in self._request.get("modules", ()):
            value = vars(sys.modules[module]).get(name) if module in sys.modules else None
            inner = map(id, value) if isinstance(value, (list, dict, set, tuple)) else ()
            # Libraries put functions of the same name in each other's place.
            found[f"{module}.{name}"] = thing(value) or [id(value), *inner]
        return found

    def _look_at_twins(self) -> None:
        """See whether what both sides have by one name holds the same on both."""
        for name, held in self._request.get("twins", {}).items():
            if digest(self._table.twins.get(name)) != held:
                self.found["apart"] = True

    def _put(self, owner: Any, name: str, value: Any) -> None:
        self._kept.append((owner, name, getattr(owner, name, _MISSING)))
        setattr(owner, name, value)

    def _frame(self, number: int) -> bytes | None:
        return self._written(self._table[number])

    def _content(self, number: int) -> bytes | None:
        return self._written(vars(self._table.lent[number]))

    def _written(self, value: Any) -> bytes | None:
        try:
            return wire.dumps(value, exact=self._table.keep)
        except Exception:
            return None


def random_states() -> dict[str, Any]:
    """Return the states of the generators that a seed sets, as plain data."""
    states: dict[str, Any] = {}
    if "random" in sys.modules:
        states["random"] = sys.modules["random"].getstate()
    if "numpy.random" in sys.modules:
        states["numpy"] = sys.modules["numpy.random"].get_state()
    if "torch" in sys.modules:
        states["torch"] = sys.modules["torch"].get_rng_state()
    return states


def _set_random(states: dict[str, Any]) -> None:
    setters = {"random": ("random", "setstate"), "numpy": ("numpy.random", "set_state"),
               "torch": ("torch", "set_rng_state")}  # fmt: skip
    for name, value in states.items():
        with contextlib.suppress(ImportError):
            module, setter = setters[name]
            getattr(importlib.import_module(module), setter)(value)
