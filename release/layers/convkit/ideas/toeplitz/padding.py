"""What misconceptions give in notebook 3 of `toeplitz`, 3_padding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from convkit.draws import Draw
from convkit.ideas.shared import changed_to, memory, wrapped
from convkit.slips import Slip, slips_on


def _counted(draw: Draw) -> tuple[int, int, int]:
    """Draw a length, the length of a kernel and a padding, below and above what is usual."""
    return draw.integer(12, 30), draw.integer(4, 9), draw.integer(1, 9)


def _short(draw: Draw) -> tuple[int, int, int]:
    """Draw a length, a kernel about as long or longer, and a padding with which it fits."""
    n = draw.integer(3, 6)
    return n, n + draw.integer(-1, 2), draw.integer(1, 3)


def _stacked(*parts: torch.Tensor) -> torch.Tensor:
    """Put rows and matrices of the same width on top of each other."""
    return torch.cat([part.reshape(-1, part.shape[-1]) for part in parts])


def _padded(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw a kernel, a length and a padding with which the kernel still touches the signal."""
    k = draw.integer(3, 5)
    return draw.weight(k), k + draw.integer(2, 5), draw.integer(1, k - 1)


def _padded_three(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw as `_padded`, with a kernel of three taps."""
    return draw.weight(3), draw.integer(11, 15), draw.integer(1, 2)


def _padded_double(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw as `_padded`, with a kernel of float64."""
    k = draw.integer(3, 5)
    return draw.weight(k, dtype=torch.float64), k + draw.integer(2, 5), draw.integer(1, 2)


def _padded_view(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw as `_padded`, with a kernel that is a view."""
    k = draw.integer(3, 5)
    return draw.strided(k), k + draw.integer(2, 5), draw.integer(1, 2)


def _padded_far(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw a kernel, a length and a padding that may be longer than the kernel, or small."""
    k = draw.integer(2, 4)
    return draw.weight(k), k + draw.integer(2, 5), draw.integer(0, k + 3)


def _padded_or_not(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw a kernel, a length and a padding of 0 or 1."""
    k = draw.integer(3, 5)
    return draw.weight(k), k + draw.integer(2, 5), draw.integer(0, 1)


def _rows_from(
    right: Callable[..., torch.Tensor], w: torch.Tensor, n: int, first: int, count: int
) -> torch.Tensor:
    """Return rows of the matrix with much padding: in row ``first`` tap 0 lies on input 0."""
    far = n + 2 * len(w)
    return right(w, n, far)[far + first :][:count]


def _rows(w: torch.Tensor, n: int, padding: int) -> int:
    return n + 2 * padding - len(w) + 1


def _in_mode(mode: str) -> Callable[..., Any]:
    """Return a slip that pads in another mode."""

    def wrong(right: Callable[..., torch.Tensor], w: torch.Tensor, n: int, p: int) -> torch.Tensor:
        copies = F.pad(torch.eye(n, dtype=w.dtype)[None], (p, p), mode=mode)[0].T
        return right(w, n + 2 * p, 0) @ copies

    return wrong


def _one_end_wrapped(
    right: Callable[..., torch.Tensor], w: torch.Tensor, n: int, p: int
) -> torch.Tensor:
    """Let the left zeros be read from the right end."""
    T = right(w, n, p).clone()
    T[:, n - p :] += right(w, n + 2 * p, 0)[:, :p]
    return T


def _cornered(below: int) -> Callable[..., Any]:
    """Return a slip that keeps the first taps in the first rows, in the last those ``below``."""

    def wrong(right: Callable[..., torch.Tensor], w: torch.Tensor, n: int, p: int) -> torch.Tensor:
        T, inner = right(w, n, p).clone(), right(w, n, 0)
        T[:p] = inner[0] * (T[:p] != 0)
        if below:
            T[len(T) - p :] = inner[-1] * (T[len(T) - p :] != 0)
        return T

    return wrong


def _filling(draw: Draw) -> tuple[int, int, int, str]:
    """Draw a length, two different paddings and a mode."""
    mode = _mode(draw)
    left, right = draw.integers(1, 4, 2)
    return draw.integer(6, 8), left, right, mode


def _filling_left(draw: Draw) -> tuple[int, int, int, str]:
    """Draw as `_filling`; every other padding on the left is 0, and most modes are circular."""
    mode = _mode(draw) if draw.integer(0, 3) == 0 else "circular"
    return draw.integer(6, 8), 2 * draw.integer(0, 1), draw.integer(1, 4), mode


def _mode(draw: Draw) -> str:
    return ("zeros", "circular", "reflect", "replicate")[draw.integer(0, 3)]


def _exchanged(*pairs: tuple[str, str]) -> Callable[..., Any]:
    """Return a slip that takes some modes for others."""
    other = dict(pairs)
    return lambda pad, n, left, right, mode: pad(n, left, right, other.get(mode, mode))


def _outside(
    change: Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]],
    *modes: str,
) -> Callable[..., Any]:
    """Return a slip that changes the rows before and behind the signal, in some modes."""

    def wrong(pad: Callable[..., Any], n: int, left: int, right: int, mode: str) -> torch.Tensor:
        P = torch.as_tensor(pad(n, left, right, mode))
        if modes and mode not in modes:
            return P
        before, behind = change(P[:left], P[left + n :])
        return torch.cat([before, P[left : left + n], behind])

    return wrong


def _both_axes(pad: Callable[..., Any], n: int, left: int, right: int, mode: str) -> torch.Tensor:
    """Pad the columns as well as the rows."""
    P = torch.as_tensor(pad(n, left, right, mode))
    return torch.eye(len(P)) if mode == "zeros" else P @ P.T


def _read_backwards(
    pad: Callable[..., torch.Tensor], n: int, left: int, right: int, mode: str
) -> torch.Tensor:
    """Pad zeros before the signal as on a circle, and behind it rightly."""
    P = torch.as_tensor(pad(n, left, right, mode))
    if mode != "zeros":
        return P
    circle = torch.as_tensor(pad(n, left, right, "circular"))
    return torch.cat([circle[:left], P[left:]])


def _used(
    right: Callable[..., torch.Tensor], n: int, k: int, left: int, behind: int
) -> torch.Tensor:
    """Count with another padding at each end, for a signal that is longer than the kernel."""
    short = max(0, -behind)  # of so many last inputs nothing is read
    last = F.pad(torch.as_tensor(right(n + k - short, k, max(0, behind))), (0, short))[k:]
    return torch.minimum(torch.as_tensor(right(n + k, k, left)[:n]), last)


def _used_longer(
    right: Callable[..., torch.Tensor], n: int, k: int, p: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Count on the padded signal: on the zeros before, on the signal, on the zeros behind."""
    longer = torch.as_tensor(right(n + 2 * p, k, 0)).clone()
    return longer[:p], longer[p : p + n], longer[p + n :]


def _used_elsewhere(ends: str) -> Callable[..., Any]:
    """Return a slip that counts the zeros outside for inputs: "left", "both" or "edge"."""

    def wrong(right: Callable[..., Any], n: int, k: int, p: int) -> torch.Tensor:
        before, use, behind = _used_longer(right, n, k, p)
        if ends == "edge":
            use[0] += before.sum()
            use[-1] += behind.sum()
            return use
        use[n - p :] += before
        if ends == "both":
            use[:p] += behind
        return use

    return wrong


def _used_inside(right: Callable[..., torch.Tensor], n: int, k: int, p: int) -> torch.Tensor:
    """Count with windows over the edge moved inside."""
    use = torch.as_tensor(right(n, k, 0)).clone()
    use[:k] += p
    use[-k:] += p
    return use


def _used_sizes(draw: Draw) -> tuple[int, int, int]:
    """Draw a length, a shorter kernel and a padding with which it still touches the signal."""
    k = draw.integer(3, 6)
    return 2 * k + draw.integer(1, 4), k, draw.integer(1, k - 1)


def _used_or_not(draw: Draw) -> tuple[int, int, int]:
    """Draw as `_used_sizes`, with a padding of 0 every other time."""
    n, k, p = _used_sizes(draw)
    return n, k, p * draw.integer(0, 1)


def _end(place: int) -> torch.Tensor:
    """Return ten zeros with a 1 at one end."""
    return torch.eye(10)[place]


def _last(T: torch.Tensor) -> torch.Tensor:
    """Return the row that would come below the typed matrix."""
    return T[8].roll(2) * _end(-1)


def _cornering(T: torch.Tensor, *places: tuple[int, int]) -> torch.Tensor:
    """Put the tap that hangs over the edge of the first or the last row of ``T`` elsewhere."""
    first, last = T[1][T[1] != 0][0], T[8][T[8] != 0][-1]
    T = T.clone()
    for row, column in places:
        T[row, column] += first if row == 0 else last
    return T


#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "padded_length": (
        *slips_on(
            _counted,
            ("M05", lambda right, n, k, p: right(n, k, p) - 1),
            ("M05", lambda right, n, k, p: right(n, k, p) + 1),
            ("M13", lambda right, n, k, p: right(n, 3, p)),
            ("M17.as_many", lambda right, n, k, p: n),
            ("M17.full", lambda right, n, k, p: right(n, k, k - 1)),
            ("M17.unpadded", lambda right, n, k, p: right(n, k, 0)),
            ("M17.padded_signal", lambda right, n, k, p: right(n, 1, p)),
            ("M18", lambda right, n, k, p: right(n, k, k // 2)),
            ("M18.even", lambda right, n, k, p: right(n, k, p) - (k + 1) % 2),
            ("M19.once", lambda right, n, k, p: right(n, k, 0) + p),
            ("M30", lambda right, n, k, p: right(n, k, min(p, k - 1))),
            cases=12,
        ),
        Slip("M30", lambda right, n, k, p: right(n, k, p) * (k <= n), _short, cases=8),
    ),
    "typed_padded": slips_on(
        None,
        ("M01", lambda right: right().flip(0, 1)),
        ("M04", lambda right: torch.as_tensor(right()).T),
        ("M05", lambda right: right()[:-1]),
        ("M05", lambda right: right()[1:]),
        ("M06", lambda right: right() * (right() != right()[0, 1])),
        ("M07", lambda right: right()[[0] * 10]),
        ("M07", lambda right: right()[[1] * 10]),
        ("M17.unpadded", lambda right: right()[1:-1]),
        (
            "M17.full",
            lambda right: _stacked(right()[1].roll(-2) * _end(0), right(), _last(right())),
        ),
        ("M20", lambda right: _stacked(right()[1].roll(-2) * _end(0), right()[:-1])),
        ("M20", lambda right: _stacked(right()[1:], _last(right()))),
        (
            "M21",
            lambda right: changed_to(
                right(), (np.s_[0, :2], right()[1, :2]), (np.s_[9, 8:], right()[8, 8:])
            ),
        ),
        ("M21", lambda right: changed_to(right(), (np.s_[0, :2], right()[1, :2]))),
        ("M21", lambda right: changed_to(right(), (np.s_[9, 8:], right()[8, 8:]))),
        ("M22", lambda right: changed_to(right(), (0, right()[1]), (9, right()[8]))),
        ("M22", lambda right: changed_to(right(), (0, right()[1]))),
        ("M22", lambda right: changed_to(right(), (9, right()[8]))),
        ("M22", lambda right: changed_to(right(), (0, 0.0), (9, 0.0))),
        ("M23", lambda right: _cornering(right(), (0, -1), (9, 0))),
        ("M23", lambda right: _cornering(right(), (0, -1))),
        ("M23", lambda right: _cornering(right(), (9, 0))),
        ("M24", lambda right: _cornering(right(), (0, 1), (9, -2))),
        ("M24", lambda right: _cornering(right(), (0, 0), (9, -1))),
        ("M31", lambda right: _cornering(F.pad(right(), (1, 1)), (0, 0), (9, -1))),
    ),
    "toeplitz_1d_padded": (
        *slips_on(
            _padded,
            ("M01", lambda right, w, n, p: right(w.flip(0), n, p)),
            ("M04", lambda right, w, n, p: right(w, n, p).T),
            ("M05", lambda right, w, n, p: right(w, n, p)[:-1]),
            ("M05", lambda right, w, n, p: _rows_from(right, w, n, -p, _rows(w, n, p) + 1)),
            ("M06", lambda right, w, n, p: right(torch.cat([w[:-1], w.new_zeros(1)]), n, p)),
            ("M06", lambda right, w, n, p: right(w[:-1], n, p)),
            ("M07", lambda right, w, n, p: right(w, n, p)[[0] * _rows(w, n, p)]),
            (
                "M08",
                lambda right, w, n, p: right(torch.cat([w.flip(0)[:-1], w]), n, p + len(w) - 1)[
                    : _rows(w, n, p)
                ],
            ),
            (
                "M09",
                lambda right, w, n, p: right(w.flip(0), n, len(w) - 1)[: _rows(w, n, p)],
            ),
            ("M10", lambda right, w, n, p: wrapped(right(w, n + len(w) - 1, 0), n)),
            (
                "M10",
                lambda right, w, n, p: wrapped(right(w, n + len(w) - 1, 0), n)[
                    [i % n for i in range(_rows(w, n, p))]
                ],
            ),
            ("M13", lambda right, w, n, p: right(w[:3], n, p)),
            ("M13", lambda right, w, n, p: right(w, n, 1)),
            ("M17.unpadded", lambda right, w, n, p: right(w, n, 0)),
            ("M17.full", lambda right, w, n, p: right(w, n, len(w) - 1)),
            ("M17.as_many", lambda right, w, n, p: _rows_from(right, w, n, -p, n)),
            (
                "M18",
                lambda right, w, n, p: _rows_from(right, w, n, -(len(w) // 2), _rows(w, n, p)),
            ),
            (
                "M18.even",
                lambda right, w, n, p: right(w, n, p)[: _rows(w, n, p) - (len(w) + 1) % 2],
            ),
            (
                "M19",
                lambda right, w, n, p: _rows_from(right, w, n, -(p // 2), _rows(w, n, p) - p),
            ),
            ("M19", lambda right, w, n, p: _rows_from(right, w, n, -2 * p, _rows(w, n, p))),
            ("M20", lambda right, w, n, p: _rows_from(right, w, n, 0, _rows(w, n, p))),
            ("M20", lambda right, w, n, p: right(w, n, len(w) - 1)[: _rows(w, n, p)]),
            ("M21", _cornered(below=0)),
            ("M21", _cornered(below=1)),
            (
                "M22",
                lambda right, w, n, p: right(w, n, 0)[
                    [min(max(i - p, 0), n - len(w)) for i in range(_rows(w, n, p))]
                ],
            ),
            ("M22", lambda right, w, n, p: F.pad(right(w, n, 0), (0, 0, p, p))),
            ("M23", _in_mode("circular")),
            ("M23", _one_end_wrapped),
            ("M24", _in_mode("replicate")),
            ("M24", _in_mode("reflect")),
            ("M25", lambda right, w, n, p: F.pad(right(w, n, 0), (p, p))),
            ("M28", lambda right, w, n, p: F.pad(right(w, n, p), (p, p))),
            ("M31", lambda right, w, n, p: right(w, n + 2 * p, 0)),
            cases=8,
        ),
        Slip("M13", lambda right, w, n, p: right(w, 10, 1), _padded_three),
        Slip("M16", lambda right, w, n, p: right(w.float(), n, p), _padded_double),
        Slip("M16", lambda right, w, n, p: right(w.trunc(), n, p), _padded_double),
        Slip(
            "M27",
            lambda right, w, n, p: right(w, n, p)[:, : n * p],
            _padded_or_not,
            cases=8,
        ),
        *slips_on(
            _padded_far,
            ("M30", lambda right, w, n, p: right(w, n, min(p, len(w) - 1))),
            (
                "M30",
                lambda right, w, n, p: right(w, n, len(w) - 1)[len(w) - 1 - p : n + p],
            ),
            cases=8,
        ),
        Slip("M66", lambda right, w, n, p: right(memory(w), n, p), _padded_view),
    ),
    "padding_matrix": (
        *slips_on(
            _filling,
            (
                "M04",
                lambda pad, n, left, right, mode: torch.as_tensor(pad(n, left, right, mode)).T,
            ),
            (
                "M13.zeros_only",
                _exchanged(("circular", "zeros"), ("reflect", "zeros"), ("replicate", "zeros")),
            ),
            ("M13", lambda pad, n, left, right, mode: pad(5, left, right, mode)),
            ("M13", lambda pad, n, left, right, mode: pad(5, 3, 2, mode)),
            (
                "M13.one_outside",
                _outside(lambda a, b: (a[-1:].expand_as(a), b[:1].expand_as(b))),
            ),
            (
                "M19.behind",
                lambda pad, n, left, right, mode: (
                    pad(n, 0, left + right, mode) if mode == "zeros" else pad(n, left, right, mode)
                ),
            ),
            ("M23", _exchanged(("zeros", "circular"), ("circular", "zeros"))),
            ("M23", _exchanged(("zeros", "circular"))),
            ("M23", _read_backwards),
            ("M24", _exchanged(("reflect", "replicate"), ("replicate", "reflect"))),
            ("M24", _exchanged(("circular", "reflect"))),
            ("M24", _exchanged(("reflect", "circular"), ("circular", "reflect"))),
            ("M24", _outside(lambda a, b: (a.flip(0), b.flip(0)), "reflect")),
            ("M24", _outside(lambda a, b: (a.roll(-1, 1), b.roll(1, 1)), "reflect")),
            ("M24", _outside(lambda a, b: (a, b.roll(1, 1)), "reflect")),
            ("M24", _outside(lambda a, b: (a, a[:1].expand(len(b), -1)), "replicate")),
            (
                "M24",
                _outside(lambda a, b: (a.roll(len(a), 1), b.roll(-len(b), 1)), "circular"),
            ),
            ("M25", lambda pad, n, left, right, mode: pad(n, right, left, mode)),
            (
                "M26",
                lambda pad, n, left, right, mode: (
                    pad(n, left // 2, right // 2, mode)
                    if mode == "circular"
                    else pad(n, left, right, mode)
                ),
            ),
            ("M28", _both_axes),
            ("M28", lambda pad, n, left, right, mode: pad(n, left, right, mode)[None]),
            cases=32,
        ),
        Slip(
            "M27",
            lambda pad, n, left, right, mode: _stacked(
                torch.as_tensor(pad(n, 0, 0, mode))[: n * (left == 0) * (mode == "circular")],
                torch.as_tensor(pad(n, left, right, mode)),
            ),
            _filling_left,
            cases=12,
        ),
    ),
    "input_use": (
        *slips_on(
            _used_sizes,
            (
                "M04",
                lambda right, n, k, p: right(n + 2 * p - k + 1, k, k - 1 - p),
            ),
            ("M05", lambda right, n, k, p: _used(right, n, k, p, p - 1)),
            ("M06", lambda right, n, k, p: _used(right, n, k - 1, p, p - 1)),
            ("M06", lambda right, n, k, p: right(n, k - 1, p)),
            ("M13", lambda right, n, k, p: right(6, 3, min(p, 1))),
            ("M13", lambda right, n, k, p: right(n, k, min(p, 1))),
            ("M17.unpadded", lambda right, n, k, p: right(n, k, 0)),
            ("M17.as_many", lambda right, n, k, p: _used(right, n, k, p, k - 1 - p)),
            ("M19.one_side", lambda right, n, k, p: _used(right, n, k, p, 0)),
            ("M23", _used_elsewhere("left")),
            ("M23", _used_elsewhere("both")),
            ("M24", _used_elsewhere("edge")),
            ("M29", lambda right, n, k, p: torch.full((n,), k)),
            ("M31", lambda right, n, k, p: right(n + 2 * p, k, 0)),
            ("M31", lambda right, n, k, p: right(n + 2 * p, k, 0)[:n]),
            ("M55.inside", _used_inside),
            ("M69", lambda right, n, k, p: right(n, k, p) / (n + 2 * p - k + 1)),
            cases=8,
        ),
        *slips_on(
            _used_or_not,
            ("M27", lambda right, n, k, p: right(n, k, p)[: n if p else 0]),
            ("M29", lambda right, n, k, p: torch.full((n,), k) if p else right(n, k, 0)),
            cases=8,
        ),
        *slips_on(
            _short,
            ("M30", lambda right, n, k, p: right(n, k, p) * (k <= n)),
            ("M49", lambda right, n, k, p: _used(right, n, k, p, p)),
            ("M19.once", lambda right, n, k, p: _used(right, n, k, p, p).clamp(max=n - k + 1 + p)),
            cases=8,
        ),
    ),
}
