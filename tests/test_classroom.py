"""`convgrade grade`: the gradebook and files of nbgrader, in parallel, and after any end."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import programs
import pytest
from conftest import ROOT
from test_doctor import whole_box
from tiny import MEANS, RIGHT, SUMS, Tiny

from convgrade import confine
from convgrade.classroom.own_worker import processors
from convgrade.classroom.pool import MAX_BYTES, Pool

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

EXIT = "# grade_id: total\ndef total(numbers):\n    import os\n    os._exit(1)"
WRONG = "# grade_id: total\ndef total(numbers):\n    return 0.0"

# Everything that nbgrader keeps about submissions, without the ids that it draws at random.
TABLES = {
    "course": "SELECT id FROM course",
    "student": "SELECT id, first_name, last_name, email FROM student",
    "submission": (
        "SELECT a.name, s.student_id, s.timestamp, s.extension FROM submitted_assignment s "
        "JOIN assignment a ON a.id = s.assignment_id"
    ),
    "notebook": (
        "SELECT s.student_id, n.name, h.late_submission_penalty FROM submitted_notebook h "
        "JOIN notebook n ON n.id = h.notebook_id JOIN submitted_assignment s "
        "ON s.id = h.assignment_id"
    ),
    "grade": (
        "SELECT s.student_id, n.name, c.name, g.auto_score, g.manual_score, g.extra_credit, "
        "g.needs_manual_grade FROM grade g JOIN base_cell c ON c.id = g.cell_id "
        "JOIN submitted_notebook h ON h.id = g.notebook_id JOIN notebook n "
        "ON n.id = h.notebook_id JOIN submitted_assignment s ON s.id = h.assignment_id"
    ),
    "comment": (
        "SELECT s.student_id, n.name, c.name, k.auto_comment, k.manual_comment FROM comment k "
        "JOIN base_cell c ON c.id = k.cell_id JOIN submitted_notebook h "
        "ON h.id = k.notebook_id JOIN notebook n ON n.id = h.notebook_id "
        "JOIN submitted_assignment s ON s.id = h.assignment_id"
    ),
}


def gradebook(course: Tiny) -> dict[str, list[Any]]:
    """Return everything that the gradebook says about submissions."""
    connection = sqlite3.connect(course.root / "gradebook.db")
    try:
        return {k: sorted(connection.execute(q).fetchall(), key=repr) for k, q in TABLES.items()}
    finally:
        connection.close()


def graded_files(course: Tiny) -> dict[str, tuple[int, bytes]]:
    """Return mode and bytes of everything in autograded/, also of what is hidden there."""
    root = course.root / "autograded"
    return {
        str(path.relative_to(root)): (
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in root.rglob("*")
    }


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "convgrade", "grade", "tiny", *args]


def convgrade(course: Tiny, *args: str, status: int = 0) -> str:
    """Run the command, hold its exit status, and return what it printed."""
    run = programs.run("convgrade", "grade", "tiny", *args, cwd=course.root, timeout=500)
    assert run.returncode == status, run.stdout + run.stderr
    return run.stdout + run.stderr


def log(course: Tiny) -> str:
    path = course.root / ".convgrade.log"
    return path.read_text() if path.exists() else ""


def wait_until(condition: Callable[[], Any], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def processes_below(marker: str) -> list[str]:
    """Return the command lines of living processes that have a text in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (path / "environ").read_bytes():
                found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return [line for line in found if line]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return Tiny.make(tmp_path_factory.mktemp("released"))


@pytest.fixture
def course(released: Tiny, tmp_path: Path) -> Tiny:
    return released.copy(tmp_path)


def hand_in_a_class(course: Tiny) -> None:
    """Hand in one of everything that can be the matter."""
    course.hand_in("ada")
    course.hand_in("bob", {**RIGHT, "total": EXIT})
    course.hand_in("cyd", names=(SUMS,))
    folder = course.hand_in("dee")
    (folder / f"{SUMS}.ipynb").rename(folder / f"dee_{SUMS} (1).ipynb")
    folder = course.hand_in("eve")
    (folder / f"{SUMS}.ipynb").write_text("{")
    folder = course.hand_in("fay", {**RIGHT, "total": WRONG})
    (folder / "timestamp.txt").write_text("2031-01-01 00:00:00 UTC")
    (folder / "notes.txt").write_text("mine")
    (folder / "link.txt").symlink_to("/etc/hostname")
    (folder / "data").mkdir()
    (folder / "data" / "table.csv").write_text("a forged table")
    course.hand_in("gus", tamper=lambda nb: nb.cells.pop())
    course.folder("hal").mkdir(parents=True)
    (course.folder("hal") / "essay.ipynb").write_text("{}")


def a_class(released: Tiny, root: Path) -> Tiny:
    """Return a course with a class in it, handed in after a due date or before.

    Each is handed in anew: a copy would have files where links were.
    """
    course = released.copy(root)
    hand_in_a_class(course)
    with course.gradebook() as book:
        book.update_or_create_assignment("tiny", duedate="2030-01-01 00:00:00 UTC")
    return course


@pytest.fixture(scope="module")
def classes(
    released: Tiny, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Tiny, str]]:
    """Return one class, graded by nbgrader, by one worker and by two, with what was printed."""
    graded = {}
    for name in ("nbgrader", "1", "2"):
        other = a_class(released, tmp_path_factory.mktemp(f"by-{name}"))
        if name == "nbgrader":
            graded[name] = other, other.grade(status=1)
        else:
            graded[name] = other, convgrade(other, "--workers", name, status=1)
    return graded


@pytest.mark.parametrize("workers", ["1", "2"])
def test_gradebook_and_files_are_those_of_nbgrader(
    classes: dict[str, tuple[Tiny, str]], workers: str
) -> None:
    theirs, ours = classes["nbgrader"][0], classes[workers][0]
    expected, found = gradebook(theirs), gradebook(ours)
    for table in TABLES:
        assert found[table] == expected[table]
    assert len(expected["grade"]) == 8 * 4
    assert graded_files(ours) == graded_files(theirs)


def test_the_summary_says_how_it_went(classes: dict[str, tuple[Tiny, str]]) -> None:
    ours, printed = classes["2"]
    assert "8 submissions recorded, 12 notebooks graded" in printed
    assert re.search(r"\d+\.\d s in all, \d+\.\d{3} s a notebook; one by itself", printed)
    assert re.search(r"\(median\); slowest: \w+/\w+ \d+\.\d s, ", printed)
    assert "repaired: 2 (dee/1_sums, gus/1_sums)" in printed
    assert "exercises crashed or did not end in: 1 (bob/1_sums)" in printed
    assert f"handed in without some notebooks: 1 (cyd ({MEANS}))" in printed
    assert (
        "2 need you, the worst first:\n"
        f"  eve: no points, {SUMS}: it is not JSON; ask for the .ipynb file that Jupyter saves\n"
        f"  hal: no points, {SUMS}, {MEANS}: none of the assignment's notebooks is there, only "
        "'essay.ipynb'; ask for them\n"
    ) in printed
    lines = log(ours)
    assert f"[gus/{SUMS}] Repaired" in lines
    assert f"[ada/{MEANS}] recorded" in lines


def test_a_second_run_finds_nothing_to_do_and_force_repeats(course: Tiny) -> None:
    course.hand_in("ada")
    course.hand_in("abe")
    course.hand_in("bob")
    assert "2 submissions recorded, 4 notebooks" in convgrade(course, "--student", "a*")
    assert course.points("bob") == {}
    assert "1 submission recorded" in convgrade(course)
    before = gradebook(course), graded_files(course)
    printed = convgrade(course)
    assert "0 submissions recorded, 0 notebooks graded; 3 graded before and unchanged" in printed
    assert printed.endswith("Nothing needs you.\n")
    course.hand_in("ada", {**RIGHT, "total": WRONG})
    course.give("ada", "why", 1.5)
    convgrade(course, "--student", "ada", "--force")
    assert course.points("ada")["total_test"] < 3
    assert course.grades("ada")["why"][1] == 1.5
    course.hand_in("ada")
    convgrade(course, "--student", "ada", "--force")
    assert graded_files(course) == before[1]


def test_a_newer_submission_is_graded_again(course: Tiny) -> None:
    folder = course.hand_in("ada")
    (folder / "timestamp.txt").write_text("2031-01-01 00:00:00 UTC")
    convgrade(course)
    assert "0 submissions recorded" in convgrade(course)
    (folder / "timestamp.txt").write_text("2031-01-02 00:00:00 UTC")
    assert "graded again, handed in again: 1 (ada)" in convgrade(course)


# ------------------------------------------------------------------ one runner, any end


def test_a_second_runner_is_told_who_grades(course: Tiny) -> None:
    course.hand_in("ada")
    with (course.root / ".convgrade.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(
            '{"host": "ship", "pid": 7, "since": "2030-01-01 00:00:00", "command": "convgrade x"}'
        )
        file.flush()
        printed = convgrade(course, status=1)
    assert "'convgrade x' has been doing so since 2030-01-01 00:00:00" in printed
    assert "process 7 on ship" in printed
    assert course.points("ada") == {}
    convgrade(course)


@pytest.fixture(scope="module")
def six(released: Tiny, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tiny, Tiny]:
    """Return a class of six, not graded and graded by a run that nothing disturbed."""
    course = released.copy(tmp_path_factory.mktemp("six"))
    for number in range(6):
        course.hand_in(f"s{number}", RIGHT if number % 2 else {**RIGHT, "total": WRONG})
    undisturbed = course.copy(tmp_path_factory.mktemp("undisturbed"))
    convgrade(undisturbed)
    return course, undisturbed


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_was_ended_goes_on_where_it_stopped(
    six: tuple[Tiny, Tiny], tmp_path: Path, end: signal.Signals
) -> None:
    handed_in, first = six
    course = handed_in.copy(tmp_path / "ended")
    run = subprocess.Popen(
        command(),
        cwd=course.root,
        env={**os.environ, "MARK": str(tmp_path)},
        # pytest's parallel workers ignore SIGINT, and their children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_until(lambda: "] recorded" in log(course))
    run.send_signal(end)
    printed, _ = run.communicate(timeout=60)
    if end != signal.SIGKILL:
        assert run.returncode == 130
        words = "Interrupted. What is graded is recorded; the same command goes on."
        assert words in printed
        assert "Traceback" not in printed
    wait_until(lambda: not processes_below(f"MARK={tmp_path}"), 30)
    convgrade(course)
    assert gradebook(course) == gradebook(first)
    assert graded_files(course) == graded_files(first)
    assert log(course).count("/1_sums] recorded") in (6, 7)  # 7: killed before its folder came


def test_what_a_killed_run_left_is_removed(course: Tiny, tmp_path: Path) -> None:
    course.hand_in("ada")
    for name in ("new", "old"):
        left = course.root / "autograded" / ".convgrade" / name / "zoe" / "tiny"
        left.mkdir(parents=True)
        (left / f"{SUMS}.ipynb").write_text("{}")
    temporary = tmp_path / "cg-run-left"
    temporary.mkdir()
    (course.root / ".convgrade.lock").write_text(f'{{"temporary": "{temporary}"}}')
    convgrade(course)
    assert [path.name for path in (course.root / "autograded").iterdir()] == ["ada"]
    assert not temporary.exists()


def test_a_locked_gradebook_is_said_and_the_next_run_goes_on(course: Tiny) -> None:
    course.hand_in("ada")
    connection = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    printed = convgrade(course, status=1)
    connection.close()
    assert "The gradebook cannot be used: database is locked." in printed
    assert "run this command again" in printed
    assert "Traceback" not in printed
    assert not course.folder("ada", "autograded").exists()
    convgrade(course)
    assert course.points("ada")["total_test"] == 3


# ---------------------------------------------------------------- failures of workers

BROKEN = """
import os, signal
from nbgrader.preprocessors import NbGraderPreprocessor

class Broken(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        if resources["nbgrader"]["student"] == "raises":
            raise RuntimeError("the worker is out of order")
        if resources["nbgrader"]["student"] == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        return nb, resources
"""


def test_a_failing_worker_costs_nobody_points(course: Tiny) -> None:
    """A notebook that kills its workers is reported, and not what was in them at the time."""
    for student in ("raises", "kills", "well"):
        course.hand_in(student)
    convgrade(course)
    before = {s: course.grades(s) for s in ("raises", "kills")}
    (course.root / "broken.py").write_text(BROKEN)
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write("c.Autograde.sanitize_preprocessors.insert(0, 'broken.Broken')\n")
    printed = convgrade(course, "--force", status=1)
    assert "1 submission recorded, 2 notebooks graded" in printed
    assert "2 need you, the worst first:" in printed
    words = "raises: NOT GRADED, 1_sums, 2_means: its worker failed: RuntimeError: the worker is"
    assert words in printed
    assert "kills: NOT GRADED, 1_sums, 2_means: it ended every worker that it was" in printed
    assert {s: course.grades(s) for s in ("raises", "kills")} == before
    assert course.points("well")["total_test"] == 3


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts a Dask program, in a folder that is not the course's."""
    running = []
    (tmp_path / "elsewhere").mkdir()

    def run(*args: str, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + args[0], *args[1:]],
            cwd=tmp_path / "elsewhere",
            env={**os.environ, "PYTHONPATH": "", **env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=30)


@pytest.fixture
def scheduler(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> tuple[str, subprocess.Popen[str]]:
    """Return the address of a Dask scheduler, and its process."""
    file = tmp_path / "scheduler.json"
    process = start(
        "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
        "--scheduler-file", str(file),
    )  # fmt: skip
    wait_until(file.exists, 60)
    address = re.search(r"tcp://[\d.:]+", file.read_text())
    assert address is not None
    return address.group(), process


def worker(start: Callable[..., subprocess.Popen[str]], address: str, **env: str) -> None:
    start("dask_worker", address, "--nthreads", "3", "--no-dashboard", **env)


def test_workers_elsewhere_grade_alike_and_a_lost_scheduler_is_said(
    released: Tiny,
    tmp_path: Path,
    start: Callable[..., subprocess.Popen[str]],
    scheduler: tuple[str, subprocess.Popen[str]],
) -> None:
    address, process = scheduler
    worker(start, address)
    first, course, other = (a_class(released, tmp_path / name) for name in ("1", "2", "3"))
    convgrade(first, status=1)
    convgrade(course, "--scheduler", address, status=1)
    assert gradebook(course) == gradebook(first)
    assert graded_files(course) == graded_files(first)
    run = subprocess.Popen(
        command("--scheduler", address),
        cwd=other.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_until(lambda: "] recorded" in log(other))
    process.kill()
    printed, _ = run.communicate(timeout=120)
    assert run.returncode == 1
    assert f"The Dask scheduler {address} is gone" in printed
    assert "run this command again for the rest" in printed
    assert "Traceback" not in printed
    convgrade(other, status=1)
    assert gradebook(other) == gradebook(first)
    assert graded_files(other) == graded_files(first)


def test_a_worker_with_another_version_is_refused_by_name(
    course: Tiny,
    tmp_path: Path,
    start: Callable[..., subprocess.Popen[str]],
    scheduler: tuple[str, subprocess.Popen[str]],
) -> None:
    course.hand_in("ada")
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "convgrade", checkout / "convgrade")
    shutil.copytree(ROOT / "convkit", checkout / "convkit")
    with (checkout / "convgrade" / "rubric.py").open("a") as file:
        file.write("# a line more\n")
    address, _ = scheduler
    worker(start, address, PYTHONPATH=str(checkout))
    printed = convgrade(course, "--scheduler", address, status=1)
    version = r"0\.1\.0\+[0-9a-f]{12}"
    words = rf"Worker tcp://\S+: convolution-is-a-matrix is {version} there and {version} here"
    assert re.search(words, printed)
    assert course.points("ada") == {}


def test_no_scheduler_is_said(course: Tiny) -> None:
    course.hand_in("ada")
    printed = convgrade(course, "--scheduler", "tcp://127.0.0.1:9", status=1)
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in printed
    assert "Traceback" not in printed


def test_large_submissions_are_not_all_handed_out_at_once(tmp_path: Path) -> None:
    """Each is held in memory here, by the scheduler and by a worker."""
    made = Pool("", 1, 4, tmp_path, tmp_path / "log", retries=0, limit=60)
    made.workers._slots, made.workers._counted = 4, time.monotonic()
    for number, size in enumerate([2**20, 2**20, MAX_BYTES]):
        assert made.has_room()
        made._flying[str(number)], made._bytes[str(number)] = None, size
    assert not made.has_room()
    del made._flying["2"], made._bytes["2"]
    assert made.has_room()


@pytest.mark.skipif(not processors(), reason="this system gives a process no processor of its own")
def test_each_worker_has_a_processor_to_itself(tmp_path: Path) -> None:
    """Kernels and grader's processes inherit it from the thread that grades."""

    def places(count: int) -> list[list[int]]:
        with Pool("", count, 1, tmp_path, tmp_path / "log", 0, 600) as pool:
            pool._client.wait_for_workers(count)
            workers = pool._client.nthreads()
            tasks = [
                pool._client.submit(os.sched_getaffinity, 0, workers=[worker], pure=False)
                for worker in workers
            ]
            return sorted(sorted(task.result()) for task in tasks)

    mine = processors()
    count = min(2, len(mine))
    assert places(count) == [[number] for number in mine[:count]]
    if len(mine) < 4:  # more workers than processors share them all
        assert places(len(mine) + 1) == [mine] * (len(mine) + 1)


@whole_box
@pytest.mark.parametrize("option", ["--require-sandbox", "--log-level=WARN"])
def test_a_box_that_is_not_whole_is_refused_on_demand(
    course: Tiny, tmp_path: Path, option: str
) -> None:
    """For real: in a box with its network left open no further namespace can be made."""
    course.hand_in("ada")
    short = tempfile.TemporaryDirectory(prefix="b-")  # sockets have short names
    argv = confine.command(
        command("--workers=1", option),
        read=[*confine.system_paths(), ROOT, Path("/proc"), Path("/sys")],
        write=[course.root, tmp_path, Path(short.name), Path("/dev/shm")],
        network=True,
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TMPDIR": short.name,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with short:
        run = subprocess.run(
            argv, cwd=course.root, env=environment, capture_output=True, text=True, timeout=300
        )
    printed = run.stdout + run.stderr
    if option == "--require-sandbox":
        assert run.returncode == 1, printed
        assert re.search(r"Worker \S+: its confinement lacks network \(", printed), printed
        assert not graded_files(course)
    else:
        assert run.returncode == 0, printed
        assert "confined as far as the workers' machines can; missing: " in printed
        assert graded_files(course)


# ------------------------------------------------------------------------ the command


def test_what_cannot_be_graded_is_said_before_the_start(course: Tiny) -> None:
    assert "Say which assignment" in subprocess.run(
        [sys.executable, "-m", "convgrade", "grade"],
        cwd=course.root, capture_output=True, text=True, timeout=100,
    ).stderr  # fmt: skip
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write("c.Autograde.exporter_class = 'nbconvert.exporters.NotebookExporter'\n")
    course.hand_in("ada")
    printed = convgrade(course, status=1)
    assert "nbgrader_config.py lacks Autograde.exporter_class = SubmissionExporter" in printed


def test_help_names_every_option() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "convgrade", "grade", "--help"],
        capture_output=True, text=True, timeout=100, check=True,
    ).stdout  # fmt: skip
    text = (ROOT / "docs" / "grading-a-class.md").read_text()
    for option in ("student", "workers", "scheduler", "force", "require-sandbox"):
        assert f"--{option}" in printed
        assert f"--{option}" in text
