"""The student's kit of *Convolution is a matrix*: pictures and instant checks.

One file that needs only torch, NumPy and matplotlib, so that it reaches a
notebook anywhere: beside it in JupyterLab, by one download in Colab.

It knows what a convolution *does* (by asking PyTorch) and how to look at a
matrix. It does not know how to build one: that is the homework.

With ``CONVKIT_PICTURES=off`` in the environment a picture is only described,
in the words that are its alt text: where nobody looks at notebooks while they
run, drawing would take most of the time.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import copy
import functools
import hashlib
import inspect
import io
import linecache
import math
import os
import symtable
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BUILDERS",
    "as_array",
    "check",
    "matrix_of",
    "shift",
    "show_block_row",
    "show_corners",
    "show_counts",
    "show_defects",
    "show_impulses",
    "show_matrices",
    "show_matrix",
    "show_patch",
    "show_row",
    "show_shades",
]

# ------------------------------------------------------------------ two tools


def shift(x: torch.Tensor, n: int) -> torch.Tensor:
    """Move ``x`` by ``n`` places along its last axis and fill with zeros.

    Parameters
    ----------
    x : tensor of shape ``(..., length)``
    n : int
        ``n > 0`` moves to the right, ``n < 0`` to the left. From
        ``|n| >= length`` on, nothing of ``x`` is left.

    Returns
    -------
    tensor of the shape of ``x``

    Examples
    --------
    >>> shift(torch.tensor([5, 6, 7]), 1)
    tensor([0, 5, 6])
    """
    length = x.shape[-1]
    moved = torch.zeros_like(x)
    if abs(n) < length:
        moved[..., max(n, 0) : length + min(n, 0)] = x[..., max(-n, 0) : length - max(n, 0)]
    return moved


def matrix_of(
    f: Callable[[torch.Tensor], torch.Tensor],
    shape: int | Sequence[int],
    dtype: torch.dtype = torch.float32,
) -> torch.Tensor:
    """Find the matrix of a linear function: column ``j`` is ``f(e_j)``.

    ``e_j`` is the unit impulse, 1 at place ``j`` and 0 elsewhere. Sending all
    of them through ``f`` is how any linear function shows its matrix.

    Parameters
    ----------
    f : callable
        Linear; takes a tensor of ``shape`` and returns a tensor.
    shape : int or sequence of int
        Shape of the input. Inputs and outputs are flattened in row-major order.
    dtype : torch.dtype

    Returns
    -------
    tensor of shape ``(outputs, inputs)``

    Examples
    --------
    >>> matrix_of(lambda x: 2 * x, 2)
    tensor([[2., 0.],
            [0., 2.]])
    """
    size = (shape,) if isinstance(shape, int) else tuple(shape)
    impulses = torch.eye(int(np.prod(size)), dtype=dtype)
    return torch.stack([f(e.reshape(size)).reshape(-1) for e in impulses], dim=1)


# ------------------------------------------------------------------- pictures

# Okabe and Ito's palette (2008): told apart with every kind of colour vision.
_COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#bbbbbb"]
_MIXED = "#dddddd"
_INK = ["black"] * 5 + ["white"] * 2 + ["black"] * 3  # by shade: white, the taps, mixed
_LIT = "#d55e00"
_DPI = 80
_LARGEST_WITH_ZEROS = 120  # entries; beyond, zeros are left blank
_LARGEST_WITH_NUMBERS = 26  # columns; beyond, the numbers no longer fit their cells


def show_matrix(
    T: Any,
    weight: Any = None,
    title: str = "",
    rows: Sequence[int] = (),
    blocks: tuple[int, int] | None = None,
) -> None:
    """Draw a matrix with one colour per tap and every number written out.

    Parameters
    ----------
    T : matrix, shape ``(outputs, inputs)``
    weight : tensor, optional
        The kernel: gives every tap its colour and explains sums of taps.
    title : str
    rows : sequence of int
        Rows to frame.
    blocks : (int, int), optional
        Height and width of the blocks to rule off.
    """
    show_matrices({title: T}, weight, rows=rows, blocks=blocks)


def show_matrices(
    matrices: Mapping[str, Any],
    weight: Any = None,
    rows: Sequence[int] = (),
    blocks: tuple[int, int] | None = None,
) -> None:
    """Draw matrices side by side, each under its name.

    Parameters
    ----------
    matrices : dict from title to matrix
    weight, rows, blocks
        As for `show_matrix`, the same for all of them.
    """
    arrays = {}
    for title, T in matrices.items():
        array = as_array(T)
        if isinstance(array, str) or array.ndim != 2 or array.size == 0:
            print(f"There is no matrix to draw yet{' for ' + title if title else ''}.")
            return
        arrays[title] = array

    def draw() -> Figure:
        taps = _taps(weight, arrays.values())
        widths = [max(a.shape[1], 4) for a in arrays.values()]
        height = max(a.shape[0] for a in arrays.values())
        cell = 0.34 if max(widths) <= _LARGEST_WITH_NUMBERS else 8.0 / max(widths)
        fig = _figure(cell * sum(widths) + 0.7 * len(arrays), cell * height + 0.9)
        axes = fig.subplots(1, len(arrays), squeeze=False, width_ratios=widths)[0]
        for ax, (title, array) in zip(axes, arrays.items(), strict=True):
            _draw_matrix(ax, array, taps, rows=rows, blocks=blocks)
            ax.set_title(title, fontsize=10)
        _legend(fig, taps, arrays.values())
        return fig

    parts = [
        f"{title or 'matrix'}, {a.shape[0]} by {a.shape[1]}, {np.count_nonzero(a)} not zero"
        for title, a in arrays.items()
    ]
    _show("Picture: " + "; ".join(parts) + ".", draw)


def show_corners(matrices: Mapping[str, Any], weight: Any, size: int = 3) -> None:
    """Zoom into the top left and bottom right corner of several matrices.

    Parameters
    ----------
    matrices : dict from title to matrix
        One per padding mode, say.
    weight : tensor
        The kernel, for the colours.
    size : int
        Rows of each corner; twice as many columns are shown.
    """
    arrays = {name: np.asarray(as_array(T)) for name, T in matrices.items()}

    def draw() -> Figure:
        taps = _taps(weight, arrays.values())
        fig = _figure(2.6 * len(arrays), 0.42 * 2 * size + 1.3)
        axes = fig.subplots(2, len(arrays), squeeze=False)
        for column, (name, array) in enumerate(arrays.items()):
            r, c = min(size, array.shape[0]), min(2 * size, array.shape[1])
            _draw_matrix(axes[0, column], array[:r, :c], taps)
            first = (array.shape[0] - r, array.shape[1] - c)
            _draw_matrix(axes[1, column], array[-r:, -c:], taps, origin=first)
            axes[0, column].set_title(name, fontsize=10)
        axes[0, 0].set_ylabel("first rows", fontsize=8, labelpad=14)
        axes[1, 0].set_ylabel("last rows", fontsize=8, labelpad=14)
        _legend(fig, taps, arrays.values())
        return fig

    _show("Picture: first and last rows of the matrices " + ", ".join(arrays) + ".", draw)


def show_row(weight: Any, x: Any, row: int, padding: int = 0) -> None:
    """Show one output three times: as a window, an equation and a matrix row.

    Parameters
    ----------
    weight : tensor, shape ``(k,)``
    x : tensor, shape ``(n,)``
    row : int
        Which output, from 0.
    padding : int
        Zeros on each side of ``x``.
    """
    w, signal = np.asarray(as_array(weight)), np.asarray(as_array(x))
    n, k = len(signal), len(w)
    start = row - padding
    terms = []
    for tap, j in enumerate(range(start, start + k)):
        value = signal[j] if 0 <= j < n else 0.0
        factor = _number(value) if value >= 0 else f"({_number(value)})"
        terms.append(f"{_number(w[tap])}·{factor}")
    total = float(np.pad(signal, padding)[row : row + k] @ w)
    equation = f"y[{row}] = " + " + ".join(terms) + f" = {_number(total)}"

    def draw() -> Figure:
        fig = _figure(0.42 * (n + 2 * padding) + 2.2, 2.7)
        ax = fig.subplots()
        ax.set_xlim(-padding - 2.6, n + padding + 0.2)
        ax.set_ylim(4.6, -0.4)
        ax.axis("off")
        for label, y in (("window", 0.5), ("weight", 1.5), (f"row {row} of T", 4.0)):
            ax.text(-padding - 0.3, y, label, ha="right", va="center", fontsize=9)
        middle: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9}
        for j in range(-padding, n + padding):
            tap = j - start
            inside, real = 0 <= tap < k, 0 <= j < n
            colour = _COLOURS[tap % len(_COLOURS)] if inside else "white"
            edge, line = ("black", "-") if real else ("#999999", ":")
            _rectangle(ax, (j, 0), 1, 1, facecolor=colour, edgecolor=edge, linestyle=line)
            ax.text(j + 0.5, 0.5, _number(signal[j] if real else 0.0), **middle)
            if inside:
                ax.text(j + 0.5, 1.5, _number(w[tap]), weight="bold", **middle)
            if real:
                _rectangle(ax, (j, 3.5), 1, 1, facecolor=colour, edgecolor="black")
                entry = _number(w[tap]) if inside else "0"
                ax.text(j + 0.5, 4.0, entry, color="black" if inside else "#aaaaaa", **middle)
        ax.text(n / 2, 2.5, equation, ha="center", va="center", fontsize=10)
        return fig

    alt = f"Picture: output {row} as a window over x, as an equation and as a row. {equation}"
    _show(alt, draw)


def show_impulses(
    f: Callable[[torch.Tensor], torch.Tensor], n: int, stops: Sequence[int], weight: Any = None
) -> None:
    """Walk a unit impulse along the input: each stop paints one column of T.

    Parameters
    ----------
    f : callable
        Linear function of a tensor of shape ``(n,)``.
    n : int
    stops : sequence of int
        Places at which the walk is drawn, in rising order.
    weight : tensor, optional
        The kernel, for the colours.
    """
    T = np.asarray(as_array(matrix_of(f, n)))

    def draw() -> Figure:
        taps = _taps(weight, [T])
        fig = _figure((0.3 * n + 0.5) * len(stops), 0.3 * T.shape[0] + 1.7)
        axes = fig.subplots(2, len(stops), squeeze=False, height_ratios=[1, T.shape[0]])
        for column, j in enumerate(stops):
            impulse = np.eye(n)[j : j + 1]
            _draw_matrix(axes[0, column], impulse, {1.0: 7})
            axes[0, column].set_title(f"impulse at {j}", fontsize=10)
            painted = np.where(np.arange(n) <= j, T, 0.0)
            _draw_matrix(axes[1, column], painted, taps, hidden=np.arange(n) > j)
            _rectangle(
                axes[1, column],
                (j - 0.5, -0.5),
                1,
                T.shape[0],
                fill=False,
                edgecolor=_LIT,
                linewidth=2,
            )
        axes[0, 0].set_ylabel("x", rotation=0, labelpad=16)
        axes[1, 0].set_ylabel("T", rotation=0, labelpad=16)
        return fig

    places = ", ".join(str(j) for j in stops)
    _show(f"Picture: an impulse walks along x; at {places} the columns painted so far.", draw)


def show_defects(
    f: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, shifts: Iterable[int]
) -> None:
    """Map where ``f(shifted x)`` and ``shifted f(x)`` differ, and by how much.

    Parameters
    ----------
    f : callable
        Takes a tensor of shape ``(n,)``, returns one of shape ``(m,)``.
    x : tensor, shape ``(n,)``
    shifts : iterable of int
        One row of the map each. An empty row means: equivariant for this x.
    """
    shifts = list(shifts)
    defects = np.stack([np.asarray(as_array(_defect(f, x, n).abs())) for n in shifts])
    holds = [n for n, row in zip(shifts, defects, strict=True) if row.max(initial=0) <= 1e-6]

    def draw() -> Figure:
        fig = _figure(0.42 * defects.shape[1] + 1.6, 0.3 * len(shifts) + 0.9)
        ax = fig.subplots()
        shown = np.ma.masked_less_equal(defects, 1e-6)
        ax.imshow(
            shown, cmap="Oranges", aspect="auto", vmin=0, vmax=max(1e-9, defects.max()) * 1.4
        )
        for (i, j), value in np.ndenumerate(defects):
            if value > 1e-6:
                ax.text(j, i, _number(value), ha="center", va="center", fontsize=8)
        ax.set_xticks(range(defects.shape[1]))
        ax.set_yticks(range(len(shifts)), [f"{n:+d}" if n else "0" for n in shifts])
        ax.set_xlabel("output position")
        ax.set_ylabel("shift n")
        ax.tick_params(labelsize=8)
        ax.set_title("|f(shifted x) - shifted f(x)|, blank where 0", fontsize=10)
        return fig

    alt = f"Picture: defect map over shift and output position; empty rows at shifts {holds}."
    _show(alt, draw)


def _defect(f: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, n: int) -> torch.Tensor:
    """Return ``f(shifted x)`` less ``shifted f(x)``."""
    return f(shift(x, n)) - shift(f(x), n)


def show_patch(weight: Any, image: Any, row: int, column: int) -> None:
    """Show one output of a 2D convolution: the patch, the kernel, the output.

    Parameters
    ----------
    weight : tensor, shape ``(R, S)``
    image : tensor, shape ``(height, width)``
    row, column : int
        Which output.
    """
    w, x = np.asarray(as_array(weight)), np.asarray(as_array(image))
    height, width = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    y = np.array(
        [[(x[i : i + w.shape[0], j : j + w.shape[1]] * w).sum() for j in range(width)]
         for i in range(height)]
    )  # fmt: skip
    patch = x[row : row + w.shape[0], column : column + w.shape[1]]
    pairs = zip(w.reshape(-1), patch.reshape(-1), strict=True)
    terms = [f"{_number(a)}·{_number(b) if b >= 0 else f'({_number(b)})'}" for a, b in pairs]
    equation = f"y[{row}, {column}] = " + " + ".join(terms) + f" = {_number(y[row, column])}"

    def draw() -> Figure:
        panels = [("image, with the patch", x), ("weight", w), ("output", y)]
        widths = [max(a.shape[1], 3) for _, a in panels]
        fig = _figure(0.45 * sum(widths) + 0.6, 0.45 * x.shape[0] + 0.9)
        axes = fig.subplots(1, 3, width_ratios=widths)
        fig.subplots_adjust(left=0.02, right=0.98, bottom=0.16, top=0.9, wspace=0.15)
        for ax, (title, array) in zip(axes, panels, strict=True):
            ax.set_title(title, fontsize=10)
            ax.set_xlim(-0.6, array.shape[1] - 0.4)
            ax.set_ylim(array.shape[0] - 0.4, -0.6)
            ax.set_aspect("equal", anchor="N")
            ax.set_xticks(range(array.shape[1]))
            ax.set_yticks(range(array.shape[0]))
            ax.tick_params(length=0, labelsize=7, labelcolor="#666666")
            for side in ax.spines.values():
                side.set_visible(False)
            for (i, j), value in np.ndenumerate(array):
                r, s = (i - row, j - column) if array is x else (i, j)
                inside = array is not y and 0 <= r < w.shape[0] and 0 <= s < w.shape[1]
                shade = (r * w.shape[1] + s) % len(_COLOURS)
                ink = _INK[shade + 1] if inside else "black"
                fill = _COLOURS[shade] if inside else "white"
                _rectangle(ax, (j - 0.5, i - 0.5), 1, 1, edgecolor="black", facecolor=fill)
                ax.text(j, i, _number(value), ha="center", va="center", fontsize=9, color=ink)
        for ax, (down, across) in ((axes[0], w.shape), (axes[2], (1, 1))):
            corner = (column - 0.5, row - 0.5)
            _rectangle(ax, corner, across, down, fill=False, edgecolor="black", linewidth=3)
        fig.text(0.5, 0.04, equation, ha="center", fontsize=10)
        return fig

    _show(f"Picture: image, weight and output; one patch makes one output. {equation}", draw)


def show_block_row(T: Any, image_shape: tuple[int, int], row: int, weight: Any = None) -> None:
    """Light one row of a 2D convolution matrix beside the image patch it reads.

    Parameters
    ----------
    T : matrix, shape ``(outputs, height * width)``
    image_shape : (int, int)
        Height and width of the image.
    row : int
        The row of ``T``; folded back to the image's shape it *is* the kernel,
        lying where it reads.
    weight : tensor, optional
        The kernel, for the colours.
    """
    array = np.asarray(as_array(T))
    height, width = image_shape

    def draw() -> Figure:
        taps = _taps(weight, [array])
        fig = _figure(0.34 * (width + array.shape[1]) + 1.6, 0.34 * array.shape[0] + 1.3)
        left, right = fig.subplots(1, 2, width_ratios=[width, array.shape[1]])
        _draw_matrix(left, array[row].reshape(height, width), taps)
        left.set_title(f"row {row}, folded to {height} x {width}", fontsize=10)
        # With the kernel known, the outputs of an image row are too: they rule off block rows.
        across = np.shape(as_array(weight))[-1] if weight is not None else 0
        block = width - across + 1 if across and array.shape[0] % (width - across + 1) == 0 else 0
        _draw_matrix(right, array, taps, rows=[row], blocks=(block or array.shape[0], width))
        right.set_title("T, one column per pixel", fontsize=10)
        return fig

    alt = f"Picture: row {row} of T beside the {height} by {width} image patch that it reads."
    _show(alt, draw)


def show_shades(matrices: Mapping[str, Any]) -> None:
    """Draw matrices side by side, shaded by value: for entries that are no taps.

    Parameters
    ----------
    matrices : dict from title to matrix
        Real numbers, each written to one decimal; orange below zero, purple above.
    """
    arrays = {title: np.asarray(as_array(T)) for title, T in matrices.items()}

    def draw() -> Figure:
        widths = [a.shape[1] for a in arrays.values()]
        height = max(a.shape[0] for a in arrays.values())
        top = 1.2 * max(1e-9, *(float(np.abs(a).max(initial=0.0)) for a in arrays.values()))
        fig = _figure(0.4 * sum(widths) + 0.6 * len(arrays), 0.4 * height + 0.6)
        axes = fig.subplots(1, len(arrays), squeeze=False, width_ratios=widths)[0]
        for ax, (title, array) in zip(axes, arrays.items(), strict=True):
            ax.imshow(array, cmap="PuOr", vmin=-top, vmax=top)
            for (i, j), value in np.ndenumerate(array):
                text = f"{round(float(value), 1) + 0.0:.1f}"  # + 0.0 turns -0.0 into 0.0
                ink = "white" if abs(value) > 0.6 * top else "black"
                ax.text(j, i, text, ha="center", va="center", fontsize=8, color=ink)
            ax.set_xticks(range(array.shape[1]))
            ax.set_yticks(range(array.shape[0]))
            ax.tick_params(length=0, labelsize=7, labelcolor="#666666")
            ax.set_title(title, fontsize=10)
        return fig

    _show("Picture: matrices shaded by value: " + "; ".join(arrays) + ".", draw)


def show_counts(counts: Mapping[str, Mapping[str, int]]) -> None:
    """Draw counts as bars on a logarithmic axis, each with its number.

    Parameters
    ----------
    counts : dict from layer name to a dict from kind to number
        Such as ``{"10 -> 8": {"dense": ..., "nonzero": ...}}``.
    """
    bars = [(f"{layer}: {kind}", value, i) for layer, kinds in counts.items()
            for i, (kind, value) in enumerate(kinds.items())]  # fmt: skip

    def draw() -> Figure:
        fig = _figure(7, 0.34 * len(bars) + 0.9)
        ax = fig.subplots()
        for y, (_, value, kind) in enumerate(bars):
            colour, hatch = _COLOURS[kind % len(_COLOURS)], ["", "//", ".."][kind % 3]
            ax.barh(y, value, color=colour, hatch=hatch, edgecolor="white")
            ax.text(value, y, f" {value:,}", va="center", fontsize=9)
        ax.set_yticks(range(len(bars)), [name for name, _, _ in bars], fontsize=9)
        ax.set_xscale("log")
        most = max(value for _, value, _ in bars)
        ax.set_xlim(1, max(12 * most, most**1.35))  # room for the number behind the longest bar
        ax.invert_yaxis()
        ax.set_xlabel("how many (logarithmic)")
        return fig

    words = "; ".join(f"{name} {value:,}" for name, value, _ in bars)
    _show(f"Picture: bars of counts. {words}.", draw)


def _figure(width: float, height: float) -> Figure:
    """Make an empty figure of that many inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def _rectangle(
    ax: Axes, corner: tuple[float, float], width: float, height: float, **style: Any
) -> None:
    """Add a rectangle; the corner is the one with the smallest numbers."""
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle(corner, width, height, **style))


def _number(value: Any) -> str:
    """Write a number as short as a matrix cell needs it."""
    value = complex(value)
    if value.imag:
        return f"{value:.3g}"
    return f"{value.real + 0.0:.3g}"  # + 0.0 turns -0.0 into 0.0


def _taps(weight: Any, arrays: Iterable[np.ndarray]) -> dict[float, int]:
    """Give every tap a colour number: by its place in the kernel, else by value."""
    if weight is not None:
        values = np.asarray(as_array(weight)).reshape(-1)
    else:
        found = np.concatenate([a.reshape(-1) for a in arrays])
        values = np.unique(found[found != 0])[: len(_COLOURS)]
    return {float(v.real): i for i, v in reversed(list(enumerate(values))) if v != 0}


def _sum_of_taps(value: float, taps: Mapping[float, int]) -> str:
    """Name the taps that add up to ``value``, if only one choice of them does."""
    if len(taps) > 10:
        return ""
    values = sorted(taps, key=lambda v: taps[v])
    found = []
    for picks in range(1, 2 ** len(values)):
        chosen = [v for i, v in enumerate(values) if picks >> i & 1]
        if len(chosen) > 1 and abs(sum(chosen) - value) < 1e-6:
            found.append("+".join(_number(v) for v in chosen))
    return found[0] if len(found) == 1 else ""


def _draw_matrix(
    ax: Axes,
    array: np.ndarray,
    taps: Mapping[float, int],
    rows: Sequence[int] = (),
    blocks: tuple[int, int] | None = None,
    wrong: np.ndarray | None = None,
    hidden: np.ndarray | None = None,
    origin: tuple[int, int] = (0, 0),
) -> None:
    """Draw ``array`` on ``ax``; see `show_matrix`. ``wrong`` marks entries."""
    from matplotlib.colors import ListedColormap

    height, width = array.shape
    shades = np.zeros(array.shape, dtype=int)  # 0 is white, 1.. are taps, the last one is mixed
    for (i, j), value in np.ndenumerate(array):
        if value != 0:
            shades[i, j] = taps.get(float(value.real), len(_COLOURS)) % (len(_COLOURS) + 1) + 1
    palette = ListedColormap(["white", *_COLOURS, _MIXED])
    ax.imshow(shades, cmap=palette, vmin=0, vmax=len(_COLOURS) + 1, aspect="equal")
    # Texts and plain lines instead of ticks and a grid: matplotlib makes four artists a tick, and
    # a check should answer at once.
    ax.set_xticks([])
    ax.set_yticks([])
    if width <= _LARGEST_WITH_NUMBERS:
        zeros = array.size <= _LARGEST_WITH_ZEROS
        for (i, j), value in np.ndenumerate(array):
            if (value != 0 or zeros) and (hidden is None or not hidden[j]):
                ink = "#aaaaaa" if value == 0 else _INK[shades[i, j]]
                ax.text(j, i, _number(value), ha="center", va="center", fontsize=8, color=ink)
        small: dict[str, Any] = {"fontsize": 7, "color": "#666666"}
        for j in range(width):
            ax.text(j, height - 0.35, str(origin[1] + j), ha="center", va="top", **small)
        for i in range(height):
            ax.text(-0.65, i, str(origin[0] + i), ha="right", va="center", **small)
        thin: dict[str, Any] = {"color": "#dddddd", "linewidth": 0.6}
        ax.vlines(np.arange(1, width) - 0.5, -0.5, height - 0.5, **thin)
        ax.hlines(np.arange(1, height) - 0.5, -0.5, width - 0.5, **thin)
    if blocks is not None:
        for i in range(blocks[0], height, blocks[0]):
            ax.axhline(i - 0.5, color="black", linewidth=1.2)
        for j in range(blocks[1], width, blocks[1]):
            ax.axvline(j - 0.5, color="black", linewidth=1.2)
    for row in rows:
        at = row % height
        _rectangle(ax, (-0.5, at - 0.5), width, 1, fill=False, edgecolor=_LIT, linewidth=2)
    if wrong is not None:
        rows_of, columns_of = np.nonzero(wrong)  # markers: a patch each would take a second
        ax.scatter(columns_of, rows_of, s=19**2, marker="s", facecolors="none", edgecolors="black",
                   linewidths=2)  # fmt: skip


def _legend(fig: Figure, taps: Mapping[float, int], arrays: Iterable[np.ndarray]) -> None:
    """Explain in words the entries that are sums of taps."""
    sums = {}
    for value in np.unique(np.concatenate([a.reshape(-1).real for a in arrays])):
        if value != 0 and float(value) not in taps:
            sums[_number(value)] = _sum_of_taps(float(value), taps)
    words = [f"{value} = {taps_in}" for value, taps_in in sums.items() if taps_in]
    if words:
        fig.text(0.5, 0.0, "grey: taps added up, " + ", ".join(words[:6]), ha="center", fontsize=8)


def notebook_display() -> Callable[..., Any] | None:
    """Return IPython's `display`, or None in a plain script, which has nowhere to show it."""
    try:
        from IPython.core.getipython import get_ipython
        from IPython.display import display
    except ImportError:
        return None
    return None if get_ipython() is None else display


def _show(alt: str, draw: Callable[[], Figure], crop: bool = True) -> None:
    """Put a figure into the cell's output, with its description as alt text.

    With CONVKIT_PICTURES=off only the description: then nothing is drawn, and
    matplotlib is not even loaded.

    To crop takes as long as to draw: a figure that knows its size does without.

    A `Figure` of its own instead of pyplot's: nothing is left open, and the
    student's own pyplot figure is not touched.
    """
    display = notebook_display()
    if display is None:
        return
    if os.environ.get("CONVKIT_PICTURES") == "off":
        display({"text/plain": alt}, raw=True)
        return
    png = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a warning on stderr would cost the points of a check
        box = "tight" if crop else None
        draw().savefig(png, format="png", dpi=_DPI, bbox_inches=box, metadata={"Software": None})
    data = {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": alt}
    display(data, raw=True, metadata={"image/png": {"alt": alt}})


# ----------------------------------------------------------- comparing answers


@dataclass(frozen=True)
class Difference:
    """What is wrong with an answer, in words for the student.

    Attributes
    ----------
    expected : str
        A shape or a property, never the values looked for.
    yours : str
    hint : str
    picture : (array, array of bool) or None
        A matrix answer and where it is wrong.
    blank : bool
        Nothing has been answered yet.
    """

    expected: str
    yours: str
    hint: str = ""
    picture: tuple[np.ndarray, np.ndarray] | None = None
    blank: bool = False


BLANK = Difference("an answer", "nothing yet", blank=True)


def _plain(value: Any) -> Any:
    """Turn tensors inside nested lists into arrays; leave the rest."""
    if isinstance(value, torch.Tensor):
        dense = value.detach().to_dense() if value.layout != torch.strided else value.detach()
        return dense.resolve_conj().resolve_neg().cpu().numpy()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def as_array(value: Any) -> np.ndarray | str:
    """Read a tensor, array or nested list as float64 (or complex128) numbers.

    Returns the array, or what is wrong with the value, in words.
    """
    if not isinstance(value, (torch.Tensor, np.ndarray, list, tuple)):
        return f"{_article(type(value).__name__)}, not a tensor, an array or a nested list"
    try:
        array = np.asarray(_plain(value))
    except (ValueError, TypeError) as error:
        if "inhomogeneous" in str(error):
            return "a list whose rows differ in length"
        return f"{_article(type(value).__name__)} that cannot be read as numbers"
    except RuntimeError as error:  # a tensor that NumPy cannot take, such as bfloat16
        return f"a tensor that cannot be read as an array ({error})"
    if array.dtype.kind not in "biufc":
        return f"an array of {array.dtype}, not of numbers"
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _article(word: str) -> str:
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def _size(shape: Sequence[int]) -> str:
    """Write a shape in words: a matrix of 4 x 6, a vector of length 3."""
    if len(shape) == 2:
        return f"a matrix of {shape[0]} x {shape[1]}"
    if len(shape) == 1:
        return f"a vector of length {shape[0]}"
    return "a single number" if not shape else f"shape {tuple(shape)}"


def _tolerance(expected: Any) -> float:
    """Relative error that the precision of ``expected`` cannot help: a few rounding steps."""
    dtype = getattr(expected, "dtype", None)
    exact = dtype in (torch.float64, torch.complex128) or getattr(dtype, "itemsize", 0) >= 8
    return 1e-10 if exact else 1e-5


def compare(expected: Any, yours: Any) -> Difference | None:
    """Compare an answer with what was looked for; None when it is right.

    The kind of ``expected`` decides what is accepted: a tensor or array wants
    any array-like of that shape, a bool a bool, an int a whole number, a
    float a real number, a set a Python set, a dict a dict with those keys.

    Parameters
    ----------
    expected : tensor, array, bool, int, float, set or dict
    yours : anything

    Returns
    -------
    Difference or None
        The words never contain a value of ``expected``.
    """
    if yours is None or yours is Ellipsis:
        return BLANK
    if isinstance(expected, (torch.Tensor, np.ndarray)):
        return _compare_arrays(expected, yours)
    if isinstance(expected, dict):
        return _compare_dicts(expected, yours)
    if isinstance(expected, (set, frozenset)):
        return _compare_sets(expected, yours)
    return _compare_numbers(expected, yours)


def _compare_arrays(expected: Any, yours: Any) -> Difference | None:
    target = as_array(expected)
    assert not isinstance(target, str)
    array = as_array(yours)
    wanted = _size(target.shape)
    if isinstance(array, str):
        return Difference(wanted, array)
    if array.shape != target.shape:
        hint = ""
        if array.shape == target.shape[::-1]:
            hint = "Rows are outputs and columns are inputs: y = T @ x. Which of yours is which?"
        return Difference(wanted, _size(array.shape), hint)
    scale = max(1.0, float(np.abs(target).max(initial=0.0)))
    wrong = ~(np.abs(array - target) <= _tolerance(expected) * scale)  # ~ so that NaN is wrong
    if not wrong.any():
        return None
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    if array.ndim == 2:
        place = f"row {first[0]}, column {first[1]}"
        bad_rows = int(wrong.any(axis=1).sum())
        spread = (
            f"{int(wrong.sum())} of {wrong.size} entries wrong, in {bad_rows} of {len(wrong)} rows"
        )
    else:
        place = f"place {first[0] if len(first) == 1 else first}"
        spread = f"{int(wrong.sum())} of {wrong.size} entries wrong"
    found = f"{spread}; first: {place} is {_number(array[first])}"
    picture = (array, wrong) if array.ndim == 2 else None
    reads = _reads(target, first[0]) if array.ndim == 2 else ""
    return Difference(f"{wanted}, every entry right{reads}", found, picture=picture)


def _reads(target: np.ndarray, row: int) -> str:
    """Say which columns a row of a sparse matrix looks at, not with which numbers."""
    columns = [int(j) for j in np.flatnonzero(target[row])]
    if len(columns) > min(12, target.shape[1] - 1):
        return ""
    if not columns:
        return f"; row {row} looks at no column"
    if len(columns) > 2 and columns[-1] - columns[0] == len(columns) - 1:
        return f"; row {row} looks at columns {columns[0]} to {columns[-1]}"
    if len(columns) > 4:  # a kernel of several rows: the numbers would be hard to read
        return (
            f"; row {row} looks at {len(columns)} columns between {columns[0]} and {columns[-1]}"
        )
    *most, last = map(str, columns)
    which = f"columns {', '.join(most)} and {last}" if most else f"column {last}"
    return f"; row {row} looks at {which}"


def _compare_numbers(expected: Any, yours: Any) -> Difference | None:
    value = (
        yours.item()
        if isinstance(yours, (torch.Tensor, np.ndarray, np.generic)) and _size_of(yours) == 1
        else yours
    )
    kinds = {bool: "True or False", int: "a whole number", float: "a real number", str: "a text"}
    wanted = kinds[type(expected)]
    fits = {
        bool: isinstance(value, bool),
        int: isinstance(value, int) and not isinstance(value, bool),
        float: isinstance(value, (int, float)) and not isinstance(value, bool),
        str: isinstance(value, str),
    }[type(expected)]
    if not fits:
        hint = "This is a whole number: // drops the remainder, / gives a float." if (
            isinstance(expected, int) and isinstance(value, float)) else ""  # fmt: skip
        return Difference(wanted, f"{_brief(value)}, {_article(type(value).__name__)}", hint)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        plain: Any = float if isinstance(value, float) else int
        value = plain.__add__(value, 0)  # a subclass could say that it equals everything
    if isinstance(expected, float):
        right = abs(value - expected) <= 1e-5 * max(1.0, abs(expected))
    else:
        right = value == expected
    return None if right else Difference(f"{wanted}, the right one", _brief(value))


def _size_of(value: Any) -> int:
    return int(value.numel() if isinstance(value, torch.Tensor) else value.size)


def _compare_sets(expected: Any, yours: Any) -> Difference | None:
    wanted = "a Python set such as {1, 2}"
    if not isinstance(yours, (set, frozenset)):
        return Difference(wanted, f"{_brief(yours)}, {_article(type(yours).__name__)}")
    if frozenset(yours) == expected:
        return None
    return Difference("the set of exactly those that fit", _brief(yours))


def _compare_dicts(expected: Mapping[str, Any], yours: Any) -> Difference | None:
    names = ", ".join(repr(key) for key in expected)
    if not isinstance(yours, dict):
        return Difference(f"a dict with the keys {names}", _article(type(yours).__name__))
    if all(yours.get(key) is None for key in expected):
        return BLANK
    if set(yours) != set(expected):
        return Difference(f"the keys {names}", "the keys " + ", ".join(repr(k) for k in yours))
    for key, value in expected.items():
        problem = compare(value, yours[key])
        if problem is not None:
            return Difference(
                f"{key!r}: {problem.expected}", f"{key!r}: {problem.yours}", problem.hint
            )
    return None


def _brief(value: Any) -> str:
    """Write a value on part of a line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


# --------------------------------------------------------------- calling answers


def call(function: Callable[..., Any], args: Sequence[Any]) -> tuple[Any, str]:
    """Call a student's function on copies of ``args``.

    Parameters
    ----------
    function : callable
    args : sequence
        Plain data; the function gets copies, so that it cannot spoil the next call.

    Returns
    -------
    value : the result, or a `Difference` when the call raised
    note : str
        "" or a sentence about an input that the function changed.
    """
    copies = copy.deepcopy(tuple(args))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # stderr text would cost the points
            value = function(*copies)
    except NotImplementedError:
        return None, ""
    except Exception as error:
        return Difference("a result", _describe_error(error)), ""
    changed = any(
        isinstance(a, torch.Tensor) and not torch.equal(a, b)
        for a, b in zip(args, copies, strict=True)
    )
    # A function in another process changes its own copies, and says so.
    changed = changed or getattr(function, "changed_inputs", False)
    note = "Your function changed its input; work on a copy (.clone()) instead." if changed else ""
    return value, note


def _describe_error(error: Exception) -> str:
    """Say what was raised and by which line of the notebook."""
    words = f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
    for note in getattr(error, "__notes__", []):  # raised in another process, which says where
        if note.startswith("at your line: "):
            return f"{words}, {note}"
    frames = inspect.getinnerframes(error.__traceback__) if error.__traceback__ else []
    for frame in reversed(frames):
        if "ipykernel_" in frame.filename or frame.filename.startswith("<ipython"):
            if any("BEGIN HIDDEN TESTS" in line for line in linecache.getlines(frame.filename)):
                continue  # a test's own wrapper around the answer: not a line of the student's
            line = linecache.getline(frame.filename, frame.lineno).strip()
            return f"{words}, at your line: {line}" if line else words
    return words


def describe(args: Sequence[Any], like: Callable[..., Any]) -> str:
    """Write the inputs of a call so that small ones can be pasted into a cell."""
    names = list(inspect.signature(like).parameters)
    return ", ".join(
        f"{name} = {_literal(value)}" for name, value in zip(names, args, strict=False)
    )


def _literal(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        kind = "" if value.dtype in (torch.float32, torch.int64) else f", dtype={value.dtype}"
        if value.numel() <= 12:
            return f"torch.tensor({_rounded(value.tolist())}{kind})"
        short = str(value.dtype).replace("torch.float", "f").replace("torch.int", "i")
        return f"{short}[{','.join(str(s) for s in value.shape)}]"
    return repr(value)


def _rounded(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_rounded(v) for v in value) + "]"
    return f"{value:.4g}" + ("." if isinstance(value, float) and float(value).is_integer() else "")


# ------------------------------------------------------------- drawing random inputs


class Draw:
    """Random inputs from a recorded seed.

    Kernels have no zero and differ from themselves flipped or transposed, and
    sizes differ on every axis: what a symmetric kernel or a square image lets
    through is seen.

    Parameters
    ----------
    seed : int
        Written down, so that every run draws the same cases.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def weight(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Draw a kernel whose entries all differ in size; none is zero.

        Parameters
        ----------
        *shape : int
        dtype : torch.dtype
            In float64 the entries need more digits than float32 holds.

        Returns
        -------
        tensor of ``shape``
        """
        count = int(np.prod(shape))
        sizes = self._rng.permutation(np.arange(2, 2 * count + 2))[:count]
        values = sizes * self._rng.choice([-1.0, 1.0], size=count)
        if dtype == torch.float64:
            values = values + self._rng.uniform(0.1, 0.9, size=count)
        return torch.as_tensor(values, dtype=dtype).reshape(shape)

    def strided(self, *shape: int) -> torch.Tensor:
        """Draw a kernel that is a view of every second entry of its memory."""
        wide = self.weight(*shape[:-1], 2 * shape[-1])
        return wide[..., ::2]

    def signal(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Draw an input with entries between -1 and 1."""
        return torch.as_tensor(self._rng.uniform(-1, 1, size=shape), dtype=dtype)

    def integers(self, low: int, high: int, count: int) -> list[int]:
        """Draw ``count`` different whole numbers from ``low`` to ``high``, both possible."""
        return [int(i) for i in self._rng.permutation(np.arange(low, high + 1))[:count]]

    def integer(self, low: int, high: int) -> int:
        """Draw one whole number from ``low`` to ``high``, both possible."""
        return self.integers(low, high, 1)[0]


# -------------------------------------------------------- naming a misconception


@dataclass(frozen=True)
class Misconception:
    """A wrong idea, in words that lead on and never give the answer.

    Attributes
    ----------
    number : str
        Such as "M01": the same in answers, reports and docs/misconceptions.md.
    name : str
    effect : str
        What it does to an answer, in a sentence.
    question : str
    reread : str
        Where to look again.
    """

    number: str
    name: str
    effect: str
    question: str
    reread: str

    @property
    def words(self) -> str:
        """What a message says."""
        return (
            f"Just this comes out when {self.name}. {self.effect} {self.question} "
            f"Reread {self.reread} ({self.number})."
        )


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


def _inputs(slip: Slip) -> list[tuple[Any, ...]]:
    """Draw the inputs on which a slip is looked for: the same ones every time."""
    if slip.draw is None:
        return [()]
    draw = Draw(seed=20)
    return [slip.draw(draw) for _ in range(slip.cases)]


_Tried = tuple[tuple[Any, ...], Any, Any]  # inputs, what is right for them, the answer's value


def _try(slip: Slip, answer: Callable[..., Any], right: Callable[..., Any]) -> list[_Tried]:
    """Call an answer on a slip's inputs, up to the first on which it raises: no slip does."""
    tried: list[_Tried] = []
    for args in _inputs(slip):
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


# -------------------------------------------------------- the misconceptions, and what they give

#: By number. The words name an idea, its effect and a question; never the way to put it right.
MISCONCEPTIONS: dict[str, Misconception] = {
    m.number: m
    for m in (
        Misconception(
            "M01",
            "PyTorch's convolution and the mathematician's are taken for each other",
            "The taps stand in the opposite order.",
            "In the plain loops, which tap meets the first input of a window?",
            "notebook 1, 'A word that means two things'",
        ),
        Misconception(
            "M03",
            "signal and kernel change places",
            "The columns belong to the taps instead of the inputs.",
            "Which of the two is multiplied by T, and how long is it?",
            "notebook 1, 'Build the other convolution'",
        ),
        Misconception(
            "M04",
            "rows are taken for inputs and columns for outputs",
            "The matrix comes out transposed.",
            "In y = T @ x, does one row make an output or belong to an input?",
            "notebook 1, 'Type one matrix by hand'",
        ),
        Misconception(
            "M05",
            "the places are counted one too many or one too few",
            "The answer is a place, a row or a column off.",
            "If the first place is 0 and the last is 3, how many places are that?",
            "notebook 1, 'Count the outputs'",
        ),
        Misconception(
            "M06",
            "the last tap, or the last row or column of taps, is left out",
            "Where it belongs, nothing is found.",
            "How many taps does your answer use, and how many are there?",
            "notebook 1, 'Build it for every size'",
        ),
        Misconception(
            "M07",
            "the window does not move on by one place from row to row",
            "Row 0 is right, the rows below are not.",
            "Where does the window of output 1 begin, and where that of output 2?",
            "notebook 1, 'Slide a kernel along a signal'",
        ),
        Misconception(
            "M08",
            "every Toeplitz matrix is taken for a symmetric one",
            "What should stand on one side of the diagonal stands on both.",
            "The kernel is not symmetric: can its matrix be?",
            "notebook 1, 'Recognise a Toeplitz matrix'",
        ),
        Misconception(
            "M09",
            "the kernel is written down the columns instead of along the rows",
            "Its taps stand in the wrong order.",
            "An impulse walks along the signal: which tap sees it first?",
            "notebook 1, 'Type one matrix by hand'",
        ),
        Misconception(
            "M10",
            "the ends of the signal are joined where they are open, or open where they are joined",
            "The corners of the matrix are wrong.",
            "What does the window of the last output find beyond the end of the signal?",
            "the plain loops of the section",
        ),
        Misconception(
            "M11",
            "a part of a condition is taken for the whole of it",
            "Matrices are let in that do not belong.",
            "What else do all these matrices have in common?",
            "notebook 1, 'Recognise a Toeplitz matrix', or notebook 5, 'Save twice'",
        ),
        Misconception(
            "M13",
            "the sizes of one example are built in",
            "The answer fits that example and no other.",
            "Which numbers of yours belong to that example alone?",
            "the goal of the exercise",
        ),
        Misconception(
            "M14",
            "one equal result is taken for equal matrices",
            "Another input tells the two apart.",
            "Which entries could change without changing that one result?",
            "notebook 1, 'Fool a lazy test'",
        ),
        Misconception(
            "M15",
            "the comparison says the same to every question, or the opposite of what was asked",
            "The answer does not fit the question.",
            "For which input should the answer be the other one?",
            "the goal of the exercise",
        ),
        Misconception(
            "M16",
            "numbers are rounded on their way",
            "The answer is near, and not equal.",
            "Where does your code keep fewer digits than it was given?",
            "the goal of the exercise",
        ),
        Misconception(
            "M17",
            "the valid, the same-size and the full convolution are mixed up",
            "The number of outputs is another one's.",
            "How far may the kernel hang over the ends of the signal here?",
            "notebook 1, 'Count the outputs', and notebook 3, 'Three paddings have names'",
        ),
        Misconception(
            "M18",
            "a padding of half the kernel's length is taken for granted",
            "Other paddings, or kernels of even length, come out wrong.",
            "Two taps and padding 0: how many outputs does your code give?",
            "notebook 3, 'Three paddings have names'",
        ),
        Misconception(
            "M19",
            "padding per side and padding in total are mixed up",
            "One end has another padding than it should.",
            "With padding 1, how many zeros are there, and where?",
            "notebook 3, 'Let the kernel hang over the edge'",
        ),
        Misconception(
            "M20",
            "the rows are counted from the wrong place",
            "The band stands too far to one side.",
            "On which input does the first tap of row 0 lie, if on any?",
            "the plain loops of the section",
        ),
        Misconception(
            "M21",
            "a kernel that hangs over the edge is taken to lose its other end",
            "In a corner the wrong taps are left.",
            "Which tap of output 0 has no input under it?",
            "notebook 3, 'Type the corners by hand'",
        ),
        Misconception(
            "M22",
            "windows over the edge are moved inside, or left out",
            "The outer rows hold the whole kernel, or nothing.",
            "What lies under the window of output 0, number by number?",
            "notebook 3, 'Let the kernel hang over the edge'",
        ),
        Misconception(
            "M23",
            "what should be zeros outside is read from the other end of the signal",
            "The far ends get what they should not.",
            "Where does your code look for what lies left of place 0?",
            "notebook 3, 'Build it for every padding'",
        ),
        Misconception(
            "M24",
            "places outside the signal are filled in another way than asked for",
            "Only the ends differ.",
            "What should lie just outside: a zero, a copy, a mirror image, and of what?",
            "how the exercise fills what lies outside",
        ),
        Misconception(
            "M25",
            "sides or axes are taken in the wrong order",
            "What belongs to one of them happens to the other.",
            "Pad one side alone, by 2: where do new rows turn up?",
            "notebook 3, the goal and the rule of the exercise",
        ),
        Misconception(
            "M26",
            "a circular padding is split into halves",
            "The padded signal is too short.",
            "How long is a signal of 5 with 3 numbers before it and 2 behind?",
            "notebook 3, 'Choose what lies outside'",
        ),
        Misconception(
            "M27",
            "a count of 0, or a negative place in a slice, is taken to work like any other",
            "Nothing comes out, or everything.",
            "For a list x of four numbers, what are x[:-0] and x[-1:2]?",
            "the goal of the exercise: what may be 0?",
        ),
        Misconception(
            "M28",
            "axes are padded that should stay as they are",
            "There are columns, or an axis, that nobody asked for.",
            "Which axis stands for the inputs, and does it grow?",
            "notebook 3, 'Let the kernel hang over the edge'",
        ),
        Misconception(
            "M29",
            "padding is taken to make all inputs count the same",
            "The ends come out as often as the middle.",
            "Which outputs read the first input, and how many are they?",
            "notebook 3, 'Count how often an input is read'",
        ),
        Misconception(
            "M30",
            "sizes beyond the usual ones are not thought through",
            "Ordinary sizes are right, larger ones are not.",
            "What is left to read where a shift, a padding or a kernel outgrows the signal?",
            "the goal of the exercise, on large sizes",
        ),
        Misconception(
            "M31",
            "the padded signal is taken for the input",
            "Invented zeros have columns or counts of their own.",
            "Which of these numbers does anybody hand to you?",
            "notebook 3, 'Let the kernel hang over the edge'",
        ),
        Misconception(
            "M32",
            "a convolution is taken to follow every shift",
            "What breaks at the ends goes unseen.",
            "An impulse stands at one end and is pushed over it: what do both ways give?",
            "notebook 2, 'Measure how far the output follows'",
        ),
        Misconception(
            "M33",
            "what is true of one signal and what is true of all are mixed up",
            "The answer belongs to another question.",
            "About which signals does the exercise ask, and which has your answer seen?",
            "notebook 2, 'Ask for every signal at once'",
        ),
        Misconception(
            "M34",
            "what was tried and what is claimed are not the same",
            "Shifts are in it, or missing, that nobody compared.",
            "For which shifts have you compared both ways?",
            "notebook 2, 'Try the shifts on one signal'",
        ),
        Misconception(
            "M35",
            "shifts are judged by their size, or left is taken for right",
            "One direction, or one distance, comes out like another.",
            "What does a shift to the left push out, and what a shift to the right?",
            "notebook 2, 'Build the matrix of a shift'",
        ),
        Misconception(
            "M36",
            "moving along and staying as it was are mixed up",
            "What should move stands still.",
            "If the input moves, what should the output do?",
            "notebook 2, 'Measure how far the output follows'",
        ),
        Misconception(
            "M37",
            "the two shifts, of inputs and of outputs, do not belong together",
            "One has another length, direction or place than it should.",
            "What does each of the two act on, and which way does it move it?",
            "notebook 2, 'Measure how far the output follows'",
        ),
        Misconception(
            "M39",
            "torch.roll, the cyclic shift, is taken for the shift",
            "What leaves at one end comes back at the other.",
            "What fills the gap that a shift opens?",
            "notebook 2, 'Build the matrix of a shift'",
        ),
        Misconception(
            "M40",
            "not every difference counts, or not by its size",
            "Some are left out, cancelled or weighed.",
            "What does yours make of the differences 0, 3 and -5?",
            "the goal of the exercise",
        ),
        Misconception(
            "M41",
            "the window does not reach the next image row by the right jump",
            "The first rows are right, those of the next row of outputs are not.",
            "Which pixel does the window of output (1, 0) begin with?",
            "notebook 4, 'Type one matrix by hand'",
        ),
        Misconception(
            "M42",
            "the rows of the kernel do not lie one image row apart",
            "Every row begins right and goes wrong with the second row of taps.",
            "How many places are there from a pixel to the one below it?",
            "notebook 4, 'Type one matrix by hand'",
        ),
        Misconception(
            "M43",
            "places are numbered down the columns",
            "The right numbers come out in a shuffled order.",
            "Which pixel comes right after pixel (0, 0)?",
            "notebook 4, 'Find the place of a pixel'",
        ),
        Misconception(
            "M44",
            "places are counted in rows of the wrong length",
            "The first line is right; further down everything drifts away.",
            "How many pixels has a row of the image, and how many a row of the output map?",
            "notebook 4, 'Find the place of a pixel'",
        ),
        Misconception(
            "M45",
            "two sizes, or two arguments, change places",
            "Where they happen to be equal, nobody notices.",
            "What does each of the arguments count?",
            "the goal of the exercise",
        ),
        Misconception(
            "M46",
            "the kernel is flipped along one axis, or its rows and columns change places",
            "The right taps meet the wrong pixels.",
            "Fold row 0 of T to the shape of the image: is that the kernel as given?",
            "notebook 4, 'Slide a kernel over an image'",
        ),
        Misconception(
            "M47",
            "the output map is read from the bottom up",
            "The right rows stand in the wrong order.",
            "Which output does row 0 of T make?",
            "notebook 4, 'Type one matrix by hand'",
        ),
        Misconception(
            "M48",
            "the last step to one matrix is left out",
            "The numbers are all there, in more axes or in parts.",
            "T multiplies a flattened image: how many axes has T?",
            "notebook 4, the goal of 'Build it for every size'",
        ),
        Misconception(
            "M49",
            "only special cases are provided for",
            "They come out right, and others do not.",
            "Which cases have you not tried?",
            "the goal of the exercise, on sizes",
        ),
        Misconception(
            "M50",
            "Toeplitz and not quite Toeplitz are taken for the same",
            "One entry, or one jump, is enough to break a diagonal.",
            "Along which of the diagonals do the entries change?",
            "notebook 1, 'Recognise a Toeplitz matrix'",
        ),
        Misconception(
            "M51",
            "the entries of T are counted from the wrong two numbers",
            "What was counted is another matrix.",
            "How many pixels has the output, and what are they in T?",
            "notebook 5, 'Count three things'",
        ),
        Misconception(
            "M52",
            "an entry that is 0 today is taken for one that must be 0",
            "The count depends on the values of the taps.",
            "Would a training step change this number?",
            "notebook 5, 'Count places, not values'",
        ),
        Misconception(
            "M53",
            "parameters are thought to grow with the input",
            "The size of the input is in the count.",
            "How many numbers do you write down to describe the kernel?",
            "notebook 5, 'Count three things'",
        ),
        Misconception(
            "M54",
            "biases are counted that are not there, or not counted where they are",
            "All but the biases is counted right.",
            "Where is a bias added, and which outputs get the same one?",
            "notebook 5, 'Count the parameters of a layer'",
        ),
        Misconception(
            "M55",
            "every row, or every input, is taken to have all the taps",
            "Near the ends this counts taps that stand nowhere.",
            "How many outputs read the very first input?",
            "notebook 5, 'Count the non-zeros with padding'",
        ),
        Misconception(
            "M56",
            "equal numbers are taken for one parameter",
            "Different values are counted, not free choices.",
            "May training make two taps differ that are equal today?",
            "notebook 5, 'Count places, not values'",
        ),
        Misconception(
            "M57",
            "every entry of the matrix is taken for a parameter of its own",
            "The matrix is counted instead of what it is made from.",
            "If you change one tap, how many entries change with it?",
            "notebook 5, 'Save twice'",
        ),
        Misconception(
            "M58",
            "a factor of a product is left out, or added to it",
            "Something that happens many times is counted too seldom.",
            "What does each of your factors count?",
            "notebook 5, 'Count three things' and 'Count the parameters of a layer'",
        ),
        Misconception(
            "M59",
            "one count is given in the place of another",
            "Places, zeros, parameters, operations and bytes are different things.",
            "What exactly is to be counted?",
            "notebook 5, 'Count three things' and 'Weigh a real layer'",
        ),
        Misconception(
            "M60",
            "groups are not counted as what they are",
            "The number of kernels is wrong.",
            "With two groups, how many input channels does one output channel read?",
            "notebook 5, 'Count the parameters of a layer'",
        ),
        Misconception(
            "M61",
            "a reshape is trusted to cut out blocks",
            "It keeps the order of the entries, and so joins pieces of different rows.",
            "Which entries of T stand in T.reshape(-1, 2, 3)[0]?",
            "notebook 4, 'Recognise a block-Toeplitz matrix'",
        ),
        Misconception(
            "M66",
            "the memory behind a view is read as if it were the view",
            "Entries that do not belong to the kernel turn up.",
            "A view takes every second number: which numbers does your code take?",
            "notebook 1, the goal of 'Build it for every size'",
        ),
        Misconception(
            "M69",
            "a fraction is given where something is counted",
            "Counts have become shares.",
            "What is yours a part of, and what was asked for?",
            "the goal of the exercise",
        ),
        Misconception(
            "M78",
            "a framework is thought to build T and multiply by it",
            "The size of T is not considered.",
            "How much memory would T take for a photograph?",
            "notebook 5, 'Weigh a real layer'",
        ),
    )
}


def _sized(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel and a length with room for some outputs."""
    k = draw.integer(3, 5)
    return draw.weight(k), k + draw.integer(2, 6)


def _sized_three(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel of three taps, as in the examples, and a length that is none of theirs."""
    return draw.weight(3), draw.integer(11, 15)


def _sized_double(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel of float64, and a length."""
    k = draw.integer(3, 5)
    return draw.weight(k, dtype=torch.float64), k + draw.integer(2, 6)


def _sized_view(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel that is a view, and a length."""
    k = draw.integer(3, 5)
    return draw.strided(k), k + draw.integer(2, 6)


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


def _sizes_2d(draw: Draw) -> tuple[int, int, int, int]:
    """Draw the sizes of an image and of a kernel, all different."""
    small, large = draw.integers(2, 5, 2), draw.integers(7, 11, 2)
    return large[0], large[1], small[0], small[1]


def _layered(draw: Draw) -> tuple[int, int, tuple[int, int], int, bool]:
    """Draw the arguments of a layer with groups."""
    groups, (a, b) = draw.integer(3, 4), draw.integers(2, 5, 2)
    pair = draw.integers(2, 5, 2)
    return 2 * groups * a, 2 * groups * b, (pair[0], pair[1]), groups, groups == 3


def _layered_square(draw: Draw) -> tuple[int, int, int, int, bool]:
    """Draw the arguments of a layer with groups, a kernel size that is an int, and no bias."""
    in_channels, out_channels, pair, groups, _ = _layered(draw)
    return in_channels, out_channels, pair[0], groups, False


def _hung_over(draw: Draw) -> tuple[int, int, int]:
    """Draw a length, a kernel and a padding that is shorter than the kernel, by two or more."""
    k = draw.integer(5, 8)
    return k + draw.integer(4, 9), k, draw.integer(1, k - 2)


def _unspoiled(T: torch.Tensor) -> bool:
    """Tell whether nothing in a matrix from `_maybe_toeplitz` was spoiled."""
    return bool((T.round() == T).all())


def _memory(weight: torch.Tensor) -> torch.Tensor:
    """Return the numbers that lie side by side in memory where a view of ``weight`` begins."""
    return weight.as_strided(weight.shape, torch.empty(weight.shape).stride())


# Notebook 2.


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
    return float(max(abs(d) for d in _defect(T.__matmul__, x, n).tolist()))


def _defects(measure: Callable[[torch.Tensor], Any]) -> Callable[..., Any]:
    """Return a slip that takes another measure of the differences."""
    return lambda right, T, x, n: measure(_defect(T.__matmul__, x, n))


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
        return {n for n in shifts if not any(_defect(T.__matmul__, x, n).any() for x in ask)}

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


# Notebook 3.


def _counted(draw: Draw) -> tuple[int, int, int]:
    """Draw a length, the length of a kernel and a padding, below and above what is usual."""
    return draw.integer(12, 30), draw.integer(4, 9), draw.integer(1, 9)


def _short(draw: Draw) -> tuple[int, int, int]:
    """Draw a length, a kernel about as long or longer, and a padding with which it fits."""
    n = draw.integer(3, 6)
    return n, n + draw.integer(-1, 2), draw.integer(1, 3)


def _changed_to(T: torch.Tensor, *changes: tuple[Any, Any]) -> torch.Tensor:
    """Return a copy of ``T`` with some places changed."""
    T = T.clone()
    for place, values in changes:
        T[place] = values
    return T


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
    ends = right(n + k, k, left)[:n], right(n + k, k, behind)[k:]
    return torch.minimum(*map(torch.as_tensor, ends))


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


def _slips(
    draw: Callable[[Draw], tuple[Any, ...]] | None,
    *slips: tuple[str, Callable[..., Any]],
    cases: int = 3,
    right: Callable[..., Any] | None = None,
) -> tuple[Slip, ...]:
    """Return slips that are looked for on the same kind of inputs."""
    return tuple(Slip(number, wrong, draw, cases, right) for number, wrong in slips)


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
    (
        "M43",
        lambda right, w, h, n: _turned(_turned(right(w, h, n), _places(w, h, n)).T, (h, n)).T,
    ),
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
    ("M45", lambda right, w, h, n: right(w.T, h, n)),
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

#: Faults of a block matrix by the level that they leave alone, see `_maybe_blocks`.
_INSIDE = ("inside", "main repeats", "upper repeat", "turned", "plain, not square")
_OUTSIDE = ("outside", "first", "above", "corner", "one across, outside")


def _passing(*made: str) -> Callable[..., bool]:
    """Return a test that lets pass what is made in one of these ways, see `_maybe_blocks`."""
    return lambda right, T, block_shape: _made(T) in made


#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "valid_length": _slips(
        lambda draw: (draw.integer(12, 30), draw.integer(4, 9)),
        ("M05", lambda right, n, k: right(n, k) - 1),
        ("M05", lambda right, n, k: right(n, k) + 1),
        ("M13", lambda right, n, k: right(10, 3)),
        ("M13", lambda right, n, k: right(6, 3)),
        ("M17", lambda right, n, k: n),
        ("M17", lambda right, n, k: n + k - 1),
    ),
    "typed_valid": _slips(
        None,
        ("M01", lambda right: torch.as_tensor(right()).flip(0, 1)),
        ("M04", lambda right: torch.as_tensor(right()).T),
        ("M05", lambda right: right()[:-1]),
        ("M06", lambda right: right() * (right() != right()[0, 2])),
        ("M07", lambda right: right()[[0] * 8]),
        ("M10", lambda right: torch.stack([right()[0].roll(i) for i in range(10)])),
        ("M10", lambda right: torch.stack([right()[0].roll(i) for i in range(8, 10)])),
    ),
    "toeplitz_1d": (
        *_slips(
            _sized,
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
                lambda right, w, n: _mirrored(right(w, n + len(w) - 1)[:, :n])[: n - len(w) + 1],
            ),
            ("M09", lambda right, w, n: right(w, n + len(w) - 1).T[: n - len(w) + 1]),
            ("M10", lambda right, w, n: _wrapped(right(w, n + len(w) - 1), n)),
            ("M17", lambda right, w, n: right(w, n + len(w) - 1)[:, (len(w) - 1) // 2 :][:, :n]),
            ("M17", lambda right, w, n: right(w, n + len(w) - 1)[:, len(w) // 2 :][:, :n]),
            ("M17", lambda right, w, n: right(w, n + 2 * len(w) - 2)[:, len(w) - 1 :][:, :n]),
        ),
        Slip("M13", lambda right, w, n: right(w, 10), _sized_three),
        Slip("M16", lambda right, w, n: right(w.float(), n), _sized_double),
        Slip("M66", lambda right, w, n: right(_memory(w), n), _sized_view),
    ),
    "true_convolution_1d": (
        *_slips(
            _sized,
            ("M01", lambda right, w, n: right(w.flip(0), n)),
            ("M03", lambda right, w, n: F.pad(right(w, len(w)), (0, 0, 0, n - len(w)))),
            ("M04", lambda right, w, n: right(w, n).T),
            ("M05", lambda right, w, n: right(w, n)[:-1]),
            ("M06", lambda right, w, n: right(torch.cat([w[:-1], w.new_zeros(1)]), n)),
            ("M06", lambda right, w, n: right(w[:-1], n)),
            ("M10", lambda right, w, n: right(w, n).roll(1, 0)),
            ("M10", lambda right, w, n: _wrapped(right(w, n).T, n).T),
            ("M17", lambda right, w, n: right(w, n)[len(w) - 1 : n]),
            ("M17", lambda right, w, n: right(w, n)[(len(w) - 1) // 2 :][:n]),
            ("M17", lambda right, w, n: right(w, n)[len(w) // 2 :][:n]),
        ),
        Slip("M16", lambda right, w, n: right(w.float(), n), _sized_double),
        Slip("M66", lambda right, w, n: right(_memory(w), n), _sized_view),
    ),
    "is_toeplitz": tuple(
        Slip(number, wrong, _maybe_toeplitz, cases=32, right=_unspoiled)
        for number, wrong in (
            ("M08", lambda right, T: T.shape[0] == T.shape[1] and bool((T == T.T).all())),
            ("M11", lambda right, T: len(T.diagonal().unique()) == 1),
            ("M11", lambda right, T: len(T.unique()) <= T.shape[0] + T.shape[1] - 1),
            ("M13", lambda right, T: right(T[: min(T.shape), : min(T.shape)])),
            ("M15", lambda right, T: True),
            ("M15", lambda right, T: False),
            ("M50", lambda right, T: right(T[:, :-1])),
            ("M50", lambda right, T: right(T[:-1])),
        )
    ),
    "shift_matrix": (
        *_slips(
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
                "M35",
                lambda right, length, n: right(length, n if n >= 0 else n + length),
            ),
            ("M35", lambda right, length, n: right(length, abs(n))),
            ("M04", lambda right, length, n: right(length, n).T),
            ("M05", lambda right, length, n: _changed_to(right(length, n), (-1, 0.0))),
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
        *_slips(
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
            ("M32", _defects(lambda d: float(d[1:-1].abs().max()))),
            ("M32", lambda right, T, x, n: 0.0),
            ("M35", lambda right, T, x, n: right(T, x, abs(n))),
            ("M35", lambda right, T, x, n: right(T, x, -n)),
            ("M33", lambda right, T, x, n: max(right(T, e, n) for e in torch.eye(len(x)))),
            (
                "M33",
                lambda right, T, x, n: right(T, torch.tensor([1.0, 0.0, 4.0, -1.0, 5.0, 2.0]), n),
            ),
            ("M13", lambda right, T, x, n: {1: 3.0, -2: 16.0}.get(n, 0.0)),
            ("M16", lambda right, T, x, n: round(right(T, x, n))),
            ("M16", lambda right, T, x, n: int(right(T, x, n))),
            cases=12,
            right=_largest_defect,
        ),
        *_slips(
            _measured_far,
            ("M35", lambda right, T, x, n: 0.0 if abs(n) >= len(T) else right(T, x, n)),
            ("M35", lambda right, T, x, n: 0.0 if abs(n) >= len(x) else right(T, x, n)),
            cases=24,
            right=_largest_defect,
        ),
    ),
    "equivariant_shifts": (
        *_slips(
            _followers,
            ("M32", lambda right, T, shifts: set(shifts)),
            ("M33", lambda right, T, shifts: {0}),
            ("M33", lambda right, T, shifts: {0} & set(shifts)),
            (
                "M33",
                lambda right, T, shifts: (
                    set(shifts) if T.shape[0] == T.shape[1] else {0} & set(shifts)
                ),
            ),
            (
                "M33",
                lambda right, T, shifts: _all_or_zero(
                    right, T, shifts, lambda n: n == 0 or abs(n) >= max(T.shape)
                ),
            ),
            (
                "M39",
                lambda right, T, shifts: _all_or_zero(
                    right, T, shifts, lambda n: n % math.lcm(*T.shape) == 0
                ),
            ),
            (
                "M37",
                lambda right, T, shifts: (
                    right(T, shifts) if T.shape[0] == T.shape[1] else {0} & set(shifts)
                ),
            ),
            ("M35", lambda right, T, shifts: {-n for n in right(T, [-n for n in shifts])}),
            ("M35", lambda right, T, shifts: {n for n in shifts if right(T, [abs(n)])}),
            ("M35", lambda right, T, shifts: {n for n in right(T, shifts) if n >= 0}),
            (
                "M35",
                lambda right, T, shifts: {n for n in right(T, shifts) if abs(n) < T.shape[1]},
            ),
            (
                "M35",
                lambda right, T, shifts: right(T, shifts) | _from(T.shape[1], shifts),
            ),
            (
                "M35",
                lambda right, T, shifts: right(T, shifts) | _from(T.shape[0], shifts),
            ),
            ("M34", lambda right, T, shifts: _between(right(T, shifts), shifts)),
            ("M34", lambda right, T, shifts: _until_first_failure(right(T, shifts), shifts)),
            ("M34", lambda right, T, shifts: right(T, range(-5, 6))),
            ("M34", lambda right, T, shifts: right(T, shifts[:1])),
            ("M15", lambda right, T, shifts: set(shifts) - right(T, shifts)),
            (
                "M13",
                lambda right, T, shifts: {0} if T.shape[0] < T.shape[1] else set(shifts),
            ),
            cases=32,
            right=_follow,
        ),
        *_slips(
            _one_off,
            ("M33", _asking(lambda length: [torch.arange(float(length))])),
            ("M33", _asking(lambda length: [torch.eye(length)[0]])),
            ("M33", _asking(lambda length: [torch.eye(length)[0], torch.eye(length)[-1]])),
            ("M33", _asking(lambda length: [torch.eye(length)[length // 2]])),
            ("M40", lambda right, T, shifts: _one_sided(right(T, shifts), T, shifts, 1)),
            ("M40", lambda right, T, shifts: _one_sided(right(T, shifts), T, shifts, -1)),
            cases=12,
            right=_follow,
        ),
        Slip(
            "M16",
            lambda right, T, shifts: right(T.round(), shifts),
            lambda draw: _one_off(draw, by=draw.integer(0, 1) or 0.03),
            cases=8,
            right=_follow,
        ),
    ),
    "circulant": (
        *_slips(
            _roomy,
            ("M01", lambda right, w, n: right(w.flip(0), n)),
            ("M05", lambda right, w, n: _corner(right(w, n), lambda corner: corner.roll(1, 1))),
            ("M05", lambda right, w, n: right(w, n)[:-1]),
            ("M06", lambda right, w, n: right(torch.cat([w[:-1], w.new_zeros(1)]), n)),
            ("M07", lambda right, w, n: right(w, n)[[0] * n]),
            ("M07", lambda right, w, n: right(w, n)[[-i % n for i in range(n)]]),
            ("M07", lambda right, w, n: right(w, n)[[i * len(w) % n for i in range(n)]]),
            ("M08", lambda right, w, n: _mirrored(right(w, n))),
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
        Slip("M16", lambda right, w, n: right(w.float(), n), _sized_double),
        Slip("M49", lambda right, w, n: right(w, n) * (n > len(w)), _tight, cases=12),
        Slip("M66", lambda right, w, n: right(_memory(w), n), _sized_view),
    ),
    "padded_length": (
        *_slips(
            _counted,
            ("M05", lambda right, n, k, p: right(n, k, p) - 1),
            ("M05", lambda right, n, k, p: right(n, k, p) + 1),
            ("M13", lambda right, n, k, p: right(n, 3, p)),
            ("M17", lambda right, n, k, p: n),
            ("M17", lambda right, n, k, p: right(n, k, k - 1)),
            ("M17", lambda right, n, k, p: right(n, k, 0)),
            ("M17", lambda right, n, k, p: right(n, 1, p)),
            ("M18", lambda right, n, k, p: right(n, k, k // 2)),
            ("M18", lambda right, n, k, p: right(n, k, p) - (k + 1) % 2),
            ("M19", lambda right, n, k, p: right(n, k, 0) + p),
            ("M30", lambda right, n, k, p: right(n, k, min(p, k - 1))),
            cases=12,
        ),
        Slip("M30", lambda right, n, k, p: right(n, k, p) * (k <= n), _short, cases=8),
    ),
    "typed_padded": _slips(
        None,
        ("M01", lambda right: right().flip(0, 1)),
        ("M05", lambda right: right()[:-1]),
        ("M05", lambda right: right()[1:]),
        ("M06", lambda right: right() * (right() != right()[0, 1])),
        ("M07", lambda right: right()[[0] * 10]),
        ("M07", lambda right: right()[[1] * 10]),
        ("M17", lambda right: right()[1:-1]),
        ("M17", lambda right: _stacked(right()[1].roll(-2) * _end(0), right(), _last(right()))),
        ("M20", lambda right: _stacked(right()[1].roll(-2) * _end(0), right()[:-1])),
        ("M20", lambda right: _stacked(right()[1:], _last(right()))),
        (
            "M21",
            lambda right: _changed_to(
                right(), (np.s_[0, :2], right()[1, :2]), (np.s_[9, 8:], right()[8, 8:])
            ),
        ),
        ("M21", lambda right: _changed_to(right(), (np.s_[0, :2], right()[1, :2]))),
        ("M21", lambda right: _changed_to(right(), (np.s_[9, 8:], right()[8, 8:]))),
        ("M22", lambda right: _changed_to(right(), (0, right()[1]), (9, right()[8]))),
        ("M22", lambda right: _changed_to(right(), (0, right()[1]))),
        ("M22", lambda right: _changed_to(right(), (9, right()[8]))),
        ("M22", lambda right: _changed_to(right(), (0, 0.0), (9, 0.0))),
        ("M23", lambda right: _cornering(right(), (0, -1), (9, 0))),
        ("M23", lambda right: _cornering(right(), (0, -1))),
        ("M23", lambda right: _cornering(right(), (9, 0))),
        ("M24", lambda right: _cornering(right(), (0, 1), (9, -2))),
        ("M24", lambda right: _cornering(right(), (0, 0), (9, -1))),
        ("M31", lambda right: _cornering(F.pad(right(), (1, 1)), (0, 0), (9, -1))),
    ),
    "toeplitz_1d_padded": (
        *_slips(
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
            ("M10", lambda right, w, n, p: _wrapped(right(w, n + len(w) - 1, 0), n)),
            (
                "M10",
                lambda right, w, n, p: _wrapped(right(w, n + len(w) - 1, 0), n)[
                    [i % n for i in range(_rows(w, n, p))]
                ],
            ),
            ("M13", lambda right, w, n, p: right(w[:3], n, p)),
            ("M13", lambda right, w, n, p: right(w, n, 1)),
            ("M17", lambda right, w, n, p: right(w, n, 0)),
            ("M17", lambda right, w, n, p: right(w, n, len(w) - 1)),
            ("M17", lambda right, w, n, p: _rows_from(right, w, n, -p, n)),
            (
                "M18",
                lambda right, w, n, p: _rows_from(right, w, n, -(len(w) // 2), _rows(w, n, p)),
            ),
            (
                "M18",
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
        *_slips(
            _padded_far,
            ("M30", lambda right, w, n, p: right(w, n, min(p, len(w) - 1))),
            (
                "M30",
                lambda right, w, n, p: right(w, n, len(w) - 1)[len(w) - 1 - p : n + p],
            ),
            cases=8,
        ),
        Slip("M66", lambda right, w, n, p: right(_memory(w), n, p), _padded_view),
    ),
    "padding_matrix": (
        *_slips(
            _filling,
            (
                "M04",
                lambda pad, n, left, right, mode: torch.as_tensor(pad(n, left, right, mode)).T,
            ),
            (
                "M13",
                _exchanged(("circular", "zeros"), ("reflect", "zeros"), ("replicate", "zeros")),
            ),
            ("M13", lambda pad, n, left, right, mode: pad(5, left, right, mode)),
            ("M13", lambda pad, n, left, right, mode: pad(5, 3, 2, mode)),
            (
                "M13",
                _outside(lambda a, b: (a[-1:].expand_as(a), b[:1].expand_as(b))),
            ),
            (
                "M19",
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
        *_slips(
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
            ("M17", lambda right, n, k, p: right(n, k, 0)),
            ("M17", lambda right, n, k, p: _used(right, n, k, p, k - 1 - p)),
            ("M19", lambda right, n, k, p: _used(right, n, k, p, 0)),
            ("M23", _used_elsewhere("left")),
            ("M23", _used_elsewhere("both")),
            ("M24", _used_elsewhere("edge")),
            ("M29", lambda right, n, k, p: torch.full((n,), k)),
            ("M31", lambda right, n, k, p: right(n + 2 * p, k, 0)),
            ("M31", lambda right, n, k, p: right(n + 2 * p, k, 0)[:n]),
            ("M55", _used_inside),
            ("M69", lambda right, n, k, p: right(n, k, p) / (n + 2 * p - k + 1)),
            cases=8,
        ),
        *_slips(
            _used_or_not,
            ("M27", lambda right, n, k, p: right(n, k, p)[: n if p else 0]),
            ("M29", lambda right, n, k, p: torch.full((n,), k) if p else right(n, k, 0)),
            cases=8,
        ),
        *_slips(
            _short,
            ("M30", lambda right, n, k, p: right(n, k, p) * (k <= n)),
            ("M49", lambda right, n, k, p: _used(right, n, k, p, p)),
            ("M19", lambda right, n, k, p: _used(right, n, k, p, p).clamp(max=n - k + 1 + p)),
            cases=8,
        ),
    ),
    # notebook 4
    "flat_index": _slips(
        lambda draw: (draw.integer(2, 4), draw.integer(5, 7), draw.integer(9, 14)),
        ("M05", lambda right, row, col, width: right(row, col, width) + 1),
        ("M05", lambda right, row, col, width: right(row, col, width) - 1),
        ("M05", lambda right, row, col, width: right(row - 1, col, width)),
        ("M13", lambda right, row, col, width: right(row, 0, 4) + col),
        ("M13", lambda right, row, col, width: right(row, 0, 5) + col),
        ("M43", lambda right, row, col, width: right(col, row, width)),
        ("M43", lambda right, row, col, width: right(col, row, row + 1)),
        ("M44", lambda right, row, col, width: right(row, col, width - 1)),
        ("M44", lambda right, row, col, width: right(row, col, width + 1)),
        ("M44", lambda right, row, col, width: right(row, 0, 1) + col),
        ("M45", lambda right, row, col, width: right(row, 0, col) + width),
    ),
    "typed_2d": _slips(
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
        ("M48", lambda right: right()[0]),
    ),
    "toeplitz_2d": (
        *_slips(_imaged, *_IMAGE_SLIPS),
        Slip(
            "M13", lambda right, w, h, n: right(w, 4, 5), functools.partial(_imaged, kernel=(3, 3))
        ),
        Slip(
            "M13", lambda right, w, h, n: right(w, 4, 6), functools.partial(_imaged, kernel=(2, 3))
        ),
        Slip("M16", lambda right, w, h, n: right(w.float(), h, n), _imaged_double),
        Slip("M49", lambda right, w, h, n: _upper(right(w, h, n), (n - 2) ** 2), _imaged_tall),
        Slip("M66", lambda right, w, h, n: right(_memory(w), h, n), _imaged_view),
    ),
    "is_block_toeplitz": tuple(
        Slip(number, wrong, _maybe_blocks, cases=100, right=_in_order)
        for number, wrong in (
            ("M05", _passing(*_BLOCKS[:7], "corner", "one across, outside")),
            ("M08", _passing("symmetric")),
            ("M10", _passing("constant", "equal", "circulant")),
            ("M11", _passing(*_BLOCKS[:7], *_INSIDE)),
            ("M11", _passing(*_BLOCKS[:7], *_OUTSIDE)),
            ("M11", _passing(*_BLOCKS[:7], *_INSIDE, *_OUTSIDE)),
            ("M11", _passing(*_BLOCKS[:7], "first", "above", "corner")),
            ("M11", _passing(*_BLOCKS[:7], "above", "corner")),
            ("M11", _passing(*_BLOCKS[:7], "main repeats", "upper repeat")),
            ("M11", _passing(*_BLOCKS[:7], "upper repeat")),
            ("M11", _passing(*_BLOCKS[:7], "last column")),
            ("M11", _passing(*(made for made in _BLOCKS if made != "zero"))),
            ("M13", lambda right, T, cut: cut == (4, 6) and right(T, cut)),
            ("M13", _passing(*_BLOCKS[:6])),
            ("M14", _passing(*_BLOCKS[:7], "turned")),
            ("M15", lambda right, T, cut: True),
            ("M15", lambda right, T, cut: False),
            ("M45", lambda right, T, cut: _recut(right, T, cut, (cut[1], cut[0]))),
            (
                "M45",
                lambda right, T, cut: _recut(
                    right, T, cut, (T.shape[0] // cut[0], T.shape[1] // cut[1])
                ),
            ),
            ("M49", lambda right, T, cut: _recut(right, T, cut, (cut[1], cut[1]))),
            ("M49", lambda right, T, cut: cut[0] == cut[1] and right(T, cut)),
            ("M50", _passing("constant", "plain", "plain, not square")),
            ("M61", _passing("constant", "one across")),
        )
    ),
    "toeplitz_2d_kron": (
        *_slips(_imaged, *_IMAGE_SLIPS),
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
        Slip("M66", lambda right, w, h, n: right(_memory(w), h, n), _imaged_view),
    ),
    # notebook 5
    "conv_counts": (
        *_slips(
            _sizes_2d,
            ("M05", lambda right, h, n, r, s: _outputs(right, h - 1, n - 1, r, s, of=h * n)),
            ("M05", lambda right, h, n, r, s: _outputs(right, h - 1, n, r, s, of=h * n)),
            ("M05", lambda right, h, n, r, s: _outputs(right, h, n - 1, r, s, of=h * n)),
            ("M13", lambda right, h, n, r, s: right(4, 5, 3, 3)),
            ("M13", lambda right, h, n, r, s: right(4, 6, 2, 3)),
            (
                "M17",
                lambda right, h, n, r, s: _outputs(right, h + r - 1, n + s - 1, r, s, of=h * n),
            ),
            (
                "M17",
                lambda right, h, n, r, s: (
                    _outputs(right, h + 2 * r - 2, n + 2 * s - 2, r, s, of=h * n)
                    | {"nonzero": right(h + r - 1, n + s - 1, r, s)["nonzero"]}
                ),
            ),
            ("M17", lambda right, *sizes: right(*sizes) | {"dense": (sizes[0] * sizes[1]) ** 2}),
            ("M45", lambda right, h, n, r, s: right(h, n, s, r)),
            (
                "M49",
                lambda right, h, n, r, s: {
                    "dense": right(h, h, r, r)["dense"],
                    "nonzero": right(h, h, r, r)["nonzero"] // r * s,
                    "parameters": right(h, n, r, s)["parameters"],
                },
            ),
            ("M49", lambda right, h, n, r, s: _tapped(right(h, n, r, s), r * r)),
            ("M50", lambda right, h, n, r, s: _diagonals(right(h, n, r, s), h * n)),
            ("M51", lambda right, h, n, r, s: _fewer(right(h, n, r, s), "dense", h - r + 1)),
            ("M51", lambda right, h, n, r, s: _fewer(right(h, n, r, s), "dense", n - s + 1)),
            (
                "M51",
                lambda right, h, n, r, s: (
                    right(h, n, r, s) | {"dense": right(h, n, r, s)["dense"] // (h * n) + h * n}
                ),
            ),
            ("M53", lambda right, h, n, r, s: right(h, n, r, s) | {"parameters": h * n}),
            ("M54", lambda right, h, n, r, s: right(h, n, r, s) | {"parameters": r * s + 1}),
            ("M55", lambda right, h, n, r, s: right(h, n, r, s) | {"nonzero": h * n * r * s}),
            ("M57", lambda right, *sizes: _instead(right(*sizes), "parameters", "nonzero")),
            ("M57", lambda right, *sizes: _instead(right(*sizes), "parameters", "dense")),
            ("M58", lambda right, *sizes: _instead(right(*sizes), "nonzero", "parameters")),
            ("M58", lambda right, h, n, r, s: _fewer(right(h, n, r, s), "nonzero", r)),
            ("M58", lambda right, h, n, r, s: _fewer(right(h, n, r, s), "nonzero", s)),
            ("M58", lambda right, h, n, r, s: _tapped(right(h, n, r, s), r + s)),
            (
                "M59",
                lambda right, *sizes: (
                    right(*sizes) | {"nonzero": right(*sizes)["dense"] - right(*sizes)["nonzero"]}
                ),
            ),
            (
                "M59",
                lambda right, *sizes: right(*sizes) | {"nonzero": 2 * right(*sizes)["nonzero"]},
            ),
            ("M59", lambda right, *sizes: {key: 4 * n for key, n in right(*sizes).items()}),
        ),
        Slip(
            "M49",
            lambda right, h, n, r, s: (
                right(h, n, r, s) | ({"dense": 0, "nonzero": 0} if h == r else {})
            ),
            lambda draw: (draw.integer(4, 5), draw.integer(6, 9), 4, draw.integer(2, 4)),
            cases=6,
        ),
    ),
    "layer_parameters": (
        *_slips(
            _layered,
            ("M13", lambda right, i, o, k, g, b: right(i, o, 3, g, b)),
            ("M13", lambda right, i, o, k, g, b: right(3, 16, 2)),
            ("M49", lambda right, i, o, k, g, b: right(i, o, k[0], g, b)),
            ("M49", lambda right, i, o, k, g, b: right(i, o, k[1], g, b)),
            ("M53", lambda right, i, o, k, g, b: 224**2 * right(i, o, k, g, False) + o),
            ("M53", lambda right, i, o, k, g, b: 224**2 * right(i, o, k, g, False) + o * b),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, False) + i * b),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, False) + b),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, False) * (1 + b)),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, False) + o // g * b),
            (
                "M54",
                lambda right, i, o, k, g, b: (
                    right(i, o, k, g, False) + right(i, o, 1, g, False) * b
                ),
            ),
            ("M58", lambda right, i, o, k, g, b: right(1, o, k, 1, b)),
            ("M58", lambda right, i, o, k, g, b: right(i // g, 1, k, 1, b)),
            ("M58", lambda right, i, o, k, g, b: right(i, 1, k, 1, b)),
            ("M58", lambda right, i, o, k, g, b: right(i, o, (1, k[0] + k[1]), g, b)),
            (
                "M58",
                lambda right, i, o, k, g, b: right(1, o, k, 1, b) + right(i // g, 1, k, 1, False),
            ),
            ("M59", lambda right, *layer: 4 * right(*layer)),
            ("M60", lambda right, i, o, k, g, b: right(i, o, k, 1, b)),
            ("M60", lambda right, i, o, k, g, b: right(g * i, o, k, 1, b)),
            ("M60", lambda right, i, o, k, g, b: right(i, o, k, 2, b)),
            (
                "M60",
                lambda right, i, o, k, g, b: right(i, o, k, g, False) // g + o * b,
            ),
        ),
        *_slips(
            _layered_square,
            ("M49", lambda right, i, o, k, g, b: right(i, o, (1, k), g, b)),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, True)),
        ),
        Slip(
            "M54",
            lambda right, i, o, k, g, b: right(i, o, k, g, False),
            lambda draw: (*_layered(draw)[:4], True),
        ),
    ),
    "nonzero_padded": tuple(
        Slip(number, wrong, _hung_over, cases=6)
        for number, wrong in (
            ("M05", lambda right, n, k, p: right(n, k, p) - (k - p)),
            ("M05", lambda right, n, k, p: right(n, k, p) + (k - p - 1)),
            ("M06", lambda right, n, k, p: right(n, k - 1, p) - (k - 1 - p)),
            ("M06", lambda right, n, k, p: right(n, k - 1, p)),
            ("M13", lambda right, n, k, p: right(10, 3, 1)),
            ("M17", lambda right, n, k, p: right(n, k, 0)),
            ("M17", lambda right, n, k, p: _sides(right, n, k, p, k - 1 - p)),
            ("M18", lambda right, n, k, p: _sides(right, n, k, k // 2, k - 1 - k // 2)),
            ("M18", lambda right, n, k, p: right(n, k, k // 2)),
            ("M19", lambda right, n, k, p: _sides(right, n, k, p // 2, p - p // 2)),
            ("M27", lambda right, n, k, p: _sides(right, n, k, 0, p)),
            ("M55", lambda right, n, k, p: right(n + 2 * p, k, 0)),
            ("M55", lambda right, n, k, p: right(n, 1, 0) * k),
            ("M55", lambda right, n, k, p: right(n + 2 * p, k, 0) - 2 * p),
            ("M55", lambda right, n, k, p: (right(n, k, p) + right(n + 2 * p, k, 0)) // 2),
            ("M59", lambda right, n, k, p: (n + 2 * p - k + 1) * n - right(n, k, p)),
        )
    ),
}

#: Wrong numbers and sets that are a misconception's own, by `digest`.
KNOWN: dict[str, str] = {
    # valid_shifts
    "1159cc8d220f": "M32",
    "1f01d8aeb276": "M35",
    "7afea3a5dd9f": "M35",
    "15ce8dadf077": "M40",
    # padded_shifts
    "a9c7c06ae156": "M32",
    "6a53b295838d": "M39",
    # notebook 5, counts_1d
    "27af27a77000": "M05",
    "b47ac896017a": "M05",
    "e446a8d378f2": "M05",
    "f63e1c20b9ef": "M05",
    "7794209d7ff4": "M11",
    "11f7985a7381": "M17",
    "16388ec49dc1": "M17",
    "4526895b5f13": "M17",
    "f7610b67a373": "M17",
    "1e13e4d15277": "M51",
    "a8907b700e2f": "M53",
    "52fd610343a3": "M54",
    "99f33bdb2b0a": "M54",
    "50ad46199f52": "M55",
    "2be7e3581406": "M56",
    "18624ee5abc3": "M57",
    "76156738179c": "M57",
    "0314f64a0fe8": "M58",
    "6fd27761d721": "M58",
    "87e311d0825c": "M58",
    "77eaa50e1081": "M59",
    "a7f2c500d11f": "M59",
    "d29e21aeed42": "M59",
    "d576815a155b": "M59",
    "e414e0530abe": "M59",
    # notebook 5, counts_2d
    "0b13631ce5cb": "M05",
    "929cbacae5bc": "M05",
    "a475c783732d": "M05",
    "c48bd32a3851": "M05",
    "2355f2fd3b63": "M13",
    "60657ae08a26": "M13",
    "0734dbcc3c5d": "M17",
    "63c043274d4c": "M17",
    "7d79c414d3f6": "M17",
    "fc3c59d533d9": "M17",
    "14bcce8d10b0": "M50",
    "870d56bdeaa0": "M51",
    "93623c26d920": "M51",
    "ba3c8c5d9c14": "M51",
    "e8a1b428b8fb": "M51",
    "ff4a5a15a892": "M52",
    "dcd641e519b2": "M53",
    "2219d3d8d6d1": "M54",
    "6be97bfd70c1": "M54",
    "eceaa87d41a0": "M55",
    "25562430059b": "M56",
    "68648bf896b2": "M57",
    "6e1904adbae9": "M57",
    "44145fffc490": "M58",
    "94ec14212f3e": "M58",
    "95dfb165c408": "M58",
    "aa8f871d0a1d": "M58",
    "b820e102e174": "M58",
    "e62d0857179d": "M58",
    "fa24dad97ea2": "M58",
    "a6c6875114b7": "M59",
    "ba2eedcaa101": "M59",
    "d3d7856a84d8": "M59",
    "f161665d2305": "M59",
    "f91e60e0dac7": "M59",
}


def _mirrored(T: torch.Tensor) -> torch.Tensor:
    """Return the symmetric matrix with the same entries on and above the diagonal."""
    upper = torch.triu(T)
    return upper + torch.triu(T, 1).T


def _wrapped(T: torch.Tensor, n: int) -> torch.Tensor:
    """Return the matrix on a circle of ``n``: columns from there on are the first ones again."""
    circle = T[:, :n].clone()
    circle[:, : T.shape[1] - n] += T[:, n:]
    return circle


def _rolled(right: Callable[..., torch.Tensor], length: int, n: int) -> torch.Tensor:
    """Return the shift with what it has pushed out at the other end."""
    return right(length, n) + right(length, n - length) + right(length, n + length)


def _from(distance: int, shifts: Iterable[int]) -> set[int]:
    """Return the shifts by ``distance`` and more, to either side."""
    return {n for n in shifts if abs(n) >= distance}


def _one_sided(passed: set[int], T: torch.Tensor, shifts: Iterable[int], sign: int) -> set[int]:
    """Add the shifts with which the defects of a matrix from `_one_off` have one sign only."""
    off = T.diagonal() - T.diagonal().median()
    place = int(off.nonzero())
    side = sign if off[place] > 0 else -sign
    return passed | {n for n in shifts if not 0 <= place - side * n < len(T)}


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


def _outputs(right: Callable[..., dict[str, int]], *sizes: int, of: int) -> dict[str, int]:
    """Count a matrix with the outputs of other sizes and ``of`` inputs."""
    counts = right(*sizes)
    return counts | {"dense": counts["dense"] // (sizes[0] * sizes[1]) * of}


def _fewer(counts: dict[str, int], key: str, times: int) -> dict[str, int]:
    """Return the counts with one of them too small."""
    return counts | {key: counts[key] // times}


def _instead(counts: dict[str, int], key: str, other: str) -> dict[str, int]:
    """Return the counts with one of them in the place of another."""
    return counts | {key: counts[other]}


def _tapped(counts: dict[str, int], taps: int) -> dict[str, int]:
    """Return the counts for another number of taps."""
    return counts | {
        "nonzero": counts["nonzero"] // counts["parameters"] * taps,
        "parameters": taps,
    }


def _diagonals(counts: dict[str, int], inputs: int) -> dict[str, int]:
    """Return the counts with the diagonals of the matrix for its parameters."""
    return counts | {"parameters": counts["dense"] // inputs + inputs - 1}


def _sides(right: Callable[..., int], n: int, k: int, left: int, after: int) -> int:
    """Count the non-zeros when the paddings of the two sides differ: each loses its own taps."""
    return (right(n, k, left) + right(n, k, after)) // 2


# ------------------------------------------------------------ the rule on builders

#: Ready-made convolutions and matrix builders, by the last part of their name.
BUILDERS: frozenset[str] = frozenset(
    {f"{name}{d}d" for d in (1, 2, 3) for name in (
        "conv", "Conv", "LazyConv", "conv_transpose", "ConvTranspose", "LazyConvTranspose")}
    | {f"conv{d}d_{to}" for d in (1, 2, 3) for to in ("input", "weight")}
    | {"conv_tbc", "convolution", "_convolution", "convolution_overrideable", "mkldnn_convolution",
       "convolve", "correlate", "fftconvolve", "oaconvolve", "convolve1d", "correlate1d",
       "convolve2d", "correlate2d", "convmtx2", "conv_general_dilated", "filter2D",
       "lfilter", "upfirdn", "unfold", "Unfold", "fold", "Fold", "im2col", "col2im",
       "toeplitz", "circulant", "convolution_matrix", "matmul_toeplitz", "hankel",
       "jacobian", "jacrev", "jacfwd", "vjp", "jvp", "hessian", "linearize",
       "matrix_of", "_VF", "_C", "ops", "convkit"}
)  # fmt: skip

# With these, code can reach a builder without naming it, so a rule that reads code cannot allow
# them in an answer that must not call one.
_DYNAMIC = frozenset(
    {"getattr", "__getattribute__", "__dict__", "eval", "exec", "compile", "__import__",
     "import_module", "globals", "locals", "vars", "__builtins__", "builtins", "attrgetter",
     "methodcaller", "get_ipython", "run_cell", "__globals__", "__closure__", "f_globals",
     "f_locals", "getattr_static", "getmembers", "resolve_name", "run_path", "run_module",
     "CompilationUnit", "pickle", "marshal", "ctypes", "pydoc", "__subclasses__"}
)  # fmt: skip


@dataclass(frozen=True)
class _Statement:
    """A top-level statement of some cell: what it binds, reads, mentions and names at all.

    It binds `surely` what it binds whenever it runs, with nothing left of an earlier value;
    of what it reads, `later` is read by calls only. It `patches` an attribute of an object.
    """

    binds: frozenset[str]
    surely: frozenset[str]
    reads: frozenset[str]
    later: frozenset[str]
    mentions: frozenset[str]
    names: frozenset[str]
    patches: frozenset[tuple[str, str]]
    imports: bool
    star: bool
    cell: int = 0


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def _read_statement(node: ast.stmt) -> _Statement:
    table = symtable.symtable(ast.unparse(node), "<cell>", "exec")
    top = {s.get_name(): s for s in table.get_symbols()}
    binds = {
        name for name, s in top.items() if s.is_assigned() or s.is_imported() or s.is_namespace()
    }
    surely = binds if isinstance(node, (*_DEFINITIONS, ast.Import, ast.ImportFrom)) else set()
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [part for target in targets for part in ast.walk(target)]
        surely = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
    now = {name for name, s in top.items() if s.is_referenced()}
    reads = set(now)
    for scope in _scopes(table):
        for s in scope.get_symbols():
            if scope is not table and s.is_global():
                reads.add(s.get_name())
                if s.is_declared_global() and s.is_assigned():
                    binds = binds | {s.get_name()}
    mentions, star = set(), False
    parts = list(ast.walk(node))
    for part in parts:
        if isinstance(part, ast.Attribute):
            mentions.add(part.attr)
        elif isinstance(part, (ast.Import, ast.ImportFrom)):
            mentions.update(piece for alias in part.names for piece in alias.name.split("."))
            module = getattr(part, "module", "") or ""
            star = star or any(alias.name == "*" for alias in part.names)
            if module != "convkit":  # of the kit, what is imported counts: `shift` builds nothing
                mentions.update(module.split("."))
    names = mentions | {s.get_name() for scope in _scopes(table) for s in scope.get_symbols()}
    plain = _read_getattr(parts)
    if plain is not None:
        mentions |= plain
        now, reads = now - {"getattr"}, reads - {"getattr"}
    changed = _changed(parts)
    binds = binds | ({root for root, _ in changed} & reads)
    later = reads - now if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else set()
    return _Statement(
        frozenset(binds), frozenset(surely), frozenset(reads), frozenset(later),
        frozenset(mentions), frozenset(names), frozenset(changed),
        isinstance(node, (ast.Import, ast.ImportFrom)), star,
    )  # fmt: skip


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _read_getattr(parts: Sequence[ast.AST]) -> set[str] | None:
    """Return the names that ``getattr`` is asked for, None unless all are plain text."""
    names, calls = set(), 0
    for part in parts:
        match part:
            case ast.Call(ast.Name("getattr"), [_, ast.Constant(str(wanted)), *_]):
                names.add(wanted)
                calls += 1
    uses = sum(isinstance(part, ast.Name) and part.id == "getattr" for part in parts)
    return names if calls == uses > 0 else None


def _changed(parts: Sequence[ast.AST]) -> set[tuple[str, str]]:
    """Return names whose objects a statement may change, and how: a.b = c, a[b] = c, a.add(c)."""
    changed = set()
    for part in parts:
        match part:
            case ast.Attribute(root, attribute, ast.Store()):
                pass
            case ast.Subscript(root, _, ast.Store()):
                attribute = ""
            case ast.Call(ast.Attribute(root, method)) if method in _FILLING:
                attribute = ""
            case ast.Call(ast.Name("setattr"), [root, ast.Constant(str(attribute)), *_]):
                pass
            case _:
                continue
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if isinstance(root, ast.Name):
            changed.add((root.id, attribute))
    return changed


_FILLING = ("append", "appendleft", "extend", "insert", "add", "update", "setdefault",
            "__setitem__", "__setattr__")  # fmt: skip


def forbidden_name(
    cells: Sequence[str], name: str, forbid: Iterable[str], latest: bool = False
) -> str | None:
    """Find a forbidden name that the definition of ``name`` reaches.

    Reads the syntax trees of the cells, from the statements that bind
    ``name`` through every global name that they use.

    Parameters
    ----------
    cells : sequence of str
        Source of the cells that ran, such as IPython's ``In``.
    name : str
        The student's function.
    forbid : iterable of str
        Last parts of names, such as those in `BUILDERS`.
    latest : bool
        Read only the last cell that binds a name. Right in a live notebook,
        where ``In`` still holds earlier attempts.

    Returns
    -------
    str or None
    """
    forbid = frozenset(forbid)
    statements = _read_cells(cells)
    stars = any(s.star for s in statements)  # then only what is surely bound is known
    bound = frozenset().union(*(s.surely if stars else s.binds for s in statements))
    for s in _reached(statements, name, latest):
        hits = s.mentions & (forbid | _DYNAMIC)
        # A student may call a helper `toeplitz`: a name bound in the notebook is followed
        # instead, unless the exercise itself forbids it by name.
        hits |= {r for r in s.reads & (forbid | _DYNAMIC) if r not in bound or r not in BUILDERS}
        if hits:
            return min(hits)
    return None


def missing_name(
    cells: Sequence[str], name: str, require: Iterable[str], latest: bool = False
) -> bool:
    """Tell whether the definition of ``name`` reaches none of the names in ``require``.

    For an exercise about one construction. It reads names only: a name that
    is used for something else counts, so the exercise says what is read.

    Parameters
    ----------
    cells, name, latest
        As for `forbidden_name`.
    require : iterable of str
        One of them is enough; empty asks for nothing.
    """
    require = frozenset(require)
    if not require:
        return False
    return not any(s.names & require for s in _reached(_read_cells(cells), name, latest))


def _read_cells(cells: Sequence[str]) -> list[_Statement]:
    statements = [
        replace(s, cell=number) for number, source in enumerate(cells) for s in _read_cell(source)
    ]
    imported = {name for s in statements if s.imports for name in s.surely}
    return [
        replace(s, binds=s.binds | {f".{attr}" for root, attr in s.patches if root in imported})
        for s in statements
    ]


@functools.lru_cache(256)  # every check reads the same cells again
def _read_cell(source: str) -> tuple[_Statement, ...]:
    statements = []
    for node in _nodes(source):
        if isinstance(node, (ast.Import, ast.ImportFrom)):  # one name each
            for alias in node.names:
                single = copy.copy(node)
                single.names = [alias]
                statements.append(_read_statement(single))
        else:
            statements.append(_read_statement(node))
    return tuple(statements)


def _nodes(source: str) -> Iterator[ast.stmt]:
    """Yield a cell's statements, those inside a magic such as ``%%time`` too."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return  # a cell that does not parse never ran
    for node in tree.body:
        yield node
        for part in ast.walk(node):  # IPython has made a call of a magic: its last text is code
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
                last = part.args[-1] if part.args else None
                if part.func.attr in ("run_cell_magic", "run_line_magic") and isinstance(
                    last, ast.Constant
                ):
                    yield from _nodes(str(last.value))


def _reached(statements: Sequence[_Statement], name: str, latest: bool) -> Iterator[_Statement]:
    """Yield the statements that bind ``name``, then those that bind what they read, and so on.

    What a statement reads was bound last before it, or later, as long as it is a function's to
    read: cells run in order, so a lecture's ``zeros`` is no student's, who binds another one.
    """
    todo, seen = [(name, 0)], {(name, 0)}
    yielded: set[int] = set()
    while todo:
        wanted, start = todo.pop()
        binding = [i for i, s in enumerate(statements) if wanted in s.binds and i >= start]
        if latest and binding:
            cell = statements[binding[-1]].cell
            binding = [i for i in binding if statements[i].cell == cell]
        for i in binding:
            if i in yielded:
                continue
            yielded.add(i)
            s = statements[i]
            yield s
            for r in s.reads | {f".{m}" for m in s.mentions}:
                # The last sure binding before the reading: all before it are gone.
                end = i + 1 if r in s.later else i
                first = 0 if latest else max(
                    (j for j in range(end) if r in statements[j].surely), default=0
                )  # fmt: skip
                if (r, first) not in seen:
                    seen.add((r, first))
                    todo.append((r, first))


def rule_broken(found: str) -> Difference:
    """Say that an answer uses a name that its exercise does not allow."""
    return Difference(
        "your own work: this exercise may not call a ready-made solution",
        f"your code reaches {found!r}",
        "The text of the exercise says what is allowed; loops, slices and arithmetic are.",
    )


def rule_missed(require: Iterable[str]) -> Difference:
    """Say that an answer uses none of the names that its exercise is about."""
    names = sorted(require)
    return Difference(
        f"the construction that this exercise is about, by {' or '.join(names)}",
        "your code uses none of them",
        f"A function of your own counts too: call it {names[0]}." if len(names) == 1 else
        "A function of your own counts too: give it one of these names.",
    )  # fmt: skip


# ---------------------------------------------------------------- instant checks


def message(
    name: str, verdict: str, lines: Iterable[tuple[str, str]], width: int = 80, most: int = 12
) -> str:
    """Lay out a message: the verdict, then labelled lines, wrapped and capped."""
    text = textwrap.wrap(f"{name}: {verdict}", width)
    for label, words in lines:
        if words:
            text += textwrap.wrap(
                f"{label + ':':<10}{words}",
                width,
                subsequent_indent=" " * 10,
                break_long_words=True,
            )
    return "\n".join(text if len(text) <= most else [*text[: most - 1], "..."])


def check(
    name: str,
    answer: Any,
    expected: Any = None,
    cases: Sequence[Sequence[Any]] | None = None,
    *,
    worth: str,
    hidden: str,
    accept: Callable[[Any], str | None] | None = None,
    hint: str = "",
    forbid: Iterable[str] = (),
    require: Iterable[str] = (),
    cells: Sequence[str] = (),
) -> float | None:
    """Check an answer at once, and say what is wrong with it.

    Parameters
    ----------
    name : str
        The exercise.
    answer : function or value
    expected : function or value
        With ``cases``: a function that gives the result looked for.
        Without: the value looked for.
    cases : sequence of argument tuples, optional
        Inputs to try; without them ``answer`` itself is the value.
    worth : str
        What passing here is worth, such as "1 of 6 points".
    hidden : str
        What hidden tests will try besides; "" for nothing.
    accept : function, optional
        Instead of ``expected``: takes the value, returns None or what is wrong.
    hint : str
        Shown when the answer is wrong.
    forbid, require, cells
        Names that the answer may not reach, names of which it must reach one, and the
        notebook's cells (``In``).

    Returns
    -------
    None or float
        None when all is well; 0.0, shown below the message, when it is not.
    """
    note = ""
    for args in [()] if cases is None else cases:
        value = answer
        if cases is not None:
            value, note = call(answer, args)
        problem = _judge(value, expected, args, accept)
        idea = None
        if accept is not None and value is not None:  # whatever its form, is it a known value?
            idea, words = _known_part(name, value)
            problem = Difference("", words) if idea is not None else problem
        elif problem is not None and not problem.blank and not isinstance(value, Difference):
            idea = known_value(name, args, value)
            if idea is None and expected is not None:
                right = expected if callable(expected) else lambda: expected
                idea = diagnose(name, answer if callable(answer) else lambda: answer, right)
        if problem is not None:
            _report(name, problem, args, expected, note, hint, idea)
            return 0.0
    found = forbidden_name(cells, name, forbid, latest=True) if forbid else None
    if found is not None:
        _report(name, rule_broken(found), (), expected, "", "")
        return 0.0
    if missing_name(cells, name, require, latest=True):
        _report(name, rule_missed(require), (), expected, "", "")
        return 0.0
    more = f"when graded, this is tried: {hidden}." if hidden else "nothing more is tried."
    lines = [("Note", note), ("Hidden", more)]
    passed = "the form is right" if worth.startswith("0 of") else "the visible part passed"
    print(message(name, f"{passed}, worth {worth}.", lines))
    return None


def _known_part(name: str, value: Any) -> tuple[Misconception | None, str]:
    """Return the misconception that a value shows, and the value: of a dict, only that entry."""
    if isinstance(value, dict):
        for key, part in value.items():
            idea = known_value(name, (key,), part)
            if idea is not None:
                return idea, f"{key!r} is {_brief(part)}"
        return None, ""
    return known_value(name, (), value), _brief(value)


def _judge(
    value: Any, expected: Any, args: Sequence[Any], accept: Callable[[Any], str | None] | None
) -> Difference | None:
    if isinstance(value, Difference):
        return value
    if accept is None:
        return compare(expected(*args) if callable(expected) else expected, value)
    if value is None or value is Ellipsis:
        return BLANK
    try:
        words = accept(value)
    except (TypeError, ValueError, AttributeError, RuntimeError, IndexError, KeyError) as error:
        words = f"{_brief(value)} cannot be used here ({type(error).__name__}: {error})"
    return None if words is None else Difference("", words)


def _report(
    name: str,
    problem: Difference,
    args: Sequence[Any],
    expected: Any,
    note: str,
    hint: str,
    idea: Misconception | None = None,
) -> None:
    if problem.blank:
        why = ": the function returns None" if args else ""
        print(message(name, f"not answered yet{why}.", []))
        return
    inputs = describe(args, expected) if args and callable(expected) else ""
    lines = [
        ("Inputs", inputs),
        ("Expected", problem.expected),
        ("Yours", problem.yours),
        ("Note", note),
        ("Hint", idea.words if idea else problem.hint or hint),
    ]
    print(message(name, "not yet.", lines))
    if problem.picture is not None and notebook_display() is not None:
        show_mistake(*problem.picture)


def window_on(wrong: np.ndarray, rows: int, columns: int) -> tuple[int, int, Any]:
    """Choose the part of a matrix to show: that size at most, around its first wrong entry.

    Parameters
    ----------
    wrong : array of bool, shape ``(rows, columns)`` of the matrix
    rows, columns : int

    Returns
    -------
    top, left : int
        The first row and column of the part.
    part : index
        ``T[part]`` is the part.
    """
    row, column = (int(i) for i in np.argwhere(wrong)[0])
    top = max(0, min(row - 2, wrong.shape[0] - rows))
    left = max(0, min(column - 4, wrong.shape[1] - columns))
    return top, left, np.s_[top : top + rows, left : left + columns]


def show_mistake(yours: np.ndarray, wrong: np.ndarray) -> None:
    """Draw a student's matrix with the wrong entries framed.

    Parameters
    ----------
    yours : array, shape ``(rows, columns)``
    wrong : array of bool, the same shape
    """
    top, left, part = window_on(wrong, 12, 20)  # what a screen holds and a check has time to draw
    array, marks = yours[part], wrong[part]

    def draw() -> Figure:
        rows, columns = array.shape
        width, height = 0.34 * max(columns, 6) + 0.5, 0.34 * rows + 0.65  # inches
        fig = _figure(width, height)
        place = (0.4 / width, 0.3 / height, 0.34 * columns / width, 0.34 * rows / height)
        ax = fig.add_axes(place)
        _draw_matrix(ax, array, _taps(None, [array]), wrong=marks, origin=(top, left))
        ax.set_title("yours; framed entries are wrong", fontsize=10)
        return fig

    places = ", ".join(f"({i + top}, {j + left})" for i, j in np.argwhere(marks)[:8])
    more = ", ..." if int(wrong.sum()) > 8 else ""
    alt = f"Picture: your matrix; the entries at (row, column) {places}{more} are wrong."
    _show(alt, draw, crop=False)
