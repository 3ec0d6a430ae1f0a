"""Whether release/ is what source/ and the kit give now: one message instead of many failures."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from convgrade.kit import ARCHIVE, archive


def stale(root: Path) -> list[str]:
    """Return the files in release/, and the archives beside sources, that are not up to date.

    Parameters
    ----------
    root : Path
        A checkout.
    """
    kit = archive(root / "convkit")
    found = []
    for folder in sorted(path for path in (root / "source").iterdir() if path.is_dir()):
        release = root / "release" / folder.name
        archives = [folder / ARCHIVE, release / ARCHIVE]
        found += [path for path in archives if not path.is_file() or path.read_bytes() != kit]
        for source in sorted(folder.glob("*.ipynb")):
            made = release / source.name
            if not made.is_file() or _texts(made) != _cleared(source):
                found.append(made)
    return [path.relative_to(root).as_posix() for path in found]


def _texts(path: Path) -> list[str]:
    return [cell.source.strip() for cell in nbformat.read(path, as_version=4).cells]


def _cleared(path: Path) -> list[str]:
    """Return what students may read of a source notebook, as nbgrader makes it."""
    nb = nbformat.read(path, as_version=4)
    settings = {ClearSolutions: {"code_stub": {"python": "# YOUR CODE HERE"}},
                ClearMarkScheme: {"enforce_metadata": False}}  # fmt: skip
    for kind in (ClearSolutions, ClearHiddenTests, ClearMarkScheme):
        nb, _ = kind(**settings.get(kind, {})).preprocess(nb, {"language": "python"})
    return [cell.source.strip() for cell in nb.cells]
