"""A student's generators and coroutines as a test cell sees them: Python's own, that ask.

What has several steps may be dropped between two, at any time that suits the collector of
garbage: the student's is then forgotten as soon as nothing else is being asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import types
import weakref
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

from convgrade import wire
from convgrade.mirrors import Link

__all__ = ["KINDS", "STAND_INS", "Streams", "awaited", "wait"]

Own = list[Callable[[], Any]]  # a reference to the stand-in itself, dead while it is collected
#: What the student's side says that it met in waiting, by number: see `convgrade.uses`.
MET = {
    1: "leaves something running",
    2: "is awaited with others, of which one fails",
    3: "is of another loop",
}


class Streams:
    """The stand-ins for generators and coroutines, by the numbers of what they stand for."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._alive: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._numbers: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._waiting: list[Any] = []  # coroutines: Python would warn of what nobody waits for
        self._dropped: list[tuple[int, str]] = []
        self.together: set[int] = set()  # coroutines that have run beside another

    def number(self, value: Any) -> int | None:
        """Return the number of what a stand-in stands for; None of other values."""
        return self._numbers.get(value) if type(value) in STAND_INS else None

    def made(self, kind: str, number: int, names: list[str], shown: str) -> Any:
        """Return what stands for a number: the same each time, as ``is`` asks for that.

        Parameters
        ----------
        kind : str
            Of `KINDS`.
        number : int
        names : list of str
            Its name and its qualified name.
        shown : str
            What the test calls it.
        """
        made = self._alive.get(number)
        if made is not None:
            if type(made) is not KINDS[kind][0]:
                raise wire.WireError("two values of one number")
            return made
        own: Own = []
        name, qualified = names
        state = self._link.about("stage", number) if kind == "generator" else "created"
        made = KINDS[kind][1](self, number, shown, own, state == "suspended")
        own.append(weakref.ref(made))
        made.__name__, made.__qualname__ = name[:200], qualified[:500]
        if state == "suspended":
            next(made)
        elif state == "closed":
            made.close()
        self._alive[number] = made
        self._numbers[made] = number
        if kind == "coroutine":
            self._waiting.append(made)
        return made

    def use(self, number: int, name: str, operation: str, *args: Any) -> Any:
        """Ask for a step."""
        return self._link.use(number, name, operation, *args)

    def awaited(self, number: int, name: str, operation: str, *args: Any) -> Any:
        """See the function of this name."""
        return awaited(self._link, number, name, operation, *args)

    def drop(self, number: int, name: str) -> None:
        """Forget what a test has dropped, unless another thing is being asked just now."""
        self._dropped.append((number, name))
        if self._link.link.idle():
            self.flush()

    def flush(self) -> None:
        """Forget what has been dropped."""
        while self._dropped:
            number, name = self._dropped.pop(0)
            with contextlib.suppress(Exception):  # as Python does while it collects
                self._link.use(number, name, "forget")


def _generator(
    streams: Streams, number: int, name: str, own: Own, begun: bool
) -> Generator[Any, Any, Any]:
    operation, args = "next", list[Any]()
    value = None
    while True:
        if not begun:
            try:
                value = streams.use(number, name, operation, *args)
            except StopIteration as end:
                return end.value
        begun = False
        try:
            sent = yield value
        except GeneratorExit:
            if own[0]() is None:
                streams.drop(number, name)
            else:
                streams.use(number, name, "close")
            raise
        except BaseException as error:
            operation, args = "throw", [error]
        else:
            operation, args = ("next", []) if sent is None else ("send", [sent])


async def _async_generator(
    streams: Streams, number: int, name: str, own: Own, begun: bool
) -> AsyncGenerator[Any, Any]:
    operation, arg = "asend", None
    while True:
        try:
            value = streams.awaited(number, name, operation, arg)
        except StopAsyncIteration:
            return
        try:
            arg = yield value
            operation = "asend"
        except GeneratorExit:
            streams.awaited(number, name, "aclose")
            raise
        except BaseException as error:
            operation, arg = "athrow", error


async def _coroutine(streams: Streams, number: int, name: str, own: Own, begun: bool) -> Any:
    return streams.awaited(number, name, "await")


KINDS: dict[str, tuple[type, Callable[..., Any]]] = {
    "generator": (types.GeneratorType, _generator),
    "async_generator": (types.AsyncGeneratorType, _async_generator),
    "coroutine": (types.CoroutineType, _coroutine),
}
STAND_INS = frozenset(kind for kind, _ in KINDS.values())


async def wait(link: Link, number: int, name: str, operation: str, /, *args: Any) -> Any:
    """Wait for what an object of the student's does."""
    return awaited(link, number, name, operation, *args)


def awaited(link: Link, number: int, name: str, operation: str, /, *args: Any) -> Any:
    """Let the student's side wait for something of its own, to the end.

    Meanwhile nothing else runs here. So the test waits for a person where something could have.
    """
    try:
        loop: Any = asyncio.get_running_loop()
    except RuntimeError:  # a test that sends to a coroutine by hand
        return link.use(number, name, operation, *args)
    if number in link.streams.together:
        link.streams.together.discard(number)
        return link.use(number, name, operation)
    loop.set_exception_handler(_handled)
    beside, tolerant = _beside(link, loop, number, name)
    try:
        return link.use(number, name, operation, *args, *beside)
    finally:
        link.streams.together |= {link.streams.number(other) or 0 for other in beside}
        met = link.use(number, name, "waited")
        met = met if type(met) is int else 1
        if met and not (met == 2 and tolerant):
            words = MET.get(met, MET[1])
            link.meet(f"the test awaits `{name}`, which {words}")
        now = loop.time()
        if any(not timer.cancelled() and timer.when() <= now for timer in loop._scheduled):
            link.meet(f"the test awaits `{name}` and something else, for some time")
        if len(loop._ready) != len(beside):
            link.meet(f"the test awaits `{name}`, which lets something of the test's go on")


def _beside(link: Link, loop: Any, number: int, name: str) -> tuple[list[Any], bool]:
    """Return the coroutines of the student's that a test awaits with one, and nothing else.

    And whether it wants to know of all how they end.
    """
    current: Any = asyncio.current_task(loop)
    others = asyncio.all_tasks(loop) - {current}
    begin = [getattr(step._callback, "__self__", None) for step in loop._ready]
    new = [task for task in begin if task in others and _is_new(link, task)]
    waits = [getattr(task, "_fut_waiter", None) for task in others - {*new}]
    fine = len(new) == len(begin) and all(w is not None and not w.done() for w in waits)
    if fine and new:
        whole = {current, *new}
        fine = (
            link.streams.number(current.get_coro()) == number
            and len(waits) == 1
            and whole in (_gathered(waits[0]), _grouped(current, waits[0]))
        )
    if not fine:
        link.meet(f"the test awaits `{name}`, and other things at the same time")
    return [task.get_coro() for task in new], _tolerant(current)


def _is_new(link: Link, task: Any) -> bool:
    coroutine = task.get_coro()
    known = link.streams.number(coroutine) is not None
    return known and inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED


def _gathered(waits: Any) -> set[Any]:
    """Return the tasks for which a ``gather`` waits."""
    return set(getattr(waits, "_children", ()))


def _grouped(task: Any, waits: Any) -> set[Any]:
    """Return the tasks of the group that a task is of, if that is what is waited for."""
    for callback, _ in getattr(task, "_callbacks", None) or ():
        group = getattr(callback, "__self__", None)
        if isinstance(group, asyncio.TaskGroup) and group._on_completed_fut is waits:  # type: ignore[attr-defined]
            return set(group._tasks)
    return set()


def _handled(loop: Any, context: dict[str, Any]) -> None:
    """Say what a loop says of errors that nobody looks at, but for what ends the test anyway."""
    if isinstance(context.get("exception"), (Exception, type(None))):
        loop.default_exception_handler(context)


def _tolerant(task: Any) -> bool:
    """Tell whether a task is one of a ``gather`` that returns exceptions."""
    for callback, _ in getattr(task, "_callbacks", None) or ():
        names = getattr(getattr(callback, "__code__", None), "co_freevars", ())
        if "return_exceptions" in names:
            return callback.__closure__[names.index("return_exceptions")].cell_contents is True
    return False
