"""What a section owes its readers: its own misconception is tried at once, typed is typed."""

from __future__ import annotations

import re
import textwrap

import pytest
from claiming import text_of
from gate import source_notebook
from test_source_notebooks import NAMES, source

PASSED = "the visible part passed"

# By notebook and exercise, an answer that has just the misconception of its section.
OWN_MISTAKES = {
    "three taps built in": (
        "1_toeplitz_1d",
        "valid_length",
        "def valid_length(n, k): return n - 2",
    ),
    "three padded taps built in": (
        "3_padding",
        "padded_length",
        "def padded_length(n, k, padding): return n + 2 * padding - 2",
    ),
    "the main diagonal only": (
        "1_toeplitz_1d",
        "is_toeplitz",
        "def is_toeplitz(T): return len(T.diagonal().unique()) == 1",
    ),
    "cyclic shifts": (
        "2_shift_equivariance",
        "all_inputs",
        """
        def equivariant_shifts(T, shifts):
            m, n = T.shape
            def cyclic(length, by): return torch.eye(length).roll(by, 0)
            def both(by): return torch.equal(T @ cyclic(n, by), cyclic(m, by) @ T)
            return {by for by in shifts if both(by)}
        """,
    ),
    "order inside blocks only": (
        "4_block_toeplitz_2d",
        "is_block_toeplitz",
        """
        def is_block_toeplitz(T, block_shape):
            r, c = block_shape
            B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
            return bool((B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all())
        """,
    ),
}


@pytest.mark.parametrize(
    ("notebook", "exercise", "answer"), OWN_MISTAKES.values(), ids=OWN_MISTAKES
)
def test_a_check_tries_the_misconception_of_its_section(
    notebook: str, exercise: str, answer: str
) -> None:
    verdict = source_notebook("toeplitz", notebook).grade(exercise, textwrap.dedent(answer))
    assert PASSED not in verdict.output
    assert "not yet." in verdict.output


TYPED = [
    ("1_toeplitz_1d", "typed_valid", "T_valid", "lambda x: conv1d(x, weight), 10"),
    ("3_padding", "typed_padded", "T_padded", "lambda x: conv1d(x, weight, padding=1), 10"),
    ("4_block_toeplitz_2d", "typed_2d", "T_2d", "lambda x: conv2d(x, weight_2d), (4, 5)"),
]


@pytest.mark.parametrize(("notebook", "exercise", "name", "call"), TYPED, ids=lambda part: part)
def test_what_a_check_looks_for_is_no_answer_to_type(
    notebook: str, exercise: str, name: str, call: str
) -> None:
    """The check cell says how it knows what is right: pasted, that earns nothing."""
    page = source_notebook("toeplitz", notebook)
    for answer in (
        f"{name} = matrix_of({call})",
        f"ask = matrix_of\nrows = ask({call}).tolist()\n{name} = rows",
    ):
        verdict = page.grade(exercise, answer)
        assert verdict.points == 0
        assert "your code reaches" in verdict.output
    typed = page.answers[exercise]
    looked_at = f"{typed}\nprint(matrix_of({call}) == torch.as_tensor({name}))\n"
    assert page.grade(exercise, looked_at).points == page.points[exercise]


def test_the_names_of_arguments_count_where_the_text_says_so() -> None:
    page = source_notebook("toeplitz", "5_parameter_counts")
    renamed = page.answers["layer_parameters"].replace("kernel_size", "size")
    assert page.grade("layer_parameters", renamed).points < page.points["layer_parameters"]
    renamed = page.answers["layer_parameters"].replace("in_channels", "channels_in")
    assert page.grade("layer_parameters", renamed).points < page.points["layer_parameters"]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_lets_its_readers_guess(name: str) -> None:
    """And every guess can be looked up: nothing is to be predicted without a way to open it."""
    text = text_of(name)
    guesses = re.findall(r"\*\*Predict\b|<summary>Predict, then open", text)
    assert len(guesses) >= 3
    for part in text.split("**Predict, then open")[1:]:
        assert "<summary>" in part.split("#### ")[0][:700]


@pytest.mark.parametrize("name", NAMES)
def test_every_section_says_who_may_leave_it_out(name: str) -> None:
    cells = [c.source for c in source(name).cells if c.cell_type == "markdown"]
    sections = re.findall(r"(?ms)^## \d+\.\d+ .*?(?=^## |\Z)", "\n".join(cells))
    assert sections
    for text in sections:
        line = re.search(r"^\*.*Skip if: .*\*$", text, re.MULTILINE)
        assert line, text[:60]
        head = text.partition("\n")[0]  # short: a screen reader reads out lists of headings
        assert re.search(r"\(\d+ minutes, \d+ points?(, [^;,()]+)?\)$", head), head


@pytest.mark.parametrize("name", NAMES)
def test_the_time_of_a_notebook_holds_the_reading(name: str) -> None:
    cells = "\n".join(c.source for c in source(name).cells if c.cell_type == "markdown")
    minutes = re.search(r"About (\d+)\s+minutes,\s+reading\s+included", cells)
    assert minutes
    times = re.findall(r"^## \d\.\d+ .*\((\d+) minutes", cells, re.MULTILINE)
    assert int(minutes[1]) >= sum(map(int, times)) + 15


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("layers/")])
def test_the_way_for_those_short_of_time_takes_an_hour(name: str) -> None:
    """The exercises that it lists, and as large a share of the reading as they are of all."""
    cells = "\n".join(c.source for c in source(name).cells if c.cell_type == "markdown")
    told = re.search(r"Short of time\?.*?(?=\n\n|\*\*Skip|Skip if)", cells, re.DOTALL)
    total = re.search(r"About (\d+)\s+minutes,\s+reading\s+included", cells)
    assert told
    assert total
    times = dict(re.findall(r"^## (\d\.\d+|See) .*\((\d+) minutes", cells, re.MULTILINE))
    wanted = re.findall(r"\d\.\d+", told[0]) + ["See"] * ("network at the end" in told[0])
    chosen = sum(int(times[number]) for number in wanted)
    assert 50 <= chosen * int(total[1]) / sum(map(int, times.values())) <= 66


@pytest.mark.parametrize("name", NAMES)
def test_every_notebook_ends_with_two_puzzles_that_are_checked_at_once(name: str) -> None:
    code = "\n".join(
        c.source
        for c in source(name).cells
        if c.cell_type == "code" and "nbgrader" not in c.metadata
    )
    assert code.count('worth="the fun of it"') == 2
    assert "# YOUR CODE HERE" not in code


# An answer to each puzzle: one that passes, by notebook.
SOLVED = {
    "1_toeplitz_1d": """
        def one_line(weight, n):
            m = n - len(weight) + 1
            return torch.cat([weight, torch.zeros(m)]).repeat(m)[: m * n].reshape(m, n)
        boss = [19**j for j in range(10)]
        """,
    "2_shift_equivariance": """
        def one_line(weight, n):
            row = torch.cat([weight, torch.zeros(n - len(weight))])
            return row[(torch.arange(n) - torch.arange(n)[:, None]) % n]
        boss = torch.diag(torch.tensor([1.0, 0, 1, 0, 1, 0]))
        """,
    "3_padding": """
        def one_line(n): return torch.eye(n)[[0, *range(n), n - 1]]
        boss = [0.25, 0.5, 0.25]
        """,
    "4_block_toeplitz_2d": """
        def one_line(B, height): return torch.kron(torch.eye(height), B)
        def boss(weight): return int(torch.linalg.matrix_rank(weight))
        """,
    "5_parameter_counts": """
        def one_line(in_channels, out_channels, k): return in_channels * (k * k + out_channels)
        boss = [2] * 14
        """,
}


@pytest.mark.parametrize("notebook", SOLVED)
def test_the_puzzles_can_be_solved(notebook: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = source_notebook("toeplitz", notebook)
    cells = {c.id: c.source for c in page.cells}
    space = page.define(cells.get("no_exceptions", ""))
    answers = textwrap.dedent(SOLVED[notebook])
    kept = [part for part in re.split(r"(?m)^(?=\w)", cells["puzzles"])
            if not re.match(r"def (one_line|boss)\(|boss =", part)]  # fmt: skip
    capsys.readouterr()
    exec("".join([answers, *kept]), space)
    assert capsys.readouterr().out.count(PASSED) == 2
