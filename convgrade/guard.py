"""What a test must not do beside files of a student's: let Python run what is in them.

Their bytes lie in the working folder of the grader's process. A test may read them; one that
unpickles, executes or imports something meanwhile, or starts a program, waits for a person. Most
of that is told by Python's audit events when it happens, the rest is read in the course's text.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

from convgrade.paths import is_code
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
# They make code of names, and of names only.
MAKERS = ("dataclasses", "collections")
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
    """

    def __init__(self, files: SharedFiles) -> None:
        self._files = files
        self._link: Any = None
        self._texts: list[str] = []  # of the course's that ran here: no student's
        self._unheard: set[str] = set()
        self._read = self._inside = False

    def listen(self) -> None:
        """Hear of what happens in this process, to its end."""
        sys.addaudithook(self.hear)

    def knows(self, text: str) -> None:
        """Note a text of the course's that runs here, or may."""
        self._texts.append(_squeezed(text))
        self._unheard |= set(UNHEARD.findall(text))

    @contextlib.contextmanager
    def watching(self, link: Any) -> Iterator[None]:
        """Hear what a test does, which may end it, undecided.

        Parameters
        ----------
        link : convgrade.remote.Link
        """
        self._link = link
        try:
            yield
        finally:
            self._link = None

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """Look at what is about to happen."""
        if self._link is None or self._inside or self._files.busy:
            return
        self._inside = True
        try:
            if event in FILES or event in FOLDERS:
                self._file(event, args)
            elif self._files.arrived:
                self._code(event, args)
            if self._unheard and self._files.arrived:
                self._meet(f"uses `{min(self._unheard)}`")
        finally:
            self._inside = False

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
        elif event == "compile" and isinstance(args[0], (str, bytes)) and self._read:
            self._compiled(args[0], args[1])

    def _imported(self, args: tuple[Any, ...]) -> None:
        files = [args[1], *(args[2] if type(args[2]) is list else ())]
        inside = (place for file in files if file and (place := self._inside_of(file)))
        if any(os.path.isfile(os.path.join(self._files.top, place)) for place in inside):
            self._meet("imports from a file")

    def _compiled(self, source: str | bytes, file: Any) -> None:
        """Let only texts of the course's and of libraries become code: of others nobody knows."""
        text = source.decode("utf-8", "replace") if isinstance(source, bytes) else source
        ours = isinstance(file, str) and os.path.isabs(file) and self._inside_of(file) is None
        if ours and os.path.isfile(file):
            return
        if any(_squeezed(text) in known for known in self._texts):
            return
        if not _asks("literal_eval", *MAKERS):
            self._meet("evaluates a text")

    def _meet(self, words: str) -> None:
        self._link.meet(f"the test {words}, beside files that the student's code has written")


def _writes(opened: tuple[Any, ...]) -> bool:
    _, mode, flags = opened
    if isinstance(mode, str):
        return not set(mode).isdisjoint("wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _asks(*names: str) -> bool:
    """Tell whether a module, or a function of Python's `ast`, is among those that act now."""
    frame: Any = sys._getframe(1)
    for _ in range(12):
        if frame is None:
            return False
        module = str(frame.f_globals.get("__name__", ""))
        if module in names or (module == "ast" and frame.f_code.co_name in names):
            return True
        frame = frame.f_back
    return False
