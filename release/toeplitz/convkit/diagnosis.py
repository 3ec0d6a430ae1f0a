"""Name the misconception whose own output an answer is."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from convkit.calling import call
from convkit.comparing import Difference, compare
from convkit.draws import Draw
from convkit.ideas.catalogue import KNOWN, SLIPS
from convkit.misconceptions import MISCONCEPTIONS, Misconception
from convkit.slips import Slip


def diagnose(
    name: str, answer: Callable[..., Any], right: Callable[..., Any]
) -> Misconception | None:
    """Name the misconception whose own output an answer is, if it is just one's.

    The answer is tried on random inputs. A misconception is named when the
    answer equals its output on every one, and on at least two of them this
    output is not right (an answer that is a value has to equal it, once).

    Parameters
    ----------
    name : str
        The exercise.
    answer : callable
        The student's function; for a value, a function without arguments that returns it.
    right : callable
        Called like ``answer``, gives the right result.

    Returns
    -------
    Misconception or None
    """
    tried: dict[Any, list[_Tried]] = {}
    found: set[str] = set()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for slip in SLIPS.get(name, ()):
            if slip.number in found:
                continue
            key = slip.draw, slip.cases, slip.right
            # An error here is the course's own: it must not cost a student the exercise.
            with contextlib.suppress(Exception):
                if key not in tried:
                    tried[key] = _try(slip, answer, slip.right or right)
                if _reproduced(slip, tried[key], slip.right or right):
                    found.add(slip.number)
    return MISCONCEPTIONS[found.pop()] if len(found) == 1 else None


def inputs_of(slip: Slip) -> list[tuple[Any, ...]]:
    """Draw the inputs on which a slip is looked for: the same ones every time."""
    if slip.draw is None:
        return [()]
    draw = Draw(seed=20)
    return [slip.draw(draw) for _ in range(slip.cases)]


_Tried = tuple[tuple[Any, ...], Any, Any]  # inputs, what is right for them, the answer's value


def _try(slip: Slip, answer: Callable[..., Any], right: Callable[..., Any]) -> list[_Tried]:
    """Call an answer on a slip's inputs, up to the first on which it raises: no slip does."""
    tried: list[_Tried] = []
    for args in inputs_of(slip):
        truth = right(*args)
        tried.append((args, truth, call(answer, args)[0]))
        if isinstance(tried[-1][-1], Difference):
            break
    return tried


def _reproduced(slip: Slip, tried: Sequence[_Tried], right: Callable[..., Any]) -> bool:
    """Tell whether answers are what a slip gives, and often enough not what is right."""
    differ = 0
    for args, truth, value in tried:
        target = slip.wrong(right, *copy.deepcopy(args))
        if value is None or compare(target, value) is not None:
            return False
        if compare(truth, target) is not None:
            if compare(truth, value) is None:  # so near that it is both, as to a rounded matrix
                return False
            differ += 1
    return differ >= (1 if slip.draw is None else 2)


def known_value(name: str, args: Sequence[Any], value: Any) -> Misconception | None:
    """Look up a wrong number or set that is a misconception's own; the first one of a dict.

    Parameters
    ----------
    name : str
        The exercise.
    args : sequence
        What the value is for, such as ``("dense",)``; empty for the whole answer.
    value : anything
    """
    if isinstance(value, dict):
        found = (known_value(name, (key,), part) for key, part in value.items())
        return next((idea for idea in found if idea is not None), None)
    number = KNOWN.get(digest(name, args, value))
    return None if number is None else MISCONCEPTIONS[number]


def digest(name: str, args: Sequence[Any], value: Any) -> str:
    """Return the key of a wrong value in `KNOWN`: a list in plain text would help to guess."""
    if isinstance(value, (set, frozenset)):
        value = sorted(map(repr, map(_whole, value)))
    text = repr((name, *args, _whole(value)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _whole(value: Any) -> Any:
    """Turn a number that is whole into an int, and a list of numbers into one of ints."""
    if isinstance(value, (torch.Tensor, np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_whole(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
