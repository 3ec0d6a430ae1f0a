"""`nbgrader autograde` records a notebook at once or not at all, and reads the course once."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import MEANS, POINTS, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

OURS = "convgrade.plugins.save.SaveVerdicts"
WATCHED = '''
import os
import nbformat
from pathlib import Path
from convgrade.plugins import save

class Ending(save.SaveVerdicts):
    """Fails once the first score of a notebook has been recorded."""

    def _add_comment(self, cell, resources):
        super()._add_comment(cell, resources)
        if cell.metadata.nbgrader.grade_id == "double" and self.student_id == "abe":
            raise RuntimeError("the disk has gone")

first = nbformat.read

def read(path, *args, **options):
    with open(Path(__file__).with_name("read"), "a") as file:
        file.write(f"{os.path.normpath(str(path))}\\n")
    return first(path, *args, **options)

nbformat.read = read
'''


def test_a_notebook_is_recorded_at_once_and_the_course_read_once(tmp_path: Path) -> None:
    course = Tiny.make(tmp_path)
    for student in ("abe", "bob", "zoe"):
        course.hand_in(student)
    (course.root / "watched.py").write_text(WATCHED)
    config = course.root / "nbgrader_config.py"
    text = config.read_text()
    assert OURS in text
    config.write_text(text.replace(OURS, "watched.Ending"))
    said = course.grade(status=1)
    assert "the disk has gone" in said
    assert set(course.points("abe").values()) == {None}  # total_test stands before it
    right = {name: points for name, points in POINTS.items() if name != "why"}
    assert course.points("bob") == course.points("zoe") == right
    read = (course.root / "read").read_text().splitlines()
    for place in ("source", "release"):  # nothing watches before the first notebook has run
        assert sum(path.endswith(f"{place}/tiny/{MEANS}.ipynb") for path in read) == 1
    config.write_text(text)
    course.grade()
    assert course.points("abe") == right
