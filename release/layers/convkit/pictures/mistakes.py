"""The picture of a wrong matrix, its wrong entries framed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.describing import rows_in_words
from convkit.pictures.drawing import (
    WIDEST,
    cell_for,
    colour_taps,
    draw_matrix,
    new_panels,
    show_figure,
)
from convkit.values import short_number

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure


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

    Of a result with more axes, such as channels or a batch, the first matrix with a wrong entry.

    Parameters
    ----------
    yours : array, shape ``(..., rows, columns)``
    wrong : array of bool, the same shape
    """
    page = tuple(int(i) for i in np.argwhere(wrong)[0][:-2])
    name, what = "yours", "your matrix"
    if page:
        name = f"yours{list(page)}"
        bad, of = np.count_nonzero(wrong.any(axis=(-2, -1))), math.prod(yours.shape[:-2])
        which = "the one matrix" if bad == 1 else f"the first of {bad} matrices"
        what = f"{name}, {which} with wrong entries, of {of} in your result"
    yours, wrong = yours[page], wrong[page]
    top, left, part = window_on(wrong, 12, 20)  # what a screen holds and a check has time to draw
    array, marks = yours[part], wrong[part]

    def draw() -> Figure:
        cell = cell_for([array])
        letters = max(len(short_number(value)) for value in array.flat)
        if letters > 3:  # wider entries, as far as the page allows
            cell = min(0.12 * letters, (WIDEST - 0.6) / array.shape[1])
        fig, (ax,) = new_panels([array.shape], [f"{name}; framed entries are wrong"], cell)
        taps = {} if page else colour_taps(None, [array])  # outputs are no taps: all are grey
        draw_matrix(ax, array, taps, wrong=marks, origin=(top, left), side=56 * cell)
        return fig

    places = ", ".join(f"({i + top}, {j + left})" for i, j in np.argwhere(marks)[:8])
    more = ", ..." if int(wrong.sum()) > 8 else ""
    whole = name if page else "Your matrix"
    part_of = whole if array.shape == yours.shape else f"Its part from column {left} on"
    alt = (
        f"Picture: {what}; the entries at (row, column) {places}{more} are wrong. "
        f"{part_of}, {rows_in_words(array, top)}."
    )
    show_figure(alt, draw, crop=False, quick=True)
