"""A picture of where a matrix is wrong, as shapes that an SVG element is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from convgrade.records import Picture

__all__ = ["Drawing", "draw"]

SIDE = 18  # of an entry, in pixels
LEFT, TOP = 26, 18  # for the numbers of rows and columns
NAMED = 8  # wrong entries that are named in words; a listener has heard enough then


@dataclass(frozen=True)
class Drawing:
    """What a template needs to draw a matrix.

    Attributes
    ----------
    width, height : int
        In pixels, with the numbers at the sides.
    frame : tuple of int
        x, y, width and height of the matrix itself.
    filled, wrong, grid : str
        Paths: squares of entries that are not zero; frames and crosses of wrong
        entries; lines between entries.
    labels : list of (x, y, text)
        Numbers of rows and columns.
    places : list of (row, column)
        The first wrong entries, of the whole matrix.
    unnamed : int
        How many more are wrong.
    size, window : str
        "4 by 6"; which part of it is shown, "" for all.
    """

    width: int
    height: int
    frame: tuple[int, int, int, int]
    filled: str
    wrong: str
    grid: str
    labels: list[tuple[float, float, int]]
    places: list[tuple[int, int]]
    unnamed: int
    size: str
    window: str

    @property
    def label(self) -> str:
        """The picture in words."""
        places = "; ".join(f"row {row}, column {column}" for row, column in self.places)
        more = f"; and {self.unnamed} more" if self.unnamed else ""
        return f"Your matrix, {self.size}; wrong entries at {places}{more}."


def draw(picture: Picture) -> Drawing:
    """Return the shapes of a picture.

    Parameters
    ----------
    picture : Picture
    """
    (top, left), rows = picture.origin, picture.rows
    high, wide = len(rows), max(map(len, rows), default=0)
    places = [(top + i, left + j) for i, j in _where(rows, "oX")][:NAMED]
    lines = [f"M{LEFT + j * SIDE} {TOP}v{high * SIDE}" for j in range(1, wide)]
    lines += [f"M{LEFT} {TOP + i * SIDE}h{wide * SIDE}" for i in range(1, high)]
    window = ""
    if (high, wide) != picture.shape:
        window = (
            f"Shown are rows {top} to {top + high - 1} and columns {left} to {left + wide - 1}."
        )
    return Drawing(
        width=LEFT + wide * SIDE + 2,
        height=TOP + high * SIDE + 2,
        frame=(LEFT, TOP, wide * SIDE, high * SIDE),
        filled="".join(_square(i, j, 0) for i, j in _where(rows, "xX")),
        wrong="".join(_square(i, j, 2) + _cross(i, j) for i, j in _where(rows, "oX")),
        grid="".join(lines),
        labels=[
            *((LEFT + (j + 0.5) * SIDE, TOP - 5.0, left + j) for j in _numbered(wide)),
            *((LEFT - 10.0, TOP + (i + 0.5) * SIDE + 4, top + i) for i in _numbered(high)),
        ],
        places=places,
        unnamed=max(picture.wrong - len(places), 0),
        size=f"{picture.shape[0]} by {picture.shape[1]}",
        window=window,
    )


def _where(rows: tuple[str, ...], marks: str) -> Iterator[tuple[int, int]]:
    for i, row in enumerate(rows):
        for j, mark in enumerate(row):
            if mark in marks:
                yield i, j


def _square(row: int, column: int, inset: int) -> str:
    x, y, side = LEFT + column * SIDE + inset, TOP + row * SIDE + inset, SIDE - 2 * inset
    return f"M{x} {y}h{side}v{side}h-{side}z"


def _cross(row: int, column: int) -> str:
    x, y = LEFT + column * SIDE, TOP + row * SIDE
    return f"M{x + 6} {y + 6}l6 6m0-6l-6 6"


def _numbered(length: int) -> range:
    """Return which entries of a side get a number: all of a short one, every fifth of a long."""
    return range(0, length, 1 if length <= 16 else 5)
