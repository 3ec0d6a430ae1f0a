"""What a hidden test calls: parts of an exercise, the points they earn, and why not.

A hidden test makes a `Rubric`, adds parts to it and ends in ``rubric.score()``:
a builtin float, which nbgrader reads as the cell's points. Student functions
are called by value with plain data only, so the same test cell also works when
the student's code runs in another process.

Besides the words for the student, ``score()`` shows a record of them under a MIME type
of its own, `RECORD`: the feedback page and the class report are made from it.
"""

from __future__ import annotations

import contextlib
import io
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from convgrade.parts import Part, said, tell
from convgrade.records import RECORD
from convkit.calling import call, describe
from convkit.checking import message
from convkit.comparing import Difference, compare
from convkit.diagnosis import diagnose, known_value
from convkit.draws import Draw
from convkit.found import recall
from convkit.misconceptions import Misconception, words_for
from convkit.rule import Seen, broken, missed, rule_broken, rule_missed
from convkit.unused import rule_unused, unused
from convkit.values import as_array

__all__ = ["RECORD", "Draw", "Rubric"]


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
    whole : pair of callables, optional
        The student's function and the right one, where ``answer`` and ``expected`` are
        called otherwise than the student's function: for naming a misconception. The cases
        of a visible part are then those of the function with one more argument before them, if
        the part does not say what was ``seen``.
    defined : str
        What the answer is called in the notebook, where that is not the exercise's name.

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
        whole: tuple[Callable[..., Any], Callable[..., Any]] | None = None,
        defined: str = "",
    ) -> None:
        self.name, self.points = name, float(points)
        self._answer, self._expected, self._outputs = answer, expected, outputs
        self._whole = whole
        self._parts: list[Part] = []
        self._visible: list[tuple[Any, ...]] = []
        self._entries: dict[str, Any] = {}  # of an answer that is asked for entry by entry
        self._forbid, self._require = frozenset(forbid), frozenset(require)
        self._cells, self._defined = tuple(cells), defined or name
        self._seen = Seen() if self._forbid or self._require else None
        self._refused: Difference | None = None

    def equal(
        self,
        part: str,
        points: float,
        cases: Sequence[Sequence[Any]],
        expected: Callable[..., Any] | None = None,
        *,
        visible: bool = False,
        seen: Sequence[Sequence[Any]] | None = None,
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
        visible : bool
            Whether the instant check in the notebook has tried just this.
        seen : sequence of argument tuples, optional
            How the instant check called the student's function, where it was with other
            arguments than ``cases`` say; see ``whole``.
        """
        oracle = expected or self._expected
        assert oracle is not None, f"{self.name}: a part that compares needs `expected`"

        def judge(args: Sequence[Any], value: Any) -> Difference | None:
            problem = compare(oracle(*args), value)
            if problem is None and self._outputs is not None:
                problem = self._compare_outputs(args, value)
            return problem

        self._over_cases(part, points, cases, judge, oracle, visible)
        if seen is not None:
            self._visible = [tuple(args) for args in seen]

    def shape(
        self,
        part: str,
        points: float,
        cases: Sequence[Sequence[Any]],
        *,
        visible: bool = False,
    ) -> None:
        """Award ``points`` when the answer has the expected shape in every case.

        Parameters
        ----------
        part, points, cases, visible
            As for `equal`.
        """
        oracle = self._expected
        assert oracle is not None, f"{self.name}: a part that compares shapes needs `expected`"

        def judge(args: Sequence[Any], value: Any) -> Difference | None:
            target = oracle(*args)
            wanted = getattr(as_array(target), "shape", None)
            found = getattr(as_array(value), "shape", "none")
            return None if found == wanted else compare(target, value)

        self._over_cases(part, points, cases, judge, oracle, visible)

    def value(self, part: str, points: float, expected: Any, *, visible: bool = False) -> None:
        """Award ``points`` when the answer itself, not a call of it, is the expected value."""
        self._settle_value(part, points, compare(expected, self._answer), visible)

    def accept(
        self,
        part: str,
        points: float,
        judge: Callable[[Any], str | None],
        *,
        visible: bool = False,
        idea: Callable[[Any], str | None] | None = None,
    ) -> None:
        """Award ``points`` when ``judge`` finds nothing wrong with the answer itself.

        Parameters
        ----------
        part, points, visible
            As for `equal`.
        judge : callable
            Takes the answer; returns None, or in words what is wrong. An answer
            of the wrong kind may make it raise; that earns nothing.
        idea : callable, optional
            Takes an answer with which something is wrong; returns the number of the
            misconception that it comes from, or None. For what an instant check must
            not say, because it would say at the same time what else is right.
        """
        number = None
        try:
            words = judge(self._answer)
            if words is not None and idea is not None:
                number = idea(self._answer)
        except Exception as error:  # the answer is the student's, anything can come
            words = f"it cannot be used here ({type(error).__name__})"
        problem = None if words is None else Difference("", words, blank=self._answer is None)
        self._settle_value(part, points, problem, visible, number)

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
        worth = sum(part.points for part in self._parts)
        if abs(worth - self.points) > 1e-9:
            raise ValueError(
                f"{self.name}: the parts are worth {worth:g} points, the exercise "
                f"{self.points:g}. Make them agree in the hidden test."
            )
        earned = round(sum(part.earned for part in self._parts), 9)  # 1.2, not 1.2000000000000002
        found = broken(self._cells, self._defined, self._forbid, self._seen)
        if found is not None:
            self._refused = rule_broken(found)
        # An exercise that is not answered yet breaks no rule.
        elif earned > 0 and missed(self._cells, self._defined, self._require, self._seen):
            self._refused = rule_missed(self._require)
        elif earned > 0 and self._unused():
            self._refused = rule_unused(self._require)
        earned = 0.0 if self._refused is not None else float(min(earned, self.points))
        ideas = self._ideas()
        words = "\n".join(
            [*self._words(ideas), f"{self.name}: {earned:g} of {self.points:g} points."]
        )
        tell(words, self.record(earned, ideas))
        return earned

    def _unused(self) -> bool:
        """Tell whether what the exercise requires is called, and its result not used."""
        function, right = self._whole or (self._answer, self._expected)
        if right is None or any(part.visible and part.problem for part in self._parts):
            return False
        return unused(self._cells, self._require, function, right, self._visible)

    def record(self, earned: float, ideas: Sequence[Misconception]) -> dict[str, Any]:
        """Return what is known about the answer as plain data.

        Returns
        -------
        dict
            ``exercise``, ``points``, ``earned``; ``refused``, the rule that is broken, or None;
            ``misconceptions``, a list of dicts; ``parts``, a list of dicts with what a message
            says and, for a matrix with wrong entries, its ``picture``: where it is not zero
            and where it is wrong, and no number of it.
        """
        refused = self._refused and {label.lower(): words for label, words in said(self._refused)}
        return {
            "exercise": self.name,
            "points": self.points,
            "earned": earned,
            "refused": refused,
            "misconceptions": [vars(idea) for idea in ideas],
            "parts": [part.record(refused is not None) for part in self._parts],
        }

    def _words(self, ideas: Sequence[Misconception]) -> list[str]:
        """Return the messages."""
        if self._refused is not None:
            verdict = "no points, a rule of this exercise is broken."
            return [message(self.name, verdict, said(self._refused))]
        known = [message(self.name, "a known mistake.", [("Hint", idea.words)])
                 for idea in ideas]  # fmt: skip
        return [*(part.words for part in self._parts), *known]

    def _ideas(self) -> list[Misconception]:
        """Return the misconceptions that the answer surely comes from."""
        failed = [p for p in self._parts if p.verdict == "failed"]
        if self._refused is not None or not failed:
            return []
        known = {p.idea.number: p.idea for p in failed if p.idea is not None}
        if known:
            return list(known.values()) if len(known) == 1 else []
        if self._entries:
            idea = known_value(self.name, self._entries)
            return [] if idea is None else [idea]
        answer, right = self._whole or (self._answer, self._expected)
        if right is None or not self._visible:
            return []
        seen = self._visible
        idea = recall(self.name, answer, seen, lambda: diagnose(self.name, answer, right, seen))
        return [] if idea is None else [idea]

    def _over_cases(
        self,
        part: str,
        points: float,
        cases: Sequence[Sequence[Any]],
        judge: Callable[[Sequence[Any], Any], Difference | None],
        oracle: Callable[..., Any],
        visible: bool,
    ) -> None:
        assert cases, f"{self.name}: the part {part!r} tries nothing"
        if visible:
            self._see(cases)
        # The smallest inputs first: they are the counter-example that is shown.
        for args in sorted(cases, key=_size):
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                own = self._whole[0] if self._whole else self._answer
                value, _ = call(self._answer, args, self._seen, own)
            if len(args) == 1 and isinstance(args[0], str):
                self._entries[args[0]] = value
            problem = value if isinstance(value, Difference) else judge(args, value)
            if problem is not None:
                inputs = describe(args, oracle)
                self._parts.append(Part(part, points, visible, problem, inputs))
                return
        self._parts.append(Part(part, points, visible, None))

    def _see(self, cases: Sequence[Sequence[Any]]) -> None:
        """Remember what the instant check tries, as the student's function is called there."""
        for args in cases:
            if not self._whole:
                self._visible.append(tuple(args))
            elif not any(_same(args[1:], seen) for seen in self._visible):
                self._visible.append(tuple(args[1:]))

    def _settle_value(
        self,
        part: str,
        points: float,
        problem: Difference | None,
        visible: bool,
        number: str | None = None,
    ) -> None:
        idea = None if problem is None else known_value(self.name, self._answer)
        if number is not None:
            idea = words_for(number, self.name)
        self._parts.append(Part(part, points, visible, problem, idea=idea))

    def _compare_outputs(self, args: Sequence[Any], value: Any) -> Difference | None:
        """Send a random input through the answer's matrix and through PyTorch."""
        assert self._outputs is not None
        T = as_array(value)
        assert isinstance(T, np.ndarray)  # it has just been compared
        dtype = next((a.dtype for a in args if isinstance(a, torch.Tensor)), torch.float32)
        x = Draw(T.shape[0] * 1009 + T.shape[1]).signal(T.shape[1], dtype=dtype)
        y = self._outputs(x, *args).reshape(-1)
        return compare(y, T @ x.double().numpy())


def _same(args: Sequence[Any], others: Sequence[Any]) -> bool:
    """Tell whether these are the very same inputs; tensors do not compare as a whole."""
    return len(args) == len(others) and all(map(operator.is_, args, others))


def _size(args: Sequence[Any]) -> float:
    """Return how large the inputs of a call are: entries of tensors, sizes of numbers."""
    return sum(
        a.numel() if isinstance(a, torch.Tensor) else abs(a) if isinstance(a, (int, float)) else 1
        for a in args
    )
