"""What names a cell binds, read from its text."""

from __future__ import annotations

import functools
import symtable

from convgrade.magics import as_python

__all__ = ["bound_names"]


@functools.lru_cache(1000)
def bound_names(source: str) -> frozenset[str]:
    """Return the names that a cell binds at its top level, also inside ``if``, ``for``, ``with``.

    Parameters
    ----------
    source : str
        What is no Python counts as binding nothing.
    """
    if source.lstrip().startswith("%%"):  # a cell magic such as %%time runs the lines below it
        source = source.lstrip().partition("\n")[2]
    try:
        table = symtable.symtable(as_python(source), "cell", "exec")
    except (SyntaxError, ValueError):
        return frozenset()
    symbols = table.get_symbols()
    return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())
