"""A kernel in a fork of the fork server: its supervisor, its box, and what makes it look fresh."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import sys
import warnings
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any, NoReturn

from convgrade import confine
from convgrade.kernels.naming import name_process
from convgrade.kernels.preloading import INLINE
from convgrade.kernels.request import Request

__all__ = ["ending", "forget", "supervise"]

_ours: list[ModuleType] = []  # else a fork would spend its time on taking them apart


def forget() -> None:
    """Take what is ours from what students can import; it stays in use, and in memory."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "convgrade"]:
        _ours.append(sys.modules.pop(name))


def supervise(
    kind: Any, request: Request, namespaces: int, report: socket.socket, stdio: Sequence[int]
) -> NoReturn:
    """Run a kernel in a process of its own, and tell how it ends.

    The socket says the supervisor's pid and then the kernel's exit code. When its other
    end is closed, the kernel is ended with all that it started.
    """
    try:
        name_process(os.path.basename(sys.executable))
        os.setsid()  # a group of its own: an interrupt reaches the kernel and what it started
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


def _run_kernel(kind: Any, request: Request) -> NoReturn:
    """Be a kernel that looks like one in a fresh Python."""
    with ending():
        confine.close_inherited()
        _freshen(request)
        kind.run(request.arguments)
    raise AssertionError("it has ended")


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """Do all that this process, a fork, is for, and end it as Python ends."""
    code = 1
    try:
        yield
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
    os.environ.update(request.environment or {})
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
