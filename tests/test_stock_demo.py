"""The demo class, graded by stock nbgrader: what it earns there it earns here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import ROOT, make_course, run_nbgrader
from demo_class import ASSIGNMENT, automatic_points, expected_points, submissions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

#: nbgrader's defaults but for the time a cell may take, which the slow submission needs.
STOCK = """
import os, sys, warnings
from pathlib import Path
c = get_config()
c.CourseDirectory.course_id = "convolution-is-a-matrix"
c.Execute.timeout = 60
warnings.filterwarnings("ignore", message="Object of type <Submitted")
os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
os.environ.setdefault("OMP_NUM_THREADS", "1")
"""

# Of a kernel that dies stock nbgrader grades nothing, and of damaged notebooks it loses cells.
HONEST = [s.name for s in submissions() if not s.damaged and s.name != "kernel-death"]


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade the class with nbgrader's own preprocessors; return the course."""
    root = make_course(tmp_path_factory.mktemp("stock"))
    run_nbgrader(root, "generate_assignment", ASSIGNMENT)
    (root / "nbgrader_config.py").write_text(STOCK)
    for name in HONEST:
        shutil.copytree(ROOT / "submitted" / name, root / "submitted" / name)
    run_nbgrader(root, "autograde", ASSIGNMENT, "--log-level=ERROR")
    return root


@pytest.mark.parametrize("name", HONEST)
def test_stock_nbgrader_gives_the_same_points(stock: Path, name: str) -> None:
    """The table is what our own path gives: tests/test_demo_class.py."""
    assert automatic_points(stock, name) == expected_points()[name]
