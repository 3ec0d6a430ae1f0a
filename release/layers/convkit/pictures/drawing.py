"""What all pictures are made of: colours, a matrix on its axes, a way into the notebook."""

from __future__ import annotations

import base64
import html
import io
import os
import re
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


INK = ["black"] * 5 + ["white"] + ["black"] * 4  # by shade: white, the taps, mixed


LIT = "#d55e00"


_DPI = 192  # twice what a screen shows
_SCREENS = 96  # what a screen shows


WIDEST = 5.8  # inches: 557 pixels, the width of a narrow window


PALE = "#707070"  # a zero, a number at the side: the palest grey that is still easy to read


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
    side: float = 19,
) -> None:
    """Draw ``array`` on ``ax``; see `show_matrix`. ``wrong`` marks entries, ``side`` wide."""
    from matplotlib.colors import ListedColormap

    height, width = array.shape
    shades = np.zeros(array.shape, dtype=int)  # 0 is white, 1.. are taps, the last one is mixed
    for (i, j), value in np.ndenumerate(array):
        if value != 0:
            shades[i, j] = taps.get(float(value.real), len(COLOURS)) % (len(COLOURS) + 1) + 1
    palette = ListedColormap(["white", *COLOURS, _MIXED])
    # Not interpolated: an SVG then holds a pixel an entry, and a browser makes them large.
    top = len(COLOURS) + 1
    ax.imshow(shades, cmap=palette, vmin=0, vmax=top, aspect="equal", interpolation="none")
    # Texts and plain lines instead of ticks and a grid: matplotlib makes four artists a tick, and
    # a check should answer at once.
    ax.set_xticks([])
    ax.set_yticks([])
    if width <= LARGEST_WITH_NUMBERS:
        zeros = array.size <= _LARGEST_WITH_ZEROS
        for (i, j), value in np.ndenumerate(array):
            if (value != 0 or zeros) and (hidden is None or not hidden[j]):
                ink = PALE if value == 0 else INK[shades[i, j]]
                ax.text(j, i, short_number(value), ha="center", va="center", fontsize=9, color=ink)
        small: dict[str, Any] = {"fontsize": 8.3, "color": PALE}
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
        ax.scatter(columns_of, rows_of, s=side**2, marker="s", facecolors="none",
                   edgecolors="black", linewidths=2)  # fmt: skip


def legend(taps: Mapping[float, int], arrays: Iterable[np.ndarray]) -> str:
    """Explain in words the entries that are sums of taps; "" if there is none."""
    sums = {}
    for value in np.unique(np.concatenate([a.reshape(-1).real for a in arrays])):
        if value != 0 and float(value) not in taps:
            sums[short_number(value)] = _sum_of_taps(float(value), taps)
    words = [f"{value} = {taps_in}" for value, taps_in in sums.items() if taps_in]
    return "grey: taps added up, " + ", ".join(words[:6]) if words else ""


def cell_for(arrays: Sequence[np.ndarray]) -> float:
    """Return how many inches an entry takes, so that the widest matrix is not too wide."""
    widest = max(a.shape[1] for a in arrays)
    return min(0.34, (WIDEST - 0.6) / widest) if widest else 0.34


def new_panels(
    shapes: Sequence[tuple[int, int]], titles: Sequence[str], cell: float, below: float = 0.0
) -> tuple[Figure, list[Axes]]:
    """Make a figure with axes of known size, side by side as long as they are not too wide.

    Parameters
    ----------
    shapes : sequence of (rows, columns)
    titles : sequence of str
    cell, below : float
        Inches of an entry, and of the room under all.
    """
    places: list[tuple[float, float]] = []  # inches from the left and from the top
    left, top, widest, tallest = 0.0, 0.0, 0.0, 0.0
    for (rows, columns), title in zip(shapes, titles, strict=True):
        space = max(cell * columns + 0.5, 0.085 * len(title) + 0.1)
        if left and left + space > WIDEST:
            left, top, tallest = 0.0, top + tallest, 0.0
        places.append((left, top))
        left += space
        widest, tallest = max(widest, left), max(tallest, cell * rows + 0.62)
    width, height = widest + 0.05, top + tallest + below
    fig, axes = new_figure(width, height), []
    for (rows, columns), title, (x, y) in zip(shapes, titles, places, strict=True):
        down, across = cell * rows, cell * columns
        at = ((x + 0.4) / width, 1 - (y + 0.32 + down) / height, across / width, down / height)
        axes.append(fig.add_axes(at))
        fig.text((x + 0.06) / width, 1 - (y + 0.22) / height, title, fontsize=10)
    return fig, axes


def ink_on(colour: Any) -> str:
    """Return the ink, black or white, that is read more easily on a colour."""
    from matplotlib.colors import to_rgb

    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]  # as in WCAG 2
    return "black" if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) else "white"


def notebook_display() -> Callable[..., Any] | None:
    """Return IPython's `display`, or None in a plain script, which has nowhere to show it."""
    try:
        from IPython.core.getipython import get_ipython
        from IPython.display import display
    except ImportError:
        return None
    return None if get_ipython() is None else display


def show_figure(
    alt: str,
    draw: Callable[[], Figure],
    crop: bool = True,
    measured: str = "",
    around: tuple[str, str] = ("", ""),
    quick: bool = False,
) -> None:
    """Put a figure into the cell's output, with its description as alt text.

    With CONVKIT_PICTURES=off only the description: then nothing is drawn, and
    matplotlib is not even loaded.

    ``measured`` is added to the alt text alone: words of numbers that no two runs share, which
    must not make one graded notebook differ from another.

    ``around`` is HTML before and after the picture, for what moves where scripts run.

    To crop takes as long as to draw: a figure that knows its size does without. A ``quick`` one,
    for which a student waits, is an SVG in any case, beside a PNG with a quarter of the pixels.

    A `Figure` of its own instead of pyplot's: nothing is left open, and the
    student's own pyplot figure is not touched.

    JupyterLab gives an ``image/svg+xml`` output no alt text at all, and an ``image/png``
    output none that it can be told. So the picture is an ``<img>`` in HTML: sharp at any size,
    kept by JupyterLab's sanitizer, named to a screen reader in JupyterLab, Colab and exported
    pages alike. The PNG beside it is for whoever shows no HTML.
    """
    display = notebook_display()
    if display is None:
        return
    if os.environ.get("CONVKIT_PICTURES") == "off":
        display({"text/plain": alt}, raw=True)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a warning on stderr would cost the points of a check
        svg, png, width = _drawn(draw(), crop, _SCREENS if quick else _DPI)
    kind, data = ("svg+xml", svg) if quick or len(svg) < len(png) else ("png", png)
    named = f'alt="{html.escape(alt + measured)}" width="{width}"'
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    image = f'<img {named} style="max-width: 100%; height: auto" src="{source}">'
    bundle = {
        "text/html": image.join(around),
        "image/png": base64.b64encode(png).decode(),
        "text/plain": alt,
    }
    about = {"alt": alt + measured, "width": width}
    display(bundle, raw=True, metadata={"image/png": about})


def _drawn(figure: Figure, crop: bool, dpi: int) -> tuple[bytes, bytes, int]:
    """Return a figure as SVG and as PNG, and how many pixels wide a screen shows it."""
    from matplotlib import rc_context

    svg, png = io.BytesIO(), io.BytesIO()
    box = "tight" if crop else None
    # Letters as text, one pixel an entry of a matrix, and the same names in every run.
    style: Any = {
        "svg.fonttype": "none",
        "image.composite_image": False,
        "svg.hashsalt": "convkit",
    }
    with rc_context(style):
        blank = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(svg, format="svg", bbox_inches=box, metadata=blank)
        figure.savefig(png, format="png", dpi=dpi, bbox_inches=box, metadata={"Software": None})
    text = re.sub(r"\n\s*", "\n", svg.getvalue().decode())
    found = re.search(r'<svg[^>]* width="([\d.]+)pt"', text)
    assert found is not None, "matplotlib's SVG has no width"
    return text.encode(), png.getvalue(), round(float(found[1]) * 96 / 72)
