"""The fork server: a process that has imported what kernels import, and forks kernels.

Runs as ``python -m convgrade.kernels.server SOCKET RUNS [MODULE ...]`` and is started by
`convgrade.kernels.forks` in a folder of its own. RUNS names a module whose ``prepare()`` builds
what all forks share, and whose ``run(arguments)`` is what a fork does. The server has one thread,
does nothing but wait and fork, and when the other end of its socket is closed it removes the
folder and ends. Each kernel gets a supervisor, forked as well, which lives as long as the kernel,
ends what the kernel leaves behind, and tells how it ended.

A message on the socket is one request (a JSON object, see `Request`), and brings four open files:
the socket of the kernel's supervisor, and the kernel's stdin, stdout and stderr.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from convgrade import confine
from convgrade.kernels.folders import PREFIX, remove_leftovers
from convgrade.kernels.settle import settle

__all__ = ["INLINE", "MAX_REQUEST", "SHELL", "Request"]

MAX_REQUEST = 2**17  # bytes
INLINE = "module://matplotlib_inline.backend_inline"
#: What the first IPython shell of a process imports.
SHELL = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "cProfile",
    "sqlite3",
    "symtable",
)
#: What a kernel imports when it starts.
KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "ipykernel.zmqshell",
    *SHELL,
    "zmq.eventloop.zmqstream",
    "tornado.platform.asyncio",
    "faulthandler",
    "psutil",
)


_ours: list[ModuleType] = []  # else a fork would spend its time on taking them apart


@dataclass(frozen=True)
class Request:
    """One kernel to start.

    Attributes
    ----------
    arguments : list of str
        Of ``ipykernel_launcher``.
    folder : str
        Working folder.
    environment : dict of str to str
        All of it.
    box : list of str or None
        Options of `confine.read_options`; None for a kernel that is not confined.
    """

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    box: list[str] | None = None


def main(argv: list[str]) -> int:
    """Import modules, say so, and serve."""
    del sys.path[0]  # our own working folder
    control = socket.socket(fileno=int(argv[0]))
    gc.disable()  # imports leave hardly any garbage; looking for it takes a fifth of their time
    try:
        _preload([*KERNEL, argv[1], *argv[2:]])
    except Exception as error:
        control.send(f"{type(error).__name__}: {error}".encode()[:4000])
        return 1
    if "matplotlib" in sys.modules:  # else this course has no use for it
        importlib.import_module("matplotlib_inline.config")
        # It reads what every installed package offers as a backend, once.
        sys.modules["matplotlib"].rcParams["backend"] = INLINE
    if "numpy" in sys.modules:
        importlib.import_module("numpy.random")  # numpy waits with it until it is used
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: for our parent
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the supervisors
    kind = sys.modules[argv[1]]
    try:
        kind.prepare()
        _assert_single_thread()
        _forget()
    except (Exception, SystemExit) as error:
        control.send(f"{type(error).__name__}: {error}".encode()[:4000])
        return 1
    settle()
    control.send(b"ready")
    namespaces: int | None = None
    while True:
        message, files, _, _ = socket.recv_fds(control, MAX_REQUEST, 4)
        if not message:  # our owner has ended, and nobody needs its folder any more
            above = Path.cwd().parent
            _remove(os.getcwd())
            if above.name.startswith(PREFIX):  # its own, too, unless it has ended in peace
                remove_leftovers(above.parent)
            return 0
        request = Request(**json.loads(message))
        if request.box is not None and namespaces is None:
            with _children():
                namespaces = confine.choose_namespaces(confine.read_options(request.box))
        _assert_single_thread()
        try:
            child = os.fork()
        except OSError as error:  # no memory, or too many processes
            os.write(files[0], f"! {error}\n".encode())
            child = -1
        if child == 0:
            control.close()
            _supervise(
                kind,
                request,
                namespaces if request.box is not None and namespaces else 0,
                socket.socket(fileno=files[0]),
                files[1:],
            )
        for file in files:
            os.close(file)


def _preload(modules: list[str]) -> None:
    """Import modules where they are installed; none may leave a thread behind."""
    # The debugger does, takes as long to import as the rest of a kernel, and is of no use here.
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # the import system's word for "no"
    for name in modules:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not (name + ".").startswith(error.name + "."):
                raise
        if _threads() > 1:
            raise RuntimeError(
                f"importing {name} leaves {_threads() - 1} more threads behind, and a process "
                "with threads cannot be forked safely; take it out of `preload`"
            )
    del sys.modules["debugpy"]


def _forget() -> None:
    """Take what is ours from what students can import; it stays in use, and in memory."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "convgrade"]:
        _ours.append(sys.modules.pop(name))


def _remove(folder: str) -> None:
    """Remove our working folder; a kernel that is being ended may still write, or make it anew."""
    absent = 0
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        absent = 0 if os.path.exists(folder) else absent + 1
        if absent > 10:
            return
        time.sleep(0.1)


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def _assert_single_thread() -> None:
    if _threads() > 1:
        raise RuntimeError(f"the fork server has {_threads()} threads")


@contextlib.contextmanager
def _children() -> Iterator[None]:
    """Let child processes be waited for."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)


# -------------------------------------------------------------------- the supervisor


def _supervise(
    kind: Any, request: Request, namespaces: int, report: socket.socket, stdio: list[int]
) -> NoReturn:
    """Run a kernel in a process of its own, and tell how it ends.

    The socket says the supervisor's pid and then the kernel's exit code. When its other
    end is closed, the kernel is ended with all that it started.
    """
    try:
        os.setsid()  # a group of its own: an interrupt reaches the kernel and what it started
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # for the kernel
        for number, file in enumerate(stdio):
            os.dup2(file, number)
        confine.close_inherited(report.fileno())
        report.send(b"%d\n" % os.getpid())
        box = None if request.box is None else confine.read_options(request.box)
        run = functools.partial(_run_kernel, kind, request)
        status = confine.supervise(box, namespaces, run, report.fileno())
        report.send(b"%d\n" % os.waitstatus_to_exitcode(status))
    except BaseException as error:
        with contextlib.suppress(OSError):
            report.send(f"! {error}\n".encode())
    finally:
        os._exit(0)


# ------------------------------------------------------------------------- the kernel


def _run_kernel(kind: Any, request: Request) -> NoReturn:
    """Be a kernel that looks like one in a fresh Python."""
    code = 1
    try:
        confine.close_inherited()
        _freshen(request)
        kind.run(request.arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _freshen(request: Request) -> None:
    """Leave nothing that tells a fork from a fresh process, but what is imported."""
    os.environ.clear()
    os.environ.update(request.environment)
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    os.chdir(request.folder)
    sys.argv = ["ipykernel_launcher", *request.arguments]
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [path for path in folders if path and path not in sys.path]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # ipykernel opens a port for the prints of child processes; in a box there is no network.
    warnings.filterwarnings("ignore", message="Couldn't bind IOPub Pipe", category=UserWarning)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        torch.seed()
        threads = os.environ.get("OMP_NUM_THREADS", "")
        processors = len(os.sched_getaffinity(0))
        torch.set_num_threads(int(threads) if threads.isdecimal() else processors)
    backend = os.environ.setdefault("MPLBACKEND", INLINE)  # as ipykernel does
    if "matplotlib" in sys.modules and backend != INLINE:  # it has read the environment already
        sys.modules["matplotlib"].rcParams["backend"] = backend


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
