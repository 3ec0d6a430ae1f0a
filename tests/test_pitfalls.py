"""What a check says that is no matter of convolutions: a cell that did not run, Python's slips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from conftest import ROOT
from jupyter_client.manager import start_new_kernel

from convkit import check, compare
from convkit.calling import describe

kernel = torch.tensor([2.0, 3.0, 7.0])


def shape_of(weight: torch.Tensor, n: int) -> torch.Tensor:
    T = torch.zeros(n - len(weight) + 1, n)
    for i in range(len(T)):
        T[i, i : i + len(weight)] = weight
    return T


def said(answer: Any, capsys: pytest.CaptureFixture[str], cases: Any = ((kernel, 6),)) -> str:
    assert check("some_matrix", answer, shape_of, cases, worth="1 point", hidden="") == 0.0
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture(scope="module")
def run() -> Iterator[Any]:
    """Run cells in a real kernel, whose history a check looks into."""
    manager, client = start_new_kernel(cwd=str(ROOT))

    def execute(source: str) -> str:
        texts = []

        def hear(message: Any) -> None:
            if message["msg_type"] == "stream":
                texts.append(message["content"]["text"])

        client.execute_interactive(source, output_hook=hear, timeout=300)
        return " ".join("".join(texts).split())

    execute("from convkit import check")
    yield execute
    client.stop_channels()
    manager.shutdown_kernel(now=True)


CHECK = 'check("f", f, lambda n: n + 1, [(1,)], worth="1 point", hidden="")'


def test_a_check_after_a_cell_that_did_not_run_does_not_judge_an_older_definition(
    run: Any,
) -> None:
    assert "the visible part passed" in run(f"def f(n):\n    return n + 1\n{CHECK}")
    assert "passed" in run(CHECK)
    run("# grade_id: f\ndef f(n):\n    return (n + 2\n")
    for _ in range(2):  # the second time another cell ran meanwhile
        text = run(CHECK)
        assert text.startswith("f: the cell above did not run. Yours: SyntaxError in line 3: ")
        assert "what an earlier run left is not checked" in text
        run("1 + 1")
    run("# grade_id: f\ndef f(n):\n    return n + 1\n")
    assert "passed" in run(CHECK)


def test_a_check_after_a_cell_that_raised_says_what(run: Any) -> None:
    value = 'check("g", g, 5, worth="1 point", hidden="")'
    run("# grade_id: g\ng = None\ng = undefined + 1")
    text = run(value)
    assert text.startswith(
        "g: the cell above stopped with an error. Yours: NameError: name 'undefined'"
    )
    run("# grade_id: g\ng = 5")
    assert "passed" in run(value)


def test_magics_and_await_in_an_answers_cell_are_no_fault(run: Any) -> None:
    run(
        "# grade_id: f\n%time 1\nimport asyncio\nawait asyncio.sleep(0)\n"
        "def f(n):\n    return n + 1"
    )
    assert "passed" in run(CHECK)


def test_one_list_in_every_row_is_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    def as_tensor(weight, n):
        m = n - len(weight) + 1
        T = [[0.0] * n] * m
        for i in range(m):
            for t in range(len(weight)):
                T[i][i + t] = float(weight[t])
        return torch.tensor(T)

    def as_list(weight, n):
        return as_tensor(weight, n).tolist()[:1] * 4

    assert "Note: [row] * m is one row, m times" in said(as_tensor, capsys)
    assert "Note: [row] * m is one row, m times" in said(as_list, capsys)


def test_equal_rows_without_that_slip_are_not_called_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def repeated(weight, n):
        row = [*weight.tolist()] + [0.0] * (n - len(weight))
        return [list(row) for _ in range(n - len(weight) + 1)]

    assert "[row] * m" not in said(repeated, capsys)


def test_a_return_inside_a_loop_is_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Where it ends the first round for sure, and only where the answer is wrong."""

    def at_once(weight, n):
        T = torch.zeros(n - len(weight) + 1, n)
        for i in range(len(T)):
            T[i, i : i + len(weight)] = weight
            return T

    def inner(weight, n):
        T = torch.zeros(n - len(weight) + 1, n)
        for i in range(len(T)):
            for t in range(len(weight)):
                T[i, i + t] = weight[t]
            return T

    def below(weight, n):
        T = torch.zeros(n - len(weight) + 1, n)
        for i in range(1, len(T)):
            T[i, i : i + len(weight)] = weight
        return T

    def at_times(weight, n):
        T = torch.zeros(n - len(weight) + 1, n)
        for i in range(len(T)):
            if i < 2:
                continue
            return T

    def on_condition(weight, n):
        T = torch.zeros(n - len(weight) + 1, n)
        for i in range(len(T)):
            if i == 2:
                return T
            T[i, i : i + len(weight)] = weight

    words = "Note: The return inside your for loop ends the function in the loop's first round."
    for answer in (at_once, inner):
        assert words in said(answer, capsys), answer
    for answer in (below, at_times, on_condition):
        assert words not in said(answer, capsys), answer


def test_a_variable_of_the_notebook_in_an_arguments_place_is_called_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def outside(weight, n):
        return shape_of(kernel, n)

    cases = ((kernel, 6), (torch.tensor([1.0, 4.0, 5.0]), 6))
    assert "Note: Your function reads 'kernel', a variable of the notebook" in said(
        outside, capsys, cases
    )

    def inside(weight, n):
        return 2 * shape_of(weight, n)

    assert "variable of the notebook" not in said(inside, capsys)


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        (True, False, "the other of True and False"),
        (5, 6, "another whole number"),
        (5.0, 6.0, "another number"),
        ("a", "b", "another text"),
    ],
)
def test_a_wrong_value_of_the_right_kind_is_told_so(right: Any, wrong: Any, words: str) -> None:
    problem = compare(right, wrong)
    assert problem is not None
    assert problem.expected == words


def test_a_small_matrix_among_the_inputs_is_shown_and_a_large_one_is_numbered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    small = describe((shape_of(kernel, 6),), lambda T: None)
    assert small.startswith("T = torch.tensor([[2., 3., 7., 0., 0., 0.], [0., 2.,")

    def yes(T):
        return True

    large = [(torch.eye(12),), (torch.ones(12, 12),)]
    assert check("flag", yes, lambda T: bool(T[0, 1] == 0), large, worth="1", hidden="") == 0.0
    assert "T = f32[12,12] (the check's input 2 of 2)" in capsys.readouterr().out


def test_the_next_step_is_never_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    """Where inputs written out fill the message, less of them is written; the hint is whole."""

    def right(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor, d: torch.Tensor) -> torch.Tensor:
        return torch.ones(3)

    args = tuple(torch.rand(12, generator=torch.Generator().manual_seed(i)) for i in range(4))
    hint = "Every word of this hint is to be read, and the last one as well: think. " * 3
    cases = [args, tuple(2 * a for a in args)]
    check("f", lambda *a: torch.ones(3) * 2, right, cases, worth="1 point", hidden="", hint=hint)
    text = capsys.readouterr().out
    assert len(text.splitlines()) <= 12
    assert " ".join(text.split()).endswith(hint.strip())
    assert "a = f32[12], b = f32[12], c = f32[12], d = f32[12] (the check's input 1 of 2)" in (
        " ".join(text.split())
    )


def test_a_wrong_result_without_a_hint_is_to_be_worked_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An error says its line, and a value that stands alone has no case to work out."""
    step = "Work this case out by hand."
    assert step in said(lambda weight, n: torch.ones(n - 2, n), capsys)
    assert step not in said(lambda weight, n: weight[99], capsys)
    assert step not in said(lambda weight, n: None, capsys)
    check("v", torch.ones(2), torch.zeros(2), worth="1 point", hidden="")
    assert step not in capsys.readouterr().out
