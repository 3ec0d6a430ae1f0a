"""What an exercise requires must reach the result; whoever uses it honestly is not accused."""

from __future__ import annotations

import sys

import pytest
from gate import Answer, read_answers, source_notebook

from convkit.unused import _binds

DIRECT = "[sum(weight[t] * x[(i + t) % n] for t in range(len(weight))) for i in range(n)]"
IDLE = {
    "thrown away": f"n = len(x)\n    torch.fft.fft(x)\n    return {DIRECT}",
    "kept and not used": f"n = len(x)\n    X = torch.fft.rfft(x)\n    return {DIRECT}",
    "added as zero": f"n = len(x)\n    F0 = 0 * torch.fft.fft(x).real\n"
    f"    return torch.stack({DIRECT}) + F0",
    "NumPy's": "import numpy as np\n    n = len(x)\n    np.fft.fft(x.numpy())\n"
    f"    return {DIRECT}",
    "NumPy's, imported by name": "from numpy.fft import fft\n    n = len(x)\n    fft(x.numpy())\n"
    f"    return {DIRECT}",
    "only its shape": "n = len(torch.fft.fft(x))\n    return " + DIRECT,
    "there and back, not used": "n = len(x)\n    z = torch.fft.ifft(torch.fft.fft(x)).real\n"
    f"    return {DIRECT}",
}
HEAD = "def circular_correlation_fft(weight, x):\n    "
USED = {
    "NumPy, imported at the top": "from numpy.fft import irfft, rfft\n" + HEAD + "n = len(x)\n"
    "    return irfft(rfft(weight.numpy(), n).conj() * rfft(x.numpy()), n)",
    "a stray one beside a transform of its own": HEAD + "def fft(a, sign=-1):\n"
    "        n = len(a)\n"
    "        j = torch.arange(n, dtype=torch.float64)\n"
    "        F = torch.exp(sign * 2j * torch.pi * torch.outer(j, j) / n)\n"
    "        return F @ a.to(torch.complex128)\n"
    "    n = len(x)\n"
    "    torch.fft.fft(x)\n"
    "    w = torch.cat([weight, weight.new_zeros(n - len(weight))])\n"
    "    return (fft(fft(w).conj() * fft(x), 1) / n).real",
    "through a table": "import numpy as np\nways = {'there': np.fft.fft, 'back': np.fft.ifft}\n"
    + HEAD + "n = len(x)\n    a, b = (ways['there'](v.double().numpy(), n) for v in (weight, x))\n"
    "    return ways['back'](a.conj() * b).real",
    "checked by itself": HEAD + "n = len(x)\n"
    "    assert torch.allclose(torch.fft.ifft(torch.fft.fft(x)).real, x, atol=1e-4)\n"
    "    return torch.fft.ifft(torch.fft.fft(weight, n).conj() * torch.fft.fft(x)).real",
    "written into": HEAD + "n = len(x)\n"
    "    there = torch.empty(n, dtype=torch.promote_types(x.dtype, torch.complex64))\n"
    "    torch.fft.fft(x, out=there)\n"
    "    return torch.fft.ifft(torch.fft.fft(weight, n).conj() * there).real",
}  # fmt: skip


def graded(source: str) -> tuple[float, str]:
    exercise = "circular_correlation_fft"
    answer = Answer("layers", "4_fourier", exercise, "", "", f"# grade_id: {exercise}\n{source}")
    verdict = answer.grade()
    return verdict.points, " ".join(verdict.output.split())


@pytest.mark.parametrize("title", IDLE)
def test_an_fft_that_does_not_reach_the_result_breaks_the_rule(title: str) -> None:
    points, output = graded(HEAD + IDLE[title])
    assert points == 0
    assert "your result stays the same whatever it gives" in output
    shown = source_notebook("layers", "4_fourier").grade(
        "circular_correlation_fft", HEAD + IDLE[title]
    )
    assert "the visible part passed" not in shown.output


@pytest.mark.parametrize("title", USED)
def test_an_fft_that_is_used_does_not(title: str) -> None:
    points, output = graded(USED[title])
    assert points == 4, output


@pytest.mark.slow
def test_every_right_answer_to_an_exercise_with_a_rule_keeps_its_points() -> None:
    names = {"circular_correlation_fft", "linear_convolution_fft", "toeplitz_matvec",
             "toeplitz_2d_kron"}  # fmt: skip
    tried = [a for a in read_answers() if a.exercise in names and a.kind == "correct"]
    assert len(tried) >= 16
    assert [str(a) for a in tried if a.grade().points < a.full] == []


def test_everything_is_put_back() -> None:
    import numpy as np

    before = dict(vars(np.fft))
    graded(USED["NumPy, imported at the top"])
    graded(HEAD + IDLE["NumPy's"])
    assert vars(np.fft) == before
    assert "convgrade.through" not in sys.modules


def test_a_name_of_ones_own_is_seen() -> None:
    cells = ["import numpy as np", "def f():\n    def fft(a): ...\n    return fft"]
    assert _binds(cells, frozenset({"fft"}))
    assert _binds(["fft = lambda a: a"], frozenset({"fft"}))
    assert not _binds(["from numpy.fft import fft\nfft(1)"], frozenset({"fft"}))


@pytest.mark.slow
def test_it_is_tried_where_the_students_function_runs() -> None:
    """The grader's process spoils nothing of its own; the student's kernel has no file of ours."""
    from test_trusted import answer as answer_cell
    from test_trusted import check as test_cell
    from test_trusted import grade, locked, shown

    test = (
        "from convgrade.rubric import Rubric\n"
        "def right(weight, x):\n"
        "    n = len(x)\n"
        f"    return torch.stack({DIRECT})\n"
        "r = Rubric('circular_correlation_fft', 1, circular_correlation_fft, right, "
        "require={'fft'}, cells=In)\n"
        "case = torch.tensor([2.0, 3.0, 7.0]), torch.tensor([1.0, 0.0, 4.0, -1.0, 5.0])\n"
        "r.equal('all', 1, [case], visible=True)\nr.score()"
    )
    points = []
    for source in (HEAD + IDLE["thrown away"], HEAD + IDLE["NumPy's"], *USED.values()):
        client = grade(
            locked("import torch"), answer_cell("a", source), test_cell("t", test),
            timeout=60, call_timeout=20.0, notebook_timeout=200.0, preload=["numpy", "torch"],
            kernel_preload=["numpy", "torch"],
        )  # fmt: skip
        assert "Error" not in shown(client, "t"), shown(client, "t")
        points.append(client.points["t"])
    assert points == [0.0, 0.0] + [1.0] * len(USED)
