"""A slip: what a misconception makes of the answer to one exercise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from convkit.draws import Draw

PLAIN = ""  # instead of a number: a bug that no idea is behind


@dataclass(frozen=True, eq=False)  # each is itself: what it holds may not be hashable
class Slip:
    """What a misconception gives in one exercise.

    Attributes
    ----------
    number : str
        The misconception's; with a dot and a name behind it, those words of it, such as
        ``"M07.backwards"``. `PLAIN` for a bug without an idea behind it: an answer that gives
        the same as a bug is called by no name.
    wrong : callable
        ``wrong(right, *args)`` is the answer of somebody who has it. ``right`` gives the right
        one for any arguments: a slip says what is done to that, not how it is built.
    draw : callable or None
        ``draw(Draw(...))`` gives random arguments. None for an answer that is a value.
    cases : int
        How many are drawn at least, see `drawn`. More, where an answer says only yes or no.
    right : callable or None
        What is right for the drawn inputs, where an instant check does not know it for all.
    seen_right : callable or None
        What is right for the visible cases and all that ``wrong`` asks about them, where an
        instant check knows it for these cases alone.
    says : sequence or None
        What somebody who has it says in each of the visible cases, where ``wrong`` can only
        judge what is drawn.
    """

    number: str
    wrong: Callable[..., Any]
    draw: Callable[[Draw], tuple[Any, ...]] | None = None
    cases: int = 12
    right: Callable[..., Any] | None = None
    seen_right: Callable[..., Any] | None = None
    says: Sequence[Any] | None = None

    @property
    def idea(self) -> str:
        """The misconception's number alone."""
        return self.number.partition(".")[0]

    @property
    def drawn(self) -> int:
        """How many inputs are drawn: a dozen or more, one for a value."""
        return 1 if self.draw is None else max(12, self.cases)


def slips_on(
    draw: Callable[[Draw], tuple[Any, ...]] | None,
    *slips: tuple[str, Callable[..., Any]],
    cases: int = 12,
    right: Callable[..., Any] | None = None,
    seen_right: Callable[..., Any] | None = None,
) -> tuple[Slip, ...]:
    """Return slips that are looked for on the same kind of inputs."""
    return tuple(Slip(number, wrong, draw, cases, right, seen_right) for number, wrong in slips)
