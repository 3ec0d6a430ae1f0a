"""The exercises all of whose mutants were found to be what the lists say, kept as data.

Grading them all takes minutes. ``python tests/mutation.py --write docs/mutants.md`` grades all,
and keeps of each exercise a digest of everything that the verdicts follow from: mutants, test,
kit, rubric, lists. While it is that of today, tests grade a sample, and otherwise all.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from gate import ANSWERS, ROOT, source_notebook
from mutants import Mutant, judgements, mutants, written

KEPT = ANSWERS / "mutants.json"
RENEW = "run: .venv/bin/python tests/mutation.py --write docs/mutants.md"
PACKAGES = ("torch", "numpy")
#: What grades mutants and compares them with the model, besides what grades students.
HERE = ("forked.py", "gate.py", "mutants.py", "mutators.py", "mutation_inputs*.py")
SAMPLED = 10  # one in so many is graded again

Place = tuple[str, str, str]  # assignment, notebook, exercise
T = TypeVar("T")


def kept() -> dict[str, str]:
    """Read the digests, by exercise."""
    found: dict[str, str] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def fresh(place: Place) -> bool:
    """Tell whether all mutants of an exercise, as it is today, are known to be as listed."""
    return kept().get("/".join(place)) == digest(place)


def keep(places: Iterable[Place]) -> None:
    """Keep that the mutants of these exercises, and of no others, were found to be as listed."""
    found = {"/".join(place): digest(place) for place in places}
    KEPT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


def sample(place: Place, known: Sequence[T]) -> list[T]:
    """Return some, others when anything changes: one in `SAMPLED`, and one at least."""
    first = int(digest(place), 16) % max(1, min(SAMPLED, len(known)))
    return list(known[first::SAMPLED])


@cache
def digest(place: Place) -> str:
    """Return what tells whether verdicts are of this exercise, and of what grades it."""
    assignment, name, exercise = place
    notebook = source_notebook(assignment, name)
    parts = [repr((m.id, m.change.source)) for m in mutants(*place)]
    parts += [*notebook.locked, notebook.tests[exercise], str(notebook.points[exercise])]
    parts += [f"{m.id} {j}" for m in mutants(*place) if (j := judgements().get(m.id))]
    parts += [repr(written(assignment).get(exercise)), _graders()]
    return _digest(parts)


@cache
def _graders() -> str:
    """Return a digest of the files that verdicts follow from, and of the libraries' versions."""
    kit = sorted(p for p in (ROOT / "convkit").rglob("*") if p.suffix in (".py", ".toml"))
    here = sorted(p for pattern in HERE for p in Path(__file__).parent.glob(pattern))
    files = [*kit, *_with_imports("rubric"), *_with_imports("reference"), *here]
    parts = [f"{path.relative_to(ROOT)}\n{path.read_text()}" for path in files]
    return _digest([*parts, *(f"{name} {version(name)}" for name in PACKAGES)])


def _with_imports(module: str) -> Iterator[Path]:
    """Yield the file of a module of convgrade, and of those that it imports."""
    waiting, seen = [module], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            path = ROOT / "convgrade" / f"{name.replace('.', '/')}.py"
            yield path
            waiting += re.findall(r"^\s*from convgrade\.([\w.]+) import", path.read_text(), re.M)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def as_listed(place: Place) -> dict[Mutant, str]:
    """Return the outcomes that the lists say; see `mutants.outcomes`."""
    judged = judgements()
    return {m: "survived" if m.id in judged else "killed" for m in mutants(*place)}
