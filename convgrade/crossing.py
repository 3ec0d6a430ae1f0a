"""What is no plain data on its way between a test cell and a student's kernel: a number.

The grader's end. A student's value arrives as a stand-in (`convgrade.mirrors`), a function of the
test's leaves as a number by which the student's code can call it, and a library's function by
its name. A number that a kernel makes up leads to a value of its own, and to nothing of ours.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from convgrade import wire
from convgrade.callbacks import ITERATORS, can_be_called_back, shape_of, step_of
from convgrade.handles import PLAIN_TYPES, TYPES
from convgrade.held import Held
from convgrade.libraries import is_course_file, is_library
from convgrade.mirroring import ClassFacts, is_told, make_class, make_error, make_stand
from convgrade.mirrors import CREDULOUS, LIBRARIES, Mirror, handle_of, vars_of
from convgrade.passed import Passed
from convgrade.proxy import Proxy, stand_in
from convgrade.references import reference
from convgrade.streams import KINDS, Streams
from convgrade.twins import Twins

__all__ = ["Crossing"]

MAX_CLASSES = 300  # of a student's, in a test cell: each takes some kilobytes
NEXT = 2**40  # between the numbers of a kernel's and those of the next one's
MAX_CALLBACKS = 1000  # functions of a test's that student code may call


class Crossing:
    """Both directions, for all test cells of a notebook: what one has stored another may use.

    Stand-ins ask through it, and so through the link of the test that runs.

    Parameters
    ----------
    known : callable
        Returns the course's own value of a name, or None.
    defined : callable, optional
        Tells whether a class was defined by the course, True, or by a test, False.
    named : callable, optional
        Returns the name that a cell of the course has given to a value, or None.
    renewed : callable, optional
        Called when another kernel answers than before.

    Attributes
    ----------
    link : convgrade.remote.Link
        Of the test that runs.
    calling : str
        The name of what is being asked for.
    held : Held
    passed : Passed
    twins : Twins
    streams : Streams
    influenced : set of int
        Objects of a student's that have met a value of the test's in an operation.
    derived : str
        Which class of a student's has crossed that derives from a container of Python's.
    """

    def __init__(
        self,
        known: Callable[[str], Any],
        defined: Callable[[type], bool | None] | None = None,
        named: Callable[[Any], str | None] = lambda value: None,
        renewed: Callable[[], None] = lambda: None,
    ) -> None:
        self.link: Any = None
        self._known, self._defined, self._named = known, defined or (lambda kind: None), named
        self._renewed, self.calling = renewed, ""
        self._kernel, self._begun = "", 0
        self._start()

    def _start(self) -> None:
        self.influenced: set[int | None] = set()
        self.derived = ""
        self.streams = Streams(self)
        self.held = Held(self.keep, self.meet)
        self.passed = Passed(self._is_course, self._was_course, self.keep, self.meet)
        self._objects: dict[int, Any] = {}
        self._classes: dict[int, Any] = {}
        self._back: dict[int, tuple[int, Any]] = {}  # by id, of what is no stand-in
        self._functions: list[Any] = []
        self.twins = Twins(self._named)
        self._steps: dict[int, tuple[Any, Any]] = {}  # of a test's iterators, by their ids

    def attend(self, kernel: Any) -> bool:
        """Note which kernel answers, and tell whether it is another one than before.

        The numbers of one that is gone mean nothing any more.
        """
        kernel = kernel if type(kernel) is str else "none"
        other = self._kernel not in ("", kernel)
        if other:
            self._begun += NEXT
            self._start()
            self._renewed()
        self._kernel = kernel
        return other

    def number(self, handle: int) -> int:
        """Return the number on the student's side of what a stand-in stands for."""
        if not self._begun <= handle < self._begun + NEXT:
            self.meet(
                "the test uses what was lost when the student's Python had to be started anew"
            )
        return handle - self._begun

    def meet(self, words: str) -> NoReturn:
        """End the test, undecided."""
        self.link.meet(words)
        raise AssertionError

    def use(self, handle: int, name: str, operation: str, /, *args: Any, **kwargs: Any) -> Any:
        """Do what `convgrade.remote.Link.use` does; so for the others."""
        return self.link.use(handle, name, operation, *args, **kwargs)

    def call(self, proxy: Proxy, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """See `Link.call`."""
        return self.link.call(proxy, args, kwargs)

    def about(self, what: str, handle: int | None = None) -> Any:
        """See `Link.about`."""
        return self.link.about(what, handle)

    def source(self, proxy: Proxy) -> Any:
        """See `Link.source`."""
        return self.link.source(proxy)

    def through(self, text: str) -> Any:
        """See `Link.through`."""
        return self.link.through(text)

    def signature(self, handle: int, name: str) -> Any:
        """See `Link.signature`."""
        return self.link.signature(handle, name)

    exact = True  # what does not cross makes the test wait for a person

    # ------------------------------------------------------------------ to the student

    def keep(self, value: Any) -> Any:
        """Write a value of no form, for a student's kernel; None for what cannot go there."""
        number = handle_of(value)
        if number is None and issubclass(type(value), Proxy):
            number = value._handle
        if number is None and id(value) in self._back:
            number = self._back[id(value)][0]
        number = self.streams.number(value) if number is None else number
        if number is not None:
            return ["handle", self.number(number)]
        found = reference(value, self._there)
        if found is not None:
            return found
        if can_be_called_back(value):
            return self._callback(value)
        if type(value) in ITERATORS:
            kept = self._steps.setdefault(id(value), (value, step_of(value)))
            return ["iterator", self._callback(kept[1])[1]]
        written = self.passed.written(value)
        written = self.twins.written(value) if written is None else written
        if written is None and issubclass(type(value), type):
            raise wire.WireError(f"the class `{value.__name__}` of the test cannot be passed on")
        return written

    def _there(self, name: str) -> Any:
        """Return what the student's side has by a name as well; of a test's class nothing."""
        value = self._known(name)
        return None if self._defined(value) is False else value

    def _is_course(self, kind: type) -> bool:
        if is_course_file(kind.__module__):
            return getattr(sys.modules[kind.__module__], kind.__name__, None) is kind
        return self._there(kind.__name__) is kind

    def _was_course(self, kind: type) -> bool:
        return self._defined(kind) is True

    def _callback(self, value: Any) -> Any:
        place = next((i for i, known in enumerate(self._functions) if known is value), None)
        if place is None:
            place = len(self._functions)
            if place == MAX_CALLBACKS:
                self.meet(f"the test passes on more than {MAX_CALLBACKS:,} functions")
            self._functions.append(value)
        name, doc = getattr(value, "__name__", ""), getattr(value, "__doc__", None)
        name = name if type(name) is str else "function"
        return ["callback", place, name, doc if type(doc) is str else None, *shape_of(value)]

    def function(self, number: Any) -> Any:
        """Return the function of the test's that student code calls."""
        if type(number) is not int or not 0 <= number < len(self._functions):
            raise wire.WireError("a function that nobody passed on")
        return self._functions[number]

    # ---------------------------------------------------------------- from the student

    def made(self, body: Any) -> Any:
        """Make what stands for a value of the student's.

        Raises
        ------
        WireError
            When what is written is of no known kind.
        """
        rest: list[Any]
        kind, *rest = body if type(body) is list and body else [None]
        shape = [type(part) for part in rest]
        rest = [part + self._begun if type(part) is int else part for part in rest]
        if kind == "type" and shape == [str] and rest[0] in TYPES:
            return TYPES[rest[0]]
        if kind == "object" and shape == [int]:
            return self.passed.object(rest[0] - self._begun)
        if kind == "callback" and shape == [int]:
            return self.function(rest[0] - self._begun)
        if kind == "function" and shape == [int, str, str]:
            number, how, name = rest
            return self._once(number, lambda: stand_in(self, number, self.calling or name, how))
        if kind in KINDS and shape == [int, str, str]:
            return self.streams.made(kind, rest[0], rest[1:], self.calling)
        if kind == "class" and shape == [int]:
            return self.mirror(rest[0])
        if kind == "member" and shape == [int, int, str, str]:
            course = self._known(rest[2])
            if isinstance(course, enum.EnumMeta) and rest[3] in course.__members__:
                return course[rest[3]]
            kind, rest = "thing", rest[:2]
        if kind == "thing" and len(rest) == 2 and type(rest[0]) is type(rest[1]) is int:
            number, class_ = rest[0], self.mirror(rest[1])
            if type(class_) is not Mirror:
                raise wire.WireError("an exception in place of a value")
            if base := vars_of(class_).get("_convgrade_derives"):
                self.derived = f"`{class_.__name__}` derives from {base}"
            name = self.calling or class_.__name__
            return self._once(number, lambda: make_stand(self, number, class_, name))
        raise wire.WireError("a value of no known kind")

    def _once(self, number: int, make: Callable[[], Any]) -> Any:
        """Return what stands for a number: the same each time, as ``is`` asks for that."""
        if number not in self._objects:
            self._objects[number] = make()
        return self._objects[number]

    def own_error(self, number: Any) -> Any:
        """Return the class that stands for the class of what a student's code raised."""
        return self.mirror(number + self._begun if type(number) is int else None)

    def mirror(self, number: Any) -> Any:
        """Return the class that stands for a student's."""
        if type(number) is not int:
            raise wire.WireError("a class without a number")
        if number in self._classes:
            return self._classes[number]
        if len(self._classes) >= MAX_CLASSES:
            raise wire.WireError("too many classes in a test")
        self._classes[number] = None  # of a class that claims to be its own base
        facts = ClassFacts(self.about("class", number))
        facts.bases = [base + self._begun for base in facts.bases]
        own = self._counterpart(facts)
        if facts.error:
            known = isinstance(own, type) and issubclass(own, Exception)
            made: Any = own if known else make_error(self, number, facts, self._bases(facts))
            self._back[id(made)] = number, made
        else:
            made = make_class(self, number, facts, self._bases(facts), own)
        self._classes[number] = made
        return made

    def _bases(self, facts: ClassFacts) -> list[type]:
        of_library = facts.module == "builtins" or is_library(facts.module)
        numbers = [] if of_library or is_course_file(facts.module) else facts.bases
        return [base for base in map(self.mirror, numbers) if isinstance(base, type)]

    def _counterpart(self, facts: ClassFacts) -> Any:
        """Return the course's own class of a name, or a library's that the grader has, or None."""
        top = facts.module.partition(".")[0]
        if facts.module == "__main__":
            found = self._known(facts.name)
        elif is_course_file(facts.module):
            found = getattr(sys.modules[facts.module], facts.name, None)
        elif top == "builtins" or is_library(facts.module):
            found = getattr(sys.modules.get(facts.module), facts.name, None)
            known = top in sys.stdlib_module_names | LIBRARIES or is_told(found)
            if not known and not (isinstance(found, type) and issubclass(found, Exception)):
                return None
        else:
            return None
        if facts.module == "__main__" or is_course_file(facts.module):  # or a library's there
            return None if is_library(getattr(found, "__module__", None)) else found
        if top in CREDULOUS and isinstance(found, type) and not is_told(found):
            self.meet(f"`{self.calling}` is a {facts.name}, which does not cross")
        kind = found if isinstance(found, type) and found not in PLAIN_TYPES else None
        return None if kind is not None and type(kind) is Mirror else kind
