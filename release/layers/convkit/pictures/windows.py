"""Pictures of one output: the window or patch that it reads, and its row of the matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import (
    COLOURS,
    INK,
    PALE,
    WIDEST,
    add_rectangle,
    cell_for,
    colour_taps,
    draw_matrix,
    new_figure,
    new_panels,
    rows_in_words,
    show_figure,
)
from convkit.values import as_array, short_number

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure


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
        factor = short_number(value) if value >= 0 else f"({short_number(value)})"
        terms.append(f"{short_number(w[tap])}·{factor}")
    total = float(np.pad(signal, padding)[row : row + k] @ w)
    equation = f"y[{row}] = " + " + ".join(terms) + f" = {short_number(total)}"

    def draw() -> Figure:
        fig = new_figure(min(WIDEST, 0.42 * (n + 2 * padding) + 2.2), 2.7)
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
            colour = COLOURS[tap % len(COLOURS)] if inside else "white"
            edge, line = ("black", "-") if real else ("#999999", ":")
            add_rectangle(ax, (j, 0), 1, 1, facecolor=colour, edgecolor=edge, linestyle=line)
            ax.text(j + 0.5, 0.5, short_number(signal[j] if real else 0.0), **middle)
            if inside:
                ax.text(j + 0.5, 1.5, short_number(w[tap]), weight="bold", **middle)
            if real:
                add_rectangle(ax, (j, 3.5), 1, 1, facecolor=colour, edgecolor="black")
                entry = short_number(w[tap]) if inside else "0"
                ax.text(j + 0.5, 4.0, entry, color="black" if inside else PALE, **middle)
        ax.text(n / 2, 2.5, equation, ha="center", va="center", fontsize=10)
        return fig

    entries = np.zeros(n)
    for tap, j in enumerate(range(start, start + k)):
        if 0 <= j < n:
            entries[j] = w[tap]
    alt = (
        f"Picture: output {row} as a window over x, as an equation and as a row. x is "
        f"{' '.join(map(short_number, signal))}; the window begins at {start}. {equation}. "
        f"{rows_in_words(entries[None], row)} of T."
    )
    show_figure(alt, draw)


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
    terms = [
        f"{short_number(a)}·{short_number(b) if b >= 0 else f'({short_number(b)})'}"
        for a, b in pairs
    ]
    equation = f"y[{row}, {column}] = " + " + ".join(terms) + f" = {short_number(y[row, column])}"

    def draw() -> Figure:
        panels = [("image, with the patch", x), ("weight", w), ("output", y)]
        widths = [max(a.shape[1], 3) for _, a in panels]
        fig = new_figure(min(WIDEST - 0.3, 0.45 * sum(widths) + 0.6), 0.45 * x.shape[0] + 0.9)
        axes = fig.subplots(1, 3, width_ratios=widths)
        fig.subplots_adjust(left=0.02, right=0.98, bottom=0.16, top=0.9, wspace=0.15)
        for ax, (title, array) in zip(axes, panels, strict=True):
            ax.set_title(title, fontsize=10)
            ax.set_xlim(-0.6, array.shape[1] - 0.4)
            ax.set_ylim(array.shape[0] - 0.4, -0.6)
            ax.set_aspect("equal", anchor="N")
            ax.set_xticks(range(array.shape[1]))
            ax.set_yticks(range(array.shape[0]))
            ax.tick_params(length=0, labelsize=8.3, labelcolor=PALE)
            for side in ax.spines.values():
                side.set_visible(False)
            for (i, j), value in np.ndenumerate(array):
                r, s = (i - row, j - column) if array is x else (i, j)
                inside = array is not y and 0 <= r < w.shape[0] and 0 <= s < w.shape[1]
                shade = (r * w.shape[1] + s) % len(COLOURS)
                ink = INK[shade + 1] if inside else "black"
                fill = COLOURS[shade] if inside else "white"
                add_rectangle(ax, (j - 0.5, i - 0.5), 1, 1, edgecolor="black", facecolor=fill)
                ax.text(j, i, short_number(value), ha="center", va="center", fontsize=9, color=ink)
        for ax, (down, across) in ((axes[0], w.shape), (axes[2], (1, 1))):
            corner = (column - 0.5, row - 0.5)
            add_rectangle(ax, corner, across, down, fill=False, edgecolor="black", linewidth=3)
        fig.text(0.5, 0.04, equation, ha="center", fontsize=10)
        return fig

    said = ". ".join(
        f"{name}: {rows_in_words(part)}" for name, part in (("image", x), ("weight", w), ("y", y))
    )
    alt = f"Picture: image, weight and output; one patch makes one output. {equation}. {said}."
    show_figure(alt, draw)


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

    folded = array[row].reshape(height, width)
    # With the kernel known, the outputs of an image row are too: they rule off block rows.
    across = np.shape(as_array(weight))[-1] if weight is not None else 0
    block = width - across + 1 if across and array.shape[0] % (width - across + 1) == 0 else 0

    def draw() -> Figure:
        taps = colour_taps(weight, [array])
        titles = [f"row {row}, folded to {height} x {width}", "T, one column per pixel"]
        fig, (left, right) = new_panels([folded.shape, array.shape], titles, cell_for([array]))
        draw_matrix(left, folded, taps)
        draw_matrix(right, array, taps, rows=[row], blocks=(block or array.shape[0], width))
        return fig

    alt = (
        f"Picture: row {row} of T beside the {height} by {width} image patch that it reads. "
        f"Folded, it is {rows_in_words(folded)}. T, {array.shape[0]} by {array.shape[1]}: "
        f"{rows_in_words(array)}."
    )
    show_figure(alt, draw, crop=False)
