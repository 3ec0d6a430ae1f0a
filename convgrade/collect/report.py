"""What collecting says: who handed in what, and what a person has to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from convgrade.collect.collector import Plan
from convgrade.collect.writing import OLDER, UNSURE, Step

__all__ = ["needs_a_person", "report"]

LISTED = 40  # of what is said for information only; what needs a person is listed whole


def needs_a_person(plan: Plan) -> list[tuple[str, str]]:
    """Return what could not be placed or decided, and why."""
    late = [
        (
            step.submission.student,
            "is late, and the platform does not say how much: write when into its timestamp.txt",
        )
        for step in plan.steps
        if plan.due
        and step.submission.attempt.late
        and not (step.timed or step.submission.attempt.time)
    ]
    return [
        *plan.failed,
        *plan.placement.undecided,
        *((step.submission.student, step.why) for step in plan.steps if step.what == UNSURE),
        *late,
        *plan.placement.unplaced,
    ]


def report(plan: Plan, dry: bool) -> str:
    """Say what was done, or what would be.

    Parameters
    ----------
    plan : Plan
    dry : bool
        Whether it was only a preview.
    """
    return "\n".join(_printable(line) for line in _lines(plan, dry))


def _one_line(text: str) -> str:
    return text.replace("\n", "\\n")


def _printable(line: str) -> str:
    # Names of files are the students': they may hold what a terminal takes for commands.
    return "".join(
        sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in line
    )


def _lines(plan: Plan, dry: bool) -> Iterator[str]:
    reading = plan.placement.reading
    if reading is None:
        yield "Platform: none recognised; convgrade collect --help lists those that are"
    else:
        yield f"Platform: {reading.platform.title} ({reading.why})"
    if plan.steps:
        yield ""
        yield from _table(plan)
    yield from _notes(plan)
    if plan.absent:
        yield f"\nHanded in nothing ({len(plan.absent)}): {_some(plan.absent)}"
    if plan.kept:
        yield f"\nNot in this download, as handed in before ({len(plan.kept)}): {_some(plan.kept)}"
    wrong = needs_a_person(plan)
    if wrong:
        yield f"\nNeeds a person ({len(wrong)}):"
        yield from (f"  {_one_line(name)}: {_one_line(why)}" for name, why in wrong)
        if any(pair not in plan.failed for pair in wrong):
            yield "  To put it right: unpack the download, mend it there, and collect the folder."
    yield ""
    yield _total(plan, dry)


def _table(plan: Plan) -> Iterator[str]:
    of = len(plan.assignment.notebooks)
    rows = [("student", "notebooks", "late", "attempt", "time (UTC)", ""), *(
        _row(step, of, plan.due) for step in plan.steps
    )]  # fmt: skip
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()


def _row(step: Step, of: int, due: datetime | None) -> tuple[str, ...]:
    attempt = step.submission.attempt
    when = f"{attempt.time.astimezone(UTC):%Y-%m-%d %H:%M}" if attempt.time else "-"
    number = f"{attempt.number} of {attempt.of}" if attempt.of > 1 else "1"
    past = due and attempt.time and attempt.time > due.replace(tzinfo=UTC)
    late = "late" if attempt.late or past else "-"
    return (
        step.submission.student, f"{len(attempt.notebooks)} of {of}", late, number, when, step.what
    )  # fmt: skip


def _notes(plan: Plan) -> Iterator[str]:
    notes = list(plan.placement.notes)
    notes += [
        f"{step.submission.student}: {note}"
        for step in plan.steps
        for note in step.submission.attempt.notes
    ]
    older = [step.submission.student for step in plan.steps if step.what == OLDER]
    if older:
        notes.append(f"newer work is in submitted/ already, and stays: {_some(older)}")
    if plan.moved:
        place = next(iter(plan.moved.values())).parent.parent
        notes.append(f"what was replaced is kept in {place}")
    if (
        any(step.submission.attempt.time for step in plan.steps)
        and plan.placement.reading
        and plan.placement.reading.naive
    ):
        notes.append(f"times without a zone were read as {plan.zone} (--timezone)")
    late = [s.submission.student for s in plan.steps if s.submission.attempt.late]
    if late and not plan.due:
        notes.append(f"late, by the platform's word: {_some(late)}")
    left = plan.placement.left_out + plan.placement.noise
    if left:
        notes.append(f"left out: {left} files of the release, file managers or editors")
    if notes:
        yield "\nNotes:"
        yield from (f"  {note}" for note in notes)


def _total(plan: Plan, dry: bool) -> str:
    counts = Counter(step.what for step in plan.steps)
    failed = {name for name, _ in plan.failed}
    wrong = len(needs_a_person(plan))
    person = f" {wrong} for a person to look at." if wrong else ""
    written = sum(step.writes and step.submission.student not in failed for step in plan.steps)
    words = ", ".join(f"{count} {what}" for what, count in counts.items()) or "no student"
    if dry:
        return f"Preview: {words}. Nothing was written.{person}"
    return f"Collected: {words}. {written} written to submitted/.{person}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")
