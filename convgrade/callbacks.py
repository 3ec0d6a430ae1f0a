"""A function of the test's that it passes on: what student code sees of it, but for its code."""

from __future__ import annotations

import builtins
import inspect
import itertools
import types
from collections.abc import Callable, Iterator
from typing import Any

from convgrade.handles import PLAIN_TYPES
from convgrade.references import SIMPLE

__all__ = ["ITERATORS", "can_be_called_back", "error_name", "shape_of", "step_of"]

ITERATORS = frozenset(
    {types.GeneratorType, map, filter, zip, enumerate, reversed, itertools.count, itertools.cycle,
     itertools.chain, itertools.islice, itertools.repeat, itertools.takewhile,
     itertools.combinations, itertools.permutations, itertools.product,
     *(type(iter(kind())) for kind in (list, tuple, str, dict, set)), type(iter(range(0))),
     type(iter({}.values())), type(iter({}.items()))}
)  # fmt: skip
CALLABLE = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)


def can_be_called_back(value: Any) -> bool:
    """Tell whether a value can be called and has nothing else that student code could look at."""
    return type(value) in CALLABLE and not set(getattr(value, "__dict__", ())) - {"__wrapped__"}


def shape_of(function: Any) -> list[Any]:
    """Return a function's parameters and the names of the builtin types that it is annotated by.

    A parameter is a name, a kind, whether it has a default, and which. None stands for parameters
    with other defaults.
    """
    if type(function) is not types.FunctionType:
        return [None, {}]
    notes = {
        name: kind.__name__ for name, kind in function.__annotations__.items()
        if isinstance(kind, type) and kind in PLAIN_TYPES - {type(None)}
    }  # fmt: skip
    parameters = [
        [
            p.name,
            int(p.kind),
            p.default is not p.empty,
            None if p.default is p.empty else p.default,
        ]
        for p in inspect.signature(function, follow_wrapped=False).parameters.values()
    ]
    simple = all(type(default) in SIMPLE for *_, default in parameters)
    return [parameters if simple else None, notes]


def step_of(iterator: Iterator[Any]) -> Callable[[], tuple[Any, ...]]:
    """Return a function that gives an iterator's next item in a tuple, an empty one at its end."""

    def step() -> tuple[Any, ...]:
        for item in iterator:
            return (item,)
        return ()

    return step


def error_name(error: BaseException) -> str:
    """Return the first of Python's own classes that an exception is of."""
    names = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    return next((name for name in names if hasattr(builtins, name)), "Exception")
