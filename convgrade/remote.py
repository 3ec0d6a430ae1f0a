"""The grader's end of the conversation with a student's kernel, for one test cell.

Over a private socket a test cell asks for the student's names: a function becomes a `Proxy`,
anything else a copy. What comes back is plain data (`convgrade.wire`) or words; whatever else
happens costs the exercise its points and nothing more.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from convgrade import wire
from convgrade.exactness import Exactness, after, before
from convgrade.proxy import Proxy, Undecided, stand_in
from convgrade.raised import faithful, rebuild

__all__ = ["YOURS", "Link", "Lost"]

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
    exact : Exactness, optional
        Makes the test wait for a person where its outcome could be another than in the
        student's own process.

    Attributes
    ----------
    lost : str
        Why the student's side cannot be used any more; "" while it can.
    doubt : str
        What was met that does not cross; "" normally.
    raised : Exception or None
        What a student's function raised last.
    """

    def __init__(
        self,
        connect: Callable[[], socket.socket],
        call_timeout: float,
        deadline: float,
        quiet: Callable[[], bool] = lambda: False,
        exact: Exactness | None = None,
    ) -> None:
        self._connect, self._call_timeout, self._deadline = connect, call_timeout, deadline
        self._quiet, self._exactly = quiet, exact
        self.doubt = ""
        self._reads: dict[int, Any] = {}
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
        if type(handle) is not int:
            return reply.get("value")
        kind = reply.get("kind")
        if kind == "exception" and self.exact:
            self.meet(f"the test names `{name}`, a class of exceptions of the student's")
        return stand_in(self, handle, name, kind if type(kind) is str else "function")

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

    @property
    def exact(self) -> bool:
        """Say whether what does not cross makes the test wait for a person."""
        return self._exactly is not None

    def meet(self, words: str) -> NoReturn:
        """Note what the test has met that does not cross, and end it.

        Raises
        ------
        Undecided
        """
        if not self.doubt:
            line = self._exactly.line() if self._exactly is not None else 0
            self.doubt = f"{words} (line {line})" if line else words
        raise Undecided(self.doubt)

    def about(self, what: str, handle: int | None = None) -> Any:
        """Ask what a function, or the student's kernel, says of itself: plain data or None."""
        return self.ask({"do": what, "function": handle}).get("value")

    def call(self, proxy: Proxy, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a student's function; called by `Proxy`."""
        request = {"do": "call", "function": proxy._handle, "args": args, "kwargs": kwargs}
        if self._through is not None:
            request["through"] = self._through
        if self._exactly is not None:
            before(self._exactly, proxy, request, self._names_read, self.meet)
        reply = self.ask(request, proxy._name)
        if "said" in reply:
            self._said.append(reply["said"])
        proxy.changed_inputs = reply.get("changed") is True
        handle, kind = reply.get("function"), reply.get("kind")
        if self.exact and type(handle) is int and type(kind) is str:
            return stand_in(self, handle, f"{proxy._name}(...)", kind)
        return reply.get("value")

    def _names_read(self, handle: int) -> Any:
        """Return what a function says that it reads, asked once."""
        if handle not in self._reads:
            self._reads[handle] = self.about("reads", handle)
        return self._reads[handle]

    def ask(self, request: dict[str, Any], name: str = "") -> dict[str, Any]:
        """Send a request and wait for the reply; ``name`` is of what is asked for.

        Raises
        ------
        Undecided
            When something does not cross, where that makes the test wait for a person.
        Lost
            When the kernel dies, is too slow, or sends what is no reply.
        Exception
            What the student's function raised, as an exception of Python's own.
        TypeError
            When what is to be passed on is no plain data.
        """
        if self.lost or self._over:
            raise Lost(self.lost or "the test cell is over")
        if self.doubt:
            raise Undecided(self.doubt)
        name, met = name or str(request.get("name", "")), list[str]()
        request |= {"exact": True} if self.exact else {}
        now = time.monotonic()
        limit = min(now + self._call_timeout, self._deadline)
        try:
            if self._socket is None:
                self._socket = self._connect()
            self._socket.settimeout(max(limit - now, 0.001))
            self._send(request, name)
            reply = self._receive(limit, met)
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
        self._show(reply.get("printed"), reply.get("errors"), name)
        if self._exactly is not None:
            after(request, reply, name, self.meet)
            if met and request["do"] == "get":
                self.meet(f"the test reads `{name}`, {_article(met[0])}, which does not cross")
            if met and not self._exactly.unused(name):
                self.meet(f"`{name}` returns {_article(met[0])}, which does not cross")
        if "raised" in reply:
            self._raise(reply["raised"])
        return reply

    def _send(self, request: dict[str, Any], name: str) -> None:
        assert self._socket is not None
        try:
            wire.send(self._socket, request, strict=True, exact=self.exact)
        except wire.WireError as error:  # often what another of the student's functions returned
            if self.exact:
                what = str(error).partition(" cannot be passed on")[0]
                self.meet(f"the test passes to `{name}` what does not cross: {what}")
            self.raised = TypeError(str(error))
            raise self.raised from None

    def _receive(self, limit: float, met: list[str]) -> dict[str, Any]:
        assert self._socket is not None
        try:
            reply = wire.receive(self._socket, limit, met)
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

    def _show(self, printed: Any, errors: Any, name: str) -> None:
        """Pass on what the student's function printed, marked as the student's.

        Unmarked where an exact test looks at what is printed.
        """
        if self._exactly is not None:
            for text, stream in ((printed, sys.stdout), (errors, sys.stderr)):
                if type(text) is str and text and stream is not self._exactly.stream:
                    stream.write(text)
                    if len(text) >= MAX_PRINTED:
                        self.meet(f"`{name}` prints more than {MAX_PRINTED:,} characters")
            shown = [(printed, sys.stdout), (errors, sys.stderr)]
            printed = "".join(
                text for text, stream in shown
                if type(text) is str and stream is self._exactly.stream
            )  # fmt: skip
        if type(printed) is str and printed and not self._quiet():
            text = printed[: max(MAX_PRINTED - self._shown, 0)]
            self._shown += len(text)
            for line in text.splitlines():
                sys.stdout.write(f"{YOURS}{line}\n")  # not print, which a test may have patched

    def _raise(self, raised: Any) -> NoReturn:
        if type(raised) is not dict:
            self._lose("what your function returned cannot be read")
        if raised.get("exits") is not False:
            self._lose("your function tried to end Python, as exit() does")
        error = rebuild(raised.get("types"), raised.get("message"))
        if self._exactly is not None:
            error = faithful(error, raised, self._exactly.known, self.meet)
        self.raised = error
        line = raised.get("line")
        if type(line) is str and line:
            error.add_note(f"at your line: {line[:200]}")
        raise error


def _article(type_name: str) -> str:
    return f"an {type_name}" if type_name[:1].lower() in "aeiou" else f"a {type_name}"
