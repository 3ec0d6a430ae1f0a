"""Print and write down how many mutants of right answers the hidden tests notice.

.venv/bin/python tests/mutation.py [notebook [exercise]]    a table, and what is not judged yet
.venv/bin/python tests/mutation.py --write docs/mutants.md  the page
"""

from __future__ import annotations

import contextlib
import inspect
import io
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import torch
from gate import exercises
from mutant_record import FOUND, Place
from mutants import Judgement, Mutant, Tally, agree, judgements, misjudged, names, tally, written
from mutants import outcomes as outcomes_of
from mutators import OPERATORS

Outcomes = Mapping[Place, Mapping[Mutant, str]]

TOP = """\
# Mutants of right answers

A mutant is a right answer with one small change, made by machine: `n - k + 1` becomes `n - k`,
`<` becomes `<=`, a slice begins one later, `dtype=` is left out. The hidden tests must notice: a
mutant that still earns full points has survived, and each survivor is judged below. Mutants are
made from every model solution and from two more correct answers an exercise. A typed matrix has
hundreds of entries: of those a sample is taken, always the same one.

- **killed**: it loses points, or its grading had to be ended, as it would never stop;
- **equivalent**: it is a right answer as well. A test tries each on 400 random inputs;
- **survived**: it is wrong, and the hidden tests let it through;
- **score**: how many of those that are not equivalent are killed.

```sh
.venv/bin/python tests/mutation.py 1_toeplitz_1d flip       # one exercise, and what is not judged
.venv/bin/python tests/mutation.py --write docs/mutants.md  # this page
.venv/bin/python -m pytest tests/test_mutation.py           # the gate: 95% of all, 90% of each
```

The operators are in [tests/mutators.py](../tests/mutators.py), the judgements in
`mutants.toml` beside the answers of each assignment, in [tests/answers](../tests/answers).
"""


def everything() -> dict[Place, dict[Mutant, str]]:
    """Grade every mutant of the course."""
    return {exercise: outcomes_of(*exercise) for exercise in exercises()}


def not_as_listed(place: Place) -> list[str]:
    """Grade all mutants of an exercise; return in words what is not as the lists say."""
    found, judged = outcomes_of(*place), judgements()
    wrong = misjudged(found, [name for name in judged if name.startswith(prefix(place))])
    same = [m for m in found if m.id in judged and judged[m.id].verdict == "equivalent"]
    agreed = zip(same, agree(same), strict=True)
    wrong += [f"not what the model gives: {m.id}" for m, agrees in agreed if not agrees]
    if names(*place) != written(place[0])[place[2]]:
        wrong.append("other mutants are named than named.toml says; see tests/names.py")
    return wrong


def prefix(place: Place) -> str:
    """Return how the ids of an exercise's mutants begin."""
    return f"{place[1]}/{place[2]} ("


def page(found: Outcomes, judged: Mapping[str, Judgement]) -> str:
    """Return docs/mutants.md: tables by exercise and by operator, then every survivor."""
    together = {mutant: outcome for part in found.values() for mutant, outcome in part.items()}
    lines = ["## By exercise", "", *_head("exercise")]
    lines += [_row("/".join(name), tally(part, judged)) for name, part in found.items()]
    lines += [_row("**all**", tally(together, judged)), "", "## By operator", ""]
    lines += _head("operator", "what it changes")
    for name, operator in OPERATORS.items():
        part = {m: outcome for m, outcome in together.items() if m.change.operator == name}
        what = (inspect.getdoc(operator) or "").replace("``", "`").replace("|", "\\|")
        lines.append(_row(f"{name} | {what}", tally(part, judged)))
    lines += ["", "## Survivors", ""]
    for verdict in ("accepted", "equivalent"):
        for judgement in dict.fromkeys(j for j in judged.values() if j.verdict == verdict):
            lines += [f"**{verdict.capitalize()}.** {judgement.reason}", ""]
            lines += [f"- `{name}`" for name, j in judged.items() if j == judgement]
            lines.append("")
    return "\n".join([TOP, *lines])


def _head(*columns: str) -> list[str]:
    numbers = ["mutants", "killed", "equivalent", "survived", "score"]
    rule = ["---"] * len(columns) + ["---:"] * len(numbers)
    return [f"| {' | '.join([*columns, *numbers])} |", f"|{'|'.join(rule)}|"]


def _row(name: str, t: Tally) -> str:
    return f"| {name} | {t.made} | {t.killed} | {t.equivalent} | {t.survived} | {t.score:.1%} |"


def show(assignment: str, notebook: str, exercise: str, judged: Mapping[str, Judgement]) -> bool:
    """Print the numbers of an exercise, and what is wrong with its judgements; True if nothing."""
    begun = time.monotonic()
    found = outcomes_of(assignment, notebook, exercise)
    print(_row(f"{notebook}/{exercise}", tally(found, judged)), end=" ")
    ended = sum(outcome == "ended" for outcome in found.values())
    print(f"{time.monotonic() - begun:.1f} s" + (f", {ended} ended" if ended else ""), flush=True)
    here = [name for name in judged if name.startswith(prefix((assignment, notebook, exercise)))]
    wrong = misjudged(found, here)
    new = [m for m in found if found[m] == "survived" and m.id not in judged]
    for mutant, same in zip(new, agree(new), strict=True):
        print(f"  {mutant.id}\n    {'gives' if same else 'does not give'} what the model gives")
    print("".join(f"  {line}\n" for line in wrong), end="")
    return not wrong


def main(words: list[str]) -> int:
    """Print a table of what is asked for, or write the page; return 1 if a judgement is wrong."""
    torch.set_num_threads(1)
    with contextlib.redirect_stdout(io.StringIO()):  # what locked cells print
        known = list(exercises())
    if words[:1] == ["--write"]:
        found = everything()
        Path(words[1]).write_text(page(found, judgements()))
        wrong = {place: faults for place in found if (faults := not_as_listed(place))}
        FOUND.keep(place for place in found if place not in wrong)
        print("".join(f"{'/'.join(place)}: {what}\n" for place in wrong for what in wrong[place]))
        return 1 if wrong else 0
    judged = judgements()
    print("\n".join(_head("exercise")))
    wanted = [name for name in known if words == list(name[1:])[: len(words)]]
    if not wanted:
        print(f"\nNo exercise {' '.join(words)!r}. There are:")
        print(*(f"{notebook} {exercise}" for _, notebook, exercise in known), sep="\n")
    right = [show(*name, judged) for name in wanted]
    return 0 if right and all(right) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
