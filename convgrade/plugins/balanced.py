"""Keeps the HTML that a student writes or displays from reaching beyond its place on a page."""

from __future__ import annotations

import collections
import re

from bs4 import BeautifulSoup

__all__ = ["balanced"]

TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)\b", re.IGNORECASE | re.ASCII)
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
     "track", "wbr"}
)  # fmt: skip


def balanced(html: str) -> str:
    """Close what a piece of HTML leaves open, and leave out what closes nothing.

    A browser carries on bold face, a table or a comment that nobody closes to the end of the
    page. A piece that has as many opening as closing tags of each kind stays as it is.
    """
    tags = collections.Counter[str]()
    for closing, name in TAG.findall(html):
        tags[name.lower()] += -1 if closing else 1
    comments = html.count("<!--") - html.count("-->")
    if not comments and not any(tags[name] for name in tags.keys() - VOID):
        return html
    return str(BeautifulSoup(html, "html.parser"))
