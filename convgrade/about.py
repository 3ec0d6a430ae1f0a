"""What a student's kernel can say about its own functions and state, as plain data.

Sent as text to the kernel together with `convgrade.serve`, and as little trusted: it only lets
an honest student's values answer as they would in the same process.
"""

from __future__ import annotations

import builtins
import contextlib
import dis
import functools
import hashlib
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from convgrade import wire
from convgrade.world import world

_CACHED = type(functools.lru_cache(repr))
HEAP = 1 << 9  # Python's flag of classes that were made while it ran
MAX_DEPTH = 50  # of objects within each other, of which is told what they hold
MAX_FUNCTIONS = 500  # that are read for what a function reaches


def kind(value: Any) -> str:
    """Return what a callable is: "function", "builtin", "exception", or its type's name."""
    type_ = type(value)
    if type_ is types.FunctionType:
        return "function"
    if type_ in (types.BuiltinFunctionType, types.MethodType):
        return "builtin"
    if issubclass(type_, type) and issubclass(value, BaseException):
        return "exception"
    return type_.__name__


def describe(function: Any) -> dict[str, Any]:
    """Return what a function says of itself; what cannot cross is left out."""
    names = ("__doc__", "__name__", "__qualname__", "__module__", "__defaults__", "__kwdefaults__")
    found: dict[str, Any] = {name: getattr(function, name, None) for name in names}
    code = getattr(function, "__code__", None)
    if type(function) is types.FunctionType and code is not None:
        parts = ("co_names", "co_varnames", "co_argcount", "co_kwonlyargcount", "co_name",
                 "co_posonlyargcount", "co_freevars", "co_cellvars", "co_flags", "co_nlocals",
                 "co_firstlineno", "co_consts")  # fmt: skip
        found["__code__"] = {name: getattr(code, name) for name in parts}
        found["__code__"] = {n: v for n, v in found["__code__"].items() if crosses(v)}
        found["vars"] = list(vars(function))
        notes = {name: _annotation(v) for name, v in function.__annotations__.items()}
        found["__annotations__"] = notes
    with contextlib.suppress(TypeError, ValueError):
        found["parameters"] = [
            [
                p.name,
                int(p.kind),
                p.default is not p.empty,
                None if p.default is p.empty else p.default,
            ]
            for p in inspect.signature(function).parameters.values()
        ]
    return {name: value for name, value in found.items() if crosses(value)}


def fingerprint(value: Any) -> str | None:
    """Return a text that equal plain data share; None of what is none."""
    try:
        return hashlib.sha256(wire.dumps(value, strict=True, exact=True)).hexdigest()
    except Exception:  # of any library
        return None


def condition(value: Any) -> str | None:
    """Return a text that values share which hold the same, objects of a notebook's classes too.

    None of what does not tell.
    """
    if isinstance(value, (type, types.FunctionType, _CACHED)):
        return definition(value)
    found = fingerprint(value)
    if found is None:
        try:
            found = fingerprint(_laid_out(value, 0))
        except Exception:  # of any class
            return None
    return found


def conditions(
    names: dict[str, Any], held: list[str], words: list[str], shared: list[Any]
) -> list[Any]:
    """Return how some names' values are, which words of Python's mean something else, and more.

    The more is what `convgrade.world` says, asked for by its parameters.
    """
    own = [name for name in words if name in names and not _is_pythons(name, names[name])]
    held_here = {name: condition(names[name]) for name in held if name in names}
    return [held_here, own, world(*shared)]


def _is_pythons(name: str, value: Any) -> bool:
    module = getattr(value, "__module__", None) or ""
    pythons = type(module) is str and module.partition(".")[0] in ("IPython", "ipykernel", "_io")
    return pythons or value is getattr(builtins, name, None)


def _laid_out(value: Any, depth: int) -> Any:
    """Return plain data that tell what a value holds."""
    kind = type(value)
    if depth > MAX_DEPTH or type(kind).__name__ == "Mirror":
        raise ValueError("it does not tell")
    if kind in (list, tuple, set):
        return [kind.__name__, [_laid_out(part, depth + 1) for part in value]]
    if kind is dict:
        return ["dict", [[_laid_out(p, depth + 1) for p in pair] for pair in value.items()]]
    if kind.__module__ == "__main__" and not isinstance(value, (type, types.FunctionType)):
        return ["object", kind.__name__, _laid_out(vars(value), depth + 1)]
    return value


def home(kind: type) -> str:
    """Return the module of a class: the notebook's also of one that a library made for it.

    Python writes into a class of `type`, `types.new_class` or `make_dataclass` the module that
    called them.
    """
    module = kind.__module__ if type(kind.__module__) is str else "__main__"
    if not kind.__flags__ & HEAP:
        return module
    value: Any = sys.modules.get(module)
    for part in kind.__qualname__.split("."):
        value = getattr(value, part, None)
    return module if value is kind or "<locals>" in kind.__qualname__ else "__main__"


def origin(value: Any) -> list[Any]:
    """Return where a value comes from: a module, and its name there; of others what it is."""
    found = place(value)
    if found is not None:
        return found
    return [type(value).__name__, value if type(value) in (int, float, str) else None]


def place(value: Any) -> list[Any] | None:
    """Return a value's module and its name there, "" of the module itself; None without them."""
    if isinstance(value, types.ModuleType):
        return [value.__name__, ""]
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if type(value).__name__ == "ufunc":
        module, name = "numpy", value.__name__
    if isinstance(value, types.MethodDescriptorType):  # such as `str.upper`
        module = value.__objclass__.__module__
    return [module, name] if type(module) is str and type(name) is str else None


def definition(function: Any) -> str | None:
    """Return the text that defines a function or a notebook's class, and what it holds besides.

    None of any other.
    """
    if isinstance(function, type) and function.__module__ == "__main__":
        own = {n: v for n, v in vars(function).items() if type(v) is types.FunctionType}
        texts = {name: definition(method) for name, method in own.items()}
        whole = None not in texts.values()
        return "\n".join(f"{name}\n{texts[name]}" for name in sorted(texts)) if whole else None
    if type(function) is _CACHED:
        return f"{definition(function.__wrapped__)} {function.cache_info()}"
    if type(function) is not types.FunctionType:
        return None
    held = fingerprint(vars(function)) if vars(function) else ""
    try:
        return None if held is None else inspect.getsource(function) + held
    except Exception:  # of what a student's code has changed
        return None


def source(function: Any) -> Any:
    """Return the text in which a function is defined, and the line where; None if it has none."""
    try:
        lines, line = inspect.findsource(inspect.unwrap(function))
    except Exception:  # of a builtin, or of what a student's code has changed
        return None
    return ["".join(lines), line]


def _annotation(value: Any) -> Any:
    """Return a builtin type as a list of its name, a text as it is, else an empty list."""
    if value is None or type(value) is str:
        return value
    return [value.__name__] if isinstance(value, type) and value.__module__ == "builtins" else []


def crosses(value: Any, exact: bool | Callable[[Any], Any] = True) -> bool:
    """Tell whether a value arrives as what it is; see `convgrade.packing.dumps`."""
    try:
        wire.dumps(value, strict=True, exact=exact)
    except Exception:
        return False
    return True


def reads(function: Any, names: dict[str, Any]) -> dict[str, Any]:
    """Return the global names that a function reads, it or what it reaches; and which are missing.

    Followed are functions and classes that are global names themselves. Of what libraries have
    or the notebook defines it is said where that comes from.
    """
    found: set[str] = set()
    waiting, seen = [function], set[int]()
    while waiting and len(seen) < MAX_FUNCTIONS:
        here = waiting.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        for code in _codes(here, names):
            new = {
                i.argval for i in dis.get_instructions(code)
                if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")
            } - found  # fmt: skip
            found |= new
            waiting += [names[name] for name in new if name in names]
        for cell in getattr(here, "__closure__", None) or ():  # as a decorator's wrapper has it
            with contextlib.suppress(ValueError):  # an empty cell
                waiting.append(cell.cell_contents)
    origins = {name: place(names[name]) for name in sorted(found & names.keys())}
    missing = sorted(found - names.keys())
    return {"value": sorted(found), "missing": missing, "origins": origins}


def _codes(value: Any, names: dict[str, Any]) -> Iterator[types.CodeType]:
    """Yield the code of what a notebook defines, whose global names are these."""
    if isinstance(value, types.MethodType):
        value = value.__func__
    if isinstance(value, types.FunctionType):
        if value.__globals__ is not names:
            return
        codes = [value.__code__]
        while codes:
            code = codes.pop()
            yield code
            codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
    elif isinstance(value, type) and value.__module__ == "__main__":
        for part in vars(value).values():
            yield from _codes(getattr(part, "__func__", part), names)


def stage(value: Any) -> str:
    """Return how far a generator is: "created", "suspended" or "closed"."""
    if value.gi_frame is None:
        return "closed"
    return "suspended" if value.gi_suspended or value.gi_running else "created"


def figures() -> bool:
    """Tell whether a figure of pyplot's is open."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return pyplot is not None and bool(pyplot.get_fignums())


def failure(error: Exception) -> dict[str, Any]:
    """Return the answer where looking at a value fails: no verdict, if the test can wait."""
    name = type(error).__name__
    try:
        message = str(error)[:2000]
    except Exception:  # of the student's own
        message = ""
    words = {"types": [name], "exits": False, "message": message}
    said = message if isinstance(error, wire.WireError) else f"{name}: {message}"
    return {"raised": words, "unsent": said}
