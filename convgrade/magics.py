"""What IPython makes of a cell, without looking for magics where there can be none."""

from __future__ import annotations

import functools
import re
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["MAGIC", "Transformers", "as_python", "below_magic"]

#: What a cell has if IPython may change it: an escape, a prompt, an empty or indented first line,
#: a line of blanks, or a character that ends a line for Python and not for regular expressions.
MAGIC = re.compile(
    r"[%!?]|\A\s|>>>|In \[|\.\.\.:|^\s*[,;/]|[ \t]$|[\r\v\f\x1c-\x1e\x85\u2028\u2029]",
    re.MULTILINE,
)


class Transformers(TransformerManager):  # type: ignore[misc]
    """Transforms cells as IPython does; token by token only those that may have magics."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, str] = {}  # what some cells give
        self._usual = self._all()

    def _all(self) -> list[Any]:
        return [*self.cleanup_transforms, *self.line_transforms, *self.token_transformers]

    def transform_cell(self, cell: str) -> str:
        """Transform a cell into Python."""
        if self._all() != self._usual:  # somebody has added others
            return str(super().transform_cell(cell))
        if MAGIC.search(cell) is None:
            return cell if cell.endswith("\n") else cell + "\n"
        known = self.known.get(cell)
        if known is None:
            known = self.known[cell] = str(super().transform_cell(cell))
        return known


@functools.lru_cache(2000)
def as_python(source: str) -> str:
    """Return a cell with its magics written as calls, line by line."""
    return Transformers().transform_cell(source)


def below_magic(source: str) -> str:
    """Return the lines that a cell magic such as ``%%time`` runs, or all; counted anew."""
    return source.lstrip().partition("\n")[2] if source.lstrip().startswith("%%") else source
