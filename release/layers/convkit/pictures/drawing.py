"""What all pictures are made of: colours, a matrix on its axes, a way into the notebook."""

from __future__ import annotations

import base64
import io
import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.values import as_array, short_number

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette (2008): told apart with every kind of colour vision.
COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#bbbbbb"]


_MIXED = "#dddddd"


INK = ["black"] * 5 + ["white"] * 2 + ["black"] * 3  # by shade: white, the taps, mixed


LIT = "#d55e00"


_DPI = 80


_LARGEST_WITH_ZEROS = 120  # entries; beyond, zeros are left blank


LARGEST_WITH_NUMBERS = 26  # columns; beyond, the numbers no longer fit their cells


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure of that many inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def add_rectangle(
    ax: Axes, corner: tuple[float, float], width: float, height: float, **style: Any
) -> None:
    """Add a rectangle; the corner is the one with the smallest numbers."""
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle(corner, width, height, **style))


def colour_taps(weight: Any, arrays: Iterable[np.ndarray]) -> dict[float, int]:
    """Give every tap a colour number: by its place in the kernel, else by value."""
    if weight is not None:
        values = np.asarray(as_array(weight)).reshape(-1)
    else:
        found = np.concatenate([a.reshape(-1) for a in arrays])
        values = np.unique(found[found != 0])[: len(COLOURS)]
    return {float(v.real): i for i, v in reversed(list(enumerate(values))) if v != 0}


def _sum_of_taps(value: float, taps: Mapping[float, int]) -> str:
    """Name the taps that add up to ``value``, if only one choice of them does."""
    if len(taps) > 10:
        return ""
    values = sorted(taps, key=lambda v: taps[v])
    found = []
    for picks in range(1, 2 ** len(values)):
        chosen = [v for i, v in enumerate(values) if picks >> i & 1]
        if len(chosen) > 1 and abs(sum(chosen) - value) < 1e-6:
            found.append("+".join(short_number(v) for v in chosen))
    return found[0] if len(found) == 1 else ""


def draw_matrix(
    ax: Axes,
    array: np.ndarray,
    taps: Mapping[float, int],
    rows: Sequence[int] = (),
    blocks: tuple[int, int] | None = None,
    wrong: np.ndarray | None = None,
    hidden: np.ndarray | None = None,
    origin: tuple[int, int] = (0, 0),
) -> None:
    """Draw ``array`` on ``ax``; see `show_matrix`. ``wrong`` marks entries."""
    from matplotlib.colors import ListedColormap

    height, width = array.shape
    shades = np.zeros(array.shape, dtype=int)  # 0 is white, 1.. are taps, the last one is mixed
    for (i, j), value in np.ndenumerate(array):
        if value != 0:
            shades[i, j] = taps.get(float(value.real), len(COLOURS)) % (len(COLOURS) + 1) + 1
    palette = ListedColormap(["white", *COLOURS, _MIXED])
    ax.imshow(shades, cmap=palette, vmin=0, vmax=len(COLOURS) + 1, aspect="equal")
    # Texts and plain lines instead of ticks and a grid: matplotlib makes four artists a tick, and
    # a check should answer at once.
    ax.set_xticks([])
    ax.set_yticks([])
    if width <= LARGEST_WITH_NUMBERS:
        zeros = array.size <= _LARGEST_WITH_ZEROS
        for (i, j), value in np.ndenumerate(array):
            if (value != 0 or zeros) and (hidden is None or not hidden[j]):
                ink = "#aaaaaa" if value == 0 else INK[shades[i, j]]
                ax.text(j, i, short_number(value), ha="center", va="center", fontsize=8, color=ink)
        small: dict[str, Any] = {"fontsize": 7, "color": "#666666"}
        for j in range(width):
            ax.text(j, height - 0.35, str(origin[1] + j), ha="center", va="top", **small)
        for i in range(height):
            ax.text(-0.65, i, str(origin[0] + i), ha="right", va="center", **small)
        thin: dict[str, Any] = {"color": "#dddddd", "linewidth": 0.6}
        ax.vlines(np.arange(1, width) - 0.5, -0.5, height - 0.5, **thin)
        ax.hlines(np.arange(1, height) - 0.5, -0.5, width - 0.5, **thin)
    if blocks is not None:
        for i in range(blocks[0], height, blocks[0]):
            ax.axhline(i - 0.5, color="black", linewidth=1.2)
        for j in range(blocks[1], width, blocks[1]):
            ax.axvline(j - 0.5, color="black", linewidth=1.2)
    for row in rows:
        at = row % height
        add_rectangle(ax, (-0.5, at - 0.5), width, 1, fill=False, edgecolor=LIT, linewidth=2)
    if wrong is not None:
        rows_of, columns_of = np.nonzero(wrong)  # markers: a patch each would take a second
        ax.scatter(columns_of, rows_of, s=19**2, marker="s", facecolors="none", edgecolors="black",
                   linewidths=2)  # fmt: skip


def add_legend(fig: Figure, taps: Mapping[float, int], arrays: Iterable[np.ndarray]) -> None:
    """Explain in words the entries that are sums of taps."""
    sums = {}
    for value in np.unique(np.concatenate([a.reshape(-1).real for a in arrays])):
        if value != 0 and float(value) not in taps:
            sums[short_number(value)] = _sum_of_taps(float(value), taps)
    words = [f"{value} = {taps_in}" for value, taps_in in sums.items() if taps_in]
    if words:
        fig.text(0.5, 0.0, "grey: taps added up, " + ", ".join(words[:6]), ha="center", fontsize=8)


def notebook_display() -> Callable[..., Any] | None:
    """Return IPython's `display`, or None in a plain script, which has nowhere to show it."""
    try:
        from IPython.core.getipython import get_ipython
        from IPython.display import display
    except ImportError:
        return None
    return None if get_ipython() is None else display


def show_figure(
    alt: str, draw: Callable[[], Figure], crop: bool = True, measured: str = ""
) -> None:
    """Put a figure into the cell's output, with its description as alt text.

    With CONVKIT_PICTURES=off only the description: then nothing is drawn, and
    matplotlib is not even loaded.

    ``measured`` is added to the alt text alone: words of numbers that no two runs share, which
    must not make one graded notebook differ from another.

    To crop takes as long as to draw: a figure that knows its size does without.

    A `Figure` of its own instead of pyplot's: nothing is left open, and the
    student's own pyplot figure is not touched.
    """
    display = notebook_display()
    if display is None:
        return
    if os.environ.get("CONVKIT_PICTURES") == "off":
        display({"text/plain": alt}, raw=True)
        return
    png = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a warning on stderr would cost the points of a check
        box = "tight" if crop else None
        draw().savefig(png, format="png", dpi=_DPI, bbox_inches=box, metadata={"Software": None})
    data = {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": alt}
    display(data, raw=True, metadata={"image/png": {"alt": alt + measured}})
