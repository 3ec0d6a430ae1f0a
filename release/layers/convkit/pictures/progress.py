"""Matrices shaded by value in a grid, such as those on their way through a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import WIDEST, ink_on, new_figure, show_figure
from convkit.values import as_array

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure


def show_progress(matrices: Mapping[str, Any], columns: int = 2) -> None:
    """Draw matrices shaded by value, in rows of ``columns``, numbers to one decimal.

    Parameters
    ----------
    matrices : dict from title to matrix
        All of one shape; orange below zero, purple above.
    columns : int
    """
    arrays = {title: np.asarray(as_array(T)) for title, T in matrices.items()}
    words = {
        title: [[f"{round(float(v), 1) + 0.0:.1f}" for v in row] for row in array]
        for title, array in arrays.items()
    }  # + 0.0 turns -0.0 into 0.0

    def draw() -> Figure:
        height, width = next(iter(arrays.values())).shape
        rows = -(-len(arrays) // columns)
        top = 1.2 * max(1e-9, *(float(np.abs(a).max()) for a in arrays.values()))
        fig = new_figure(min(WIDEST, 0.44 * width * columns + 0.5), (0.36 * height + 0.5) * rows)
        axes = fig.subplots(rows, columns, squeeze=False).reshape(-1)
        for ax in axes[len(arrays) :]:
            ax.set_visible(False)
        for ax, (title, array) in zip(axes, arrays.items(), strict=False):
            shown = ax.imshow(array, cmap="PuOr", vmin=-top, vmax=top, aspect="auto",
                              interpolation="none")  # fmt: skip
            for (i, j), value in np.ndenumerate(array):
                ink = ink_on(shown.to_rgba(value)[:3])
                text = words[title][i][j]
                ax.text(j, i, text, ha="center", va="center", fontsize=8.5, color=ink)
            ax.set_xticks([])
            ax.set_yticks([])
            ax.set_title(title, fontsize=10)
        fig.tight_layout()
        return fig

    parts = "; ".join(
        f"{title}: " + ", ".join(f"row {i} is {' '.join(row)}" for i, row in enumerate(table))
        for title, table in words.items()
    )
    show_figure(f"Picture: matrices shaded by value. {parts}.", draw)
