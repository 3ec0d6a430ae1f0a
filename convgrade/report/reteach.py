"""What to reteach first, and why: a short list, by the points that it costs the class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from convgrade.report.findings import ExerciseRow, IdeaRow, PartRow
from convgrade.report.incidents import Incident

__all__ = ["MOST", "Advice", "reteach"]

MOST, IDEAS = 5, 3  # entries of the list, and misconceptions among them
HELD = 0.1  # share of the class that must have a misconception for it to be named
LEAST = 0.01  # share of the assignment's points that something must cost the class to be named
SEPARATES = 0.3  # discrimination from which an exercise tells strong from weak submissions well
WEAK = 0.1  # discrimination below which a hard exercise may be a bad test


@dataclass(frozen=True)
class Advice:
    """An entry of the list.

    Attributes
    ----------
    title, why, reread : str
        What, the reasons with their figures, and where the class reads it again.
    lost : float
        Points that it costs, a submission.
    idea : bool
        Whether it is a misconception.
    """

    title: str
    why: str
    reread: str
    lost: float
    idea: bool = False


def reteach(
    rows: Sequence[ExerciseRow],
    ideas: Sequence[IdeaRow],
    parts: Sequence[PartRow],
    incidents: Sequence[Incident],
    count: int,
) -> list[Advice]:
    """Rank what costs the class most.

    A misconception weighs the points lost in the answers that show it; an exercise what its
    other answers lose; an exercise that is left out what those lose. So no point counts twice.
    Misconceptions come first: they have one cause each, which one explanation can remove.

    Parameters
    ----------
    rows, ideas, parts, incidents
    count : int
        Submissions.
    """
    known: dict[tuple[str, str], float] = {}
    for idea in ideas:
        for exercise, lost in idea.lost_in.items():
            known[exercise.key] = known.get(exercise.key, 0.0) + lost
    broken: dict[tuple[str, str], int] = {}
    for incident in incidents:
        if incident.kind.name == "rule":
            place = incident.notebook, incident.place
            broken[place] = broken.get(place, 0) + len(incident.students)
    common = [idea for idea in ideas if len(idea.students) >= max(2, HELD * count)]
    found = []
    for row in rows:
        exercise = row.exercise
        rule = broken.get((exercise.notebook, exercise.name), 0)
        own = [part for part in parts if part.exercise == exercise]
        lost = row.lost - known.get(exercise.key, 0.0)
        if not math.isnan(row.p_tried):  # most wait for a person: nothing is known yet
            found.append(_exercise(row, lost, rule, _hurdle(own), count))
        if row.blank:
            found.append(_left_out(row, count))
    least = LEAST * sum(row.exercise.points for row in rows)
    first = _ranked([_idea(idea, count) for idea in common], least)[:IDEAS]
    return [*first, *_ranked(found, least)][:MOST]


def _ranked(every: Sequence[Advice], least: float) -> list[Advice]:
    """Return what costs the class something, the most first."""
    worth = [advice for advice in every if advice.lost > 0 and advice.lost >= least]
    return sorted(worth, key=lambda advice: (-advice.lost, advice.title))


def _idea(idea: IdeaRow, count: int) -> Advice:
    names = _listed([exercise.name for exercise in idea.who])
    return Advice(
        f"{idea.name[:1].upper()}{idea.name[1:]} ({idea.number})",
        f"{_of(len(idea.students), count)} have this idea, at least: it shows in {names}. Those "
        f"answers cost {idea.lost:.2f} points a submission.",
        idea.reread,
        idea.lost,
        idea=True,
    )


def _exercise(
    row: ExerciseRow, lost: float, broken: int, hurdle: PartRow | None, count: int
) -> Advice:
    why = (
        f"{_of(row.full, count)} have all its points; those who answered have {row.p_tried:.2f} "
        f"of them on average. It costs {lost:.2f} points a submission, known misconceptions not "
        "counted."
    )
    if hurdle is not None:
        why += f" Most often failed: {hurdle.name} ({_of(hurdle.failed, hurdle.tried)})."
    if broken:
        why += f" {_of(broken, count)} broke its rule: say it again."
    if row.r >= SEPARATES:
        why += f" Strong and weak submissions differ here (r = {row.r:.2f})."
    elif row.r < WEAK:
        why += (
            f" Strong submissions do hardly better than weak ones (r = {row.r:.2f}): look at its "
            "wording and its test before you teach it again."
        )
    return Advice(_title(row), why, _section(row), lost)


def _hurdle(parts: Sequence[PartRow]) -> PartRow | None:
    """Return the part that stops more answers than any other does; None if there is none."""
    worst = sorted(parts, key=lambda part: -part.failed)[:2]
    return worst[0] if len(worst) == 2 and worst[0].failed > worst[1].failed else None


def _left_out(row: ExerciseRow, count: int) -> Advice:
    lost = row.blank * row.exercise.points / count if count else math.nan
    return Advice(
        f"{_title(row)}, left out",
        f"{_of(row.blank, count)} did not answer, which costs {lost:.2f} points a submission. Ask "
        "whether time was short or the goal unclear.",
        _section(row),
        lost,
    )


def _title(row: ExerciseRow) -> str:
    exercise = row.exercise
    return f"{exercise.heading} ({exercise.name})" if exercise.heading else exercise.name


def _section(row: ExerciseRow) -> str:
    exercise = row.exercise
    return f"{exercise.notebook}, '{exercise.heading}'" if exercise.heading else exercise.notebook


def _of(some: int, count: int) -> str:
    return f"{some} of {count}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
