"""Globals into which a test can look: globals(), dir() or vars() show the student's names, too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from convgrade.remote import Link

__all__ = ["Globals"]


class Globals(dict[str, Any]):
    """Names and values; while there is a link, who looks at all of them is told the student's."""

    def __init__(self) -> None:
        super().__init__()
        self._link: Link | None = None

    def _looked_at(self) -> Link | None:
        """Return the link if it is the test's own code that looks, and must see everything."""
        ours = sys._getframe(2).f_globals is self
        return self._link if ours and self._link is not None and self._link.exact else None

    def __contains__(self, name: object) -> bool:
        link = None if super().__contains__(name) else self._looked_at()
        return super().__contains__(name) if link is None else name in self._all(link)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, the student's too if a test asks."""
        if super().__contains__(name) or self._looked_at() is None:
            return super().get(name, default)
        try:
            return self[name]
        except KeyError:
            return default

    def keys(self) -> Any:
        """Return the names, the student's too if a test asks."""
        link = self._looked_at()
        if link is None:
            return super().keys()
        return dict.fromkeys(self._all(link)).keys()

    def copy(self) -> Any:
        """Return a copy, in which a library such as pandas finds the student's names."""
        link = self._looked_at()
        return _Copy(self) if link is None else link.meet("the test goes through globals()")

    def _all(self, link: Link) -> list[str]:
        theirs = link.about("names")
        names = theirs if type(theirs) is list else []
        return [*super().keys(), *(name for name in names if type(name) is str)]

    def items(self) -> Any:
        """Return names and values; undecided if a test asks."""
        link = self._looked_at()
        return super().items() if link is None else link.meet("the test goes through globals()")

    def values(self) -> Any:
        """Return the values; undecided if a test asks."""
        link = self._looked_at()
        return super().values() if link is None else link.meet("the test goes through globals()")

    def __iter__(self) -> Iterator[str]:
        link = self._looked_at()
        return super().__iter__() if link is None else iter(dict.fromkeys(self._all(link)))


class _Copy(dict[str, Any]):
    """A copy of a namespace, with all that it asks for."""

    def __init__(self, names: Globals) -> None:
        super().__init__(dict.items(names))
        self._names = names

    def __missing__(self, name: str) -> Any:
        return self._names[name]

    def copy(self) -> Any:
        """Return another one."""
        return _Copy(self._names)
