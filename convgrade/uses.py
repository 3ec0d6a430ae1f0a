"""What a test may do with a value of the student's, done where the value is.

Sent as text to the student's kernel together with `convgrade.serve`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

__all__ = ["use"]


def _awaited(value: Any) -> Any:
    """Run a coroutine to its end: in a thread, as the kernel's own loop is at work."""
    import asyncio

    ended: list[Any] = []

    async def wait() -> Any:
        return await value

    def run() -> None:
        try:
            ended.append((asyncio.run(wait()), None))
        except BaseException as error:
            ended.append((None, error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    result, error = ended[0]
    if error is not None:
        raise error
    return result


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
    "await": lambda value: lambda: _awaited(value),
}
