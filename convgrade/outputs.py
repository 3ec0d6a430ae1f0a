"""Bounds what the outputs of a student's kernel can make the grader hold and do."""

from __future__ import annotations

from collections import Counter
from typing import Any

from convgrade.boxed_manager import Unread

__all__ = ["Displays", "shorten_error", "weight"]

EACH = 1000  # characters that an output counts besides its own: making a page of one takes long
PRINT = 100  # that a print counts: those that follow each other become one output
MAX_IDS = 1000  # displays of a notebook that can be updated
MAX_SHOWN = 100  # times that one is shown: an update goes through all of them
MAX_NAME, MAX_WORDS, MAX_LINES, MAX_LINE = 200, 2000, 50, 4000  # of an error
CUT = " [... the rest is left out]"


def weight(content: dict[str, Any]) -> int:
    """Return how many characters an output counts."""
    if isinstance(content, Unread):
        return content.size
    each = PRINT if "text" in content else EACH
    return each + sum(len(v if isinstance(v, str) else str(v)) for v in content.values())


def shorten_error(content: dict[str, Any]) -> None:
    """Cut, in place, an error's message, and keep the last lines of its traceback."""
    content["ename"] = content["ename"][:MAX_NAME]
    content["evalue"] = _cut(content["evalue"], MAX_WORDS)
    lines = content["traceback"]
    content["traceback"] = [_cut(line, MAX_LINE) for line in lines[-MAX_LINES:]]


def _cut(text: Any, most: int) -> Any:
    return text[:most] + CUT if isinstance(text, str) and len(text) > most else text


class Displays:
    """Counts the displays of a notebook that can be updated later."""

    def __init__(self) -> None:
        self._shown: Counter[str] = Counter()

    def admit(self, content: dict[str, Any]) -> None:
        """Take its id, in place, from a display that is one too many: it stays as it is."""
        name = (content.get("transient") or {}).get("display_id")
        if not name:
            return
        new = name not in self._shown
        if (new and len(self._shown) >= MAX_IDS) or self._shown[name] >= MAX_SHOWN:
            content["transient"] = {}
            return
        self._shown[name] += 1
