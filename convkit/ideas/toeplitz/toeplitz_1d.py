"""What misconceptions give in notebook 1 of `toeplitz`, 1_toeplitz_1d."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from convkit.draws import Draw
from convkit.ideas.shared import memory, mirrored, sized, sized_double, sized_view, wrapped
from convkit.slips import Slip, slips_on


def _sized_three(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel of three taps, as in the examples, and a length that is none of theirs."""
    return draw.weight(3), draw.integer(11, 15)


def _maybe_toeplitz(draw: Draw) -> tuple[torch.Tensor]:
    """Draw a Toeplitz matrix of whole numbers, symmetric at times; every other time spoil it."""
    rows, columns = draw.integer(3, 6), draw.integer(3, 6)
    numbers = draw.weight(rows + columns + rows - 1)
    distance = torch.arange(columns)[None, :] - torch.arange(rows)[:, None]
    if draw.integer(0, 2) == 0:
        columns = rows
        distance = (torch.arange(rows)[None, :] - torch.arange(rows)[:, None]).abs() - rows
    T = numbers[distance + rows - 1]
    place = draw.integer(1, rows - 1), draw.integer(1, columns - 1)
    kind = draw.integer(0, 5)
    if kind in (1, 2, 3):
        edges = {1: place, 2: (place[0], columns - 1), 3: (rows - 1, place[1])}
        T[edges[kind]] += 0.5
    return (T,)


def _unspoiled(T: torch.Tensor) -> bool:
    """Tell whether nothing in a matrix from `_maybe_toeplitz` was spoiled."""
    return bool((T.round() == T).all())


#: What is said to the visible matrices by who judges all of them rightly.
_RIGHTLY = (True, False, True, False)


#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "valid_length": slips_on(
        lambda draw: (draw.integer(12, 30), draw.integer(4, 9)),
        ("M05", lambda right, n, k: right(n, k) - 1),
        ("M05", lambda right, n, k: right(n, k) + 1),
        ("M13", lambda right, n, k: right(10, 3)),
        ("M13", lambda right, n, k: right(6, 3)),
        ("M17.as_many", lambda right, n, k: n),
        ("M17.full", lambda right, n, k: n + k - 1),
    ),
    "typed_valid": slips_on(
        None,
        ("M01", lambda right: torch.as_tensor(right()).flip(0, 1)),
        ("M04", lambda right: torch.as_tensor(right()).T),
        ("M05", lambda right: right()[:-1]),
        ("M06", lambda right: right() * (right() != right()[0, 2])),
        ("M07", lambda right: right()[[0] * 8]),
        ("M10", lambda right: torch.stack([right()[0].roll(i) for i in range(10)])),
    ),
    "toeplitz_1d": (
        *slips_on(
            sized,
            ("M01", lambda right, w, n: right(w.flip(0), n)),
            ("M04", lambda right, w, n: right(w, n).T),
            ("M05", lambda right, w, n: right(w, n)[:-1]),
            ("M05", lambda right, w, n: right(w, n + 1)[:, :n]),
            ("M06", lambda right, w, n: right(torch.cat([w[:-1], w.new_zeros(1)]), n)),
            ("M06", lambda right, w, n: right(w[:-1], n)),
            ("M07", lambda right, w, n: right(w, n)[[0] * (n - len(w) + 1)]),
            ("M07", lambda right, w, n: right(w, n * len(w))[:: len(w), :n][: n - len(w) + 1]),
            (
                "M08",
                lambda right, w, n: mirrored(right(w, n + len(w) - 1)[:, :n])[: n - len(w) + 1],
            ),
            ("M09", lambda right, w, n: right(w, n + len(w) - 1).T[: n - len(w) + 1]),
            ("M10", lambda right, w, n: wrapped(right(w, n + len(w) - 1), n)),
            ("M17", lambda right, w, n: right(w, n + len(w) - 1)[:, (len(w) - 1) // 2 :][:, :n]),
            ("M17", lambda right, w, n: right(w, n + len(w) - 1)[:, len(w) // 2 :][:, :n]),
            ("M17", lambda right, w, n: right(w, n + 2 * len(w) - 2)[:, len(w) - 1 :][:, :n]),
        ),
        Slip("M13", lambda right, w, n: right(w, 10), _sized_three),
        Slip("M16", lambda right, w, n: right(w.float(), n), sized_double),
        Slip("M66", lambda right, w, n: right(memory(w), n), sized_view),
    ),
    "true_convolution_1d": (
        *slips_on(
            sized,
            ("M01", lambda right, w, n: right(w.flip(0), n)),
            ("M03", lambda right, w, n: F.pad(right(w, len(w)), (0, 0, 0, n - len(w)))),
            ("M04", lambda right, w, n: right(w, n).T),
            ("M05", lambda right, w, n: right(w, n)[:-1]),
            ("M06", lambda right, w, n: right(torch.cat([w[:-1], w.new_zeros(1)]), n)),
            ("M06", lambda right, w, n: right(w[:-1], n)),
            ("M10", lambda right, w, n: right(w, n).roll(1, 0)),
            ("M10", lambda right, w, n: wrapped(right(w, n).T, n).T),
            ("M17", lambda right, w, n: right(w, n)[len(w) - 1 : n]),
            ("M17", lambda right, w, n: right(w, n)[(len(w) - 1) // 2 :][:n]),
            ("M17", lambda right, w, n: right(w, n)[len(w) // 2 :][:n]),
        ),
        Slip("M16", lambda right, w, n: right(w.float(), n), sized_double),
        Slip("M66", lambda right, w, n: right(memory(w), n), sized_view),
    ),
    "is_toeplitz": tuple(
        Slip(number, wrong, _maybe_toeplitz, cases=64, right=_unspoiled, says=says)
        for number, wrong, says in (
            ("M08", lambda right, T: T.shape[0] == T.shape[1] and bool((T == T.T).all()), None),
            ("M11", lambda right, T: len(T.diagonal().unique()) == 1, None),
            ("M11", lambda right, T: len(T.unique()) <= T.shape[0] + T.shape[1] - 1, None),
            ("M13", lambda right, T: right(T[: min(T.shape), : min(T.shape)]), _RIGHTLY),
            ("M15.always", lambda right, T: True, None),
            ("M15.always", lambda right, T: False, None),
            ("M50", lambda right, T: right(T[:, :-1]), _RIGHTLY),
            ("M50", lambda right, T: right(T[:-1]), _RIGHTLY),
        )
    ),
}
