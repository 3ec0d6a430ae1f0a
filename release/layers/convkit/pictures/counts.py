"""Bars of counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from convkit.pictures.drawing import COLOURS, WIDEST, new_figure, show_figure

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure


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
        fig = new_figure(WIDEST - 0.3, 0.34 * len(bars) + 0.9)
        ax = fig.subplots()
        fig.subplots_adjust(left=0.36, right=0.97)
        for y, (_, value, kind) in enumerate(bars):
            colour, hatch = COLOURS[kind % len(COLOURS)], ["", "//", ".."][kind % 3]
            ax.barh(y, value, color=colour, hatch=hatch, edgecolor="white")
            ax.text(value, y, f" {value:,}", va="center", fontsize=9)
        ax.set_yticks(range(len(bars)), [name for name, _, _ in bars], fontsize=9)
        ax.set_xscale("log")
        # Room for the number behind each bar: how far along the axis the bar may reach.
        reach = [(value, 0.97 - 0.024 * len(f" {value:,}")) for _, value, _ in bars]
        ax.set_xlim(1, max(12, *(value ** (1 / share) for value, share in reach)))
        ax.invert_yaxis()
        ax.set_xlabel("how many (logarithmic)")
        return fig

    words = "; ".join(f"{name} {value:,}" for name, value, _ in bars)
    show_figure(f"Picture: bars of counts. {words}.", draw)
