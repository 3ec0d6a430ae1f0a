"""Starts kernels by forking: one fork server for this process and each list of modules."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from convgrade.kernels.folders import held_folder, remove_leftovers, short_folder
from convgrade.kernels.fork import REPLY, Fork
from convgrade.kernels.server import MAX_REQUEST, Request

__all__ = ["ForkServer", "ForkServerError", "available", "fork_server"]

START = 120.0  # seconds for the imports
TRIES = 3
PROTOCOL = "convgrade.kernels.protocol"  # Jupyter's: kernels for any client
#: Threads that libraries start at import would make a fork unsafe.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "HOME", "MPLCONFIGDIR", "PYTHONPATH")


class ForkServerError(RuntimeError):
    """A kernel could not be forked; the message says why."""


class ForkServer:
    """The fork server of this process, as its owner sees it.

    Parameters
    ----------
    preload : sequence of str
        Modules that it imports before the first fork, where they are installed.
    runs : str
        The module that says what a fork is, see `convgrade.kernels.server`.

    Attributes
    ----------
    folder : Path
        For what belongs to its kernels, such as sockets. It is removed when this process has
        ended, however that came about.
    """

    def __init__(self, preload: Sequence[str] = (), runs: str = PROTOCOL) -> None:
        temporary = short_folder()
        remove_leftovers(temporary)
        self.folder, self._mark = held_folder(temporary)
        self._preload, self._runs = list(preload), runs
        self._lock = threading.RLock()
        self._owner = os.getpid()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_mine(self) -> bool:
        """Whether this process made it, not one that forked since."""
        return os.getpid() == self._owner

    @property
    def pid(self) -> int | None:
        """The fork server's process, None before its first start."""
        return self._process.pid if self._process is not None else None

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
        folder: str,
        environment: Mapping[str, str],
        box: Sequence[str] | None = None,
        stdio: Sequence[int] = (),
    ) -> Fork:
        """Start a kernel.

        Parameters
        ----------
        arguments : sequence of str
            Of ``ipykernel_launcher``.
        folder : str
            Its working folder.
        environment : mapping
            All of it.
        box : sequence of str, optional
            How it is confined: `convgrade.confine.words`.
        stdio : sequence of int, optional
            Descriptors for stdin, stdout and stderr; nowhere by default.

        Raises
        ------
        ForkServerError
            With the reason.
        """
        request = Request(
            list(arguments), folder, dict(environment), list(box) if box is not None else None
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
            if self.is_mine:
                shutil.rmtree(self.folder, ignore_errors=True)

    def _discard(self) -> None:
        with self._lock:
            if self._control is not None:
                self._control.close()
                self._control = None
            if self._process is not None and self.is_mine:
                self._process.kill()
                self._process.wait()

    def _started(self) -> socket.socket:
        """Return the socket to a server that runs."""
        if self._control is not None:
            if self._process is not None and self._process.poll() is None:
                return self._control
            self._discard()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Kernels inherit its memory: nothing of ours that they need not know.
        environment = {name: os.environ[name] for name in KEPT if name in os.environ} | ONE_THREAD
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "convgrade.kernels.server", str(theirs.fileno()),
                     self._runs, *self._preload],
                    cwd=self.folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno(), self._mark],
                )  # fmt: skip
        except OSError as error:  # no process, descriptor or memory, or its folder is gone
            ours.close()
            raise ForkServerError(f"the fork server did not start: {error}") from error
        ours.settimeout(START)
        try:
            answer = ours.recv(4096).decode()
        except TimeoutError:
            answer = f"its imports took longer than {START:g} s"
        except ConnectionError:
            answer = ""
        if answer != "ready":
            self._process.kill()
            self._process.wait()
            ours.close()
            raise ForkServerError(f"the fork server did not start: {answer or 'it ended'}")
        ours.settimeout(None)
        self._control = ours
        return ours


# ------------------------------------------------------------------------ for callers

_servers: dict[tuple[tuple[str, ...], str], ForkServer] = {}
_lock = threading.Lock()


def available() -> bool:
    """Tell whether this system forks safely."""
    return sys.platform == "linux"


def fork_server(preload: Sequence[str] = (), runs: str = PROTOCOL) -> ForkServer:
    """Return this process's fork server of these forks, which starts when it is needed."""
    key = tuple(preload), runs
    with _lock:
        server = _servers.get(key)
        if server is None or not server.is_mine:
            server = _servers[key] = ForkServer(*key)
            atexit.register(server.stop)
        return server
