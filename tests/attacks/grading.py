"""Courses to attack, graded by the real command, and what is seen afterwards."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import programs
import psutil

from attacks import notes
from attacks.attack import USUAL, Attack, Places, hand_in_honestly
from attacks.course import AFTER, BEFORE, POINTS, Canaries, build

ROOT = Path(__file__).resolve().parents[2]
SIDES = ("stock", "ours")
CELL = {
    "vault": 5,
    "notes": 5,
    "tensors": 30,
}  # seconds a cell may take, on both sides; torch is slow
SPARE = 20  # seconds more than its patience until a run is stopped
MORE = {"vault": 8, "notes": 8, "tensors": 25}  # and for each further one of a batch
UNHURRIED = 5  # times as much where nothing hangs: the limit is for the day when it is needed

STOCK_CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "vault"
c.Execute.timeout = @CELL@
"""
OURS_OVERRIDE = """
c.CourseDirectory.course_id = "vault"
c.ColabLaunch.repository = ""
c.Execute.timeout = @CELL@
c.TrustedClient.call_timeout = @CELL@ - 1
c.TrustedClient.notebook_timeout = 4 * @CELL@
"""


@dataclass
class Outcome:
    """What is seen after a grading.

    Attributes
    ----------
    side : str
    canaries : Canaries
    status, timed_out, seconds, log
        Of the command.
    points : dict
        By student; None where the gradebook has no complete score.
    scores : dict
        By student and grade_id.
    manual : list of str
        Students whose rows hold a manual score: nobody gave one.
    outputs : dict
        What a student's code wrote, by student: the outputs of all cells but the tests',
        and what appeared as text under those.
    feedback : dict
        Pages, by student.
    sizes : dict
        Bytes of graded notebooks and of what else lies in their folders.
    changed : dict
        Files that nobody may touch, and that are changed, new or gone, with the marks in them.
    marks : dict
        The submission's own word, by student.
    heard : dict
        By mark, over which ways it reached the listener.
    left : dict
        By mark, how many of its processes outlived the command.
    """

    side: str
    canaries: Canaries
    status: int = 0
    timed_out: bool = False
    seconds: float = 0.0
    log: str = ""
    points: dict[str, float | None] = field(default_factory=dict)
    scores: dict[str, dict[str, float | None]] = field(default_factory=dict)
    manual: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    feedback: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    changed: dict[str, set[str]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    heard: dict[str, set[str]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    @property
    def calm(self) -> bool:
        """Nothing happened to anybody but perhaps to the attackers' own work."""
        harmed = self.timed_out or self.manual or self.changed or None in self.points.values()
        return not harmed and self.points[BEFORE] == self.points[AFTER]


class Listener:
    """Waits on loopback, by TCP, UDP and an abstract socket, for what a submission sends."""

    def __init__(self) -> None:
        self.heard: dict[str, set[str]] = defaultdict(set)
        self._marks: list[str] = []
        tcp = socket.create_server(("127.0.0.1", 0))
        self.port = int(tcp.getsockname()[1])
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self.port))
        abstract = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        abstract.bind(f"\0vault-{self.port}")
        self._sockets = {tcp: "TCP", udp: "UDP", abstract: "an abstract socket"}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._over.set()
        self._thread.join()
        for sock in self._sockets:
            sock.close()

    def expect(self, mark: str) -> None:
        """Listen for a submission's word."""
        self._marks.append(mark)

    def _listen(self) -> None:
        while not self._over.is_set():
            for sock in select.select([*self._sockets], [], [], 0.2)[0]:
                with contextlib.suppress(OSError):
                    self._take(self._sockets[sock], self._read(sock))

    def _read(self, sock: socket.socket) -> bytes:
        if sock.type == socket.SOCK_DGRAM:
            return sock.recv(65536)
        connection, _ = sock.accept()
        with connection:
            connection.settimeout(2)
            data = connection.recv(65536)
            connection.sendall(b"HTTP/1.0 204 No Content\r\n\r\n")
        return data

    def _take(self, way: str, data: bytes) -> None:
        for mark in self._marks:
            if mark.encode() in data:
                self.heard[mark].add(way)


class Arena:
    """Builds courses, lets attacks be graded in them, and removes everything afterwards."""

    def __init__(self) -> None:
        # Not pytest's folder: paths of Unix sockets must stay below 108 characters.
        self.root = Path(tempfile.mkdtemp(prefix="vault-"))
        self.listener = Listener()
        self._outcomes: dict[tuple[str, str], Outcome] = {}

    def close(self) -> None:
        """Remove every course."""
        self.listener.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def outcome(self, attack: Attack, side: str, others: Sequence[Attack]) -> Outcome:
        """Grade an attack, in one batch with those of ``others`` that it can be graded with."""
        if (attack.name, side) not in self._outcomes:
            group = [other for other in others if _companions(attack, other, side)]
            outcome = self._grade(group or [attack], side)
            # What should be graded alone goes together on our side, as long as all goes well.
            if len(group) > 1 and attack.alone and not outcome.calm:
                group = [attack]
                outcome = self._grade(group, side)
            for member in group or [attack]:
                self._outcomes[member.name, side] = outcome
        return self._outcomes[attack.name, side]

    @functools.cache  # noqa: B019 (an arena lives as long as its tests)
    def _template(self, side: str, assignment: str, hidden: bool) -> tuple[Path, Canaries]:
        """Make a course, with one honest student graded in it."""
        canaries = Canaries()
        area = self.root / f"{side}-{assignment}-{'full' if hidden else 'visible'}"
        course = area / "course"
        build(course / "source", canaries, hidden=hidden)
        notes.build(course / "source", canaries, hidden=hidden)
        kit = ROOT / "source" / "toeplitz" / "convkit.zip"
        shutil.copy(kit, course / "source" / "tensors")
        config = STOCK_CONFIG
        if side == "ours":
            config = (ROOT / "nbgrader_config.py").read_text() + OURS_OVERRIDE
        (course / "nbgrader_config.py").write_text(config.replace("@CELL@", str(CELL[assignment])))
        (area / "outside").mkdir()
        (area / "outside" / "note.txt").write_text("Nobody writes here.\n")
        run = _nbgrader(area, side, canaries, "generate_assignment", assignment)
        assert run.status == 0, run.log
        hand_in_honestly(course, BEFORE, assignment, canaries.neighbour)
        run = _nbgrader(area, side, canaries, "autograde", assignment)
        _read_gradebook(course, assignment, [BEFORE], run)
        assert run.points[BEFORE] == POINTS[assignment], (run.scores, run.log)
        hand_in_honestly(course, AFTER, assignment, canaries.neighbour)
        return area, canaries

    def _grade(self, group: Sequence[Attack], side: str) -> Outcome:
        assignment = group[0].assignment
        hidden = side == "ours" or not group[0].visible_only
        template, canaries = self._template(side, assignment, hidden)
        area = self.root / f"{side}-{secrets.token_hex(3)}"
        shutil.copytree(template, area)
        course = area / "course"
        marks = {attack.name: f"mark-{secrets.token_hex(8)}" for attack in group}
        for attack in group:
            self.listener.expect(marks[attack.name])
            places = Places(
                mark=marks[attack.name],
                port=self.listener.port,
                course=course,
                outside=area / "outside",
            )
            attack.hand_in(places)
        before = _fingerprints(area)
        deadline = SPARE + max(attack.patience for attack in group)
        deadline += MORE[assignment] * (len(group) - 1)
        # On stock a short one ends those that hang; the others only need more on a busy machine.
        hangs = all(
            attack.patience < USUAL or {"waits", "batch stopped"}.intersection(attack.stock)
            for attack in group
        )
        deadline *= 1 if side == "stock" and hangs else UNHURRIED
        outcome = _nbgrader(area, side, canaries, "autograde", assignment, deadline=deadline)
        outcome.marks = marks
        outcome.left = {mark: _end_processes(mark) for mark in marks.values()}
        _end_processes(str(area))
        after = _fingerprints(area)
        for path in before.keys() | after.keys():
            if before.get(path) != after.get(path):
                outcome.changed[path] = _marks_in(area / path, marks.values())
        outcome.heard = self.listener.heard
        students = [BEFORE, *marks, AFTER]
        _read_gradebook(course, assignment, students, outcome)
        for student in students:
            _read_notebook(course, assignment, student, outcome)
        if any(attack.feedback for attack in group):
            _nbgrader(area, side, canaries, "generate_feedback", assignment, deadline=deadline)
            for attack in group:
                page = course / "feedback" / attack.name / assignment / f"{assignment}.html"
                if attack.feedback and page.exists():
                    outcome.feedback[attack.name] = page.read_text()
        shutil.rmtree(area, ignore_errors=True)
        return outcome


def _companions(attack: Attack, other: Attack, side: str) -> bool:
    """Tell whether two attacks can be graded in one batch."""
    if side == "stock" and (attack.alone or other.alone):
        return attack == other
    if "waits" in (*attack.stock, *other.stock):
        return attack == other
    return (
        (attack.alone, attack.assignment, attack.feedback)
        == (other.alone, other.assignment, other.feedback)
    ) and (side == "ours" or attack.visible_only == other.visible_only)


def _nbgrader(
    area: Path, side: str, canaries: Canaries, *command: str, deadline: float = 300
) -> Outcome:
    """Run an nbgrader command the way an instructor would, with a deadline."""
    home, tmp = area / "home", area / "tmp"
    home.mkdir(exist_ok=True)
    tmp.mkdir(exist_ok=True)
    # Stock nbgrader needs its environment's folder on PATH; ours must do without.
    folders = os.defpath if side == "ours" else f"{Path(sys.executable).parent}:{os.defpath}"
    env = {
        "PATH": folders,
        "HOME": str(home),
        "TMPDIR": str(tmp),
        "LANG": "C.UTF-8",
        "JUPYTER_PLATFORM_DIRS": "1",
        "OMP_NUM_THREADS": "1",
        "LTI_SECRET": canaries.environ,
    }
    start = time.monotonic()
    with open(area / "log.txt", "w+b") as log:  # not a pipe: a daemon would keep it open
        process = subprocess.Popen(
            programs.in_new_python("nbgrader", *command),
            cwd=area / "course",
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        timed_out = False
        try:
            process.wait(deadline)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            if process.poll() is None:
                _end_tree(process)
        seconds = time.monotonic() - start
        log.seek(0)
        text = log.read(5_000_000).decode(errors="replace")
    return Outcome(side, canaries, process.returncode, timed_out, seconds, text)


def _end_tree(command: subprocess.Popen[bytes]) -> None:
    """End a command of ours that is still running, a stopped one too, and its children."""
    for child in psutil.Process(command.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    command.kill()
    command.wait()


def _end_processes(word: str) -> int:
    """End what our own test has left running, known by a word in its command line."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if word in " ".join(process.info["cmdline"] or ()) and process.pid != os.getpid():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
                found.append(process)
    psutil.wait_procs(found, timeout=10)
    return len(found)


def _fingerprints(area: Path) -> dict[str, str]:
    """Digest every file that a submission may not touch."""
    course = area / "course"
    graded = [course / "autograded" / BEFORE]
    folders = [area / "outside", course / "source", course / "release", course / "submitted"]
    paths = [p for folder in [*folders, *graded] for p in folder.rglob("*")]
    paths += [p for p in course.iterdir() if p.name != "gradebook.db"]
    paths += [area / "home" / p for p in (".ipython/profile_default/startup", ".local/lib")]
    paths += list((area / "home").rglob("startup/*.py")) + list(
        (area / "home").rglob("kernel.json")
    )
    return {str(p.relative_to(area)): _digest(p) for p in paths if not _expected(p, course)}


def _expected(path: Path, course: Path) -> bool:
    return path.parent == course and path.name in ("autograded", ".nbgrader.log", "feedback")


def _marks_in(path: Path, marks: Iterable[str]) -> set[str]:
    data = path.read_bytes() if path.is_file() else b""
    return {mark for mark in marks if mark.encode() in data or mark in str(path)}


def _digest(path: Path) -> str:
    if path.is_symlink():
        return f"-> {os.readlink(path)}"
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return "folder" if path.is_dir() else "other" if path.exists() else "none"


def _read_gradebook(
    course: Path, assignment: str, students: Iterable[str], outcome: Outcome
) -> None:
    from nbgrader.api import Gradebook, MissingEntry

    url = f"sqlite:///{course / 'gradebook.db'}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Gradebook(url, "vault") as gradebook:
            for student in students:
                try:
                    notebook = gradebook.find_submission_notebook(assignment, assignment, student)
                except MissingEntry:
                    outcome.points[student] = None
                    continue
                # What waits for a person has no points, and a word why in the log.
                waits = {
                    grade.name for grade in notebook.grades
                    if grade.needs_manual_grade and f"{grade.name} waits for" in outcome.log
                }  # fmt: skip
                rows = {
                    grade.name: (0.0 if grade.name in waits else grade.auto_score,
                                 grade.manual_score)
                    for grade in notebook.grades
                }  # fmt: skip
                scores = {n: a if m is None else m for n, (a, m) in rows.items()}
                outcome.scores[student] = scores
                known = [score for score in scores.values() if score is not None]
                complete = scores and len(known) == len(scores)
                outcome.points[student] = sum(known) if complete else None
                if any(manual is not None for _, manual in rows.values()):
                    outcome.manual.append(student)


def _read_notebook(course: Path, assignment: str, student: str, outcome: Outcome) -> None:
    folder = course / "autograded" / student / assignment
    path = folder / f"{assignment}.ipynb"
    if not path.is_file():
        return
    outcome.sizes[student] = sum(p.stat().st_size for p in _files(folder))
    if path.stat().st_size > 300e6:
        return
    notebook = nbformat.read(path, as_version=4)
    texts = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        test = cell.metadata.get("nbgrader", {}).get("grade", False)
        for output in cell.outputs:
            if output.output_type == "stream":
                texts.append("".join(output.text))
            elif not test:
                texts.append(str(dict(output)))
    outcome.outputs[student] = "\n".join(texts)


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
