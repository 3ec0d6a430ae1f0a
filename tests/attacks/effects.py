"""What an attack may have done: one small check for every kind of effect.

A check takes the attack and the outcome of its grading, and returns the
evidence in a few words, or "" where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

from attacks.attack import Attack
from attacks.course import AFTER, BEFORE, POINTS
from attacks.grading import UNHURRIED, Outcome

Check = Callable[[Attack, Outcome], str]
EFFECTS: dict[str, Check] = {}
FLOOD = 20e6  # bytes of a graded notebook


def effect(name: str) -> Callable[[Check], Check]:
    """Register a check under the name that a file of the corpus uses."""

    def register(check: Check) -> Check:
        EFFECTS[name] = check
        return check

    return register


def effects(attack: Attack, outcome: Outcome) -> dict[str, str]:
    """Return every effect that shows, with its evidence."""
    found = {name: check(attack, outcome) for name, check in EFFECTS.items()}
    return {name: evidence for name, evidence in found.items() if evidence}


@effect("points gained")
def _(attack: Attack, outcome: Outcome) -> str:
    points = outcome.points.get(attack.name) or 0.0
    if points > attack.honest + 1e-6:
        return f"{points:g} points instead of {attack.honest:g}"
    return ""


@effect("submission lost")
def _(attack: Attack, outcome: Outcome) -> str:
    points = outcome.points.get(attack.name)
    if attack.keeps is not None and (points or 0.0) < attack.keeps - 1e-6:
        return f"{points or 0:g} points, the answers are worth {attack.keeps:g}"
    return ""


@effect("not graded")
def _(attack: Attack, outcome: Outcome) -> str:
    graded = outcome.points.get(attack.name) is not None
    named = re.search(rf"ungradable.*{attack.name}|{attack.name}.*ungradable", outcome.log, re.I)
    return "" if graded or named else "no points, no word why"


@effect("batch stopped")
def _(attack: Attack, outcome: Outcome) -> str:
    if outcome.points.get(AFTER) is None:
        how = "hung" if outcome.timed_out else f"ended with status {outcome.status}"
        return f"{how}; {AFTER}, next in the batch, was not graded"
    return ""


@effect("neighbour harmed")
def _(attack: Attack, outcome: Outcome) -> str:
    full = POINTS[attack.assignment]
    for student in (BEFORE, AFTER):
        points = outcome.points.get(student)
        if points is not None and abs(points - full) > 1e-6:
            return f"{student} has {points:g} points instead of {full:g}"
    return ""


@effect("gradebook written")
def _(attack: Attack, outcome: Outcome) -> str:
    return ", ".join(f"manual score of {student}" for student in outcome.manual)


@effect("files changed")
def _(attack: Attack, outcome: Outcome) -> str:
    # In a batch a file is its own who left a mark in it; without any mark, everybody's.
    mine, theirs = outcome.marks[attack.name], outcome.side == "ours" or attack.alone
    paths = [p for p, marks in outcome.changed.items() if mine in marks or (theirs and not marks)]
    return ", ".join(sorted(paths)[:3])


@effect("hidden test read")
def _(attack: Attack, outcome: Outcome) -> str:
    return _loot(outcome.canaries.hidden, "a hidden test", attack, outcome)


@effect("solution read")
def _(attack: Attack, outcome: Outcome) -> str:
    return _loot(outcome.canaries.solution, "the model solution", attack, outcome)


@effect("neighbour read")
def _(attack: Attack, outcome: Outcome) -> str:
    return _loot(outcome.canaries.neighbour, f"{BEFORE}'s submission", attack, outcome)


@effect("environment read")
def _(attack: Attack, outcome: Outcome) -> str:
    return _loot(outcome.canaries.environ, "the instructor's environment", attack, outcome)


def _loot(canary: str, what: str, attack: Attack, outcome: Outcome) -> str:
    if canary in outcome.outputs.get(attack.name, ""):
        return f"{what} in the output of a student's cell"
    return ""


@effect("hidden input shown")
def _(attack: Attack, outcome: Outcome) -> str:
    if "13" in attack.classes:
        shown = outcome.feedback.get(attack.name, "")
        return "an input of a hidden test" if outcome.canaries.target in shown else ""
    return ""


@effect("hidden test in feedback")
def _(attack: Attack, outcome: Outcome) -> str:
    shown = outcome.feedback.get(attack.name, "")
    return "a hidden test on the feedback page" if outcome.canaries.hidden in shown else ""


@effect("script in feedback")
def _(attack: Attack, outcome: Outcome) -> str:
    page = outcome.feedback.get(attack.name, "")
    finder = _Scripts(outcome.marks[attack.name])
    finder.feed(page)
    return ", ".join(sorted(finder.found))


class _Scripts(HTMLParser):
    """Collects the places of a page where a browser would run a student's script."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark, self.found, self._script = mark, set[str](), False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("type") or "text/javascript"
        self._script = tag == "script" and ("javascript" in kind or kind == "module")
        for name, value in attrs:
            value = value or ""
            if self.mark in value and (
                name.startswith("on")
                or name == "srcdoc"
                or value.strip().lower().startswith(("javascript:", "data:text/html"))
            ):
                self.found.add(f"<{tag} {name}=...>")

    def handle_endtag(self, tag: str) -> None:
        self._script = self._script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._script and self.mark in data:
            self.found.add("<script>")


@effect("network reached")
def _(attack: Attack, outcome: Outcome) -> str:
    return ", ".join(sorted(outcome.heard.get(outcome.marks[attack.name], ())))


@effect("process left")
def _(attack: Attack, outcome: Outcome) -> str:
    count = outcome.left.get(outcome.marks[attack.name], 0)
    return f"{count} still running after grading" if count else ""


@effect("waits")
def _(attack: Attack, outcome: Outcome) -> str:
    enough = attack.patience * (UNHURRIED if outcome.side == "ours" else 1)
    if "waits" in attack.stock and outcome.seconds > enough:
        return f"{outcome.seconds:.0f} s, {enough:g} s are enough"
    return ""


@effect("notebook flooded")
def _(attack: Attack, outcome: Outcome) -> str:
    size = outcome.sizes.get(attack.name, 0)
    return f"a graded notebook of {size / 1e6:.0f} MB" if size > FLOOD else ""


@effect("resources taken")
def _(attack: Attack, outcome: Outcome) -> str:
    found = re.search(r"^took all of (.*)$", outcome.outputs.get(attack.name, ""), re.M)
    return found.group(1) if found else ""


@effect("log written")
def _(attack: Attack, outcome: Outcome) -> str:
    forged = f"\n[AutogradeApp | INFO] {outcome.marks[attack.name]}" in outcome.log
    return "a forged line in the grader's log" if forged else ""
