"""What the constructs earn on stock nbgrader, kept as data: grading them takes a minute and more.

``python tests/construct_controls.py`` renews the files that are not of today's constructs and
versions.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from construct_course import FOLDER, STUDENTS, TABLES, graded, handed_in, source
from found import read, write
from stock_controls import digest_of
from test_foreign_course import STOCK

KEPT = FOLDER / "controls.json"
RENEW = "run: .venv/bin/python tests/construct_controls.py"
#: What constructs use, besides what grades them.
LIBRARIES = ("numpy", "matplotlib", "pandas", "scipy", "scikit-learn", "torch")

Points = dict[str, dict[str, float | None]]  # by student and test cell


def digest(book: str) -> str:
    """Return what tells whether the control of a file is of these constructs and versions."""
    parts = [cell.source for cell in source(TABLES[book]).cells]
    parts += [repr(handed_in(student, book)) for student in STUDENTS]
    return digest_of(parts, LIBRARIES)


def kept() -> dict[str, dict[str, object]]:
    """Read, by file: the digest, and the points."""
    return read(KEPT)


def by_stock(root: Path, books: Collection[str]) -> dict[str, Points]:
    """Grade files of constructs on stock nbgrader, in an empty folder."""
    course = graded(root, STOCK, books)
    found = {}
    for book in books:
        cells = [f"{name}_test" for name in TABLES[book]]
        points = {student: course.points(student) for student in STUDENTS}
        found[book] = {
            student: {cell: points[student][cell] for cell in cells} for student in STUDENTS
        }
    return found


def main() -> int:
    """Grade on stock nbgrader what has changed, and keep the points."""
    found = {book: row for book, row in kept().items() if book in TABLES}
    old = [book for book in TABLES if found.get(book, {}).get("digest") != digest(book)]
    if old:
        with tempfile.TemporaryDirectory() as folder:
            for book, points in by_stock(Path(folder), old).items():
                found[book] = {"digest": digest(book), "points": points}
        write(KEPT, found)
    print(f"{len(old)} controls renewed, {len(found) - len(old)} were up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
