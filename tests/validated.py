"""What `nbgrader validate` says about each notebook, found once, as that takes a minute and more.

.venv/bin/python tests/validated.py    validates the notebooks of which it is not known
"""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import nbformat
import stock_controls
from conftest import ROOT, make_course, run_nbgrader
from found import Found, Place, digest_of
from gate import ANSWERS, notebooks
from mutant_record import graders

RENEW = "run: .venv/bin/python tests/validated.py"
ALL_PASS = "Success! Your notebook passes all the tests."


@cache
def digest(place: Place) -> str:
    """Return what tells whether it is of this notebook and its release, kit, rubric, versions."""
    assignment, name = place
    texts = [
        ROOT / "source" / assignment / f"{name}.ipynb",
        ROOT / "release" / assignment / f"{name}.ipynb",
        ROOT / "nbgrader_config.py",
    ]
    return digest_of(
        [*(path.read_text() for path in texts), graders(), stock_controls.digest_of([])]
    )


FOUND = Found(ANSWERS / "validated.json", digest)
_EVERYTHING = int(digest_of(map(digest, notebooks())), 16)
#: All of which it is not known; where there are none, one, another when anything changes.
TRIED = [place for place in notebooks() if not FOUND.fresh(place)] or [
    notebooks()[_EVERYTHING % len(notebooks())]
]


def misjudged(course: Path, place: Place) -> str:
    """Validate a notebook of a course, its source and its release; say what is not as it should.

    The source passes. Of the release every test cell fails, as nothing is answered there.
    """
    assignment, name = place
    path = f"{assignment}/{name}.ipynb"
    cells = nbformat.read(course / "release" / path, 4).cells
    tests = sum("points" in cell.metadata.get("nbgrader", {}) for cell in cells)
    wanted = {
        "source": ALL_PASS,
        "release": f"VALIDATION FAILED ON {tests} CELL(S)",
    }
    for folder, words in wanted.items():
        run = run_nbgrader(course, "validate", f"{folder}/{path}")
        if words not in run.stdout + run.stderr:
            return f"{folder}/{path}: {run.stdout + run.stderr}"
    return ""


def main() -> int:
    """Validate what is not known, and keep where all is as it should be."""
    wrong = {}
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        for assignment in {assignment for assignment, _ in notebooks()}:
            make_course(course, assignment=assignment)
            run_nbgrader(course, "generate_assignment", assignment)
        for place in notebooks():
            if not FOUND.fresh(place):
                wrong[place] = misjudged(course, place)
                print("/".join(place), wrong[place] or "as it should be", flush=True)
    FOUND.keep(place for place in notebooks() if not wrong.get(place))
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
