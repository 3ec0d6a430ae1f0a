"""Pictures of whole matrices, and of their corners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import (
    WIDEST,
    cell_for,
    colour_taps,
    draw_matrix,
    ink_on,
    legend,
    new_panels,
    rows_in_words,
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

    taps = colour_taps(weight, arrays.values())
    sums = legend(taps, arrays.values())

    def draw() -> Figure:
        cell, shapes = cell_for([*arrays.values()]), [a.shape for a in arrays.values()]
        fig, axes = new_panels(shapes, [*arrays], cell, below=0.3 if sums else 0.0)
        for ax, array in zip(axes, arrays.values(), strict=True):
            draw_matrix(ax, array, taps, rows=rows, blocks=blocks)
        fig.text(0.5, 0.02, sums, ha="center", va="bottom", fontsize=9)
        return fig

    parts = [
        f"{title or 'matrix'}, {a.shape[0]} by {a.shape[1]}, {np.count_nonzero(a)} not zero: "
        + rows_in_words(a)
        for title, a in arrays.items()
    ]
    show_figure("Picture: " + ". ".join(parts) + (f". {sums}." if sums else "."), draw, crop=False)


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

    taps = colour_taps(weight, arrays.values())
    sums = legend(taps, arrays.values())
    corners = {}
    for name, array in arrays.items():
        r, c = min(size, array.shape[0]), min(2 * size, array.shape[1])
        first = (array.shape[0] - r, array.shape[1] - c)
        corners[f"{name}, first rows"] = (array[:r, :c], (0, 0))
        corners[f"{name}, last rows"] = (array[-r:, -c:], first)

    def draw() -> Figure:
        shapes = [part.shape for part, _ in corners.values()]
        cell = min(0.34, (WIDEST - 1.1) / (2 * max(shape[1] for shape in shapes)))
        fig, axes = new_panels(shapes, [*corners], cell, below=0.3 if sums else 0.0)
        for ax, (part, origin) in zip(axes, corners.values(), strict=True):
            draw_matrix(ax, part, taps, origin=origin)
        fig.text(0.5, 0.02, sums, ha="center", va="bottom", fontsize=9)
        return fig

    parts = [
        f"{title}, columns from {left}: {rows_in_words(part, top)}"
        for title, (part, (top, left)) in corners.items()
    ]
    alt = "Picture: first and last rows of the matrices " + ", ".join(arrays) + ". "
    show_figure(alt + ". ".join(parts) + (f". {sums}." if sums else "."), draw, crop=False)


def show_shades(matrices: Mapping[str, Any]) -> None:
    """Draw matrices side by side, shaded by value: for entries that are no taps.

    Parameters
    ----------
    matrices : dict from title to matrix
        Real numbers, each written to one decimal; orange below zero, purple above.
    """
    arrays = {title: np.asarray(as_array(T)) for title, T in matrices.items()}

    words = {
        title: [[f"{round(float(v), 1) + 0.0:.1f}" for v in row] for row in array]
        for title, array in arrays.items()
    }  # + 0.0 turns -0.0 into 0.0

    def draw() -> Figure:
        top = 1.2 * max(1e-9, *(float(np.abs(a).max(initial=0.0)) for a in arrays.values()))
        fig, axes = new_panels([a.shape for a in arrays.values()], [*arrays], 0.38)
        for ax, (title, array) in zip(axes, arrays.items(), strict=True):
            shown = ax.imshow(array, cmap="PuOr", vmin=-top, vmax=top, interpolation="none")
            for (i, j), value in np.ndenumerate(array):
                ink = ink_on(shown.to_rgba(value)[:3])
                text = words[title][i][j]
                ax.text(j, i, text, ha="center", va="center", fontsize=9, color=ink)
            ax.set_xticks([])
            ax.set_yticks([])
        return fig

    parts = "; ".join(
        f"{title}: " + ", ".join(f"row {i} is {' '.join(row)}" for i, row in enumerate(table))
        for title, table in words.items()
    )
    alt = "Picture: matrices shaded by value: " + "; ".join(arrays) + "."
    show_figure(alt, draw, crop=False, measured=f" {parts}.")
