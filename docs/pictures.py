"""Draw the pictures of the README: ``python docs/pictures.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure

import convkit
from convgrade.reference import conv_matrix

IMAGES = Path(__file__).resolve().parent / "images"


def toeplitz() -> Figure:
    """Draw ``y = T x`` with every number: a signal, the matrix, its convolution."""
    weight = torch.tensor([2.0, 3.0, 7.0])
    x = torch.tensor([1.0, 0.0, 4.0, -1.0, 5.0, 2.0, 0.0, 3.0])
    T = conv_matrix(weight[None, None], (1, 8)).numpy()
    y = T @ x.numpy()
    taps = {2.0: 0, 3.0: 1, 7.0: 2}
    fig = Figure(figsize=(7.2, 3.9))
    cell = 0.4  # inches
    parts = [(y[:, None], "y", 0.5, {}), (T, "T", 1.7, taps), (x.numpy()[:, None], "x", 5.45, {})]
    for array, name, left, colours in parts:
        height, width = (cell * length for length in array.shape)
        bottom = 2.1 - height / 2
        ax = fig.add_axes((left / 7.2, bottom / 3.9, width / 7.2, height / 3.9))
        convkit._draw_matrix(ax, np.asarray(array), colours)
        ax.set_title(name, fontsize=13)
        if name != "T":
            ax.images[0].set_alpha(0)  # signals have no taps to colour
            ax.set_xticks([])
    fig.text(1.2 / 7.2, 2.1 / 3.9, "=", fontsize=18, ha="center", va="center")
    caption = "y = F.conv1d(x, weight), weight = (2, 3, 7): one colour per tap"
    fig.text(0.5, 0.03, caption, ha="center", fontsize=10)
    return fig


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    toeplitz().savefig(
        IMAGES / "toeplitz.png", dpi=110, bbox_inches="tight", metadata={"Software": None}
    )
