"""nbgrader preprocessor: takes from a graded notebook what could run in somebody's browser."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

__all__ = ["Harmless"]

PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}  # how they begin
# An HTML tag, comment or declaration starts so; "a < b" does not.
TAG = re.compile(r"<(?=[A-Za-z/!?])")


class Harmless(NbGraderPreprocessor):  # type: ignore[misc]
    """Keeps text and pictures of what a student's code shows, and breaks HTML in their texts.

    Feedback pages and formgrader show outputs of type HTML, JavaScript, SVG,
    LaTeX and Markdown as they are, and HTML inside Markdown as well. Goes after
    `ExecuteTrusted` in ``Autograde.autograde_preprocessors``. Cells of the course,
    and outputs of test cells, which the grader's process made, are left alone.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        """Treat one cell; called by nbgrader's exporter."""
        tested = utils.is_grade(cell) and not utils.is_solution(cell)
        if cell.cell_type == "code" and not tested:
            cell.outputs = [o for o in map(harmless_output, cell.outputs) if o is not None]
        if cell.cell_type == "markdown" and (
            utils.is_solution(cell) or cell.id.startswith("extra_")
        ):
            cell.source = TAG.sub("< ", cell.source)
            cell.pop("attachments", None)
        return cell, resources


def harmless_output(output: NotebookNode) -> NotebookNode | None:
    """Return an output with nothing in it but text and pictures; None if nothing is left."""
    kind = output.get("output_type")
    if kind == "stream":
        output.name = "stderr" if output.name == "stderr" else "stdout"
        output.text = _text(output.text)
        return output
    if kind == "error":
        output.ename, output.evalue = _text(output.ename), _text(output.evalue)
        output.traceback = [_text(line) for line in output.traceback]
        return output
    if kind not in ("display_data", "execute_result"):
        return None
    data = {}
    for mime, value in output.data.items():
        if mime == "text/plain":
            data[mime] = _text(value)
        elif mime in PICTURES and _is_picture(value, PICTURES[mime]):
            data[mime] = value
    output.data = NotebookNode(data)
    output.metadata = NotebookNode(_sizes(output.metadata))
    return output if data else None


def _text(value: Any) -> str:
    text = "".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_picture(value: Any, beginning: bytes) -> bool:
    try:
        return base64.b64decode("".join(value.split()), validate=True).startswith(beginning)
    except (AttributeError, binascii.Error, ValueError):
        return False


def _sizes(metadata: Any) -> dict[str, Any]:
    """Keep the width, height and description of pictures."""
    kept: dict[str, Any] = {}
    for mime in PICTURES:
        about = metadata.get(mime, {}) if isinstance(metadata, dict) else {}
        if isinstance(about, dict):
            sizes = {k: about[k] for k in ("width", "height") if type(about.get(k)) is int}
            if isinstance(about.get("alt"), str):
                sizes["alt"] = re.sub(r"[<>&\"'`]", " ", _text(about["alt"]))[:500]
            if sizes:
                kept[mime] = NotebookNode(sizes)
    return kept
