"""What misconceptions give in notebook 1 of `layers`, 1_im2col."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from convkit.draws import Draw
from convkit.ideas.shared import memory
from convkit.slips import Slip, slips_on

_Right = Callable[..., torch.Tensor]


def _windowed(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a signal and a kernel length; windows and outputs differ in number."""
    k = draw.integers(2, 4, 1)[0]
    return draw.weight(2 * k + draw.integer(1, 4)), k


def _windowed_view(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a signal that is a view, and a kernel length."""
    k = draw.integer(2, 4)
    return draw.strided(2 * k + draw.integer(1, 4)), k


def _sizes(draw: Draw) -> tuple[int, int, int, int, int]:
    """Draw channels, an image and a kernel; no two sizes, of the output too, are equal."""
    C = draw.integer(2, 3)
    R, S = draw.integers(2, 4, 2)
    down, across = draw.integers(2, 5, 2)
    return C, R + down, S + across + (R + down == S + across), R, S


def _imaged(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw an image with channels, and a kernel's sizes."""
    C, H, W, R, S = _sizes(draw)
    return draw.weight(C, H, W), R, S


def _imaged_view(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw an image that is a view, with channels, and a kernel's sizes."""
    C, H, W, R, S = _sizes(draw)
    return draw.weight(C, W, H).transpose(1, 2), R, S


def _layered(draw: Draw) -> tuple[torch.Tensor, torch.Tensor, int, int]:
    """Draw columns, a weight and the size of the output maps."""
    C, H, W, R, S = _sizes(draw)
    columns = F.unfold(draw.weight(1, C, H, W), (R, S))[0]
    return columns, draw.weight(draw.integer(2, 4), C, R, S), H - R + 1, W - S + 1


def _folded(draw: Draw) -> tuple[torch.Tensor, tuple[int, int, int], int, int]:
    """Draw columns that come from no image, and the sizes of image and kernel."""
    C, H, W, R, S = _sizes(draw)
    return draw.weight(C * R * S, (H - R + 1) * (W - S + 1)), (C, H, W), R, S


def _counted(draw: Draw) -> tuple[int, int, int, int]:
    """Draw the sizes of an image and of a kernel."""
    return _sizes(draw)[1:]


def _counted_large(draw: Draw) -> tuple[int, int, int, int]:
    """Draw the sizes of an image and of a kernel larger than half of it."""
    R, S = draw.integers(4, 7, 2)
    return R + draw.integer(1, 2), S + draw.integer(0, 2), R, S


def _both(draw: Draw) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw a kernel and a signal."""
    k = draw.integer(2, 4)
    return draw.weight(k), draw.weight(2 * k + draw.integer(1, 4))


def _priced(draw: Draw) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Draw the shapes of an image and of a weight."""
    C, H, W, R, S = _sizes(draw)
    return (C, H, W), (draw.integer(4, 7), C, R, S)


def _out(x: torch.Tensor, R: int, S: int) -> tuple[int, int]:
    return x.shape[1] - R + 1, x.shape[2] - S + 1


def _taps(X: torch.Tensor, C: int, R: int, S: int) -> torch.Tensor:
    """Return columns by channel, kernel row, kernel column and output."""
    return X.reshape(C, R, S, -1)


def _flip_taps(X: torch.Tensor, C: int, R: int, S: int) -> torch.Tensor:
    return _taps(X, C, R, S).flip(1, 2).reshape(X.shape)


def _taps_first(X: torch.Tensor, C: int) -> torch.Tensor:
    """Return columns with the rows in the order tap, channel."""
    return X.reshape(C, -1, X.shape[1]).transpose(0, 1).reshape(X.shape)


def _channels_first(X: torch.Tensor, C: int) -> torch.Tensor:
    """Return columns whose rows came in the order tap, channel in the right one."""
    return X.reshape(-1, C, X.shape[1]).transpose(0, 1).reshape(X.shape)


def _down_first(X: torch.Tensor, down: int, across: int) -> torch.Tensor:
    """Return columns with the outputs numbered down the columns."""
    return X.reshape(-1, down, across).transpose(1, 2).reshape(X.shape)


def _last_wins(
    X: torch.Tensor, shape: tuple[int, int, int], R: int, S: int, by_window: bool
) -> torch.Tensor:
    """Return the image in which each pixel holds only what came last."""
    pixels = torch.arange(prod(shape), dtype=torch.float64).reshape(1, *shape)
    places = F.unfold(pixels, (R, S))[0].long()
    if by_window:
        places, X = places.T, X.T
    x = np.zeros(prod(shape))
    x[places.reshape(-1).numpy()] = X.reshape(-1).numpy()  # NumPy keeps the last one
    return torch.from_numpy(x).to(X.dtype).reshape(shape)


def _counts(height: int, width: int, R: int, S: int) -> torch.Tensor:
    """Return how many windows read each pixel; none do where no window fits."""
    if height < R or width < S:
        return torch.zeros(height, width, dtype=torch.int64)
    ones = torch.ones(1, 1, height, width)
    return F.fold(F.unfold(ones, (R, S)), (height, width), (R, S))[0, 0].long()


def _hanging(height: int, width: int, R: int, S: int) -> torch.Tensor:
    return _counts(height + R - 1, width + S - 1, R, S)[:height, :width]


def _half(height: int, width: int, R: int, S: int) -> torch.Tensor:
    """Return the counts as they would be, were both ends far from each other."""
    h, w = max(height, 2 * R), max(width, 2 * S)
    far = _counts(h, w, R, S)
    rows = [i if i < height - i else h - (height - i) for i in range(height)]
    columns = [j if j < width - j else w - (width - j) for j in range(width)]
    return far[rows][:, columns]


def _bare(*numbers: tuple[str, Callable[..., int]]) -> Callable[..., dict[str, int]]:
    """Return a slip that changes some entries of the dict of `storage`."""

    def wrong(right: Callable[..., dict[str, int]], x: Any, w: Any) -> dict[str, int]:
        found = dict(right(x, w))
        return found | {key: change(found, x, w) for key, change in numbers}

    return wrong


def _prices(input_shape: Any, weight_shape: Any) -> dict[str, int]:
    """Return what each form stores, counted on empty tensors, see `Slip.right`."""
    x, w = torch.empty(1, *input_shape), torch.empty(*weight_shape)
    y = F.conv2d(x, w).numel()
    columns = F.unfold(x, tuple(weight_shape[2:])).numel()
    return {
        "input": x.numel(),
        "columns": columns,
        "matrix": y * x.numel(),
        "nonzero": y * w[0].numel(),
    }


def _apart(right: _Right, X: torch.Tensor, w: torch.Tensor, h: int, n: int) -> torch.Tensor:
    """Return a map for every pair of output and input channel, not added up."""
    C_out, C = w.shape[:2]
    parts = w[:, None] * torch.eye(C, dtype=w.dtype)[None, :, :, None, None]
    return right(X, parts.reshape(C_out * C, *w.shape[1:]), h, n)


_PATCHES: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("M01", lambda right, x, k: right(x, k).flip(1)),
    ("M05", lambda right, x, k: right(x, k)[:-1]),
    ("M05", lambda right, x, k: right(F.pad(x, (0, 1)), k)),
    ("M07", lambda right, x, k: right(x, k)[[0] * (len(x) - k + 1)]),
    ("M10", lambda right, x, k: right(torch.cat([x, x[: k - 1]]), k)),
    ("M13", lambda right, x, k: right(x, 3)),
    ("M86", lambda right, x, k: right(x, k).T.reshape(-1, k)),
    ("M63", lambda right, x, k: right(x, k).T),
    (
        "M64",
        lambda right, x, k: torch.stack(
            [F.pad(row, (i, len(x) - k - i)) for i, row in enumerate(right(x, k))]
        ),
    ),
)

_IM2COL: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("M01", lambda right, x, R, S: _flip_taps(right(x, R, S), len(x), R, S)),
    ("M05", lambda right, x, R, S: right(x[:, :-1, :-1], R, S)),
    (
        "M43",
        lambda right, x, R, S: _down_first(right(x, R, S), *_out(x, R, S)),
    ),
    (
        "M43",
        lambda right, x, R, S: (
            _taps(right(x, R, S), len(x), R, S).transpose(1, 2).reshape(len(x) * R * S, -1)
        ),
    ),
    ("M45", lambda right, x, R, S: right(x, S, R)),
    ("M85", lambda right, x, R, S: right(x, R, S).reshape(len(x), R * S, -1)),
    ("M85", lambda right, x, R, S: right(x, R, S).reshape(len(x), R, S, *_out(x, R, S))),
    ("M85", lambda right, x, R, S: right(x, R, S).reshape(len(x) * R * S, *_out(x, R, S))),
    ("M49", lambda right, x, R, S: right(x, R, R)),
    ("M49", lambda right, x, R, S: right(x, S, S)),
    ("M49", lambda right, x, R, S: right(x[:1], R, S)),
    (
        "M86",
        lambda right, x, R, S: (
            right(x, R, S).reshape(len(x), R * S, -1).transpose(1, 2).reshape(len(x) * R * S, -1)
        ),
    ),
    ("M86", lambda right, x, R, S: right(x, R, S).T.reshape(len(x) * R * S, -1)),
    ("M62", lambda right, x, R, S: _taps_first(right(x, R, S), len(x))),
    ("M63", lambda right, x, R, S: right(x, R, S).T),
    ("M73", lambda right, x, R, S: right(x.sum(0, keepdim=True), R, S)),
)

_MATMUL: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("M01", lambda right, X, w, h, n: right(X, w.flip(2, 3), h, n)),
    ("M46", lambda right, X, w, h, n: right(X, w.transpose(2, 3).reshape(w.shape), h, n)),
    ("M43", lambda right, X, w, h, n: right(X, w, h, n).reshape(-1, n, h).transpose(1, 2)),
    ("M45", lambda right, X, w, h, n: right(X, w, h, n).reshape(-1, n, h)),
    ("M85", lambda right, X, w, h, n: right(X, w, h, n).flatten(1)),
    ("M49", lambda right, X, w, h, n: right(X, w[:1], h, n)),
    ("M86", lambda right, X, w, h, n: right(X, w, h, n).flatten(1).T.reshape(-1, h, n)),
    ("M62", lambda right, X, w, h, n: right(X, w.permute(0, 2, 3, 1).reshape(w.shape), h, n)),
    ("M63", lambda right, X, w, h, n: right(X, w, h, n).flatten(1).T),
    ("M73", lambda right, X, w, h, n: right(X, w.sum(0, keepdim=True), h, n)),
    ("M73", lambda right, X, w, h, n: _apart(right, X, w, h, n)),
)

_COL2IM: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("M01", lambda right, X, s, R, S: right(_flip_taps(X, s[0], R, S), s, R, S)),
    (
        "M43",
        lambda right, X, s, R, S: right(_down_first(X, s[2] - S + 1, s[1] - R + 1), s, R, S),
    ),
    ("M62", lambda right, X, s, R, S: right(_channels_first(X, s[0]), s, R, S)),
    ("M63", lambda right, X, s, R, S: right(X.reshape(X.shape[1], -1).T, s, R, S)),
    ("M65", lambda right, X, s, R, S: right(X, s, R, S) / right(torch.ones_like(X), s, R, S)),
    ("M73", lambda right, X, s, R, S: right(X, s, R, S).sum(0)),
    ("M73", lambda right, X, s, R, S: right(X, s, R, S).sum(0).expand(s)),
    ("M79", lambda right, X, s, R, S: _last_wins(X, s, R, S, by_window=True)),
    ("M79", lambda right, X, s, R, S: _last_wins(X, s, R, S, by_window=False)),
)

_COUNTS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("M05", lambda right, h, w, R, S: F.pad(right(h - 1, w - 1, R, S), (0, 1, 0, 1))),
    ("M84", lambda right, h, w, R, S: torch.full((h, w), R * S)),
    ("M45", lambda right, h, w, R, S: right(w, h, R, S)),
    ("M45", lambda right, h, w, R, S: right(h, w, S, R)),
    ("M80", lambda right, h, w, R, S: _hanging(h, w, R, S)),
)

_JACOBIANS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("M01", lambda right, w, x: (right(w.flip(0), x)[0], right(w, x)[1].flip(1))),
    ("M04", lambda right, w, x: tuple(J.T for J in right(w, x))),
    ("M88", lambda right, w, x: right(w, x)[::-1]),
    ("M64", lambda right, w, x: (right(w, x)[0], right(w, x)[0])),
    ("M64", lambda right, w, x: (right(w, x)[1], right(w, x)[1])),
    ("M81", lambda right, w, x: tuple(J.sum(0) for J in right(w, x))),
)

_STORAGE: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("M51", _bare(("matrix", lambda found, x, w: w[0] * x[1] * x[2] * found["input"]))),
    ("M51", _bare(("matrix", lambda found, x, w: found["input"] ** 2))),
    ("M58", lambda right, x, w: right(x, (1, *w[1:]))),
    ("M58", lambda right, x, w: right((1, *x[1:]), (w[0], 1, *w[2:]))),
    ("M58", _bare(("columns", lambda found, x, w: found["columns"] // x[0]))),
    ("M59", _bare(("nonzero", lambda found, x, w: prod(w)))),
    ("M64", _bare(("columns", lambda found, x, w: found["matrix"]))),
    ("M82", _bare(("columns", lambda found, x, w: found["input"]))),
    ("M83", _bare(("columns", lambda found, x, w: found["nonzero"]))),
)


def _said(*counts: int) -> dict[str, int]:
    """Return a dict as `storage` gives it."""
    return dict(zip(("input", "columns", "matrix", "nonzero"), counts, strict=True))


def _shorter(right: Callable[..., dict[str, int]], x: Any, w: Any) -> dict[str, int]:
    """Count one output too few along each axis."""
    found, less = right(x, w), right((x[0], x[1] - 1, x[2] - 1), w)
    matrix = less["nonzero"] * prod(x) // prod(w[1:])
    return found | {"columns": less["columns"], "nonzero": less["nonzero"], "matrix": matrix}


#: In the visible cases no window fits for those who have these: numbers below 1 come out.
_STORAGE_SAYS = (
    Slip(
        "M45",
        lambda right, x, w: right(x, (*w[:2], w[3], w[2])),
        _priced,
        right=_prices,
        says=(_said(5, -15, -50, -30), _said(40, 96, 960, 288)),
    ),
    Slip(
        "M05",
        _shorter,
        _priced,
        right=_prices,
        says=(_said(5, 0, 0, 0), _said(40, 48, 480, 144)),
    ),
)

#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "patches_1d": (
        *slips_on(_windowed, *_PATCHES, cases=12),
        *slips_on(
            _windowed_view,
            ("M66", lambda right, x, k: right(memory(x), k)),
            cases=6,
        ),
    ),
    "im2col": (
        *slips_on(_imaged, *_IM2COL, cases=12),
        *slips_on(_imaged_view, ("M66", lambda right, x, R, S: right(memory(x), R, S)), cases=6),
    ),
    "conv2d_by_matmul": slips_on(_layered, *_MATMUL, cases=12),
    "col2im": slips_on(_folded, *_COL2IM, cases=12),
    "overlap_count": (
        *slips_on(_counted, *_COUNTS, cases=12, right=_counts, seen_right=_counts),
        *slips_on(
            _counted_large,
            ("M49", lambda right, h, w, R, S: _half(h, w, R, S)),
            cases=12,
            right=_counts,
            seen_right=_counts,
        ),
    ),
    "both_jacobians": slips_on(_both, *_JACOBIANS, cases=12),
    "storage": (
        *slips_on(_priced, *_STORAGE, cases=12, right=_prices, seen_right=_prices),
        *_STORAGE_SAYS,
    ),
}
