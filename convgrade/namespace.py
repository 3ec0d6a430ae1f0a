"""Globals of the course's own cells: what they do not define is the student's.

A test cell runs with a `Namespace` for its globals. A name that neither the course's own cells
nor Python define is asked of the student's kernel, by the `convgrade.remote.Link` of the test.
"""

from __future__ import annotations

import builtins
import contextlib
import re
from collections.abc import Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from convgrade.about import origin
from convgrade.changing import module_keeps_state
from convgrade.common import Common
from convgrade.crossing import Crossing
from convgrade.libraries import module_of
from convgrade.looked_at import Globals
from convgrade.mirrors import Mirror
from convgrade.proxy import Proxy
from convgrade.remote import Link
from convgrade.streams import STAND_INS

__all__ = ["LAST", "Namespace"]


# What cells ended in: the last three, and all by their numbers.
LAST = ("_", "__", "___", "Out", "_oh")
NUMBERED = re.compile(r"_\d+").fullmatch


class Namespace(Globals):
    """Globals of the course's own cells; names they do not define are the student's.

    Classes that are defined while ``in_test`` are a test's own: the student's kernel has none.

    Python looks global names up with ``[]`` when the globals are a subclass of
    dict, so ``__missing__`` sees exactly the names that are not there.
    """

    def __init__(self) -> None:
        super().__init__()
        self._own: set[str] = set()
        self._answers: set[str] = set()
        self._seen: dict[str, Any] = {}
        self._asked: dict[str, int] = {}  # how often the student's code had run by then
        self._lacks: dict[str, str] = {}
        self.written: dict[str, Any] = {}
        self._kept: dict[str, Any] = {}
        self.model_reads: set[str] = set()
        self._imported: dict[str, Any] = {}  # by model solutions
        self.in_test = False
        self.displayed = 0  # by cells of the student's so far
        self._tests_displayed = -1  # how many these were when a test ended in a value, too
        self._classes: list[tuple[type, bool]] = []  # also those whose name means another by now
        self._drawn = set[str]()  # by chance, on the student's side
        self.common = Common()
        self.crossing = Crossing(self.course, self._defined_by_course, self._name_of, self.renewed)

    def course(self, name: str) -> Any:
        """Return the course's own value of a name, or None."""
        return None if name in self._answers else dict.get(self, name, self._imported.get(name))

    def _name_of(self, value: Any) -> str | None:
        """Return the name that a cell of the course has given to a value; None of a test's."""
        here = self.here()
        return next((n for n, v in dict.items(self) if v is value and n not in here), None)

    def _defined_by_course(self, kind: type) -> bool | None:
        """Tell whether a class was defined by the course; None of one that nobody defined."""
        return next((course for known, course in self._classes if known is kind), None)

    def is_answer(self, name: str) -> bool:
        """Tell whether a name is the student's, and stands for nothing of the course's."""
        return name in self._answers and not dict.__contains__(self, name)

    def is_known(self, name: str) -> bool:
        """Tell whether a name stands for something here, or is an answer."""
        return name in self._answers or dict.__contains__(self, name)

    def own(self, names: set[str]) -> None:
        """Declare names that a cell of the course binds: never asked of the student.

        Else a student could make such a cell fail before it binds them, and
        supply values of their own.
        """
        self._own |= names - self._answers

    def lack(self, names: set[str], why: str) -> None:
        """Declare names that a cell of the course should have bound, and could not here."""
        self._lacks |= {name: why for name in names if name not in self}

    def draw(self, name: str, value: Any) -> None:
        """Have by a name what chance gave to the student's side."""
        super().__setitem__(name, value)
        self.written.pop(name, None)  # the student's side has it
        self.common.note({name: value})
        self._drawn.add(name)

    def share(self, reads: Iterable[str], locked: bool) -> None:
        """Note what a cell of the course's has bound, or changed: both sides ran it.

        What a student has made of a function whose cell they may edit is no matter.
        """
        fixed = (FunctionType, type)
        bound = self.held(self.here())
        bound = {n: v for n, v in bound.items() if locked or not isinstance(v, fixed)}
        self.common.note(bound | self.held({n for n in reads if n in self.common}))
        for name, value in bound.items():
            if name in self.common and not isinstance(value, fixed):
                del self.written[name]

    def held(self, names: Iterable[str]) -> dict[str, Any]:
        """Return those of some names that stand for something here."""
        return {n: dict.__getitem__(self, n) for n in names if dict.__contains__(self, n)}

    def part(self, name: str, why: str) -> None:
        """Have nothing by a name: a test that reads it waits."""
        self.pop(name, None)
        self.common.forget(name)
        self.written.pop(name, None)
        self._lacks[name] = f"the test reads `{name}`, which {why}"

    def are_drawn(self, names: Iterable[str]) -> bool:
        """Tell whether chance gave any of some names to the student's side."""
        return not self._drawn.isdisjoint(names)

    def renewed(self) -> None:
        """Note that the student's side has begun anew: chance gave it something else."""
        for name in self._drawn & self.keys():
            self.part(name, "was given by chance to a Python of the student's that is gone")

    def unlink(self) -> None:
        """Have nothing of the student's, as in a process that is thrown away."""
        self._link = None

    def shown(self) -> None:
        """Note that a cell ended in a value; one of a test's own the student's kernel has not."""
        self._tests_displayed = self.displayed if self.in_test else self._tests_displayed

    def leave(self, names: set[str]) -> None:
        """Have names only where the student has them, too: a model solution imports them."""
        for name in names:
            self._imported[name] = self.pop(name)
            self.written.pop(name, None)
            self.common.forget(name)

    def kept_by_module(self, reads: Iterable[str], folder: str) -> str | None:
        """Return a name that a test reads of a module that student code may have changed, or None.

        That is one of the course's own, in ``folder``, that keeps something for itself and that
        model solutions use, too: each side has one.
        """
        values = {**dict(dict.items(self)), **self._imported}
        places = {name: module_of(value) for name, value in values.items()}
        theirs = {places.get(name) for name in self.model_reads} - {None}
        used = (name for name in reads if places.get(name) in theirs)
        return next((name for name in used if module_keeps_state(places[name], folder)), None)

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
            self.written.pop(name, None)
            self._imported.pop(name, None)
            self._lacks.pop(name, None)
            self._drawn.discard(name)
            self.common.forget(name)

    @contextlib.contextmanager
    def linked(self, link: Link) -> Iterator[None]:
        """Ask ``link`` for the student's names, each once."""
        kept = {n: value for n, value in self.written.items() if n in self.model_reads}
        self._link, self._seen, self.written, self._kept = link, {}, kept, dict(kept)
        try:
            yield
        finally:
            self._link, self._seen = None, {}
            if not link.exact:
                for name in [n for n, value in self.items() if isinstance(value, Proxy)]:
                    del self[name]  # of no use without its link
            link.close()

    def here(self) -> dict[str, Any]:
        """Return what the cell that runs has set, by name."""
        return {
            name: value for name, value in self.written.items()
            if name not in self._kept or self._kept[name] is not value
        }  # fmt: skip

    def __missing__(self, name: str) -> Any:
        again = self._link is not None and self._link.runs != self._asked.get(name)
        if name in self._seen and not (again and not isinstance(self._seen[name], Proxy)):
            return self._seen[name]
        if self._link is not None and self._link.exact:
            self._meet_unknown(self._link, name)
        if name in self._imported:
            if self._link is not None and self._link.exact:
                self._compare_import(self._link, name)
            super().__setitem__(name, self._imported.pop(name))
            return self[name]
        python = hasattr(builtins, name) or (name.startswith("__") and name not in LAST)
        if self._link is None or name in self._own or (python and name not in self._answers):
            raise KeyError(name)
        value = self._seen[name] = self._link.get(name)
        self._asked[name] = self._link.runs
        return value

    def _meet_unknown(self, link: Link, name: str) -> None:
        """End the test where it is not known what a name is."""
        if name in self._lacks:
            link.meet(self._lacks[name])
        tests_last = self.displayed <= self._tests_displayed
        if NUMBERED(name) or name in LAST[3:] or (name in LAST and tests_last):
            link.meet(f"the test reads `{name}`, what cells ended in, tests among them")

    def _compare_import(self, link: Link, name: str) -> None:
        """See whether the student has what a model solution imports by a name."""
        theirs = link.about("origin", name)
        if theirs is None:
            raise KeyError(name)
        top = str(theirs[0]).partition(".")[0]  # ipykernel has its own `getpass` there
        if theirs != origin(self._imported[name]) and top not in ("ipykernel", "IPython"):
            link.meet(f"the student has a `{name}` that is not what the model solution imports")

    def __delitem__(self, name: str) -> None:
        if name in self or self._link is None or name not in self._seen:
            super().__delitem__(name)
            if type(self.written.get(name)) in STAND_INS:  # it ends when nobody has it any more
                del self.written[name]
            return
        self._link.ask({"do": "delete", "name": name})
        del self._seen[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, Proxy) and value._name == name and self._link is not None:
            # A test that took a function away, to see who uses it, gives it back.
            self._link.ask({"do": "restore", "name": name, "function": value._handle})
            self._seen[name] = value
            self.pop(name, None)  # what the test has put in its place meanwhile
            self.written.pop(name, None)
            return
        super().__setitem__(name, value)
        self._drawn.discard(name)
        self.common.forget(name)
        if isinstance(value, type) and type(value) is not Mirror:
            self._classes.append((value, not self.in_test))
        if not name.startswith("_"):
            self.written[name] = value
