"""Pictures of small images in a row, each under its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.pictures.drawing import new_figure, show_figure
from convkit.values import as_array

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure

_ACROSS = 10  # images in a row


def show_digits(images: Any, titles: Sequence[object]) -> None:
    """Draw images, ten in a row; orange below zero, purple above.

    Parameters
    ----------
    images : tensor, shape ``(N, 1, height, width)``
    titles : sequence
        One for each image, such as the digit that was recognised.
    """
    array = np.asarray(as_array(images))
    if len(array) == 0:
        print("There is no image to draw yet.")
        return
    names = [str(title) for title in titles]

    def draw() -> Figure:
        across = min(len(array), _ACROSS)
        down = -(-len(array) // across)
        size = 0.58 if across > 5 else 1.8  # inches
        fig = new_figure(size * across, (size + 0.25) * down)
        axes = fig.subplots(down, across, squeeze=False).reshape(-1)
        for ax in axes:
            ax.axis("off")
        for ax, image, name in zip(axes, array, names, strict=False):
            top = max(1e-9, float(np.abs(image).max()))
            ax.imshow(image[0], cmap="PuOr", vmin=-top, vmax=top, interpolation="none")
            ax.set_title(name, fontsize=10)
        return fig

    show_figure(f"Picture: {len(array)} images, named {', '.join(names)}.", draw)
