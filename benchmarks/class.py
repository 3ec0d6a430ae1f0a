"""Time what grading a class costs: stock nbgrader, our plug-ins, `convgrade grade`, the limit.

A course in a temporary folder: our assignment, and a class whose students hand in copies of five
submissions of the demo class. Every side grades the same notebooks in commands as an instructor
types them; sides take turns, forwards in one round and backwards in the next. After each command
the points in the gradebook are held against those that the demo class should earn.

==========  ===========================================================================
part        what runs
==========  ===========================================================================
stock       `nbgrader autograde` with nbgrader's own preprocessors, on a few students
plain       `nbgrader autograde` with our plug-ins and forked kernels, on the same
class       `convgrade grade` with two workers, for classes of several sizes
unconfined  the same for a class of 60 with `c.TrustedClient.confined = False`
one         the same for a class of 60 with one worker
limit       two processes that fork for every notebook and run its cells, and no more
cost        memory of one more kernel in flight and of one more grader's process, and where the
            processor time of a notebook goes: benchmarks/cost.py
==========  ===========================================================================

Stock takes minutes for what others do in seconds, so its time for a class is computed: until the
first student is done, and then what each further student took. One further student of each kind
is timed, so they are the same mixture as a class.

Measured values go into a JSON file after every command. A run that was cut, or did some of the
parts, is completed by another (`--parts`); what is measured anew replaces what was there. Values
from another machine or other versions are dropped. The table, the README's paragraph and its
figure are made from the file, also by `--show`, which measures nothing.

Exit status: 1 if a command failed or gave other points, else 0, whether or not goals are met.
Run from the course's folder on a machine that does nothing else; some 15 minutes on two cores:

    .venv/bin/python benchmarks/class.py
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import importlib
import io
import json
import os
import platform
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

# The other benchmarks; `reference` also makes sure that this tree is measured.
from cost import measured
from reference import processor, verdict
from trusted import STOCK

from convgrade.kernels.preloading import SHELL
from convgrade.kernels.settle import freeze, use_huge_pages

ROOT = Path(__file__).resolve().parent.parent
ASSIGNMENT = "toeplitz"
OURS = (ROOT / "nbgrader_config.py").read_text()
# Complete submissions that neither crash nor wait: four right ones, and a wrong one whose tests
# fail. As many notebooks each, so that a class of any multiple of five is the same mixture.
KINDS = ("perfect", "loops-style", "kron-style", "slicing-style", "column-major")
NOTEBOOKS = tuple(sorted(p.name for p in (ROOT / "source" / ASSIGNMENT).glob("*.ipynb")))
PARTS = ("stock", "plain", "class", "unconfined", "one", "limit", "cost")
WORKERS = 2
SAMPLE = len(KINDS) + 1  # students of stock: the first, and one further of each kind
PROJECT = ("convolution-is-a-matrix", "torch", "numpy", "nbgrader", "distributed")

JSON = Path(__file__).parent / "results" / "class.json"
FIGURE = ROOT / "docs" / "images" / "class.png"
BEGIN, END = "<!-- measured by benchmarks/class.py -->", "<!-- end of measured -->"


# ------------------------------------------------------------------------- a course


class Course:
    """A course with our assignment, whose class can have any size.

    Parameters
    ----------
    root : Path
        An empty folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        source = root / "source" / ASSIGNMENT
        source.mkdir(parents=True)
        for path in (ROOT / "source" / ASSIGNMENT).iterdir():
            shutil.copy(path, source)
        self._configure(OURS)
        run([sys.executable, "-m", "nbgrader", "generate_assignment", ASSIGNMENT], root, 300)
        shutil.copy(root / "gradebook.db", root / "empty.db")
        self.expected = expected_points()

    def _configure(self, config: str) -> None:
        (self.root / "nbgrader_config.py").write_text(config)

    def hand_in(self, students: int, config: str) -> None:
        """Put the course back to where nothing is graded, with this class and configuration."""
        for name in ("submitted", "autograded"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        for path in self.root.glob("gradebook.db*"):
            path.unlink()
        shutil.copy(self.root / "empty.db", self.root / "gradebook.db")
        self._configure(config)
        for number in range(students):
            folder = self.root / "submitted" / f"s{number:04}" / ASSIGNMENT
            folder.mkdir(parents=True)
            for notebook in NOTEBOOKS:
                given = ROOT / "submitted" / KINDS[number % len(KINDS)] / ASSIGNMENT / notebook
                shutil.copyfile(given, folder / notebook)

    def grade(self, students: int, config: str, command: list[str]) -> dict[str, Any]:
        """Grade a class with a command.

        Returns
        -------
        dict
            ``seconds`` of the command; ``busy``, those of all processors of the machine that
            were not idle meanwhile; ``first``, seconds until the first notebook lay
            graded on the disk; ``done``, until all of the first student's did, and all of
            the last one's.

        Raises
        ------
        BenchmarkError
            When it fails, or gives other points than expected.
        """
        self.hand_in(students, config)
        count = students * len(NOTEBOOKS)
        begin, idle = time.time(), psutil.cpu_times().idle
        seconds = run([sys.executable, "-m", *command], self.root, 300 + 20 * count)
        busy = seconds * (psutil.cpu_count() or 1) - (psutil.cpu_times().idle - idle)
        folders = sorted((self.root / "autograded").glob(f"*/{ASSIGNMENT}"))
        graded = [[p.stat().st_mtime - begin for p in f.glob("*.ipynb")] for f in folders]
        if sum(map(len, graded)) != count:
            raise BenchmarkError(f"{sum(map(len, graded))} notebooks were graded, not {count}")
        self._check(students)
        # A file that nbgrader writes twice, cleaned and then graded, has the time of the latter.
        done = sorted(map(max, graded))
        return {
            "students": students,
            "seconds": round(seconds, 3),
            "busy": round(busy, 3),
            "first": round(min(map(min, graded)), 3),
            "done": [round(done[0], 3), round(done[-1], 3)],
        }

    def _check(self, students: int) -> None:
        """Hold the points in the gradebook against what the demo class should earn."""
        query = (
            "SELECT s.student_id, SUM(g.auto_score) FROM grade g JOIN submitted_notebook n "
            "ON n.id = g.notebook_id JOIN submitted_assignment s ON s.id = n.assignment_id "
            "GROUP BY s.student_id"
        )
        with contextlib.closing(sqlite3.connect(self.root / "gradebook.db")) as book:
            found = dict(book.execute(query).fetchall())
        for number in range(students):
            expected = self.expected[KINDS[number % len(KINDS)]]
            if found.get(f"s{number:04}") != expected:
                name = KINDS[number % len(KINDS)]
                raise BenchmarkError(
                    f"{name} got {found.get(f's{number:04}')} points, not {expected}"
                )


class BenchmarkError(Exception):
    """A command failed; the message says how."""


def expected_points() -> dict[str, float]:
    """Return the automatic points that each submission of the demo class should earn."""
    with open(ROOT / "submitted" / "expected_points.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == "toeplitz"]
    return {kind: sum(float(row[kind]) for row in rows) for kind in KINDS}


def run(command: list[str], folder: Path, limit: float) -> float:
    """Run a command, ended with all its processes after ``limit`` s; return its seconds."""
    with tempfile.TemporaryFile() as said:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        try:
            status = process.wait(limit)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            raise BenchmarkError(f"no end within {limit:.0f} s") from None
        seconds = time.perf_counter() - begin
        if status:
            said.seek(0)
            words = said.read().decode(errors="replace")[-2000:]
            raise BenchmarkError(f"exit status {status}:\n{words}")
    return seconds


# ------------------------------------------------- the limit: fork, run cells, nothing else


def limit_child(notebooks: int) -> None:
    """Run notebooks, each in a fork of this process; wait for a line on stdin before."""
    for module in (
        "numpy",
        "torch",
        "matplotlib.pyplot",
        "convkit",
        "convgrade.rubric",
        *SHELL,
    ):
        importlib.import_module(module)
    freeze()
    use_huge_pages()
    sys.modules["torch"].set_num_threads(1)
    texts = [
        [
            "".join(cell["source"])
            for cell in json.loads((ROOT / "source" / ASSIGNMENT / name).read_text())["cells"]
            if cell["cell_type"] == "code"
        ]
        for name in NOTEBOOKS
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(notebooks):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                run_cells(texts[number % len(texts)])
                code = 0
            finally:
                os._exit(code)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            sys.exit(f"{NOTEBOOKS[number % len(texts)]} failed")
    print("done", flush=True)


def run_cells(sources: list[str]) -> None:
    """Run cells in an IPython shell, and keep what they print from the screen."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    for source in sources:
        with contextlib.redirect_stdout(io.StringIO()):
            shell.run_cell(source).raise_error()


def limit(notebooks: int) -> dict[str, Any]:
    """Time two processes side by side, each with half of the notebooks."""
    each = notebooks // WORKERS
    # No picture is drawn when we grade either, and each process has a core.
    environment = os.environ | {"CONVKIT_PICTURES": "off", "OMP_NUM_THREADS": "1"}
    environment["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    command = [sys.executable, __file__, "--limit-child", str(each)]
    with contextlib.ExitStack() as stack:
        processes = []
        for _ in range(WORKERS):
            process = subprocess.Popen(
                command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes.append(process)
        if any(process.stdout.readline() != "ready\n" for process in processes):
            raise BenchmarkError("the limit could not be measured: a process did not start")
        begin = time.perf_counter()
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        ends = [process.stdout.readline() for process in processes]
        seconds = time.perf_counter() - begin
        if ends != ["done\n"] * WORKERS:
            raise BenchmarkError("the limit could not be measured: a notebook failed")
    return {"notebooks": each * WORKERS, "seconds": round(seconds, 3)}


def measured_cost() -> dict[str, Any]:
    """Measure what one more notebook costs."""
    try:
        return measured()
    except RuntimeError as error:
        raise BenchmarkError(str(error)) from None


# --------------------------------------------------------------------------- results


class Results:
    """What was measured, in a file.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.machine = machine()
        self.runs: dict[str, list[dict[str, Any]]] = {}
        self.about: dict[str, dict[str, Any]] = {}
        self._fresh: set[str] = set()

    def read(self, *, always: bool = False) -> None:
        """Take over what the file holds, if this machine measured it."""
        if not self.path.exists():
            return
        found = json.loads(self.path.read_text())
        if not always and found["machine"] != self.machine:
            print(f"{self.path.name} is of another machine or other versions: starting anew")
            return
        self.machine = found["machine"]
        self.runs, self.about = found["runs"], found["about"]

    def add(self, name: str, value: dict[str, Any]) -> None:
        """Put in a value, in the place of those of earlier runs, and write the file."""
        if name not in self._fresh:
            self._fresh.add(name)
            self.runs[name] = []
            self.about[name] = {
                "day": time.strftime("%Y-%m-%d"),
                "load": round(os.getloadavg()[0], 1),  # our own commands' share included
                "code": copy_measured(),
            }
        self.runs[name].append(value)
        self.path.parent.mkdir(exist_ok=True)
        part = self.path.with_suffix(".part")
        found = {"machine": self.machine, "about": self.about, "runs": self.runs}
        part.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
        part.replace(self.path)

    def __contains__(self, name: str) -> bool:
        return bool(self.runs.get(name))

    def values(self, name: str, value: Callable[[dict[str, Any]], float]) -> list[float]:
        """Return a value of each run, in order of size."""
        return sorted(value(run) for run in self.runs[name])

    def median(self, name: str, value: Callable[[dict[str, Any]], float]) -> float:
        """Return the median of a value."""
        return statistics.median(self.values(name, value))

    def classes(self) -> list[int]:
        """Return the sizes of classes that `convgrade grade` was timed with."""
        return sorted(int(name.split()[1]) for name in self.runs if name.startswith("class "))


@functools.cache
def copy_measured() -> str:
    """Return what changes with every line of the package."""
    from convgrade.classroom.versions import versions

    return versions()["convolution-is-a-matrix"]


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    from importlib.metadata import version

    from convgrade import confine

    missing = confine.missing_layers()
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PROJECT},
        "box": "every layer" if not missing else f"lacks {', '.join(missing)}",
    }


def seconds(run: dict[str, Any]) -> float:
    """Return what a command took."""
    return float(run["seconds"])


def first(run: dict[str, Any]) -> float:
    """Return when the first notebook lay graded on the disk."""
    return float(run["first"])


def further(run: dict[str, Any]) -> float:
    """Return the seconds a notebook between the first student and the last one."""
    begin, end = run["done"]
    return float(end - begin) / (run["students"] - 1) / len(NOTEBOOKS)


def whole(run: dict[str, Any]) -> float:
    """Return the seconds a notebook of the whole command."""
    return float(run["seconds"]) / run["students"] / len(NOTEBOOKS)


def stock_class(students: int) -> Callable[[dict[str, Any]], float]:
    """Return what computes a class's time from a run on a few students."""

    def time_for(run: dict[str, Any]) -> float:
        extra = students - run["students"]
        return float(run["seconds"]) + extra * len(NOTEBOOKS) * further(run)

    return time_for


def limit_notebook(run: dict[str, Any]) -> float:
    """Return the seconds a notebook of the bare limit."""
    return float(run["seconds"]) / run["notebooks"]


# ----------------------------------------------------------------------- what to print


def span(values: list[float], digits: int = 2) -> str:
    """Return the median and the range of sorted values."""
    middle = f"{statistics.median(values):.{digits}f}"
    return f"{middle} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"


def table(found: Results, size: int) -> list[tuple[str, str, str, str, str]]:
    """Return what, median, spread, a notebook, and how many times as fast as stock."""
    notebooks = size * len(NOTEBOOKS)
    rows = []

    def row(
        what: str, name: str, value: Callable[[dict[str, Any]], float], count: int | None
    ) -> None:
        if name not in found:
            return
        values = found.values(name, value)
        middle = statistics.median(values)
        each, ratio = "", ""
        if count is not None:
            each = f"{middle / count:.3f}"
            if "stock" in found:
                stock = found.median("stock", stock_class(count // len(NOTEBOOKS)))
                ratio = f"{stock / middle:.1f}"
        low, high = values[0], values[-1]
        rows.append(
            (what, f"{middle:.2f}", f"{low:.2f} to {high:.2f}, {len(values)}", each, ratio)
        )

    row("a further notebook, stock", "stock", further, None)
    row("a further notebook, our plug-ins", "plain", further, None)
    row(f"class of {size}, stock, computed", "stock", stock_class(size), notebooks)
    row(f"class of {size}, our plug-ins, computed", "plain", stock_class(size), notebooks)
    for other in found.classes():
        row(f"class of {other}, runner", f"class {other}", seconds, other * len(NOTEBOOKS))
    row(f"class of {size}, runner, not confined", f"unconfined {size}", seconds, notebooks)
    row(f"class of {size}, runner, one worker", f"one {size}", seconds, notebooks)
    row(f"{notebooks} notebooks, forked and run only", "limit",
        lambda run: notebooks * limit_notebook(run), notebooks)  # fmt: skip
    row("first notebook of a cold start, stock", "stock", first, None)
    row("first notebook of a cold start, our plug-ins", "plain", first, None)
    row("first student of a cold start, runner", f"class {size}", first, None)
    return rows


def goals(found: Results, size: int) -> Iterator[tuple[str, bool, str]]:
    """Return every goal for which all is measured, whether it is met, and what was found."""
    ours, loose, one = f"class {size}", f"unconfined {size}", f"one {size}"
    if "stock" in found:
        stock = found.median("stock", stock_class(size))
        for name, how in ((loose, "not confined"), (ours, "every layer of the box")):
            if name in found:
                ratio = stock / found.median(name, seconds)
                met = ratio >= 25 and (name != ours or found.machine["box"] == "every layer")
                what = f"class of {size}, {how}: at least 25 times as fast as stock"
                yield what, met, f"{ratio:.1f}; the box: {found.machine['box']}"
    if "limit" in found:
        for name, how in ((loose, "not confined"), (ours, "confined")):
            if name in found:
                ratio = found.median(name, whole) / found.median("limit", limit_notebook)
                what = f"class of {size}, {how}: within 2.5 times bare fork and run"
                yield what, ratio <= 2.5, f"{ratio:.2f}"
    if "stock" in found and "plain" in found:
        ratio = found.median("stock", further) / found.median("plain", further)
        what = "nbgrader autograde with our plug-ins: at least 10 times as fast as stock"
        yield what, ratio >= 10, f"{ratio:.1f}, a further notebook"
        for name, how in (("plain", "our plug-ins"), (ours, "runner")):
            if name in found:
                times = [found.median(n, first) for n in (name, "stock")]
                what = f"first result of a cold start, {how}: no later than stock's"
                yield what, times[0] <= times[1], f"{times[0]:.1f} s, stock {times[1]:.1f} s"
    if ours in found and one in found:
        ratio = found.median(one, seconds) / found.median(ours, seconds)
        yield "two workers: at least 1.8 times as fast as one", ratio >= 1.8, f"{ratio:.2f}"
    sizes = found.classes()
    if len(sizes) > 1:
        for how, value in (("whole commands", whole), ("after the first student", further)):
            each = {n: found.median(f"class {n}", value) for n in sizes}
            spread = max(each.values()) / min(each.values()) - 1
            what = (
                f"time a notebook constant within 10% from {sizes[0] * len(NOTEBOOKS)} to "
                f"{sizes[-1] * len(NOTEBOOKS)} notebooks, {how}"
            )
            times = ", ".join(f"{n * len(NOTEBOOKS)}: {each[n]:.3f} s" for n in sizes)
            yield what, spread <= 0.1, f"{spread:.0%}; {times}"
    if "cost" in found:
        kernels = sorted(found.runs["cost"][-1]["kernel"])
        what = "one more notebook in flight: under 60 MB for both its processes together"
        alone = sorted(found.runs["cost"][-1]["kernel uss"])
        judges = sorted(found.runs["cost"][-1]["judge"])
        words = (
            f"{span(kernels, 0)} MB with its supervisor, of which each has alone (USS) "
            f"{span(alone, 0)}; one more grader's process {span(judges, 0)}"
        )
        # The first of each pays for what later ones share: medians.
        both = statistics.median(kernels) + statistics.median(judges)
        yield what, both < 60, f"{both:.0f} MB, medians: {words}"


def bounds(found: Results, size: int) -> Iterator[str]:
    """Return in words where the processor time of a notebook goes."""
    if "cost" in found:
        parts = found.runs["cost"][-1]["seconds"]
        each = ", ".join(f"{name} {value:.3f}" for name, value in parts.items())
        yield f"processor seconds of a notebook graded alone, {sum(parts.values()):.2f}: {each}"
        if "compiling" in found.runs["cost"][-1]:
            once = found.runs["cost"][-1]["compiling"]
            yield f"of it parsing and compiling the cells, in both processes: {2 * once:.3f}"
    for name in (f"class {size}", f"unconfined {size}"):
        if name in found:
            busy = found.median(name, lambda run: run["busy"]) / (size * len(NOTEBOOKS))
            yield f"{name}: {busy:.2f} processor seconds a notebook, start included"
    if "limit" in found:
        busy = WORKERS * found.median("limit", limit_notebook)
        yield f"limit: {busy:.2f} processor seconds a notebook"


def show(found: Results, size: int) -> None:
    """Print machine, table and goals."""
    about = found.machine
    print(f"\n{about['processor']}, {about['cores']} cores, {about['system']}, ", end="")
    print(f"Python {about['python']}; " + ", ".join(f"{n} {about[n]}" for n in PROJECT))
    print(f"the box: {about['box']}; two workers unless another number is given")
    for what in ("day", "load"):
        parts = ", ".join(f"{part} {a[what]}" for part, a in sorted(found.about.items()))
        same = {a[what] for a in found.about.values()}
        print(f"{what}: {same.pop() if len(same) == 1 else parts}")
    if len({a["code"] for a in found.about.values()}) > 1:
        print("NOTE: the parts come from different versions of the package; measure all anew")
    head = ("what", "median, s", "spread, runs", "s a notebook", "x stock")
    rows = [head, *table(found, size)]
    wide = [max(len(row[i]) for row in rows) for i in range(len(head))]
    print()
    for row in rows:
        print(row[0].ljust(wide[0]), *(t.rjust(w) for t, w in zip(row[1:], wide[1:], strict=True)))
    print()
    for goal in goals(found, size):
        verdict(*goal)
    for words in bounds(found, size):
        print(f"     {words}")


def paragraph(found: Results, size: int) -> str:
    """Return the README's paragraph; "" while something of it is not measured."""
    ours, loose, one = f"class {size}", f"unconfined {size}", f"one {size}"
    if any(name not in found for name in ("stock", "plain", ours, loose, one, "limit", "cost")):
        return ""
    about, notebooks = found.machine, size * len(NOTEBOOKS)
    stock = found.median("stock", stock_class(size))
    ratio = {name: stock / found.median(name, seconds) for name in (ours, loose)}
    bare = {n: found.median(n, whole) / found.median("limit", limit_notebook) for n in ratio}
    times_plain = found.median("stock", further) / found.median("plain", further)
    largest = found.classes()[-1]
    box = "in the box with every layer" if about["box"] == "every layer" else "in the box"
    kernels = sorted(found.runs["cost"][-1]["kernel"])
    parts = found.runs["cost"][-1]["seconds"]
    alt = (
        f"Time for a class against its size, both axes logarithmic: for {size} students stock "
        f"nbgrader takes {words_for(stock)}, convgrade grade on two cores "
        f"{words_for(found.median(ours, seconds))}"
    )
    points = (
        f"`convgrade grade` takes {span(found.values(ours, seconds), 0)} s for a class of {size}, "
        f"{notebooks} notebooks, with two workers, {box}: {ratio[ours]:.0f} times as fast as "
        f"stock nbgrader, which takes {span(found.values('stock', further))} s a notebook, one "
        f"after the other. Without the box it is {ratio[loose]:.0f} times. Processes that are "
        f"forked and only run the cells, on both cores, are {bare[ours]:.1f} times as fast as the "
        f"one, {bare[loose]:.1f} times as fast as the other.",
        f"A notebook takes {found.median(ours, whole):.2f} s in a class of {size} and "
        f"{found.median(f'class {largest}', whole):.2f} s in one of {largest}, start included. "
        f"Two workers are {found.median(one, seconds) / found.median(ours, seconds):.1f} times as "
        f"fast as one; one more kernel takes {span(kernels, 0)} MB.",
        f"Plain `nbgrader autograde` with our plug-ins takes "
        f"{span(found.values('plain', further))} s for each further notebook, {times_plain:.1f} "
        f"times as fast as stock. The first graded notebook is there after "
        f"{found.median('plain', first):.1f} s, with stock after "
        f"{found.median('stock', first):.1f} s, the runner's first student after "
        f"{found.median(ours, first):.1f} s: [benchmarks/class.py](benchmarks/class.py).",
        f"What bounds it is the processor: {sum(parts.values()):.2f} s of it for a notebook, of "
        f"which {', '.join(f'{value:.2f} s the {name}' for name, value in parts.items())}. Bare "
        f"fork and run takes {WORKERS * found.median('limit', limit_notebook):.2f} s, in one "
        "process instead of two that do not trust each other: "
        "[benchmarks/cost.py](benchmarks/cost.py).",
    )
    lines = [f"![{alt}]({os.path.relpath(FIGURE, ROOT)})", ""]
    for point in points:
        lines += textwrap.wrap(
            f"- {point}", 160, subsequent_indent="  ", break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join(lines)


def words_for(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"


def insert(text: str, path: Path) -> bool:
    """Put the paragraph between its marks in a file; tell whether there are such marks."""
    whole_text = path.read_text()
    before, mark, rest = whole_text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (mark and end):
        return False
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
    return True


def draw(found: Results, path: Path) -> bool:
    """Draw time for a class against its size; tell whether enough is measured."""
    from matplotlib.figure import Figure

    sizes = found.classes()
    if "stock" not in found or not sizes:
        return False
    ends = [5, max(sizes[-1], 200)]
    fig = Figure(figsize=(7.2, 3.8), layout="constrained")
    ax = fig.subplots()
    # Okabe and Ito's colours; every line has marks of its own, and its name at its end.
    lines = [
        ("stock", "nbgrader autograde, stock", "--", "s", "#D55E00"),
        ("plain", "nbgrader autograde, our plug-ins", ":", "^", "#009E73"),
    ]
    heights = []
    for part, words, style, mark, colour in lines:
        if part in found:
            sample = found.runs[part][0]["students"]
            heights += [found.median(part, stock_class(n)) for n in ends]
            ax.plot(ends, heights[-2:], style, color=colour)
            ax.plot(sample, found.median(part, seconds), mark, color=colour)
            label(ax, ends[-1], heights[-1], words)
    ours = [found.median(f"class {n}", seconds) for n in sizes]
    ax.plot(sizes, ours, "o-", color="#0072B2")
    label(ax, sizes[-1], ours[-1], f"convgrade grade, {WORKERS} workers, in the box")
    ax.set(xscale="log", yscale="log", xlabel=f"students, {len(NOTEBOOKS)} notebooks each")
    ax.set_ylabel("time for the class")
    marks = [n for n in (5, 10, 20, 60, 100, 200, 600) if n <= ends[1]]
    ax.set_xticks(marks, [str(n) for n in marks])
    times = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 18000: "5 h"}
    low, high = min(heights + ours) / 1.6, max(heights) * 1.6
    shown = {t: words for t, words in times.items() if low <= t <= high}
    ax.set_yticks(list(shown), list(shown.values()))
    ax.set_ylim(low, high)
    ax.minorticks_off()
    ax.grid(color="#DDDDDD", linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)
    title = f"{found.machine['cores']} cores; marks are measured, broken lines go on from them"
    ax.set_title(title, fontsize=10, loc="left")
    path.parent.mkdir(parents=True, exist_ok=True)
    fig.savefig(path, dpi=110, metadata={"Software": None})
    return True


def label(ax: Any, x: float, y: float, words: str) -> None:
    """Write a line's name to the right of its end."""
    ax.annotate(
        words, (x, y), xytext=(8, 0), textcoords="offset points", va="center", fontsize=10,
        annotation_clip=False,
    )  # fmt: skip


# ----------------------------------------------------------------------------- the run


def plan(
    course: Callable[[], Course], options: argparse.Namespace
) -> list[tuple[str, int, Callable[[], dict[str, Any]]]]:
    """Return what is to be measured: name, how many times, and how."""
    stock = ["nbgrader", "autograde", ASSIGNMENT, "--log-level=ERROR"]
    runner = ["convgrade", "grade", ASSIGNMENT, f"--workers={WORKERS}"]
    loose = OURS + "\nc.TrustedClient.confined = False\n"
    size, sample = options.size, options.sample

    def grading(students: int, config: str, command: list[str]) -> Callable[[], dict[str, Any]]:
        return lambda: course().grade(students, config, command)

    often, seldom = options.repeats, max(1, options.repeats - 1)
    steps = {
        "stock": [("stock", often, grading(sample, STOCK, stock))],
        "plain": [("plain", seldom, grading(sample, OURS, stock))],
        "class": [
            (f"class {n}", often if n == size else seldom if n <= 100 else 1,
             grading(n, OURS, runner))
            for n in sorted({*options.sizes, size})
        ],
        "unconfined": [(f"unconfined {size}", seldom, grading(size, loose, runner))],
        "one": [(f"one {size}", seldom, grading(size, OURS, [*runner[:3], "--workers=1"]))],
        "limit": [("limit", often, lambda: limit(size * len(NOTEBOOKS) // 2))],
        "cost": [("cost", 1, measured_cost)],
    }  # fmt: skip
    return [step for part in PARTS if part in options.parts for step in steps[part]]


def measure(found: Results, options: argparse.Namespace) -> bool:
    """Run the plan; tell whether every command did what it should."""
    failed: set[str] = set()
    took: dict[str, float] = {}
    begin = time.monotonic()
    with contextlib.ExitStack() as stack:
        made: list[Course] = []

        def course() -> Course:
            if not made:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="class-"))
                made.append(Course(Path(folder)))
                # Compiled modules, fonts, and the disk's cache, for both sides.
                for config, command in (
                    (STOCK, ["nbgrader", "autograde", ASSIGNMENT, "--log-level=ERROR"]),
                    (OURS, ["convgrade", "grade", ASSIGNMENT]),
                ):
                    made[0].grade(1, config, command)
            return made[0]

        steps = plan(course, options)
        for round_ in range(max((count for _, count, _ in steps), default=0)):
            for what, count, how in steps if round_ % 2 == 0 else reversed(steps):
                if round_ >= count or what in failed:
                    continue
                now = time.monotonic()
                if round_ and now - begin + took[what] > 60 * options.minutes:
                    print(f"left out: {what} once more, for the {options.minutes:g} minutes")
                    continue
                try:
                    value = how()
                except (BenchmarkError, subprocess.TimeoutExpired, OSError) as error:
                    failed.add(what)
                    print(f"FAILED: {what}: {error}", flush=True)
                    continue
                took[what] = time.monotonic() - now
                found.add(what, value)
                shown = value.get("seconds", "")
                print(f"{time.strftime('%H:%M:%S')} {what} {shown}", flush=True)
    return not failed


def numbers(text: str) -> list[int]:
    """Return the numbers of a list with commas."""
    return [int(word) for word in text.split(",") if word]


def main() -> int:
    """Measure, print, draw; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", default=",".join(PARTS), help="default: %(default)s")
    parser.add_argument("--repeats", type=int, default=3, help="of stock, the class of "
                        "--size, the limit; others once less; default: %(default)s")  # fmt: skip
    parser.add_argument("--minutes", type=float, default=15, help="begin nothing a second time "
                        "that would not end within, default: %(default)s")  # fmt: skip
    parser.add_argument("--sizes", type=numbers, default=[20, 100], metavar="N,N",
                        help="classes besides the one of --size, default: 20,100")  # fmt: skip
    parser.add_argument("--large", action="store_true", help="also a class of 600, once")
    parser.add_argument("--size", type=int, default=60, help="the class to compare, default: 60")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="students of nbgrader "
                        "autograde, default: %(default)s")  # fmt: skip
    parser.add_argument("--json", type=Path, default=JSON, help="default: benchmarks/results/")
    parser.add_argument("--figure", type=Path, default=FIGURE, help="default: docs/images/")
    parser.add_argument("--show", action="store_true", help="only print and draw what is there")
    parser.add_argument("--write", type=Path, metavar="README.md",
                        help="put the paragraph between its marks there")  # fmt: skip
    parser.add_argument("--limit-child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.limit_child is not None:
        limit_child(options.limit_child)
        return 0
    options.parts = options.parts.split(",")
    if unknown := sorted(set(options.parts) - set(PARTS)):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if options.sample < 2:
        parser.error("--sample must be at least 2")
    if options.large:
        options.sizes = [*options.sizes, 600]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the folder is removed
    found = Results(options.json)
    found.read(always=options.show)
    if not options.show and os.getloadavg()[0] > 0.5:
        print(f"NOTE: this machine is busy already, its load is {os.getloadavg()[0]:.1f}")
    try:
        fine = options.show or measure(found, options)
    except KeyboardInterrupt:
        print(f"ended; {options.json.name} has what is done, and --parts measures the rest")
        return 130
    show(found, options.size)
    if draw(found, options.figure):
        print(f"\ndrawn: {options.figure}, {options.figure.stat().st_size // 1000} kB")
    text = paragraph(found, options.size)
    print(f"\n{text or 'No paragraph for the README: not everything in it is measured.'}")
    if options.write and text and not insert(text, options.write):
        print(f"{options.write} has no lines {BEGIN} and {END}")
        return 1
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
