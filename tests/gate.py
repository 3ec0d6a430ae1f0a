"""Run the test cells of a source notebook against single answers, without a Jupyter kernel.

Only locked cells run before an answer: that is all a test cell may rely on,
because it is all that the grader's side has when test cells run there.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import nbformat
import torch

from convkit.misconceptions import MISCONCEPTIONS, Misconception

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = ROOT / "tests" / "answers"


@dataclass(frozen=True)
class Answer:
    """One way to answer an exercise: right in some style, or wrong for a known reason."""

    assignment: str
    notebook: str
    exercise: str
    kind: str  # "correct", or the misconception's number, such as "M01"
    title: str
    source: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.notebook}/{self.exercise}/{self.kind}: {self.title}"

    def grade(self) -> Verdict:
        """Return what the exercise's test cell says about it."""
        return source_notebook(self.assignment, self.notebook).grade(self.exercise, self.source)

    @property
    def full(self) -> float:
        """The points of its exercise."""
        return source_notebook(self.assignment, self.notebook).points[self.exercise]


@dataclass(frozen=True)
class Verdict:
    """What a test cell gave: its points and what it printed."""

    points: float
    output: str

    @property
    def names(self) -> list[Misconception]:
        """The misconceptions that messages name, by the sentence that does; in their order."""
        found = re.findall(
            r"This is exactly what comes out when .*?\.(?= )", _one_line(self.output)
        )
        return [SAID[sentence] for sentence in found]

    @property
    def named(self) -> set[str]:
        """Numbers of the misconceptions that messages name."""
        return {idea.number for idea in self.names}


def _one_line(text: str) -> str:
    return " ".join(text.split())


#: By the sentence that a message begins with.
SAID = {idea.said: idea for idea in MISCONCEPTIONS.values()}


def assignments() -> list[str]:
    """Return the names of the course's assignments, sorted."""
    return sorted({path.parent.name for path in (ROOT / "source").glob("*/*.ipynb")})


@cache
def read_answers() -> list[Answer]:
    """Read ``tests/answers/<assignment>/*.py``."""
    return [
        answer
        for name in assignments()
        for path in sorted((ANSWERS / name).glob("*.py"))
        for answer in read_cells(path, name)
    ]


def read_cells(
    path: Path, assignment: str, places: Mapping[str, str] | None = None
) -> list[Answer]:
    """Read answers, cells headed ``# %% exercise | kind | title``, from one file.

    Parameters
    ----------
    path : Path
    assignment : str
    places : mapping, optional
        The notebook of each exercise, where the file is not called as one.
    """
    answers = []
    parts = re.split(r"^# %% (.*)$", path.read_text(), flags=re.MULTILINE)
    for head, body in zip(parts[1::2], parts[2::2], strict=True):
        exercise, kind, title = (word.strip() for word in head.split("|"))
        source = f"# grade_id: {exercise}\n{body.strip()}"
        notebook = places[exercise] if places else path.stem
        answers.append(Answer(assignment, notebook, exercise, kind, title, source))
    return answers


class SourceNotebook:
    """A source notebook whose locked cells have run once."""

    def __init__(self, path: Path) -> None:
        self.cells = nbformat.read(path, as_version=4).cells
        self.tests: dict[str, Any] = {}
        self.answers: dict[str, str] = {}
        self.points: dict[str, float] = {}
        self.locked: list[str] = []
        self._namespace: dict[str, Any] = {"__name__": "__main__", "In": []}
        for cell in self.cells:
            grader = cell.metadata.get("nbgrader")
            if grader is None or cell.cell_type != "code":
                continue
            if grader["grade"]:
                exercise = re.sub(r"_test(_\d+)?$", "", grader["grade_id"])
                self.tests[exercise] = cell.source
                self.points[exercise] = grader["points"]
            elif grader["solution"]:
                self.answers[grader["grade_id"]] = cell.source
            else:
                self._run(cell.source, self._namespace)
                self.locked.append(cell.source)

    def grade(self, exercise: str, source: str) -> Verdict:
        """Run an answer cell and its test cell; a test that raises gives 0 points."""
        namespace = self._fresh()
        namespace["In"] = ["", *self.locked, source, self.tests[exercise]]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                self._run(source, namespace)
            except Exception as error:  # as in a kernel: the notebook goes on
                print(f"answer cell: {type(error).__name__}: {error}")
            try:
                value = self._run(self.tests[exercise], namespace)
            except Exception as error:
                print(f"test cell: {type(error).__name__}: {error}")
                value = 0.0
        assert type(value) is float, f"{exercise}: the test cell ended in {value!r}"
        assert 0.0 <= value <= self.points[exercise]
        return Verdict(value, printed.getvalue())

    def define(self, source: str) -> dict[str, Any]:
        """Run an answer cell alone; return every name that is then defined, though it raises."""
        namespace = self._fresh()
        with contextlib.suppress(Exception):
            self._run(source, namespace)
        return namespace

    def _fresh(self) -> dict[str, Any]:
        """Return what the locked cells defined; an answer may change it, and spoil no other's."""
        return {
            name: value.clone() if isinstance(value, torch.Tensor) else value
            for name, value in self._namespace.items()
        }

    @staticmethod
    def _run(source: str, namespace: dict[str, Any]) -> Any:
        """Run a cell as IPython does; return the value of its last expression."""
        body, last = _compiled(source)
        exec(body, namespace)
        return None if last is None else eval(last, namespace)


@lru_cache(1000)
def _compiled(source: str) -> tuple[CodeType, CodeType | None]:
    """Return a cell's code, and that of its last expression: test cells run for each answer."""
    name = f"<ipython-input-{abs(hash(source))}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = compile(tree, name, "exec")
    if last is None:
        return body, None
    return body, compile(ast.Expression(last.value), name, "eval")


@cache
def source_notebook(assignment: str, name: str) -> SourceNotebook:
    """Return a source notebook, read and run once a session."""
    return SourceNotebook(ROOT / "source" / assignment / f"{name}.ipynb")


def notebooks() -> list[tuple[str, str]]:
    """Return (assignment, notebook) for every source notebook, in order."""
    return [
        (name, path.stem)
        for name in assignments()
        for path in sorted((ROOT / "source" / name).glob("*.ipynb"))
    ]


def exercises() -> Iterator[tuple[str, str, str]]:
    """Yield (assignment, notebook, exercise) for every automatically graded exercise."""
    for assignment, name in notebooks():
        for exercise in source_notebook(assignment, name).tests:
            yield assignment, name, exercise


def main(words: list[str]) -> int:
    """Print every answer of a notebook, or of some of its exercises; 1 if one is misjudged.

    Parameters
    ----------
    words : list of str
        A notebook, then exercises; with ``-v`` all messages are printed.
    """
    torch.set_num_threads(1)
    verbose = "-v" in words
    wanted, *only = [word for word in words if word != "-v"] or [""]
    found = [
        answer
        for answer in read_answers()
        if answer.notebook == wanted and (not only or answer.exercise in only)
    ]
    if not found:
        known = {a.exercise: None for a in read_answers() if a.notebook == wanted}
        what = f"exercises of {wanted}" if known else "notebooks"
        names = list(known) or [name for _, name in notebooks()]
        print(f"No answers for {' '.join([wanted, *only]).strip()!r}. There are the {what}:")
        print(*names, sep="\n")
        return 1
    bad = 0
    for answer in found:
        verdict = answer.grade()
        good = (verdict.points == answer.full) == (answer.kind == "correct")
        bad += not good
        print(f"{'ok ' if good else 'BAD'} {verdict.points:g}/{answer.full:g} {answer}")
        if not good or verbose:
            print(verdict.output)
    return 1 if bad else 0


if __name__ == "__main__":  # for authors: every answer of one notebook, with its messages
    sys.exit(main(sys.argv[1:]))
