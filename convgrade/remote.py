"""The grader's end of the conversation with a student's kernel, for one test cell.

Over a private socket a test cell asks for the student's names: a function becomes a `Proxy`,
anything else a copy. What comes back is plain data (`convgrade.wire`) or words; whatever else
happens costs the exercise its points and nothing more.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from convgrade import wire
from convgrade.conversation import Conversation, Lost, alone
from convgrade.crossing import Crossing
from convgrade.exactness import Exactness, after, before
from convgrade.joining import join
from convgrade.proxy import Proxy, signature_of, stand_in
from convgrade.raised import Raising, rebuild, throw
from convgrade.shared_files import SharedFiles
from convgrade.shown import YOURS, Shown, article
from convgrade.sources import place_of

__all__ = ["YOURS", "Link", "Lost"]

#: What ends an iterator, by what is asked of it.
ENDS = {
    **dict.fromkeys(("next", "send", "throw"), "StopIteration"),
    **dict.fromkeys(("anext", "asend", "athrow"), "StopAsyncIteration"),
}


class Link(Conversation):
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
    crossing : Crossing, optional
        What earlier test cells have of the student's.
    files : SharedFiles, optional
        The working folder that an exact test has in common with the student's code.

    Attributes
    ----------
    lost : str
        Why the student's side cannot be used any more; "" while it can.
    doubt : str
        What was met that does not cross; "" normally.
    runs : int
        How often the student's code has run: it may have changed their names.
    raised : BaseException or None
        What a student's function raised last.
    where : str
        The student's line where that was; "" where none is known.
    """

    def __init__(
        self,
        connect: Callable[[], socket.socket],
        call_timeout: float,
        deadline: float,
        quiet: Callable[[], bool] = lambda: False,
        exact: Exactness | None = None,
        crossing: Crossing | None = None,
        files: SharedFiles | None = None,
    ) -> None:
        super().__init__(connect, call_timeout, deadline, exact, crossing, files)
        self._shown = Shown(quiet, exact.stream if exact is not None else None, self.meet)
        self._reads: dict[int, Any] = {}
        self.runs = 0
        self._defined: dict[str, int | None] = {}
        self._through: int | None = None
        self._said: list[Any] = []

    @alone
    def get(self, name: str) -> Any:
        """Fetch a name: a `Proxy` for a function, else a copy of the value.

        Raises
        ------
        KeyError
            When the student's kernel has no such name.
        """
        request: dict[str, Any] = {"do": "get", "name": name}
        exactly, held = self._exactly, self._crossing.held
        if exactly is not None:
            request |= {"held": held.numbers(), "course": sorted(exactly.course)}
        reply = self.ask(request)
        if reply.get("missing") is True:
            raise KeyError(name)
        if exactly is not None:
            value = join(reply.get("value"), reply.get("parts"), held.value)
            value = held.take(reply.get("share"), value)
            return value if self._files is None else self._files.here(value)
        handle = reply.get("function")
        if type(handle) is not int:
            return reply.get("value")
        kind = reply.get("kind")
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

    def about(self, what: str, handle: int | str | list[str] | None = None) -> Any:
        """Ask what a function, or the student's kernel, says of itself: plain data or None."""
        return self.ask({"do": what, "function": handle}).get("value")

    def source(self, proxy: Proxy) -> tuple[list[str], int]:
        """Return the lines of the cell that defines a student's function, and where it begins.

        Raises
        ------
        Undecided
            When the record of cells does not say it for sure.
        """
        said = self.about("source", proxy._handle)
        name = proxy._name.removesuffix(".__wrapped__").rpartition(".")[2]
        place = place_of(said, name, self._exactly.cells if self._exactly is not None else ())
        return proxy._undecided("reads the code of") if place is None else place

    @alone
    def call(self, proxy: Proxy, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a student's function; called by `Proxy`."""
        request = {"do": "call", "function": proxy._handle, "args": args, "kwargs": kwargs}
        if self._through is not None:
            request["through"] = self._through
        reply, value = self._do(request, proxy._name, f"{proxy._name}(...)")
        if "said" in reply:
            self._said.append(reply["said"])
        proxy.changed_inputs = reply.get("changed") is True
        return value

    @alone
    def use(self, handle: int, name: str, operation: str, /, *args: Any, **kwargs: Any) -> Any:
        """Do something with an object of the student's; called by what stands for it.

        Raises
        ------
        StopIteration, StopAsyncIteration
            When an iterator of the student's is at its end.
        """
        request = {"do": "use", "function": handle, "operation": operation,
                   "args": args, "kwargs": kwargs}  # fmt: skip
        shown = name if operation == "attribute" else f"{name}(...)"
        return self._do(request, name, shown, ENDS.get(operation, ""))[1]

    def _do(
        self, request: dict[str, Any], name: str, shown: str, ends: str = ""
    ) -> tuple[dict[str, Any], Any]:
        """Send a request that runs the student's code; return the reply, and its value."""
        if self._exactly is None:
            reply = self.ask(request, name)
            return reply, reply.get("value")
        self.runs += 1
        before(self._exactly, request, name, self._names_read, self.meet)
        if self._files is not None:
            self._files.share(self, request, name)
        self._crossing.held.before(request)
        self._crossing.passed.before(request)
        request["twins"] = self._crossing.twins.now()
        ours = {**{str(n): v for n, v in enumerate(request["args"])}, **request["kwargs"]}
        known = self._crossing.held.known
        request["args"] = tuple(map(known, request["args"]))
        request["kwargs"] = {n: known(v) for n, v in request["kwargs"].items()}
        reply, held = self.ask(request, name, shown, ours, ends), self._crossing.held
        value = join(reply.get("value"), reply.get("parts"), lambda n: ours.get(n, held.value(n)))
        value = held.take(reply.get("share"), value)
        return reply, value if self._files is None else self._files.here(value)

    def signature(self, handle: int, name: str) -> Any:
        """Return the signature of a class or object of the student's that can be called."""
        return signature_of(stand_in(self, handle, name, "builtin"))

    def _names_read(self, handle: int) -> Any:
        """Return what a function says that it reads, asked once."""
        if handle not in self._reads:
            self._reads[handle] = self.about("reads", handle)
        return self._reads[handle]

    @alone
    def ask(
        self,
        request: dict[str, Any],
        name: str = "",
        shown: str = "",
        ours: dict[str, Any] | None = None,
        ends: str = "",
    ) -> dict[str, Any]:
        """Send a request and wait for the reply.

        Parameters
        ----------
        request : dict
        name, shown : str
            Of what is asked for, and of what comes back.
        ours : dict, optional
            The arguments of a call, by name, as the test has them.
        ends : str
            What ends an iterator, if it may.

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
        name, met = name or str(request.get("name", "")), list[str]()
        kept, self._crossing.calling = self._crossing.calling, shown or name
        reply = self._exchange(request, name, met)
        self._crossing.calling = kept
        if self._files is not None and reply.get("touched") is True:
            self._files.sync(self)
        self._shown.show(reply.get("printed"), reply.get("errors"), name)
        if self._exactly is not None:
            after(self._exactly, ours, reply, name, self.meet)
            self._crossing.held.after(reply, name)
            try:
                self._crossing.passed.after(reply, name)
            except wire.WireError as error:
                self._lose(f"what your function returned cannot be read ({error})")
            lent = reply.get("lent")
            for place, number in lent.items() if type(lent) is dict else ():
                if place in (ours or {}):
                    self._crossing.held.lend(number, (ours or {})[place])
            if met and request["do"] == "get":
                self.meet(f"the test reads `{name}`, {article(met[0])}, which does not cross")
            if met and not self._exactly.unused(name):
                self.meet(f"`{name}` returns {article(met[0])}, which does not cross")
        if "raised" in reply:
            self._raise(reply["raised"], name, ends)
        return reply

    def _raise(self, raised: Any, name: str, ends: str = "") -> NoReturn:
        if type(raised) is not dict:
            self._lose("what your function returned cannot be read")
        types, args, again = raised.get("types"), raised.get("args"), raised.get("callback")
        if self._exactly is not None and type(again) is int and 0 <= again < len(self._errors):
            raise self._errors[again]
        raising = self._raising(self._exactly) if self._exactly is not None else None
        if raised.get("exits") is not False and (raising is None or not raising.catches(raised)):
            self._lose("your function tried to end Python, as exit() does")
        if ends and type(types) is list and types[:1] == [ends]:
            kind = StopIteration if ends == "StopIteration" else StopAsyncIteration
            raise kind(*(args[:1] if type(args) is tuple else ()))
        line = raised.get("line")
        self.where = line[:200] if type(line) is str else ""
        if raising is None:
            self.raised = rebuild(types, raised.get("message"))
            if self.where:
                self.raised.add_note(f"at your line: {self.where}")
            raise self.raised
        try:
            error = self.raised = raising.raised(raised, name)
        except wire.WireError as wrong:
            self._lose(f"what your function raised cannot be read ({wrong})")
        throw(error)

    def _raising(self, exactly: Exactness) -> Raising:
        known, own = exactly.known, self._crossing.own_error
        return Raising(known, own, self._errors, exactly.named, self.meet)
