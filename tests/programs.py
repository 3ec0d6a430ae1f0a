"""Commands of nbgrader and convgrade as processes of their own, without a second of imports each.

A process that has imported such a program and done nothing else forks the commands: each has its
own folder, environment, output and exit status, and ends as it would. Tests that look at how a
command starts, or end it, start a new Python instead: `in_new_python`.
"""

from __future__ import annotations

import ast
import atexit
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from convgrade.kernels.zygotes import shared

#: Modules that a program consists of, which are imported once.
PROGRAMS = {"nbgrader": "nbgrader.apps.nbgraderapp", "convgrade": "convgrade.app"}
#: Threads that would not be there after a fork.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
#: What `convgrade.classroom` leaves out: importing it takes most of a command's start, in seconds
#: of a processor, and no notebook needs it.
UNNEEDED = "rfc3987_syntax"
MAX_REQUEST = 2**17

used = 0.0  # seconds of processors, of the commands that have ended and of their children


class _Server:
    """The process that forks the commands of one program."""

    def __init__(self, program: str) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, program, str(theirs.fileno())],
                env={
                    "PATH": os.defpath,
                    "LANG": "C.UTF-8",
                    "JUPYTER_PLATFORM_DIRS": "1",
                    **ONE_THREAD,
                },
                pass_fds=[theirs.fileno()],
            )
        self._control = ours
        atexit.register(self._end)

    def _end(self) -> None:
        self._control.close()
        self._process.wait()

    def run(
        self, words: list[str], folder: Path, environment: Mapping[str, str], timeout: float
    ) -> tuple[int, str, str]:
        """Run a command to its end; return exit status and output."""
        global used
        request = json.dumps([words, str(folder), dict(environment)]).encode()
        assert len(request) < MAX_REQUEST
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            socket.send_fds(self._control, [request], [out.fileno(), err.fileno()])
            self._control.settimeout(timeout)
            pid = int(self._control.recv(100))
            try:
                status, seconds = json.loads(self._control.recv(100))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._control.settimeout(None)
                self._control.recv(100)
                raise
            used += seconds
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode())
        return status, *texts


@cache
def _server(program: str, pid: int) -> _Server:
    return _Server(program)


def run(
    program: str,
    *args: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 1500,
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m program`` in a folder, and return what `subprocess.run` would."""
    environment = dict(os.environ if env is None else env)
    if environment.get("PYTHONPATH", "") == os.environ.get("PYTHONPATH", ""):
        environment |= _libraries(cwd)
    server = _server(program, os.getpid())  # a fork of this process has its own
    found = server.run(list(args), cwd, environment, timeout)
    return subprocess.CompletedProcess([program, *args], *found)


def _libraries(course: Path) -> dict[str, str]:
    """Return variables that say where a course's commands find its libraries imported.

    All commands of this process share them; where none are named, a command imports its own.
    """
    config = course / "nbgrader_config.py"
    text = config.read_text() if config.exists() else ""
    lists = re.findall(r"^c\.TrustedClient\.kernel_preload = (\[.*?\])$", text, re.M | re.S)
    return shared(ast.literal_eval(lists[-1])) if lists else {}


def in_new_python(program: str, *args: str) -> list[str]:
    """Return the words that start a program as ``python -m`` does, in a Python of its own."""
    code = f"import os, runpy, sys; sys.modules[{UNNEEDED!r}] = None; sys.path[0] = os.getcwd(); "
    code += f"runpy.run_module({program!r}, run_name='__main__', alter_sys=True)"
    return [sys.executable, "-c", code, *args]


def without_unneeded(folder: Path) -> dict[str, str]:
    """Return what is added to an environment so that every Python in it leaves `UNNEEDED` out.

    Parameters
    ----------
    folder : Path
        An empty folder, for the module that says so.
    """
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"import sys\nsys.modules[{UNNEEDED!r}] = None\n")
    return {"PYTHONPATH": str(folder)}


# ------------------------------------------------------------------------ the server


def _main(program: str, control: socket.socket) -> None:
    import gc
    import importlib

    del sys.path[0]  # the tests
    sys.modules[UNNEEDED] = None  # type: ignore[assignment]
    gc.disable()
    importlib.import_module(PROGRAMS[program])
    # A new gradebook would take another program's imports.
    importlib.import_module("convgrade.new_gradebook").find_version_here()
    gc.freeze()
    gc.enable()
    assert len(os.listdir("/proc/self/task")) == 1
    while True:
        message, files, *_ = socket.recv_fds(control, MAX_REQUEST, 2)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            _command(program, files, *json.loads(message))
        for file in files:
            os.close(file)
        control.send(str(pid).encode())
        _, status, usage = os.wait4(pid, 0)
        seconds = usage.ru_utime + usage.ru_stime
        control.send(json.dumps([os.waitstatus_to_exitcode(status), seconds]).encode())


def _command(
    program: str, files: list[int], words: list[str], folder: str, environment: dict[str, str]
) -> None:
    """Be a command, as ``python -m`` starts it."""
    import runpy

    for number, file in enumerate(files, 1):
        os.dup2(file, number)
        os.close(file)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    paths = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:0] = [folder, *paths]
    sys.argv = [program, *words]
    runpy.run_module(program, run_name="__main__", alter_sys=True)
    sys.exit()  # as Python ends, with what is registered for that


if __name__ == "__main__":
    _main(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
