"""What a hidden test calls: parts of an exercise, the points they earn, and why not.

A hidden test makes a `Rubric`, adds parts to it and ends in ``rubric.score()``:
a builtin float, which nbgrader reads as the cell's points. Student functions
are called by value with plain data only, so the same test cell also works when
the student's code runs in another process.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from convkit import (
    Difference,
    as_array,
    call,
    compare,
    describe,
    forbidden_name,
    message,
    missing_name,
    rule_broken,
    rule_missed,
)

__all__ = ["Draw", "Rubric"]


class Draw:
    """Random inputs from a recorded seed.

    Kernels have no zero and differ from themselves flipped or transposed, and
    sizes differ on every axis: what a symmetric kernel or a square image lets
    through is seen.

    Parameters
    ----------
    seed : int
        Written in the hidden test, so that every grading draws the same cases.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def weight(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Draw a kernel whose entries all differ in size; none is zero.

        Parameters
        ----------
        *shape : int
        dtype : torch.dtype
            In float64 the entries need more digits than float32 holds.

        Returns
        -------
        tensor of ``shape``
        """
        count = int(np.prod(shape))
        sizes = self._rng.permutation(np.arange(2, 2 * count + 2))[:count]
        values = sizes * self._rng.choice([-1.0, 1.0], size=count)
        if dtype == torch.float64:
            values = values + self._rng.uniform(0.1, 0.9, size=count)
        return torch.as_tensor(values, dtype=dtype).reshape(shape)

    def strided(self, *shape: int) -> torch.Tensor:
        """Draw a kernel that is a view of every second entry of its memory."""
        wide = self.weight(*shape[:-1], 2 * shape[-1])
        return wide[..., ::2]

    def signal(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Draw an input with entries between -1 and 1."""
        return torch.as_tensor(self._rng.uniform(-1, 1, size=shape), dtype=dtype)

    def integers(self, low: int, high: int, count: int) -> list[int]:
        """Draw ``count`` different whole numbers from ``low`` to ``high``, both possible."""
        return [int(i) for i in self._rng.permutation(np.arange(low, high + 1))[:count]]


class Rubric:
    """The parts of one exercise, each worth points that are earned whole or not at all.

    Parameters
    ----------
    name : str
        The exercise.
    points : float
        Its points; the parts must add up to them.
    answer : function or value
        The student's.
    expected : callable, optional
        Called like ``answer``, gives the result looked for. Parts may name another.
    outputs : callable, optional
        ``outputs(x, *args)``, PyTorch's own result for one random input: a
        second oracle, independent of ``expected``, for matrix answers.
    forbid : iterable of str
        Names that the answer may not reach; needs ``cells``.
    require : iterable of str
        Names of which the answer must reach one; needs ``cells``.
    cells : sequence of str
        Source of the notebook's cells (IPython's ``In``).

    Notes
    -----
    Student prints and warnings during the calls are dropped: text on stderr
    would cost every point under nbgrader, and a chatty function would drown
    the messages.
    """

    def __init__(
        self,
        name: str,
        points: float,
        answer: Any,
        expected: Callable[..., Any] | None = None,
        *,
        outputs: Callable[..., torch.Tensor] | None = None,
        forbid: Iterable[str] = (),
        require: Iterable[str] = (),
        cells: Sequence[str] = (),
    ) -> None:
        self.name, self.points = name, float(points)
        self._answer, self._expected, self._outputs = answer, expected, outputs
        self._worth = 0.0
        self._earned = 0.0
        self._lines: list[str] = []
        forbid = frozenset(forbid)
        found = forbidden_name(cells, name, forbid) if forbid else None
        self._refused = None if found is None else rule_broken(found)
        # Kept until the score: an exercise that is not answered yet breaks no rule.
        self._missed = rule_missed(require) if missing_name(cells, name, require) else None

    def equal(
        self,
        part: str,
        points: float,
        cases: Sequence[Sequence[Any]],
        expected: Callable[..., Any] | None = None,
    ) -> None:
        """Award ``points`` when the answer equals the expected result in every case.

        Parameters
        ----------
        part : str
            What the student is told was tried, in a few words.
        points : float
        cases : sequence of argument tuples
        expected : callable, optional
            Instead of the rubric's.
        """
        oracle = expected or self._expected
        assert oracle is not None, f"{self.name}: a part that compares needs `expected`"

        def judge(args: Sequence[Any], value: Any) -> Difference | None:
            problem = compare(oracle(*args), value)
            if problem is None and self._outputs is not None:
                problem = self._compare_outputs(args, value)
            return problem

        self._over_cases(part, points, cases, judge, oracle)

    def shape(self, part: str, points: float, cases: Sequence[Sequence[Any]]) -> None:
        """Award ``points`` when the answer has the expected shape in every case.

        Parameters
        ----------
        part, points, cases
            As for `equal`.
        """
        oracle = self._expected
        assert oracle is not None, f"{self.name}: a part that compares shapes needs `expected`"

        def judge(args: Sequence[Any], value: Any) -> Difference | None:
            target = oracle(*args)
            problem = compare(target, value)
            if problem is None or problem.picture is not None:  # the same shape, other entries
                return None
            return problem

        self._over_cases(part, points, cases, judge, oracle)

    def value(self, part: str, points: float, expected: Any) -> None:
        """Award ``points`` when the answer itself, not a call of it, is the expected value."""
        self._settle(part, points, compare(expected, self._answer), "")

    def accept(self, part: str, points: float, judge: Callable[[Any], str | None]) -> None:
        """Award ``points`` when ``judge`` finds nothing wrong with the answer itself.

        Parameters
        ----------
        part, points
            As for `equal`.
        judge : callable
            Takes the answer; returns None, or in words what is wrong. An answer
            of the wrong kind may make it raise; that earns nothing.
        """
        try:
            words = judge(self._answer)
        except Exception as error:  # the answer is the student's, anything can come
            words = f"it cannot be used here ({type(error).__name__})"
        problem = None if words is None else Difference("", words, blank=self._answer is None)
        self._settle(part, points, problem, "")

    def score(self) -> float:
        """Print what passed and what did not; return the points.

        Returns
        -------
        float
            Between 0 and the exercise's points.

        Raises
        ------
        ValueError
            When the parts do not add up to the exercise's points: a mistake
            in the hidden test, which must not become a grade.
        """
        if abs(self._worth - self.points) > 1e-9:
            raise ValueError(
                f"{self.name}: the parts are worth {self._worth:g} points, the exercise "
                f"{self.points:g}. Make them agree in the hidden test."
            )
        if self._missed is not None and self._earned > 0 and self._refused is None:
            self._refused = self._missed
        if self._refused is not None:
            self._earned = 0.0
            self._lines = [
                message(
                    self.name,
                    "no points, a rule of this exercise is broken.",
                    [
                        ("Expected", self._refused.expected),
                        ("Yours", self._refused.yours),
                        ("Hint", self._refused.hint),
                    ],
                )
            ]
        earned = float(min(self._earned, self.points))
        print("\n".join([*self._lines, f"{self.name}: {earned:g} of {self.points:g} points."]))
        return earned

    def _over_cases(
        self,
        part: str,
        points: float,
        cases: Sequence[Sequence[Any]],
        judge: Callable[[Sequence[Any], Any], Difference | None],
        oracle: Callable[..., Any],
    ) -> None:
        assert cases, f"{self.name}: the part {part!r} tries nothing"
        if self._refused is not None:
            self._worth += points
            return
        for args in cases:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                value, _ = call(self._answer, args)
            problem = value if isinstance(value, Difference) else judge(args, value)
            if problem is not None:
                self._settle(part, points, problem, describe(args, oracle))
                return
        self._settle(part, points, None, "")

    def _settle(self, part: str, points: float, problem: Difference | None, inputs: str) -> None:
        self._worth += points
        if problem is None:
            self._earned += points
            self._lines.append(message(part, f"passed, {points:g} of {points:g}.", []))
        elif problem.blank:
            self._lines.append(message(part, f"not answered, 0 of {points:g}.", []))
        else:
            lines = [
                ("Inputs", inputs),
                ("Expected", problem.expected),
                ("Yours", problem.yours),
                ("Hint", problem.hint),
            ]
            self._lines.append(message(part, f"failed, 0 of {points:g}.", lines))

    def _compare_outputs(self, args: Sequence[Any], value: Any) -> Difference | None:
        """Send a random input through the answer's matrix and through PyTorch."""
        assert self._outputs is not None
        T = as_array(value)
        assert isinstance(T, np.ndarray)  # it has just been compared
        dtype = next((a.dtype for a in args if isinstance(a, torch.Tensor)), torch.float32)
        x = Draw(T.shape[0] * 1009 + T.shape[1]).signal(T.shape[1], dtype=dtype)
        y = self._outputs(x, *args).reshape(-1)
        return compare(y, T @ x.double().numpy())
