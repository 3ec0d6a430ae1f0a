"""Whatever is killed, locked, full or gone: the same command goes on, and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from class_runs import Place, assert_nothing_left, finish, hold
from test_classroom import EXIT, WRONG, gradebook, graded_files, log, wait_until
from tiny import MEANS, RIGHT, SUMS, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(4000)]

SEED = 20_240_229
STUDENTS = 16
SURVIVED = ("worker", "libraries", "fork server", "judges")  # a run goes on without them


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a class: some right, some wrong, one that crashes and one that is no notebook."""
    course = Tiny.make(tmp_path_factory.mktemp("handed-in"))
    for number in range(STUDENTS):
        course.hand_in(f"s{number:02}", RIGHT if number % 3 else {**RIGHT, "total": WRONG})
    course.hand_in("s04", {**RIGHT, "total": EXIT})
    (course.folder("s07") / f"{SUMS}.ipynb").write_text("{")
    return course


@pytest.fixture(scope="module")
def undisturbed(handed_in: Tiny, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tiny, float]:
    """Return the class as one run grades it, and the seconds until it records somebody."""
    course = handed_in.copy(tmp_path_factory.mktemp("undisturbed"))
    with Place() as place:
        start = time.monotonic()
        run = place.grade(course)
        wait_until(lambda: recorded(course))
        seconds = time.monotonic() - start
        printed = finish(run)
        assert run.returncode == 1, printed  # s07 cannot be graded
        assert_nothing_left(place, course)
    assert f"{STUDENTS} submissions recorded" in printed
    return course, seconds


@pytest.fixture
def place() -> Iterator[Place]:
    with Place() as found:
        yield found


class Killer:
    """Kills processes of class runs at random moments, and remembers what it did.

    A moment is a time before a run records its first student, or a number of
    students recorded: a clock alone would miss runs on a machine that is now busy,
    now not.
    """

    def __init__(self, place: Place, course: Tiny, seed: int, seconds: float) -> None:
        self._place, self._course = place, course
        self._random, self._seconds = random.Random(seed), seconds
        self.done: list[str] = [f"seed {seed}"]

    def shuffled(self, kinds: Sequence[str]) -> list[str]:
        """Return kinds of processes in random order."""
        return self._random.sample(kinds, len(kinds))

    def disturb(self, run: subprocess.Popen[str], kinds: list[str]) -> None:
        """Kill a process of each kind in this order, at random moments after the run's start.

        What is not there at its moment is killed soon after it comes. The last
        kind may end the run.
        """
        before, start = recorded(self._course), time.monotonic()
        moments = sorted(self._moment() for _ in kinds)
        for kind, (students, seconds) in zip(kinds, moments, strict=True):
            late = False
            while (
                recorded(self._course) - before < students
                or (time.monotonic() < start + seconds and recorded(self._course) == before)
                or not self._place.find(kind)
            ):
                assert run.poll() is None, f"no {kind} before the end: {self.done} {finish(run)}"
                late = not self._place.find(kind)
                time.sleep(0.005)
            time.sleep(self._random.uniform(0, 0.5 if late else 0.1))
            killed = self._place.kill(kind)
            at = f"{time.monotonic() - start:.2f} s, {recorded(self._course) - before} recorded"
            self.done.append(f"{kind} at {at}: {'killed' if killed else 'not there'}")

    def _moment(self) -> tuple[int, float]:
        """Return how many students must be recorded, or seconds."""
        if self._random.random() < 0.4:
            return 0, self._random.uniform(0, self._seconds)
        return self._random.randint(1, STUDENTS // 2), 0.0


def recorded(course: Tiny) -> int:
    """Return how many students are recorded, by the log of all runs."""
    return log(course).count(f"/{MEANS}] recorded")


def assert_same(course: Tiny, undisturbed: Tiny, what: list[str]) -> None:
    assert gradebook(course) == gradebook(undisturbed), what
    assert graded_files(course) == graded_files(undisturbed), what


# Twenty moments in all: four in the first row, five in each of the two after it, six elsewhere.
@pytest.mark.parametrize(
    ("number", "force", "first", "second"),
    [
        (0, [], 3, 0),
        (1, ["--force"], 2, 2),
        (2, ["--force"], 2, 2),
    ],
)
def test_a_run_outlives_its_workers_and_the_next_one_its_runner(
    handed_in: Tiny,
    undisturbed: tuple[Tiny, float],
    place: Place,
    tmp_path: Path,
    number: int,
    force: list[str],
    first: int,
    second: int,
) -> None:
    """``first`` workers or servers and the runner are killed; of the next run ``second``."""
    reference, seconds = undisturbed
    course = (reference if force else handed_in).copy(tmp_path / "course")
    killer = Killer(place, course, SEED + number, seconds)
    kinds = killer.shuffled(SURVIVED)

    run = place.grade(course, *force)
    killer.disturb(run, [*kinds[:first], "runner"])
    printed = finish(run)
    assert run.returncode == -9, [killer.done, printed]
    run = place.grade(course, *force)
    killer.disturb(run, kinds[-second:] if second else [])
    printed = finish(run)
    assert_finished(run, printed, killer, course)
    assert_same(course, reference, killer.done)
    assert_nothing_left(place, course)


def assert_finished(
    run: subprocess.Popen[str], printed: str, killer: Killer, course: Tiny
) -> None:
    """Hold that everybody was graded, as far as that is possible."""
    everything = [killer.done, printed, log(course)]
    assert run.returncode in (0, 1), everything  # 0: s07 was recorded by the run before
    assert "submissions recorded" in printed, everything
    assert "NOT GRADED" not in printed, everything
    assert "Traceback" not in printed, everything


def test_a_run_says_that_its_scheduler_is_gone_and_the_next_one_goes_on(
    undisturbed: tuple[Tiny, float], place: Place, tmp_path: Path
) -> None:
    reference, seconds = undisturbed
    course = reference.copy(tmp_path / "course")
    killer = Killer(place, course, SEED + 3, seconds)

    address = place.cluster("first")
    run = place.grade(course, "--force", "--scheduler", address)
    killer.disturb(run, ["worker", "scheduler"])
    printed = finish(run)
    assert run.returncode == 1, [killer.done, printed]
    assert re.search(r"(The|No) Dask scheduler .*(is gone|answers at)", printed), printed
    assert_brief(printed)
    wait_until(lambda: not place.processes(), 90)

    address = place.cluster("second")
    run = place.grade(course, "--force", "--scheduler", address)
    killer.disturb(run, [*killer.shuffled(SURVIVED), "runner"])
    finish(run)
    assert run.returncode == -9, killer.done
    run = place.grade(course, "--force", "--scheduler", address)
    printed = finish(run)
    assert_finished(run, printed, killer, course)
    assert_same(course, reference, killer.done)
    for kind in ("worker program", "scheduler"):
        for pid in place.find(kind):
            os.kill(pid, signal.SIGTERM)
    assert_nothing_left(place, course)


def assert_brief(printed: str) -> None:
    """Hold that an error is said in a line or two, and what to do."""
    lines = [line for line in printed.splitlines() if line.strip()]
    assert "run this command again" in lines[-1], printed
    assert len(lines) <= 2, printed


def test_a_second_run_names_the_first_and_a_locked_gradebook_ends_it(
    handed_in: Tiny, undisturbed: tuple[Tiny, float], place: Place, tmp_path: Path
) -> None:
    reference, _ = undisturbed
    course = handed_in.copy(tmp_path / "course")
    first = place.grade(course)
    wait_until(lambda: "Grading tiny" in log(course))
    os.kill(first.pid, signal.SIGSTOP)  # else it may have ended when the other comes to its lock
    second = place.grade(course)
    printed = finish(second)
    os.kill(first.pid, signal.SIGCONT)
    assert second.returncode == 1
    assert f"(process {first.pid} on {socket.gethostname()})" in printed
    assert "convgrade grade tiny' has been doing so since" in printed
    assert "run this command again" in printed

    wait_until(lambda: "] recorded" in log(course))
    # From here and at once: a process that did it would begin when a fast run has ended.
    other = sqlite3.connect(course.root / "gradebook.db", timeout=60, isolation_level=None)
    with contextlib.closing(other):
        other.execute("BEGIN IMMEDIATE")
        printed = finish(first)
    assert first.returncode == 1, printed
    assert "The gradebook cannot be used: database is locked." in printed
    assert_brief(printed)
    assert_nothing_left(place, course)

    run = place.grade(course)
    printed = finish(run)
    assert run.returncode in (0, 1), printed
    assert_same(course, reference, [printed])
    assert_nothing_left(place, course)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Tiny, tuple[str, ...]]]:
    """Return a course folder on a small disk, and the words that run a command in it.

    Only the command sees the disk under the name of the folder; others find it below /proc.
    """
    for program in ("unshare", "nsenter", "mount"):
        if shutil.which(program) is None:
            pytest.skip(f"no `{program}` here, so no disk was full")
    user = [] if os.getuid() == 0 else ["-U"]
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        holder = hold(
            ["unshare", "-m", *user, *(["-r"] if user else []), "sh", "-c",
             'mount -t tmpfs -o size=16m tmpfs "$0" && exec "$@"', str(folder)]
        )  # fmt: skip
    except OSError as error:
        pytest.skip(f"this user may mount nothing, so no disk was full: {error}")
    enter = ["nsenter", "-t", str(holder.pid), "-m", *user]
    enter += ["--preserve-credentials"] if user else []
    try:
        yield (
            Tiny(Path(f"/proc/{holder.pid}/root{folder}")),
            (*enter, "sh", "-c", 'cd "$0" && exec "$@"', str(folder)),
        )
    finally:
        holder.communicate(timeout=30)


@pytest.mark.parametrize("room", [0, 150_000])
def test_a_full_disk_is_said_and_the_next_run_goes_on(
    handed_in: Tiny,
    undisturbed: tuple[Tiny, float],
    place: Place,
    disk: tuple[Tiny, tuple[str, ...]],
    tmp_path: Path,
    room: int,
) -> None:
    """With no room at all nothing can start; with a little of it some students are recorded."""
    course, inside = disk
    handed_in.copy(course.root)
    filler = course.root / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 4096):
            pass
    os.truncate(filler, filler.stat().st_size - room)
    run = place.grade(course, before=inside)
    printed = finish(run)
    assert run.returncode == 1, printed
    assert re.search("No space left on device|database or disk is full", printed), printed
    assert_brief(printed)
    assert place.left() == []
    filler.unlink()
    run = place.grade(course, before=inside)
    printed = finish(run)
    assert run.returncode in (0, 1), printed
    seen = course.copy(tmp_path / "seen")  # SQLite would follow the way through /proc and miss
    assert_same(seen, undisturbed[0], [printed])
    assert_nothing_left(place, course)
