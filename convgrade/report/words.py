"""What the report says besides its tables: counts of the whole, and definitions."""

from __future__ import annotations

from convgrade.report.build import Report
from convgrade.report.statistics import BINS, FEWEST

__all__ = ["DEFINITIONS", "missing_information", "overview"]

DEFINITIONS = {
    "Points": "As the gradebook counts them: what a person gave, else what the tests gave. An "
    "answer that waits for a person counts 0 until then; penalties for lateness are not taken "
    "off.",
    "Difficulty (p)": "The mean share of an exercise's points over all graded submissions, from "
    "0 (nobody has any) to 1 (everybody has all). A hard exercise has a low p. An exercise that "
    "was left out counts 0; of those who answered has a column of its own in exercises.csv.",
    "No p, no r": "While fewer than half have points for an exercise, it has neither p nor r: a "
    "person has to grade it first.",
    "Discrimination (r)": "The correlation of an exercise's points with the points in all other "
    "exercises (corrected item-total correlation), from -1 to 1. From 0.3 it separates strong "
    "from weak submissions well, below 0.1 hardly; below 0 those who are strong elsewhere do "
    "worse here, so look at the exercise. Exercises that somebody waits for are left out of the "
    f"total. Below {FEWEST} submissions, and where all have the same points, there is none.",
    "Standard deviation (sd)": "That of a sample: divided by the number of submissions less 1.",
    "Quartiles": "A quarter of the submissions lies below the lower one, a quarter above the "
    f"upper one. Histograms have {BINS} classes of equal width; each holds its lower end.",
    "Misconception": "Named only where an answer equals what the wrong idea gives on at least "
    "two random inputs: there are at least as many students who have it.",
    "Points lost a submission": "What the answers in question miss of their points, divided by "
    "all graded submissions. Where an answer shows two misconceptions, they share it.",
    "Reteach first": "Misconceptions before exercises, since one explanation can remove them; "
    "both in the order of the points lost a submission. What costs less than a hundredth of all "
    "points is left out, and so are misconceptions that less than a tenth of the class shows. No "
    "point counts twice.",
    "Not answered": "The answer cell is as it was handed out, or the notebook was left out.",
}


def overview(report: Report) -> list[tuple[str, str | float | int | None]]:
    """Return the counts of the whole, by name."""
    data = report.data
    return [
        ("assignment", data.assignment),
        ("graded submissions", report.count),
        ("students without a submission", len(data.missing)),
        ("handed in and not graded yet", len(data.ungraded)),
        ("notebooks", len(data.notebooks)),
        ("exercises", len(data.exercises)),
        ("points", sum(exercise.points for exercise in data.exercises)),
        ("answers that wait for a person", int(data.waiting.sum())),
        ("submissions with a late penalty", len(data.penalties)),
        ("graded notebooks read", data.read),
        ("graded notebooks that could not be read", len(data.unread)),
        ("submissions without graded notebooks", len(data.without_folder)),
        ("records of test cells", len(data.records)),
        ("test cells in these notebooks", report.tests),
        ("records that the gradebook contradicts", data.stale),
        ("uncertainty of a discrimination", uncertainty(report)),
    ]


def uncertainty(report: Report) -> float | None:
    """Return how far a correlation near 0 may be off: two standard errors; None if small."""
    return None if report.small else 2 / (report.count - 1) ** 0.5


def missing_information(report: Report) -> list[str]:
    """Return in sentences what this report cannot tell, and what to do about it."""
    data, said = report.data, []
    if not report.tests:
        said.append(
            "No graded notebooks were found, so nothing is known about parts, misconceptions and "
            "rules. They are in autograded/ after grading."
        )
    elif not data.records:
        said.append(
            "The graded notebooks hold no records, so nothing is known about parts, "
            "misconceptions and rules. Records come from tests that use convgrade's Rubric; "
            "notebooks graded before there were any get them from convgrade grade --force."
        )
    if data.stale:
        said.append(
            f"{data.stale} records of graded notebooks do not agree with the gradebook and were "
            "left out: the notebooks were graded for another one. Grade again with --force."
        )
    if data.without_folder and report.tests:
        said.append(
            f"The graded notebooks of {len(data.without_folder)} submissions are not in "
            "autograded/."
        )
    if report.small:
        said.append(
            f"{report.count} graded submissions are too few for discrimination, which is left out "
            f"below {FEWEST}; one student more can turn every other figure."
        )
    return said
