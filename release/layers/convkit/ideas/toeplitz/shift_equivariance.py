"""What misconceptions give in notebook 2 of `toeplitz`, 2_shift_equivariance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch

from convkit.draws import Draw
from convkit.ideas.shared import changed_to, memory, mirrored, sized_double, sized_view
from convkit.slips import Slip, slips_on
from convkit.tools import defect, shift


def _moved(draw: Draw) -> tuple[int, int]:
    """Draw a length, none of the examples', and a shift, at times 0, that leaves some of it."""
    return draw.integer(6, 9), draw.integer(-3, 3)


def _moved_out(draw: Draw) -> tuple[int, int]:
    """Draw a length and a shift, every other time one by the whole length."""
    length = draw.integer(6, 9)
    far = length * draw.integer(0, 1) * (2 * draw.integer(0, 1) - 1)
    return length, far or draw.integer(1, 3)


def _filled(S: torch.Tensor, column: int) -> torch.Tensor:
    """Put a 1 into ``column`` of every row of zeros."""
    empty = (S.sum(1, keepdim=True) == 0) * torch.eye(len(S))[column]
    return S + empty.to(S.dtype)


def _measured(draw: Draw) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Draw a dense matrix, not square, a signal of length 6 and a shift."""
    return draw.weight(draw.integer(3, 5), 6), draw.signal(6), draw.integer(-3, 3)


def _measured_far(draw: Draw) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Draw as `_measured`, a taller one at times, with a shift that may leave nothing."""
    T = draw.weight(draw.integer(4, 9), 6)
    return T, draw.signal(6), draw.integer(1, 8) * (2 * draw.integer(0, 1) - 1)


def _largest_defect(T: torch.Tensor, x: torch.Tensor, n: int) -> float:
    """Return what `show_defects` would show at worst."""
    return float(max(abs(d) for d in defect(T.__matmul__, x, n).tolist()))


def _defects(measure: Callable[[torch.Tensor], Any]) -> Callable[..., Any]:
    """Return a slip that takes another measure of the differences."""
    return lambda right, T, x, n: measure(defect(T.__matmul__, x, n))


def _followers(draw: Draw) -> tuple[torch.Tensor, list[int]]:
    """Draw a matrix of which `_follow` knows what it follows, and shifts in any order."""
    far = draw.integer(2, 9)
    shifts = draw.integers(-far, far, 2 * far - 1)
    a, b = (float(i) for i in draw.integers(2, 9, 2))
    match draw.integer(0, 6):
        case 0:
            T = a * torch.eye(4)
        case 1 | 2 as side:
            T = a * torch.eye(4) + torch.diag(torch.full((3,), b), 2 * side - 3)
        case 3:
            T = draw.weight(3, draw.integer(4, 5))
        case 4:
            T = draw.weight(draw.integer(4, 6), 3)
        case 5:
            T = a * torch.eye(*draw.integers(3, 5, 2))
        case _:
            T = torch.zeros(3, 4)
    return T, shifts


def _one_off(draw: Draw, by: float = 0.5) -> tuple[torch.Tensor, list[int]]:
    """Draw a multiple of the identity with one number on its diagonal a little off."""
    size = draw.integer(5, 8)
    T = draw.integer(2, 9) * torch.eye(size)
    place = draw.integer(1, size - 2)
    T[place, place] += by * (2 * draw.integer(0, 1) - 1)
    return T, draw.integers(-9, 9, 15)


def _follow(T: torch.Tensor, shifts: Iterable[int]) -> set[int]:
    """Return the shifts that a matrix from `_followers` or `_one_off` follows.

    From the way it was drawn: for other matrices this is wrong.
    """
    rows, columns = T.shape
    line = T.diagonal()
    left = right = max(rows, columns)
    if not T.any() or (rows == columns and T.equal(line[0] * torch.eye(rows))):
        left = right = 1
    elif T[0, 1] == 0 == T[1, 0] and rows == columns:
        place = int((line != line.median()).nonzero())
        left = right = max(place + 1, rows - place)
    elif T[0, 1] == 0 and (T[1, 0] != 0 or rows < columns):
        right = 1
    elif T[1, 0] == 0:
        left = 1
    return {n for n in shifts if n == 0 or n >= right or -n >= left}


def _follow_seen(T: torch.Tensor, shifts: Iterable[int]) -> set[int]:
    """Return the shifts that a visible matrix follows: all if it is diagonal, else 0 and far ones.

    For other matrices this is wrong.
    """
    diagonal = int(T.count_nonzero()) == len(T)
    return {n for n in shifts if diagonal or n == 0 or abs(n) >= max(T.shape)}


def _on_circle(T: torch.Tensor) -> bool:
    """Tell whether a matrix is the same again after a step around the circle on both sides."""
    return torch.equal(T, T.roll((1, 1), (0, 1)))


def _all_or_zero(
    right: Callable[..., Any],
    T: torch.Tensor,
    shifts: Iterable[int],
    others: Callable[[int], bool],
) -> set[int]:
    """Return all shifts for a matrix that follows all, else those for which ``others`` holds."""
    return {n for n in shifts if right(T, [-1, 1]) == {-1, 1} or others(n)}


def _asking(
    signals: Callable[[int], Iterable[torch.Tensor]],
) -> Callable[..., Any]:
    """Return a slip that asks a few signals of the right length instead of all."""

    def wrong(right: Callable[..., Any], T: torch.Tensor, shifts: Iterable[int]) -> set[int]:
        ask = list(signals(T.shape[1]))
        return {n for n in shifts if not any(defect(T.__matmul__, x, n).any() for x in ask)}

    return wrong


def _between(passed: set[int], shifts: Iterable[int]) -> set[int]:
    """Return the shifts from the smallest to the largest of ``passed``."""
    return set(range(min(passed, default=0), max(passed, default=0) + 1)) & set(shifts)


def _until_first_failure(passed: set[int], shifts: Iterable[int]) -> set[int]:
    """Return those of ``passed`` that come before any other shift, the nearest first."""
    nearest = sorted(shifts, key=abs)
    stop = next((i for i, n in enumerate(nearest) if n not in passed), len(nearest))
    return set(nearest[:stop])


def _roomy(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel of more than three taps, and a length that is more than six."""
    k = draw.integer(4, 6)
    return draw.weight(k), draw.integer(2 * k, 2 * k + 3)


def _tight(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel and a length, every other time that of the kernel."""
    k = draw.integer(3, 6)
    return draw.weight(k), k + 2 * draw.integer(0, 1)


def _corner(C: torch.Tensor, change: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """Change the corner below the diagonal of a circulant, where the kernel comes in again."""
    return torch.triu(C) + change(torch.tril(C, -1))


def _rolled(right: Callable[..., torch.Tensor], length: int, n: int) -> torch.Tensor:
    """Return the shift with what it has pushed out at the other end."""
    return right(length, n) + right(length, n - length) + right(length, n + length)


def _from(distance: int, shifts: Iterable[int]) -> set[int]:
    """Return the shifts by ``distance`` and more, to either side."""
    return {n for n in shifts if abs(n) >= distance}


def _one_sided(passed: set[int], T: torch.Tensor, shifts: Iterable[int], sign: int) -> set[int]:
    """Add the shifts with which the defects of a matrix from `_one_off` have one sign only."""
    off = T.diagonal() - T.diagonal().median()
    if T.shape[0] != T.shape[1] or off.count_nonzero() != 1:  # visible, see `_follow_seen`
        return passed
    place = int(off.nonzero())
    side = sign if off[place] > 0 else -sign
    return passed | {n for n in shifts if not 0 <= place - side * n < len(T)}


#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "shift_matrix": (
        *slips_on(
            _moved,
            ("M39", lambda right, length, n: _rolled(right, length, n)),
            (
                "M39",
                lambda right, length, n: right(length, n) if n > 0 else _rolled(right, length, n),
            ),
            (
                "M39",
                lambda right, length, n: right(length, n) if n < 0 else _rolled(right, length, n),
            ),
            (
                "M35.to_the_right",
                lambda right, length, n: right(length, n if n >= 0 else n + length),
            ),
            ("M35", lambda right, length, n: right(length, abs(n))),
            ("M04", lambda right, length, n: right(length, n).T),
            ("M05.last_row", lambda right, length, n: changed_to(right(length, n), (-1, 0.0))),
            ("M05", lambda right, length, n: right(length, n + 1)),
            ("M05", lambda right, length, n: right(length, n - 1)),
            ("M13", lambda right, length, n: right(5, n)),
            ("M13", lambda right, length, n: right(5, 2 if n == 2 else -1)),
            ("M36", lambda right, length, n: right(length, 0)),
            ("M24", lambda right, length, n: _filled(right(length, n), 0 if n > 0 else -1)),
            ("M27", lambda right, length, n: right(length, n) if n else right(length, length)),
            ("M27", lambda right, length, n: right(length, n) if n else right(length, 0)[:0]),
            cases=12,
        ),
        Slip(
            "M30",
            lambda right, length, n: right(length, 0 if abs(n) >= length else n),
            _moved_out,
            cases=6,
        ),
    ),
    "equivariance_error": (
        *slips_on(
            _measured,
            (
                "M39",
                lambda right, T, x, n: float(
                    (T @ torch.roll(x, n) - torch.roll(T @ x, n)).abs().max()
                ),
            ),
            (
                "M39",
                lambda right, T, x, n: float((T @ shift(x, n) - torch.roll(T @ x, n)).abs().max()),
            ),
            ("M36", lambda right, T, x, n: float((T @ shift(x, n) - T @ x).abs().max())),
            (
                "M37",
                lambda right, T, x, n: float((T @ shift(x, n) - shift(T @ x, -n)).abs().max()),
            ),
            (
                "M37",
                lambda right, T, x, n: float((T @ shift(x, n) - shift(T, n) @ x).abs().max()),
            ),
            ("M40", _defects(lambda d: float(d.max()))),
            ("M40", _defects(lambda d: float(-d.min()))),
            ("M40", _defects(lambda d: abs(float(d.max())))),
            ("M40", _defects(lambda d: float(d.abs().sum()))),
            ("M40", _defects(lambda d: float(d.abs().mean()))),
            ("M40", _defects(lambda d: float(d.norm()))),
            ("M40", _defects(lambda d: float(d.square().max()))),
            ("M40", _defects(lambda d: float(d.abs().argmax()))),
            ("M40", _defects(lambda d: d.abs())),
            ("M40", _defects(lambda d: int(d.count_nonzero()))),
            ("M40", _defects(lambda d: not d.any())),
            ("M40", _defects(lambda d: abs(float(d[0])))),
            ("M40", lambda right, T, x, n: right(T, x, n) / float((T @ x).abs().max())),
            ("M32.inner", _defects(lambda d: float(d[1:-1].abs().max()))),
            ("M32.zero", lambda right, T, x, n: 0.0),
            ("M35", lambda right, T, x, n: right(T, x, abs(n))),
            ("M35", lambda right, T, x, n: right(T, x, -n)),
            (
                "M33.impulses",
                lambda right, T, x, n: max(right(T, e, n) for e in torch.eye(len(x))),
            ),
            (
                "M33.fixed",
                lambda right, T, x, n: right(T, torch.tensor([1.0, 0.0, 4.0, -1.0, 5.0, 2.0]), n),
            ),
            ("M13", lambda right, T, x, n: {1: 3.0, -2: 16.0}.get(n, 0.0)),
            ("M16", lambda right, T, x, n: round(right(T, x, n))),
            ("M16", lambda right, T, x, n: int(right(T, x, n))),
            cases=12,
            right=_largest_defect,
            seen_right=_largest_defect,
        ),
        *slips_on(
            _measured_far,
            ("M35.far_error", lambda right, T, x, n: 0.0 if abs(n) >= len(T) else right(T, x, n)),
            ("M35.far_error", lambda right, T, x, n: 0.0 if abs(n) >= len(x) else right(T, x, n)),
            cases=24,
            right=_largest_defect,
            seen_right=_largest_defect,
        ),
    ),
    "equivariant_shifts": (
        *slips_on(
            _followers,
            ("M32", lambda right, T, shifts: set(shifts)),
            ("M33.only_zero", lambda right, T, shifts: {0}),
            ("M33.only_zero", lambda right, T, shifts: {0} & set(shifts)),
            (
                "M33.square",
                lambda right, T, shifts: (
                    set(shifts) if T.shape[0] == T.shape[1] else {0} & set(shifts)
                ),
            ),
            (
                "M33.all_or_none",
                lambda right, T, shifts: _all_or_zero(
                    right, T, shifts, lambda n: n == 0 or abs(n) >= max(T.shape)
                ),
            ),
            (
                "M39",
                lambda right, T, shifts: _all_or_zero(
                    right,
                    T,
                    shifts,
                    lambda n: _on_circle(T) or n % math.lcm(*T.shape) == 0,
                ),
            ),
            (
                "M37.square",
                lambda right, T, shifts: (
                    right(T, shifts) if T.shape[0] == T.shape[1] else {0} & set(shifts)
                ),
            ),
            ("M35", lambda right, T, shifts: {-n for n in right(T, [-n for n in shifts])}),
            ("M35", lambda right, T, shifts: {n for n in shifts if right(T, [abs(n)])}),
            ("M35.right_only", lambda right, T, shifts: {n for n in right(T, shifts) if n >= 0}),
            (
                "M35.far",
                lambda right, T, shifts: {n for n in right(T, shifts) if abs(n) < T.shape[1]},
            ),
            (
                "M35.far",
                lambda right, T, shifts: right(T, shifts) | _from(T.shape[1], shifts),
            ),
            (
                "M35.far",
                lambda right, T, shifts: right(T, shifts) | _from(T.shape[0], shifts),
            ),
            ("M34.between", lambda right, T, shifts: _between(right(T, shifts), shifts)),
            ("M34.stops", lambda right, T, shifts: _until_first_failure(right(T, shifts), shifts)),
            ("M34.range", lambda right, T, shifts: right(T, range(-5, 6))),
            ("M34.first", lambda right, T, shifts: right(T, shifts[:1])),
            ("M15.opposite", lambda right, T, shifts: set(shifts) - right(T, shifts)),
            (
                "M13",
                lambda right, T, shifts: {0} if T.shape[0] < T.shape[1] else set(shifts),
            ),
            cases=32,
            right=_follow,
            seen_right=_follow_seen,
        ),
        *slips_on(
            _one_off,
            ("M33.asking", _asking(lambda length: [torch.arange(float(length))])),
            ("M33.asking", _asking(lambda length: [torch.eye(length)[0]])),
            ("M33.asking", _asking(lambda length: [torch.eye(length)[0], torch.eye(length)[-1]])),
            ("M33.asking", _asking(lambda length: [torch.eye(length)[length // 2]])),
            ("M40", lambda right, T, shifts: _one_sided(right(T, shifts), T, shifts, 1)),
            ("M40", lambda right, T, shifts: _one_sided(right(T, shifts), T, shifts, -1)),
            cases=12,
            right=_follow,
            seen_right=_follow_seen,
        ),
        Slip(
            "M16",
            lambda right, T, shifts: right(T.round(), shifts),
            lambda draw: _one_off(draw, by=draw.integer(0, 1) or 0.03),
            cases=8,
            right=_follow,
            seen_right=_follow_seen,
        ),
    ),
    "circulant": (
        *slips_on(
            _roomy,
            ("M01", lambda right, w, n: right(w.flip(0), n)),
            (
                "M05.corner",
                lambda right, w, n: _corner(right(w, n), lambda corner: corner.roll(1, 1)),
            ),
            ("M05", lambda right, w, n: right(w, n)[:-1]),
            ("M06", lambda right, w, n: right(torch.cat([w[:-1], w.new_zeros(1)]), n)),
            ("M07", lambda right, w, n: right(w, n)[[0] * n]),
            ("M07.backwards", lambda right, w, n: right(w, n)[[-i % n for i in range(n)]]),
            ("M07", lambda right, w, n: right(w, n)[[i * len(w) % n for i in range(n)]]),
            ("M08", lambda right, w, n: mirrored(right(w, n))),
            ("M09", lambda right, w, n: right(w, n).T),
            ("M10", lambda right, w, n: torch.triu(right(w, n))),
            ("M13", lambda right, w, n: right(w[:3], n)),
            ("M13", lambda right, w, n: right(w, 6)),
            ("M17", lambda right, w, n: right(w, n)[: n - len(w) + 1]),
            ("M20", lambda right, w, n: right(w, n).roll(-(len(w) // 2), 1)),
            ("M20", lambda right, w, n: right(w, n).roll(-((len(w) - 1) // 2), 1)),
            ("M20", lambda right, w, n: right(w, n).roll(1, 1)),
            (
                "M24",
                lambda right, w, n: _corner(
                    right(w, n), lambda corner: corner.flip(1).roll(-1, 1)
                ),
            ),
            (
                "M24",
                lambda right, w, n: _corner(
                    right(w, n), lambda corner: corner.flip(1).roll(len(w) - 1, 1)
                ),
            ),
        ),
        Slip("M16", lambda right, w, n: right(w.float(), n), sized_double),
        Slip("M49", lambda right, w, n: right(w, n) * (n > len(w)), _tight, cases=12),
        Slip("M66", lambda right, w, n: right(memory(w), n), sized_view),
    ),
}


#: Wrong numbers and sets that are a misconception's own, by exercise and `digest`.
KNOWN: dict[str, dict[str, str]] = {
    "valid_shifts": {
        "1159cc8d220f": "M32",
        "1f01d8aeb276": "M35",
        "7afea3a5dd9f": "M35",
    },
    "padded_shifts": {
        "a9c7c06ae156": "M32",
    },
}
