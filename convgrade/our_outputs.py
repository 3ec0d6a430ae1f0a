"""Outputs that the grader itself writes into a student's notebook."""

from __future__ import annotations

import nbformat.v4 as v4
from nbformat import NotebookNode

__all__ = ["no_points", "no_verdict", "said_error"]


def said_error(name: str, words: str) -> NotebookNode:
    """Return an error as the output of a cell."""
    output: NotebookNode = v4.new_output("error", ename=name, evalue=words, traceback=[words])
    return output


def no_points(why: str) -> list[NotebookNode]:
    """Return the outputs of a test cell that is not run, and why."""
    return _told(f"No points: {why}.")


def no_verdict(words: str) -> list[NotebookNode]:
    """Return the outputs of a test cell that is left to a person."""
    return _told(words)


def _told(words: str) -> list[NotebookNode]:
    return [
        v4.new_output("stream", name="stdout", text=f"{words}\n"),
        v4.new_output("execute_result", data={"text/plain": "0.0"}, execution_count=None),
    ]
