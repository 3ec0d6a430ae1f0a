"""Claims: sentences of the notebooks, each with the code that would refute it.

``tests/claims/<assignment>_<number>.py`` has a `Claims` for its notebook. A claim quotes the
notebook word for word, except for line breaks, and its function returns whether that is true.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from functools import cache
from typing import Any

import nbformat
import torch
import torch.nn.functional as F
from gate import ROOT

from convkit import matrix_of, shift

Judge = Callable[[], bool]


class Claims:
    """The claims about one notebook, such as "toeplitz/3_padding"."""

    def __init__(self, notebook: str) -> None:
        self.notebook = notebook
        self.judges: dict[str, Judge] = {}

    def __call__(self, quote: str) -> Callable[[Judge], Judge]:
        """Take the function that judges a sentence."""
        assert quote not in self.judges, quote

        def keep(judge: Judge) -> Judge:
            self.judges[quote] = judge
            return judge

        return keep

    def stands(self, quote: str) -> bool:
        """Tell whether the notebook says so."""
        return " ".join(quote.split()) in text_of(self.notebook)


@cache
def text_of(notebook: str) -> str:
    """Return what a student reads in a notebook, in one line."""
    cells = nbformat.read(ROOT / "source" / f"{notebook}.ipynb", 4).cells
    return " ".join(" ".join(c.source for c in cells if c.cell_type == "markdown").split())


@cache
def sources_of(notebook: str) -> dict[str, str]:
    """Return all cells of a notebook, by id."""
    cells = nbformat.read(ROOT / "source" / f"{notebook}.ipynb", 4).cells
    return {cell.id: cell.source for cell in cells}


def run(notebook: str, *ids: str) -> tuple[dict[str, Any], str]:
    """Run cells of a notebook, without pictures; return their variables and what they print."""
    cells = sources_of(notebook)
    space: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        for name in ids:
            exec(compile(cells[name], name, "exec"), space)
    return space, out.getvalue()


def conv1d(x: torch.Tensor, weight: torch.Tensor, padding: int = 0) -> torch.Tensor:
    return F.conv1d(x[None, None], weight[None, None], padding=padding)[0, 0]


def conv2d(x: torch.Tensor, weight: torch.Tensor, padding: int = 0) -> torch.Tensor:
    return F.conv2d(x[None, None], weight[None, None], padding=padding)[0, 0]


def valid(weight: torch.Tensor, n: int, padding: int = 0) -> torch.Tensor:
    """Return the matrix of a 1D convolution."""
    return matrix_of(lambda x: conv1d(x, weight, padding), n, weight.dtype)


def valid_2d(weight: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Return the matrix of a 2D convolution."""
    return matrix_of(lambda x: conv2d(x, weight), (height, width), weight.dtype)


def shifting(length: int, n: int) -> torch.Tensor:
    """Return the matrix of a shift that fills with zeros."""
    return matrix_of(lambda x: shift(x, n), length)


def rolling(length: int, n: int) -> torch.Tensor:
    """Return the matrix of a cyclic shift."""
    return matrix_of(lambda x: x.roll(n), length)


def circulant(weight: torch.Tensor, n: int) -> torch.Tensor:
    """Return the circulant of this course: row i holds the weight from column i on."""
    row = F.pad(weight, (0, n - len(weight)))
    return torch.stack([row.roll(i) for i in range(n)])


def is_toeplitz(T: torch.Tensor) -> bool:
    return torch.equal(T[1:, 1:], T[:-1, :-1])


def follows(T: torch.Tensor, n: int) -> bool:
    """Tell whether a matrix follows a shift by n for every signal."""
    return torch.equal(T @ shifting(T.shape[1], n), shifting(T.shape[0], n) @ T)
