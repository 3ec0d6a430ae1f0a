"""Workers are forked from a process that the command has forked; what becomes of it, and them."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from class_runs import Place, assert_nothing_left, finish
from test_classroom import wait_until
from tiny import Tiny

from convgrade.classroom.origin import importing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

#: A course's own preprocessor: says where it runs, and may stay there.
LOOKING = """
import os, threading
from pathlib import Path
from nbgrader.preprocessors import NbGraderPreprocessor

class Looking(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        here = Path(__file__).parent
        words = Path("/proc/self/cmdline").read_bytes().replace(b"\\0", b" ").decode()
        with (here / "seen").open("a") as file:
            file.write(f"{os.getpid()}|{os.getppid()}|{os.environ.get('OF_COURSE')}|{words}\\n")
        if (here / "stay").exists():
            threading.Event().wait()
        return nb, resources
"""
CONFIG = """
_lists = c.Autograde.autograde_preprocessors
_own = "looking.Looking"
c.Autograde.autograde_preprocessors = [_own, *(p for p in _lists if p != _own)]
os.environ["OF_COURSE"] = "set"
"""


@pytest.fixture
def place() -> Iterator[Place]:
    with Place() as found:
        yield found


@pytest.fixture
def course(tmp_path: Path) -> Tiny:
    """Return a course with one student, whose worker tells where it runs."""
    course = Tiny.make(tmp_path)
    (course.root / "modules").mkdir()
    (course.root / "modules" / "looking.py").write_text(LOOKING)
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(CONFIG)
    course.hand_in("abe")
    return course


def seen(course: Tiny) -> list[list[str]]:
    """Return what workers have told: pid, parent, a variable of the course's, command line."""
    path = course.root / "modules" / "seen"
    return [line.split("|") for line in path.read_text().splitlines()] if path.exists() else []


def start(place: Place, course: Tiny) -> subprocess.Popen[str]:
    return place.start(
        ["convgrade", "grade", "tiny", "--workers", "1"],
        course.root,
        PYTHONPATH=str(course.root / "modules"),
    )


def test_workers_are_forked_and_have_the_environment_of_the_course(
    place: Place, course: Tiny
) -> None:
    run = start(place, course)
    printed = finish(run)
    assert run.returncode == 0, printed
    for _, parent, variable, words in seen(course):
        assert "-m convgrade grade" in words
        assert int(parent) != run.pid
        assert variable == "set"
    assert len(seen(course)) == 2
    assert_nothing_left(place, course)


def test_what_workers_are_forked_from_is_replaced_and_nothing_is_left(
    place: Place, course: Tiny
) -> None:
    """Also when a worker stands still and the command is killed."""
    stay = course.root / "modules" / "stay"
    stay.touch()
    run = start(place, course)
    wait_until(lambda: seen(course))
    first, origin, *_ = seen(course)[0]
    os.kill(int(origin), signal.SIGKILL)
    wait_until(lambda: seen(course)[-1][0] != first and seen(course)[-1][1] != origin)
    assert not Path("/proc", first).exists()
    second, another, *_ = seen(course)[-1]
    assert another != str(run.pid)
    os.kill(int(second), signal.SIGSTOP)
    run.kill()
    wait_until(lambda: place.processes() == {})
    stay.unlink()
    run = start(place, course)
    printed = finish(run)
    assert run.returncode == 0, printed
    assert_nothing_left(place, course)


def test_the_environment_is_as_before_when_all_is_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a course sets for its kernels, it sets if nobody else has."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "3")
    with importing():
        assert os.environ["OMP_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "1"
    gc.unfreeze()  # this process goes on to do other things
    assert "OMP_NUM_THREADS" not in os.environ
    assert os.environ["MKL_NUM_THREADS"] == "3"
