"""The picture of one product in two forms: the weights repeated, or the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import COLOURS, add_rectangle, new_figure, show_figure
from convkit.values import as_array, short_number

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DATA = "white"


def show_dual(weight: Any, x: Any, tap: int = 1, place: int = 2) -> None:
    """Show ``T @ x`` above ``X @ weight``: T repeats the weights, X repeats the data.

    Parameters
    ----------
    weight : tensor, shape ``(k,)``
    x : tensor, shape ``(n,)``
    tap, place : int
        The weight and the number of ``x`` that are framed wherever they stand.
    """
    w, signal = np.asarray(as_array(weight)), np.asarray(as_array(x))
    n, k = len(signal), len(w)
    rows = n - k + 1
    taps = np.arange(n)[None, :] - np.arange(rows)[:, None]  # which tap stands in T, if one does
    places = np.arange(k)[None, :] + np.arange(rows)[:, None]  # which number of x stands in X
    y = signal[places] @ w

    def fill(ax: Axes, left: float, numbers: np.ndarray, of_tap: np.ndarray, lit: Any) -> None:
        for (i, j), value in np.ndenumerate(numbers):
            known = 0 <= of_tap[i, j] < k
            colour = COLOURS[of_tap[i, j] % len(COLOURS)] if known else _DATA
            add_rectangle(ax, (left + j, i), 1, 1, facecolor=colour, edgecolor="#888888")
            ax.text(left + j + 0.5, i + 0.5, short_number(value), ha="center", va="center",
                    fontsize=10)  # fmt: skip
        for i, j in np.argwhere(lit):
            add_rectangle(ax, (left + j + 0.06, i + 0.06), 0.88, 0.88, fill=False, linewidth=2.6)

    def product(ax: Axes, name: str, parts: tuple[tuple[np.ndarray, ...], ...]) -> None:
        left = 0.0
        for (numbers, of_tap, lit), sign in zip(parts, ("·", "=", ""), strict=True):
            fill(ax, left, numbers, of_tap, lit)
            left += numbers.shape[1]
            ax.text(left + 0.5, rows / 2, sign, ha="center", va="center", fontsize=14)
            left += 1
        ax.set_xlim(-0.1, n + 6)
        ax.set_ylim(max(n, rows) + 0.1, -0.1)
        ax.set_aspect("equal", anchor="NW")
        ax.axis("off")
        ax.set_title(name, fontsize=11, loc="left")

    def draw() -> Figure:
        fig = new_figure(0.42 * (n + 6), 0.42 * 2 * n + 1.0)
        upper, lower = fig.subplots(2, 1)
        inside = (taps >= 0) & (taps < k)
        matrix = np.where(inside, w[np.clip(taps, 0, k - 1)], 0)
        data, out = signal[:, None], y[:, None]
        none = -np.ones((n, 1), dtype=int)
        product(
            upper,
            "T @ x: T repeats the weights",
            (
                (matrix, taps, taps == tap),
                (data, none, np.arange(n)[:, None] == place),
                (out, none[:rows], np.zeros((rows, 1), bool)),
            ),
        )
        product(
            lower,
            "X @ weight: X repeats the data",
            (
                (signal[places], -np.ones_like(places), places == place),
                (w[:, None], np.arange(k)[:, None], np.arange(k)[:, None] == tap),
                (out, none[:rows], np.zeros((rows, 1), bool)),
            ),
        )
        return fig

    lines = "; ".join(" ".join(short_number(v) for v in row) for row in signal[places])
    first = " ".join([*(short_number(v) for v in w), *["0"] * (n - k)])
    alt = (
        f"Picture: two products with the same result, {' '.join(map(short_number, y))}. Above, "
        f"T times x: row 0 of T is {first}, every further row is one place to the right, so each "
        f"weight stands on a diagonal; {short_number(w[tap])} is framed {rows} times. Below, X "
        f"times weight: the rows of X are {lines}; each number of x stands on an antidiagonal, "
        f"{short_number(signal[place])} is framed {int((places == place).sum())} times."
    )
    show_figure(alt, draw)
