"""What a course's own notebooks import: loaded once for all students, and nothing else."""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import nbformat

from convgrade.cells import visible
from convgrade.constructs import parsed
from convgrade.kernels.zygotes import KEPT, ONE_THREAD

__all__ = ["course_imports", "fit"]

TRIAL = 120.0  # seconds for all imports
UNFIT = "!"  # before the name of a module that leaves threads behind
#: What comes with a module that is used, and is imported late.
ALONG = {"numpy": ("numpy.random",), "matplotlib": ("matplotlib.backends.backend_agg",)}
OURS = "convgrade"  # no kernel of a student's has it


def course_imports(source: Path) -> tuple[list[str], list[str]]:
    """Return what to import once for student kernels, and once for the grader's processes.

    Parameters
    ----------
    source : Path
        The assignment's folder. What its notebooks import and this Python has, but for its
        standard library and for files of that folder. Kernels do without what hidden tests use.
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
    good = fit(list(dict.fromkeys(wanted)))
    shown = {name.partition(".")[0] for name in seen} - {OURS}
    return [name for name in good if name.partition(".")[0] in shown], good


def _imported(source: str) -> Iterable[str]:
    tree = parsed(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def fit(modules: Sequence[str]) -> list[str]:
    """Return those of some modules that can be imported here without leaving threads behind.

    A process with threads cannot be forked safely. They are tried in a process of their own.
    """
    left, good = list(modules), list[str]()
    while left:
        env = {name: os.environ[name] for name in KEPT if name in os.environ} | ONE_THREAD
        words = [sys.executable, "-m", __name__, *left]
        try:
            done = subprocess.run(
                words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=TRIAL, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):  # then notebooks import for themselves
            return []
        lines = [line for line in done.stdout.splitlines() if line.lstrip(UNFIT) in left]
        good = [line for line in lines if not line.startswith(UNFIT)]
        unfit = [line.lstrip(UNFIT) for line in lines if line.startswith(UNFIT)]
        if not unfit:
            return good
        left = [name for name in left if name not in unfit]
    return good


def main(modules: Sequence[str]) -> int:
    """Try imports, and write down how each went."""
    say, sys.stdout = sys.stdout, sys.stderr  # a module may print
    for name in modules:
        with contextlib.suppress(Exception, SystemExit):
            importlib.import_module(name)
            if len(os.listdir("/proc/self/task")) > 1:
                print(f"{UNFIT}{name}", file=say, flush=True)
                return 0
            print(name, file=say, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
