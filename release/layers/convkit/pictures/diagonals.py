"""The gradient of a weight as sums along diagonals, one colour per tap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import COLOURS, INK, WIDEST, new_figure, show_figure
from convkit.values import as_array, short_number

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure


def show_diagonals(grad_output: Any, x: Any) -> None:
    """Draw all products ``grad_output[i] * x[j]``; those that meet in one tap share a colour.

    Parameters
    ----------
    grad_output : tensor, shape ``(m,)``
    x : tensor, shape ``(n,)``
        The kernel has ``n - m + 1`` taps, eight at most.
    """
    G, X = (np.asarray(as_array(v)) for v in (grad_output, x))
    products, k = np.outer(G, X), len(X) - len(G) + 1

    def draw() -> Figure:
        from matplotlib.colors import ListedColormap

        shades = np.zeros(products.shape, dtype=int)
        for t in range(k):
            shades[np.arange(len(G)), np.arange(len(G)) + t] = t + 1
        fig = new_figure(min(WIDEST, 0.52 * len(X) + 1.2), 0.44 * len(G) + 1.3)
        ax = fig.subplots()
        palette = ListedColormap(["white", *COLOURS])
        ax.imshow(shades, cmap=palette, vmin=0, vmax=len(COLOURS), aspect="auto",
                  interpolation="none")  # fmt: skip
        for (i, j), value in np.ndenumerate(products):
            ink = INK[shades[i, j]] if shades[i, j] else "#707070"
            ax.text(j, i, short_number(value), ha="center", va="center", fontsize=10, color=ink)
        ax.set_xticks(range(len(X)), [short_number(v) for v in X], fontsize=10)
        ax.set_yticks(range(len(G)), [short_number(v) for v in G], fontsize=10)
        ax.set_xlabel("x", fontsize=10)
        ax.set_ylabel("grad_output", fontsize=10)
        ax.tick_params(length=0)
        ax.set_title("one colour a tap: where do they run?", fontsize=10)
        return fig

    rows = "; ".join(
        f"row {i}: " + ", ".join(
            short_number(v) + (f" (tap {j - i})" if 0 <= j - i < k else "")
            for j, v in enumerate(row))
        for i, row in enumerate(products)
    )  # fmt: skip
    show_figure(f"Picture: the products grad_output[i] x[j], with the tap they belong to. {rows}.",
                draw)  # fmt: skip
