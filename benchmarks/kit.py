"""Time what students feel: importing the kit, and every instant check.

Goals: the kit adds under 50 ms to ``import torch, matplotlib.pyplot``; every
check takes under half a second. Run from the course's folder:

    .venv/bin/python benchmarks/kit.py
"""

from __future__ import annotations

import argparse
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
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
    """Return seconds of every visible check in a real Jupyter kernel.

    Parameters
    ----------
    answers : {"right", "wrong"}
        Wrong answers (all ones, in the right shape) also draw a picture.
    """
    times = {}
    for path in sorted((ROOT / "source" / "toeplitz").glob("*.ipynb")):
        nb = nbformat.read(path, as_version=4)
        for cell in nb.cells:
            cell.source = cell.source.split("### BEGIN HIDDEN TESTS")[0]
            if answers == "wrong" and cell.id.endswith("_test"):
                name = cell.source.split("check(")[-1].split(",")[1].strip()
                cell.source = f"if callable({name}):\n    {name} = spoil({name})\n" + cell.source
        spoil = nbformat.v4.new_code_cell(
            "import torch\n"
            "def spoil(f):\n"
            "    def g(*args):\n"
            "        y = f(*args)\n"
            "        return y + 1 if isinstance(y, torch.Tensor) else y\n"
            "    return g"
        )
        nb.cells.insert(0, spoil)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(ROOT / "convkit", Path(folder, "convkit"))
            client = NotebookClient(
                nb, timeout=120, allow_errors=True, resources={"metadata": {"path": folder}}
            )
            with client.setup_kernel():
                for index, cell in enumerate(nb.cells):
                    start = time.perf_counter()
                    client.execute_cell(cell, index)
                    if cell.id.endswith("_test"):
                        times[f"{path.stem}/{cell.id}"] = time.perf_counter() - start
    return times


def main() -> None:
    """Print the figures and whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=11, help="imports to time (default 11)")
    options = parser.parse_args()
    print(
        f"machine: {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    )
    times = [1000 * t for t in import_times(options.repeats)]
    median = statistics.median(times)
    print(
        f"import convkit after torch and pyplot: median {median:.1f} ms, "
        f"{min(times):.1f} to {max(times):.1f} over {len(times)} processes; goal under 50 ms: "
        f"{'met' if median < 50 else 'NOT met'}"
    )
    for answers in ("right", "wrong"):
        times_of = check_times(answers)
        slowest = max(times_of, key=lambda name: times_of[name])
        print(
            f"checks of {answers} answers: {len(times_of)}, median "
            f"{1000 * statistics.median(times_of.values()):.0f} ms, slowest {slowest} "
            f"{1000 * times_of[slowest]:.0f} ms; goal under 500 ms: "
            f"{'met' if times_of[slowest] < 0.5 else 'NOT met'}"
        )


if __name__ == "__main__":
    main()
