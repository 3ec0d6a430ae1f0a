"""Several machines: a scheduler, workers and the command, each in a network of its own.

A machine here is a network namespace (man 7 network_namespaces), joined to the
others by a bridge, and a mount namespace in which the course's folder is empty.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from class_runs import Place, assert_nothing_left, finish, hold
from conftest import ROOT
from test_classroom import gradebook, graded_files, hand_in_a_class, wait_until
from tiny import Tiny

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has network namespaces"),
]

NETWORK = "10.77.0."
SCHEDULER, ONE, TWO, OTHER, HOME = range(1, 6)
PORT = 8786


class Machines:
    """Some machines on one bridge, in namespaces without names: none has to be removed."""

    def __init__(self, *numbers: int) -> None:
        self._path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
        self._holders: dict[int, subprocess.Popen[bytes]] = {}
        # Who is not root is made root of a namespace of users, where the system allows that.
        self._user = [] if os.getuid() == 0 else ["-U"]
        try:
            self._join(numbers)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let everything go."""
        for holder in reversed(self._holders.values()):
            holder.communicate(timeout=30)

    def _join(self, numbers: tuple[int, ...]) -> None:
        self._hold(0, ["unshare", "-n", "-m", *(["-U", "-r"] if self._user else [])])
        self.run(0, "ip", "link", "add", "bridge", "type", "bridge")
        self.run(0, "ip", "link", "set", "bridge", "up")
        for number in numbers:
            self._hold(number, [*self.enter(0), "unshare", "-n", "-m"])
            pid = str(self._holders[number].pid)
            link = ["type", "veth", "peer", "name", "eth0", "netns", pid]
            self.run(0, "ip", "link", "add", f"link{number}", *link)
            self.run(0, "ip", "link", "set", f"link{number}", "master", "bridge", "up")
            self.run(number, "ip", "link", "set", "lo", "up")
            self.run(number, "ip", "address", "add", address(number) + "/24", "dev", "eth0")
            self.run(number, "ip", "link", "set", "eth0", "up")

    def _hold(self, number: int, words: list[str]) -> None:
        self._holders[number] = hold(words, self._path)

    @property
    def _env(self) -> dict[str, str]:
        return {**os.environ, "PATH": self._path}

    def enter(self, number: int) -> tuple[str, ...]:
        """Return the words that run a command on a machine."""
        user = [*self._user, "--preserve-credentials"] if self._user else []
        return ("nsenter", "-t", str(self._holders[number].pid), "-n", "-m", *user)

    def at(self, number: int, folder: Path) -> tuple[str, ...]:
        """Return the words that run a command on a machine, in a folder."""
        return (*self.enter(number), "sh", "-c", 'cd "$0" && exec "$@"', str(folder))

    def run(self, number: int, *words: str) -> str:
        """Run a command on a machine and return what it printed."""
        run = subprocess.run(
            [*self.enter(number), *words],
            env=self._env, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        if run.returncode:
            raise OSError(f"{' '.join(words)}: {run.stdout}{run.stderr}")
        return run.stdout

    def empty(self, number: int, folder: Path) -> None:
        """Let a machine see nothing in a folder."""
        self.run(number, "mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder))

    def has(self, number: int, pid: int) -> bool:
        """Tell whether a process runs on a machine."""
        try:
            return os.readlink(f"/proc/{pid}/ns/net") == self.run(
                number, "readlink", "/proc/self/ns/net"
            ).strip()  # fmt: skip
        except FileNotFoundError:
            return False


def address(number: int) -> str:
    return f"{NETWORK}{number}"


@pytest.fixture
def machines() -> Iterator[Machines]:
    for program in ("ip", "unshare", "nsenter", "mount"):
        if shutil.which(program, path=f"{os.environ.get('PATH')}:/usr/sbin:/sbin") is None:
            pytest.skip(f"no `{program}` here, so no machine was made: run .ci/packages")
    try:
        found = Machines(SCHEDULER, ONE, TWO, OTHER, HOME)
    except OSError as error:
        pytest.skip(f"no network namespaces for this user, so no machine was made: {error}")
    try:
        yield found
    finally:
        found.close()


@pytest.fixture
def place() -> Iterator[Place]:
    with Place() as found:
        yield found


def test_machines_that_see_nothing_of_the_course_grade_it_alike(
    machines: Machines, place: Place, tmp_path: Path
) -> None:
    handed_in = Tiny.make(tmp_path / "handed-in")
    hand_in_a_class(handed_in)
    first, course = handed_in.copy(tmp_path / "here"), handed_in.copy(tmp_path / "there")
    local = place.grade(first)
    printed = finish(local)
    assert local.returncode == 1, printed  # some of the class cannot be graded

    checkout = Path(tempfile.mkdtemp(dir=place.folder))
    shutil.copytree(ROOT / "convgrade", checkout / "convgrade")
    shutil.copytree(ROOT / "convkit", checkout / "convkit")
    with (checkout / "convgrade" / "rubric.py").open("a") as file:
        file.write("# a line more\n")
    for number in (SCHEDULER, ONE, TWO, OTHER):
        for folder in (tmp_path, ROOT / "source", ROOT / "release", ROOT / "submitted"):
            machines.empty(number, folder)
        assert machines.run(number, "find", str(tmp_path), "-mindepth", "1") == ""
    assert machines.run(HOME, "ls", str(course.root / "source")) == "tiny\n"

    def worker(number: int, **env: str) -> subprocess.Popen[str]:
        # Dask asks a public address which of its own a worker should give.
        here = ["--host", address(number), "--nthreads", "2", "--no-dashboard"]
        words = ["distributed.cli.dask_worker", scheduler, *here]
        return place.start(words, place.folder, machines.at(number, place.folder), **env)

    def run(status: int) -> str:
        here = machines.at(HOME, course.root)
        process = place.grade(course, "--scheduler", scheduler, before=here)
        printed = finish(process)
        assert process.returncode == status, printed
        return printed

    def grades(number: int) -> bool:
        """Tell whether a kernel was started on a machine."""
        return any(machines.has(number, pid) for pid in place.find("fork server"))

    scheduler = f"tcp://{address(SCHEDULER)}:{PORT}"
    words = ["--host", address(SCHEDULER), "--port", str(PORT), "--no-dashboard"]
    place.start(
        ["distributed.cli.dask_scheduler", *words],
        place.folder,
        machines.at(SCHEDULER, place.folder),
    )
    other = worker(OTHER, PYTHONPATH=str(checkout))
    printed = run(status=1)
    assert f"Worker tcp://{address(OTHER)}:" in printed
    assert "convolution-is-a-matrix is " in printed
    assert not (course.root / "autograded").exists()

    other.terminate()
    finish(other, 60)
    for number in (ONE, TWO):
        worker(number)
        wait_until(lambda n=number: any(machines.has(n, p) for p in place.find("worker")), 60)
    run(status=1)
    assert gradebook(course) == gradebook(first)
    assert graded_files(course) == graded_files(first)
    assert grades(ONE)
    assert grades(TWO)
    for kind in ("worker program", "scheduler"):
        for pid in place.find(kind):
            os.kill(pid, 15)
    assert_nothing_left(place, course)
