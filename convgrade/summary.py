"""Print what the gradebook knows about a class: points by submission and by exercise."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry


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


def summarise(gradebook: Gradebook, assignment: str) -> str:
    """Return the summary of one assignment as text.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str

    Raises
    ------
    nbgrader.api.MissingEntry
        When the gradebook has no such assignment.
    """
    submissions = sorted(gradebook.assignment_submissions(assignment), key=lambda s: s.student_id)
    notebooks = sorted(n.name for n in gradebook.find_assignment(assignment).notebooks)
    students = [["submission", *notebooks, "points", "of"]]
    earned: dict[str, list[float]] = {}
    largest: dict[str, float] = {}
    for submission in submissions:
        scores = {n.name: n for n in submission.notebooks}
        cells = [f"{scores[n].score:g}" if n in scores else "-" for n in notebooks]
        students.append(
            [submission.student_id, *cells, f"{submission.score:g}", f"{submission.max_score:g}"]
        )
        for notebook in scores.values():
            for grade in notebook.grades:
                if grade.auto_score is not None and grade.name.endswith("_test"):
                    name = f"{notebook.name}/{grade.name.removesuffix('_test')}"
                    earned.setdefault(name, []).append(grade.auto_score)
                    largest[name] = grade.max_score
    exercises = [["exercise", "mean", "of", "full points"]]
    for name in sorted(earned):
        full = sum(score == largest[name] for score in earned[name])
        exercises.append(
            [
                name,
                f"{statistics.mean(earned[name]):.2f}",
                f"{largest[name]:g}",
                f"{full} of {len(earned[name])}",
            ]
        )
    waiting = sum(submission.needs_manual_grade for submission in submissions)
    note = f"{waiting} of {len(submissions)} submissions wait for a written answer to be graded."
    return f"{table(students)}\n\n{table(exercises)}\n\n{note}"


def main(argv: list[str] | None = None) -> int:
    """Print the summary of an assignment and where its files are."""
    parser = argparse.ArgumentParser(prog="python -m convgrade.summary", description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("--db", default="sqlite:///gradebook.db", help="the gradebook's URL")
    parser.add_argument("--course", default="convolution-is-a-matrix", help="the course's id")
    options = parser.parse_args(argv)
    if options.db.startswith("sqlite:///") and not Path(options.db[10:]).exists():
        print(
            f"There is no gradebook at {options.db}: run `make demo` or nbgrader autograde first."
        )
        return 1
    with Gradebook(options.db, options.course) as gradebook:
        try:
            print(summarise(gradebook, options.assignment))
        except MissingEntry:
            known = ", ".join(a.name for a in gradebook.assignments) or "none"
            print(f"The gradebook has no assignment {options.assignment!r}; it has: {known}.")
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
