"""What a box is to allow: as options, and as words of the launcher's command line."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # importing typing costs milliseconds at every start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


class RefusedError(Exception):
    """Why the box or its command cannot be had."""


def reason_of(error: Exception) -> str:
    """Return an error's text, on one line."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    return " ".join((text or repr(error)).split())


class Options:
    """What the command line asks for; `read_options` makes it."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.write: list[str] = []
        self.sockets: list[str] = []
        self.scratch: dict[str, int] = {}
        self.memory: int | None = None
        self.files: int | None = None
        self.file_size: int | None = None
        self.processes: int | None = None
        self.network = False
        self.require = False
        self.probe = False
        self.command: list[str] = []


def words(
    *,
    read: Iterable[Path],
    write: Iterable[Path],
    sockets: Iterable[Path] = (),
    scratch: Mapping[Path, int] | None = None,
    memory: int | None = None,
    files: int | None = None,
    file_size: int | None = None,
    processes: int | None = None,
    network: bool = False,
    require: bool = False,
) -> list[str]:
    """Return the launcher's options, as words of its command line.

    Parameters
    ----------
    read : iterable of Path
        Files and folders it may read and run programs from; see `system_paths`. A character
        device among them may also be written. Missing ones are skipped.
    write : iterable of Path
        Files and folders it may read and write, but not run programs from. The working folder
        should be among them: one that is not there becomes ``/``.
    sockets : iterable of Path, optional
        Folders in which it may make Unix sockets, and write nothing else; outside they are seen.
    scratch : mapping of Path to int, optional
        Folders that it may fill with so many bytes. With mounts of its own they are memory of
        its own: what lies there is copied in, and nothing it writes can be seen outside.
        Without, they are written to as they are, without a limit.
    memory : int, optional
        Bytes of memory of its own for each process. PyTorch needs about 300 MB.
    files : int, optional
        Open files for each process.
    file_size : int, optional
        Bytes of a file that it writes.
    processes : int, optional
        Processes and threads in the box together. Not applied where the machine offers no
        namespaces: Linux would count all the user's processes.
    network : bool, default False
        Leave the network as it is.
    require : bool, default False
        Exit with code 2 and a message when a layer is missing.

    Returns
    -------
    list of str
    """
    words: list[str] = []
    for option, paths in (("--read", read), ("--write", write), ("--sockets", sockets)):
        for path in paths:
            words += [option, os.path.abspath(path)]
    for path, size in (scratch or {}).items():
        words += ["--scratch", os.path.abspath(path), str(size)]
    numbers = {
        "--memory": memory,
        "--files": files,
        "--file-size": file_size,
        "--processes": processes,
    }
    for option, number in numbers.items():
        if number is not None:
            words += [option, str(number)]
    return words + ["--network"] * network + ["--require"] * require


def read_options(argv: list[str]) -> Options:
    """Read the launcher's options; argparse would take a third of the start.

    Raises
    ------
    RefusedError
        When they make no sense.
    """
    options = Options()
    words = iter(argv)
    for word in words:
        name = word.removeprefix("--").replace("-", "_")
        if word == "--":
            options.command = list(words)
        elif word in ("--network", "--require", "--probe"):
            setattr(options, name, True)
        elif word in ("--read", "--write", "--sockets"):
            # The name as given, and the one that programs may resolve it to.
            path = _path(word, words)
            getattr(options, name).extend(dict.fromkeys([path, os.path.realpath(path)]))
        elif word == "--scratch":
            path = os.path.realpath(_path(word, words))
            options.scratch[path] = _number(word, words)
        elif word in ("--memory", "--files", "--file-size", "--processes"):
            setattr(options, name, _number(word, words))
        else:
            raise RefusedError(f"unknown option {word!r}")
    return options


def _path(option: str, words: Iterator[str]) -> str:
    path = os.path.abspath(next(words, "") or "/")
    if path == "/":
        raise RefusedError(f"{option} needs a path other than /")
    return path


def _number(option: str, words: Iterator[str]) -> int:
    number = next(words, "")
    if not number.isdecimal():
        raise RefusedError(f"{option} needs a number, not {number!r}")
    return int(number)
