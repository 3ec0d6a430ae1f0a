"""Whose turn it is at a student's end to use the one connection to the grader.

Sent as text to the student's kernel together with `convgrade.serve`. A student's threads may call
functions of the grader's at any time. Both sides take requests and calls as they are nested: what
began last ends first.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

__all__ = ["Turns"]


class Turns:
    """What is under way, the last begun at the end: code that runs, and questions asked."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._under_way: list[list[int]] = []  # the thread in which code runs; none of a question

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run a student's code for the grader; meanwhile questions may be asked."""
        turn = [threading.get_ident()]
        self._begin(turn)
        try:
            yield
        finally:
            with self._change:
                self._change.wait_for(lambda: self._under_way[-1] is turn)
                self._end()

    @contextlib.contextmanager
    def asking(self) -> Iterator[dict[str, bool]]:
        """Ask the grader, once nobody else does; yield what to say of another thread."""
        with self._change:
            self._change.wait_for(lambda: bool(self._under_way and self._under_way[-1]))
            apart = self._under_way[-1] != [threading.get_ident()]
            self._begin([])
        try:
            yield {"apart": True} if apart else {}
        finally:
            with self._change:
                self._end()

    def _begin(self, turn: list[int]) -> None:
        with self._change:
            self._under_way.append(turn)
            self._change.notify_all()

    def _end(self) -> None:
        self._under_way.pop()
        self._change.notify_all()
