"""Keep source notebooks in one form, so that a change to a cell is a change of a few lines.

``python -m convgrade.canonical source`` names the notebooks that are not in
that form, ``--fix`` rewrites them. Formatting happens here, in the source: once
an assignment is generated, nbgrader's checksums cover the exact text.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = ("nbgrader", "tags")


def canonical(text: str) -> str:
    """Return the canonical text of a notebook.

    No outputs, no counts, no metadata but nbgrader's and tags, the cell id of a
    graded cell equal to its grade_id, format 4.5.

    Parameters
    ----------
    text : str
        A notebook, as JSON.

    Raises
    ------
    ValueError
        When the text is no notebook, or two cells would share an id.
    """
    try:
        nb: NotebookNode = nbformat.reads(text, as_version=4)
    except Exception as error:  # nbformat raises many kinds
        raise ValueError(f"not a notebook that nbformat can read ({error})") from error
    nb.metadata = nbformat.from_dict(METADATA)
    nb.nbformat_minor = 5
    seen: set[str] = set()
    for cell in nb.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in CELL_METADATA and v}
        if "nbgrader" in cell.metadata:
            cell.id = cell.metadata.nbgrader.grade_id
        if not cell.get("id") or not re.fullmatch(r"[\w-]{1,64}", cell.id):
            raise ValueError(f"cell id {cell.get('id')!r}: give it a readable name of its own")
        if cell.id in seen:
            raise ValueError(f"cell id {cell.id!r} stands twice: rename one of the cells")
        seen.add(cell.id)
        cell.source = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.validate(nb)
    written: str = nbformat.writes(nb)
    return written + "\n"


def main(argv: list[str] | None = None) -> int:
    """Check or fix every notebook below the given folders; 1 when something was amiss."""
    parser = argparse.ArgumentParser(prog="python -m convgrade.canonical", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, help="notebooks or folders of notebooks")
    parser.add_argument("--fix", action="store_true", help="rewrite what is not canonical")
    options = parser.parse_args(argv)
    amiss = 0
    for root in options.paths:
        for path in sorted(root.rglob("*.ipynb")) if root.is_dir() else [root]:
            text = path.read_text(encoding="utf-8")
            try:
                wanted = canonical(text)
            except ValueError as error:
                print(f"{path}: {error}")
                amiss += 1
                continue
            if wanted != text and options.fix:
                path.write_text(wanted, encoding="utf-8")
                print(f"{path}: rewritten")
            elif wanted != text:
                print(f"{path}: not canonical; run python -m convgrade.canonical --fix {path}")
                amiss += 1
    return 1 if amiss else 0


if __name__ == "__main__":
    sys.exit(main())
