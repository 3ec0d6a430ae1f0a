"""What a test may do with a value of the student's, done where the value is.

Sent as text to the student's kernel together with `convgrade.serve`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["use"]


_loops: list[Any] = []  # one: what a coroutine leaves there goes on with the next
_ended: dict[int, tuple[Any, Any, BaseException | None]] = {}  # that ran beside others
_met = [0]  # while the last one ran


def _loop() -> Any:
    import asyncio

    if not _loops or _loops[0].is_running():
        _loops.insert(0, asyncio.new_event_loop())
    return _loops[0]


def _awaited(value: Any, *others: Any) -> Any:
    """Run what can be awaited to its end, with others: beside the kernel's own loop, at work."""
    import asyncio

    if id(value) in _ended:
        result, error = _ended.pop(id(value))[1:]
    else:
        loop, working = _loop(), asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            ends = loop.run_until_complete(_together((value, *others)))
            _met[0] = 1 if asyncio.all_tasks(loop) else 0
        finally:
            asyncio._set_running_loop(working)
        if others and any(error for _, error in ends):
            _met[0] = 2
        if any(" different loop" in str(error) or "event loop" in str(error) for _, error in ends):
            _met[0] = 3
        for other, end in zip(others, ends[1:], strict=True):
            _ended[id(other)] = (other, *end)
        result, error = ends[0]
    if error is not None:
        raise error
    return result


async def _together(values: tuple[Any, ...]) -> list[tuple[Any, BaseException | None]]:
    """Return what each results in, or raises."""
    import asyncio

    async def end(value: Any) -> tuple[Any, BaseException | None]:
        try:
            return await value, None
        except BaseException as error:
            return None, error

    if len(values) == 1:
        return [await end(values[0])]
    return await asyncio.gather(*map(end, values))


def _waiting(begin: Callable[..., Any]) -> Callable[[Any], Callable[..., Any]]:
    """Return what waits for what a function begins with a value."""
    return lambda value: lambda *args: _awaited(begin(value, *args))


def use(value: Any, operation: str) -> Callable[..., Any]:
    """Return the function that does something with a value."""
    if operation in USES:
        function: Callable[..., Any] = USES[operation](value)
        return function

    def operate(*args: Any, **kwargs: Any) -> Any:
        try:
            method = getattr(type(value), f"__{operation}__")
        except AttributeError:
            words = f"'{type(value).__name__}' object has no __{operation}__"
            raise TypeError(words) from None
        return method(value, *args, **kwargs)

    return operate


def _raisable(kind: Any) -> Callable[..., list[Any]]:
    """Return what makes an exception and says what it holds."""

    def make(*args: Any, **kwargs: Any) -> list[Any]:
        made = kind(*args, **kwargs)
        return [made.args, dict(vars(made)), str(made)]

    return make


def _copied(how: str) -> Callable[[Any], Callable[[], Any]]:
    import copy

    return lambda value: lambda: getattr(copy, how)(value)


USES: dict[str, Callable[[Any], Callable[..., Any]]] = {
    "call": lambda value: value,
    "attribute": lambda value: lambda name: getattr(value, name),
    "set": lambda value: lambda name, new: setattr(value, name, new),
    "delete": lambda value: lambda name: delattr(value, name),
    "dir": lambda value: lambda: dir(value),
    "hash": lambda value: lambda: hash(value),
    "repr": lambda value: lambda: repr(value),
    "str": lambda value: lambda: str(value),
    "copy": _copied("copy"),
    "deepcopy": _copied("deepcopy"),
    "raisable": _raisable,
    "send": lambda value: lambda sent: value.send(sent),
    "throw": lambda value: lambda error: value.throw(error),
    "close": lambda value: lambda: value.close(),
    "await": lambda value: lambda *others: _awaited(value, *others),
    "anext": _waiting(lambda value: type(value).__anext__(value)),
    "aenter": _waiting(lambda value: type(value).__aenter__(value)),
    "aexit": _waiting(lambda value, *error: type(value).__aexit__(value, *error)),
    "asend": _waiting(lambda value, sent: value.asend(sent)),
    "athrow": _waiting(lambda value, error: value.athrow(error)),
    "aclose": _waiting(lambda value: value.aclose()),
    "waited": lambda value: lambda: _met[0],
}
