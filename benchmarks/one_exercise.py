"""Time a notebook of one exercise from its bytes to its verdict, on a worker that is warm.

What a service needs that answers while the student waits: reading and rebuilding the submission,
a student's process and the grader's, both in the box, the verdict and the notebook to show. The
worker's part of `convgrade grade` does it here, without a scheduler around it. The notebook is
that of the tests with one function to write, two tests, and NumPy. Run from the course's folder on
a machine that does nothing else:

    .venv/bin/python benchmarks/one_exercise.py

Exit status: 1 if a verdict is wrong, else 0, whether or not the goal is met.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from nbgrader.converters import Autograde  # noqa: E402
from nbgrader.coursedir import CourseDirectory  # noqa: E402
from reference import processor, verdict  # noqa: E402
from tiny import FULL, MEANS, RIGHT, Tiny  # noqa: E402
from traitlets.config import PyFileConfigLoader  # noqa: E402

from convgrade.classroom.fit import missing_layers  # noqa: E402
from convgrade.classroom.grade import grade  # noqa: E402
from convgrade.classroom.lists import split_lists  # noqa: E402
from convgrade.classroom.runner import ClassRunner  # noqa: E402
from convgrade.classroom.task import Result, Task  # noqa: E402
from convgrade.plugins.course import source_folder  # noqa: E402

GOAL = 0.1  # seconds
WARM = 5  # times before the first that counts


def task(root: Path) -> Task:
    """Return what a worker gets for a right answer to the exercise; the course is made anew."""
    course = Tiny.make(root)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    folder = CourseDirectory(config=config, root=str(root), assignment_id=course.assignment)
    converter = Autograde(coursedir=folder, config=config)
    runner = ClassRunner(coursedir=folder, config=config)
    settings = runner._settings(source_folder(folder, course.assignment))
    made = runner._courses(converter, [MEANS], split_lists(converter), settings)
    submission = json.dumps(course.answered(MEANS, RIGHT)).encode()
    return Task(course.assignment, "student", MEANS, submission, "", False, {}, made[MEANS])


def main() -> int:
    """Measure, and print; return 1 where a verdict is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    options = parser.parse_args()
    seconds = []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        given = task(Path(folder))
        for _ in range(WARM + options.times):
            begin = time.perf_counter()
            result = grade(given)
            seconds.append(time.perf_counter() - begin)
            if not isinstance(result, Result) or sum(result.points.values()) != FULL[MEANS]:
                print(f"not what the answer earns: {result}")
                return 1
    measured = sorted(seconds[WARM:])
    median, last = statistics.median(measured), measured[round(0.95 * len(measured)) - 1]
    lacking = ", ".join(missing_layers()) or "none is missing"
    print(f"{processor()}, Python {platform.python_version()}; layers of the box: {lacking}")
    words = f"{median * 1000:.0f} ms, 95 of 100 within {last * 1000:.0f} ms, {len(measured)} times"
    verdict(
        f"one exercise, from bytes to verdict, under {GOAL * 1000:.0f} ms", median < GOAL, words
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
