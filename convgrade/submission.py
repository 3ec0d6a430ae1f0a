"""Read a notebook that somebody handed in, or say why it cannot be graded."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import nbformat
from nbformat import NotebookNode

__all__ = ["UngradableError", "read_submission"]

MAX_BYTES = 50 * 2**20
MAX_CELLS = 1000


class UngradableError(Exception):
    """A file that is no notebook to grade; the message says what it is and what to do."""


def read_submission(path: Path) -> NotebookNode:
    """Read a notebook file without trusting it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    NotebookNode
        Of nbformat 4, with a list of cells; nothing else about it is checked.

    Raises
    ------
    UngradableError
        When it is no regular file, larger than 50 MiB, not JSON in UTF-8, not
        nbformat 4, or of more than 1000 cells.
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        raise UngradableError("the file is gone") from None
    if not stat.S_ISREG(status.st_mode):
        kind = "a link" if stat.S_ISLNK(status.st_mode) else "no regular file"
        raise UngradableError(f"it is {kind}; ask for the notebook itself")
    if status.st_size > MAX_BYTES:
        raise UngradableError(
            f"it has {status.st_size / 2**20:.0f} MiB, more than {MAX_BYTES // 2**20}; "
            "ask for the notebook without its outputs"
        )
    if status.st_size == 0:
        raise UngradableError("it is empty; ask for the notebook again")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise UngradableError(
            "it is not UTF-8; ask for the notebook as Jupyter saves it"
        ) from None
    except (ValueError, RecursionError):
        raise UngradableError(
            "it is not JSON; ask for the .ipynb file that Jupyter saves"
        ) from None
    except OSError as error:
        raise UngradableError(f"it cannot be opened ({error.strerror})") from None
    if not isinstance(content, dict) or "nbformat" not in content:
        raise UngradableError(
            "it is JSON but no notebook; ask for the .ipynb file that Jupyter saves"
        )
    if content["nbformat"] != 4 or not isinstance(content.get("cells"), list):
        raise UngradableError(
            f"it is in notebook format {str(content['nbformat'])[:10]}, not 4; ask to open it in "
            "a current Jupyter and save it"
        )
    if len(content["cells"]) > MAX_CELLS:
        raise UngradableError(
            f"it has {len(content['cells'])} cells, more than {MAX_CELLS}; ask for one without "
            "what a program has added"
        )
    try:
        notebook: NotebookNode = nbformat.from_dict(content)
    except RecursionError:
        raise UngradableError(
            "it is nested too deeply; ask for the file that Jupyter saves"
        ) from None
    return notebook
