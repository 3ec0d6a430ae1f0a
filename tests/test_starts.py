"""Whatever fails while a notebook's processes start: they end, with words, and leave nothing."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from class_runs import Place, assert_nothing_left, finish
from test_classroom import graded_files, wait_until
from tiny import POINTS, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROADS = {
    "grade": ["convgrade", "grade", "tiny", "--workers", "1"],
    "autograde": ["nbgrader", "autograde", "tiny"],
}
#: Limits of open files, widest first. Under which of them the command starts and kernels do not is
#: the machine's to say. Of memory a kernel needs less than the command.
DESCRIPTORS = [40, 30, 25, 20, 15]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a course with two submissions."""
    course = Tiny.make(tmp_path_factory.mktemp("made"))
    for student in ("abe", "zoe"):
        course.hand_in(student)
    return course


@pytest.fixture
def place() -> Iterator[Place]:
    with Place() as found:
        yield found


def hold(place: Place, course: Tiny, run: subprocess.Popen[str], words: str) -> None:
    """Hold that a run ends with a reason, grades nobody wrongly and leaves nothing."""
    hold_ended(place, course, run, finish(run, 400), words)


def hold_ended(
    place: Place, course: Tiny, run: subprocess.Popen[str], printed: str, words: str,
    some: bool = False,
) -> None:  # fmt: skip
    """Hold the same of a run that has ended, and that may have graded ``some``, rightly."""
    assert run.returncode == 1, printed
    assert words in printed, printed
    right = {name: points for name, points in POINTS.items() if name != "why"}
    for student in ("abe", "zoe"):
        points = course.points(student)  # no 0 that is nobody's fault
        assert set(points.values()) <= {None} or (some and points == right), (student, points)
    if not some:
        assert [name for name, (_, data) in graded_files(course).items() if data] == []
    if (course.root / ".convgrade.lock").exists():
        assert_nothing_left(place, course)
    wait_until(lambda: not place.processes(), 30)
    assert place.left() == []
    assert list(place.folder.rglob("pymp-*")) == []


def limited(
    kind: int, most: int, course: Tiny, place: Place, before: tuple[str, ...] = ()
) -> subprocess.Popen[str]:
    """Autograde under a limit."""
    code = f"import resource, runpy, sys; resource.setrlimit({kind}, ({most}, {most})); "
    code += "sys.argv[:] = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name='__main__')"
    return subprocess.Popen(
        [*before, sys.executable, "-c", code, *ROADS["autograde"]], cwd=course.root,
        env={**place.environment, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def test_no_room_for_a_kernel(made: Tiny, place: Place, tmp_path: Path) -> None:
    """Each run grades all as ever, or says NOT GRADED, or is ended by libzmq with nothing kept."""
    for most in DESCRIPTORS:
        course = made.copy(tmp_path / str(most))
        run = limited(resource.RLIMIT_NOFILE, most, course, place)
        printed = finish(run, 400)
        if run.returncode == 1:
            hold_ended(place, course, run, printed, "NOT GRADED", some=True)
            return
        assert run.returncode in {0, -signal.SIGABRT}, printed
        given = [course.points(student) for student in ("abe", "zoe")]
        right = {name: points for name, points in POINTS.items() if name != "why"}
        assert run.returncode or given == [right, right]
        assert all(point in {None, right[name]} for each in given for name, point in each.items())
    pytest.fail("no limit lets the command start and its kernels not")


# Real root is exempt from the number of processes: another user, who may read and write what
# root's test has made.
NOBODY = ("setpriv", "--reuid=54321", "--inh-caps=+dac_override", "--ambient-caps=+dac_override")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without processes")
@pytest.mark.parametrize("most", [2, 4])
def test_no_room_for_a_process(made: Tiny, place: Place, tmp_path: Path, most: int) -> None:
    """Not for the fork server, or not for its threads."""
    course = made.copy(tmp_path / "course")
    run = limited(resource.RLIMIT_NPROC, most, course, place, NOBODY)
    hold(place, course, run, "NOT GRADED")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
@pytest.mark.parametrize("road", sorted(ROADS))
def test_no_room_for_a_file(made: Tiny, place: Place, tmp_path: Path, road: str) -> None:
    """The folder for temporary files is full."""
    course = made.copy(tmp_path / "course")
    full = 'mount -t tmpfs -o size=16k,nr_inodes=3 tmpfs "$TMPDIR" && exec "$@"'
    run = place.start(ROADS[road], course.root, before=("unshare", "-m", "sh", "-c", full, "sh"))
    hold(place, course, run, "No space left on device")


@pytest.mark.parametrize("road", sorted(ROADS))
@pytest.mark.parametrize("kind", ["libraries", "fork server", "judges"])
def test_a_server_that_is_killed_whenever_it_starts(
    made: Tiny, place: Place, tmp_path: Path, kind: str, road: str
) -> None:
    course = made.copy(tmp_path / "course")
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.01):
            place.kill(kind)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        run = place.start(ROADS[road], course.root)
        hold(place, course, run, "NOT GRADED")
    finally:
        over.set()
        killer.join()
