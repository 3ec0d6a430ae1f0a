"""Time what students feel: importing the kit, and every instant check.

Goals: the kit adds under 50 ms to ``import torch, matplotlib.pyplot``; every
check, pictures included, takes under 0.3 s at the median and under 1 s at worst on
two processors with two other busy processes. Where more than those keep the processors busy, a
student waits longer: beside each time stands how much of it the kernel's own
processor time is. Run from the course's folder:

    .venv/bin/python benchmarks/kit.py
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from gate import read_answers  # noqa: E402

WRONG = 3  # wrong answers of an exercise that are timed
SLOWEST = 4  # of them are named
CODE = """
import time
import torch, matplotlib.pyplot
start = time.perf_counter()
import convkit
print(time.perf_counter() - start)
"""


class Taken(NamedTuple):
    """Seconds that a student waits for a cell, and those the kernel's processor works on it."""

    waited: float
    worked: float


def import_times(repeats: int) -> list[float]:
    """Return seconds that ``import convkit`` adds, each in a fresh process."""
    times = []
    for _ in range(repeats + 1):
        result = subprocess.run(
            [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True
        )
        times.append(float(result.stdout))
    return times[1:]  # the first one may compile


def check_times(answers: str, notebooks: str) -> dict[str, Taken]:
    """Return what every instant check takes in a real Jupyter kernel.

    Parameters
    ----------
    answers : {"right", "wrong"}
        The course's own; or the first `WRONG` wrong ones of ``tests/answers``, whose checks also
        look for a misconception and draw a picture.
    notebooks : str
        Pattern of their names.
    """
    wrong: dict[str, list[str]] = {}
    for answer in read_answers() if answers == "wrong" else []:
        if answer.kind != "correct":
            wrong.setdefault(f"{answer.notebook}/{answer.exercise}", []).append(answer.source)
    times: dict[str, Taken] = {}
    for path in sorted((ROOT / "source").glob(f"*/{notebooks}.ipynb")):
        nb = nbformat.read(path, as_version=4)
        for cell in nb.cells:
            cell.source = cell.source.split("### BEGIN HIDDEN TESTS")[0]
        with tempfile.TemporaryDirectory() as folder:
            for file in path.parent.iterdir():
                if file.suffix != ".ipynb":
                    shutil.copy(file, folder)
            client = NotebookClient(
                nb, timeout=300, allow_errors=True, resources={"metadata": {"path": folder}}
            )
            with client.setup_kernel():
                own = ""
                for index, cell in enumerate(nb.cells):
                    if cell.cell_type != "code":
                        continue
                    name = f"{path.stem}/{cell.id.removesuffix('_test')}"
                    if cell.id.endswith("_test"):
                        for number, source in enumerate(wrong.get(name, [])[:WRONG], 1):
                            _run(client, source, index)
                            times[f"{name} {number}"] = _run(client, cell.source, index)
                        if answers == "wrong":
                            _run(client, own, index)
                            continue
                    taken = _run(client, cell.source, index)
                    own = cell.source
                    if cell.id.endswith("_test"):
                        times[name] = taken
    return times


def _run(client: NotebookClient, source: str, index: int) -> Taken:
    """Run a cell, and return what it takes."""
    cell = nbformat.v4.new_code_cell(source)
    client.nb.cells[index] = cell
    assert client.km is not None
    kernel = psutil.Process(client.km.provisioner.pid)
    before, start = kernel.cpu_times(), time.perf_counter()
    client.execute_cell(cell, index)
    waited, after = time.perf_counter() - start, kernel.cpu_times()
    return Taken(waited, after.user + after.system - before.user - before.system)


@contextlib.contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep processors busy meanwhile, as the other users of a shared server do."""
    running = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)
    ]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def main() -> None:
    """Print the figures and whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=11, help="imports to time (default 11)")
    parser.add_argument(
        "--load", type=int, default=2, help="busy processes beside the checks (default 2)"
    )
    parser.add_argument("--notebooks", default="*", help="pattern of their names (default *)")
    options = parser.parse_args()
    print(
        f"machine: {platform.machine()}, {platform.system()}, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors, torch's default threads; one minute's load "
        f"{os.getloadavg()[0]:.1f} before"
    )
    times = [1000 * t for t in import_times(options.repeats)]
    median = statistics.median(times)
    print(
        f"import convkit after torch and pyplot: median {median:.1f} ms, "
        f"{min(times):.1f} to {max(times):.1f} over {len(times)} processes; goal under 50 ms: "
        f"{'met' if median < 50 else 'NOT met'}"
    )
    for answers in ("right", "wrong"):
        with busy(options.load):
            times_of = check_times(answers, options.notebooks)
        slowest = sorted(times_of, key=lambda name: times_of[name].waited)[: -1 - SLOWEST : -1]
        waited, worked = (
            statistics.median(times) for times in zip(*times_of.values(), strict=True)
        )
        most = max(times_of, key=lambda name: times_of[name].worked)
        met = waited < 0.3 and times_of[slowest[0]].waited < 1
        print(
            f"checks of {answers} answers beside {options.load} busy processes: {len(times_of)}, "
            f"median {1000 * waited:.0f} ms ({1000 * worked:.0f} ms of processor time); slowest "
            + ", ".join(f"{name} {_in_words(times_of[name])}" for name in slowest)
            + f"; most processor time {most} {_in_words(times_of[most])}"
            + f"; goal under 300 and 1000 ms: {'met' if met else 'NOT met'}"
        )


def _in_words(taken: Taken) -> str:
    return f"{1000 * taken.waited:.0f} ms ({1000 * taken.worked:.0f})"


if __name__ == "__main__":
    main()
