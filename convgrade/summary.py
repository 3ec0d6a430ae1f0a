"""Print what the gradebook knows about a class: points by submission and by exercise."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence

from convgrade.report.gradebook import Book, ReportError, read_gradebook


def table(rows: Sequence[Sequence[str]]) -> str:
    """Align rows of text: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            word.ljust(w) if i == 0 else word.rjust(w)
            for i, (word, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def summarise(book: Book) -> str:
    """Return the summary of one assignment as text.

    Parameters
    ----------
    book : Book
        What the gradebook knows about it.
    """
    notebooks = sorted({cell.notebook for cell in book.cells})
    largest = sum(cell.points for cell in book.cells)
    sums: dict[tuple[str, str], float] = {}
    earned: dict[tuple[str, str], list[float]] = {}
    for grade in book.grades:
        key = grade.student, grade.notebook
        sums[key] = sums.get(key, 0.0) + (grade.score or 0.0)
        if grade.auto is not None:
            earned.setdefault((grade.notebook, grade.grade_id), []).append(grade.auto)
    late = ["late"] if book.penalties else []
    students = [["submission", *notebooks, *late, "points", "of"]]
    for student in book.graded:
        points = [sums.get((student, notebook)) for notebook in notebooks]
        penalty = book.penalties.get(student, 0.0)
        total = max(0.0, sum(p for p in points if p is not None) - penalty)  # as nbgrader exports
        students.append(
            [
                student,
                *("-" if p is None else f"{p:g}" for p in points),
                *([f"{-penalty:g}" if penalty else ""] if late else []),
                f"{total:g}",
                f"{largest:g}",
            ]
        )
    exercises = [["exercise", "mean", "of", "full points"]]
    for cell in sorted(book.cells, key=lambda cell: (cell.notebook, cell.grade_id)):
        scores = earned.get((cell.notebook, cell.grade_id), [])
        if cell.written or not scores:
            continue
        exercises.append(
            [
                f"{cell.notebook}/{cell.grade_id.removesuffix('_test')}",
                f"{statistics.mean(scores):.2f}",
                f"{cell.points:g}",
                f"{sum(score >= cell.points for score in scores)} of {len(scores)}",
            ]
        )
    waiting = len({grade.student for grade in book.grades if grade.waiting})
    note = f"{waiting} of {len(book.graded)} submissions wait for a person to grade an answer."
    return f"{table(students)}\n\n{table(exercises)}\n\n{note}"


def main(argv: list[str] | None = None) -> int:
    """Print the summary of an assignment and where its files are."""
    parser = argparse.ArgumentParser(prog="python -m convgrade.summary", description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("--db", default="sqlite:///gradebook.db", help="the gradebook's URL")
    options = parser.parse_args(argv)
    try:
        print(summarise(read_gradebook(options.db, options.assignment)))
    except ReportError as stop:
        print(stop)
        return 1
    print(
        f"\nGraded notebooks   autograded/<submission>/{options.assignment}/"
        f"\nFeedback pages     feedback/<submission>/{options.assignment}/*.html"
        "\nPoints, every cell grades.csv"
        f"\nClass report       report/{options.assignment}.html, numbers in "
        f"report/{options.assignment}/*.csv"
        "\nGrade by hand      .venv/bin/jupyter lab, then Nbgrader > Formgrader"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
