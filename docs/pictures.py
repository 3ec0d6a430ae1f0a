"""Make the pictures of the README and of these documents.

``python docs/pictures.py`` draws the matrix. ``python docs/pictures.py feedback`` photographs a
feedback page that ``make demo`` has written, with Chromium.
"""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image

from convgrade.reference import conv_matrix
from convkit.pictures.drawing import draw_matrix

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
# Leaves the summary and one exercise.
ONE_EXERCISE = """
for (const section of document.querySelectorAll('section.exercise, #notebook'))
    section.hidden = section.getAttribute('aria-labelledby') !== 'exercise-toeplitz_1d';
document.querySelector('main').style.paddingBottom = '1rem';
return Math.ceil(document.querySelector('main').getBoundingClientRect().height)
"""


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
        draw_matrix(ax, np.asarray(array), colours)
        ax.set_title(name, fontsize=13)
        if name != "T":
            ax.images[0].set_alpha(0)  # signals have no taps to colour
            ax.set_xticks([])
    fig.text(1.2 / 7.2, 2.1 / 3.9, "=", fontsize=18, ha="center", va="center")
    caption = "y = F.conv1d(x, weight), weight = (2, 3, 7): one colour per tap"
    fig.text(0.5, 0.03, caption, ha="center", fontsize=10)
    return fig


def feedback() -> Image.Image:
    """Photograph what a student who flips the kernel reads on `toeplitz_1d`."""
    sys.path.insert(0, str(ROOT / "tests"))
    from browser import chromium

    written = ROOT / "feedback" / "flipped-kernel" / "toeplitz" / "1_toeplitz_1d.html"
    with chromium(width=860) as page:
        page.get(written.as_uri())
        height = page.execute_script(ONE_EXERCISE)
        clip = {"x": 0, "y": 0, "width": 860, "height": height, "scale": 1}
        shot = page.execute_cdp_cmd(
            "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}
        )
    photograph = Image.open(io.BytesIO(base64.b64decode(shot["data"])))
    return photograph.convert("RGB").quantize(64, dither=Image.Dither.NONE)  # a third of the bytes


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    if "feedback" in sys.argv[1:]:
        feedback().save(IMAGES / "feedback.png", optimize=True)
    else:
        toeplitz().savefig(
            IMAGES / "toeplitz.png", dpi=110, bbox_inches="tight", metadata={"Software": None}
        )
