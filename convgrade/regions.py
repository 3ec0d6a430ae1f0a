"""The regions of a cell that students never see, in its text."""

from __future__ import annotations

__all__ = ["REGIONS", "hidden_lines", "visible", "without_marks"]

REGIONS = ("HIDDEN TESTS", "MARK SCHEME")  # nbgrader's defaults, each after BEGIN and END


def hidden_lines(source: str) -> set[int]:
    """Return the numbers of the lines that students never see, counted from 1.

    These are the regions of hidden tests and of marking guides, with the lines
    that mark them. A region without an end reaches to the last line.
    """
    hidden: set[int] = set()
    for region in REGIONS:
        inside = False
        for number, line in enumerate(source.split("\n"), 1):
            begins, ends = f"BEGIN {region}" in line, f"END {region}" in line
            if inside or begins or ends:
                hidden.add(number)
            inside = begins or (inside and not ends)
    return hidden


def visible(source: str) -> str:
    """Return a cell's text without its `hidden_lines`: what was handed out."""
    hidden = hidden_lines(source)
    lines = enumerate(source.split("\n"), 1)
    return "\n".join(line for number, line in lines if number not in hidden)


def without_marks(source: str) -> str:
    """Return a cell's text without the lines that mark its regions: nothing is hidden then."""
    marks = [f"{end} {region}" for region in REGIONS for end in ("BEGIN", "END")]
    lines = source.split("\n")
    return "\n".join("" if any(mark in line for mark in marks) else line for line in lines)
