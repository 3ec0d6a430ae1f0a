"""Pictures of whole matrices, and of their corners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import (
    LARGEST_WITH_NUMBERS,
    add_legend,
    colour_taps,
    draw_matrix,
    new_figure,
    show_figure,
)
from convkit.values import as_array

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure


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
        taps = colour_taps(weight, arrays.values())
        widths = [max(a.shape[1], 4) for a in arrays.values()]
        height = max(a.shape[0] for a in arrays.values())
        cell = 0.34 if max(widths) <= LARGEST_WITH_NUMBERS else 8.0 / max(widths)
        fig = new_figure(cell * sum(widths) + 0.7 * len(arrays), cell * height + 0.9)
        axes = fig.subplots(1, len(arrays), squeeze=False, width_ratios=widths)[0]
        for ax, (title, array) in zip(axes, arrays.items(), strict=True):
            draw_matrix(ax, array, taps, rows=rows, blocks=blocks)
            ax.set_title(title, fontsize=10)
        add_legend(fig, taps, arrays.values())
        return fig

    parts = [
        f"{title or 'matrix'}, {a.shape[0]} by {a.shape[1]}, {np.count_nonzero(a)} not zero"
        for title, a in arrays.items()
    ]
    show_figure("Picture: " + "; ".join(parts) + ".", draw)


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
        taps = colour_taps(weight, arrays.values())
        fig = new_figure(2.6 * len(arrays), 0.42 * 2 * size + 1.3)
        axes = fig.subplots(2, len(arrays), squeeze=False)
        for column, (name, array) in enumerate(arrays.items()):
            r, c = min(size, array.shape[0]), min(2 * size, array.shape[1])
            draw_matrix(axes[0, column], array[:r, :c], taps)
            first = (array.shape[0] - r, array.shape[1] - c)
            draw_matrix(axes[1, column], array[-r:, -c:], taps, origin=first)
            axes[0, column].set_title(name, fontsize=10)
        axes[0, 0].set_ylabel("first rows", fontsize=8, labelpad=14)
        axes[1, 0].set_ylabel("last rows", fontsize=8, labelpad=14)
        add_legend(fig, taps, arrays.values())
        return fig

    show_figure("Picture: first and last rows of the matrices " + ", ".join(arrays) + ".", draw)


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
        fig = new_figure(0.4 * sum(widths) + 0.6 * len(arrays), 0.4 * height + 0.6)
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

    show_figure("Picture: matrices shaded by value: " + "; ".join(arrays) + ".", draw)
