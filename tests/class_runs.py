"""Runs of `convgrade grade` that a test watches, disturbs and ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import programs
from test_classroom import graded_files, wait_until
from tiny import Tiny

from convgrade.classroom.own_worker import NAME

#: What tells a kind of process by its name or command line. What is forked from it has the same.
KINDS = {
    "runner": ("-m convgrade grade",),
    "scheduler": ("dask_scheduler",),
    "worker program": ("dask_worker",),
    "worker": ("multiprocessing.spawn import", f"({NAME})"),
    "libraries": ("(cg-libraries)",),
    "fork server": ("(cg-sessions)",),
    "judges": ("(cg-judges)",),
}


class Place:
    """A folder for temporary files, which also marks a run's processes; a context manager.

    Sockets lie below it, so its name is short: one has at most 107 characters, unix(7).
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cgt-", dir="/tmp"))
        self._started: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self.processes():
            _kill(pid)
        for process in self._started:
            process.communicate(timeout=30)
        wait_until(lambda: not self.processes(), 30)
        subprocess.run(["rm", "-rf", str(self.folder)], check=True, timeout=60)

    @property
    def environment(self) -> dict[str, str]:
        """Return what processes get; fork servers pass on PATH, and little else."""
        path = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{self.folder}/bin"
        return {**os.environ, "TMPDIR": str(self.folder), "PATH": path}

    def start(
        self, words: list[str], folder: Path, before: tuple[str, ...] = (), **env: str
    ) -> subprocess.Popen[str]:
        """Start a module of this Python, by a command ``before`` it if need be."""
        # The runner leaves out by itself what it does not need, and is known by its words.
        nbgrader = words[0] == "nbgrader"
        argv = programs.in_new_python(*words) if nbgrader else [sys.executable, "-m", *words]
        process = subprocess.Popen(
            [*before, *argv],
            cwd=folder,
            env={**self.environment, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._started.append(process)
        return process

    def grade(
        self, course: Tiny, *args: str, before: tuple[str, ...] = ()
    ) -> subprocess.Popen[str]:
        """Start a class run."""
        return self.start(["convgrade", "grade", "tiny", *args], course.root, before)

    def cluster(self, name: str) -> str:
        """Start a Dask scheduler and a worker, and return the address."""
        file = self.folder / f"{name}.json"
        here = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        words = ["distributed.cli.dask_scheduler", *here, "--scheduler-file", str(file)]
        self.start(words, self.folder)
        wait_until(lambda: file.exists() and file.read_text().rstrip().endswith("}"), 60)
        address = str(json.loads(file.read_text())["address"])
        words = ["distributed.cli.dask_worker", address, "--nthreads", "3", "--no-dashboard"]
        worker = self.start(words, self.folder)
        # `dask worker` gives up when its process is killed before that.
        assert worker.stdout is not None
        assert any("Registered to" in line for line in worker.stdout)
        return address

    def processes(self) -> dict[int, tuple[int, str]]:
        """Return parent, and name and command line, of every living process here, by its id."""
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if f"{self.folder}/bin".encode() not in (path / "environ").read_bytes():
                    continue
                words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                name, _, rest = (path / "stat").read_text().rpartition(")")
                words = f"{name}) {words}"
                state, parent = rest.split()[:2]
            except OSError:
                continue
            if state not in "ZX":
                found[int(path.name)] = int(parent), words
        return found

    def find(self, kind: str) -> list[int]:
        """Return the processes of a kind in `KINDS`, without those forked from them."""
        found = {
            pid: parent
            for pid, (parent, words) in self.processes().items()
            if any(mark in words for mark in KINDS[kind])
        }
        return sorted(pid for pid, parent in found.items() if parent not in found)

    def kill(self, kind: str) -> bool:
        """Kill one process of a kind; False if there is none."""
        return any(_kill(pid) for pid in self.find(kind))

    def left(self) -> list[str]:
        """Return what runs have left for temporary files."""
        kinds = ("cg-*", "convgrade-*")
        return sorted(str(path) for kind in kinds for path in self.folder.rglob(kind))


def finish(run: subprocess.Popen[str], seconds: float = 900) -> str:
    """Wait for a run's end and return what it printed.

    Within so many seconds: only one that hangs needs more, on a busy machine too.
    """
    try:
        printed, _ = run.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        run.kill()
        printed, _ = run.communicate()
        raise AssertionError(f"the run did not end within {seconds:g} s:\n{printed}") from None
    return printed


def hold(words: list[str], path: str | None = None) -> subprocess.Popen[bytes]:
    """Make namespaces with `unshare`, which live until somebody calls ``communicate()``.

    What holds them waits for the end of a pipe: nothing is left when the test is killed.

    Raises
    ------
    OSError
        Where this user may not.
    """
    holder = subprocess.Popen(
        [*words, "sh", "-c", "echo here; cat"],
        env={**os.environ, "PATH": path or os.environ.get("PATH", os.defpath)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert holder.stdout is not None
    said = holder.stdout.readline()
    if said != b"here\n":
        rest, _ = holder.communicate(timeout=30)
        raise OSError((said + rest).decode().strip())
    return holder


def assert_nothing_left(place: Place, course: Tiny) -> None:
    """Hold that no process, no temporary folder and nothing half recorded is left."""
    end = time.monotonic() + 120  # a busy machine needs tens of seconds
    while place.processes() and time.monotonic() < end:
        time.sleep(0.05)
    assert place.processes() == {}
    assert place.left() == []
    assert [name for name in graded_files(course) if ".convgrade" in name] == []
    assert (course.root / ".convgrade.lock").read_text() == "{}"


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
