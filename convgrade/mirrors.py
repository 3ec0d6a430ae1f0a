"""Classes and objects of a student's as a test cell sees them: every use of one is a request.

A student's class is mirrored by a class, so that ``isinstance``, ``type(x) is Class`` and
``except Error`` mean what they say; its instances are stand-ins. Nothing here decides for the
student: a value that a test brings and that is compared with a stand-in ends the test, undecided.
"""

from __future__ import annotations

import abc
import sys
from inspect import Signature
from types import FrameType
from typing import Any, NoReturn, Protocol

from convgrade.dataclass_fields import made_fields
from convgrade.handles import ARRAYS as MAKES_ARRAYS
from convgrade.handles import OPERATIONS
from convgrade.proxy import Kind, Proxy, may_be

__all__ = [
    "Link", "Mirror", "Stand", "ask", "compare_with", "counterpart", "handle_of", "is_same",
    "is_subclass", "vars_of",
]  # fmt: skip

# What libraries look for in a value to take its memory, or its place: not the student's to give.
NEVER = ("__array_", "__cuda", "__dlpack", "__torch", "__buffer", "_ipython_", "_repr_")
_ASKED_WORDS = (
    "doc dict name qualname annotations init call repr str eq hash slots match_args post_init "
    "dataclass_fields dataclass_params wrapped self func version all file mro bases base "
    "subclasses"
)
ASKED = frozenset(_ASKED_WORDS.split())
# Whose functions take what has a shape, say, for an array.
ARRAYS = frozenset({"numpy", "pandas", "scipy", "torch"})
# Whose classes an object may be told to be of whatever they are; of others if of Python alone.
LIBRARIES = frozenset({"matplotlib", "torch", "sklearn", "scipy", "networkx"})
# Whose C code takes a value's word for its class, and then reads its memory.
CREDULOUS = frozenset({"torch"})


issubclass_ = issubclass  # Python's own, whatever stands in its place later


class _Link(Protocol):
    """What a stand-in needs of `convgrade.crossing.Crossing`."""

    influenced: set[int | None]
    streams: Any
    link: Any

    def use(self, handle: int, name: str, operation: str, /, *args: Any, **kwargs: Any) -> Any: ...

    def meet(self, words: str) -> NoReturn: ...

    def signature(self, handle: int, name: str) -> Signature: ...

    def about(self, what: str, handle: int | None = None) -> Any: ...


Link = _Link


def _asks(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _attribute(link: Link, handle: int, shown: str, name: str, caller: FrameType) -> Any:
    """Ask for an attribute; libraries are told of none by which they would take its place."""
    if name.startswith(NEVER):
        raise AttributeError(name)
    if name == "__signature__":
        return link.signature(handle, shown)
    if _asks(caller).partition(".")[0] in ARRAYS and name[:2] != "__":
        link.meet(f"the test treats `{shown}`, an object of the student's, as an array")
    if name.startswith("__") and name.endswith("__"):
        word = name[2:-2]
        # What a library asks its own objects for, such as scikit-learn for __sklearn_tags__.
        own = name.startswith(f"__{_asks(caller).partition('.')[0] or ' '}_")
        if word not in ASKED | OPERATIONS and not own:
            if _asks(caller) in ("__main__", "copy", "inspect", "pickle", ""):
                link.meet(f"the test reads {name} of `{shown}`, an object of the student's")
            raise AttributeError(name)
    value = link.use(handle, f"{shown}.{name}", "attribute", name)
    return made_fields(value) if name == "__dataclass_fields__" else value


NATIVE = frozenset(
    {"__class__", "__name__", "__qualname__", "__doc__", "__flags__", "__copy__", "__deepcopy__",
     "_convgrade_facts", "__weakref__", "__subclasshook__", "__instancecheck__",
     "__subclasscheck__", "__prepare__", "_abc_impl", "__type_params__", "__module__",
     "__abstractmethods__", "__array_ufunc__"}
)  # fmt: skip
# Of the mirrored class these name `Stand`, and no class that the test has not met.
RELATIVES = frozenset({"__mro__", "mro", "__bases__", "__base__", "__subclasses__"})


class Mirror(abc.ABCMeta):
    """The class of the classes that stand for a student's."""

    def __new__(
        meta, name: str, bases: tuple[type, ...], parts: dict[str, Any], /, **options: Any
    ) -> Any:
        """Make a class for a student's; undecided where a test derives one of its own."""
        if "_convgrade_facts" not in parts:
            base = next(base for base in bases if type(base) is Mirror)
            link, _, shown = type.__getattribute__(base, "_convgrade_facts")
            link.meet(f"the test derives a class from `{shown}`, a class of the student's")
        return super().__new__(meta, name, bases, parts, **options)

    def __getattribute__(cls, name: str) -> Any:
        if name == "__module__" and _asks(sys._getframe(1)) == "inspect":
            link, _, shown = type.__getattribute__(cls, "_convgrade_facts")
            link.meet(f"the test inspects `{shown}`, a class of the student's")
        own = name in RELATIVES and _asks(sys._getframe(1)).startswith("convgrade.")
        if own or name in NATIVE or type.__getattribute__(cls, "_convgrade_facts") is None:
            return super().__getattribute__(name)
        link, handle, shown = type.__getattribute__(cls, "_convgrade_facts")
        return _attribute(link, handle, shown, name, sys._getframe(1))

    def __call__(cls, /, *args: Any, **kwargs: Any) -> Any:
        """Make an instance, in the student's kernel."""
        return Mirror._use(cls, "call", *args, **kwargs)

    def _use(cls, operation: str, /, *args: Any, **kwargs: Any) -> Any:
        link, handle, shown = type.__getattribute__(cls, "_convgrade_facts")
        return link.use(handle, shown, operation, *args, **kwargs)

    def __setattr__(cls, name: str, value: Any) -> None:
        if name.startswith("_abc_") or name == "__abstractmethods__":
            super().__setattr__(name, value)
            return
        Mirror._use(cls, "set", name, value)

    def __delattr__(cls, name: str) -> None:
        Mirror._use(cls, "delete", name)

    def __dir__(cls) -> Any:
        return Mirror._use(cls, "dir")

    # Of an enumeration, say.
    def __iter__(cls) -> Any:
        return Mirror._use(cls, "iter")

    def __len__(cls) -> int:
        return int(Mirror._use(cls, "len"))

    def __getitem__(cls, key: Any) -> Any:
        return Mirror._use(cls, "getitem", key)

    def __contains__(cls, value: Any) -> bool:
        return bool(Mirror._use(cls, "contains", value))

    def __bool__(cls) -> bool:
        return True

    def __eq__(cls, other: object) -> bool:
        return cls is other or (other is not None and other is (counterpart(cls) or shadow(cls)))

    def __hash__(cls) -> int:
        return type.__hash__(cls)

    def __instancecheck__(cls, value: Any) -> bool:
        return type.__instancecheck__(cls, value)

    def __subclasscheck__(cls, other: Any) -> bool:
        return type.__subclasscheck__(cls, other)


def counterpart(cls: Mirror) -> Any:
    """Return the grader's own class that a mirrored one is, or None."""
    return vars_of(cls).get("_convgrade_counterpart")


def shadow(cls: Mirror) -> Any:
    """Return what says of a student's class which class of a library's it derives from; or None.

    No base of the mirrored class itself: Python would take the library's word for its memory.
    """
    return vars_of(cls).get("_convgrade_shadow")


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two are one object, or both the class that a student's code has as well."""
    if one is not other:
        for a, b in ((one, other), (other, one)):
            if issubclass_(type(a), Proxy) and may_be(a, b):
                a._undecided("compares")
    if Kind in (type(one), type(other)):
        return bool(one == other)
    return one is other or any(
        type(a) is Mirror and isinstance(b, type) and (counterpart(a) is b or shadow(a) is b)
        for a, b in ((one, other), (other, one))
    )


# What a mirrored class says of the classes here that the student's is, or derives from.
_REAL = ("_convgrade_counterpart", "_convgrade_shadow", "_convgrade_plain")


def is_subclass(kind: Any, other: Any) -> bool:
    """Do what Python's own does, also for a student's class that derives from others here."""
    if issubclass_(kind, other):
        return True
    own = [
        vars_of(part) for part in type.__dict__["__mro__"].__get__(kind) if type(part) is Mirror
    ]
    real = [part.get(name) for part in own for name in _REAL]
    return any(issubclass_(found, other) for found in real if found is not None)


def vars_of(cls: type) -> Any:
    """Return the names of a mirrored class itself."""
    return type.__dict__["__dict__"].__get__(cls)


def handle_of(value: Any) -> int | None:
    """Return the number of what a stand-in or a mirrored class stands for; None of others."""
    if type(value) is Mirror:
        return int(type.__getattribute__(value, "_convgrade_facts")[1])
    if type(type(value)) is Mirror:
        return int(object.__getattribute__(value, "_convgrade_at")[1])
    return None


class Stand(metaclass=Mirror):
    """An object of a student's: every use of it is a request."""

    __slots__ = ("_convgrade_at",)
    _convgrade_facts: Any = None

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            other = counterpart(type(self)) or shadow(type(self))
            return type(self) if other is None else other
        if name in ("__copy__", "__deepcopy__"):
            return object.__getattribute__(self, name)
        link, handle, shown = object.__getattribute__(self, "_convgrade_at")
        if name in MAKES_ARRAYS and vars_of(type(self)).get("_convgrade_arrays"):
            link.meet(f"the test makes an array of `{shown}`, an object of the student's")
        return _attribute(link, handle, shown, name, sys._getframe(1))

    def __setattr__(self, name: str, value: Any) -> None:
        ask(self, "set", name, value)

    def __delattr__(self, name: str) -> None:
        ask(self, "delete", name)

    def __dir__(self) -> Any:
        return ask(self, "dir")

    def __hash__(self) -> int:
        return int(ask(self, "hash"))

    def __repr__(self) -> str:
        return _text(self, "repr")

    def __str__(self) -> str:
        return _text(self, "str")

    def __copy__(self) -> Any:
        return ask(self, "copy")

    def __deepcopy__(self, memo: Any) -> Any:
        return ask(self, "deepcopy")

    def __eq__(self, other: object) -> Any:
        if self is other and not vars_of(type(self)).get("_convgrade_compares"):
            return True
        if not vars_of(type(self)).get("_convgrade_compares"):
            return NotImplemented
        if type(other) is counterpart(type(self)):
            return NotImplemented  # the course's own class compares, by what it asks for
        return compare_with(self, "eq", other)


def ask(self: Any, operation: str, /, *args: Any, **kwargs: Any) -> Any:
    """Do something with the object that a stand-in stands for."""
    link, handle, shown = object.__getattribute__(self, "_convgrade_at")
    return link.use(handle, shown, operation, *args, **kwargs)


def _text(self: Any, operation: str) -> str:
    text = ask(self, operation)
    if type(text) is not str:
        raise TypeError(f"__{operation}__ returned non-string")
    return text


def compare_with(self: Any, operation: str, other: Any) -> Any:
    """Let the student's object compare itself with another of theirs, and with nothing else."""
    if handle_of(other) is None:
        link, _, shown = object.__getattribute__(self, "_convgrade_at")
        link.meet(
            f"the test compares `{shown}`, an object of the student's, with a value of its own"
        )
    return ask(self, operation, other)
