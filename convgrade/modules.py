"""Packages that a course gives its notebooks as archives: ``name.zip`` holds ``name/``."""

from __future__ import annotations

import shutil
import zipfile
from importlib.machinery import all_suffixes
from pathlib import Path

__all__ = ["make_way", "packages", "unpack"]


def packages(folder: Path) -> list[Path]:
    """Return the archives in a folder that hold the package they are named for."""
    return [path for path in sorted(folder.glob("*.zip")) if _holds_its_package(path)]


def _holds_its_package(path: Path) -> bool:
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as file:
        return f"{path.stem}/__init__.py" in file.namelist()


def unpack(archive: Path, target: Path) -> list[Path]:
    """Unpack a package into a folder, in the place of all that has its name there.

    Parameters
    ----------
    archive : Path
        One of `packages`.
    target : Path

    Returns
    -------
    list of Path
        The package's files in ``target``.
    """
    name = archive.stem
    make_way(name, target)
    with zipfile.ZipFile(archive) as file:
        members = [
            member
            for member in file.infolist()
            if member.filename.startswith(f"{name}/") and not member.is_dir()
        ]
        return [Path(file.extract(member, target)) for member in members]


def make_way(name: str, target: Path) -> None:
    """Remove what a folder has that would be imported by this name."""
    for other in (name, *(name + suffix for suffix in all_suffixes())):
        path = target / other
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
