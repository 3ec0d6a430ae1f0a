"""The rule on builders: the check and the hidden test say the same, and are right."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from typing import Any

import pytest
import torch
from gate import ROOT, Answer, read_answers, source_notebook
from IPython.core.inputtransformer2 import TransformerManager
from rule_cases import HONEST, OWN, PAST, SETUP
from sweeps import sweep

import convkit
from convgrade.reference import conv_matrix
from convgrade.rubric import Rubric
from convkit import BUILDERS
from convkit.reading import read
from convkit.rule import Seen, broken, missed

CASES = [(convkit.Draw(3).weight(k), n) for k, n in [(3, 6), (2, 5), (1, 4)]]
REFUSED = "your own work: this exercise"


def run(cells: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Run cells as a notebook does; return its names, and ``In``."""
    names: dict[str, Any] = {"__name__": "__main__", "get_ipython": lambda: _Magics(names)}
    record = [""]
    for number, source in enumerate([SETUP, *cells]):
        record.append(TransformerManager().transform_cell(source))
        with contextlib.suppress(Exception, SystemExit), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(record[-1], f"<ipython-input-{number}>", "exec"), names)
    return names, record


class _Magics:
    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def run_cell_magic(self, magic: str, line: str, text: str) -> None:
        if magic == "time":
            exec(text, self._names)

    def run_line_magic(self, magic: str, text: str) -> None:
        if magic == "time":
            exec(text, self._names)

    def system(self, line: str) -> None: ...


def verdicts(cells: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[bool, bool]:
    """Tell whether the check and the hidden test accept an answer; both must find it right."""
    names, record = run(cells)
    answer = names["toeplitz_1d"]
    capsys.readouterr()
    result = convkit.check(
        "toeplitz_1d", answer, lambda weight, n: conv_matrix(weight[None, None], (1, n)),
        cases=CASES[:1], worth="", hidden="", forbid=BUILDERS, cells=record,
    )  # fmt: skip
    said = capsys.readouterr().out
    assert result is None or REFUSED in " ".join(said.split()), said
    rubric = Rubric(
        "toeplitz_1d", 1, answer, lambda weight, n: conv_matrix(weight[None, None], (1, n)),
        forbid=BUILDERS, cells=record,
    )  # fmt: skip
    rubric.equal("the matrix", 1, CASES)
    points = rubric.score()
    said = capsys.readouterr().out
    assert points == 1 or REFUSED in " ".join(said.split()), said
    return result is None, points == 1


@pytest.mark.parametrize("title", HONEST)
def test_an_honest_answer_is_not_accused(title: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verdicts(HONEST[title], capsys) == (True, True)


@pytest.mark.parametrize("title", PAST)
def test_a_way_past_the_rule_is_refused(title: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verdicts(PAST[title], capsys) == (False, False)


RULED = [
    answer
    for answer in read_answers()
    if "forbid=" in source_notebook(answer.assignment, answer.notebook).tests[answer.exercise]
]


#: What is said of a rule that is broken: by what is used, by what is not, by what is for nothing.
RULE = ("your code reaches", "your code uses none of them", "your result stays the same")


def _refusals(answer: Answer, record: list[str]) -> list[bool]:
    """Tell whether the visible check, and whether the whole test cell, speak of the rule."""
    notebook = source_notebook(answer.assignment, answer.notebook)
    test = notebook.tests[answer.exercise]
    parts = [test.partition("### BEGIN HIDDEN TESTS")[0]]
    if "rule" in answer.kind or answer.kind == "correct":
        parts.append("### BEGIN HIDDEN TESTS" + test.partition("### BEGIN HIDDEN TESTS")[2])
    said = []
    for part in parts:
        names = notebook.define(answer.source)
        names["In"] = record
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            notebook._run(parts[0], names | {"check": lambda *a, **k: None})
            notebook._run(parts[0] if part == parts[0] else parts[0] + part, names)
        text = " ".join(printed.getvalue().split())
        said.append(any(words in text for words in RULE))
    return said


# What else real notebooks hold. None of it is anybody's answer.
AROUND = [
    ["def bump():\n    count = 1\n    global count\n"],
    ["def area(a, a):\n    return a"],
    ["%matplotlib inline", "!ls", "%timeit -n1 1 + 1", "%%time\nz = 1", "%%html\n<b>conv1d</b>"],
    ["compared = F.conv1d(torch.ones(1, 1, 4), torch.ones(1, 1, 2))"],
    ["class Conv2d:\n    def unfold(self):\n        return self.fold", "1 / 0"],
]


@pytest.fixture
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name no misconception: the rule knows none, and to look for one takes much of the time."""
    for module in ("convkit.diagnosis", "convgrade.rubric"):
        monkeypatch.setattr(f"{module}.diagnose", lambda *args: None)


@pytest.mark.usefixtures("unnamed")
@pytest.mark.parametrize("answer", sweep(RULED, 10), ids=str)
def test_check_and_hidden_test_agree_in_notebooks_full_of_other_cells(answer: Answer) -> None:
    notebook = source_notebook(answer.assignment, answer.notebook)
    place = RULED.index(answer)
    before, after = AROUND[place % len(AROUND)], AROUND[(place // len(AROUND)) % len(AROUND)]
    attempt = f"def {read_name(answer)}(*args):\n    return F.conv1d(*args)"
    cells = [*notebook.locked, *before, attempt, answer.source, *after]
    raw, transformed = ["", *cells], ["", *map(TransformerManager().transform_cell, cells)]
    found = [_refusals(answer, raw)]
    if [text.rstrip() for text in transformed] != [text.rstrip() for text in raw]:
        found.append(_refusals(answer, transformed))
        assert found[0] == found[1]
    if answer.kind == "correct":
        assert found[0] == [False, False]
    if answer.kind == "rule":
        assert found[0] == [True, True]


def read_name(answer: Answer) -> str:
    return {"flip": "true_convolution_1d"}.get(answer.exercise, answer.exercise)


def test_a_cell_that_cannot_be_read_is_not_missing_what_is_required() -> None:
    cells = ["%run answers.py", "("]
    assert not missed(cells, "f", {"kron"})
    assert missed(["def f(w):\n    return w"], "f", {"kron"})
    assert not missed(["def f(w):\n    return w", "%timeit -n1 f(1)"], "g", {"kron"})


@pytest.mark.parametrize(
    "bound",
    ["fft = 0", "fft: int = 0", "for fft in w:\n        pass", "with w as fft:\n        pass"],
)
def test_a_name_that_is_bound_and_never_used_is_missing(bound: str) -> None:
    assert missed([f"def f(w):\n    {bound}\n    return w"], "f", {"fft"})
    assert not missed([f"def f(w):\n    {bound}\n    return fft"], "f", {"fft"})


@pytest.mark.parametrize("count", [10, 1000])
def test_a_long_notebook_is_read_as_a_short_one(count: int) -> None:
    """What was read once is kept: each check of a thousand cells parses none of them again."""
    cells = [SETUP, *(f"value_{i} = {i}" for i in range(count)), OWN]
    from convkit.statements import statements

    read(cells, "toeplitz_1d")
    parsed = statements.cache_info().misses
    assert read([*cells, "1"], "toeplitz_1d").complete
    assert statements.cache_info().misses <= parsed + 1


def test_a_watch_leaves_nothing_behind_also_after_an_error() -> None:
    import numpy as np

    from convkit import watch

    before = np.convolve, torch.nn.Conv1d.__init__, torch.autograd.functional.jacobian
    with pytest.raises(ZeroDivisionError):
        watch.through(lambda: 1 / 0, (), {})
    assert before == (np.convolve, torch.nn.Conv1d.__init__, torch.autograd.functional.jacobian)
    assert watch._hearing == []
    assert watch.through(lambda: np.convolve([1], [1]).sum(), (), {})[1] == ["numpy.convolve"]


def test_what_is_said_of_a_call_is_believed_only_if_it_is_names() -> None:
    seen = Seen()
    for said in (None, 5, "conv1d", {"a": 1}, [1, None]):
        seen.add(said)
    assert seen.names == set()
    assert broken([SETUP, OWN], "toeplitz_1d", BUILDERS, seen) is None


# ------------------------------------------------------------- in the student's kernel


@pytest.mark.slow
def test_the_watch_runs_where_the_students_function_runs() -> None:
    """In the grader's process nothing of it runs; its kernel has no file of the course's kit."""
    from test_trusted import answer as answer_cell
    from test_trusted import check as test_cell
    from test_trusted import grade, locked, shown

    names = ["a loop", "getattr, computed", "a list of ways", "%%time", "timing", "matplotlib"]
    sources = [
        OWN, PAST["getattr, computed"][0], PAST["a list of ways"][0], PAST["a %%time cell"][0],
        HONEST["a timing line"][0], PAST["below a magic"][0],
    ]  # fmt: skip
    test = (
        "from convgrade.rubric import Rubric\nfrom convgrade.reference import conv_matrix\n"
        "from convkit import BUILDERS\n"
        "r = Rubric('toeplitz_1d', 1, toeplitz_1d, "
        "lambda weight, n: conv_matrix(weight[None, None], (1, n)), forbid=BUILDERS, cells=In)\n"
        "r.equal('all', 1, [(torch.tensor([2.0, 3.0]), 4)])\nr.score()"
    )
    setup = SETUP.replace("from convkit import BUILDERS, check, matrix_of, shift\n", "")
    points = []
    for source in sources:
        client = grade(
            locked(setup), answer_cell("a", source), test_cell("t", test),
            timeout=60, call_timeout=20.0, notebook_timeout=200.0, preload=["numpy", "torch"],
            kernel_preload=["numpy", "torch"],
        )  # fmt: skip
        assert "Error" not in shown(client, "t"), shown(client, "t")
        points.append(client.points["t"])
    assert dict(zip(names, points, strict=True)) == {
        "a loop": 1.0, "getattr, computed": 0.0, "a list of ways": 0.0, "%%time": 0.0,
        "timing": 1.0, "matplotlib": 0.0,
    }  # fmt: skip


@pytest.mark.slow
def test_a_watch_does_not_load_the_compiler() -> None:
    """PyTorch's own modes import it at the first operation unless told otherwise: seconds."""
    code = (
        "import sys, torch; from convkit import watch;"
        "seen = watch.through(lambda: torch.ones(3)[1] + 1, (), {})[1];"
        "assert 'aten.add.Tensor' in seen; assert 'torch._dynamo' not in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (result.returncode, result.stderr) == (0, "")
