"""What stock nbgrader gave, kept as data: rows that say of what they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("nbgrader", "nbclient", "nbconvert", "ipykernel", "jupyter_client")


def digest_of(parts: Iterable[bytes], further: Iterable[str] = ()) -> str:
    """Return what tells whether a row is of these inputs, and of the versions of what grades.

    Parameters
    ----------
    parts : iterable of bytes
    further : iterable of str
        Packages on whose versions it depends, too.
    """
    versions = [f"{name} {version(name)}".encode() for name in (*PACKAGES, *further)]
    return hashlib.sha256(b"\0".join([*parts, *versions])).hexdigest()[:16]


def read(path: Path) -> dict[str, dict[str, Any]]:
    """Read rows by name; none where nothing was kept yet."""
    return json.loads(path.read_text()) if path.exists() else {}


def write(path: Path, rows: dict[str, dict[str, Any]]) -> None:
    """Keep rows by name."""
    path.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")
