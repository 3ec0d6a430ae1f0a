"""Measures `convgrade report` and the summary for a large class, which is made up here.

    .venv/bin/python benchmarks/report.py

The notebooks are those of the graded demo class in autograded/, each with records of its
tests, drawn at random, in the place of its own. Reading, computing and writing are what an
instructor waits for; making the class is not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from reference import processor  # noqa: E402  # needs the line above
from written_class import Course, Given, Key, output, record, write_gradebook  # noqa: E402

ASSIGNMENT = "toeplitz"
IDEAS = [
    (f"M{i:02}", f"invented misconception {i}", f"notebook {i % 5 + 1}") for i in range(1, 31)
]
PARTS = ("the shape", "the visible cases", "random kernels and sizes", "edge cases")


def read_course() -> Course:
    """Return the points of every exercise, from the source notebooks."""
    course = Course({}, assignment=ASSIGNMENT)
    written = set()
    for path in sorted((ROOT / "source" / ASSIGNMENT).glob("*.ipynb")):
        here = course.points[path.stem] = {}
        for cell in json.loads(path.read_text())["cells"]:
            mark = cell["metadata"].get("nbgrader", {})
            if mark.get("grade"):
                name = mark["grade_id"].removesuffix("_test")
                here[name] = float(mark["points"])
                if mark.get("solution"):
                    written.add((path.stem, name))
    course.written = frozenset(written)
    return course


def draw_student(course: Course, rng: random.Random) -> dict[Key, Given]:
    """Draw a student: the stronger one is, the more parts pass; some cells crash or stay blank."""
    strength, given = rng.gauss(0.7, 1), {}
    for i, key in enumerate(course.keys):
        points = course.points[key[0]][key[1]]
        if key in course.written:
            given[key] = Given(None, waiting=True)
            continue
        luck, comment, ideas = strength + rng.gauss(0, 1) - i % 5 / 4, "", []
        verdicts = ["passed" if luck > j / 3 - 0.3 else "failed" for j in range(len(PARTS))]
        if rng.random() < 0.05:
            verdicts, comment = ["blank"] * len(PARTS), "No response."
        elif rng.random() < 0.05:
            comment = (
                "Repaired: Locked cells come from the course: the text of this one was changed."
            )
        elif rng.random() < 0.01:
            given[key] = Given(0.0, comment="Your code made Python exit or crash.")
            continue
        elif "failed" in verdicts and rng.random() < 0.4:
            ideas = [IDEAS[(i + int(3 * rng.random() ** 2)) % len(IDEAS)]]
        parts = [(name, points / len(PARTS), v) for name, v in zip(PARTS, verdicts, strict=True)]
        found = record(key[1], points, parts, ideas)
        for part in found["parts"]:  # as long as real ones
            if part["verdict"] == "failed":
                part |= {"inputs": "w" * 80, "expected": "e" * 120, "yours": "y" * 120}
                part["picture"] = {"shape": [24, 40], "rows": ["..xo" * 10] * 16}
        given[key] = Given(found["earned"], comment=comment, record=found)
    return given


def templates(course: Course) -> dict[str, list[list[str]]]:
    """Return the demo class's notebooks by name: text, exercise, text, exercise, ..., text.

    Where an exercise stands between texts goes the output of its test.
    """
    found: dict[str, list[list[str]]] = {}
    for path in sorted((ROOT / "autograded").glob(f"*/{ASSIGNMENT}/*.ipynb")):
        nb = json.loads(path.read_text())
        for cell in nb["cells"]:
            mark = cell["metadata"].get("nbgrader", {})
            if mark.get("grade") and not mark.get("solution"):
                name = mark["grade_id"].removesuffix("_test")
                cell["outputs"] = [f"@@{name}@@"]
        pieces = json.dumps(nb, indent=1).split("@@")
        found.setdefault(path.stem, []).append(
            [p.removesuffix('"') if i % 2 == 0 else p for i, p in enumerate(pieces)]
        )
    for texts in found.values():
        for pieces in texts:
            pieces[2::2] = [piece.removeprefix('"') for piece in pieces[2::2]]
    return found


def make(root: Path, students: int, seed: int = 1) -> int:
    """Make the class; return the bytes of its graded notebooks."""
    course, rng = read_course(), random.Random(seed)
    class_ = {f"student{i:05}": draw_student(course, rng) for i in range(students)}
    shutil.copytree(ROOT / "source" / ASSIGNMENT, root / "source" / ASSIGNMENT)
    config = "c = get_config()\nc.CourseDirectory.course_id = 'written'\n"
    (root / "nbgrader_config.py").write_text(config)
    texts, size = templates(course), 0
    times = []
    for student, given in class_.items():
        folder = root / "autograded" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        for name in course.points:
            pieces = list(rng.choice(texts[name]))
            for i in range(1, len(pieces), 2):
                found = given[name, pieces[i]].record
                words = "the messages, line by line " * 40
                shown = output(found) if found else {"output_type": "stream", "text": words}
                shown.get("data", {})["text/plain"] = words
                pieces[i] = json.dumps(shown, indent=1)
            text = "".join(pieces)
            size += len(text)
            (folder / f"{name}.ipynb").write_text(text)
            line: dict[str, Any] = {"assignment": ASSIGNMENT, "student": student, "notebook": name}
            times.append(json.dumps({**line, "seconds": round(rng.lognormvariate(-1, 0.5), 3)}))
    (root / ".convgrade.times").write_text("\n".join(times))
    write_gradebook(f"sqlite:///{root / 'gradebook.db'}", course, class_)
    return size


COMMANDS = ("convgrade report", "convgrade.summary")


def run(root: Path, words: str) -> tuple[float, float]:
    """Run a command; return its seconds by the clock and of the processors."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *words.split(), ASSIGNMENT],
        cwd=root, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Make a class, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--students", type=int, default=3000, help="default: %(default)s")
    parser.add_argument("--repeats", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--keep", type=Path, help="make the class there, and leave it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        root = options.keep or Path(folder)
        start = time.perf_counter()
        size = make(root, options.students)
        print(
            f"{processor()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}; load "
            f"{os.getloadavg()[0]:.1f}\n{options.students} students, "
            f"{len(list(root.glob('autograded/*/*/*.ipynb')))} notebooks of {size / 1e6:.0f} MB, "
            f"made in {time.perf_counter() - start:.0f} s",
            flush=True,
        )
        for words in COMMANDS:
            runs = [run(root, words) for _ in range(options.repeats)]
            for what, values in zip(
                ("by the clock", "of processors"), zip(*runs, strict=True), strict=True
            ):
                print(
                    f"{words}: {statistics.median(values):.1f} s {what} (median of "
                    f"{len(values)}; {min(values):.1f} to {max(values):.1f})"
                )
        page = root / "report" / f"{ASSIGNMENT}.html"
        tables = list((root / "report" / ASSIGNMENT).glob("*.csv"))
        print(
            f"the page has {page.stat().st_size / 1e6:.2f} MB, the {len(tables)} CSV files "
            f"{sum(path.stat().st_size for path in tables) / 1e6:.2f} MB"
        )


if __name__ == "__main__":
    main()
