"""Read past what a notebook file holds and grading throws away: outputs, and much else."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["SkimError", "skim"]

MAX_STEPS = 2_000_000  # brackets and items that are looked at one by one: some seconds
BLANK = re.compile(rb"[ \t\r\n]*")
STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
PLAIN = re.compile(rb"[-+.\w]+")
#: Up to the next bracket that stands in no string, and that bracket. Without backtracking: it
#: takes no memory, however long a string is.
BRACKET = re.compile(rb'(?:[^\[\]{}"]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
#: Text without a string, of which brackets can be counted instead of looked at.
RUN = re.compile(rb'[^"]{1,65536}+', re.DOTALL)
SAME = bytes.maketrans(b"{}", b"[]")
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
#: What is kept, by the keys that lead to it; None stands for any place in a list.
KEPT = {
    (): {"nbformat", "nbformat_minor", "metadata", "cells"},
    ("metadata",): {"language_info", "kernelspec"},
    ("cells", None): {"cell_type", "id", "source", "metadata"},
    ("cells", None, "metadata"): {"nbgrader", "tags"},
}


class SkimError(ValueError):
    """The file is no notebook in JSON, or more of it is to be kept than there may be."""


def skim(path: Path, most: int) -> bytes:
    """Return a notebook file without what grading does not look at.

    The file is never in memory as a whole, nor is any part of it that is left out.
    What is left out is not checked, but that its brackets and quotes end.

    Parameters
    ----------
    path : Path
        A regular file that is not empty.
    most : int
        Bytes that may be kept.

    Raises
    ------
    SkimError
    OSError
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _Skimmer(data, most).notebook()


class _Skimmer:
    def __init__(self, data: mmap.mmap, most: int) -> None:
        self._data, self._left, self._steps = data, most, 0
        self._kept = bytearray()

    def notebook(self) -> bytes:
        start = 3 if self._data[:3] == b"\xef\xbb\xbf" else 0  # some editors' mark
        end = self._blank(self._value(self._blank(start), ()))
        if end != len(self._data):
            raise SkimError("something follows the notebook")
        return bytes(self._kept)

    def _value(self, at: int, place: tuple[str | None, ...]) -> int:
        """Keep a value, or of an object or a list what is to be kept; return where it ends."""
        if place in KEPT and self._data[at : at + 1] == b"{":
            return self._object(at, place)
        if (*place, None) in KEPT and self._data[at : at + 1] == b"[":
            return self._list(at, place)
        end = self._end(at)
        self._keep(at, end)
        return end

    def _object(self, at: int, place: tuple[str | None, ...]) -> int:
        self._keep(at, at + 1)
        first = True
        for key_at in self._items(at, b"}"):
            end = self._match(STRING, key_at)
            key = self._data[key_at + 1 : end - 1] if end - key_at < 100 else b""
            colon = self._blank(end)
            if self._data[colon : colon + 1] != b":":
                raise SkimError("a colon is missing")
            value = self._blank(colon + 1)
            name = key.decode("utf-8", "replace")
            if name in KEPT[place]:
                if not first:
                    self._add(b",")
                first = False
                self._keep(key_at, end)
                self._add(b":")
                self._at = self._value(value, (*place, name))
            else:
                self._at = self._end(value)
        self._add(b"}")
        return self._at

    def _list(self, at: int, place: tuple[str | None, ...]) -> int:
        self._keep(at, at + 1)
        first = True
        for item in self._items(at, b"]"):
            if not first:
                self._add(b",")
            first = False
            self._at = self._value(item, (*place, None))
        self._add(b"]")
        return self._at

    def _items(self, at: int, closing: bytes) -> Iterator[int]:
        """Yield where the items of a list or an object begin; ``_at`` is then behind it."""
        at = self._blank(at + 1)
        if self._data[at : at + 1] == closing:
            self._at = at + 1
            return
        while True:
            self._step()
            yield at
            at = self._blank(self._at)
            mark = self._data[at : at + 1]
            if mark == closing:
                self._at = at + 1
                return
            if mark != b",":
                raise SkimError("a comma is missing")
            at = self._blank(at + 1)

    def _end(self, at: int) -> int:
        """Return where a value ends, without a look at what is in it."""
        start = self._data[at : at + 1]
        if start == b'"':
            return self._match(STRING, at)
        if start not in (b"[", b"{"):
            return self._match(PLAIN, at)
        depth, one_by_one = 0, 0
        while True:
            self._step()
            bracket = BRACKET.match(self._data, at)
            if bracket is None:
                raise SkimError("a bracket is not closed")
            at = bracket.end()
            depth += 1 if bracket[1] in b"[{" else -1
            if not depth:
                return at
            run = RUN.match(self._data, at) if at >= one_by_one else None
            if run is not None:
                opened, closed = _unpaired(run[0])
                if closed < depth:  # it does not end in there
                    depth += opened - closed
                    at = run.end()
                else:
                    one_by_one = run.end()

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise SkimError("it has millions of lists, objects or items")

    def _match(self, pattern: re.Pattern[bytes], at: int) -> int:
        match = pattern.match(self._data, at)
        if match is None:
            raise SkimError("this is no JSON")
        return match.end()

    def _blank(self, at: int) -> int:
        return self._match(BLANK, at)

    def _keep(self, start: int, end: int) -> None:
        if end - start > self._left:
            raise SkimError("more is to be kept than there may be")
        self._add(self._data[start:end])

    def _add(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise SkimError("more is to be kept than there may be")
        self._kept += data


def _unpaired(run: bytes) -> tuple[int, int]:
    """Count the brackets that are opened in a text and not closed there, and the reverse.

    Where they are nested deeply, some pairs may be counted in both.
    """
    brackets = run.translate(SAME, NO_BRACKETS)
    for _ in range(8):
        brackets = brackets.replace(b"[]", b"")
    return brackets.count(b"["), brackets.count(b"]")
