"""Time a class of another course: stock nbgrader, and `convgrade grade` after `convgrade init`.

The courses are those of tests/courses, in which nothing knows this package: one with pandas, one
that plots, one with classes. Every student hands in the model's answers. Sides take turns; stock
grades two classes of other sizes, and its time for the whole one follows from what a further
student takes. Points are compared between the two sides. Run from the course's folder:

    .venv/bin/python benchmarks/other_course.py

Exit status: 1 if a command failed or points differ which `convgrade check` does not list, else 0.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import nbformat  # noqa: E402 (as all below, found on the path since the line above)
from reference import processor  # noqa: E402
from small_courses import COURSES, answers, make  # noqa: E402
from tiny import Tiny  # noqa: E402

# Stock nbgrader starts `alembic` by its name.
os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
FEW = 2, 6  # students that stock grades: the first are dearer than the others


def run(course: Tiny, *words: str, may_wait: bool = False) -> float:
    """Run a module of this Python; return its seconds. With status 1 a person must look."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=course.root, capture_output=True, text=True
    )
    seconds = time.perf_counter() - begin
    if done.returncode not in ({0, 1} if may_wait else {0}):
        sys.exit(f"{' '.join(words)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return seconds


def made(root: Path, name: str, students: int, ours: bool) -> Tiny:
    """Return a course with a class that has handed in."""
    course = make(root, name)
    if ours:
        run(course, "convgrade", "init")
    run(course, "nbgrader", "generate_assignment", name)
    given = course.answered(name, answers(COURSES[name]))
    for number in range(students):
        place = course.folder(f"s{number:03}")
        place.mkdir(parents=True)
        nbformat.write(given, place / f"{name}.ipynb")
    return course


def graded(
    root: str, name: str, students: int, ours: bool = False
) -> tuple[float, dict[str, dict[str, float | None]]]:
    """Return the seconds of grading a class in an empty folder, and the points of two students."""
    course = made(Path(root), name, students, ours)
    if ours:
        seconds = run(course, "convgrade", "grade", name, "--workers", "2", may_wait=True)
    else:
        seconds = run(course, "nbgrader", "autograde", name)
    return seconds, {student: course.points(student) for student in ("s000", "s001")}


def main() -> int:
    """Measure, and print a table; return 1 where points differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{processor()}, Python {platform.python_version()}, {options.students} students")
    print(f"{options.rounds} rounds, two workers; seconds a notebook: median (least to most)")
    different = False
    for name in COURSES:
        stock, ours = [], []
        for _ in range(options.rounds):
            with contextlib.ExitStack() as stack:
                roots = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in range(3)]
                few, _ = graded(roots[0], name, FEW[0])
                more, theirs = graded(roots[1], name, FEW[1])
                seconds, here = graded(roots[2], name, options.students, ours=True)
            further = (more - few) / (FEW[1] - FEW[0])
            stock.append((few + further * (options.students - FEW[0])) / options.students)
            ours.append(seconds / options.students)
            told = {f"{n}_test" for n, case in COURSES[name].items() if "check" in case}
            for student, points in here.items():
                there = theirs[student]
                wrong = {n: p for n, p in points.items() if n not in told and p != there[n]}
                different |= bool(wrong)
                if wrong:
                    print(f"{name}, {student}: {wrong}, by stock {there}")
        times = statistics.median(a / b for a, b in zip(stock, ours, strict=True))
        print(f"{name:8} stock {spread(stock)}  convgrade {spread(ours)}  {times:.1f} times")
    return int(different)


def spread(values: list[float]) -> str:
    """Return the median, the least and the most."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    sys.exit(main())
