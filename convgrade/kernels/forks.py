"""Starts processes by forking: one fork server for this process and each kind of them."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from convgrade.kernels.folders import held_folder, remove_leftovers, short_folder
from convgrade.kernels.fork import REPLY, Fork
from convgrade.kernels.request import MAX_REQUEST, OTHER, READY, Request, ServerRequest
from convgrade.kernels.zygotes import KEPT, ask, places

__all__ = ["ForkServer", "ForkServerError", "available", "fork_server"]

START = 120.0  # seconds for the imports
ENDING = 10.0  # seconds for a server that was killed
TRIES = 3
PROTOCOL = "convgrade.kernels.protocol"  # Jupyter's: kernels for any client


class ForkServerError(RuntimeError):
    """A process could not be forked; the message says why."""


class ForkServer:
    """A fork server of this process, as its owner sees it.

    Parameters
    ----------
    preload : sequence of str
        Modules that it imports before the first fork, where they are installed.
    runs : str
        The module that says what a fork is, see `convgrade.kernels.server`.
    libraries : sequence of str, optional
        Modules that it shares with other servers, imported before; by default ``preload``.
    kept : sequence of str or None
        Variables of the environment that it gets; None for all.

    Attributes
    ----------
    folder : Path
        For what belongs to its kernels, such as sockets. It is removed when this process has
        ended, however that came about.
    pid : int or None
        The server's process, None before its first start.
    """

    def __init__(
        self,
        preload: Sequence[str] = (),
        runs: str = PROTOCOL,
        libraries: Sequence[str] | None = None,
        kept: Sequence[str] | None = KEPT,
    ) -> None:
        temporary = short_folder()
        remove_leftovers(temporary)
        self.folder, self._mark = held_folder(temporary)
        self._preload, self._runs, self._kept = list(preload), runs, kept
        self._libraries = self._preload if libraries is None else list(libraries)
        self._lock = threading.RLock()
        self._owner = os.getpid()
        self._control: socket.socket | None = None
        self._process = -1  # a descriptor of it
        self.pid: int | None = None

    @property
    def is_mine(self) -> bool:
        """Whether this process made it, not one that forked since."""
        return os.getpid() == self._owner

    def start(self) -> None:
        """Start the server now, rather than with the first kernel.

        Raises
        ------
        ForkServerError
            When it does not start.
        """
        with self._lock:
            self._started()

    def fork(
        self,
        arguments: Sequence[str],
        folder: str = "",
        environment: Mapping[str, str] | None = None,
        box: Sequence[str] | None = None,
        stdio: Sequence[int] = (),
    ) -> Fork:
        """Start a process.

        Parameters
        ----------
        arguments : sequence of str
            For what it runs: a kernel's are those of ``ipykernel_launcher``.
        folder : str
            A kernel's working folder.
        environment : mapping
            All of a kernel's.
        box : sequence of str, optional
            How a kernel is confined: `convgrade.confine.words`.
        stdio : sequence of int, optional
            Descriptors for stdin, stdout and stderr; nowhere by default.

        Raises
        ------
        ForkServerError
            With the reason.
        """
        request = Request(
            list(arguments),
            folder,
            dict(environment) if environment is not None else None,
            list(box) if box is not None else None,
        )
        message = json.dumps(asdict(request)).encode()
        if len(message) > MAX_REQUEST:
            raise ForkServerError(
                f"the kernel's environment and arguments take {len(message)} bytes, and "
                f"{MAX_REQUEST} is the limit"
            )
        for _ in range(TRIES):  # a server that was killed is replaced
            kernel = self._try(message, stdio)
            if kernel is not None:
                return kernel
            self._discard()
        raise ForkServerError(
            f"the fork server ended {TRIES} times; is it killed, or out of memory?"
        )

    def _try(self, message: bytes, stdio: Sequence[int]) -> Fork | None:
        """Ask for a fork; None if the server is gone."""
        ours, theirs = socket.socketpair()
        kernel = None
        try:
            with theirs, open(os.devnull, "r+b", buffering=0) as nowhere, self._lock:
                files = [theirs.fileno(), *(stdio or [nowhere.fileno()] * 3)]
                control = self._started()
                try:
                    socket.send_fds(control, [message], files)
                except OSError:
                    return None
            kernel = Fork(ours)
            if kernel.reason:
                raise ForkServerError(f"no kernel could be forked: {kernel.reason}")
            return kernel if kernel.pid else None
        except TimeoutError:
            self._discard()  # it is stuck: the next kernel gets another
            raise ForkServerError(f"no fork within {REPLY:g} s") from None
        finally:
            if kernel is None or kernel.reason or not kernel.pid:
                ours.close()

    def stop(self) -> None:
        """End the server and remove its folder. Its kernels go on."""
        with self._lock:
            self._discard()
            if self.is_mine and self._mark >= 0:
                os.close(self._mark)  # first: removing a folder takes descriptors
                self._mark = -1
                shutil.rmtree(self.folder, ignore_errors=True)

    def _discard(self) -> None:
        with self._lock:
            if self._control is not None:
                self._control.close()
                self._control = None
            if self._process >= 0 and self.is_mine:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._process, signal.SIGKILL)
                self._has_ended(ENDING)
                os.close(self._process)
                self._process = -1

    def _has_ended(self, seconds: float) -> bool:
        poll = select.poll()  # not select: its descriptor may have a high number
        poll.register(self._process, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _started(self) -> socket.socket:
        """Return the socket to a server that runs."""
        if self._control is not None:
            if self._process >= 0 and not self._has_ended(0):
                return self._control
            self._discard()
        try:
            for place in places(self._libraries):
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with contextlib.ExitStack() as undo:
                    undo.callback(ours.close)
                    with theirs, contextlib.suppress(ConnectionError, FileNotFoundError):
                        ask(place, self._wanted(), theirs, self._mark)
                    answer = self._answer(ours)
                    if answer.startswith(READY):
                        self.pid = int(answer.removeprefix(READY))
                        self._process = os.pidfd_open(self.pid)
                        ours.settimeout(None)
                        self._control = ours
                        undo.pop_all()
                        return ours
                if answer not in (OTHER, b""):
                    break  # the next would say the same
        except OSError as error:  # no process, descriptor or memory, or its folder is gone
            raise ForkServerError(f"the fork server did not start: {error}") from error
        raise ForkServerError(f"the fork server did not start: {answer.decode() or 'it ended'}")

    def _wanted(self) -> ServerRequest:
        names = os.environ if self._kept is None else self._kept
        environment = {name: os.environ[name] for name in names if name in os.environ}
        return ServerRequest(
            self._libraries, self._runs, self._preload, str(self.folder), environment,
            sorted(os.sched_getaffinity(0)),
        )  # fmt: skip

    def _answer(self, control: socket.socket) -> bytes:
        control.settimeout(START)
        try:
            return control.recv(4096)
        except TimeoutError:
            return f"its imports took longer than {START:g} s".encode()
        except ConnectionError:
            return b""


# ------------------------------------------------------------------------ for callers

_servers: dict[tuple[object, ...], ForkServer] = {}
_lock = threading.Lock()


def available() -> bool:
    """Tell whether this system forks safely."""
    return sys.platform == "linux"


def fork_server(
    preload: Sequence[str] = (),
    runs: str = PROTOCOL,
    libraries: Sequence[str] | None = None,
    kept: Sequence[str] | None = KEPT,
) -> ForkServer:
    """Return this process's fork server of these forks, which starts when it is needed.

    The parameters are those of `ForkServer`.
    """
    key = tuple(preload), runs, tuple(preload if libraries is None else libraries)
    with _lock:
        server = _servers.get(key)
        if server is None or not server.is_mine:
            server = _servers[key] = ForkServer(preload, runs, libraries, kept)
            atexit.register(server.stop)
        return server
