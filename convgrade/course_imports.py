"""What a course's own notebooks import: loaded once for all students, and nothing else."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import nbformat

from convgrade.constructs import parsed
from convgrade.kernels.forkable import fit
from convgrade.regions import visible

__all__ = ["course_imports"]

#: What comes with a module that is used, and is imported late.
ALONG = {"numpy": ("numpy.random",), "matplotlib": ("matplotlib.backends.backend_agg",)}
OURS = "convgrade"  # no kernel of a student's has it


def course_imports(
    source: Path, meanwhile: Callable[[list[str]], None] = lambda modules: None
) -> tuple[list[str], list[str]]:
    """Return what to import once for student kernels, and once for the grader's processes.

    Parameters
    ----------
    source : Path
        The assignment's folder. What its notebooks import and this Python has, but for its
        standard library and for files of that folder. Kernels do without what hidden tests use.
    meanwhile : callable
        Gets what it will most likely be for kernels, before the imports are tried.
    """
    files = {path.name.partition(".")[0] for path in source.iterdir()}
    seen, every = dict[str, None](), dict[str, None]()
    for path in sorted(source.glob("*.ipynb")):
        try:
            cells = nbformat.read(path, as_version=4).cells
        except Exception:  # whatever nbformat stumbles over: grading says so by itself
            continue
        for cell in cells:
            if cell.cell_type == "code":
                seen |= dict.fromkeys(_imported(visible(cell.source)))
                every |= dict.fromkeys(_imported(cell.source))
    known = {*files, *sys.stdlib_module_names}
    wanted = [name for name in every if name.partition(".")[0] not in known]
    tops = {name.partition(".")[0] for name in wanted}
    wanted += [name for top in ALONG if top in tops for name in ALONG[top]]
    wanted = list(dict.fromkeys(wanted))
    shown = {name.partition(".")[0] for name in seen} - {OURS}
    meanwhile([name for name in _of(wanted, shown) if _is_there(name.partition(".")[0])])
    good = fit(wanted)
    return _of(good, shown), good


def _of(modules: Iterable[str], tops: Collection[str]) -> list[str]:
    return [name for name in modules if name.partition(".")[0] in tops]


def _is_there(top: str) -> bool:
    """Tell whether a module can be found; notebooks try to import what only Colab has."""
    with contextlib.suppress(ValueError):  # one without a place, as what runs
        return importlib.util.find_spec(top) is not None
    return False


def _imported(source: str) -> Iterable[str]:
    tree = parsed(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
