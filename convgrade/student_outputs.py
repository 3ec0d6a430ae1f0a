"""What a student's cells show, within limits, as it goes into the notebook."""

from __future__ import annotations

from typing import Any

import nbformat.v4 as v4
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets import Integer

from convgrade import outputs
from convgrade.boxed_manager import Unread

__all__ = ["StudentOutputs"]

# The kernel's messages that a notebook needs, and what must be in them. A student's code can
# send any message; comm messages (widgets) are among those left out.
MESSAGES: dict[str, dict[str, type]] = {
    "status": {"execution_state": str},
    "execute_input": {"execution_count": int},
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "update_display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": int},
    "error": {"ename": str, "evalue": str, "traceback": list},
    "clear_output": {},
}


class StudentOutputs(NotebookClient):
    """Takes what a student's kernel says; what nbclient makes of it goes into the cell."""

    max_output = Integer(
        1_000_000, help="Characters of output kept of a student's cell; the rest is left out."
    ).tag(config=True)
    max_outputs = Integer(
        20_000_000, help="Characters of output kept of all cells of a student's in a notebook."
    ).tag(config=True)
    max_flood = Integer(
        50_000_000, help="Characters of output at which a student's cell is stopped."
    ).tag(config=True)

    store_widget_state = False  # whatever a student writes into it

    def __init__(self, nb: NotebookNode, **options: Any) -> None:
        super().__init__(nb, **options)
        self._serving = False
        self._printed = self._kept = 0  # characters of this cell; of those before
        self._room = self.max_output  # of this cell
        self._displays = outputs.Displays()

    def _new_cell(self) -> None:
        """Begin to count anew."""
        self._kept += min(self._printed, self._room)
        self._printed = 0
        self._room = max(0, min(self.max_output, self.max_outputs - self._kept))

    def _kill(self) -> Any:
        """Begin to end the kernel; how is for who has it to say."""
        raise NotImplementedError

    def _count(self, size: int) -> int:
        """Count characters, and end a flood; return how many there were before."""
        before = self._printed
        self._printed += size
        if self._printed > self.max_flood >= before:
            self._kill()
        return before

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take an output of the student's kernel, within limits; none while it serves a test."""
        kind, content = msg["msg_type"], msg["content"]
        if kind not in MESSAGES or not _is_sound(content, MESSAGES[kind]):
            return None
        if kind not in ("status", "execute_input", "clear_output"):
            if self._serving and kind != "error":
                return None
            before = self._count(outputs.weight(content))
            if kind == "error":
                outputs.shorten_error(content)
            if self._printed > self._room:
                if before <= self._room:
                    kept = content["text"][: self._room - before] if kind == "stream" else ""
                    words = f"{kept}\n[{self._too_much()}]\n"
                    cell.outputs.append(v4.new_output("stream", name="stdout", text=words))
                # The error in which it ended is told all the same, once.
                if kind != "error" or any(o.output_type == "error" for o in cell.outputs[-2:]):
                    return None
            if kind != "update_display_data":
                self._displays.admit(content)
        output: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return output

    def _too_much(self) -> str:
        if self._room < self.max_output:
            return f"Output after {self.max_outputs:,} characters in this notebook is left out."
        return f"Output after {self._room:,} characters is left out."


def _is_sound(content: Any, shape: dict[str, type]) -> bool:
    """Tell whether a message's content can go into a notebook."""
    if type(content) not in (dict, Unread) or any(
        type(content.get(k)) is not t for k, t in shape.items()
    ):
        return False
    transient = content.get("transient") or {}
    return type(transient) is dict and isinstance(transient.get("display_id"), (str, type(None)))
