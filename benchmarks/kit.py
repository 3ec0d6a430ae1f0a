"""Time what students feel: importing the kit, and every instant check.

Goals: the kit adds under 50 ms to ``import torch, matplotlib.pyplot``; every
check, pictures included, takes under 0.3 s at the median and under 1 s at worst on
two processors with two other busy processes. Run from the course's folder:

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

import nbformat
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


def import_times(repeats: int) -> list[float]:
    """Return seconds that ``import convkit`` adds, each in a fresh process."""
    times = []
    for _ in range(repeats + 1):
        result = subprocess.run(
            [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True
        )
        times.append(float(result.stdout))
    return times[1:]  # the first one may compile


def check_times(answers: str) -> dict[str, float]:
    """Return seconds of every instant check in a real Jupyter kernel.

    Parameters
    ----------
    answers : {"right", "wrong"}
        The course's own; or the first `WRONG` wrong ones of ``tests/answers``, whose checks also
        look for a misconception and draw a picture.
    """
    wrong: dict[str, list[str]] = {}
    for answer in read_answers() if answers == "wrong" else []:
        if answer.kind != "correct":
            wrong.setdefault(f"{answer.notebook}/{answer.exercise}", []).append(answer.source)
    times = {}
    for path in sorted((ROOT / "source").glob("*/*.ipynb")):
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
                    seconds = _run(client, cell.source, index)
                    own = cell.source
                    if cell.id.endswith("_test"):
                        times[name] = seconds
    return times


def _run(client: NotebookClient, source: str, index: int) -> float:
    """Run a cell, and return the seconds that a student waits for it."""
    cell = nbformat.v4.new_code_cell(source)
    client.nb.cells[index] = cell
    start = time.perf_counter()
    client.execute_cell(cell, index)
    return time.perf_counter() - start


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
            times_of = check_times(answers)
        slowest = sorted(times_of, key=lambda name: times_of[name])[: -1 - SLOWEST : -1]
        median = statistics.median(times_of.values())
        met = median < 0.3 and times_of[slowest[0]] < 1
        print(
            f"checks of {answers} answers beside {options.load} busy processes: "
            f"{len(times_of)}, median {1000 * median:.0f} ms; slowest "
            + ", ".join(f"{name} {1000 * times_of[name]:.0f} ms" for name in slowest)
            + f"; goal under 300 and 1000 ms: {'met' if met else 'NOT met'}"
        )


if __name__ == "__main__":
    main()
