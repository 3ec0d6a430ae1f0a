"""A student's function as a test cell sees it: what it says of itself, and nothing made up.

In an exact test cell, whatever a `Proxy` cannot answer as the function itself would raises
`Undecided`: the test then waits for a person. Elsewhere it can be called, and no more.
"""

from __future__ import annotations

import builtins
import contextlib
import pickle
import types
from contextlib import AbstractContextManager
from inspect import Parameter, Signature, _ParameterKind
from typing import Any, ClassVar, NoReturn, Protocol

__all__ = ["Kind", "Proxy", "Undecided", "may_be", "signature_of", "stand_in"]


class Undecided(BaseException):
    """A test cell met what does not cross, so that its outcome could differ from the truth.

    Not an `Exception`: a test cell that tolerates errors must not go on. The message says what.
    """


OWN = frozenset({"_link", "_handle", "_name", "_facts", "changed_inputs"})
SAID = ("__name__", "__module__", "__defaults__", "__kwdefaults__")
KINDS: dict[str, type] = {
    "function": types.FunctionType, "builtin": types.BuiltinFunctionType,
    "method": types.MethodType,
}  # fmt: skip


class _Link(Protocol):
    """What a `Proxy` needs of `convgrade.remote.Link`."""

    def call(self, proxy: Proxy, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...

    def meet(self, words: str) -> NoReturn: ...

    def about(self, what: str, handle: int | None = None) -> Any: ...

    def use(self, handle: int, name: str, operation: str, /, *args: Any, **kwargs: Any) -> Any: ...

    def through(self, text: str) -> AbstractContextManager[list[Any]]: ...

    @property
    def exact(self) -> bool: ...


class Kind(type):
    """The class of what stands for functions: equal to the class of the function itself."""

    kind: str

    def __eq__(cls, other: object) -> bool:
        return cls is other or (cls.kind in KINDS and other is KINDS[cls.kind])

    __hash__ = type.__hash__


class Proxy:
    """A student's function: arguments go out by value, the result comes back by value.

    Attributes
    ----------
    changed_inputs : bool
        The last call changed one of its arguments.
    """

    kind: ClassVar[str] = "function"

    def __init__(self, link: _Link, handle: int, name: str) -> None:
        self._link, self._handle, self._name = link, handle, name
        self._facts: dict[str, Any] | None = None
        self.changed_inputs = False

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the function in the student's kernel; see `Link.ask` for what it raises."""
        return self._link.call(self, args, kwargs)

    def through(self, text: str) -> AbstractContextManager[list[Any]]:
        """Make calls, of this and the student's other functions, through `Link.through`'s text."""
        return self._link.through(text)

    def __repr__(self) -> str:
        return f"<the student's function {self._name}>"

    def __copy__(self) -> Proxy:
        return self

    def __deepcopy__(self, memo: Any) -> Proxy:
        return self

    def _undecided(self, does: str) -> NoReturn:
        what = "a function" if self.kind in KINDS else "an object"
        self._link.meet(f"the test {does} `{self._name}`, {what} of the student's")

    def _fact(self, name: str) -> Any:
        """Return what the function says of itself; undecided where that is no plain data."""
        if self._facts is None:
            self._facts = self._link.about("describe", self._handle)
        if type(self._facts) is not dict or name not in self._facts:
            self._undecided(f"reads {name} of")
        return self._facts[name]


class _Code:
    """The parts of a function's code that are plain data."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        self._proxy._undecided("reads the code of")

    def __getattr__(self, name: str) -> Any:
        parts = self._proxy._fact("__code__")
        if type(parts) is not dict or name not in parts:
            self._proxy._undecided(f"reads {name} of the code of")
        return parts[name]


class _Unsaid:
    """An annotation that does not cross: there, and nothing that a test can look at."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy

    def _refuse(self, *others: object) -> NoReturn:
        self._proxy._undecided("reads the annotations of")

    __eq__ = __ne__ = __repr__ = __str__ = __hash__ = __call__ = _refuse

    def __getattr__(self, name: str) -> Any:
        self._refuse()

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        self._refuse()


def _annotations(proxy: Proxy) -> dict[str, Any]:
    notes = proxy._fact("__annotations__")
    found = {}
    for name, note in notes.items() if type(notes) is dict else ():
        if type(note) is list:
            note = getattr(builtins, note[0], None) if len(note) == 1 else None
            note = note if isinstance(note, type) else _Unsaid(proxy)
        found[name] = note
    return found


def signature_of(proxy: Proxy) -> Signature:
    """Return the signature of a student's function; undecided where it is not all plain data."""
    notes = _annotations(proxy) if proxy.kind == "function" else {}
    try:
        parts = [
            Parameter(
                name, _ParameterKind(kind), default=default if given else Parameter.empty,
                annotation=notes.get(name, Parameter.empty),
            )
            for name, kind, given, default in proxy._fact("parameters")
        ]  # fmt: skip
        return Signature(parts, return_annotation=notes.get("return", Signature.empty))
    except (TypeError, ValueError):
        proxy._undecided("reads the signature of")


def _class(proxy: Proxy) -> Any:
    if proxy.kind not in KINDS:
        proxy._undecided("looks at the type of")
    return KINDS[proxy.kind]


def _equal(proxy: Proxy, other: object) -> bool:
    if proxy.kind not in KINDS:
        proxy._undecided("compares")
    if may_be(proxy, other):
        proxy._undecided("compares")
    same = isinstance(other, Proxy) and proxy._handle == other._handle
    if not same and isinstance(other, Proxy) and proxy.kind == other.kind == "method":
        proxy._undecided("compares")  # a bound method is a new one each time
    return same


def may_be(proxy: Proxy, other: Any) -> bool:
    """Tell whether a library's function is one that the student's side has by the same name."""
    if not proxy._link.exact or proxy.kind not in KINDS or isinstance(other, Proxy):
        return False
    library = type(other) in (types.FunctionType, types.BuiltinFunctionType) and (
        other.__module__ != "__main__"
    )
    return library and proxy._fact("__name__") == other.__name__


def _attribute(proxy: Proxy, name: str) -> Any:
    """Say as a function does that it has no such attribute; undecided about any other."""
    if name.startswith("_ipython_"):
        raise AttributeError(name)
    if name == "__qualname__":  # no class can have a property of this name
        return proxy._fact(name)
    if name == "__wrapped__" and proxy.kind in ("function", "method"):
        if proxy.kind == "method" or name not in proxy._fact("vars"):
            raise AttributeError(f"a function without {name}")
        return proxy._link.use(proxy._handle, f"{proxy._name}.{name}", "attribute", name)
    if proxy.kind == "function":
        if name.startswith("__") and name.endswith("__"):
            has = hasattr(types.FunctionType, name)
        else:
            has = name in proxy._fact("vars")
        if not has:
            raise AttributeError(f"'function' object has no attribute '{name}'")
    if not name.startswith("__"):
        return proxy._link.use(proxy._handle, f"{proxy._name}.{name}", "attribute", name)
    proxy._undecided(f"reads {name} of")


def _set(proxy: Proxy, name: str, value: Any) -> None:
    """Keep what is the stand-in's own; give the function what is its."""
    if name in OWN:
        object.__setattr__(proxy, name, value)
    else:
        proxy._link.use(proxy._handle, f"{proxy._name}.{name}", "set", name, value)


def _delete(proxy: Proxy, name: str) -> None:
    proxy._link.use(proxy._handle, f"{proxy._name}.{name}", "delete", name)


def _bound(proxy: Proxy, instance: object, owner: type | None = None) -> Any:
    """Be a method where a test makes one of a function, in a class of its own."""
    return proxy if instance is None else types.MethodType(proxy, instance)


def _refuses(does: str) -> Any:
    return lambda proxy, /, *args, **options: proxy._undecided(does)


def _pickle(proxy: Proxy, protocol: Any) -> NoReturn:
    with contextlib.suppress(Undecided):  # in a thread, perhaps, where nobody would hear of it
        proxy._undecided("pickles")
    raise pickle.PicklingError("what stands for a student's function")


def _said(name: str) -> property:
    return property(lambda proxy: proxy._fact(name))


EXACT: dict[str, Any] = {
    **{name: _said(name) for name in ("__doc__", *SAID)},
    "__annotations__": property(_annotations),
    "__signature__": property(signature_of),
    "__code__": property(_Code),
    "__class__": property(_class),
    "__eq__": _equal,
    "__hash__": lambda proxy: hash((Proxy, proxy._handle)),
    "__getattr__": _attribute,
    "__setattr__": _set,
    "__delattr__": _delete,
    "__repr__": _refuses("shows"),
    "__reduce_ex__": _pickle,
    "__instancecheck__": _refuses("asks for instances of"),
    "__subclasscheck__": _refuses("asks for subclasses of"),
}
# What an instance or a class of the student's may answer in its own way.
OPERATIONS = (
    "lt le gt ge len iter next reversed contains getitem setitem delitem bool int float complex "
    "index str format bytes enter exit add radd sub rsub mul rmul matmul rmatmul truediv rtruediv "
    "floordiv rfloordiv mod rmod pow rpow and rand or ror xor rxor lshift rlshift rshift rrshift "
    "neg pos abs invert round divmod rdivmod array"
)


def stand_in(link: _Link, handle: int, name: str, kind: str) -> Proxy:
    """Return a `Proxy` for a callable of a kind, whose class bears its name.

    Parameters
    ----------
    link : convgrade.remote.Link
    handle : int
    name : str
        What the test calls it.
    kind : str
        "function", "builtin", or the name of a type whose instances can be called.
    """
    words = "".join(c for c in kind[:60] if c.isalnum() or c == "_") or "object"
    parts: dict[str, Any] = {"kind": words}
    if link.exact:
        parts |= EXACT
        if words == "function":
            parts["__get__"] = _bound
        if words not in KINDS:
            parts |= {f"__{operation}__": _refuses("uses") for operation in OPERATIONS.split()}
    shown = {"builtin": "function"}.get(words, words)
    made: type[Proxy] = (Kind if link.exact else type)(shown, (Proxy,), parts)
    return made(link, handle, name)
