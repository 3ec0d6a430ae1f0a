"""The map of costs: for every kernel and signal, which way takes least."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from convkit.pictures.drawing import COLOURS, INK, WIDEST, add_rectangle, new_figure, show_figure

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Costs = Mapping[tuple[int, int], Mapping[str, float | None]]


def _short(value: float) -> str:
    for size, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {name}"
    return f"{value:.3g}"


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.3g} us" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def _cheapest(costs: Mapping[str, float | None]) -> list[str]:
    """Return the ways that cost least: several, where counts are equal."""
    known = {way: cost for way, cost in costs.items() if cost is not None}
    least = min(known.values())
    return [way for way, cost in known.items() if cost == least]


def _table(costs: Costs, write: Callable[[float], str]) -> str:
    ways = list(next(iter(costs.values())))
    lines = [f"{'k':>6}{'n':>8}" + "".join(f"{way:>12}" for way in ways)]
    for (k, n), row in costs.items():
        cells = [f"{'-' if c is None else write(c):>12}" for c in row.values()]
        lines.append(f"{k:>6}{n:>8}" + "".join(cells))
    return "\n".join(lines)


def _map_on(ax: Axes, title: str, costs: Costs, write: Callable[[float], str]) -> None:
    """Colour every place of the map by its cheapest way."""
    ways = list(next(iter(costs.values())))
    kernels, lengths = sorted({k for k, _ in costs}), sorted({n for _, n in costs})
    for (k, n), row in costs.items():
        best = _cheapest(row)
        shade = ways.index(best[0])
        x, y = lengths.index(n), kernels.index(k)
        add_rectangle(ax, (x - 0.5, y - 0.5), 1, 1, facecolor=COLOURS[shade], edgecolor="black")
        name = best[0] if len(best) == 1 else "direct"
        text = f"{name}\n{write(row[best[0]] or 0.0)}"
        ax.text(x, y, text, ha="center", va="center", fontsize=9, color=INK[shade + 1])
    ax.set_xlim(-0.5, len(lengths) - 0.5)
    ax.set_ylim(len(kernels) - 0.5, -0.5)
    ax.set_xticks(range(len(lengths)), [f"n = {n}" for n in lengths], fontsize=9)
    ax.set_yticks(range(len(kernels)), [f"k = {k}" for k in kernels], fontsize=9)
    ax.tick_params(length=0)
    ax.set_title(title, fontsize=10)


def show_cost_map(counted: Costs, measured: Costs) -> None:
    """Print what every way costs by count; draw the cheapest ones, and every measured time.

    Parameters
    ----------
    counted, measured : dict from (k, n) to a dict from way to cost
        As `convkit.measuring.measure_ways` returns them; a cost of None is one that was not
        taken.
    """
    print("multiplications, counted\n" + _table(counted, _short))
    times = _table(measured, _time) if measured else ""

    def draw() -> Figure:
        rows = len({k for k, _ in counted})
        lines = 1 + len(measured)
        heights = [rows * 0.52, rows * 0.52, lines * 0.2]
        fig = new_figure(WIDEST - 0.2, sum(heights) + 1.9)
        first, second, third = fig.subplots(3, 1, height_ratios=heights)
        fig.subplots_adjust(hspace=0.35)
        _map_on(first, "least, counted", counted, _short)
        third.axis("off")
        if measured:
            _map_on(second, "least, measured here", measured, _time)
            kept = times.replace(" ", "\N{NO-BREAK SPACE}")  # an SVG draws one blank of many
            third.text(0.5, 1.0, kept, ha="center", va="top", family="monospace", fontsize=9)
        return fig

    words = "; ".join(
        f"k = {k}, n = {n}: {' and '.join(_cheapest(row))}" for (k, n), row in counted.items()
    )
    said = "; ".join(
        f"k = {k}, n = {n}: " + ", ".join(
            f"{way} {'left out' if s is None else _time(s)}" for way, s in row.items())
        for (k, n), row in measured.items()
    )  # fmt: skip
    show_figure(
        f"Picture: the cheapest way, counted: {words}. Below it: measured, with all times.",
        draw,
        measured=f" The times: {said}.",
    )
