"""The constructs graded by us, held against stock nbgrader's points: what is not as it should be.

It is kept of which files it is known that nothing is: grading them all takes two minutes.

.venv/bin/python tests/graded_constructs.py    grades all of the files of which it is not known
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from construct_controls import LIBRARIES, kept
from construct_course import FOLDER, STUDENTS, TABLES, graded
from found import Found, Place, digest_of
from gate import ROOT
from same_points import PACKAGES, engine
from test_foreign_course import CONFIG
from tiny import Tiny

RENEW = "run: .venv/bin/python tests/graded_constructs.py"
HERE = ("construct_course.py", "graded_constructs.py")


@cache
def _programs() -> str:
    plug_ins = sorted((ROOT / "convgrade" / "plugins").glob("*.py"))
    files = [*engine(), *plug_ins, *(Path(__file__).with_name(name) for name in HERE)]
    parts = [f"{path.relative_to(ROOT)}\n{path.read_text()}" for path in files]
    return digest_of([*parts, *(f"{name} {version(name)}" for name in (*PACKAGES, *LIBRARIES))])


def digest(place: Place) -> str:
    """Return what tells whether it is known of a file, stock's points, and what grades it."""
    (book,) = place
    return digest_of([repr(TABLES[book]), repr(kept().get(book)), CONFIG, _programs()])


FOUND = Found(FOLDER / "graded.json", digest, every=4)


def today(books: Sequence[str]) -> list[str]:
    """Return which files of constructs a run of the tests grades: a sample of those known."""
    known = [book for book in books if FOUND.fresh((book,))]
    some = FOUND.sample((known[0],), known) if known else []
    return [book for book in books if book in some or book not in known]


def unlike(course: Tiny, book: str) -> list[str]:
    """Say what of a file that is graded in a course is not as it should be."""
    found = {student: course.grades(student) for student in STUDENTS}
    stock = kept()[book]["points"]
    assert isinstance(stock, dict)
    lines = []
    for name, case in TABLES[book].items():
        cell = f"{name}_test"
        theirs = 1.0 if "differs" in case else stock["model"][cell]
        expected = (None, None, True) if "waits" in case else (theirs, None, False)
        if found["model"][cell] != expected:
            lines.append(f"{name}: model solution {found['model'][cell]}, not {expected}")
        elif "waits" in case:
            comment = course.comment("model", name, book)
            said = re.search("^Waits for a person: ", comment, re.M)
            if not said or case["waits"].replace("`", "'") not in comment:
                lines.append(f"{name}: says {comment!r}, not {case['waits']!r}")
        lines += [
            f"{name}: {student} {found[student][cell]}, on stock {stock[student][cell]}"
            for student in ("wrong", "blank")
            if not _is_refused(student, case, found[student][cell], stock[student][cell] or 0.0)
        ]
    return lines


def _is_refused(
    student: str,
    case: dict[str, str],
    found: tuple[float | None, float | None, bool],
    stock: float,
) -> bool:
    """Tell whether a wrong answer earns no more than on stock.

    Where the model solution's verdict does not wait, neither does this one's.
    """
    auto, _, waits = found
    if student == "wrong" and "wrong_waits" in case:
        return (auto, waits) == (None, True)
    if "waits" in case:
        return (auto or 0.0) <= stock
    refused = "differs" in case or "student_decides" in case
    return (auto, waits) == (0.0 if refused else stock, False) and (auto or 0.0) <= stock


def graded_alone(place: Place) -> list[str]:
    """Grade a file by itself, and say what is not as it should be."""
    (book,) = place
    with tempfile.TemporaryDirectory() as folder:
        return unlike(graded(Path(folder), CONFIG, (book,)), book)


def main() -> int:
    """Grade what is not known, two files at a time, and keep where all is as it should be."""
    longest = sorted(TABLES, key=lambda book: -len(TABLES[book]))
    return FOUND.renew([(book,) for book in longest], graded_alone)


if __name__ == "__main__":
    sys.exit(main())
