"""What a test must not do with a student's files and texts: let Python run what is in them.

A test may read them; one that unpickles, evaluates or imports something, or starts a program,
waits for a person. Most of that is told by Python's audit events when it happens, the rest is
read in the course's text.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any

from convgrade.databases import watch_databases
from convgrade.paths import is_code
from convgrade.provenance import Provenance
from convgrade.shared_files import SharedFiles

__all__ = ["Guard"]

# What Python tells of before it happens: files, here, and what could run.
FOLDERS = frozenset(
    {"os.listdir", "os.scandir", "glob.glob", "glob.glob/2", "pathlib.Path.glob", "os.chdir",
     "pathlib.Path.rglob", "os.walk"}
)  # fmt: skip
FILES = frozenset(
    {"open", "sqlite3.connect", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate",
     "os.link", "os.symlink", "shutil.copyfile", "shutil.move", "shutil.rmtree"}
)  # fmt: skip
PROGRAMS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
     "os.forkpty", "pty.spawn", "os.startfile"}
)  # fmt: skip
CODE = {
    "marshal.load": "reads marshalled code", "marshal.loads": "reads marshalled code",
    "code.__new__": "makes code", "ctypes.dlopen": "loads a library",
    "shutil.unpack_archive": "unpacks an archive",
    "sqlite3.enable_load_extension": "loads an extension of a database",
    "sqlite3.load_extension": "loads an extension of a database",
}  # fmt: skip
# Names of what takes a pickle from memory.
UNPICKLERS = frozenset({"loads", "BytesIO", "Unpickler", "_Unpickler", "SpooledTemporaryFile"})
MADE = ("code.__new__", "marshal.load", "marshal.loads")
QUIET = frozenset({"exec", "import"})  # nothing by themselves
HEARD = frozenset({"compile", "pickle.find_class", *QUIET, *FOLDERS, *FILES, *PROGRAMS, *CODE})
BESIDE = "beside files that the student's code has written"
TEXTS = "and the student's texts are at hand"
IMPORTS = "importlib._bootstrap_external"  # it reads its own files only: see `Guard._file`
# What runs what is in a file, and of which Python says nothing.
UNHEARD = re.compile(
    r"\b(jit\.load|yaml|unsafe_load|full_load|jsonpickle|load_model|saved_model|dictConfig"
    r"|load_library|CDLL|cffi|onnx\w*)\b"
)
# The grader's own news, which a test cell may get while it runs.
NEWS = ("convgrade.messages", "Gone")


class Guard:
    """Hears what a test does, for as long as it runs.

    Parameters
    ----------
    files : SharedFiles
    answers : callable, optional
        Tells whether a name is the student's, and so whatever it stands for.
    """

    def __init__(self, files: SharedFiles, answers: Callable[[str], bool] | None = None) -> None:
        self._files = files
        self._link: Any = None
        self._texts = Provenance(self._inside_of, answers)
        self._unheard: set[str] = set()
        self._compiles: set[str] = set()  # files that code is said to be of which may be theirs
        self._read = self._told = self._wrote = self._inside = False
        self._begun = time.time()

    def listen(self) -> None:
        """Hear of what happens in this process, to its end."""
        sys.addaudithook(self.hear)
        watch_databases(self._attached)

    def knows(self, text: str, quoted: Iterable[str] | None = None) -> None:
        """Note a text of the course's that runs here, or may; see `Provenance.knows`."""
        self._texts.knows(text, quoted)
        self._unheard |= set(UNHEARD.findall(text))

    @contextlib.contextmanager
    def watching(self, link: Any, records: bool = False) -> Iterator[None]:
        """Hear what a test does, which may end it, undecided.

        Parameters
        ----------
        link : convgrade.remote.Link
        records : bool
            It has the texts of the student's cells, in ``In``.
        """
        self._link = link
        self._told, self._wrote = self._told or records, False
        try:
            yield
        finally:
            self._link = None

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """Look at what is about to happen."""
        if event not in HEARD and not self._unheard:  # such as of every `id`
            return
        if self._link is None or self._inside or self._files.busy:
            return
        self._inside = True
        try:
            self._told = self._told or self._link.told
            if event in FILES or event in FOLDERS:
                if self._told and event == "open" and _writes(args):
                    device = isinstance(args[0], int) or str(args[0]).startswith("/dev/")
                    self._wrote = self._wrote or not device
                if self._link.exact:
                    self._file(event, args)
            elif self._beside:
                self._code(event, args)
            if event == "exec" and getattr(args[0], "co_filename", None) in self._compiles:
                self._meet("evaluates a text")
            if event == "compile" and (self._read or self._told):
                self._compiled(args[0], args[1], sys._getframe(1))
            elif self._told and not self._beside and event not in QUIET:
                self._text(event, args, sys._getframe(1))
            if self._unheard and self._beside:
                self._meet(f"uses `{min(self._unheard)}`")
        finally:
            self._inside = False

    @property
    def _beside(self) -> bool:
        return bool(self._files.arrived and self._link.exact)

    def _file(self, event: str, args: tuple[Any, ...]) -> None:
        writes = event != "open" or _writes(args)
        two = event in ("os.rename", "os.link", "os.symlink", "shutil.copyfile", "shutil.move")
        for path in args[: 2 if two else 1]:
            place = self._inside_of(path)
            if place is None or is_code(place):
                continue
            if not self._files.active:
                self._files.begin(self._link)
            self._read = self._read or self._files.arrived
            if not writes and self._files.arrived and event == "open" and _asks(IMPORTS):
                self._meet("imports from a file")
        if self._files.arrived and writes and _asks("tarfile"):
            self._meet("unpacks an archive")

    def _inside_of(self, path: Any) -> str | None:
        """Return where a path lies in the working folder; None where it does not."""
        try:
            text = os.path.abspath(os.fsdecode(path if path is not None else "."))
        except (TypeError, ValueError):  # such as the number of an open file
            return None
        top = self._files.top
        return os.path.relpath(text, top) if text == top or text.startswith(top + os.sep) else None

    def _code(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "pickle.find_class" and args != NEWS:
            self._meet(f"unpickles `{args[0]}.{args[1]}`"[:100])
        elif event in PROGRAMS:
            self._meet("starts a program")
        elif event in CODE and not (event == "marshal.loads" and _asks(IMPORTS)):
            self._meet(CODE[event])
        elif event == "import":
            self._imported(args)

    def _text(self, event: str, args: tuple[Any, ...], frame: FrameType) -> None:
        """Look at what could run what a text of the student's says, or bytes."""
        asking = self._texts.libraries(frame)
        if any(f.f_code.co_name == "<module>" for f in asking):  # a library is imported
            return
        if event == "pickle.find_class":
            if args != NEWS and self._unpickles_theirs(frame, asking):
                self._meet(f"unpickles `{args[0]}.{args[1]}`"[:100])
        elif event in PROGRAMS and event != "os.fork":
            if self._wrote or not self._texts.is_shell_line(asking):
                self._meet("starts a program")
        elif event == "code.__new__" and asking:  # a library makes it of its own
            return
        elif event in MADE and not _asks(IMPORTS):
            self._meet(CODE[event])

    def _unpickles_theirs(self, frame: FrameType, asking: list[FrameType]) -> bool:
        """Tell whether what is unpickled could be a text of the student's, and no course's file.

        That is by what the course's code names that asks for it, or has written a file.
        """
        course = asking[-1].f_back if asking else frame
        return self._wrote or course is None or not UNPICKLERS.isdisjoint(course.f_code.co_names)

    def _imported(self, args: tuple[Any, ...]) -> None:
        files = [args[1], *(args[2] if type(args[2]) is list else ())]
        inside = (place for file in files if file and (place := self._inside_of(file)))
        if any(os.path.isfile(os.path.join(self._files.top, place)) for place in inside):
            self._meet("imports from a file")

    def _compiled(self, source: Any, file: Any, frame: FrameType) -> None:
        """Let only texts of the course's and of libraries become code: of others nobody knows."""
        if isinstance(file, str) and os.path.isabs(file) and self._inside_of(file) is None:
            with contextlib.suppress(OSError):
                if os.path.isfile(file) and os.path.getmtime(file) < self._begun:
                    return  # no test has written it
        if self._texts.allows(source, frame):
            return
        asking = self._texts.libraries(frame)
        if asking and asking[0].f_globals.get("__name__") != "ast":  # else it does what it says
            self._compiles.add(os.fsdecode(file) if isinstance(file, (str, bytes)) else "")
        else:
            self._meet("evaluates a text")

    def _attached(self, name: str | None) -> None:
        """Let SQL of a test's attach no database of ours, whoever wrote it."""
        if self._link is None or not (self._told or self._link.told or self._read):
            return
        own = bool(name) and not str(name).startswith("file:") and self._inside_of(name)
        if name not in ("", ":memory:") and not own and not self._texts.is_known(name):
            self._meet("attaches a database")

    def _meet(self, words: str) -> None:
        why = BESIDE if self._beside and not self._told else TEXTS
        self._link.meet(f"the test {words}, {why}")


def _writes(opened: tuple[Any, ...]) -> bool:
    _, mode, flags = opened
    if isinstance(mode, str):
        return not set(mode).isdisjoint("wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def _asks(*names: str) -> bool:
    """Tell whether a module is among those that act now."""
    frame: Any = sys._getframe(1)
    for _ in range(12):
        if frame is None:
            return False
        if str(frame.f_globals.get("__name__", "")) in names:
            return True
        frame = frame.f_back
    return False
