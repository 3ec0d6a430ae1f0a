"""The demo class, graded by stock nbgrader: what it earns there it earns here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import ROOT, make_course, run_nbgrader
from demo_class import automatic_points, expected_points, submissions
from gate import assignments

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

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

# Of a kernel that dies stock nbgrader grades nothing, and of damaged notebooks it loses cells.
HONEST = [
    (s.assignment, s.name) for s in submissions() if not s.damaged and s.name != "kernel-death"
]


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade the class with nbgrader's own preprocessors; return the course."""
    root = tmp_path_factory.mktemp("stock")
    for assignment in assignments():
        make_course(root, assignment=assignment)
        run_nbgrader(root, "generate_assignment", assignment)
    (root / "nbgrader_config.py").write_text(STOCK)
    for assignment, name in HONEST:
        shutil.copytree(
            ROOT / "submitted" / name / assignment, root / "submitted" / name / assignment
        )
    for assignment in assignments():
        for _ in range(RUNS):
            run = run_nbgrader(root, "autograde", assignment, "--log-level=ERROR", check=False)
            if run.returncode == 0:
                break
        assert run.returncode == 0, run.stdout + run.stderr
    return root


@pytest.mark.parametrize(("assignment", "name"), HONEST)
def test_stock_nbgrader_gives_the_same_points(stock: Path, assignment: str, name: str) -> None:
    """The table is what our own path gives: tests/test_demo_class.py."""
    assert automatic_points(stock, assignment, name) == expected_points()[assignment, name]
