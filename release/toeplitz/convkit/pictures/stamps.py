"""Where the stamps of a transposed convolution fall, and how often a place is hit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import COLOURS, INK, WIDEST, ink_on, new_figure, show_figure
from convkit.values import as_array, short_number

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure


def show_stamps(y: Any, weight: Any, stride: int) -> None:
    """Draw each input's stamp ``y[i] * weight`` in a row of its own, at the place where it falls.

    Parameters
    ----------
    y : tensor, shape ``(n,)``
    weight : tensor, shape ``(k,)``
        Eight taps at most, one colour each.
    stride : int
    """
    Y, W = (np.asarray(as_array(v)) for v in (y, weight))
    width = (len(Y) - 1) * stride + len(W)

    def draw() -> Figure:
        from matplotlib.colors import ListedColormap

        shades = np.zeros((len(Y), width), dtype=int)
        for i in range(len(Y)):
            shades[i, i * stride : i * stride + len(W)] = np.arange(1, len(W) + 1)
        fig = new_figure(min(WIDEST, 0.46 * width + 1.0), 0.44 * len(Y) + 1.1)
        ax = fig.subplots()
        palette = ListedColormap(["white", *COLOURS])
        ax.imshow(shades, cmap=palette, vmin=0, vmax=len(COLOURS), aspect="auto",
                  interpolation="none")  # fmt: skip
        for i, j in np.argwhere(shades):
            text = short_number(Y[i] * W[j - i * stride])
            ink = INK[shades[i, j]]
            ax.text(j, i, text, ha="center", va="center", fontsize=9, color=ink)
        ax.set_xticks(range(width))
        ax.set_yticks(range(len(Y)), [f"{short_number(v)} stamps" for v in Y], fontsize=10)
        ax.set_xlabel("place in the output (each is the sum of its column)", fontsize=10)
        ax.tick_params(length=0)
        ax.set_title(f"stride {stride}", fontsize=10)
        return fig

    rows = "; ".join(
        f"row {i}, input {short_number(v)}: "
        + ", ".join(short_number(v * w) for w in W)
        + f" from place {i * stride} on"
        for i, v in enumerate(Y)
    )
    show_figure(f"Picture: stamps at stride {stride}, {width} places. {rows}.", draw)


def show_checkerboards(images: dict[str, Any]) -> None:
    """Draw whole numbers as grey squares, side by side: the larger, the darker.

    Parameters
    ----------
    images : dict from title to matrix of counts
    """
    arrays = {title: np.asarray(as_array(image)) for title, image in images.items()}

    def draw() -> Figure:
        fig = new_figure(2.9 * len(arrays), 3.2)
        axes = fig.subplots(1, len(arrays), squeeze=False)[0]
        for ax, (title, array) in zip(axes, arrays.items(), strict=True):
            top = max(1.0, float(array.max()))
            shown = ax.imshow(array, cmap="Greys", vmin=0, vmax=1.2 * top, interpolation="none")
            for (i, j), value in np.ndenumerate(array):
                ink = ink_on(shown.to_rgba(value)[:3])
                ax.text(j, i, f"{value:g}", ha="center", va="center", fontsize=9, color=ink)
            ax.set_xticks([])
            ax.set_yticks([])
            ax.set_title(title, fontsize=11)
        return fig

    parts = "; ".join(
        f"{title}: " + ", ".join(
            f"row {i} is " + " ".join(f"{v:g}" for v in row) for i, row in enumerate(array))
        for title, array in arrays.items()
    )  # fmt: skip
    show_figure(f"Picture: how often each place is written. {parts}.", draw)
