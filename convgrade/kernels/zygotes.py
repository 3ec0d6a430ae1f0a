"""Has fork servers made: by the process with the libraries that a command shares, or our own."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from convgrade.kernels.folders import (
    held_folder,
    remove_leftovers,
    remove_unused,
    short_folder,
)
from convgrade.kernels.request import ServerRequest

__all__ = ["ADDRESS", "KEPT", "ONE_THREAD", "ask", "leave", "places", "shared"]

ADDRESS = "CONVGRADE_LIBRARIES"  # environment variable: where a command shares them
#: Threads that libraries start at import would make a fork unsafe.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
#: Sets of texts are in the same order in every run: grading twice gives the same words.
ONE_ORDER = {"PYTHONHASHSEED": "1"}
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "HOME", "MPLCONFIGDIR", "PYTHONPATH")


class Zygote:
    """The process that has imported libraries, as its owner sees it; it starts at once.

    Parameters
    ----------
    libraries : sequence of str
        Modules.

    Attributes
    ----------
    address : str
        Where it takes requests, also those that come before it is ready.

    Raises
    ------
    OSError
        When it does not start.
    """

    def __init__(self, libraries: Sequence[str]) -> None:
        temporary = short_folder()
        remove_leftovers(temporary)
        self._owner = os.getpid()
        self._folder, mark = held_folder(temporary)
        self.address = str(self._folder / "libraries")
        with contextlib.ExitStack() as undo:
            undo.callback(remove_unused, self._folder, os.path.basename(self.address))
            undo.callback(os.close, mark)
            self._control, theirs = socket.socketpair()
            undo.callback(self._control.close)
            with socket.socket(socket.AF_UNIX) as listener, theirs:
                listener.bind(self.address)
                listener.listen()
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "convgrade.kernels.zygote", str(theirs.fileno()),
                     str(listener.fileno()), *libraries],
                    cwd=self._folder,
                    # Kernels inherit its memory: nothing of ours that they need not know.
                    env={name: os.environ[name] for name in KEPT if name in os.environ}
                    | ONE_THREAD
                    | ONE_ORDER,
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno(), listener.fileno(), mark],
                )  # fmt: skip
            undo.pop_all()
            os.close(mark)  # it is held by the process

    @property
    def is_there(self) -> bool:
        """Whether it can be asked, and is this process's own, not one's that forked this."""
        return (
            os.getpid() == self._owner
            and self._process.poll() is None
            and os.path.exists(self.address)  # it may lie where old files are tidied away
        )

    def stop(self) -> None:
        """End it, and remove its folder; the servers that it forked go on."""
        if os.getpid() == self._owner:
            self._control.close()
            self._process.kill()
            self._process.wait()
            shutil.rmtree(self._folder, ignore_errors=True)


_zygotes: dict[tuple[str, ...], Zygote] = {}
_lock = threading.Lock()


def zygote(libraries: Sequence[str]) -> Zygote:
    """Return this process's own with these libraries; it is started if need be.

    Raises
    ------
    OSError
        When it does not start.
    """
    with _lock:
        found = _zygotes.get(tuple(libraries))
        if found is None or not found.is_there:
            if found is not None:
                found.stop()
            found = _zygotes[tuple(libraries)] = Zygote(libraries)
            atexit.register(found.stop)
        return found


def leave(libraries: Sequence[str]) -> None:
    """End this process's own with these libraries, if there is one: they are not wanted."""
    with _lock:
        found = _zygotes.pop(tuple(libraries), None)
        if found is not None:
            atexit.unregister(found.stop)
            found.stop()


def shared(libraries: Sequence[str]) -> dict[str, str]:
    """Start importing what other processes will use; return variables that tell them where.

    Nothing is imported where the command that started this one shares its libraries.
    """
    if sys.platform != "linux":  # nothing is forked
        return {}
    try:
        inherited = os.environ.get(ADDRESS, "")
        with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
            connection.connect(inherited)
            return {ADDRESS: inherited}
        return {ADDRESS: zygote(libraries).address}
    except OSError:  # each tries it for itself, and says what is wrong
        return {}


def places(libraries: Sequence[str]) -> Iterator[str]:
    """Yield where to ask for a server, one after the other until one can be had."""
    if os.environ.get(ADDRESS):
        yield os.environ[ADDRESS]
    yield zygote(libraries).address


def ask(address: str, request: ServerRequest, control: socket.socket, mark: int) -> None:
    """Ask for a server.

    Parameters
    ----------
    address : str
        Of `places`.
    request : ServerRequest
    control : socket
        The server's, which says how it went.
    mark : int
        Descriptor, see `held_folder`.

    Raises
    ------
    OSError
        When nobody listens there.
    """
    outputs = [_there(number) for number in (1, 2)]
    text = json.dumps(asdict(request)).encode()
    with socket.socket(socket.AF_UNIX) as connection, open(os.devnull, "r+b", buffering=0) as none:
        connection.connect(address)
        files = [none.fileno() if number is None else number for number in outputs]
        socket.send_fds(connection, [text[:1]], [control.fileno(), mark, *files])
        connection.sendall(text[1:])


def _there(number: int) -> int | None:
    """Return a descriptor that is open, or None."""
    try:
        os.fstat(number)
    except OSError:
        return None
    return number
