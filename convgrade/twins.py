"""A value of the course's that both sides made, each by the same cell, and that cannot be sent.

Such as a connection to a database, or a fitted model. A test passes it on by its name, and by a
digest of what it holds, so that each side knows that the other has the same.

Sent, as text, to the student's kernel as well.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from typing import Any

__all__ = ["Twins", "digest"]


class Twins:
    """Those that tests of a notebook have passed on.

    Parameters
    ----------
    named : callable
        Returns the name that a cell of the course has given to a value, or None.
    """

    def __init__(self, named: Callable[[Any], str | None]) -> None:
        self._named, self._values = named, dict[str, Any]()

    def written(self, value: Any) -> list[Any] | None:
        """Return what is written for a value; None for what has no name, or does not tell."""
        name = self._named(value)
        held = digest(value) if name is not None else None
        if name is None or held is None:
            return None
        self._values[name] = value
        return ["twin", name, held]

    def now(self) -> dict[str, str | None]:
        """Return what each of them holds now, by its name."""
        return {name: digest(value) for name, value in self._values.items()}


def digest(value: Any) -> str | None:
    """Return a text that two values share if they hold the same; None for what does not tell."""
    try:
        held = value.serialize() if _is_database(value) else pickle.dumps(value, protocol=4)
    except Exception:  # of any class
        return None
    return hashlib.sha256(held).hexdigest()


def _is_database(value: Any) -> bool:
    kind = type(value)
    return (kind.__module__, kind.__name__) == ("sqlite3", "Connection")
