"""Say which programs grade here, so that all workers grade alike."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

__all__ = ["differences", "versions"]

PROJECT = "convolution-is-a-matrix"
OURS = "convgrade"
PACKAGES = ("numpy", "pandas", "torch", "nbgrader")  # whose values cross, and what records them


@cache
def versions() -> dict[str, str]:
    """Return the version of everything that has a part in a verdict, by package.

    The project's own carries a digest of its source: two checkouts of one version
    may grade differently.
    """
    found = {"python": platform.python_version()}
    found |= {name: _version(name) for name in PACKAGES}
    found[PROJECT] = f"{_version(PROJECT)}+{_digest()}"
    return found


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """Say where two answers of `versions` differ, one sentence for each package."""
    return [
        f"{name} is {theirs.get(name, 'missing')} there and {ours.get(name, 'missing')} here"
        for name in sorted({*ours, *theirs})
        if ours.get(name) != theirs.get(name)
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _packages() -> set[str]:
    """Return the packages that the project brings: ours, and what tests of its course use."""
    try:
        named = distribution(PROJECT).read_text("top_level.txt") or ""
    except PackageNotFoundError:
        named = ""
    return {OURS, *named.split()}


def _digest() -> str:
    """Return twelve letters that change with the project's source."""
    home = Path(__file__).parent.parent.parent
    files = {
        path.relative_to(home).as_posix(): path
        for package in _packages()
        for path in (home / package).rglob("*")
        if path.suffix in (".py", ".toml")
    }
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0".encode() + files[name].read_bytes() + b"\0")
    return digest.hexdigest()[:12]
