"""The picture of one product in two forms: the weights repeated, or the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import COLOURS, add_rectangle, new_figure, show_figure
from convkit.values import as_array, short_number

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def _cells(
    ax: Axes,
    corner: tuple[float, float],
    numbers: np.ndarray,
    taps: np.ndarray | None = None,
    lit: np.ndarray | None = None,
) -> None:
    """Write numbers, each on the colour of its tap (-1: white), some of them framed."""
    left, top = corner
    for (i, j), value in np.ndenumerate(numbers):
        tap = -1 if taps is None else int(taps[i, j])
        shade = tap % len(COLOURS)
        colour = "white" if tap < 0 else COLOURS[shade]
        ink = "white" if colour == "#0072b2" else "black"  # more than 4.5 to 1 on every colour
        add_rectangle(ax, (left + j, top + i), 1, 1, facecolor=colour, edgecolor="#888888")
        middle = (left + j + 0.5, top + i + 0.5)
        ax.text(*middle, short_number(value), ha="center", va="center", fontsize=10, color=ink)
    for i, j in np.argwhere(lit) if lit is not None else ():
        place = (left + j + 0.06, top + i + 0.06)
        add_rectangle(ax, place, 0.88, 0.88, fill=False, linewidth=2.6)


def _places(size: tuple[int, int], kernel: tuple[int, int]) -> np.ndarray:
    """Return which pixel of a flat image each tap meets, one row for each output."""
    pixels = np.arange(size[0] * size[1]).reshape(size)
    starts = pixels[: size[0] - kernel[0] + 1, : size[1] - kernel[1] + 1]
    return starts.reshape(-1, 1) + pixels[: kernel[0], : kernel[1]].reshape(1, -1)


def _words(rows: np.ndarray) -> str:
    return "; ".join(" ".join(short_number(v) for v in row) for row in rows)


def show_dual(weight: Any, x: Any, tap: int = 1, place: int = 2) -> None:
    """Show ``T @ x`` above ``X @ weight``: T repeats the weights, X repeats the data.

    Parameters
    ----------
    weight : tensor, shape ``(k,)`` or ``(R, S)``
    x : tensor, shape ``(n,)`` or ``(height, width)``
    tap, place : int
        The weight and the number of ``x``, both counted flat, that are framed wherever they stand.
    """
    kernel, image = np.atleast_2d(as_array(weight)), np.atleast_2d(as_array(x))
    w, signal = kernel.reshape(-1), image.reshape(-1)
    places = _places(image.shape, kernel.shape)
    rows, n, k = len(places), len(signal), len(w)
    taps = np.full((rows, n), -1)
    np.put_along_axis(taps, places, np.arange(k)[None, :], axis=1)
    T, X = np.where(taps < 0, 0, w[taps]), signal[places]
    y = X @ w

    def product(
        ax: Axes, name: str, left: tuple[Any, ...], right: tuple[Any, ...], tallest: int
    ) -> None:
        width = left[0].shape[1]
        _cells(ax, (0, 0), *left)
        _cells(ax, (width + 1, 0), *right)
        _cells(ax, (width + 3, 0), y[:, None])
        for at, sign in ((width + 0.5, "·"), (width + 2.5, "=")):
            ax.text(at, rows / 2, sign, ha="center", va="center", fontsize=14)
        ax.set_xlim(-0.1, n + 4.1)
        ax.set_ylim(tallest + 0.1, -0.1)
        ax.set_aspect("equal", anchor="NW")
        ax.axis("off")
        ax.set_title(name, fontsize=11, loc="left")

    def draw() -> Figure:
        heights = [max(n, rows), max(k, rows)]
        fig = new_figure(0.42 * (n + 5), 0.42 * sum(heights) + 1.2)
        upper, lower = fig.subplots(2, 1, height_ratios=heights)
        data, own = signal[:, None], w[:, None]
        of_x, of_w = np.arange(n)[:, None], np.arange(k)[:, None]
        weights, numbers = (T, taps, taps == tap), (data, None, of_x == place)
        product(upper, "T @ x: T repeats the weights", weights, numbers, heights[0])
        windows, kernels = (X, None, places == place), (own, of_w, of_w == tap)
        product(lower, "X @ weight: X repeats the data", windows, kernels, heights[1])
        return fig

    alt = (
        f"Picture: two products with the same result, {_words(y[None])}. Above, T times x. The "
        f"rows of T: {_words(T)}. Each weight stands once in every row; "
        f"{short_number(w[tap])} is framed {rows} times. Below, X times weight. The rows of X: "
        f"{_words(X)}. {short_number(signal[place])}, one number of x, is framed "
        f"{int((places == place).sum())} times."
    )
    show_figure(alt, draw)


def show_columns(x: Any, kernel_height: int, kernel_width: int, output: int) -> None:
    """Show an image with the block that one output reads, beside the columns of im2col.

    Parameters
    ----------
    x : tensor, shape ``(C, height, width)``
    kernel_height, kernel_width : int
    output : int
        Which output, counted row-major: its block and its column are coloured.
    """
    image = np.asarray(as_array(x))
    channels, height, width = image.shape
    places = _places((height, width), (kernel_height, kernel_width))  # (outputs, R*S)
    X = image.reshape(channels, -1)[:, places.T].reshape(-1, len(places))
    k = places.shape[1]
    block = np.full(height * width, -1)
    block[places[output]] = np.arange(k)
    taps = np.full(X.shape, -1)
    taps[:, output] = np.tile(np.arange(k), channels)

    def draw() -> Figure:
        tall = max(len(X), channels * (height + 1))
        fig = new_figure(0.42 * (width + X.shape[1] + 3), 0.42 * tall + 0.9)
        ax = fig.subplots()
        for c in range(channels):
            _cells(ax, (0, c * (height + 1.6)), image[c], block.reshape(height, width))
            words: dict[str, Any] = {"ha": "left", "va": "bottom", "fontsize": 9}
            ax.text(0, c * (height + 1.6) - 0.1, f"channel {c}", **words)
        _cells(ax, (width + 2, 0), X, taps)
        ax.text(width + 2, -0.1, f"X, column {output}", **words)
        for c in range(1, channels):
            ax.hlines(c * k, width + 2, width + 2 + X.shape[1], color="black", linewidth=2.6)
        ax.set_xlim(-0.1, width + 2.1 + X.shape[1])
        ax.set_ylim(tall + 0.8, -1)
        ax.set_aspect("equal", anchor="NW")
        ax.axis("off")
        return fig

    alt = (
        f"Picture: an image of {channels} channels, its block of output {output} coloured tap by "
        f"tap, and beside it X with the same numbers as column {output}: "
        f"{_words(X[:, output][None])}. The rows of X: {_words(X)}."
    )
    show_figure(alt, draw)
