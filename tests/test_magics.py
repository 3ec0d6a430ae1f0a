"""Cells that IPython would not change are not taken through its search for magics."""

from __future__ import annotations

import random
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from convgrade.magics import MAGIC, as_python

ROOT = Path(__file__).resolve().parent.parent
PIECES = (
    "x = 1", "", "   ", "\n", "    y = 2", "\ty = 2", "%time x = 1", "%%time", "!ls", "a = !ls",
    "x?", "?x", "f??", ",f a b", ";f a b", "/f a b", ">>> x = 1", "... x", "...",
    "In [3]: x = 1", "   ...: y", "'''", "# %magic", "s = '%d'", "if x:", "    /f a", "\f",
    "\r\n", "\u2028", "x = (", ")", "[ins] In [1]: x", "a = %who", "    # a", "x = 1  ", "\\",
    "def f():", "    return 1", "@d", "f(...)", "x[..., 0]",
)  # fmt: skip


def cells() -> list[str]:
    """Return cells of our notebooks, and cells and programs with which sessions are tried."""
    texts = [path.read_text() for path in sorted((ROOT / "tests").rglob("*.ipy"))]
    texts += [path.read_text() for path in sorted((ROOT / "tests" / "answers").rglob("*.py"))]
    for path in sorted((ROOT / "source").rglob("*.ipynb")):
        texts += [c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
    return texts


def slowly(text: str) -> str:
    return str(TransformerManager().transform_cell(text))


def test_a_cell_is_what_ipython_makes_of_it() -> None:
    texts = cells()
    assert [text for text in texts if as_python(text) != slowly(text)] == []
    quick = [text for text in texts if MAGIC.search(text) is None]
    assert len(quick) > len(texts) / 2 > 50


@pytest.mark.parametrize("seed", range(4))
def test_so_is_whatever_may_be_typed(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(15_000):
        text = "\n".join(draw.choices(PIECES, k=draw.randint(1, 3)))
        if MAGIC.search(text):
            continue  # it is taken through that search
        try:
            expected: str | None = slowly(text)
        except SyntaxError:
            expected = None
        assert expected in (None, as_python(text)), repr(text)
