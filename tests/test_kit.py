"""The kit: tools, messages, the rule on builders, and that it holds no answer."""

from __future__ import annotations

import ast
import base64
import contextlib
import doctest
import inspect
import io
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from conftest import ROOT
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import convkit
from convgrade.plugins.trim import TrimPictures
from convkit import (
    BUILDERS,
    as_array,
    broken,
    call,
    check,
    compare,
    matrix_of,
    shift,
    tools,
)
from convkit.pictures import counts, mistakes
from convkit.values import short_number


def conv1d(x, weight):
    return F.conv1d(x[None, None], weight[None, None])[0, 0]


def conv_matrix_1d(weight, n):
    return matrix_of(lambda x: conv1d(x, weight), n)


KERNEL = torch.tensor([2.0, 3.0, 7.0])
CASES = [(KERNEL, 5)]


def checked(answer, **options) -> float | None:
    """Check a builder of 1D matrices."""
    given = {"cases": CASES, "worth": "2 of 6 points", "hidden": "other sizes"} | options
    return check("toeplitz_1d", answer, conv_matrix_1d, **given)


# ------------------------------------------------------------------------ tools


def test_examples_in_the_docstrings_run() -> None:
    assert doctest.testmod(tools).attempted >= 2
    assert doctest.testmod(tools).failed == 0


@pytest.mark.parametrize("n", range(-7, 8))
def test_shift_moves_and_fills_with_zeros(n: int) -> None:
    x = torch.arange(1.0, 6.0)
    expected = [x[i - n].item() if 0 <= i - n < 5 else 0.0 for i in range(5)]
    assert shift(x, n).tolist() == expected
    assert x.tolist() == [1, 2, 3, 4, 5]


def test_shift_keeps_leading_axes() -> None:
    x = torch.arange(12.0).reshape(2, 2, 3)
    assert torch.equal(shift(x, 1)[1, 0], torch.tensor([0.0, 6.0, 7.0]))


def test_matrix_of_sends_each_impulse_through() -> None:
    T = matrix_of(lambda image: image.T * 2, (2, 3))
    x = torch.arange(6.0)
    assert T.shape == (6, 6)
    assert torch.equal(T @ x, (x.reshape(2, 3).T * 2).reshape(-1))


# --------------------------------------------------------------------- messages


def test_passing_check_says_what_it_is_worth_and_what_is_still_hidden(capsys) -> None:
    assert checked(conv_matrix_1d) is None
    assert capsys.readouterr().out == (
        "toeplitz_1d: the visible part passed, worth 2 of 6 points.\n"
        "Hidden:   when graded, this is tried: other sizes.\n"
    )


def test_check_that_earns_nothing_does_not_say_passed(capsys) -> None:
    assert checked(conv_matrix_1d, worth="0 of 6 points: it looks only at the form") is None
    out = capsys.readouterr().out
    assert out.startswith("toeplitz_1d: the form is right, worth 0 of 6 points: it looks only")
    assert "passed" not in out


def test_wrong_entry_names_inputs_property_place_and_hint_in_this_order(capsys) -> None:
    def larger(weight, n):
        return conv_matrix_1d(weight, n) + 4 * torch.eye(n)[: n - len(weight) + 1]

    assert checked(larger, hint="Which rows read input j?") == 0.0
    assert capsys.readouterr().out == (
        "toeplitz_1d: not yet.\n"
        "Inputs:   weight = torch.tensor([2., 3., 7.]), n = 5\n"
        "Expected: a matrix of 3 x 5, every entry right; row 0 looks at columns 0 to 2\n"
        "Yours:    3 of 15 entries wrong, in 3 of 3 rows; first: row 0, column 0 is 6\n"
        "Hint:     Which rows read input j?\n"
    )


def test_known_mistake_is_named_instead_of_the_usual_hint(capsys) -> None:
    def flipped(weight, n):
        return conv_matrix_1d(weight.flip(0), n)

    assert checked(flipped, hint="Which rows read input j?") == 0.0
    assert capsys.readouterr().out == (
        "toeplitz_1d: not yet.\n"
        "Inputs:   weight = torch.tensor([2., 3., 7.]), n = 5\n"
        "Expected: a matrix of 3 x 5, every entry right; row 0 looks at columns 0 to 2\n"
        "Yours:    6 of 15 entries wrong, in 3 of 3 rows; first: row 0, column 0 is 7\n"
        "Hint:     This is exactly what comes out when the kernel stands as in the other\n"
        "          convolution, PyTorch's or the mathematician's. The taps stand in the\n"
        "          opposite order. In the plain loops, which tap meets the first input of\n"
        "          a window? Reread notebook 1 of toeplitz, 'A word that means two\n"
        "          things'.\n"
    )


def test_transposed_answer_is_told_about_rows_and_columns(capsys) -> None:
    checked(lambda weight, n: conv_matrix_1d(weight, n).T)
    out = capsys.readouterr().out
    assert "Expected: a matrix of 3 x 5\nYours:    a matrix of 5 x 3\n" in out
    assert "rows stand for inputs and columns for outputs" in " ".join(out.split())


def test_shape_the_wrong_way_round_is_told_about_rows_and_columns(capsys) -> None:
    checked(lambda weight, n: torch.zeros(n, n - 2))
    words = (
        "The two sizes are the other way round. What does one row stand for, and what one column?"
    )
    assert words in " ".join(capsys.readouterr().out.split())
    check("f", torch.zeros(4, 3, 2), torch.zeros(2, 3, 4), worth="1 point", hidden="")
    assert "other way round" not in capsys.readouterr().out


def test_exception_is_described_without_a_traceback(capsys) -> None:
    assert checked(lambda weight, n: 1 / 0) == 0.0
    assert capsys.readouterr().out == (
        "toeplitz_1d: not yet.\n"
        "Inputs:   weight = torch.tensor([2., 3., 7.]), n = 5\n"
        "Expected: a result\n"
        "Yours:    ZeroDivisionError: division by zero\n"
    )


@pytest.mark.parametrize(
    "blank", [lambda weight, n: None, lambda weight, n: ..., pytest.param("raises", id="raises")]
)
def test_blank_answer_gets_one_friendly_line(blank, capsys) -> None:
    def raises(weight, n):
        raise NotImplementedError

    assert checked(raises if blank == "raises" else blank) == 0.0
    out = capsys.readouterr().out
    does = "raises NotImplementedError" if blank == "raises" else "returns None"
    assert out == f"toeplitz_1d: not answered yet: the function {does}.\n"


def test_changed_input_is_said_and_spoils_no_later_case(capsys) -> None:
    def careless(weight, n):
        T = conv_matrix_1d(weight, n)
        weight.zero_()
        return T

    weight = KERNEL.clone()
    assert checked(careless, cases=[(weight, 5), (weight, 7)]) is None
    assert "Note:     Your function changed its input" in capsys.readouterr().out
    assert torch.equal(weight, KERNEL)


def test_long_messages_are_cut_at_twelve_lines_of_eighty_columns(capsys) -> None:
    def fails(weight, n):
        raise ValueError("word " * 300)

    checked(fails, hint="advice " * 200)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert max(map(len, lines)) <= 80


def test_messages_never_show_the_target_matrix(capsys) -> None:
    """The kernel's own numbers stay out of the message when only they would be right."""
    odd = torch.tensor([41.0, 59.0, 83.0])
    checked(lambda weight, n: torch.zeros(3, 5), cases=[(odd, 5)])
    out = capsys.readouterr().out.split("Expected:")[1]
    assert not any(number in out for number in ("41", "59", "83"))


def test_warnings_of_an_answer_do_not_reach_stderr(capsys) -> None:
    """Under nbgrader any text on stderr would cost all points."""
    import warnings

    def warns(weight, n):
        warnings.warn("deprecated", stacklevel=1)
        return conv_matrix_1d(weight, n)

    assert checked(warns) is None
    assert capsys.readouterr().err == ""


# -------------------------------------------------------------------- comparing


BANDED = torch.tensor([[2.0, 3.0, 0.0], [0.0, 2.0, 3.0]])


@pytest.mark.parametrize(
    "value",
    [
        BANDED,
        BANDED.numpy(),
        BANDED.numpy()[::-1, ::-1].copy()[::-1, ::-1],  # negative strides
        BANDED.tolist(),
        tuple(map(tuple, BANDED.int().tolist())),
        [list(row) for row in BANDED],  # lists of tensors
        BANDED.double(),
        BANDED.to_sparse(),
        torch.nn.Parameter(BANDED),
        BANDED.T.contiguous().T,
    ],
)
def test_every_kind_of_matrix_is_accepted(value: object) -> None:
    assert compare(BANDED, value) is None


@pytest.mark.parametrize(
    ("value", "yours"),
    [
        (5, "an int, not a tensor, an array or a nested list"),
        ("text", "a str, not a tensor, an array or a nested list"),
        ([[1, 2], [3]], "a list whose rows differ in length"),
        ([["a", "b"]], "an array of <U1, not of numbers"),
        (np.array([object()]), "an array of object, not of numbers"),
        (torch.zeros(3), "a vector of length 3"),
        (torch.zeros(1, 3, 5), "shape (1, 3, 5)"),
        (torch.zeros(3, 1), "a matrix of 3 x 1"),
        ({"a": 1}, "a dict, not a tensor, an array or a nested list"),
    ],
)
def test_other_things_are_named_not_broadcast(value: object, yours: str) -> None:
    problem = compare(torch.ones(3, 5), value)
    assert problem is not None
    assert problem.yours == yours


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e30])
def test_nan_and_infinity_are_wrong(bad: float) -> None:
    T = torch.ones(2, 2)
    T[1, 0] = bad
    assert compare(torch.ones(2, 2), T) is not None


def test_float64_wants_float64_precision_and_float32_does_not() -> None:
    third = torch.full((2, 2), 1 / 3, dtype=torch.float64)
    assert compare(third, third.float()) is not None
    assert compare(third.float(), third) is None
    assert compare(third, third + 1e-13) is None


@pytest.mark.parametrize(
    ("expected", "right", "wrong"),
    [
        (8, [8, np.int64(8), torch.tensor(8)], [7, 8.0, True, "8", [8], None]),
        (
            True,
            [True, np.bool_(True), torch.tensor(True)],
            [False, 1, "True", torch.tensor([1, 1])],
        ),
        (0.5, [0.5, np.float32(0.5), torch.tensor(0.5)], [0.4, "0.5", None, True]),
        ({1, 2}, [{1, 2}, frozenset({2, 1})], [{1}, [1, 2], {1, 2, 3}, "12"]),
        ({"a": 1}, [{"a": 1}], [{"a": 2}, {"b": 1}, {"a": 1, "b": 2}, {}, 1]),
    ],
)
def test_kinds_of_values(expected: object, right: list, wrong: list) -> None:
    assert all(compare(expected, value) is None for value in right)
    assert all(compare(expected, value) is not None for value in wrong)


@pytest.mark.parametrize("kind", [tuple, list])
def test_a_pair_may_be_a_tuple_or_a_list_and_its_parts_are_compared(kind: type) -> None:
    pair = torch.tensor([[1.0, 2]]), torch.tensor([3.0])
    assert compare(pair, kind([[[1, 2]], np.array([3])])) is None
    wrong = compare(pair, kind([[[1, 2]], [4]]))
    assert wrong is not None
    assert wrong.yours.startswith("part 1: 1 of 1 entries wrong")
    blank = compare(pair, kind([None, None]))
    assert blank is not None
    assert blank.blank


@pytest.mark.parametrize(
    ("value", "yours"),
    [
        (torch.zeros(2, 1), "a Tensor"),
        ((torch.zeros(1, 2),), "a tuple of length 1"),
        ({0: 1, 1: 2}, "a dict"),
    ],
)
def test_what_is_no_pair_is_named(value: object, yours: str) -> None:
    found = compare((torch.zeros(1, 2), torch.zeros(1)), value)
    assert found is not None
    assert (found.expected, found.yours) == ("a pair", yours)


class _Always(set):
    """A set that says that it equals everything."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return True


def test_an_answer_that_says_that_it_equals_everything_does_not() -> None:
    body = {"__eq__": lambda self, other: True, "__sub__": lambda self, other: 0.0}
    assert compare(8, type("Whole", (int,), body)(7)) is not None
    assert compare(0.5, type("Real", (float,), body)(7)) is not None
    assert compare({1, 2}, _Always()) is not None


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_as_array_reads_every_precision(dtype: torch.dtype) -> None:
    assert np.array_equal(as_array(torch.tensor([2.0, 3.0, 7.0], dtype=dtype)), [2, 3, 7])


def test_a_function_where_a_matrix_is_wanted_is_called_one() -> None:
    assert str(as_array(len)).startswith("a function, not a tensor")


def _asks(w: object) -> None:
    raise type("StdinNotImplementedError", (NotImplementedError,), {})("no input here")


def _unfinished(w: object) -> None:
    raise NotImplementedError


def test_only_the_handed_out_error_means_not_answered() -> None:
    """Errors of IPython's and torch's own are kinds of NotImplementedError too."""
    value, _ = call(_asks, (1,))
    assert not value.blank
    assert value.yours.startswith("StdinNotImplementedError: no input here")
    assert call(_unfinished, (1,))[0].blank


def test_printing_is_not_returning(capsys) -> None:
    value, _ = call(lambda w: print(w), (1,))
    assert not value.blank
    assert "prints, but" in value.yours
    assert capsys.readouterr().out == "1\n"


def test_call_gives_copies_and_describes_errors() -> None:
    weight = KERNEL.clone()
    value, note = call(lambda w: w.zero_(), (weight,))
    assert torch.equal(value, torch.zeros(3))
    assert note
    assert torch.equal(weight, KERNEL)


# --------------------------------------------------------------- rule on builders

CALL = "def f(w, n):\n    return "
SETUP = "import torch\nimport torch.nn.functional as F\nimport numpy as np"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (CALL + "F.conv1d(w, n)", "conv1d"),
        ("from torch.nn.functional import conv1d as g\n" + CALL + "g(w)", "conv1d"),
        ("g = F.conv1d\ndef f(w, n):\n    return g(w, n)", "conv1d"),
        ("tools = [F.conv1d]\ndef f(w, n):\n    return tools[0](w, n)", "conv1d"),
        (CALL + "getattr(F, 'con' + 'v1d')(w, n)", "conv1d"),
        (CALL + "F.__dict__['conv' + '1d'](w, n)", "conv1d"),
        (CALL + "eval('F.conv' + '1d')(w, n)", "conv1d"),
        (CALL + "np.lib.stride_tricks.sliding_window_view(w, n)", "sliding_window_view"),
        ("def f(w):\n    from scipy.linalg import toeplitz\n    return toeplitz(w)", "toeplitz"),
        ("from scipy.linalg import *\ndef f(w, n):\n    return toeplitz(w)", "toeplitz"),
        (CALL + "torch.nn.Conv1d(1, 1, 3)(w)", "Conv1d"),
        (CALL + "w.unfold(0, 3, 1)", "unfold"),
        (CALL + "torch.ops.aten.convolution(w)", "convolution"),
        (CALL + "torch.autograd.functional.jacobian(g, w)", "jacobian"),
        (CALL + "np.convolve(w, n)", "convolve"),
        ("import convkit\ndef f(w, n):\n    return convkit.matrix_of(g, n)", "matrix_of"),
        ("class A:\n    @staticmethod\n    def g(w):\n        return F.conv1d(w)\ndef f(w, n):\n"
         "    return A.g(w)", "conv1d"),
        ("f = lambda w, n: F.conv1d(w, n)", "conv1d"),
        ("tools = {}\ntools['g'] = F.conv1d\ndef f(w, n):\n    return tools['g'](w, n)", "conv1d"),
        ("tools = []\ntools.append(F.conv1d)\ndef f(w, n):\n    return tools[0](w, n)", "conv1d"),
        ("def f(w, n):\n    return f.g(w, n)\nf.g = F.conv1d", "conv1d"),
        ("class A: ...\nsetattr(A, 'g', F.conv1d)\ndef f(w, n):\n    return A.g(w)", "conv1d"),
        ("torch.Tensor.g = lambda x, w: F.conv1d(x)\ndef f(w, n):\n    return n.g(w)", "conv1d"),
        ("get_ipython().run_cell_magic('time', '', 'def g(w):\\n    return F.conv1d(w)\\n')\n"
         "def f(w, n):\n    return g(w)", "conv1d"),
        ("from numpy import *\nif n:\n    convolve = 1\ndef f(w, n):\n    return convolve(w, n)",
         "convolve"),
        ("def make():\n    return g\ng = F.conv1d\nh = make()\ng = 1\n"
         "def f(w, n):\n    return h(w)", "conv1d"),
        ("zeros = zeros\ndef f(w, n):\n    return zeros", "conv1d"),
        (CALL + "getattr(F, 'conv1d')(w, n)", "conv1d"),
        (CALL + "F.grad.conv1d_input(w, n)", "conv1d_input"),
        ("from convkit import matrix_of as m\n" + CALL + "m(w, n)", "matrix_of"),
        ("def g(w):\n    return h(w)\ndef h(w):\n    return F.conv1d(w)\ndef f(w, n):\n"
         "    return g(w)", "conv1d"),
    ],
)  # fmt: skip
def test_forbidden_names_are_found_however_they_are_reached(source: str, found: str) -> None:
    lecture = "zeros = F.conv1d(x, w)"
    assert broken([SETUP, lecture, source], "f", BUILDERS) == found


@pytest.mark.parametrize(
    "source",
    [
        CALL + "torch.stack([torch.roll(w, i) for i in range(n)])",
        "def toeplitz(w):\n    return w\ndef f(w, n):\n    return toeplitz(w)",
        "def f(w, n):\n    T = w\n    return T",
        "def f(w, n):\n    '''Not F.conv1d.'''\n    return 'F.conv1d'  # F.conv1d",
        CALL + "torch.as_strided(w, (2, 2), (1, 1))",
        "def T(n):\n    return T(n - 1) if n else 0\ndef f(w, n):\n    return T(n)",
        "from torch import zeros as T\ndef f(w, n):\n    return T(n)",
        "from convkit import matrix_of, shift\ndef f(w, n):\n    return shift(w, n)",
        CALL + "torch.zeros(n, dtype=getattr(w, 'dtype', None))",
        "def f(w, n):\n    return torch.eye(n)\ntorch.testing.assert_close(f(w, 3), F.conv1d(w))",
        "tried = []\ndef f(w, n):\n    return torch.eye(n)\ntried.append(F.conv1d(x, w))",
    ],
)
def test_honest_code_is_not_accused(source: str) -> None:
    lecture = "T = F.conv1d(x, w)\nconvolve = 3"
    assert broken([SETUP, lecture, source], "f", BUILDERS) is None


def test_the_last_definition_counts() -> None:
    """A student who first tried F.conv1d and then did it by hand is not accused."""
    first, second = "def f(w):\n    return F.conv1d(w)", "def f(w):\n    return w"
    assert broken([SETUP, first, second], "f", BUILDERS) is None
    assert broken([SETUP, second, first], "f", BUILDERS) == "conv1d"


def test_cells_that_do_not_parse_are_passed_over() -> None:
    cells = [SETUP, "def f(w:\n", "%%html\n<b>", "def f(w):\n    return w"]
    assert broken(cells, "f", BUILDERS) is None


def test_rule_is_checked_at_once(capsys) -> None:
    cells = [
        "import torch.nn.functional as F\ndef toeplitz_1d(weight, n):\n    return F.conv1d(n)"
    ]
    assert checked(conv_matrix_1d, forbid=BUILDERS, cells=cells) == 0.0
    assert "may not call a ready-made solution" in capsys.readouterr().out


# ------------------------------------------------------------------ what it holds


def test_kit_needs_only_torch_numpy_and_matplotlib() -> None:
    modules = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
        for path in (ROOT / "convkit").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    others = modules - set(sys.stdlib_module_names) - {"__future__", "convkit"}
    assert others == {"torch", "numpy", "matplotlib", "IPython"}  # IPython where there is one


@pytest.mark.slow
def test_kit_runs_where_there_is_no_ipython() -> None:
    """A picture in a plain script is drawn nowhere and breaks nothing."""
    code = (
        "import sys; sys.modules['IPython'] = None; import convkit, torch;"
        "convkit.show_matrix(torch.eye(3)); convkit.show_matrix(None)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "There is no matrix to draw yet.\n"


@pytest.mark.parametrize(
    "name", [n for n in convkit.__all__ if n not in ("BUILDERS", "check", "compare")]
)
def test_everything_public_is_documented_with_shapes_or_types(name: str) -> None:
    doc = inspect.getdoc(getattr(convkit, name))
    assert doc
    assert len(doc.splitlines()) >= 1


@pytest.mark.parametrize(
    "draw",
    [
        lambda: convkit.show_matrix(
            conv_matrix_1d(KERNEL, 6), KERNEL, "T", rows=[0], blocks=(2, 3)
        ),
        lambda: convkit.show_matrices({"a": torch.eye(2), "b": torch.ones(2, 30)}),
        lambda: convkit.show_row(KERNEL, torch.arange(6.0), row=0, padding=2),
        lambda: convkit.show_impulses(lambda x: conv1d(x, KERNEL), 6, [0, 5], KERNEL),
        lambda: convkit.show_defects(lambda x: conv1d(x, KERNEL), torch.arange(8.0), range(-3, 4)),
        lambda: convkit.show_corners({"z": conv_matrix_1d(KERNEL, 6)}, KERNEL),
        lambda: convkit.show_block_row(torch.eye(12), (3, 4), row=2),
        lambda: convkit.show_shades({"random": np.eye(3) - 0.5}),
        lambda: convkit.show_patch(torch.ones(2, 2), torch.ones(3, 4), 1, 2),
        lambda: convkit.show_counts({"a": {"dense": 80, "nonzero": 24}}),
        lambda: convkit.show_mistake(np.eye(40), np.eye(40) == 1),
        lambda: convkit.show_mistake(np.ones((2, 3, 4, 5)), np.ones((2, 3, 4, 5)) == 1),
    ],
)
def test_pictures_draw_and_leave_no_pyplot_figure_open(draw, monkeypatch) -> None:
    """Drawn for real, with a display that keeps the picture."""
    import matplotlib.pyplot as plt
    from IPython.core import display_functions
    from IPython.core.interactiveshell import InteractiveShell

    kept = []
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: InteractiveShell)
    monkeypatch.setattr("IPython.display.display", lambda data, **more: kept.append((data, more)))
    assert display_functions is not None
    draw()
    (data, more), *others = kept
    assert not others
    assert data["image/png"].startswith("iVBORw0KGgo")
    assert more["metadata"]["image/png"]["alt"].startswith("Picture: ")
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("shape", "places", "title", "said"),
    [
        ((2, 3), [(1, 2)], "yours", "Picture: your matrix; the entries at (row, column) (1, 2) "),
        (
            (2, 2, 3),
            [(1, 0, 1), (1, 1, 0)],
            "yours[1]",
            "Picture: yours[1], the one matrix with wrong entries, of 2 in your result; the "
            "entries at (row, column) (0, 1), (1, 0) are wrong. yours[1], row 0: 7 8 9; ",
        ),
        (
            (2, 2, 2, 3),
            [(1, 0, 1, 1), (1, 1, 0, 0)],
            "yours[1, 0]",
            "Picture: yours[1, 0], the first of 2 matrices with wrong entries, of 4 in your "
            "result; the entries at (row, column) (1, 1) are wrong. yours[1, 0], row 0: 13 14 15;",
        ),
    ],
)
def test_a_wrong_answer_is_drawn_where_it_is_first_wrong(
    shape, places, title, said, monkeypatch, capsys
) -> None:
    """Of channels or a batch one matrix, and the picture and its words say which."""
    kept = []
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, **more: kept.append((data, more)))
    yours = torch.arange(1.0, 1 + math.prod(shape)).reshape(shape)
    expected = yours.clone()
    for place in places:
        expected[place] += 0.5
    check("f", lambda: yours, lambda: expected, [()], worth="1 point", hidden="")
    ((data, more),) = kept
    assert more["metadata"]["image/png"]["alt"].startswith(said)
    found = re.search(r"data:image/svg\+xml;base64,([^\"]+)", data["text/html"])
    svg = base64.b64decode(found[1]).decode()
    assert f">{title}; framed entries are wrong</text>" in svg
    first = f", place {places[0]} is" if len(shape) > 2 else "row 1, column 2 is"
    assert first.removeprefix(", ") in capsys.readouterr().out


def drawn_by(module, show, monkeypatch) -> Figure:
    """Return the figure that a function of the kit would show."""
    figures = []
    monkeypatch.setattr(module, "show_figure", lambda alt, draw, **_: figures.append(draw()))
    show()
    (figure,) = figures
    FigureCanvasAgg(figure).draw()
    return figure


def test_numbers_behind_bars_end_inside_the_frame(monkeypatch) -> None:
    for most in (1, 6, 288, 499_999, 483_385_147_392, 10**15):
        values = {"dense": most, "nonzero": max(1, most // 1000), "parameters": 1}
        figure = drawn_by(
            counts, lambda values=values: counts.show_counts({"layer": values}), monkeypatch
        )
        (ax,) = figure.axes
        right = ax.get_window_extent().x1
        assert len(ax.texts) == 3
        assert all(text.get_window_extent().x1 <= right for text in ax.texts), most


@pytest.mark.parametrize("value", [7.0, 128.0, 4.81, -3.834, -1234.5])
def test_numbers_of_a_wrong_result_stand_inside_their_frames(value, monkeypatch) -> None:
    yours = np.full((2, 2, 3), value)
    figure = drawn_by(mistakes, lambda: mistakes.show_mistake(yours, yours == value), monkeypatch)
    (ax,) = figure.axes
    wide = ax.get_window_extent().width / 3
    numbers = [text for text in ax.texts if text.get_text() == short_number(value)]
    assert len(numbers) == 6
    assert all(text.get_window_extent().width <= 0.85 * wide for text in numbers)


NOTEBOOKS = sorted((ROOT / "source").glob("*/*.ipynb"))


def lecture(path: Path, pictures: str, monkeypatch) -> list[nbformat.NotebookNode]:
    """Run a notebook without its tests; return its lecture cells with what they showed."""
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: True)
    monkeypatch.setenv("CONVKIT_PICTURES", pictures)
    cells, names = [], {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and not cell.id.endswith("_test"):

            def display(data, raw, metadata=None, cell=cell):
                picture = nbformat.v4.new_output("display_data", data, metadata=metadata or {})
                cell.outputs.append(picture)

            monkeypatch.setattr("IPython.display.display", display)
            with contextlib.redirect_stdout(io.StringIO()) as text:
                exec(cell.source, names)
            cell.outputs.append(nbformat.v4.new_output("stream", text=text.getvalue()))
            if "nbgrader" not in cell.metadata:
                cells.append(cell)
    return cells


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.slow
def test_pictures_switched_off_are_pictures_trimmed(path, monkeypatch) -> None:
    """A graded notebook is the same whether a lecture's pictures were drawn or not."""
    drawn, off = lecture(path, "on", monkeypatch), lecture(path, "off", monkeypatch)
    shown = [output.data for cell in drawn for output in cell.outputs if "data" in output]
    assert shown
    assert all("image/png" in data for data in shown)
    assert [TrimPictures().preprocess_cell(cell, {}, 0)[0] for cell in drawn] == off


@pytest.mark.slow
def test_pictures_switched_off_need_no_matplotlib(tmp_path: Path) -> None:
    """And say what they say when there is nothing to draw."""
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell;"
        "InteractiveShell.instance(); import convkit, torch;"
        "convkit.show_matrix(torch.eye(3)); convkit.show_matrix(None);"
        "print('matplotlib' in sys.modules)"
    )
    for pictures, loaded in (("off", "False"), ("on", "True")):
        result = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ | {"CONVKIT_PICTURES": pictures, "IPYTHONDIR": str(tmp_path)},
        )
        assert result.stdout.splitlines() == [
            "Picture: matrix, 3 by 3, 3 not zero: row 0: 1 0 0; row 1: 0 1 0; row 2: 0 0 1.",
            "There is no matrix to draw yet.",
            loaded,
        ], result.stderr
