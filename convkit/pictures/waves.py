"""Pictures of complex vectors on their plane, before and after a matrix, and of signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import WIDEST, new_figure, show_figure
from convkit.values import as_array, short_number

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BEFORE, _AFTER = "#0072b2", "#a63603"


def _number(value: complex) -> str:
    """Write a complex number to two decimals."""
    real, imag = round(value.real, 2) + 0.0, round(value.imag, 2) + 0.0
    return f"{real:g} {'-' if imag < 0 else '+'} {abs(imag):g}i" if imag else f"{real:g}"


def _draw_path(ax: Axes, f: np.ndarray, colour: str, marker: str) -> None:
    """Draw entries in their order around the circle, with the places that lie at each."""
    closed = np.append(f, f[0])
    ax.plot(closed.real, closed.imag, color=colour, marker=marker, linewidth=1.2, markersize=5)
    found: dict[tuple[float, float], list[int]] = {}
    for j, value in enumerate(f):
        found.setdefault((round(value.real, 6), round(value.imag, 6)), []).append(j)
    for (x, y), places in found.items():
        length = max(float(np.hypot(x, y)), 1e-9)
        away = (13 * x / length, 13 * y / length)
        ax.annotate(",".join(map(str, places)), (x, y), xytext=away,
                    textcoords="offset points", ha="center", va="center", fontsize=9,
                    color=colour)  # fmt: skip


def show_scaled(T: Any, vectors: Mapping[str, Any]) -> None:
    """Draw vectors and what a matrix makes of them, entry by entry on the complex plane.

    A vector that the matrix only scales keeps its shape: it is stretched and turned as a whole.

    Parameters
    ----------
    T : square matrix
    vectors : dict from title to vector
    """
    matrix = np.asarray(as_array(T))
    pairs = {}
    for title, vector in vectors.items():
        f = np.asarray(as_array(vector)).astype(np.complex128)
        pairs[title] = (f, matrix @ f)

    def draw() -> Figure:
        fig = new_figure(min(WIDEST, 2.5 * len(pairs)), 2.7)
        axes = fig.subplots(1, len(pairs), squeeze=False)[0]
        for ax, (title, (f, g)) in zip(axes, pairs.items(), strict=True):
            top = 1.4 * max(float(np.abs(f).max()), float(np.abs(g).max()))
            ax.axhline(0, color="#dddddd", zorder=0)
            ax.axvline(0, color="#dddddd", zorder=0)
            _draw_path(ax, g, _AFTER, "s")
            _draw_path(ax, f, _BEFORE, "o")
            ax.set(xlim=(-top, top), ylim=(-top, top), aspect="equal")
            ax.set_xticks([])
            ax.set_yticks([])
            ax.set_title(title, fontsize=10)
        fig.text(0.3, 0.06, "circles: f", color=_BEFORE, fontsize=10, ha="center")
        fig.text(0.7, 0.06, "squares: T @ f", color=_AFTER, fontsize=10, ha="center")
        return fig

    words = [
        f"{title}: f is {', '.join(map(_number, f))}; T f is {', '.join(map(_number, g))}"
        for title, (f, g) in pairs.items()
    ]
    show_figure("Picture: vectors on the complex plane. " + ". ".join(words) + ".", draw)


def show_signals(signals: Mapping[str, Any]) -> None:
    """Draw signals below each other, one point a number, all on the same places.

    Parameters
    ----------
    signals : dict from title to vector of real numbers
    """
    arrays = {title: np.asarray(as_array(x)).real for title, x in signals.items()}

    def draw() -> Figure:
        fig = new_figure(WIDEST, 1.15 * len(arrays) + 0.3)
        axes = fig.subplots(len(arrays), 1, squeeze=False, sharex=True)[:, 0]
        for i, (ax, (title, x)) in enumerate(zip(axes, arrays.items(), strict=True)):
            colour = ["#0072b2", "#a63603", "#006b4f", "#333333"][i % 4]
            ax.plot(x, color=colour, marker="o", markersize=3, linewidth=1)
            ax.axhline(0, color="#dddddd", zorder=0)
            ax.set_title(title, fontsize=10, loc="left", pad=3)
            ax.tick_params(labelsize=8.5)
            for side in ("top", "right"):
                ax.spines[side].set_visible(False)
        fig.subplots_adjust(hspace=0.65)
        return fig

    words = [
        f"{title}, from {short_number(x.min())} to {short_number(x.max())}, begins "
        f"{', '.join(short_number(v) for v in x[:8])}"
        for title, x in arrays.items()
    ]
    show_figure("Picture: signals. " + "; ".join(words) + ".", draw)
