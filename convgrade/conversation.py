"""What is sent and received between a test cell and a student's kernel, within its limits.

While a student's code runs it may call functions that the test has passed on: these run here, in
between.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

from convgrade import wire
from convgrade.ambient import deeper
from convgrade.callbacks import error_name
from convgrade.crossing import Crossing
from convgrade.exactness import Exactness
from convgrade.gradients import follows, requires
from convgrade.held import Known
from convgrade.plain import UnbuiltError
from convgrade.proxy import Undecided
from convgrade.references import SIMPLE
from convgrade.shared_files import SharedFiles

__all__ = ["Conversation", "Lost", "alone"]

MAX_REQUESTS = 1_000_000  # that a test cell makes, and calls of its functions by student code
SOME_REQUESTS = 50  # that take longer, by a blink, than in one process
MANY_REQUESTS = 1000  # after which the way between two processes may be what takes the time
MAX_NESTED = 1000  # calls from one side to the other and back, at a time
#: Asked for by the grader: no test gets to see the answer.
OURS = frozenset({"reads", "folder", "file", "origin", "fingerprints", "loaded", "conditions"})


class Lost(BaseException):
    """The student's side cannot be used any more in this test cell.

    Not an `Exception`: a test cell that tolerates errors must not go on to
    award points. The message says why, to the student.
    """


def alone(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let one thread of a test's wait for what another asks."""

    @functools.wraps(method)
    def waits(self: Conversation, /, *args: Any, **kwargs: Any) -> Any:
        if not self.lock.acquire(blocking=False):
            self._wait()
        self._inside += 1
        try:
            if self._inside == 1:
                self._crossing.streams.flush()
            return method(self, *args, **kwargs)
        finally:
            self._inside -= 1
            self.lock.release()

    return waits


class Conversation:
    """One test cell's, from the first request to the last; see `convgrade.remote.Link`."""

    def __init__(
        self,
        connect: Callable[[], socket.socket],
        call_timeout: float,
        deadline: float,
        exact: Exactness | None,
        crossing: Crossing | None,
        files: SharedFiles | None,
    ) -> None:
        self._connect, self._call_timeout, self._deadline = connect, call_timeout, deadline
        self._exactly, self.doubt, self.lost, self.slow = exact, "", "", False
        self.raised: BaseException | None = None
        self.where = ""
        self.told = False  # a text of the student's has come: see `convgrade.guard`
        self.lock = threading.RLock()
        self._socket: socket.socket | None = None
        self._over, self._requests, self._nested = False, 0, 0
        self._waiting = 0  # threads
        self._inside = 0  # what is being asked, one thing for the sake of another
        known = exact.known if exact is not None else lambda name: None
        self._crossing = crossing or Crossing(known)
        self._crossing.link = self
        self._files = files
        self._errors: list[BaseException] = []  # of the test's functions that student code called

    def close(self) -> None:
        """End the conversation; the student's end then stops serving."""
        self._over = True
        if self._socket is not None:
            self._socket.close()

    def idle(self) -> bool:
        """Tell whether something can be asked now, also while Python collects what is dropped."""
        return not (self._inside or self._over or self.lost or self.doubt)

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

    def meet_slowness(self, compared: bool) -> None:
        """End a test that found something slow, if that can be the way between the processes.

        It can be with each call if two times are ``compared``, or sizes that may be times.
        """
        if self._requests > (0 if compared else SOME_REQUESTS):
            self.meet(f"the test measures time, of {self._requests:,} calls of the student's code")

    def _wait(self) -> None:
        """Wait until another thread of the test's has what it asked for."""
        words = "threads of the test's call the student's code one after the other"
        if self._exactly is not None and self._exactly.threads:
            self.meet(f"{words}, which the test can tell")
        self._waiting += 1
        try:
            if not self.lock.acquire(timeout=max(self._deadline - time.monotonic(), 0.001)):
                self._lose("the time for this test is used up")
        finally:
            self._waiting -= 1

    def _exchange(self, request: dict[str, Any], name: str, met: list[str]) -> dict[str, Any]:
        """Send a request and wait for the reply, which may name what does not cross in ``met``."""
        if self.lost or self._over:
            raise Lost(self.lost or "the test cell is over")
        if self.doubt:
            raise Undecided(self.doubt)
        self._count(name)
        request |= {"exact": True} if self.exact else {}
        now = time.monotonic()
        limit = min(now + self._call_timeout, self._deadline)
        try:
            if self._socket is None:
                self._begin(limit)
            assert self._socket is not None
            if self.exact and type(request.get("function")) is int:
                request["function"] = self._crossing.number(request["function"])
            self._socket.settimeout(max(limit - now, 0.001))
            self._send(request, name)
            told = self.told
            reply = self._answered(limit, met, name)
            self.told = told if request["do"] in OURS else self.told
            return reply
        except Lost as lost:
            self._lose(str(lost))
        except TimeoutError:
            # Of a test that asks so much it is not known that it is slow in one process, too.
            self.slow = self.exact and self._requests > MANY_REQUESTS
            if self.exact and self._waiting:
                self.meet("the student's code takes long, and threads of the test's wait for it")
            if limit < self._deadline:
                self._lose(
                    f"a call of your function took longer than {self._call_timeout:g} s "
                    "and was stopped"
                )
            self._lose("the time for this test is used up")
        except (EOFError, OSError):
            self._lose("your code made Python exit or crash, or used too much memory")

    def _begin(self, limit: float) -> None:
        self._socket = self._connect()
        if self.exact:
            self._socket.settimeout(max(limit - time.monotonic(), 0.001))
            wire.send(self._socket, {"do": "table", "exact": True})
            new = self._crossing.attend(self._receive(limit, []).get("value"))
            self.told = False
            if new and self._files is not None:
                self._files.attend()

    def _count(self, name: str) -> None:
        self._requests += 1
        if self._requests > MAX_REQUESTS:
            self._lose(f"`{name}` was asked more than {MAX_REQUESTS:,} things in one test")

    def _answered(self, limit: float, met: list[str], name: str) -> dict[str, Any]:
        """Wait for the reply; meanwhile run functions of the test's that student code calls."""
        while "callback" in (reply := self._receive(limit, met)) and self.exact:
            self._count(name)
            self._nested += 1
            try:
                with deeper():
                    answer = self._called_back(reply)
            finally:
                self._nested -= 1
            assert self._socket is not None
            self._socket.settimeout(max(limit - time.monotonic(), 0.001))
            self._send(answer, name)
        return reply

    def _called_back(self, call: dict[str, Any]) -> dict[str, Any]:
        args, kwargs = call.get("args"), call.get("kwargs")
        try:
            function = self._crossing.function(call["callback"])
        except wire.WireError as error:
            self._lose(f"your code called what is no function of the test ({error})")
        if type(args) is not tuple or type(kwargs) is not dict or set(map(type, kwargs)) - {str}:
            self._lose("what your function returned cannot be read")
        if call.get("apart") is True and self._exactly is not None and self._exactly.threads:
            self.meet("a thread of the student's calls a function of the test, which can tell")
        numbers = call.get("shares")
        numbers = numbers if type(numbers) is dict else {}
        args = [self._crossing.held.take(numbers.get(str(n)), arg) for n, arg in enumerate(args)]
        try:
            self._crossing.passed.after(call, "a function of yours")
        except wire.WireError as error:
            self._lose(f"your code passed on what cannot be read ({error})")
        inside = self._inside
        try:
            if self._nested > MAX_NESTED:
                raise RecursionError("maximum recursion depth exceeded")
            self._inside = 0
            value = function(*args, **kwargs)
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            self._errors.append(error)
            plain = [a for a in error.args if type(a) in SIMPLE]
            held = {name: a for name, a in vars(error).items() if type(a) in SIMPLE}
            said: dict[str, Any] = {"raised": error_name(error), "args": plain, "held": held}
            said["number"] = len(self._errors) - 1
            known = False
            with contextlib.suppress(wire.WireError):
                known = self._crossing.keep(type(error)) is not None
            return said | {"class": type(error)} if known else said
        finally:
            self._inside = inside
        if requires(tuple(args)) and follows(value):
            self.meet("the student's code differentiates what a function of the test computes")
        changed: dict[str, Any] = {}
        self._crossing.held.before(changed)
        news = self._crossing.passed.news([value])
        return {"value": value, "changed": changed["changed"], **news}

    def _send(self, request: dict[str, Any], name: str) -> None:
        assert self._socket is not None
        try:
            wire.send(
                self._socket, request, strict=True, exact=self.exact and self._keep,
                known=self._crossing.held.inner(),
            )  # fmt: skip
        except wire.WireError as error:  # often what another of the student's functions returned
            if self.exact:
                what = str(error).partition(" cannot be passed on")[0]
                self.meet(f"the test passes to `{name}` what does not cross: {what}")
            self.raised = TypeError(str(error))
            raise self.raised from None

    def _receive(self, limit: float, met: list[str]) -> dict[str, Any]:
        assert self._socket is not None
        try:
            made, texts = self._crossing.made if self.exact else None, [False]
            reply = wire.receive(self._socket, limit, met, made, texts)
        except UnbuiltError as error:  # of an honest student, too: the libraries are many
            if self.exact:
                self.meet(f"the student's code gives {error}")
            self._lose(f"what your function returned cannot be read ({error})")
        except wire.WireError as error:
            self._lose(f"what your function returned cannot be read ({error})")
        except MemoryError:
            self._lose("what your functions returned in this test takes too much memory")
        if type(reply) is not dict:
            self._lose("what your function returned cannot be read")
        plain = (type(value) in (str, bytes) and value for value in reply.values())
        self.told = self.told or texts[0] or any(plain)
        if type(reply.get("unread")) is str and self.exact:
            self.meet(f"the test passes on what does not cross: {reply['unread'][:200]}")
        return reply

    def _lose(self, words: str) -> NoReturn:
        self.lost = words
        raise Lost(words)

    def _keep(self, value: Any) -> Any:
        return ["handle", value.number] if type(value) is Known else self._crossing.keep(value)
