"""Time what the trusted path costs: `nbgrader autograde` on one notebook, stock and ours.

Goal: less than 30% more than stock. Both sides grade the same notebook in turns, whole
commands as an instructor types them. Run from the course's folder:

    .venv/bin/python benchmarks/trusted.py
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

ROOT = Path(__file__).resolve().parent.parent
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "convolution-is-a-matrix"
c.Execute.timeout = 60
import os, sys, warnings
from pathlib import Path
warnings.filterwarnings("ignore", message="Object of type <Submitted")
os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
os.environ.setdefault("OMP_NUM_THREADS", "1")
"""


def nbgrader(course: Path, *args: str) -> float:
    """Run an nbgrader command; return its seconds."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "nbgrader", *args, "--log-level=ERROR"],
        cwd=course, check=True, capture_output=True,
    )  # fmt: skip
    return time.perf_counter() - start


def make_course(root: Path, notebook: str, config: str) -> None:
    """Make a course with one notebook and one submission that answers everything."""
    source = root / "source" / "toeplitz"
    source.mkdir(parents=True)
    shutil.copy(ROOT / "source" / "toeplitz" / f"{notebook}.ipynb", source)
    shutil.copy(ROOT / "source" / "toeplitz" / "convkit.zip", source)
    (root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
    nbgrader(root, "generate_assignment", "toeplitz")
    answers = ROOT / "submitted" / "perfect" / "toeplitz"
    for number in range(2):
        target = root / "submitted" / f"student{number}" / "toeplitz"
        target.mkdir(parents=True)
        shutil.copy(answers / f"{notebook}.ipynb", target)
        shutil.copy(ROOT / "source" / "toeplitz" / "convkit.zip", target)
    (root / "nbgrader_config.py").write_text(config)


def main() -> None:
    """Print medians and ranges, for a command with one notebook and for each further one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebook", default="1_toeplitz_1d")
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sides = {"stock": STOCK, "ours": (ROOT / "nbgrader_config.py").read_text()}
        for side, config in sides.items():
            make_course(Path(folder) / side, options.notebook, config)
        one: dict[str, list[float]] = {side: [] for side in sides}
        two: dict[str, list[float]] = {side: [] for side in sides}
        for repeat in range(options.repeats + 1):
            for side in sides:
                course = Path(folder) / side
                first = nbgrader(course, "autograde", "toeplitz", "--force", "--student=student0")
                both = nbgrader(course, "autograde", "toeplitz", "--force")
                if repeat:  # the first one fills caches
                    one[side].append(first)
                    two[side].append(both - first)
    print(f"{platform.machine()}, Python {platform.python_version()}, {options.repeats} runs each")
    for title, times in (("one notebook", one), ("each further notebook", two)):
        for side in sides:
            values = times[side]
            print(
                f"{title}, {side}: median {statistics.median(values):.2f} s "
                f"({min(values):.2f} to {max(values):.2f})"
            )
        extra = statistics.median(times["ours"]) / statistics.median(times["stock"]) - 1
        print(f"{title}: ours takes {extra:+.0%}")


if __name__ == "__main__":
    main()
