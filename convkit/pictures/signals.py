"""Pictures of what a function does to signals: impulses, and shifts that it follows or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from convkit.pictures.drawing import (
    LIT,
    WIDEST,
    add_rectangle,
    colour_taps,
    draw_matrix,
    ink_on,
    new_figure,
    show_figure,
)
from convkit.tools import defect, matrix_of
from convkit.values import as_array, short_number

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure


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
        taps = colour_taps(weight, [T])
        size = min(0.3, (WIDEST / len(stops) - 0.45) / n)
        fig = new_figure(min(WIDEST, (size * n + 0.45) * len(stops)), size * T.shape[0] + 1.9)
        axes = fig.subplots(2, len(stops), squeeze=False, height_ratios=[1, T.shape[0]])
        for column, j in enumerate(stops):
            impulse = np.eye(n)[j : j + 1]
            draw_matrix(axes[0, column], impulse, {1.0: 7})
            axes[0, column].set_title(f"impulse at {j}", fontsize=10)
            painted = np.where(np.arange(n) <= j, T, 0.0)
            draw_matrix(axes[1, column], painted, taps, hidden=np.arange(n) > j)
            add_rectangle(
                axes[1, column],
                (j - 0.5, -0.5),
                1,
                T.shape[0],
                fill=False,
                edgecolor=LIT,
                linewidth=2,
            )
        axes[0, 0].set_ylabel("x", rotation=0, labelpad=16)
        axes[1, 0].set_ylabel("T", rotation=0, labelpad=16)
        return fig

    places = ", ".join(str(j) for j in stops)
    columns = "; ".join(f"column {j}: {' '.join(map(short_number, T[:, j]))}" for j in range(n))
    alt = f"Picture: an impulse walks along x; at {places} the columns painted so far. {columns}."
    show_figure(alt, draw)


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
    defects = np.stack([np.asarray(as_array(defect(f, x, n).abs())) for n in shifts])
    holds = [n for n, row in zip(shifts, defects, strict=True) if row.max(initial=0) <= 1e-6]

    def draw() -> Figure:
        fig = new_figure(min(WIDEST, 0.42 * defects.shape[1] + 1.6), 0.3 * len(shifts) + 0.9)
        ax = fig.subplots()
        shown = np.ma.masked_less_equal(defects, 1e-6)
        top = max(1e-9, defects.max()) * 1.4
        image = ax.imshow(shown, cmap="Oranges", aspect="auto", vmin=0, vmax=top,
                          interpolation="none")  # fmt: skip
        for (i, j), value in np.ndenumerate(defects):
            if value > 1e-6:
                ink = ink_on(image.to_rgba(value)[:3])
                ax.text(j, i, short_number(value), ha="center", va="center", fontsize=9, color=ink)
        ax.set_xticks(range(defects.shape[1]))
        ax.set_yticks(range(len(shifts)), [f"{n:+d}" if n else "0" for n in shifts])
        ax.set_xlabel("output position")
        ax.set_ylabel("shift n")
        ax.tick_params(labelsize=8.5)
        ax.set_title("|f(shifted x) - shifted f(x)|, blank where 0", fontsize=10)
        return fig

    said = "; ".join(
        f"shift {n}: {' '.join(short_number(v) if v > 1e-6 else '0' for v in row)}"
        for n, row in zip(shifts, defects, strict=True)
    )
    alt = (
        f"Picture: defect map over shift and output position; empty rows at shifts {holds}. "
        f"{said}."
    )
    show_figure(alt, draw)
