"""A stuck worker, a path that is too long: the run ends, with words, and leaves nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from class_runs import Place, assert_nothing_left, finish
from test_classroom import graded_files
from tiny import Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

LONG = 1200  # seconds until a run is said not to end; a busy machine needs hundreds

FORGETS = "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT"
#: A course's own preprocessor, which stops the worker in various ways for students of some names.
STUCK = """
import ctypes, os, signal, threading
from nbgrader.preprocessors import NbGraderPreprocessor

class Stuck(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        names = resources["nbgrader"]
        student = names["student"] if names["notebook"] == "1_sums" else ""
        if student == "frozen":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif student == "deaf":  # holds Python's lock: no thread of the process goes on
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            ctypes.PyDLL(None).pause()
        elif student == "asleep":
            threading.Event().wait()
        return nb, resources
"""
CONFIG = """
_lists = c.Autograde.autograde_preprocessors
c.Autograde.autograde_preprocessors = ["stuck.Stuck", *(p for p in _lists if p != "stuck.Stuck")]
c.ClassRunner.task_timeout = {seconds}
c.ClassRunner.threads = {threads}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a course without submissions."""
    return Tiny.make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def place() -> Iterator[Place]:
    with Place() as found:
        yield found


@pytest.fixture(scope="module")
def seconds(made: Tiny, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return a limit that no honest notebook needs, on a slow machine either.

    A run from nothing takes longer than a notebook in it, with the start of its worker; and the
    machine may become busier than it is now.
    """
    course = made.copy(tmp_path_factory.mktemp("honest"))
    course.hand_in("abe")
    begun = time.monotonic()
    with Place() as place:
        run = place.grade(course, "--workers", "1")
        printed = finish(run, LONG)
        assert run.returncode == 0, printed
    return 10 + 2 * round(time.monotonic() - begun)


def with_stuck(course: Tiny, seconds: int, threads: int = 2) -> Tiny:
    """Add the preprocessor that stops workers."""
    (course.root / "modules").mkdir()
    (course.root / "modules" / "stuck.py").write_text(STUCK)
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(CONFIG.format(seconds=seconds, threads=threads))
    return course


def graded(course: Tiny) -> set[str]:
    return {Path(name).parts[0] for name in graded_files(course)}


# With two notebooks in a worker either may have stopped it, and each is tried again alone. The
# frozen one stops as soon as another is done, so that the other's result is lost with the worker,
# and Dask is told to forget a worker at once: a run that only waited for it would never end.
@pytest.mark.parametrize(("kind", "threads"), [("frozen", 2), ("deaf", 1), ("asleep", 1)])
def test_a_stuck_worker_is_replaced_and_its_student_named(
    made: Tiny, place: Place, tmp_path: Path, seconds: int, kind: str, threads: int
) -> None:
    course = with_stuck(made.copy(tmp_path / "course"), seconds, threads)
    honest = {"abe", "zoe"}
    for student in (*honest, kind):
        course.hand_in(student)
    run = place.start(
        ["convgrade", "grade", "tiny", "--workers", "1"],
        course.root,
        PYTHONPATH=str(course.root / "modules"),
        **({FORGETS: "0s"} if kind == "frozen" else {}),
    )
    printed = finish(run, LONG)
    assert run.returncode == 1, printed
    assert f"{len(honest)} submission" in printed
    _, _, listed = printed.partition("the worst first:")
    named = [line for line in listed.splitlines() if line.startswith("  ")]
    assert any(f"within {seconds} s" in line for line in named), printed
    assert all(line.startswith(f"  {kind}: NOT GRADED, ") for line in named), printed
    assert graded(course) == honest
    assert_nothing_left(place, course)
    if kind != "frozen":
        return
    # The next run takes up who is left.
    (course.root / "modules" / "stuck.py").write_text(STUCK.replace(f'"{kind}"', '"nobody"'))
    run = place.start(
        ["convgrade", "grade", "tiny"], course.root, PYTHONPATH=str(course.root / "modules")
    )
    printed = finish(run, LONG)
    assert run.returncode == 0, printed
    assert graded(course) == {*honest, kind}


def test_workers_of_others_cannot_stop_the_run(
    made: Tiny, place: Place, tmp_path: Path, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not killed; the run ends all the same, with everybody who can be graded."""
    course = with_stuck(made.copy(tmp_path / "course"), seconds)
    for student in ("abe", "asleep", "zoe"):
        course.hand_in(student)
    monkeypatch.setenv("PYTHONPATH", str(course.root / "modules"))  # of workers and command
    address = place.cluster("cluster")
    run = place.grade(course, "--scheduler", address)
    printed = finish(run, LONG)
    assert run.returncode == 1, printed
    assert graded(course) == {"abe", "zoe"}
    assert f"did not come back with it within {seconds} s" in printed
    assert len(place.find("worker")) == 1
    # Everything of the cluster stands still: that is said, too.
    for pid in place.find("worker"):
        os.kill(pid, signal.SIGSTOP)
    run = place.grade(course, "--scheduler", address)
    printed = finish(run, LONG)
    assert run.returncode == 1, printed
    assert "does not answer" in printed
    assert "run this command again" in printed


@pytest.mark.parametrize("length", [66, 200])  # sockets have 107 characters for all of a path
def test_a_long_folder_for_temporary_files_grades_by_both_roads(
    made: Tiny, place: Place, tmp_path: Path, length: int
) -> None:
    folder = Path(place.folder, "t" * (length - len(str(place.folder)) - 1))
    folder.mkdir()
    assert len(str(folder)) == length
    course = made.copy(tmp_path / f"course-{length}")
    course.hand_in("abe")
    run = place.start(["convgrade", "grade", "tiny"], course.root, TMPDIR=str(folder))
    printed = finish(run, LONG)
    assert run.returncode == 0, printed
    points = course.grades("abe")
    assert points["total_test"][0] == 3.0
    assert_nothing_left(place, course)
    assert list(folder.iterdir()) == []
    run = place.start(
        ["nbgrader", "autograde", "tiny", "--force"], course.root, TMPDIR=str(folder)
    )
    printed = finish(run, LONG)
    assert run.returncode == 0, printed
    assert course.grades("abe") == points
    assert list(folder.iterdir()) == []
