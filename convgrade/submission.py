"""Read a notebook that somebody handed in, or say why it cannot be graded."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from convgrade.skim import SkimError, skim

__all__ = ["UngradableError", "parse_submission", "read_bytes", "read_submission"]

MAX_BYTES = 50 * 2**20  # of what is kept of a file, or of one that cannot be skimmed
MAX_FILE = 2**30  # bytes with all outputs
SMALL = 2**20  # bytes of files that are not worth skimming
MAX_CELLS = 1000


class UngradableError(Exception):
    """A file that is no notebook to grade; the message says what it is and what to do.

    It quotes nothing of the file: it is shown on pages.
    """


def read_submission(path: Path) -> NotebookNode:
    """Read a notebook file without trusting it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    NotebookNode
        Of nbformat 4, with a list of cells. Of its cells only what `rebuild` looks
        at is kept: type, id, text, nbgrader's metadata and tags. Nothing else about
        them is checked.

    Raises
    ------
    UngradableError
        When it is no regular file, larger than 50 MiB without its outputs or 1 GiB
        with them, not JSON in UTF-8, not nbformat 4, or of more than 1000 cells.
    """
    return parse_submission(read_bytes(path))


def parse_submission(data: bytes) -> NotebookNode:
    """Make a notebook of a file's bytes: the second half of `read_submission`."""
    content = _parse_json(data)
    if not isinstance(content, dict) or "nbformat" not in content:
        raise UngradableError(
            "it is JSON but no notebook; ask for the .ipynb file that Jupyter saves"
        )
    version, cells = content["nbformat"], content.get("cells")
    if version != 4:
        known = isinstance(version, int) and 0 < version < 100
        found = f"format {version}" if known else "an unknown format"
        raise UngradableError(
            f"it is in notebook {found}, not 4; ask to open it in a current Jupyter and save it"
        )
    if not isinstance(cells, list):
        raise UngradableError("it has no list of cells; ask for the file that Jupyter saves")
    if len(cells) > MAX_CELLS:
        raise UngradableError(
            f"it has {len(cells)} cells, more than {MAX_CELLS}; ask for one without what a "
            "program has added"
        )
    notebook: NotebookNode = nbformat.from_dict(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [_slim(c) for c in cells]}
    )
    return notebook


def read_bytes(path: Path) -> bytes:
    """Read a file that may be a notebook: the first half of `read_submission`.

    Outputs of a large one are left out: they may fill hundreds of megabytes.
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        raise UngradableError("the file is missing; ask for it") from None
    if not stat.S_ISREG(status.st_mode):
        kind = "a link" if stat.S_ISLNK(status.st_mode) else "no regular file"
        raise UngradableError(f"it is {kind}; ask for the notebook itself")
    if status.st_size == 0:
        raise UngradableError("it is empty; ask for the notebook again")
    try:
        return _read(path, status.st_size)
    except OSError as error:
        raise UngradableError(f"it cannot be opened ({error.strerror})") from None


def _read(path: Path, size: int) -> bytes:
    if SMALL < size <= MAX_FILE:
        try:
            return skim(path, MAX_BYTES)
        except SkimError:
            pass  # a small one is read as it is, and what is wrong with it is said
    if size > MAX_BYTES:
        most = f"{MAX_BYTES // 2**20} without its outputs" if size <= MAX_FILE else "1024"
        raise UngradableError(
            f"it has {size / 2**20:.0f} MiB, more than {most}; "
            "ask for the notebook without its outputs"
        )
    return path.read_bytes()


def _parse_json(data: bytes) -> Any:
    try:
        # Some editors on Windows put a mark before the text.
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UngradableError(
            "it is not UTF-8; ask for the notebook as Jupyter saves it"
        ) from None
    except RecursionError:
        raise UngradableError(
            "it is nested too deeply; ask for the file that Jupyter saves"
        ) from None
    except ValueError:
        raise UngradableError(
            "it is not JSON; ask for the .ipynb file that Jupyter saves"
        ) from None


def _slim(cell: Any) -> dict[str, Any]:
    """Keep what `rebuild` looks at: outputs are large, and metadata may be nested for ever."""
    if not isinstance(cell, dict):
        return {}
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    mark, tags = metadata.get("nbgrader"), metadata.get("tags")
    return {
        "cell_type": _flat(cell.get("cell_type")),
        "id": _flat(cell.get("id")),
        "source": _flat(cell.get("source")),
        "metadata": {
            "nbgrader": {k: _flat(v) for k, v in mark.items()} if isinstance(mark, dict) else {},
            "tags": _flat(tags),
        },
    }


def _flat(value: Any) -> Any:
    """Return a number or a text, or a list of them; "" stands for anything else."""
    if isinstance(value, list):
        return [item if isinstance(item, str) else "" for item in value]
    return value if value is None or isinstance(value, (str, int, float)) else ""
