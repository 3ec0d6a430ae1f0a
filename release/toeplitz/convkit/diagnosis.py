"""Name the misconception whose own output an answer is."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from convkit.calling import call
from convkit.comparing import Difference, compare
from convkit.draws import Draw
from convkit.ideas.catalogue import known_in, slips_in
from convkit.misconceptions import Misconception, words_for
from convkit.slips import PLAIN, Slip

SHOWN = 3  # drawn inputs, at least, on which a misconception's output is not right


def diagnose(
    name: str,
    answer: Callable[..., Any],
    right: Callable[..., Any],
    visible: Sequence[Sequence[Any]],
) -> Misconception | None:
    """Name the misconception whose own output an answer is, if it is just one's.

    The answer is tried on the visible cases and on a dozen random inputs or more. A misconception
    is named when the answer equals its output on every one, on some of the random ones this
    output is not right, and no other misconception and no plain bug gives the same.

    Parameters
    ----------
    name : str
        The exercise.
    answer : callable
        The student's function; for a value, a function without arguments that returns it.
    right : callable
        Called like ``answer``, gives the right result.
    visible : sequence of argument tuples
        The cases that the instant check tries, all of them.

    Returns
    -------
    Misconception or None
    """
    slips = slips_in(name)
    if not slips:
        return None
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        alive = _seen(slips, answer, right, visible)
        groups: dict[Any, list[Slip]] = {}
        for slip in alive:
            groups.setdefault((slip.draw, slip.right), []).append(slip)
        found = [slip for group in groups.values() for slip in _drawn(group, answer, right)]
    keys = {slip.number for slip in found}
    ideas = {slip.idea for slip in found}
    if len(ideas) != 1 or PLAIN in ideas:
        return None
    return words_for(keys.pop() if len(keys) == 1 else ideas.pop(), name)


def inputs_of(slip: Slip) -> Iterator[tuple[Any, ...]]:
    """Draw the inputs on which a slip is looked for: the same ones every time."""
    draw = Draw(seed=20)
    for _ in range(slip.drawn):
        yield () if slip.draw is None else slip.draw(draw)


def seen_by(
    slip: Slip, right: Callable[..., Any], visible: Sequence[Sequence[Any]]
) -> Iterator[Any]:
    """Give what a slip makes of each visible case."""
    for place, args in enumerate(visible):
        if slip.says is not None:
            yield slip.says[place]
        else:
            yield slip.wrong(slip.seen_right or right, *copy.deepcopy(tuple(args)))


def _seen(
    slips: Sequence[Slip],
    answer: Callable[..., Any],
    right: Callable[..., Any],
    visible: Sequence[Sequence[Any]],
) -> list[Slip]:
    """Return the slips whose output an answer is on every visible case."""
    values = [call(answer, args)[0] for args in visible]
    if any(value is None or isinstance(value, Difference) for value in values):
        return []
    alive = []
    for slip in slips:
        # An error here is the course's own, which the tests find: a slip that does not know what
        # it gives names nothing, and costs no student the exercise.
        with contextlib.suppress(Exception):
            if slip.says is not None and len(slip.says) != len(visible):
                continue
            pairs = zip(seen_by(slip, right, visible), values, strict=True)
            if all(compare(target, value) is None for target, value in pairs):
                alive.append(slip)
    return alive


def _drawn(
    slips: Sequence[Slip], answer: Callable[..., Any], right: Callable[..., Any]
) -> list[Slip]:
    """Return the slips, all on the same inputs, whose output an answer is on every drawn one."""
    truth = slips[0].right or right
    shown = dict.fromkeys(slips, 0)
    longest = max(slips, key=lambda slip: slip.drawn)
    for args in inputs_of(longest):
        value = call(answer, args)[0]
        if value is None or isinstance(value, Difference):
            return []
        target = truth(*copy.deepcopy(args))
        is_right = compare(target, value) is None
        for slip in list(shown):
            given = _given(slip, truth, args)
            if compare(given, value) is not None:
                del shown[slip]
            elif compare(target, given) is not None:
                if is_right:  # so near that it is both, as to a rounded matrix
                    del shown[slip]
                else:
                    shown[slip] += 1
        if not shown:
            return []
    return [slip for slip, times in shown.items() if times >= min(SHOWN, slip.drawn)]


def _given(slip: Slip, right: Callable[..., Any], args: Sequence[Any]) -> Any:
    """Return what a slip makes of drawn arguments."""
    return slip.wrong(right, *copy.deepcopy(tuple(args)))


def known_value(name: str, value: Any) -> Misconception | None:
    """Look up a whole wrong answer, numbers or a set, that is a misconception's own.

    Parameters
    ----------
    name : str
        The exercise.
    value : anything
    """
    key = known_in(name).get(digest(name, value))
    return None if key is None else words_for(key, name)


def digest(name: str, value: Any) -> str:
    """Return the key of a wrong value in a `KNOWN`: a list in plain text would help to guess."""
    if isinstance(value, (set, frozenset)):
        value = sorted(map(repr, map(_whole, value)))
    if isinstance(value, dict):
        value = sorted((repr(key), _whole(part)) for key, part in value.items())
    text = repr((name, _whole(value)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _whole(value: Any) -> Any:
    """Turn a number that is whole into an int, and a list of numbers into one of ints."""
    if isinstance(value, (torch.Tensor, np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_whole(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
