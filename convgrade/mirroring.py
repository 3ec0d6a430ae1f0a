"""A mirrored class made from what a student's kernel says of one; its operations are requests."""

from __future__ import annotations

import builtins
import collections.abc
import struct
import types
from typing import Any
from weakref import WeakKeyDictionary

from convgrade.handles import (
    ARITHMETIC,
    ASYNCHRONOUS,
    COMPARISONS,
    MATCHED,
    OPERATIONS,
    TYPES,
)
from convgrade.libraries import is_of_course
from convgrade.mirrors import (
    Link,
    Mirror,
    Stand,
    ask,
    compare_with,
    handle_of,
    vars_of,
)
from convgrade.streams import wait

__all__ = [
    "ClassFacts", "is_plain_class", "is_told", "make_class", "make_error", "make_stand", "say",
]  # fmt: skip

NUMBERS = frozenset({"int", "float", "complex", "index", "array"})
MEMORY = ("__array_", "__torch", "__cuda", "__dlpack", "__buffer", "__del__")
SOUND = frozenset(
    {"_decimal", "_io", "collections", "datetime", "decimal", "fractions", "io", "pandas",
     "pathlib", "sqlite3", "types"}
)  # fmt: skip
PLAIN_SIZE = object.__basicsize__ + 2 * struct.calcsize("P")  # attributes, and weak references
HEAP = 1 << 9  # Python's flag of classes that were made while it ran
MEASURES = frozenset({"abs", "round", "trunc", "bool", "len", "neg", "pos", "invert"})

_SAID: WeakKeyDictionary[BaseException, tuple[Any, Any]] = WeakKeyDictionary()


class ClassFacts:
    """What a student's kernel says of a class, made sure of.

    Attributes
    ----------
    name, module, error : str
        Its names; the first class of Python's that an exception's derives from, else "".
    operations : list of str
    compares, begins : bool
        It has an ``__eq__``, an ``__init__`` of its own.
    derives : str
        The name of Python's plain type that it derives from, or is, as members of an IntEnum.
    refuses : bool
        It tells NumPy to let it do arithmetic with an array's numbers.
    arrays : bool
        NumPy makes arrays of its objects, by what they say.
    matches : list of int
        What patterns take its objects for, see `convgrade.handles.MATCHED`.
    bases : list of int
    """

    def __init__(self, said: Any) -> None:
        said = said if type(said) is dict else {}
        texts = [said.get(key) for key in ("name", "module", "error")]
        self.name, self.module, self.error = (
            value[:100] if type(value) is str else "" for value in texts
        )
        self.name = self.name if self.name.isidentifier() else "object"
        self.doc = said["doc"] if type(said.get("doc")) is str else None
        self.operations = [n for n in _list(said.get("operations")) if type(n) is str]
        self.bases = [n for n in _list(said.get("bases")) if type(n) is int][:20]
        derives = said.get("derives")
        self.derives = derives if type(derives) is str and derives in TYPES else ""
        self.arrays = said.get("arrays") is True
        self.refuses = said.get("refuses") is True
        self.matches = [bit for bit in MATCHED if bit in _list(said.get("matches"))]
        self.compares, self.begins = said.get("compares") is True, said.get("begins") is not False


def _list(value: Any) -> list[Any]:
    return value[:200] if type(value) is list else []


def _method(operation: str) -> Any:
    def compare(self: Any, other: Any) -> Any:
        return compare_with(self, operation, other)

    def combine(self: Any, *others: Any) -> Any:
        link, _, shown = object.__getattribute__(self, "_convgrade_at")
        result = ask(self, operation, *others)
        if result is NotImplemented or all(handle_of(other) is not None for other in others):
            return result
        link.influenced.add(handle_of(result))
        if handle_of(result) is None:
            words = "turns a value of the test into another"
            link.meet(f"`{shown}`, an object of the student's, {words}")
        return result

    def follow(self: Any) -> Any:
        return ask(self, "next")

    def other(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        link, handle, shown = object.__getattribute__(self, "_convgrade_at")
        if operation in MEASURES and handle in link.influenced:
            link.meet(f"the test measures `{shown}`, which the student's code made of its value")
        return ask(self, operation, *args, **kwargs)

    def convert(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        link, _, shown = object.__getattribute__(self, "_convgrade_at")
        link.meet(f"the test makes a number of `{shown}`, an object of the student's")

    def begin(self: Any) -> Any:
        return wait(*object.__getattribute__(self, "_convgrade_at"), "await").__await__()

    def later(self: Any, /, *args: Any) -> Any:
        return wait(*object.__getattribute__(self, "_convgrade_at"), operation, *args)

    if operation in NUMBERS:
        return convert
    if operation in ASYNCHRONOUS:
        return begin if operation == "await" else later
    made = compare if operation in COMPARISONS else combine if operation in ARITHMETIC else other
    return follow if operation == "next" else made


def is_plain_class(kind: Any) -> bool:
    """Tell whether a library's class is of Python alone, so that it says nothing of memory."""
    return (
        isinstance(kind, type)
        and kind.__module__ not in ("__main__", "builtins")
        and kind.__basicsize__ <= PLAIN_SIZE
        and kind.__flags__ & HEAP > 0
        and not any(name.startswith(MEMORY) for part in kind.__mro__ for name in vars(part))
    )


def is_told(kind: Any) -> bool:
    """Tell whether a student's class that derives from a library's may say so.

    Code that takes that word and then reads memory is in no such library: its C code looks at the
    class that Python knows, and the rest asks for attributes.
    """
    top = str(kind.__module__).partition(".")[0] if isinstance(kind, type) else ""
    return top in SOUND or is_plain_class(kind)


def library_of(base: Any) -> Any:
    """Return the library's class that a mirrored one is or derives from, or None."""
    return vars_of(base).get("_convgrade_library") if type(base) is Mirror else None


def _shadow(name: str, known: list[Any]) -> Any:
    """Return a class of a name that derives from a library's, for who asks for that; or None."""
    for bases in (known, known[:1]) if known else ():
        try:
            return types.new_class(name, tuple(bases))
        except Exception:  # of any library, which may have its own opinion of who derives from it
            continue
    return None


def make_class(link: Link, handle: int, facts: ClassFacts, bases: list[type], own: Any) -> type:
    """Return a class that stands for a student's.

    Parameters
    ----------
    link : convgrade.remote.Link
    handle : int
        The class's number.
    facts : ClassFacts
    bases : list of type
        Mirrored, too.
    own : type or None
        The course's class of this name, or the library's that it is.
    """
    parts: dict[str, Any] = {
        "__slots__": (), "__module__": facts.module or "builtins", "__doc__": facts.doc,
        "_convgrade_facts": None,  # nothing is asked while it is made
        "_convgrade_counterpart": own,
        "_convgrade_plain": TYPES.get(facts.name) if facts.module == "builtins" else None,
        "_convgrade_compares": facts.compares,
        "_convgrade_derives": facts.derives,
        "_convgrade_arrays": facts.arrays,
    }  # fmt: skip
    parts |= {"__array_ufunc__": None} if facts.refuses else {}
    parts |= {f"__{op}__": _method(op) for op in facts.operations if op in OPERATIONS}
    parents = tuple(base for base in bases if type(base) is Mirror) or (Stand,)
    course = (own,) if isinstance(own, type) and is_of_course(own) else ()
    known = [kind for base in bases if (kind := library_of(base)) is not None]
    plain = TYPES[facts.derives] if facts.module == "builtins" and facts.derives else None
    parts["_convgrade_library"] = own if is_told(own) else next(iter(known), plain)
    parts["_convgrade_shadow"] = _shadow(facts.name, known) if own is None else None
    for tried in ((*parents, *course), parents, (Stand,)):
        try:
            made: type = Mirror(facts.name, tried, parts)
        except TypeError:  # bases in an order that Python does not take, or of strange metaclasses
            continue
        type.__setattr__(made, "__abstractmethods__", frozenset())
        for bit in facts.matches:
            getattr(collections.abc, MATCHED[bit]).register(made)
        type.__setattr__(made, "_convgrade_facts", (link, handle, facts.name))
        return made
    raise TypeError(f"{facts.name} cannot be mirrored")


def make_stand(link: Link, handle: int, class_: Any, shown: str) -> Any:
    """Return a stand-in for an object of a mirrored class."""
    made = object.__new__(class_)
    object.__setattr__(made, "_convgrade_at", (link, handle, shown))
    return made


def say(error: Any, text: Any, written: Any = None) -> None:
    """Note what an exception of a student's says as ``str`` and ``repr``, not where tests look."""
    _SAID[error] = text, written


def make_error(link: Link, handle: int, facts: ClassFacts, bases: list[type]) -> type[Exception]:
    """Return a class of exceptions for a student's own."""
    parents: tuple[type, ...] = tuple(b for b in bases if issubclass(b, Exception))
    if not parents:
        base = getattr(builtins, facts.error, Exception)
        sound = isinstance(base, type) and issubclass(base, Exception)
        if not sound or issubclass(base, (StopIteration, StopAsyncIteration)):
            base = RuntimeError  # it would end a loop of the test as if all was well
        parents = (base,)

    def begin(self: Any, /, *args: Any, **kwargs: Any) -> None:
        if facts.begins or kwargs:
            # A subclass of the test's, or an attribute that does not cross: nobody knows.
            held = link.use(handle, facts.name, "raisable", *args, **kwargs)
            if type(self) is not made or type(held) is not list:
                link.meet(f"the test makes a `{facts.name}`, an exception of the student's own")
            args, attributes, said = held
            self.__dict__.update(attributes)
            say(self, said)
        Exception.__init__(self, *args)

    def shown(self: Any) -> str:
        said, _ = _SAID.get(self, (None, None))
        return said if type(said) is str else str(Exception.__str__(self))

    def written(self: Any) -> str:
        _, said = _SAID.get(self, (None, None))
        return said if type(said) is str else Exception.__repr__(self)

    def attribute(self: Any, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = link.use(handle, f"{facts.name}.{name}", "attribute", name)
        if callable(value) or handle_of(value) is not None:
            link.meet(f"the test reads {name} of the student's {facts.name}")
        return value

    parts = {"__module__": "__main__", "__doc__": facts.doc, "__init__": begin, "__str__": shown,
             "__repr__": written, "__getattr__": attribute}  # fmt: skip
    try:
        made = type(facts.name, parents, parts)
    except TypeError:
        made = type(facts.name, parents[:1], parts)
    return made
