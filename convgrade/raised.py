"""What a student's function raised, made an exception of the grader's process."""

from __future__ import annotations

import ast
import builtins
import contextlib
import errno
import linecache
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn, TypeGuard

from convgrade.errors import CHAIN, MAX_CHAIN, MAX_MEMBERS
from convgrade.libraries import is_course_file, is_library
from convgrade.mirroring import say

__all__ = ["Raising", "rebuild", "throw"]

MAX_ERRORS = 200  # with their causes and members: a class for each takes a kilobyte
STOPS = (StopIteration, StopAsyncIteration)
STOPS_BY_NAME = {kind.__name__: kind for kind in STOPS}
ENDS = frozenset({"SystemExit", "KeyboardInterrupt"})
ANY = frozenset({"BaseException", "except:"})  # what catches all of them
# What looks at the lines where an error came from, which are the student's; and what prints them.
FRAMES = frozenset(
    {"__traceback__", "tb_frame", "tb_next", "tb_lineno", "extract_tb", "format_tb", "walk_tb",
     "format_exc", "format_exception", "TracebackException", "StackSummary", "getinnerframes"}
)  # fmt: skip
PRINTS = frozenset({"print_exc", "print_exception", "print_tb", "print_last"})
PRINTED = frozenset({"StringIO", "redirect_stderr", "redirect_stdout", "capsys", "BytesIO"})
UNICODE = {"UnicodeDecodeError": (str, bytes, int, int, str),
           "UnicodeEncodeError": (str, str, int, int, str),
           "UnicodeTranslateError": (str, int, int, str)}  # fmt: skip
SIMPLE = (str, bytes, int, float, bool, type(None))


def rebuild(types: Any, message: Any) -> Exception:
    """Make an exception of the first of Python's own types among ``types``."""
    names = [name for name in types if type(name) is str] if type(types) is list else []
    text = message[:500] if type(message) is str else ""
    for name in [*names, "Exception"]:
        base = getattr(builtins, name, None)
        if not isinstance(base, type) or not issubclass(base, Exception):
            continue
        if issubclass(base, STOPS):
            # It would end a loop of the test, such as that of all(map(...)), as if all was well.
            base = RuntimeError
        kind = base
        if names and names[0] != base.__name__ and names[0].isidentifier():
            kind = type(names[0][:80], (base,), {})  # so that messages name the student's own type
        with contextlib.suppress(TypeError):  # UnicodeDecodeError, say, wants more than a text
            return kind(text)
    return Exception(text)


@dataclass
class Raising:
    """What makes exceptions of what a student's kernel says of them, for an exact test.

    Attributes
    ----------
    own : callable
        Returns the course's value of a name, or None.
    mirrored : callable
        Returns the class that stands for the student's of a number.
    errors : sequence of BaseException
        What functions of the test's raised that the student's code called.
    named : frozenset of str
        Names that the test reads, see `convgrade.constructs.Constructs`.
    meet : callable
        Ends the test, undecided.
    """

    own: Callable[[str], Any]
    mirrored: Callable[[Any], Any]
    errors: Sequence[BaseException]
    named: frozenset[str]
    meet: Callable[[str], NoReturn]
    count: int = 0  # of exceptions made

    def catches(self, raised: dict[str, Any]) -> bool:
        """Tell whether the test may expect an exception that ends Python."""
        return bool(self.named & ANY) or not self.named.isdisjoint(_names(raised))

    def raised(self, raised: dict[str, Any], name: str) -> BaseException:
        """Make what a function of the student's raised.

        Parameters
        ----------
        raised : dict
            What the student's kernel says of it.
        name : str
            Of the function.
        """
        seen = self.named & FRAMES or (self.named & PRINTS and self.named & PRINTED)
        if seen:
            self.meet(f"the test looks at where `{name}` raised its error, by `{min(seen)}`")
        made = self.made(raised, name)
        kind, stops = type(made), self.named & STOPS_BY_NAME.keys() & set(_names(raised))
        if (stops or isinstance(made, STOPS)) and not (kind in STOPS and directly_called(name)):
            self.meet(f"`{name}` raises {kind.__name__}, which could end a loop of the test")
        ends = not isinstance(made, Exception)
        if ends != (raised.get("exits") is not False) or (ends and kind.__name__ not in ENDS):
            self.meet(f"`{name}` raises {kind.__name__}, which ends more than a function")
        if isinstance(made, OSError) and made.errno == errno.EROFS:
            self.meet(f"`{name}` writes beside its working folder, where a box lets nobody write")
        return made

    def made(self, raised: dict[str, Any], name: str, depth: int = 0) -> BaseException:
        """Make an exception, what it came from, and what it holds."""
        again = raised.get("callback")
        if type(again) is int and 0 <= again < len(self.errors):
            return self.errors[again]
        self.count += 1
        if self.count > MAX_ERRORS:
            self.meet(f"`{name}` raises more than {MAX_ERRORS} exceptions at once")
        names = _names(raised)
        lacks = raised.get("lacks")
        for part in lacks if type(lacks) is list else ():
            if f".{part}" in self.named:
                self.meet(f"the test reads `{part}` of what `{name}` raises, which does not cross")
        theirs = "class" in raised and not is_course_file(raised.get("module"))
        class_ = self.mirrored(raised["class"]) if theirs else None
        made = self._of(raised, names, class_, name, depth)
        details = raised.get("details")
        for part, value in details.items() if type(details) is dict else ():
            if part in ("value", "code") or type(value) in SIMPLE:
                with contextlib.suppress(AttributeError, TypeError, ValueError):
                    _set_detail(made, part, value)
        chain = [raised.get(part) if depth < MAX_CHAIN else None for part in CHAIN]
        cause, context = (
            self.made(other, name, depth + 1) if type(other) is dict else None for other in chain
        )
        made.__cause__, made.__context__ = cause, context
        made.__suppress_context__ = raised.get("suppress") is True
        return made

    def _of(
        self, raised: dict[str, Any], names: list[str], class_: Any, name: str, depth: int
    ) -> BaseException:
        """Make an exception of its class: the student's, the course's, a library's, Python's."""
        args, module, known = raised.get("args"), raised.get("module"), class_
        attributes = raised.get("attributes")
        attributes = attributes if type(attributes) is dict else {}
        held = {n: v for n, v in attributes.items() if type(n) is str and n != "args"}
        first, kind = names[0] if names else "", None
        if module == "__main__" and known is None:
            known = self.own(first)
        elif type(module) is str and is_library(module):
            known = getattr(sys.modules.get(module), first, None)
        elif module == "builtins":
            kind = getattr(builtins, first, None)
        made: BaseException
        if isinstance(known, type) and issubclass(known, Exception):
            if issubclass(known, BaseExceptionGroup) or issubclass(known, UnicodeError):
                self.meet(f"`{name}` raises a {known.__name__}, which does not cross")
            try:
                made = known.__new__(known)
            except Exception:  # of any library, which may want more
                self.meet(f"`{name}` raises a {known.__name__}, which does not cross")
            shown = rebuild(names, raised.get("message"))
            made.args = args if type(args) is tuple else shown.args
            if class_ is not None:
                say(made, raised.get("message"), raised.get("repr"))
        elif isinstance(kind, type) and issubclass(kind, BaseExceptionGroup):
            made = self._group(raised, kind, name, depth)
        elif self._may_be(kind) and type(args) is tuple:
            made = self._pythons(kind, args, name)
        else:
            made = rebuild(names, raised.get("message"))
            with contextlib.suppress(TypeError, ValueError):
                full = type(made)(*args) if type(args) is tuple else made
                made = full if str(full) == raised.get("message") else made
        made.__dict__.update(held)
        return made

    def _may_be(self, kind: Any) -> TypeGuard[type[BaseException]]:
        """Tell whether an exception may be of a class of Python's: whatever the test can meet."""
        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            return False
        ends = not issubclass(kind, Exception)
        if not ends and not issubclass(kind, STOPS):
            return True
        return kind.__name__ in self.named or (ends and bool(self.named & ANY))

    def _pythons(self, kind: type[BaseException], args: tuple[Any, ...], name: str) -> Any:
        if issubclass(kind, UnicodeError) and kind is not UnicodeError:
            *_, start, end, _ = args if len(args) > 3 else (0, 0, 0)
            text = args[0] if len(args) == 4 else args[1] if len(args) == 5 else ""
            sound = tuple(map(type, args)) == UNICODE.get(kind.__name__)
            # Python itself fails at places that are none.
            if not sound or not 0 <= start < end <= len(text):
                self.meet(f"`{name}` raises a {kind.__name__}, which does not cross")
            return kind(*args)
        if issubclass(kind, SyntaxError) and not _is_simple(args):
            self.meet(f"`{name}` raises a {kind.__name__}, which does not cross")
        try:
            return kind(*args)
        except (TypeError, ValueError, AttributeError, IndexError):
            made = kind.__new__(kind)
            made.args = args
            return made

    def _group(
        self, raised: dict[str, Any], kind: type[BaseException], name: str, depth: int
    ) -> BaseException:
        told, text = raised.get("members"), raised.get("text")
        parts = [part for part in told if type(part) is dict] if type(told) is list else []
        parts = parts if depth < MAX_CHAIN else []
        members = [self.made(part, name, depth + 1) for part in parts[:MAX_MEMBERS]]
        errors = [member for member in members if isinstance(member, Exception)]
        if kind is ExceptionGroup and type(text) is str and errors:
            return ExceptionGroup(text, errors)
        return self.meet(f"`{name}` raises a {kind.__name__}, which does not cross")


def throw(error: BaseException) -> NoReturn:
    """Raise an exception that has a context of its own, as Python leaves it one level down."""
    last, handled = error, sys.exception()
    while last.__context__ is not None:
        last = last.__context__
    context = error.__context__
    if last is not error and handled is not None and not last.__traceback__:
        last.__context__ = handled
    try:
        raise error
    finally:
        if context is not None:
            error.__context__ = context


def directly_called(name: str) -> bool:
    """Tell whether the line of a test cell that runs now calls a function by its name.

    What is called by others, such as `map` or a function of the test's, may be so in a loop.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__")).startswith("convgrade."):
        frame = frame.f_back
    if frame is None or frame.f_code.co_name != "<module>":
        return False
    line, end, start, stop = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    if line is None or line != end or start is None or stop is None:
        return False
    text = linecache.getline(frame.f_code.co_filename, line).encode()[start:stop].decode()
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return False
    called = node.func if isinstance(node, ast.Call) else None
    word = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return bool(word) and word == name.removesuffix("(...)").rpartition(".")[2]


def _names(raised: dict[str, Any]) -> list[str]:
    types = raised.get("types")
    return [name for name in types if type(name) is str] if type(types) is list else []


def _is_simple(value: Any) -> bool:
    return all(map(_is_simple, value)) if type(value) is tuple else type(value) in SIMPLE


def _set_detail(error: BaseException, name: str, value: Any) -> None:
    """Set what a class of Python's keeps by a name."""
    kinds = [kind for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    if any(name in vars(kind) for kind in kinds):
        setattr(error, name, value)
