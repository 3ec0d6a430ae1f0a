"""Machine-made mutants of right answers, graded: what the hidden tests let through.

Mutants come from every model solution and from two more correct answers an
exercise, by the operators of `mutators`. One that still earns full points has
survived: the hidden tests are too weak, or it is a right answer as well. Each
survivor is judged in ``tests/answers/<assignment>/mutants.toml``, which hold exactly
the survivors, no more and no fewer. `mutation` prints all this.
"""

from __future__ import annotations

import collections
import random
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import mutation_inputs
from forked import in_processes
from gate import (
    ANSWERS,
    SourceNotebook,
    assignments,
    exercises,
    read_answers,
    source_notebook,
)
from mutators import Change, changes
from once import once

JUDGED = "mutants.toml"  # beside the answers of an assignment
NAMED = "named.toml"
SEED = 20  # of the sample from typed answers
SAMPLE = 24  # mutants of one operator from one typed answer
CPU_SECONDS = 0.3  # for a grading that takes hundredths of a second, or at least
TIMES = 20  # as much as the model solution's takes here and now
AGREE_SECONDS = 20.0  # for a comparison on all random inputs
ALONE_SECONDS = 60.0  # for a second try, of one that is listed with a verdict
WALL_SECONDS = 120.0  # for one that waits instead of computing


@dataclass(frozen=True)
class Mutant:
    """A right answer with one small change."""

    assignment: str
    notebook: str
    exercise: str
    style: str  # "model", or the title of a correct answer
    change: Change
    again: int = 0  # how many before it have the same words, cut short as they are

    @property
    def id(self) -> str:
        """Where it comes from and what is changed; stays when operators are added."""
        c = self.change
        where = f"{self.notebook}/{self.exercise} ({self.style}) {c.line}:{c.column}"
        return f"{where} {c.old} -> {c.new}" + (f" ({self.again + 1})" if self.again else "")


@dataclass(frozen=True)
class Judgement:
    """What was thought about survivors: the same as the model, or let through."""

    verdict: str  # "equivalent" or "accepted"
    reason: str


# ------------------------------------------------------------------ the mutants


@cache
def mutants(assignment: str, notebook: str, exercise: str) -> list[Mutant]:
    """Return the mutants of an exercise, the same ones every time."""
    found = []
    for style, source, first, last in _right_answers(assignment, notebook, exercise):
        new = changes(source, first, last)
        if "def " not in source:
            new = _sample(new, f"{SEED} {notebook} {exercise} {style}")
        found += [Mutant(assignment, notebook, exercise, style, change) for change in new]
    before = collections.Counter[str]()
    for i, mutant in enumerate(found):
        found[i] = replace(mutant, again=before[mutant.id])
        before[mutant.id] += 1
    return found


def _right_answers(
    assignment: str, notebook: str, exercise: str
) -> Iterator[tuple[str, str, int, int | None]]:
    """Yield title, source, first and last line to change, the model solution first."""
    model = source_notebook(assignment, notebook).answers[exercise]
    lines = model.split("\n")
    first, last = (
        next(i for i, line in enumerate(lines, 1) if f"### {mark} SOLUTION" in line)
        for mark in ("BEGIN", "END")
    )
    yield "model", model, first, last
    styles = _data(assignment)["styles"][exercise]
    chosen = [
        answer
        for answer in read_answers()
        if (answer.notebook, answer.exercise, answer.kind) == (notebook, exercise, "correct")
        and answer.title in styles
    ]
    assert len(chosen) == len(styles) >= 1, (
        f"{assignment}/{JUDGED}: {exercise} names no such answers"
    )
    for answer in chosen:
        yield answer.title, answer.source, 1, None


@cache
def _data(assignment: str) -> dict[str, Any]:
    """Read what people wrote: which correct answers are mutated, and the judgements."""
    return tomllib.loads((ANSWERS / assignment / JUDGED).read_text())


def _sample(found: list[Change], seed: str) -> list[Change]:
    """Keep at most SAMPLE changes of each operator: a typed matrix has hundreds of entries."""
    kept: set[int] = set()
    for operator in dict.fromkeys(c.operator for c in found):
        places = [i for i, c in enumerate(found) if c.operator == operator]
        kept.update(random.Random(f"{seed} {operator}").sample(places, min(SAMPLE, len(places))))
    return [c for i, c in enumerate(found) if i in kept]


# ------------------------------------------------------------------ grading them


def grade(
    notebook: SourceNotebook,
    tried: Sequence[Mutant],
    *,
    cpu_seconds: float | None = None,
    wall_seconds: float = WALL_SECONDS,
) -> list[str]:
    """Grade mutants in processes that they cannot leave or hold up; say what became of each.

    Returns
    -------
    list of str
        For each mutant "survived" (full points), "killed" (fewer), or
        "ended" (its process crashed, or was ended because it took too long).
    """
    return [_outcome(verdict) for verdict in _graded(notebook, tried, cpu_seconds, wall_seconds)]


Graded = tuple[bool, tuple[str, ...]]  # whether it earns full points, and what names it


def _graded(
    notebook: SourceNotebook,
    tried: Sequence[Mutant],
    cpu_seconds: float | None = None,
    wall_seconds: float = WALL_SECONDS,
) -> list[Graded | None]:
    """Grade mutants; return for each whether it earns full points, and by what it is named.

    Unless it is said how long one may take, that follows from the model solution, graded
    first in this process: what is loaded or set up at the first use is then there for all.
    """
    if cpu_seconds is None:
        begun = time.process_time()
        for exercise in {mutant.exercise for mutant in tried}:
            notebook.grade(exercise, notebook.answers[exercise])
        cpu_seconds = max(CPU_SECONDS, TIMES * (time.process_time() - begun))

    def judge(mutant: Mutant) -> Graded:
        verdict = notebook.grade(mutant.exercise, mutant.change.source)
        names = dict.fromkeys(idea.name for idea in verdict.names)
        return verdict.points == notebook.points[mutant.exercise], tuple(names)

    return in_processes(judge, tried, cpu_seconds, wall_seconds)


def _outcome(verdict: Graded | None) -> str:
    return "ended" if verdict is None else "survived" if verdict[0] else "killed"


def agree(tried: Sequence[Mutant], cases: int = 400) -> list[bool | None]:
    """Tell of each mutant whether it gives what the model gives, on random inputs.

    See `mutation_inputs.agrees`; None when the comparison had to be ended.
    """

    def same(mutant: Mutant) -> bool:
        notebook = source_notebook(mutant.assignment, mutant.notebook)
        return mutation_inputs.agrees(notebook, mutant.exercise, mutant.change.source, cases)

    return in_processes(same, tried, AGREE_SECONDS, 2 * WALL_SECONDS)


# ------------------------------------------------------------------ the judgements


@cache
def judgements() -> dict[str, Judgement]:
    """Read what was thought about each survivor, by its id."""
    found: dict[str, Judgement] = {}
    entries = [e for name in assignments() for e in _data(name).get("judgement", [])]
    for entry in entries:
        for name in entry["mutants"]:
            assert name not in found, f"judged twice: {name}"
            found[name] = Judgement(entry["verdict"], entry["reason"])
    return found


def outcomes(
    assignment: str, notebook: str, exercise: str, wanted: Iterable[Mutant] | None = None
) -> dict[Mutant, str]:
    """Grade mutants of an exercise, some or all, once a session."""
    found = _verdicts(assignment, notebook, exercise, wanted)
    return {mutant: _outcome(verdict) for mutant, verdict in found.items()}


def _verdicts(
    assignment: str, notebook: str, exercise: str, wanted: Iterable[Mutant] | None = None
) -> dict[Mutant, Graded | None]:
    tried = mutants(assignment, notebook, exercise) if wanted is None else list(wanted)
    return dict(zip(tried, _made(assignment, notebook, exercise, tuple(tried)), strict=True))


@cache
def _made(
    assignment: str, notebook: str, exercise: str, tried: tuple[Mutant, ...]
) -> list[Graded | None]:
    return once(
        ("mutants", assignment, notebook, exercise, [mutant.id for mutant in tried]),
        lambda: _with_second_tries(source_notebook(assignment, notebook), tried),
    )


def _with_second_tries(notebook: SourceNotebook, tried: Sequence[Mutant]) -> list[Graded | None]:
    """Grade mutants; try again, alone and for long, those that were ended and should not be.

    On a busy machine a grading takes many times as long as on an idle one. A mutant that
    is listed with a verdict or a name ends by itself; the others that are ended are killed.
    """
    found = _graded(notebook, tried)
    for i, mutant in enumerate(tried):
        if found[i] is None and mutant.id in _listed(mutant.assignment):
            found[i] = _graded(notebook, [mutant], ALONE_SECONDS, ALONE_SECONDS * 4)[0]
    return found


@cache
def _listed(assignment: str) -> set[str]:
    """Return the mutants that are known to be graded to the end."""
    judged = {
        name for entry in _data(assignment).get("judgement", []) for name in entry["mutants"]
    }
    places = {exercise: notebook for _, notebook, exercise in exercises()}
    named = {
        f"{places[exercise]}/{exercise} {mutant}"
        for exercise, by_name in written(assignment).items()
        for mutants in by_name.values()
        for mutant in mutants
    }
    return judged | named


@cache
def written(assignment: str) -> dict[str, dict[str, list[str]]]:
    """Read named.toml: by exercise and name, mutants."""
    path = ANSWERS / assignment / NAMED
    return tomllib.loads(path.read_text()) if path.exists() else {}


def names(
    assignment: str, notebook: str, exercise: str, wanted: Iterable[Mutant] | None = None
) -> dict[str, list[str]]:
    """Return by name the mutants of an exercise that messages call by it, of some or of all."""
    found: dict[str, list[str]] = {}
    for mutant, verdict in _verdicts(assignment, notebook, exercise, wanted).items():
        for name in verdict[1] if verdict else ():
            found.setdefault(name, []).append(mutant.id.removeprefix(f"{notebook}/{exercise} "))
    return found


def misjudged(found: Mapping[Mutant, str], judged: Iterable[str]) -> list[str]:
    """Compare survivors with the list of judgements on them; return what is wrong, in words."""
    survivors = {mutant.id for mutant, outcome in found.items() if outcome == "survived"}
    listed = set(judged)
    return [f"survived, but not listed: {name}" for name in sorted(survivors - listed)] + [
        f"listed, but does not survive: {name}" for name in sorted(listed - survivors)
    ]


@dataclass(frozen=True)
class Tally:
    """Numbers of mutants: all, killed, equivalent to the model, let through."""

    made: int
    killed: int
    equivalent: int

    @property
    def survived(self) -> int:
        """Mutants that are not equivalent, and still earn full points."""
        return self.made - self.killed - self.equivalent

    @property
    def score(self) -> float:
        """The share of the mutants that are not equivalent which lose points, from 0 to 1."""
        return self.killed / max(1, self.made - self.equivalent)


def tally(found: Mapping[Mutant, str], judged: Mapping[str, Judgement]) -> Tally:
    """Count; a survivor that nobody judged counts as let through."""
    killed = sum(outcome != "survived" for outcome in found.values())
    same = [m for m in found if m.id in judged and judged[m.id].verdict == "equivalent"]
    return Tally(len(found), killed, sum(found[m] == "survived" for m in same))
