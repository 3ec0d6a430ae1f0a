"""Parts, points and messages of a hidden test."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from convgrade.reference import conv_matrix
from convgrade.rubric import Draw, Rubric

W = torch.tensor([2.0, 3.0, 7.0])


def reference(weight: torch.Tensor, n: int) -> torch.Tensor:
    return conv_matrix(weight[None, None], (1, n))


def outputs(x: torch.Tensor, weight: torch.Tensor, n: int) -> torch.Tensor:
    return F.conv1d(x[None, None], weight[None, None])


def rubric(answer: object, points: float = 3, **options: object) -> Rubric:
    return Rubric("toeplitz_1d", points, answer, reference, outputs=outputs, **options)


def test_parts_are_earned_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    r = rubric(lambda weight, n: torch.zeros(n - 2, n))
    r.shape("the shape", 1, [(W, 5), (W, 6)])
    r.equal("every size", 2, [(W, 5)])
    score = r.score()
    assert (type(score), score) == (float, 1.0)
    assert capsys.readouterr().out == (
        "the shape: passed, 1 of 1.\n"
        "every size: failed, 0 of 2.\n"
        "Inputs:   weight = torch.tensor([2., 3., 7.]), n = 5\n"
        "Expected: a matrix of 3 x 5, every entry right; row 0 looks at columns 0 to 2\n"
        "Yours:    9 of 15 entries wrong, in 3 of 3 rows; first: row 0, column 0 is 0\n"
        "toeplitz_1d: 1 of 3 points.\n"
    )


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 3, 4), (2, 2, 3, 4)])
def test_a_shape_is_judged_by_the_shape_alone(shape: tuple[int, ...]) -> None:
    """Whatever the number of axes, and whatever is wrong with the entries."""
    for answer, points in [
        (torch.zeros(shape), 1.0),
        (torch.full(shape, float("nan")), 1.0),
        (torch.zeros(shape).tolist(), 1.0),
        (torch.zeros((1, *shape)), 0.0),
        (torch.zeros(shape[:-1]), 0.0),
        (None, 0.0),
    ]:
        r = Rubric("f", 2, lambda n, answer=answer: answer, lambda n: torch.ones(shape))
        r.shape("the shape", 1, [(1,)])
        r.equal("the entries", 1, [(1,)])
        assert r.score() == points, answer


def test_tenths_of_points_add_up_as_people_add_them() -> None:
    """Not to 1.2000000000000002, which then stands in the gradebook."""
    r = rubric(lambda weight, n: reference(weight, n) if n == 5 else None, 1.5)
    for n, part in [(5, 0.4), (5, 0.4), (5, 0.4), (6, 0.3)]:
        r.equal("a size", part, [(W, n)])
    assert r.score() == 1.2


def test_right_answer_earns_all_parts() -> None:
    r = rubric(reference)
    r.shape("the shape", 1, [(W, 5)])
    r.equal("every size", 2, [(W, 5), (W, 9)])
    assert r.score() == 3.0


def test_second_oracle_is_pytorch_itself() -> None:
    """When reference and answer agree with each other but not with PyTorch, nobody wins."""
    r = Rubric(
        "f", 1, lambda w, n: torch.eye(n), lambda w, n: torch.eye(n), outputs=lambda x, w, n: 2 * x
    )
    r.equal("every size", 1, [(W, 5)])
    assert r.score() == 0.0


def test_parts_that_do_not_add_up_are_the_authors_mistake() -> None:
    r = rubric(reference, points=5)
    r.equal("every size", 2, [(W, 5)])
    with pytest.raises(ValueError, match="the parts are worth 2 points, the exercise 5"):
        r.score()


def test_one_failed_case_costs_the_part() -> None:
    r = rubric(lambda weight, n: reference(weight, n) if n < 8 else None)
    r.equal("small", 1, [(W, 5)])
    r.equal("all", 2, [(W, 5), (W, 8)])
    assert r.score() == 1.0


def test_broken_rule_earns_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    cells = ["def toeplitz_1d(weight, n):\n    return F.conv1d(weight, n)"]
    r = rubric(reference, forbid={"conv1d"}, cells=cells)
    r.equal("every size", 3, [(W, 5)])
    assert r.score() == 0.0
    assert capsys.readouterr().out == (
        "toeplitz_1d: no points, a rule of this exercise is broken.\n"
        "Expected: your own work: this exercise may not call a ready-made solution\n"
        "Yours:    your code reaches 'conv1d'\n"
        "Hint:     The text of the exercise says what is allowed; loops, slices and\n"
        "          arithmetic are.\n"
        "toeplitz_1d: 0 of 3 points.\n"
    )


def test_prints_and_warnings_of_an_answer_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    import sys
    import warnings

    def chatty(weight: torch.Tensor, n: int) -> torch.Tensor:
        print("hello")
        print("hello", file=sys.stderr)
        warnings.warn("old", stacklevel=1)
        return reference(weight, n)

    r = rubric(chatty)
    r.equal("every size", 3, [(W, 5)])
    assert r.score() == 3.0
    captured = capsys.readouterr()
    assert "hello" not in captured.out
    assert captured.err == ""


def test_accept_takes_a_judge_and_forgives_its_errors(capsys: pytest.CaptureFixture[str]) -> None:
    for answer, points in ((4, 2.0), (5, 0.0), ("text", 0.0), (None, 0.0)):
        r = Rubric("even", 2, answer)
        r.accept("it is even", 2, lambda value: None if value % 2 == 0 else "it is odd")
        assert r.score() == points
    out = capsys.readouterr().out
    assert "Yours:    it is odd" in out
    assert "it cannot be used here (TypeError)" in out


def test_missing_answer_is_described_not_raised(capsys: pytest.CaptureFixture[str]) -> None:
    r = Rubric("typed", 1, lambda: T_missing, lambda: torch.eye(2))  # noqa: F821
    r.equal("every entry", 1, [()])
    assert r.score() == 0.0
    assert "NameError: name 'T_missing' is not defined" in capsys.readouterr().out


@pytest.mark.parametrize("shape", [(1,), (2,), (5,), (2, 3), (3, 1), (2, 2, 3)])
def test_drawn_kernels_have_no_zero_and_no_symmetry(shape: tuple[int, ...]) -> None:
    draw = Draw(seed=1)
    for _ in range(50):
        weight = draw.weight(*shape)
        assert weight.shape == shape
        assert (weight != 0).all()
        assert len(weight.abs().unique()) == weight.numel()


def test_drawn_float64_kernels_need_float64() -> None:
    weight = Draw(seed=2).weight(4, dtype=torch.float64)
    assert weight.dtype == torch.float64
    assert (weight.float().double() != weight).all()


def test_strided_kernels_are_views() -> None:
    weight = Draw(seed=3).strided(2, 3)
    assert weight.shape == (2, 3)
    assert not weight.is_contiguous()


def test_same_seed_draws_the_same() -> None:
    one, two, other = Draw(seed=4), Draw(seed=4), Draw(seed=5)
    assert torch.equal(one.weight(6), two.weight(6))
    assert not torch.equal(one.signal(6), other.signal(6))
    assert sorted(one.integers(-2, 2, 5)) == [-2, -1, 0, 1, 2]
