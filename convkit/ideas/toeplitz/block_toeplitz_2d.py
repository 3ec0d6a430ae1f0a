"""What misconceptions give in notebook 4 of `toeplitz`, 4_block_toeplitz_2d."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from convkit.draws import Draw
from convkit.ideas.shared import memory
from convkit.slips import Slip, slips_on
from convkit.tools import matrix_of


def _imaged(
    draw: Draw, kernel: tuple[int, int] | None = None, dtype: torch.dtype = torch.float32
) -> tuple[torch.Tensor, int, int]:
    """Draw a kernel and the size of an image; height and width differ, in the output too."""
    rows, columns = kernel or draw.integers(2, 4, 2)
    down, across = draw.integers(2, 4, 2)
    across += 3 * (rows + down == columns + across)
    return draw.weight(rows, columns, dtype=dtype), rows + down, columns + across


def _imaged_double(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw a kernel of float64, and an image."""
    return _imaged(draw, dtype=torch.float64)


def _imaged_view(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw a kernel that is a view, and an image."""
    weight, height, width = _imaged(draw)
    return draw.strided(*weight.shape), height, width


def _imaged_tall(draw: Draw) -> tuple[torch.Tensor, int, int]:
    """Draw a kernel, and an image that is far higher than wide."""
    return draw.weight(2, 3), draw.integer(7, 9), draw.integer(4, 5)


#: How a matrix that `_maybe_blocks` draws is made: the first seven are block-Toeplitz.
_BLOCKS = (
    *("both", "equal", "circulant", "plain", "symmetric", "constant", "one across"),
    *("inside", "main repeats", "upper repeat", "turned", "plain, not square"),
    *("outside", "first", "above", "corner", "one across, outside"),
    *("last column", "zero"),
)


def _maybe_blocks(draw: Draw) -> tuple[torch.Tensor, tuple[int, int]]:
    """Draw a matrix in blocks, made in one of the ways of `_BLOCKS`, and the shape of a block.

    How it was made can be read off the fraction of its entries, see `_made`.
    """
    made = _BLOCKS[draw.integer(0, len(_BLOCKS) - 1)]
    rows, columns = [(2, 3), (3, 4), (4, 3), (4, 6), (3, 3)][draw.integer(0, 4)]
    down, across = draw.integer(3, 4), draw.integer(3, 4)
    if made in ("plain", "symmetric"):
        columns = rows = 3
    if made == "plain, not square":
        rows, columns = [(2, 3), (3, 4), (4, 6)][draw.integer(0, 2)]
    if made == "circulant":
        across = down
    if made == "constant":  # cut with rows and columns exchanged, it is still block-Toeplitz
        rows, columns, down, across = 2, 3, 3, 4
    if "one across" in made:
        across = 1
    numbers = draw.weight(2 * down * across * rows * columns).abs()
    p, r = torch.arange(down)[:, None, None, None], torch.arange(rows)[:, None, None]
    q, s = torch.arange(across)[:, None], torch.arange(columns)  # entry (r, s) of block (p, q)
    repeated, single = q - p + down, down * across + p * across + q
    toeplitz, loose = s - r + rows, r * columns + s
    block = {
        "equal": 0 * p,
        "constant": 0 * p,
        "circulant": repeated % down,
        "inside": single,
        "main repeats": torch.where(q == p, repeated, single),
        "upper repeat": torch.where(q >= p, repeated, single),
    }.get(made, repeated)
    place = {
        "symmetric": (s - r).abs(),
        "constant": 0 * s,
        "outside": loose,
        "one across, outside": loose,
        "first": torch.where(q == p, toeplitz, loose),
        "above": torch.where(q >= p, toeplitz, loose),
        "corner": torch.where((p == down - 1) & (q == 0), loose, toeplitz),
    }.get(made, toeplitz)
    if "plain" in made:
        block, place = 0 * p, (q * columns + s) - (p * rows + r) + down * rows
    T = numbers[(block * rows * columns + place).expand(down, rows, across, columns)]
    if made == "turned":
        T[1, :, 1] = T[1, :, 1].flip(0, 1)
    if made == "last column":
        T[1, -1, 1, -1] += 1
    if made == "zero":
        T[1, 1, 1, 1] = 0
    T += (T != 0) * _BLOCKS.index(made) / 64
    return T.reshape(down * rows, across * columns), (rows, columns)


def _made(T: torch.Tensor) -> str:
    """Tell how a matrix from `_maybe_blocks` was made."""
    return _BLOCKS[int(64 * (T.max() % 1))]


def _in_order(T: torch.Tensor, block_shape: tuple[int, int]) -> bool:
    """Tell whether a matrix from `_maybe_blocks` is block-Toeplitz."""
    return _made(T) in _BLOCKS[:7]


def _factors_exchanged(
    right: Callable[..., torch.Tensor], w: torch.Tensor, h: int, n: int
) -> torch.Tensor:
    """Return T with outputs and pixels numbered down the columns, as exchanged factors do."""
    return _turned(_turned(right(w, h, n), _places(w, h, n)).T, (h, n)).T


_IMAGE_SLIPS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("M01", lambda right, w, h, n: right(w.flip(0, 1), h, n)),
    ("M04", lambda right, w, h, n: right(w, h, n).T),
    ("M05", lambda right, w, h, n: _by_place(right, w, h, n)[:-1, :-1].flatten(0, 1)),
    ("M05", lambda right, w, h, n: _by_place(right, w, h, n)[:-1].flatten(0, 1)),
    ("M05", lambda right, w, h, n: _by_place(right, w, h, n)[:, :-1].flatten(0, 1)),
    ("M05", lambda right, w, h, n: _upper(right(w, h, n), (h - len(w)) * (n - w.shape[1] + 1))),
    ("M06", lambda right, w, h, n: right(_untapped(w), h, n)),
    ("M06", lambda right, w, h, n: right(_cut(w, w.shape[0], w.shape[1] - 1), h, n)),
    ("M06", lambda right, w, h, n: right(_cut(w, w.shape[0] - 1, w.shape[1]), h, n)),
    ("M06", lambda right, w, h, n: right(w[:, :-1], h, n)),
    ("M06", lambda right, w, h, n: right(w[:-1], h, n)),
    ("M07", lambda right, w, h, n: right(w, h, n)[[0] * len(right(w, h, n))]),
    ("M09", lambda right, w, h, n: _upright(right, w, h, n)),
    (
        "M10",
        lambda right, w, h, n: torch.stack([right(w, h, n)[0].roll(i) for i in range(h * n)]),
    ),
    (
        "M10",
        lambda right, w, h, n: torch.stack(
            [
                right(w, h, n)[0].reshape(h, n).roll((i, j), (0, 1)).reshape(-1)
                for i in range(h)
                for j in range(n)
            ]
        ),
    ),
    ("M14", lambda right, w, h, n: right(w, h, n).mean(1, keepdim=True).expand(-1, h * n)),
    ("M17", lambda right, w, h, n: _hanging(right, w, h, n, (len(w) - 1) // 2, w.shape[1] - 1)),
    ("M17", lambda right, w, h, n: _hanging(right, w, h, n, len(w) // 2, w.shape[1])),
    (
        "M41",
        lambda right, w, h, n: torch.stack(
            [right(w, h, n)[0].roll(i) for i in range(len(right(w, h, n)))]
        ),
    ),
    ("M41", lambda right, w, h, n: _jumped(right(w, h, n), n - w.shape[1] + 1, 1)),
    ("M41", lambda right, w, h, n: _jumped(right(w, h, n), n - w.shape[1] + 1, -1)),
    ("M42", lambda right, w, h, n: _begun(w, right(w, h, n))),
    ("M42", lambda right, w, h, n: _begun(F.pad(w, (0, 1)), right(w, h, n))),
    (
        "M42",
        lambda right, w, h, n: right(w.sum(0, keepdim=True), h, n)[: len(right(w, h, n))],
    ),
    ("M43", lambda right, w, h, n: _turned(right(w, h, n).T, (h, n)).T),
    ("M43", lambda right, w, h, n: _turned(right(w, h, n), _places(w, h, n))),
    ("M43", _factors_exchanged),
    ("M44", lambda right, w, h, n: _renumbered(right(w, h, n), (h, n), h)),
    ("M44", lambda right, w, h, n: _renumbered(right(w, h, n), (h, n), _places(w, h, n)[1])),
    (
        "M44",
        lambda right, w, h, n: (
            _renumbered(right(w, h, n).T, _places(w, h, n), _places(w, h, n)[0]).T
        ),
    ),
    ("M44", lambda right, w, h, n: _renumbered(right(w, h, n).T, _places(w, h, n), n).T),
    ("M45", lambda right, w, h, n: right(w, n, h)),
    ("M45.kernel", lambda right, w, h, n: right(w.T, h, n)),
    ("M46", lambda right, w, h, n: right(w.flip(0), h, n)),
    ("M46", lambda right, w, h, n: right(w.flip(1), h, n)),
    ("M46", lambda right, w, h, n: right(w.T.reshape(w.shape), h, n)),
    ("M47", lambda right, w, h, n: right(w, h, n).flip(0)),
    ("M47", lambda right, w, h, n: _by_place(right, w, h, n).flip(0).flatten(0, 1)),
    ("M48", lambda right, w, h, n: right(w, h, n).reshape(-1, h, n)),
    ("M48", lambda right, w, h, n: _by_place(right, w, h, n)),
    ("M48", lambda right, w, h, n: _by_place(right, w, h, n).reshape(*_places(w, h, n), h, n)),
    ("M48", lambda right, w, h, n: torch.stack([right(part, h, n) for part in _parts(w)])),
    ("M49", lambda right, w, h, n: right(torch.outer(w[:, 0], w[0]) / w[0, 0], h, n)),
)


#: The same, and what exchanged factors give: in this exercise that is said of the factors.
_KRON_SLIPS = tuple(
    ("M43.factors" if wrong is _factors_exchanged else number, wrong)
    for number, wrong in _IMAGE_SLIPS
)


#: Faults of a block matrix by the level that they leave alone, see `_maybe_blocks`.
_INSIDE = ("inside", "main repeats", "upper repeat", "turned", "plain, not square")


#: What is said to the visible cases: whole, cut in three ways, then with two rows exchanged, and
#: one with order only inside.
_RIGHTLY = (True, False, False, False, False)
_INSIDE_TOO = (True, False, False, False, True)
_YES_NO_YES = (True, False, True, False, False)
_YES_NO_YES_TOO = (True, False, True, False, True)
_NO_YES = (False, True, False, False, False)
_NEVER = (False, False, False, False, False)


_OUTSIDE = ("outside", "first", "above", "corner", "one across, outside")


def _passing(*made: str) -> Callable[..., bool]:
    """Return a test that lets pass what is made in one of these ways, see `_maybe_blocks`."""
    return lambda right, T, block_shape: _made(T) in made


def _retyped(
    T: torch.Tensor,
    change: Callable[[torch.Tensor], torch.Tensor],
    image: tuple[int, int] = (4, 5),
) -> torch.Tensor:
    """Return the matrix of the convolution with a changed kernel, taken from row 0 of ``T_2d``."""
    kernel = change(T[0].reshape(4, 5)[:3, :3])
    return matrix_of(lambda x: F.conv2d(x[None, None], kernel[None, None]), image, T.dtype)


def _untapped(weight: torch.Tensor) -> torch.Tensor:
    """Return the kernel with 0 for the last tap."""
    rest = weight.clone()
    rest[-1, -1] = 0
    return rest


def _cut(weight: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """Return the kernel with 0 for all taps but those in the first rows and columns."""
    rest = torch.zeros_like(weight)
    rest[:rows, :columns] = weight[:rows, :columns]
    return rest


def _parts(weight: torch.Tensor) -> list[torch.Tensor]:
    """Return a kernel for each row of the kernel, with 0 for the other rows."""
    return [_cut(weight, r + 1, weight.shape[1]) - _cut(weight, r, weight.shape[1])
            for r in range(len(weight))]  # fmt: skip


def _places(weight: torch.Tensor, height: int, width: int) -> tuple[int, int]:
    """Return how often the kernel fits, down and across."""
    return height - weight.shape[0] + 1, width - weight.shape[1] + 1


def _by_place(
    right: Callable[..., torch.Tensor], weight: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """Return the rows of the matrix by the place of their output, down and across."""
    return right(weight, height, width).reshape(*_places(weight, height, width), -1)


def _upper(T: torch.Tensor, rows: int) -> torch.Tensor:
    """Return the matrix with zeros below the first rows."""
    rest = T.clone()
    rest[rows:] = 0
    return rest


def _upright(
    right: Callable[..., torch.Tensor], weight: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """Return the matrix with the kernel in its columns, from their diagonal entry on."""
    rows, columns = height + weight.shape[0] - 1, width + weight.shape[1] - 1
    down, across = _places(weight, height, width)
    upright = right(weight, rows, columns).T.reshape(rows, columns, -1)
    return upright[:down, :across].flatten(0, 1)


def _hanging(
    right: Callable[..., torch.Tensor],
    weight: torch.Tensor,
    height: int,
    width: int,
    above: int,
    twice_left: int,
) -> torch.Tensor:
    """Return the matrix with an output for every pixel, the kernel hanging over the edges."""
    rows, columns = height + weight.shape[0] - 1, width + weight.shape[1] - 1
    left = twice_left // 2
    whole = right(weight, rows, columns).reshape(-1, rows, columns)
    return whole[:, above : above + height, left : left + width].flatten(1)


def _jumped(T: torch.Tensor, across: int, by: int) -> torch.Tensor:
    """Return the matrix with a jump that is too long or too short after every ``across`` rows."""
    return torch.cat([rows.roll(by * i, 1) for i, rows in enumerate(torch.split(T, across))])


def _begun(page: torch.Tensor, T: torch.Tensor) -> torch.Tensor:
    """Return a matrix whose rows begin where those of ``T`` do, and go on like ``page``."""
    line = F.pad(page.reshape(-1), (0, T.shape[1] - page.numel()))
    return torch.stack([line.roll(int(row.nonzero()[0])) for row in T])


def _turned(T: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
    """Return the rows of ``T``, one for each place of ``shape``, in the order of its columns."""
    return T.reshape(*shape, -1).transpose(0, 1).flatten(0, 1)


def _renumbered(T: torch.Tensor, shape: tuple[int, int], length: int) -> torch.Tensor:
    """Return ``T`` with its columns counted as if a row of ``shape`` had another length."""
    result = torch.zeros_like(T)
    for column in range(T.shape[1]):
        place = column // shape[1] * length + column % shape[1]
        taken = T[:, column] != 0
        result[taken, place % T.shape[1]] = T[taken, column]
    return result


def _recut(
    right: Callable[..., bool], T: torch.Tensor, cut: tuple[int, int], other: tuple[int, int]
) -> bool:
    """Tell what is found in a matrix from `_maybe_blocks` when it is cut otherwise."""
    if other == cut:
        return right(T, cut)
    divides = T.shape[0] % other[0] == 0 and T.shape[1] % other[1] == 0
    return divides and (_made(T) == "constant" or (other[0] == other[1] and "plain" in _made(T)))


#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "flat_index": slips_on(
        lambda draw: (draw.integer(2, 4), draw.integer(5, 7), draw.integer(9, 14)),
        ("M05", lambda right, row, col, width: right(row, col, width) + 1),
        ("M05", lambda right, row, col, width: right(row, col, width) - 1),
        ("M13", lambda right, row, col, width: right(row, 0, 4) + col),
        ("M13", lambda right, row, col, width: right(row, 0, 5) + col),
        ("M43", lambda right, row, col, width: right(col, row, width)),
        ("M44", lambda right, row, col, width: right(row, col, width - 1)),
        ("M44", lambda right, row, col, width: right(row, col, width + 1)),
        ("M44.no_width", lambda right, row, col, width: right(row, 0, 1) + col),
    ),
    "typed_2d": slips_on(
        None,
        ("M01", lambda right: _retyped(right(), lambda w: w.flip(0, 1))),
        ("M04", lambda right: torch.as_tensor(right()).T),
        ("M05", lambda right: right()[:-1]),
        ("M05", lambda right: torch.cat([right(), right()[3:].roll(5, 1)])),
        ("M06", lambda right: _retyped(right(), lambda w: _cut(w, 3, 2))),
        ("M06", lambda right: _retyped(right(), lambda w: _cut(w, 2, 3))),
        ("M06", lambda right: _retyped(right(), _untapped)),
        ("M07", lambda right: right()[[0] * 6]),
        ("M10", lambda right: torch.stack([right()[0].roll(i) for i in range(20)])),
        ("M41", lambda right: torch.stack([right()[0].roll(i) for i in range(6)])),
        ("M41", lambda right: _jumped(right(), 3, -1)),
        ("M41", lambda right: _jumped(right(), 3, 1)),
        ("M42", lambda right: _begun(right()[0].reshape(4, 5)[:3, :3], right())),
        ("M42", lambda right: _begun(right()[0].reshape(4, 5)[:3, :4], right())),
        ("M43", lambda right: right().reshape(6, 4, 5).transpose(1, 2).reshape(6, 20)),
        ("M43", lambda right: right().reshape(2, 3, 20).transpose(0, 1).reshape(6, 20)),
        ("M43", lambda right: right().reshape(2, 3, 4, 5).permute(1, 0, 3, 2).reshape(6, 20)),
        ("M44", lambda right: _renumbered(right(), (4, 5), 3)),
        ("M45", lambda right: _retyped(right(), lambda w: w, (5, 4))),
        ("M46", lambda right: _retyped(right(), lambda w: w.flip(0))),
        ("M46", lambda right: _retyped(right(), lambda w: w.flip(1))),
        ("M46", lambda right: _retyped(right(), lambda w: w.T)),
        ("M47", lambda right: right().flip(0)),
        ("M47", lambda right: right().reshape(2, 3, 20).flip(0).reshape(6, 20)),
        ("M48", lambda right: right().reshape(6, 4, 5)),
        ("M48", lambda right: right().reshape(2, 3, 4, 5)),
    ),
    "toeplitz_2d": (
        *slips_on(_imaged, *_IMAGE_SLIPS),
        Slip(
            "M13", lambda right, w, h, n: right(w, 4, 5), functools.partial(_imaged, kernel=(3, 3))
        ),
        Slip(
            "M13", lambda right, w, h, n: right(w, 4, 6), functools.partial(_imaged, kernel=(2, 3))
        ),
        Slip("M16", lambda right, w, h, n: right(w.float(), h, n), _imaged_double),
        Slip("M49", lambda right, w, h, n: _upper(right(w, h, n), (n - 2) ** 2), _imaged_tall),
        Slip("M66", lambda right, w, h, n: right(memory(w), h, n), _imaged_view),
    ),
    "is_block_toeplitz": tuple(
        Slip(number, wrong, _maybe_blocks, cases=100, right=_in_order, says=says)
        for number, wrong, says in (
            ("M05", _passing(*_BLOCKS[:7], "corner", "one across, outside"), _YES_NO_YES),
            ("M08", _passing("symmetric"), _NEVER),
            ("M10", _passing("constant", "equal", "circulant"), _NEVER),
            ("M11.inside", _passing(*_BLOCKS[:7], *_INSIDE), _INSIDE_TOO),
            ("M11.outside", _passing(*_BLOCKS[:7], *_OUTSIDE), _YES_NO_YES),
            ("M11.either", _passing(*_BLOCKS[:7], *_INSIDE, *_OUTSIDE), _YES_NO_YES_TOO),
            ("M11", _passing(*_BLOCKS[:7], "first", "above", "corner"), _RIGHTLY),
            ("M11", _passing(*_BLOCKS[:7], "above", "corner"), _RIGHTLY),
            ("M11", _passing(*_BLOCKS[:7], "main repeats", "upper repeat"), _RIGHTLY),
            ("M11", _passing(*_BLOCKS[:7], "upper repeat"), _RIGHTLY),
            ("M11", _passing(*_BLOCKS[:7], "last column"), _RIGHTLY),
            ("M11", _passing(*(made for made in _BLOCKS if made != "zero")), _INSIDE_TOO),
            ("M13", lambda right, T, cut: cut == (4, 6) and right(T, cut), None),
            ("M13.one_block", _passing(*_BLOCKS[:6]), _RIGHTLY),
            ("M14", _passing(*_BLOCKS[:7], "turned"), _RIGHTLY),
            ("M15.always", lambda right, T, cut: True, None),
            ("M15.always", lambda right, T, cut: False, None),
            ("M45", lambda right, T, cut: _recut(right, T, cut, (cut[1], cut[0])), _NO_YES),
            (
                "M45.number",
                lambda right, T, cut: _recut(
                    right, T, cut, (T.shape[0] // cut[0], T.shape[1] // cut[1])
                ),
                _NEVER,
            ),
            ("M49", lambda right, T, cut: _recut(right, T, cut, (cut[1], cut[1])), _NEVER),
            ("M49", lambda right, T, cut: cut[0] == cut[1] and right(T, cut), None),
            ("M50", _passing("constant", "plain", "plain, not square"), _NEVER),
        )
    ),
    "toeplitz_2d_kron": (
        *slips_on(_imaged, *_KRON_SLIPS),
        Slip(
            "M13",
            lambda right, w, h, n: right(_cut(w, 2, 3), h, n),
            functools.partial(_imaged, kernel=(5, 3)),
        ),
        Slip("M16", lambda right, w, h, n: right(w.float(), h, n), _imaged_double),
        Slip(
            "M49",
            lambda right, w, h, n: right(w[:, :2], h, n),
            functools.partial(_imaged, kernel=(2, 4)),
        ),
        Slip("M66", lambda right, w, h, n: right(memory(w), h, n), _imaged_view),
    ),
}
