"""How long grading took, kept for the class report: a line for every notebook of every run."""

from __future__ import annotations

import json
import math
from pathlib import Path

__all__ = ["note_time", "read_times", "times_file"]


def times_file(log: Path) -> Path:
    """Return the file that stands beside a run's log.

    Not the log itself: that quotes what students' code says, which could look like a time.
    """
    return log.with_suffix(".times")


def note_time(path: Path, assignment: str, student: str, notebook: str, seconds: float) -> None:
    """Add a line; a run that is killed leaves at worst half a line, which nobody believes.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    line = {
        "assignment": assignment,
        "student": student,
        "notebook": notebook,
        "seconds": round(seconds, 3),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{json.dumps(line)}")  # the break first: it ends half a line


def read_times(path: Path, assignment: str) -> dict[tuple[str, str], float]:
    """Return the seconds of the last time, by student and notebook; empty without a file."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return {}
    found = {}
    for line in lines:
        try:
            entry = json.loads(line)
            if entry["assignment"] == assignment and math.isfinite(entry["seconds"]):
                found[str(entry["student"]), str(entry["notebook"])] = float(entry["seconds"])
        except (ValueError, KeyError, TypeError):
            continue
    return found
