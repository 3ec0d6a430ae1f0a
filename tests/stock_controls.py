"""What tells of which versions, besides its inputs, a result of stock nbgrader is."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

import found

PACKAGES = ("nbgrader", "nbclient", "nbconvert", "ipykernel", "jupyter_client")


def digest_of(parts: Iterable[str | bytes], further: Iterable[str] = ()) -> str:
    """Return what tells whether a row is of these inputs, and of the versions of what grades.

    Parameters
    ----------
    parts : iterable of str or bytes
    further : iterable of str
        Packages on whose versions it depends, too.
    """
    versions = (f"{name} {version(name)}" for name in (*PACKAGES, *further))
    return found.digest_of([*parts, *versions])
