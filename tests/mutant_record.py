"""The exercises all of whose mutants were found to be what the lists say, kept as data.

Grading them all takes minutes. ``python tests/mutation.py --write docs/mutants.md`` grades all,
and keeps of each exercise a digest of everything that the verdicts follow from: mutants, test,
kit, rubric, lists. While it is that of today, tests grade a sample, and otherwise all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from found import Found, digest_of
from gate import ANSWERS, ROOT, source_notebook
from mutants import Mutant, judgements, mutants, written

RENEW = "run: .venv/bin/python tests/mutation.py --write docs/mutants.md"
PACKAGES = ("torch", "numpy")
#: What grades mutants and compares them with the model, besides what grades students.
HERE = ("forked.py", "gate.py", "mutants.py", "mutators.py", "mutation_inputs*.py")

Place = tuple[str, str, str]  # assignment, notebook, exercise


@cache
def digest(place: Place) -> str:
    """Return what tells whether verdicts are of this exercise, and of what grades it."""
    assignment, name, exercise = place
    notebook = source_notebook(assignment, name)
    parts = [repr((m.id, m.change.source)) for m in mutants(*place)]
    parts += [*notebook.locked, notebook.tests[exercise], str(notebook.points[exercise])]
    parts += [f"{m.id} {j}" for m in mutants(*place) if (j := judgements().get(m.id))]
    parts += [repr(written(assignment).get(exercise)), graders()]
    return digest_of(parts)


@cache
def graders() -> str:
    """Return a digest of the files that verdicts follow from, and of the libraries' versions."""
    kit = sorted(p for p in (ROOT / "convkit").rglob("*") if p.suffix in (".py", ".toml"))
    here = sorted(p for pattern in HERE for p in Path(__file__).parent.glob(pattern))
    files = [*kit, *_with_imports("rubric"), *_with_imports("reference"), *here]
    parts = [f"{path.relative_to(ROOT)}\n{path.read_text()}" for path in files]
    return digest_of([*parts, *(f"{name} {version(name)}" for name in PACKAGES)])


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


def as_listed(place: Place) -> dict[Mutant, str]:
    """Return the outcomes that the lists say; see `mutants.outcomes`."""
    judged = judgements()
    return {m: "survived" if m.id in judged else "killed" for m in mutants(*place)}


FOUND = Found(ANSWERS / "mutants.json", digest, every=40)  # some 300 are graded again
