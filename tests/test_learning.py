"""A layer with the student's gradients; three results compared part by part."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convkit.comparing import BLANK, compare
from convkit.learning import trainable


def backward(grad_output, x, weight):
    """One right answer, in NumPy: a tuple of an array, a list and a number."""
    g, x, w = (np.asarray(a) for a in (grad_output, x, weight))
    products = g.T @ x
    T = sum(w[t] * np.eye(*products.shape, k=t) for t in range(len(w)))
    return g @ T, [products.trace(offset=t) for t in range(len(w))], g.sum()


def without_bias(grad_output, x, weight):
    return backward(grad_output, x, weight)[:2]


def raising(grad_output, x, weight):
    raise ValueError("no")


def blank(grad_output, x, weight):
    return None


def arguments() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    shapes = [(3, 7), (3,), (1,)]
    return [
        torch.randn(s, generator=generator, dtype=torch.float64).requires_grad_() for s in shapes
    ]


def test_a_right_backward_is_the_one_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    calls = []

    def counted(*args):
        calls.append(len(args))
        return backward(*args)

    layer = trainable(counted)
    assert torch.autograd.gradcheck(layer, arguments())
    assert len(calls) > 1  # not only when it was tried
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("answer", "words"),
    [(blank, "not answered yet"), (raising, "not right yet"), (without_bias, "not right yet")],
)
def test_pytorch_stands_in_and_says_so(answer, words, capsys: pytest.CaptureFixture[str]) -> None:
    assert torch.autograd.gradcheck(trainable(answer), arguments())
    assert f"{answer.__name__} is {words}" in capsys.readouterr().out


def test_a_wrong_number_in_a_backward_is_seen_by_gradcheck() -> None:
    """What `trainable` would refuse fails when it runs all the same: the check can fail."""
    from convkit.learning import _layer

    def mean(grad_output, x, weight):
        grad_x, grad_weight, grad_bias = backward(grad_output, x, weight)
        return grad_x, grad_weight, grad_bias / len(x)

    with pytest.raises(RuntimeError, match="Jacobian mismatch"):
        torch.autograd.gradcheck(_layer(mean), arguments())


RIGHT = (torch.ones(2, 3), torch.arange(3.0), 2.5)


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT,
        list(RIGHT),
        (np.ones((2, 3)), [0, 1, 2], torch.tensor(2.5)),
        ([[1, 1, 1], [1, 1, 1]], torch.arange(3), np.float64(2.5)),
    ],
)
def test_parts_of_any_kind_are_right(answer) -> None:
    assert compare(RIGHT, answer) is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (RIGHT[0], "a Tensor"),
        (RIGHT[:2], "a tuple of length 2"),
        ((RIGHT[1], RIGHT[0], RIGHT[2]), "part 0: a vector of length 3"),
        ((RIGHT[0], RIGHT[1] + 1, RIGHT[2]), "part 1: 3 of 3 entries wrong"),
        ((RIGHT[0], RIGHT[1], 3.5), "part 2: 3.5"),
        ((RIGHT[0], None, 2.5), "part 1: nothing yet"),
    ],
)
def test_the_part_that_is_wrong_is_named(answer, words: str) -> None:
    problem = compare(RIGHT, answer)
    assert problem is not None
    assert not problem.blank
    assert words in problem.yours


def test_three_empty_parts_are_no_answer_yet() -> None:
    assert compare(RIGHT, (None, None, None)) is BLANK
