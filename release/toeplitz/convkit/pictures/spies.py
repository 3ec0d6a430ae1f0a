"""Spy plots: where the matrix of a layer is not zero, and no number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import WIDEST, new_figure, show_figure
from convkit.values import as_array

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class SpyPlot:
    """Where the matrix of a 1D layer is not zero.

    Attributes
    ----------
    in_channels, out_channels : int
    length, outputs : int
        Places of one input channel and of one output channel.
    marks : array of bool, shape ``(out_channels * outputs, in_channels * length)``
    """

    in_channels: int
    out_channels: int
    length: int
    outputs: int
    marks: np.ndarray

    #: What is to be read off.
    options = ("kernel_size", "stride", "padding", "dilation", "groups")


#: Channels and places, in and out, and the marks, row by row, as the bits of a number.
_PLOTS = {
    "a": (1, 1, 9, 9, 0x180E0380E0380E0380E03),
    "b": (1, 1, 11, 4, 0xC00F003C00F),
    "c": (1, 2, 9, 7, 0x12048922489224092409124491244812),
    "d": (
        4,
        4,
        5,
        6,
        0x84000C6000630003180018C000840084000C6000630003180018C000840000210003180018C000C6000630002100210003180018C000C60006300021,
    ),
    "e": (
        2,
        4,
        9,
        6,
        0x4000140005400054000500004004000140005400054000500004000020000A0002A0002A0002800020020000A0002A0002A000280002,
    ),
}


def spy_plots() -> dict[str, SpyPlot]:
    """Return the five plots of the exercise `read_layer`, by letter."""
    plots = {}
    for letter, (channels, out_channels, length, outputs, bits) in _PLOTS.items():
        rows, columns = out_channels * outputs, channels * length
        text = f"{bits:0{rows * columns}b}"
        marks = np.array([mark == "1" for mark in text]).reshape(rows, columns)
        plots[letter] = SpyPlot(channels, out_channels, length, outputs, marks)
    return plots


def show_spies(plots: Mapping[str, SpyPlot]) -> None:
    """Draw spy plots, each with its channels, the tiles ruled off.

    Parameters
    ----------
    plots : dict from title to SpyPlot
    """
    for title, plot in plots.items():
        words = (
            f"{title}: {_channels(plot.in_channels)} of {plot.length} in, "
            f"{_channels(plot.out_channels)} of {plot.outputs} out"
        )
        rows = "; ".join(
            f"row {i} columns {', '.join(map(str, np.flatnonzero(row)))}"
            for i, row in enumerate(plot.marks)
        )
        show_figure(f"Picture: {words}. Not zero: {rows}.", _Drawing(plot, words), crop=False)


class _Drawing:
    """Draws one plot, when it is asked to."""

    def __init__(self, plot: SpyPlot, words: str) -> None:
        self._plot, self._words = plot, words

    def __call__(self) -> Figure:
        rows, columns = self._plot.marks.shape
        cell = 0.24  # inches
        width, height = max(cell * columns + 0.6, 4.0), cell * rows + 0.7
        fig = new_figure(width, height)
        place = (0.4 / width, 0.3 / height, cell * columns / width, cell * rows / height)
        ax = fig.add_axes(place)
        ax.imshow(self._plot.marks, cmap="Greys", vmin=0, vmax=1.2, interpolation="none")
        small: dict[str, Any] = {"fontsize": 8.3, "color": "#444444"}
        for j in range(columns):
            ax.text(j, rows - 0.35, str(j), ha="center", va="top", **small)
        for i in range(rows):
            ax.text(-0.7, i, str(i), ha="right", va="center", **small)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.vlines(np.arange(1, columns) - 0.5, -0.5, rows - 0.5, color="#cccccc", linewidth=0.6)
        ax.hlines(np.arange(1, rows) - 0.5, -0.5, columns - 0.5, color="#cccccc", linewidth=0.6)
        for i in range(self._plot.outputs, rows, self._plot.outputs):
            ax.axhline(i - 0.5, color="black", linewidth=1.8)
        for j in range(self._plot.length, columns, self._plot.length):
            ax.axvline(j - 0.5, color="black", linewidth=1.8)
        fig.text(0.4 / width, 1 - 0.22 / height, self._words, fontsize=10)
        return fig


def _channels(count: int) -> str:
    return "1 channel" if count == 1 else f"{count} channels"


def show_chain(matrices: Mapping[str, Any]) -> None:
    """Draw where large matrices are not zero, side by side, all to the same scale.

    Parameters
    ----------
    matrices : dict from title to matrix
        The first one acts first; they stand from right to left, as in a product.
    """
    arrays = {title: np.asarray(as_array(T)) for title, T in matrices.items()}
    if not arrays:
        print("There is no matrix to draw yet.")
        return
    words = {
        title: f"{title}, {a.shape[0]} x {a.shape[1]}, {np.count_nonzero(a) / a.size:.0%} not zero"
        for title, a in reversed(arrays.items())
    }

    def draw() -> Figure:
        names = list(words)
        columns = [arrays[name].shape[1] for name in names]
        tallest = max(a.shape[0] for a in arrays.values())
        fig = new_figure(WIDEST, WIDEST * tallest / sum(columns) + 1.0)
        axes = fig.subplots(1, len(names), squeeze=False, width_ratios=columns)[0]
        for ax, name in zip(axes, names, strict=True):
            array = arrays[name]
            ax.imshow(array != 0, cmap="Greys", vmin=0, vmax=1, interpolation="none")
            ax.set_anchor("N")
            ax.set_xticks([])
            ax.set_yticks([])
            ax.set_title(words[name].replace(", ", "\n"), fontsize=9)
        return fig

    show_figure("Picture: matrices of a chain. " + "; ".join(words.values()) + ".", draw)
