"""A private folder and a confined Jupyter kernel in it, for one student's notebook."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import py_compile
import queue
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import matplotlib
import psutil
import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type

from convgrade import confine
from convgrade.kernels import forks
from convgrade.kernels.folders import PREFIX, short_folder
from convgrade.kernels.provisioner import LAUNCHER as FORKABLE
from convgrade.kernels.provisioner import ForkProvisioner
from convgrade.modules import packages, unpack

__all__ = ["Box", "Unread", "copy_files"]

#: Of the grader's environment, what a kernel gets to see.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
MAX_FILES = 200 * 2**20  # bytes of a submission's files that are copied in; of one that it writes
MAX_FOLDER = 2 * MAX_FILES  # bytes of everything in its folder: it is kept in memory
RECONNECT = 10  # milliseconds between tries to reach a kernel's sockets
MAX_MESSAGE = 100 * 2**20  # bytes of one that a kernel sends; zmq then drops the connection
MAX_CONTENT = 8 * 2**20  # bytes of one that are read: JSON takes up to thirty times its size
MAX_OPEN = 1024  # files
ENDING = 10.0  # seconds for a kernel that was killed
MAX_PROCESSES = 200  # threads count: torch and OpenBLAS start one for every core


class Unread(dict[str, Any]):
    """Stands for a part of a kernel's message that is too long to be read.

    Attributes
    ----------
    size : int
        Its bytes.
    """

    def __init__(self, size: int) -> None:
        words = "its message is too long to be shown"
        super().__init__(
            status="error", ename="Error", evalue=words, traceback=[f"Error: {words}"],
            execution_count=0, name="stdout", text="", data={}, metadata={},
        )  # fmt: skip
        self.size = size


def _reading(unpack: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda data: Unread(len(data)) if len(data) > MAX_CONTENT else unpack(data)


class _Client(AsyncKernelClient):
    """Does without the heartbeat: whether a kernel lives is asked of its process.

    Student code can garble what its kernel answers to a heartbeat. Then the thread that
    waits for it never ends, and whoever stops the channels waits for the thread.
    """

    def start_channels(self, *args: Any, **options: Any) -> None:
        super().start_channels(*args, **{**options, "hb": False})

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and until what it publishes arrives.

        As its parent does, but for the end: nothing more comes once the kernel has said that
        it is idle again, and its parent waits a fifth of a second to see that.

        Raises
        ------
        RuntimeError
            When the kernel dies, or says nothing for ``timeout`` seconds.
        """
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while time.monotonic() < end:
            request = self.kernel_info()
            with contextlib.suppress(queue.Empty):
                while (await self.shell_channel.get_msg(timeout=1))["parent_header"].get(
                    "msg_id"
                ) != request:
                    pass
                while not _is_idle(await self.iopub_channel.get_msg(timeout=0.2), request):
                    pass
                return
            if not await self.is_alive():
                raise RuntimeError("The kernel died before it answered")
        raise RuntimeError(f"The kernel did not answer within {timeout:g} s")


def _is_idle(message: dict[str, Any], request: str) -> bool:
    """Tell whether a kernel says that it is done with a request."""
    idle = message["msg_type"] == "status" and message["content"].get("execution_state") == "idle"
    return idle and bool(message["parent_header"].get("msg_id") == request)


class _Manager(AsyncKernelManager):
    """Makes clients that take no message which would fill the grader's memory."""

    client_factory = Type(_Client)

    def client(  # type: ignore[override]  # as in its parent, which says the same
        self, **options: Any
    ) -> AsyncKernelClient:
        client = super().client(**options)
        # Of sockets made from here on. They connect before the kernel has made its own.
        client.context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE)
        client.context.setsockopt(zmq.RECONNECT_IVL, RECONNECT)
        return client

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        """Wait for the kernel's end; a forked one tells, without being asked in steps."""
        if isinstance(self.provisioner, ForkProvisioner):
            await self.provisioner.wait()
        else:
            await super()._async_wait(pollinterval)


class Box:
    """Everything that a student's kernel can write to, and what it runs in.

    Parameters
    ----------
    files : Path or None
        Folder whose files, except notebooks, lie in the kernel's working folder.
        Links and devices are left out.
    memory : int
        Bytes that the kernel may use.
    confined : bool
        Whether to use the layers of `convgrade.confine` that this machine offers.
    preload : sequence of str or None
        The kernel is forked from a process that has imported these modules; None starts a
        Python for it.
    course : Path or None
        Folder with the course's files. Its packages, see `convgrade.modules`, take the place of
        a student's; they and its modules need not be compiled in every kernel.

    Attributes
    ----------
    sockets : Path
        The one folder that is seen on both sides.
    """

    def __init__(
        self,
        files: Path | None,
        memory: int,
        confined: bool = True,
        preload: Sequence[str] | None = None,
        course: Path | None = None,
    ) -> None:
        self._preload = preload if forks.available() else None
        if self._preload is None:
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=short_folder()))
        else:
            server = forks.fork_server(self._preload)
            self.folder = Path(tempfile.mkdtemp(prefix="", dir=server.folder))
        self._inside, self.sockets = self.folder / "box", self.folder / "s"
        self._work, self._home = self._inside / "work", self._inside / "home"
        self._memory, self._confined = memory, confined
        self._mark = uuid.uuid4().hex
        self._starts = 0
        self._managers: list[AsyncKernelManager] = []
        try:
            self._furnish(files, course)
        except BaseException:
            self.close()
            raise

    def _furnish(self, files: Path | None, course: Path | None) -> None:
        for folder in (self._work, self.sockets, self._home, self._inside / "tmp"):
            folder.mkdir(parents=True)
        if self._preload is None:
            # Listing the machine's fonts takes matplotlib seconds in every new home.
            (self._home / ".matplotlib").mkdir()
            for path in Path(matplotlib.get_cachedir()).glob("fontlist*.json"):
                shutil.copy(path, self._home / ".matplotlib")
        if files is not None:
            copy_files(files, self._work)
            if course is not None:
                _lay(course, self._work)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def manager(self, kernel_name: str, config: Any) -> AsyncKernelManager:
        """Return a manager for a new kernel in the box; `start` says how to start it."""
        self._starts += 1
        options: dict[str, Any] = {"config": config}
        if kernel_name:
            options["kernel_name"] = kernel_name
        if os.name == "posix":  # no port of the machine is opened
            options |= {"transport": "ipc", "ip": str(self.sockets / f"k{self._starts}")}
        manager = _Manager(**options)
        manager.session.unpack = _reading(manager.session.unpack)
        manager.connection_file = str(self.sockets / f"k{self._starts}.json")
        self._managers.append(manager)
        spec = manager.kernel_spec
        if spec is not None and FORKABLE in spec.argv:
            spec.argv = [*spec.argv, "--HistoryManager.enabled=False"]  # nobody will read it
        if spec is not None and self._preload is not None and FORKABLE in spec.argv:
            spec.metadata = {
                **spec.metadata,
                "kernel_provisioner": {
                    "provisioner_name": "convgrade-fork",
                    "config": {
                        "preload": list(self._preload),
                        "box": confine.words(**self._limits(spec)) if self._confined else None,
                    },
                },
            }
        elif spec is not None and self._confined:
            program, *arguments = spec.argv
            if program.startswith("python"):  # as jupyter_client does, which sees only the wrapper
                program = sys.executable
            spec.argv = confine.command([program, *arguments], **self._limits(spec))
        return manager

    def _limits(self, spec: KernelSpec) -> dict[str, Any]:
        """Return what `confine` is to allow."""
        return {
            "read": [*confine.system_paths(), Path(spec.resource_dir or sys.prefix)],
            "write": [],
            "sockets": [self.sockets],
            "scratch": {self._inside: MAX_FOLDER},
            "memory": self._memory,
            "files": MAX_OPEN,
            "file_size": MAX_FILES,
            "processes": MAX_PROCESSES,
        }

    def start(self) -> dict[str, Any]:
        """Return the options for the manager's ``start_kernel``."""
        environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        # More threads only wait for each other, and on another machine sum in another order.
        environment.setdefault("OMP_NUM_THREADS", "1")
        home, temporary = str(self._home), str(self._inside / "tmp")
        environment |= {
            "HOME": home,
            "IPYTHONDIR": f"{home}/.ipython",
            "JUPYTER_PLATFORM_DIRS": "1",
            "MPLCONFIGDIR": f"{home}/.matplotlib",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            # ipykernel opens a port for the prints of child processes; there is no network.
            "PYTHONWARNINGS": "ignore:Couldn't bind IOPub Pipe:UserWarning",
            "TMPDIR": temporary,
            "CONVGRADE_BOX": self._mark,
            "CONVKIT_PICTURES": "off",  # TrimPictures would only throw them away
        }
        # Else student code could write to the instructor's terminal.
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return {"cwd": str(self._work), "env": environment, **silent}

    def close(self) -> None:
        """End every process that still belongs to the box; remove the folder."""
        with contextlib.ExitStack() as ends:  # the last first, and each whatever becomes of it
            ends.callback(self._remove)
            if self._preload is None:
                ends.callback(self._kill_all)
            for manager in self._managers:
                ends.callback(_end, manager)

    def _remove(self) -> None:
        for folder, names, _files in os.walk(self.folder):
            for path in (os.path.join(folder, name) for name in names):
                if not os.path.islink(path):
                    os.chmod(path, 0o700)  # else what is in it could not be removed
        shutil.rmtree(self.folder, ignore_errors=True)

    def _kill_all(self) -> None:
        """Kill every process of the box. A forked kernel's supervisor has done so."""
        for _ in range(10):
            if not self._kill_those_there():
                break  # while one is ended, another may start the next

    def _kill_those_there(self) -> bool:
        """Kill the processes of the box; tell whether there was one."""
        found = False
        for process in psutil.process_iter():
            try:
                if process.environ().get("CONVGRADE_BOX") == self._mark:
                    process.kill()
                    found = True
            except (psutil.Error, OSError):
                continue  # gone already, or not ours to look at
        return found


def _end(manager: AsyncKernelManager) -> None:
    """End a kernel that is still there: who started it failed before or while ending it."""
    process = getattr(manager.provisioner, "process", None)
    if process is not None and process.poll() is None:
        process.kill()
        with contextlib.suppress(TimeoutError, subprocess.TimeoutExpired):
            process.wait(ENDING)


def _lay(course: Path, work: Path) -> None:
    """Lay the course's packages over a student's, and compiled modules beside the course's."""
    for archive in packages(course):
        for path in unpack(archive, work):
            if path.suffix == ".py":
                _compile(path, path.relative_to(work).as_posix())
    for path in course.glob("*.py"):
        copy = work / path.name
        # Never a student's own: it can be made to crash the compiler.
        if copy.is_file() and copy.read_bytes() == path.read_bytes():
            _compile(copy, path.name)


def _compile(path: Path, name: str) -> None:
    """Lay a compiled module beside its source, which is the course's."""
    try:
        data = _compiled(name, path.read_bytes())
    except py_compile.PyCompileError:
        return  # the import will say so
    compiled = Path(importlib.util.cache_from_source(str(path)))
    compiled.parent.mkdir(exist_ok=True)
    compiled.write_bytes(data)


@functools.lru_cache(100)
def _compiled(name: str, source: bytes) -> bytes:
    """Return a module in the form that Python imports without looking at its source."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "module.py")
        path.write_bytes(source)
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compiled = py_compile.compile(
            str(path), str(path) + "c", name, doraise=True, invalidation_mode=mode
        )
        assert compiled is not None  # it would have raised
        return Path(compiled).read_bytes()


def copy_files(source: Path, target: Path) -> None:
    """Copy the regular files below a folder, except notebooks and what links lead to.

    Raises
    ------
    ValueError
        When they are larger than 200 MiB in all.
    """
    total = 0
    for folder, _, names in os.walk(source):
        for name in names:
            path = Path(folder) / name
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or path.suffix == ".ipynb":
                continue
            total += status.st_size
            if total > MAX_FILES:
                raise ValueError(
                    f"the files in {source} are larger than {MAX_FILES // 2**20} MiB in all; "
                    "remove what the notebooks do not need"
                )
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
