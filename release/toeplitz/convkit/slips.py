"""A slip: what a misconception makes of the answer to one exercise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from convkit.draws import Draw


@dataclass(frozen=True)
class Slip:
    """What a misconception gives in one exercise.

    Attributes
    ----------
    number : str
        The misconception's.
    wrong : callable
        ``wrong(right, *args)`` is the answer of somebody who has it. ``right`` gives the right
        one for any arguments: a slip says what is done to that, not how it is built.
    draw : callable or None
        ``draw(Draw(...))`` gives random arguments. None for an answer that is a value.
    cases : int
        How many are drawn. More, where an answer says only yes or no.
    right : callable or None
        What is right for the drawn inputs, where an instant check does not know it for all.
    """

    number: str
    wrong: Callable[..., Any]
    draw: Callable[[Draw], tuple[Any, ...]] | None = None
    cases: int = 3
    right: Callable[..., Any] | None = None


def slips_on(
    draw: Callable[[Draw], tuple[Any, ...]] | None,
    *slips: tuple[str, Callable[..., Any]],
    cases: int = 3,
    right: Callable[..., Any] | None = None,
) -> tuple[Slip, ...]:
    """Return slips that are looked for on the same kind of inputs."""
    return tuple(Slip(number, wrong, draw, cases, right) for number, wrong in slips)
