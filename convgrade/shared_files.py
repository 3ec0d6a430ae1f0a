"""The working folder of a test and that of a student's kernel: one folder on two sides.

The grader's end. What the student's code has written is brought here before a test looks at it,
what the test has written goes there before the student's code could read it. The files of the
course stay the course's here, but for those that its own model solution changes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn, Protocol

from convgrade.course_files import given_to
from convgrade.folder import AS_LAID, MAX_FILE, MAX_PATHS, Folder, Mark
from convgrade.paths import is_code, is_sound, moved, texts
from convgrade.workplace import lay

__all__ = ["SharedFiles"]

MAX_COUNT = 200  # files of a student's that are brought here at a time
MAX_TOTAL = 128 * 2**20  # bytes of them, in all tests of a notebook
MAX_BATCH = 32 * 2**20  # bytes in one message


class _Link(Protocol):
    """What is needed of `convgrade.remote.Link`."""

    def ask(self, request: dict[str, Any]) -> dict[str, Any]: ...

    def meet(self, words: str) -> NoReturn: ...


class SharedFiles:
    """What lies in the working folder of a notebook's tests, and whose it is.

    Parameters
    ----------
    top : Path
        The working folder, with the course's files in it.
    course : Path, optional
        Where these lie as they were.

    Attributes
    ----------
    active : bool
        A test, or what it uses, has to do with files: else nothing is asked and sent.
    arrived : bool
        A file of the student's has been brought here, and may be read.
    beyond : bool
        Something could not be brought, for being too large or too much.
    reads, changes : set of str
        Names of files that model solutions mention; and that they change, as
        `convgrade.course_files.files_changed` has them.
    """

    def __init__(self, top: Path, course: Path | None = None) -> None:
        self._folder, self._origin = Folder(str(top)), course
        self._course = self._folder.marks()
        self._seen = dict(self._course)  # ours, as both sides know it
        self._theirs: dict[str, Mark] | None = None
        self._placed: dict[str, Mark | None] = {}  # the student's here, by their mark
        self._named: set[str] = set()  # by calls
        self._given: set[str] = set()  # to what writes them in the model solution
        self._left: dict[str, Mark] = {}  # written by earlier tests, and not sent
        self._there, self._begun, self._total = "", 0.0, 0
        self.active, self.arrived, self.beyond, self.busy = False, False, False, False
        self.reads: set[str] = set()
        self.changes: set[str] = set()

    @property
    def top(self) -> str:
        """Return where the folder lies."""
        return self._folder.top

    def attend(self) -> None:
        """Note that another kernel answers than before, whose folder is to be looked at anew."""
        self._theirs, self._placed = None, dict.fromkeys(self._placed)

    def own(self) -> None:
        """Note that what cells of the course have written is the course's, from here on."""
        for path, mark in self._folder.marks().items():
            if path not in self._placed and self._seen.get(path) != mark:
                self._course[path] = self._seen[path] = mark

    def restore(self) -> None:
        """Lay the course's files anew, after a test in which the student's took their place."""
        for path in [path for path in self._placed if path in self._course]:
            if self._origin is None or path in self.changes:
                continue
            source = self._origin.joinpath(*path.split("/"))
            if source.is_file():
                self._folder.remove(path)
                lay(source, Path(self._folder.place(path)))
                del self._placed[path]
                self._seen[path] = self._course[path] = self._folder.marks()[path]

    # --------------------------------------------------------------- around a request

    def begin(self, link: _Link) -> None:
        """Bring what the student's code has written so far, before a test begins."""
        kept = self.sync(link)
        self._left = {path: mark for path, mark in self._folder.marks().items() if path in kept}
        self._begun = time.time() - 1  # clocks of file systems are coarse

    def share(self, link: Any, request: dict[str, Any], name: str) -> None:
        """Send what the test has written before a request; name paths as they are there."""
        self.before(link, name, [*request["args"], *request["kwargs"].values()])
        request["args"] = tuple(map(self.there, request["args"]))
        request["kwargs"] = {n: self.there(v) for n, v in request["kwargs"].items()}
        if self.active:
            request["files"] = True

    def before(self, link: _Link, name: str, arguments: Iterable[Any]) -> None:
        """Send what the test has written, before the student's code could read it."""
        paths = list(texts(arguments))
        named = set()
        for text in paths:
            for top in (self._there, self.top):
                inside = top and text.startswith(f"{top}/")
                text = os.path.relpath(text, top) if inside else text
            named |= set() if os.path.isabs(text) else {os.path.normpath(text)}
        self._named |= named
        self._given |= named if given_to(name) in self.changes else set()
        if not self.active:
            return
        if os.path.realpath(".") != self.top:
            link.meet(f"the test changes its working folder, and `{name}` runs in another one")
        marks = self._folder.marks()
        if marks != self._seen:
            for path in self.sync(link):
                if self._left.get(path) != marks.get(path):
                    link.meet(f"the test writes the file `{path}`, which `{name}` cannot read")
        for text in filter(os.path.isabs, paths):
            # Beside the working folder there is nothing that both could have.
            inside = text.startswith(f"{self.top}/")
            if not inside and os.path.exists(text) and os.path.getmtime(text) >= self._begun:
                link.meet(f"the test writes the file `{text}`, which `{name}` cannot read")

    def there(self, value: Any) -> Any:
        """Return a path in this folder as one in the student's; other values as they are."""
        return moved(value, self.top, self._there) if self.active and self._there else value

    def here(self, value: Any) -> Any:
        """Return a path in the student's folder as one in this; other values as they are."""
        return moved(value, self._there, self.top) if self.active and self._there else value

    def sync(self, link: _Link) -> list[str]:
        """Make both folders what the other has made of them; return what did not go there."""
        if self.busy:
            return []
        self.busy = self.active = True
        try:
            first = self._theirs is None
            if first:
                self._take(link, self._ask(link, {}, []))
            put, gone, kept = self._ours()
            if put or gone or not first:
                marks = self._ask(link, put, gone)
                for path in put:
                    if marks.get(path) != self._seen.get(path):
                        link.meet(f"the test writes `{path}`, which cannot be laid there")
                self._take(link, marks, {*put, *gone})
            return kept
        finally:
            self.busy = False

    def _ours(self) -> tuple[dict[str, bytes | None], list[str], list[str]]:
        """Return what is to go to the student's side, what is to go from it, and what stays."""
        put: dict[str, bytes | None] = {}
        gone, kept, now = list[str](), list[str](), self._folder.marks()
        theirs = self._theirs or {}
        for path in sorted(now.keys() | self._seen.keys()):
            if now.get(path) == self._seen.get(path):
                continue
            if path not in now:
                gone.append(path) if path in theirs else None
            elif theirs.get(path) == now[path]:
                pass
            elif not self._may_go(path, theirs) or now[path][:1] > (MAX_FILE,):
                kept.append(path)
                continue
            else:
                put[path] = self._folder.read(path) if now[path] else None
            self._note(path, now)
        return put, sorted(gone, reverse=True), kept

    def _note(self, path: str, now: dict[str, Mark]) -> None:
        self._seen.pop(path, None)
        if path in now:
            self._seen[path] = now[path]

    def _may_go(self, path: str, theirs: dict[str, Mark]) -> bool:
        """Tell whether the student's code is meant to have a file: no other is shown to it."""
        around = [path, *map(str, Path(path).parents)]
        known = path in theirs or path in self.reads or os.path.basename(path) in self.reads
        inside = any(other.startswith(f"{path}/") for other in self._named)
        return known or inside or bool(self._named.intersection(around))

    def _ask(self, link: _Link, put: dict[str, Any], gone: list[str]) -> dict[str, Mark]:
        value = link.ask({"do": "folder", "put": put, "gone": gone}).get("value")
        value = value if type(value) is dict else {}
        if value.get("here") is not True:
            link.meet("the student's code has left its working folder, and the test uses files")
        marks, there = value.get("marks"), value.get("top")
        self._there = there if type(there) is str and os.path.isabs(there) else ""
        found = {
            path: mark for path, mark in marks.items()
            if type(path) is str and type(mark) is tuple and len(mark) in (0, 2)
            and all(type(part) is int for part in mark)
        } if type(marks) is dict else {}  # fmt: skip
        if len(found) > MAX_PATHS:
            link.meet(f"the test uses files, and the student's are more than {MAX_PATHS:,}")
        return found

    def _take(self, link: _Link, marks: dict[str, Mark], sent: Iterable[str] = ()) -> None:
        """Bring what the student's side has changed."""
        before, self._theirs = self._theirs, marks
        now, wanted = self._folder.marks(), dict[str, int]()
        for path, mark in marks.items():
            if path in sent or now.get(path) == mark or self._placed.get(path) == mark:
                continue
            unchanged = (before or {}).get(path) == mark
            laid = before is None and mark[1:] == (AS_LAID,) and path in self._course
            if unchanged or laid or not self._may_come(path):
                continue
            if not mark:
                self._folder.write(path, None)
                self._placed[path] = mark
            elif self._fits(mark, wanted):
                wanted[path] = mark[0]
            else:
                self.beyond = True
                self._drop(path)
        for path in [*self._placed, *(before or ())]:
            if path not in marks and path in now and self._may_come(path):
                self._drop(path)
        self._bring(link, wanted, marks)
        now = self._folder.marks()
        for path in {*self._placed, *sent, *wanted}:
            self._note(path, now)

    def _may_come(self, path: str) -> bool:
        """Tell whether a file may lie here as the student's code has left it."""
        if path in self._course:
            return path in {*self.changes, *self._given} and not is_code(path)
        return is_sound(path) and not is_code(path)

    def _fits(self, mark: Mark, wanted: dict[str, int]) -> bool:
        total = self._total + sum(wanted.values()) + mark[0]
        return len(wanted) < MAX_COUNT and 0 <= mark[0] <= MAX_FILE and total <= MAX_TOTAL

    def _drop(self, path: str) -> None:
        self._folder.remove(path)
        self._placed.pop(path, None)
        self._seen.pop(path, None)

    def _bring(self, link: _Link, wanted: dict[str, int], marks: dict[str, Mark]) -> None:
        names = list(wanted)
        while names:
            batch, room = [names.pop(0)], MAX_BATCH
            while names and room > wanted[names[0]] + wanted[batch[-1]]:
                room -= wanted[batch[-1]]
                batch.append(names.pop(0))
            data = link.ask({"do": "file", "names": batch}).get("value")
            for path in batch:
                content = data.get(path) if type(data) is dict else None
                if type(content) is not bytes or len(content) > MAX_FILE:
                    continue
                self._total += len(content)
                self.arrived = True
                try:
                    self._folder.write(path, content)
                except OSError:  # such as a name that is too long, or another letter case
                    self.beyond = True
                else:
                    self._placed[path] = marks[path]

    # ------------------------------------------------------------------- looking back

    def withheld(self, name: str) -> bool:
        """Tell whether the student's side has a file of this name that is another one here."""
        path = os.path.normpath(name).replace(os.sep, "/")
        theirs = (self._theirs or {}).get(path)
        if theirs is None or path in self._placed:
            return False
        return theirs != self._folder.marks().get(path)

    def has(self, name: str) -> bool:
        """Tell whether a file of this name is the course's, and lies here."""
        return os.path.normpath(name).replace(os.sep, "/") in self._course
