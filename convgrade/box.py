"""A private folder and a confined Jupyter kernel in it, for one student's notebook."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
from jupyter_client.kernelspec import (
    NATIVE_KERNEL_NAME,
    KernelSpec,
    KernelSpecManager,
    NoSuchKernel,
)
from jupyter_client.manager import AsyncKernelManager

from convgrade import confine
from convgrade.boxed_manager import BoxedManager, end, read_within
from convgrade.furnishing import MAX_FILES, copy_files, lay_over
from convgrade.kernels import forks
from convgrade.kernels.folders import PREFIX, short_folder
from convgrade.kernels.provisioner import LAUNCHER
from convgrade.session.session import Session, server

__all__ = ["MAX_FILES", "Box"]

#: Of the grader's environment, what a kernel gets to see.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
MAX_FOLDER = 2 * MAX_FILES  # bytes of everything in its folder: it is kept in memory
MAX_OPEN = 1024  # files
#: How the command of a kernel ends that can be a session: IPython's, with nothing else asked.
FORKABLE = [LAUNCHER, "-f", "{connection_file}"]
MAX_PROCESSES = 200  # threads count: libraries such as OpenBLAS start one for every core


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
    environment : mapping of str to str
        Variables of the kernel, besides its own.

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
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._environment = dict(environment or {})
        self._preload = preload if forks.available() else None
        if self._preload is None:
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=short_folder()))
        else:
            folder = server(self._preload).folder
            self.folder = Path(tempfile.mkdtemp(prefix="", dir=folder))
        self._inside, self.sockets = self.folder / "box", self.folder / "s"
        self._work, self._home = self._inside / "work", self._inside / "home"
        self._memory, self._confined = memory, confined
        self._mark = uuid.uuid4().hex
        self._starts = 0
        self._shared: list[Path] = []  # what it reads besides, and others too
        self._managers: list[AsyncKernelManager] = []
        self._sessions: list[Session] = []
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
            import matplotlib  # which takes a tenth of a second, too

            (self._home / ".matplotlib").mkdir()
            for path in Path(matplotlib.get_cachedir()).glob("fontlist*.json"):
                shutil.copy(path, self._home / ".matplotlib")
        if files is not None:
            copy_files(files, self._work)
            if course is not None:
                shared = self.folder.parent if self._preload is not None else None
                self._shared = lay_over(course, self._work, shared)

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
        manager = BoxedManager(**options)
        manager.session.unpack = read_within(manager.session.unpack)
        manager.connection_file = str(self.sockets / f"k{self._starts}.json")
        self._managers.append(manager)
        spec = manager.kernel_spec
        if spec is not None:
            spec.metadata.pop("kernel_provisioner", None)  # what starts it goes into the box
        if spec is not None and LAUNCHER in spec.argv:
            spec.argv = [*spec.argv, "--HistoryManager.enabled=False"]  # nobody will read it
        if spec is not None and self._confined:
            program, *arguments = spec.argv
            if program.startswith("python"):  # as jupyter_client does, which sees only the wrapper
                program = sys.executable
            spec.argv = confine.command([program, *arguments], **self._limits(spec))
        return manager

    def session(self, kernel_name: str) -> Session | None:
        """Start a session in the box; None where a kernel has to speak Jupyter's protocol.

        Raises
        ------
        ForkServerError
            When it does not start; the message says why.
        """
        spec = _specification(kernel_name or NATIVE_KERNEL_NAME)
        if self._preload is None or spec is None or not _is_ours(spec):
            return None
        box = confine.words(**self._limits(spec)) if self._confined else None
        start = self.start()
        environment = {**spec.env, **start["env"]}
        session = Session.start(self._preload, start["cwd"], environment, box)
        self._sessions.append(session)
        return session

    def _limits(self, spec: KernelSpec) -> dict[str, Any]:
        """Return what `confine` is to allow."""
        return {
            "read": [
                *confine.system_paths(),
                Path(spec.resource_dir or sys.prefix),
                *self._shared,
            ],
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
        environment |= self._environment | {
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
                ends.callback(end, manager)
            for session in self._sessions:
                ends.callback(session.close)

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


@lru_cache(100)
def _specification(name: str) -> KernelSpec | None:
    """Return a kernel's specification; it is looked for on the disk once."""
    try:
        return KernelSpecManager().get_kernel_spec(name)
    except NoSuchKernel:
        return None


def _is_ours(spec: KernelSpec) -> bool:
    """Tell whether a kernel is IPython's in this Python environment, and no other's."""
    if spec.argv[-3:] != FORKABLE:
        return False
    program, (major, minor) = spec.argv[0], sys.version_info[:2]
    if program in ("python", f"python{major}", f"python{major}.{minor}"):
        return True  # which jupyter_client takes for the Python that it runs in
    return os.path.dirname(os.path.abspath(program)) == os.path.dirname(
        os.path.abspath(sys.executable)
    )
