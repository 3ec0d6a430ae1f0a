"""The grader's end: a student's names, used by a test cell as if they were its own.

A test cell runs with a `Namespace` for its globals. A name that neither the
course's own cells nor Python define is asked of the student's kernel over a
private socket: a function becomes a `Proxy`, anything else a copy. What comes
back is plain data (`convgrade.wire`) or words; whatever else happens costs the
exercise its points and nothing more.
"""

from __future__ import annotations

import builtins
import contextlib
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any, NoReturn

from convgrade import wire

__all__ = ["Link", "Lost", "Namespace", "Proxy"]

MAX_PRINTED = 20_000  # characters that a student's functions may print during a test cell
YOURS = "printed by your code: "


class Lost(BaseException):
    """The student's side cannot be used any more in this test cell.

    Not an `Exception`: a test cell that tolerates errors must not go on to
    award points. The message says why, to the student.
    """


class Link:
    """A conversation with a student's kernel, for one test cell.

    Parameters
    ----------
    connect : callable
        Returns the connected socket; called when the first name is asked for.
    call_timeout, deadline : float
        Seconds for one call; and when all of them must be done, on the clock
        of `time.monotonic`.
    quiet : callable
        Says whether what the student's function prints now must not be shown.

    Attributes
    ----------
    lost : str
        Why the student's side cannot be used any more; "" while it can.
    raised : Exception or None
        What a student's function raised last.
    """

    def __init__(
        self,
        connect: Callable[[], socket.socket],
        call_timeout: float,
        deadline: float,
        quiet: Callable[[], bool] = lambda: False,
    ) -> None:
        self._connect, self._call_timeout, self._deadline = connect, call_timeout, deadline
        self._quiet = quiet
        self._socket: socket.socket | None = None
        self._shown, self._over = 0, False
        self.raised: Exception | None = None
        self.lost = ""
        self._defined: dict[str, int | None] = {}
        self._through: int | None = None
        self._said: list[Any] = []

    def close(self) -> None:
        """End the conversation; the student's end then stops serving."""
        self._over = True
        if self._socket is not None:
            self._socket.close()

    def get(self, name: str) -> Any:
        """Fetch a name: a `Proxy` for a function, else a copy of the value.

        Raises
        ------
        KeyError
            When the student's kernel has no such name.
        """
        reply = self.ask({"do": "get", "name": name})
        if reply.get("missing") is True:
            raise KeyError(name)
        handle = reply.get("function")
        if type(handle) is int:
            return Proxy(self, handle, name)
        return reply.get("value")

    @contextlib.contextmanager
    def through(self, text: str) -> Iterator[list[Any]]:
        """Make the calls of the student's functions through a function of the course's.

        Parameters
        ----------
        text : str
            Python for the student's kernel. It defines ``through(function, args, kwargs)``,
            which returns the value and, as plain data, what it has to say about the call.

        Yields
        ------
        list
            What it said, call by call. It comes from the student's kernel: believe it to the
            student's harm only as far as an honest student is not harmed.
        """
        if text not in self._defined:
            handle = self.ask({"do": "define", "text": text}).get("function")
            self._defined[text] = handle if type(handle) is int else None
        kept = self._through, self._said
        self._through, self._said = self._defined[text], []
        try:
            yield self._said
        finally:
            self._through, self._said = kept

    def call(self, handle: int, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Call a student's function; see `ask`."""
        request = {"do": "call", "function": handle, "args": tuple(args), "kwargs": kwargs}
        if self._through is not None:
            request["through"] = self._through
        reply = self.ask(request)
        if "said" in reply:
            self._said.append(reply["said"])
        return reply

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request and wait for the reply.

        Raises
        ------
        Lost
            When the kernel dies, is too slow, or sends what is no reply.
        Exception
            What the student's function raised, as an exception of Python's own.
        TypeError
            When what is to be passed on is no plain data.
        """
        if self.lost or self._over:
            raise Lost(self.lost or "the test cell is over")
        now = time.monotonic()
        limit = min(now + self._call_timeout, self._deadline)
        try:
            if self._socket is None:
                self._socket = self._connect()
            self._socket.settimeout(max(limit - now, 0.001))
            self._send(request)
            reply = self._receive(limit)
        except Lost as lost:
            self._lose(str(lost))
        except TimeoutError:
            if limit < self._deadline:
                self._lose(
                    f"a call of your function took longer than {self._call_timeout:g} s "
                    "and was stopped"
                )
            self._lose("the time for this test is used up")
        except (EOFError, OSError):
            self._lose("your code made Python exit or crash, or used too much memory")
        self._show(reply.get("printed"))
        if "raised" in reply:
            self._raise(reply["raised"])
        return reply

    def _send(self, request: dict[str, Any]) -> None:
        assert self._socket is not None
        try:
            wire.send(self._socket, request, strict=True)
        except wire.WireError as error:  # often what another of the student's functions returned
            self.raised = TypeError(str(error))
            raise self.raised from None

    def _receive(self, limit: float) -> dict[str, Any]:
        assert self._socket is not None
        try:
            reply = wire.receive(self._socket, limit)
        except wire.WireError as error:
            self._lose(f"what your function returned cannot be read ({error})")
        except MemoryError:
            self._lose("what your functions returned in this test takes too much memory")
        if type(reply) is not dict:
            self._lose("what your function returned cannot be read")
        return reply

    def _lose(self, words: str) -> NoReturn:
        self.lost = words
        raise Lost(words)

    def _show(self, printed: Any) -> None:
        """Pass on what the student's function printed, marked as the student's."""
        if type(printed) is str and printed and not self._quiet():
            text = printed[: max(MAX_PRINTED - self._shown, 0)]
            self._shown += len(text)
            for line in text.splitlines():
                print(f"{YOURS}{line}")

    def _raise(self, raised: Any) -> NoReturn:
        if type(raised) is not dict:
            self._lose("what your function returned cannot be read")
        if raised.get("exits") is not False:
            self._lose("your function tried to end Python, as exit() does")
        error = _rebuild(raised.get("types"), raised.get("message"))
        self.raised = error
        line = raised.get("line")
        if type(line) is str and line:
            error.add_note(f"at your line: {line[:200]}")
        raise error


def _rebuild(types: Any, message: Any) -> Exception:
    """Make an exception of the first of Python's own types among ``types``."""
    names = [name for name in types if type(name) is str] if type(types) is list else []
    text = message[:500] if type(message) is str else ""
    for name in [*names, "Exception"]:
        base = getattr(builtins, name, None)
        if not isinstance(base, type) or not issubclass(base, Exception):
            continue
        if issubclass(base, (StopIteration, StopAsyncIteration)):
            # It would end a loop of the test, such as that of all(map(...)), as if all was well.
            base = RuntimeError
        kind = base
        if names and names[0] != base.__name__ and names[0].isidentifier():
            kind = type(names[0][:80], (base,), {})  # so that messages name the student's own type
        with contextlib.suppress(TypeError):  # UnicodeDecodeError, say, wants more than a text
            return kind(text)
    return Exception(text)


class Proxy:
    """A student's function: arguments go out by value, the result comes back by value.

    Attributes
    ----------
    changed_inputs : bool
        The last call changed one of its arguments (its own copy of it).
    """

    def __init__(self, link: Link, handle: int, name: str) -> None:
        self._link, self._handle = link, handle
        self.__name__ = self.__qualname__ = name
        self.changed_inputs = False

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the function in the student's kernel; see `Link.ask` for what it raises."""
        reply = self._link.call(self._handle, args, kwargs)
        self.changed_inputs = reply.get("changed") is True
        return reply.get("value")

    def through(self, text: str) -> contextlib.AbstractContextManager[list[Any]]:
        """Make calls, of this and the student's other functions, through `Link.through`'s text."""
        return self._link.through(text)

    def __repr__(self) -> str:
        return f"<the student's function {self.__name__}>"


class Namespace(dict[str, Any]):
    """Globals of the course's own cells; names they do not define are the student's.

    Python looks global names up with ``[]`` when the globals are a subclass of
    dict, so ``__missing__`` sees exactly the names that are not there.
    """

    def __init__(self) -> None:
        super().__init__()
        self._own: set[str] = set()
        self._answers: set[str] = set()
        self._seen: dict[str, Any] = {}
        self._link: Link | None = None

    def own(self, names: set[str]) -> None:
        """Declare names that a cell of the course binds: never asked of the student.

        Else a student could make such a cell fail before it binds them, and
        supply values of their own.
        """
        self._own |= names - self._answers

    def expect(self, names: set[str]) -> None:
        """Declare names that an answer cell binds: the student's from here on."""
        self._answers |= names
        self._own -= names
        for name in names:
            self.pop(name, None)

    @contextlib.contextmanager
    def linked(self, link: Link) -> Iterator[None]:
        """Ask ``link`` for the student's names, each once."""
        self._link, self._seen = link, {}
        try:
            yield
        finally:
            self._link, self._seen = None, {}
            for name in [n for n, value in self.items() if isinstance(value, Proxy)]:
                del self[name]  # of no use without its link
            link.close()

    def __missing__(self, name: str) -> Any:
        if name in self._seen:
            return self._seen[name]
        python = hasattr(builtins, name) or name.startswith("__")
        if self._link is None or name in self._own or (python and name not in self._answers):
            raise KeyError(name)
        value = self._seen[name] = self._link.get(name)
        return value

    def __delitem__(self, name: str) -> None:
        if name in self or self._link is None or name not in self._seen:
            super().__delitem__(name)
            return
        self._link.ask({"do": "delete", "name": name})
        del self._seen[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, Proxy) and value.__name__ == name and self._link is not None:
            # A test that took a function away, to see who uses it, gives it back.
            self._link.ask({"do": "restore", "name": name, "function": value._handle})
            self._seen[name] = value
            return
        super().__setitem__(name, value)


def line_of(namespace: dict[str, Any]) -> int:
    """Return the line at which the cell that runs in ``namespace`` is now; 0 when none does."""
    line = 0
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals is namespace and frame.f_code.co_name == "<module>":
            line = frame.f_lineno
        frame = frame.f_back
    return line
