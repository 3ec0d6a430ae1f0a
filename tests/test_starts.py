"""Whatever fails while a notebook's processes start: they end, with words, and leave nothing."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from class_runs import Place, assert_nothing_left, finish
from test_classroom import graded_files, wait_until
from tiny import Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROADS = {
    "grade": ["convgrade", "grade", "tiny", "--workers", "1"],
    "autograde": ["nbgrader", "autograde", "tiny"],
}
#: Limits of a process and of all that it starts, under which commands start, and kernels do not.
LIMITS = {
    "memory": (resource.RLIMIT_AS, 1400 * 2**20),
    "descriptors": (resource.RLIMIT_NOFILE, 40),
}


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
    printed = finish(run, 400)
    assert run.returncode == 1, printed
    assert words in printed, printed
    assert graded_files(course) == {}
    for student in ("abe", "zoe"):
        assert course.grades(student).get("total_test", (None,))[0] in (None, 0.0)
    if (course.root / ".convgrade.lock").exists():
        assert_nothing_left(place, course)
    wait_until(lambda: not place.processes(), 30)
    assert place.left() == []
    assert list(place.folder.rglob("pymp-*")) == []


@pytest.mark.parametrize("road", sorted(ROADS))
@pytest.mark.parametrize("limit", sorted(LIMITS))
def test_no_room_for_a_kernel(
    made: Tiny, place: Place, tmp_path: Path, limit: str, road: str
) -> None:
    course = made.copy(tmp_path / "course")
    kind, most = LIMITS[limit]
    code = f"import resource, runpy, sys; resource.setrlimit({kind}, ({most}, {most})); "
    code += "sys.argv[:] = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name='__main__')"
    run = subprocess.Popen(
        [sys.executable, "-c", code, *ROADS[road]], cwd=course.root, env=place.environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    hold(place, course, run, "NOT GRADED" if road == "autograde" else "")


@pytest.mark.parametrize("road", sorted(ROADS))
@pytest.mark.parametrize("kind", ["fork server", "judges"])
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


@pytest.mark.parametrize("road", sorted(ROADS))
def test_a_full_folder_for_temporary_files(
    made: Tiny, place: Place, tmp_path: Path, road: str
) -> None:
    if shutil.which("unshare") is None or os.getuid() != 0:
        pytest.skip("this user may mount nothing, so no folder was full")
    course = made.copy(tmp_path / "course")
    full = place.folder / "full"
    full.mkdir()
    words = 'mount -t tmpfs -o size=16k tmpfs "$0" && exec "$@"'
    before = ("unshare", "-m", "sh", "-c", words, str(full))
    run = place.start(ROADS[road], course.root, before, TMPDIR=str(full))
    hold(place, course, run, "No space left on device")


def test_no_process_can_be_started(made: Tiny, place: Place, tmp_path: Path) -> None:
    """Of an ordinary user: the limit does not hold for root."""
    if os.getuid() != 0:
        pytest.skip("other processes of this user count, too")
    user = 54321
    course = Tiny(Path(place.folder, "course"))
    made.copy(course.root)
    for path in (place.folder, *place.folder.rglob("*")):
        os.chown(path, user, user)
    for most in (20, 12, 8):  # threads count: the command's own, a worker's, and then no more
        run = subprocess.Popen(
            ["prlimit", f"--nproc={most}", sys.executable, "-m", *ROADS["autograde"]],
            cwd=course.root, env={**place.environment, "HOME": str(place.folder)}, user=user,
            group=user, extra_groups=[],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        printed = finish(run, 300)
        if run.returncode == 0:
            continue
        assert "NOT GRADED" in printed or "Resource temporarily unavailable" in printed, printed
        assert place.processes() == {}
        return
    raise AssertionError("every limit left room enough")
