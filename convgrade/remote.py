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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType
from typing import Any, NoReturn

from convgrade import wire
from convgrade.copies import copy_back
from convgrade.proxy import Proxy, Undecided, stand_in

__all__ = ["Link", "Lost", "Namespace", "Proxy", "Undecided"]

MAX_PRINTED = 20_000  # characters that a student's functions may print during a test cell
YOURS = "printed by your code: "
# Whose exceptions come back as the class that they are, if the grader has imported it.
LIBRARIES = frozenset({"numpy", "scipy", "pandas", "sympy", "torch", "json", "decimal"})
# What a test replaces to see what a function prints or asks: names in the builtins.
REPLACED = {name: getattr(builtins, name) for name in ("print", "input", "open")}
STDIN = sys.stdin


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
            self._before(proxy, request)
        reply = self.ask(request, proxy._name)
        if "said" in reply:
            self._said.append(reply["said"])
        proxy.changed_inputs = reply.get("changed") is True
        handle, kind = reply.get("function"), reply.get("kind")
        if self.exact and type(handle) is int and type(kind) is str:
            return stand_in(self, handle, f"{proxy._name}(...)", kind)
        return reply.get("value")

    def _before(self, proxy: Proxy, request: dict[str, Any]) -> None:
        """See whether the function depends on what the test did, and prepare what is passed on."""
        exactly = self._exactly
        assert exactly is not None
        if exactly.patches:
            self.meet(f"the test patches what `{proxy._name}` could use")
        replaced = {n for n, known in REPLACED.items() if getattr(builtins, n) is not known}
        replaced |= {"input"} if sys.stdin is not STDIN else set()
        written = exactly.written()
        if replaced or written:
            if proxy._handle not in self._reads:
                self._reads[proxy._handle] = self.about("reads", proxy._handle)
            facts = self._reads[proxy._handle]
            if type(facts) is not dict:
                facts = {}
            reads, missing = (
                {name for name in names if type(name) is str} if type(names) is list else set()
                for names in (facts.get("value"), facts.get("missing"))
            )
            modules = {n for n, value in written.items() if _is_imported(value)}
            met = sorted((reads & (replaced | (set(written) - modules))) | (missing & modules))
            if met:
                self.meet(f"the test sets `{met[0]}`, which `{proxy._name}` reads")
        request["seeded"] = exactly.seeds
        places = [*enumerate(request["args"]), *request["kwargs"].items()]
        request["functions"] = [[n, v._handle] for n, v in places if isinstance(v, Proxy)]
        request["args"] = tuple(None if isinstance(v, Proxy) else v for v in request["args"])
        request["kwargs"] = {
            n: None if isinstance(v, Proxy) else v for n, v in request["kwargs"].items()
        }

    def _after(self, request: dict[str, Any], reply: dict[str, Any], name: str) -> None:
        """Let the caller see what the function changed; see whether what it did crosses."""
        if type(reply.get("unsent")) is str:
            self.meet(f"`{name}` returns what does not cross: {reply['unsent'][:200]}")
        if reply.get("drew") is True:
            self.meet(f"the test sets a seed, and `{name}` draws random numbers")
        changed = reply.get("arguments")
        if type(changed) is not dict or not changed:
            return
        ours = {**{str(n): v for n, v in enumerate(request["args"])}, **request["kwargs"]}
        if reply.get("moved") is not False or not all(
            n in ours and copy_back(ours[n], new) for n, new in changed.items()
        ):
            self.meet(f"`{name}` changes its arguments in a way that does not cross")

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
            self._after(request, reply, name)
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
        error = _rebuild(raised.get("types"), raised.get("message"))
        if self._exactly is not None:
            error = self._faithful(error, raised)
        self.raised = error
        line = raised.get("line")
        if type(line) is str and line:
            error.add_note(f"at your line: {line[:200]}")
        raise error

    def _faithful(self, error: Exception, raised: dict[str, Any]) -> Exception:
        """Make an exception what it was, as far as it is of a class of the course's or Python's.

        Of a class of the student's own, what is neither its name nor its message is undecided.
        """
        assert self._exactly is not None
        args, module, kind = raised.get("args"), raised.get("module"), type(error)
        known = None
        if module == "__main__":
            known = self._exactly.known(raised["types"][0] if raised.get("types") else "")
        elif type(module) is str and module.partition(".")[0] in LIBRARIES:
            known = getattr(sys.modules.get(module), str(raised["types"][0]), None)
        if isinstance(known, type) and issubclass(known, Exception):
            made = known.__new__(known)
            made.args = args if type(args) is tuple else error.args
            if type(raised.get("attributes")) is dict:
                vars(made).update({n: v for n, v in raised["attributes"].items() if n != "args"})
            return made
        if kind.__module__ != "builtins":
            message = str(raised.get("message", ""))

            def attribute(made: Exception, name: str) -> Any:
                if name.startswith("__"):
                    raise AttributeError(name)
                self.meet(f"the test reads {name} of the student's {kind.__name__}")

            kind = type(kind.__name__, kind.__bases__,
                        {"__getattr__": attribute, "__str__": lambda made: message})  # fmt: skip
        if type(args) is tuple:
            with contextlib.suppress(TypeError, ValueError):
                made = kind(*args)
                if str(made) == raised.get("message") and isinstance(made, Exception):
                    return made
        return kind(*error.args)


@dataclass(frozen=True)
class Exactness:
    """What an exact test cell is compared by: facts of its text, and views of its namespace.

    Attributes
    ----------
    line : callable
        Returns the line that runs now; 0 when none does.
    stream : object
        Where prints go that the test does not look at.
    written : callable
        Returns what the test has set so far, by name.
    known : callable
        Returns the course's own value of a name, or None.
    unused : callable
        Says whether nobody looks at what a function of this name returns now.
    seeds, patches : bool
        The test sets a seed; it patches what functions use.
    """

    line: Callable[[], int]
    stream: object
    written: Callable[[], dict[str, Any]]
    known: Callable[[str], Any]
    unused: Callable[[str], bool] = lambda name: False
    seeds: bool = False
    patches: bool = False


def _is_imported(value: Any) -> bool:
    """Tell whether a value is a module, or a function or class that one defines."""
    kinds = (type, FunctionType, BuiltinFunctionType)
    return isinstance(value, ModuleType) or (
        isinstance(value, kinds) and value.__module__ not in ("__main__", None)
    )


def _article(type_name: str) -> str:
    return f"an {type_name}" if type_name[:1].lower() in "aeiou" else f"a {type_name}"


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
        self._lacks: dict[str, str] = {}
        self.written: dict[str, Any] = {}

    def own(self, names: set[str]) -> None:
        """Declare names that a cell of the course binds: never asked of the student.

        Else a student could make such a cell fail before it binds them, and
        supply values of their own.
        """
        self._own |= names - self._answers

    def lack(self, names: set[str], why: str) -> None:
        """Declare names that a cell of the course should have bound, and could not here."""
        self._lacks |= {name: why for name in names if name not in self}

    def expect(self, names: set[str], changed: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        """Declare names that an answer cell binds: the student's from here on.

        So are the values of the course's own that a right answer changes in place.
        """
        fixed = (ModuleType, FunctionType, type)
        changed = {n for n in changed if not isinstance(dict.get(self, n), fixed)}
        names = names | (changed & (self._own | self.keys() | self._answers))
        self._answers |= names
        self._own -= names
        for name in names:
            self.pop(name, None)

    @contextlib.contextmanager
    def linked(self, link: Link) -> Iterator[None]:
        """Ask ``link`` for the student's names, each once."""
        self._link, self._seen, self.written = link, {}, {}
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
        if self._link is not None and self._link.exact and name in self._lacks:
            self._link.meet(self._lacks[name])
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
        if isinstance(value, Proxy) and value._name == name and self._link is not None:
            # A test that took a function away, to see who uses it, gives it back.
            self._link.ask({"do": "restore", "name": name, "function": value._handle})
            self._seen[name] = value
            return
        super().__setitem__(name, value)
        if not name.startswith("_"):
            self.written[name] = value

    # What a test sees that looks into globals(), dir() or vars(): the student's names as well.

    def _looked_at(self) -> Link | None:
        """Return the link if it is the test's own code that looks, and must see everything."""
        ours = sys._getframe(2).f_globals is self
        return self._link if ours and self._link is not None and self._link.exact else None

    def __contains__(self, name: object) -> bool:
        link = None if super().__contains__(name) else self._looked_at()
        return super().__contains__(name) if link is None else name in self._all(link)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, the student's too if a test asks."""
        if super().__contains__(name) or self._looked_at() is None:
            return super().get(name, default)
        try:
            return self[name]
        except KeyError:
            return default

    def keys(self) -> Any:
        """Return the names, the student's too if a test asks."""
        link = self._looked_at()
        if link is None:
            return super().keys()
        return dict.fromkeys(self._all(link)).keys()

    def _all(self, link: Link) -> list[str]:
        theirs = link.about("names")
        names = theirs if type(theirs) is list else []
        return [*super().keys(), *(name for name in names if type(name) is str)]

    def items(self) -> Any:
        """Return names and values; undecided if a test asks."""
        link = self._looked_at()
        return super().items() if link is None else link.meet("the test goes through globals()")

    def values(self) -> Any:
        """Return the values; undecided if a test asks."""
        link = self._looked_at()
        return super().values() if link is None else link.meet("the test goes through globals()")

    def __iter__(self) -> Iterator[str]:
        link = self._looked_at()
        return super().__iter__() if link is None else iter(dict.fromkeys(self._all(link)))


def line_of(namespace: dict[str, Any]) -> int:
    """Return the line at which the cell that runs in ``namespace`` is now; 0 when none does."""
    line = 0
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals is namespace and frame.f_code.co_name == "<module>":
            line = frame.f_lineno
        frame = frame.f_back
    return line
