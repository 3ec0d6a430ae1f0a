"""What the demo class earns on stock nbgrader, kept as data: grading it takes many minutes.

``python tests/demo_controls.py`` renews what is not of today's course, submissions and versions.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import nbformat
from conftest import ROOT, make_course, run_nbgrader
from demo_class import Submission, automatic_points, submissions
from found import read, write
from stock_controls import digest_of

KEPT = Path(__file__).with_suffix(".json")
#: Of a kernel that dies stock nbgrader grades nothing, and of damaged notebooks it loses cells.
HONEST = [s for s in submissions() if not s.damaged and s.name != "kernel-death"]
#: nbgrader's defaults but for times: of a cell, which the slow submission needs, and of waits for
#: a kernel and for its outputs, which a busy machine needs (stock goes on without late outputs).
STOCK = """
import os, sys, warnings
from pathlib import Path
c = get_config()
c.CourseDirectory.course_id = "convolution-is-a-matrix"
c.Execute.timeout = 300
c.Execute.startup_timeout = 300
c.Execute.iopub_timeout = 60
warnings.filterwarnings("ignore", message="Object of type <Submitted")
os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
os.environ.setdefault("OMP_NUM_THREADS", "1")
"""
#: Stock kernels choose their ports before they bind them: beside other tests now and then one is
#: taken by then, the kernel dies, and the submission is not graded. A further run grades the rest.
RUNS = 3

Points = dict[str, float]  # by exercise


def key(submission: Submission) -> str:
    """Return by which name a submission is kept."""
    return f"{submission.assignment}/{submission.name}"


def digest(submission: Submission) -> str:
    """Return what tells whether a control is of this code, of course and student, and versions."""
    folders = [ROOT / "source", ROOT / "submitted" / submission.name]
    parts = []
    for folder in folders:
        for path in sorted((folder / submission.assignment).glob("*.ipynb")):
            cells = nbformat.read(path, as_version=4).cells
            parts += [path.name, *(cell.source for cell in cells if cell.cell_type == "code")]
    return digest_of(parts)


def kept() -> dict[str, dict[str, object]]:
    """Read, by submission: the digest, and the points by exercise."""
    return read(KEPT)


def by_stock(root: Path, chosen: Iterable[Submission]) -> dict[str, Points]:
    """Grade submissions with nbgrader's own preprocessors in an empty folder."""
    chosen = list(chosen)
    assignments = sorted({submission.assignment for submission in chosen})
    for assignment in assignments:
        make_course(root, assignment=assignment)
        run_nbgrader(root, "generate_assignment", assignment)
    (root / "nbgrader_config.py").write_text(STOCK)
    for s in chosen:
        place = Path("submitted", s.name, s.assignment)
        shutil.copytree(ROOT / place, root / place)
    for assignment in assignments:
        for _ in range(RUNS):
            run = run_nbgrader(root, "autograde", assignment, "--log-level=ERROR", check=False)
            if run.returncode == 0:
                break
        assert run.returncode == 0, run.stdout + run.stderr
    return {key(s): automatic_points(root, s.assignment, s.name) for s in chosen}


def main() -> int:
    """Grade on stock nbgrader what has changed, and keep the points."""
    known = {key(s): s for s in HONEST}
    found = {name: row for name, row in kept().items() if name in known}
    old = [s for s in HONEST if found.get(key(s), {}).get("digest") != digest(s)]
    if old:
        with tempfile.TemporaryDirectory() as folder:
            graded = by_stock(Path(folder), old)
        for name, points in graded.items():
            found[name] = {"digest": digest(known[name]), "points": points}
        write(KEPT, found)
    print(f"{len(old)} controls renewed, {len(found) - len(old)} were up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
