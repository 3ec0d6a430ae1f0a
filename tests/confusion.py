"""The confusion matrix of the messages: what each answer is, and what it is called.

Grades every answer of tests/answers and counts by exercise and misconception. The page
docs/diagnosis.md is made by

    .venv/bin/python tests/confusion.py --write docs/diagnosis.md

and without ``--write`` printed.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import torch
from gate import (
    ANSWERS,
    Answer,
    Verdict,
    assignments,
    notebooks,
    read_answers,
    source_notebook,
)
from once import once

HEAD = """\
# Which mistakes are named

Every answer of [tests/answers](../tests/answers) is graded, and what the messages call it is held
against what it is. A misconception is named when the answer equals its own output on every visible
case and on a dozen random inputs or more, of which at least three show it, and no other
misconception and no plain bug gives the same; numbers and sets, when the whole answer is just the
one that the idea gives. The words are those of the exercise, or of the slip, and say what the
answer does. [tests/plain_bugs](../tests/plain_bugs) and the mutants of
[tests/names.py](../tests/names.py) get no name either that is not true of their code. `make test`
proves the numbers on this page; `.venv/bin/python tests/confusion.py --write docs/diagnosis.md`
writes it.
"""


def silent() -> dict[str, dict[str, str]]:
    """Read ``tests/answers/<assignment>/silent.toml``: by exercise, ideas that get no name."""
    found: dict[str, dict[str, str]] = {}
    for assignment in assignments():
        path = ANSWERS / assignment / "silent.toml"
        found |= tomllib.loads(path.read_text()) if path.is_file() else {}
    return found


@cache
def graded(answer: Answer) -> Verdict:
    """Return what a test cell says about an answer, graded once in a run of the tests."""
    return once((answer, answer.source), answer.grade)


def page() -> str:
    """Return the page as Markdown."""
    answers = read_answers()
    wrong = [a for a in answers if a.kind.startswith("M")]
    right = [a for a in answers if a.kind == "correct"]
    own = sum(graded(a).named == {a.kind} for a in wrong)
    other = sum(bool(graded(a).named - {a.kind}) for a in wrong)
    lines = [
        HEAD,
        "| answers | how many | refused | by their own name | by another name | silent |",
        "|---|---:|---:|---:|---:|---:|",
        f"| wrong, by a misconception | {len(wrong)} | {sum(map(_refused, wrong))} | {own} | "
        f"{other} | {len(wrong) - own - other} |",
        f"| correct, in several styles | {len(right)} | {sum(map(_refused, right))} | | "
        f"{sum(bool(graded(a).named) for a in right)} | "
        f"{sum(not graded(a).named for a in right)} |",
        "",
        "In the tables below `2/3` means: of three wrong answers with this idea, two are called "
        "by its name and the third by none. `-` means that none is, for the reason given at the "
        "end.",
    ]
    for assignment, notebook in notebooks():
        here = [a for a in answers if (a.assignment, a.notebook) == (assignment, notebook)]
        lines += ["", f"## {assignment}/{notebook}", "", *_table(assignment, notebook, here)]
    return "\n".join([*lines, "", "## Why some are not named", "", *_reasons(), ""])


def _refused(answer: Answer) -> bool:
    return graded(answer).points < answer.full


def _table(assignment: str, notebook: str, answers: list[Answer]) -> list[str]:
    """Return a table of one notebook: misconceptions down, exercises across."""
    names = list(source_notebook(assignment, notebook).tests)
    found: defaultdict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    for answer in answers:
        if answer.kind.startswith("M"):
            found[answer.kind, answer.exercise][answer.kind in graded(answer).named] += 1
    styles = Counter(a.exercise for a in answers if a.kind == "correct")
    rows = [
        "| | " + " | ".join(f"`{name}`" for name in names) + " |",
        "|---|" + "---:|" * len(names),
    ]
    for kind in sorted({kind for kind, _ in found}):
        cells = []
        for name in names:
            count = found[kind, name]
            named = f"{count[True]}/{count.total()}" if count[True] else "-"
            cells.append(named if count else "")
        rows.append(f"| {kind} | " + " | ".join(cells) + " |")
    return [*rows, "| correct | " + " | ".join(str(styles[name]) for name in names) + " |"]


def _reasons() -> list[str]:
    """Return the reasons for silence, as a table."""
    rows = ["| exercise | idea | why |", "|---|---|---|"]
    for exercise, kinds in silent().items():
        rows += [f"| `{exercise}` | {kind} | {why} |" for kind, why in kinds.items()]
    return rows


def main(words: list[str]) -> int:
    """Print the page, or write it; 1 where a notebook has no answers."""
    torch.set_num_threads(1)
    there = {(answer.assignment, answer.notebook) for answer in read_answers()}
    missing = [f"tests/answers/{a}/{n}.py" for a, n in notebooks() if (a, n) not in there]
    if missing:
        print(f"No answers, so nothing to say: {', '.join(missing)}", file=sys.stderr)
        return 1
    if words[:1] == ["--write"]:
        Path(words[1]).write_text(page())
    else:
        print(page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
