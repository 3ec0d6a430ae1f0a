"""What lies in the folder of a student's kernel: their files, and the course's over them."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import py_compile
import shutil
import stat
import tempfile
from pathlib import Path

from convgrade.modules import make_way, packages, unpack

__all__ = ["MAX_FILES", "SHARED", "copy_files", "lay_over"]

SHARED = "shared-"  # begins the names of folders that all boxes of a process read
MAX_FILES = 200 * 2**20  # bytes of a submission's files that are copied in; of one that it writes


def lay_over(course: Path, work: Path, shared: Path | None = None) -> list[Path]:
    """Lay the course's packages over a student's, and compiled modules beside the course's.

    Parameters
    ----------
    course, work : Path
    shared : Path, optional
        Folder of this process's in which packages are unpacked once; ``work`` gets links.

    Returns
    -------
    list of Path
        The folders that the links lead to.
    """
    targets = []
    for archive in packages(course):
        if shared is None:
            _unpack(archive, work)
            continue
        target = _unpacked(archive, shared)
        make_way(archive.stem, work)
        (work / archive.stem).symlink_to(target / archive.stem)
        targets.append(target)
    for path in course.glob("*.py"):
        copy = work / path.name
        # Never a student's own: it can be made to crash the compiler.
        if copy.is_file() and copy.read_bytes() == path.read_bytes():
            _compile(copy, path.name)
    return targets


def _unpack(archive: Path, work: Path) -> None:
    for path in unpack(archive, work):
        if path.suffix == ".py":
            _compile(path, path.relative_to(work).as_posix())


def _unpacked(archive: Path, shared: Path) -> Path:
    """Return the folder in which an archive is unpacked; it is, once."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    target = shared / f"{SHARED}{digest[:32]}"
    if not target.exists():
        folder = Path(tempfile.mkdtemp(prefix=SHARED, dir=shared))
        _unpack(archive, folder)
        try:
            folder.rename(target)
        except OSError:  # another thread was quicker
            shutil.rmtree(folder)
    return target


def _compile(path: Path, name: str) -> None:
    """Lay a compiled module beside its source, which is the course's."""
    try:
        data = _compiled(name, path.read_bytes())
    except py_compile.PyCompileError:
        return  # the import will say so
    compiled = Path(importlib.util.cache_from_source(str(path)))
    compiled.parent.mkdir(exist_ok=True)
    compiled.write_bytes(data)


@functools.lru_cache(100)
def _compiled(name: str, source: bytes) -> bytes:
    """Return a module in the form that Python imports without looking at its source."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "module.py")
        path.write_bytes(source)
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compiled = py_compile.compile(
            str(path), str(path) + "c", name, doraise=True, invalidation_mode=mode
        )
        assert compiled is not None  # it would have raised
        return Path(compiled).read_bytes()


def copy_files(source: Path, target: Path) -> None:
    """Copy the regular files below a folder, except notebooks and what links lead to.

    Raises
    ------
    ValueError
        When they are larger than 200 MiB in all.
    """
    total = 0
    for folder, _, names in os.walk(source):
        for name in names:
            path = Path(folder) / name
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or path.suffix == ".ipynb":
                continue
            total += status.st_size
            if total > MAX_FILES:
                raise ValueError(
                    f"the files in {source} are larger than {MAX_FILES // 2**20} MiB in all; "
                    "remove what the notebooks do not need"
                )
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
