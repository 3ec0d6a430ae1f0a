"""What a download holds: files of a zip, of zips in it, of a folder, or a single file.

A download is not trusted: contents go to numbered files of a private folder, so that no name in
it, however it is made, is ever a path on this machine.
"""

from __future__ import annotations

import gzip
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from convgrade.collect.names import tidy

__all__ = ["Contents", "DownloadError", "Entry", "read_download"]

DEPTH = 4  # archives in archives
MEMBERS = 200_000
FILE_SIZE = 512 * 2**20  # of one file, unpacked
TOTAL_SIZE = 32 * 2**30  # of all, unpacked
RATIO, RATIO_FROM = 200, 64 * 2**20  # what shrinks more than that was made to fill a disk
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
UNKNOWN_ARCHIVES = (".7z", ".rar", ".tar.bz2", ".tar.xz")
NOISE_FOLDERS = {"__macosx", ".ipynb_checkpoints", "__pycache__", ".git", ".vscode", ".idea"}
NOISE_FILES = {".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"}
BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, EOFError,
    NotImplementedError, RuntimeError, UnicodeDecodeError, OSError, ValueError,
)  # fmt: skip


class DownloadError(Exception):
    """A download that cannot be read at all."""


@dataclass(frozen=True)
class Entry:
    """One file of a download.

    Attributes
    ----------
    parts : tuple of str
        Its path in the download; archives in the download count as folders.
    archives : frozenset of int
        Which of the parts are archives.
    file : Path
        Its contents.
    """

    parts: tuple[str, ...]
    archives: frozenset[int]
    file: Path

    @property
    def shown(self) -> str:
        """The path as a person would write it."""
        return "/".join(self.parts)


@dataclass
class Contents:
    """The files of a download.

    Attributes
    ----------
    entries : list of Entry
    refused : list of (str, str)
        What was not taken, and why.
    noise : int
        How many files only a file manager or an editor made.
    """

    entries: list[Entry] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    noise: int = 0


def read_download(path: Path, scratch: Path) -> Contents:
    """Read a download into ``scratch``, an empty folder that nobody else can write to.

    Parameters
    ----------
    path : Path
        A zip or tar file, a folder, or any single file.
    scratch : Path

    Raises
    ------
    DownloadError
        When there is nothing that can be read.
    """
    reader = _Reader(scratch)
    if path.is_dir():
        reader.folder(path, (), frozenset(), 0)
    elif path.is_file():
        reader.loose(path, (), frozenset(), 0, top=True)
    else:
        raise DownloadError(f"there is no file or folder {str(path)!r}")
    if not reader.contents.entries and len(reader.contents.refused) == 1:
        raise DownloadError(": ".join(reader.contents.refused[0]))
    return reader.contents


class _Reader:
    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.contents = Contents()
        self.count = 0
        self.total = 0

    def folder(self, path: Path, parts: tuple[str, ...], arch: frozenset[int], depth: int) -> None:
        for child in sorted(path.iterdir()):
            # Some programs unpack a zip file of Windows into names that hold backslashes.
            names = [name for name in tidy(child.name).split("\\") if name not in ("", ".", "..")]
            place = (*parts, *names)
            if child.is_symlink():
                self.refuse(place, "is a link")
            elif child.is_dir():
                if names[-1].lower() in NOISE_FOLDERS:
                    self.contents.noise += 1
                else:
                    self.folder(child, place, arch, depth)
            elif child.is_file():
                self.loose(child, place, arch, depth)
            else:
                self.refuse(place, "is no regular file")

    def loose(
        self,
        path: Path,
        parts: tuple[str, ...],
        arch: frozenset[int],
        depth: int,
        top: bool = False,
    ) -> None:
        """Take a file that lies on this machine; open it if it is an archive."""
        name = parts[-1] if parts else tidy(path.name)
        if _noise(parts):
            self.contents.noise += 1
        elif name.lower().endswith(UNKNOWN_ARCHIVES):
            self.refuse(parts or (name,), "is an archive of a kind that is not read; unpack it")
        elif name.lower().endswith(ARCHIVES):
            inside = arch if top else arch | {len(parts) - 1}
            self.archive(path, parts, inside, depth + 1, name)
        else:
            self.keep(path, parts or (name,), arch)

    def keep(self, path: Path, parts: tuple[str, ...], arch: frozenset[int]) -> None:
        self.contents.entries.append(Entry(parts, arch, path))

    def refuse(self, parts: tuple[str, ...], why: str) -> None:
        self.contents.refused.append(("/".join(parts), why))

    def archive(
        self, path: Path, parts: tuple[str, ...], arch: frozenset[int], depth: int, name: str
    ) -> None:
        if depth > DEPTH:
            self.refuse(parts or (name,), f"lies in more than {DEPTH} archives")
            return
        open_members = _zip_members if name.lower().endswith(".zip") else _tar_members
        try:
            for member in open_members(path):
                self.member(member, parts, arch, depth)
        except BROKEN as error:
            self.refuse(parts or (name,), f"cannot be read as an archive: {error}")

    def member(
        self, member: _Member, parts: tuple[str, ...], arch: frozenset[int], depth: int
    ) -> None:
        inner, wrong = _inner_path(member.name)
        place = (*parts, *inner)
        if wrong or member.wrong:
            self.refuse((*parts, member.name), wrong or member.wrong)
        elif _noise(inner):
            self.contents.noise += 1
        elif self.count >= MEMBERS or self.total >= TOTAL_SIZE:
            self.refuse(place, "is beyond the limit on what a download may hold")
        else:
            self.count += 1
            target = self.scratch / str(self.count)
            try:
                why = self.copy(member, target)
            except BROKEN as error:
                why = f"cannot be unpacked: {error}"
            if why:
                target.unlink(missing_ok=True)
                self.refuse(place, why)
            else:
                self.loose(target, place, arch, depth)

    def copy(self, member: _Member, target: Path) -> str:
        """Unpack a member; return why not."""
        size = 0
        with member.open() as source, target.open("wb") as file:
            while block := source.read(2**20):
                size += len(block)
                self.total += len(block)
                if size > FILE_SIZE or self.total > TOTAL_SIZE:
                    return "is too large unpacked"
                if size > RATIO_FROM and member.packed and size > RATIO * member.packed:
                    return "unpacks to more than its size allows (a zip bomb?)"
                file.write(block)
        return ""


@dataclass(frozen=True)
class _Member:
    name: str
    wrong: str
    packed: int
    source: tuple[zipfile.ZipFile, zipfile.ZipInfo] | tuple[tarfile.TarFile, tarfile.TarInfo]

    def open(self) -> IO[bytes]:
        archive, info = self.source
        if isinstance(archive, zipfile.ZipFile) and isinstance(info, zipfile.ZipInfo):
            return archive.open(info)
        assert isinstance(archive, tarfile.TarFile)
        assert isinstance(info, tarfile.TarInfo)
        stream = archive.extractfile(info)
        if stream is None:
            raise ValueError("it is no regular file")
        return stream


def _zip_members(path: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name = _zip_name(info)
            if name.endswith(("/", "\\")):
                continue
            mode = info.external_attr >> 16
            wrong = ""
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                wrong = "is a link or no regular file"
            elif info.flag_bits & 1:
                wrong = "is encrypted; ask for it without a password"
            yield _Member(name, wrong, info.compress_size, (archive, info))


def _zip_name(info: zipfile.ZipInfo) -> str:
    # Python takes names without the mark for UTF-8 as cp437. macOS writes UTF-8 without it.
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = str(name)
    return tidy(name)


def _tar_members(path: Path) -> Iterator[_Member]:
    with tarfile.open(path, "r:*") as archive:
        for info in archive:
            if info.isdir():
                continue
            wrong = "" if info.isreg() else "is a link or no regular file"
            yield _Member(tidy(info.name), wrong, 0, (archive, info))


def _inner_path(name: str) -> tuple[tuple[str, ...], str]:
    """Return a member's path, with either kind of separator, and why it is refused."""
    if "\0" in name:
        return (name,), "has a name that no file can have"
    text = name.replace("\\", "/")
    if text.startswith("/") or re.match(r"^[A-Za-z]:", text):
        return (name,), "has an absolute path"
    parts = tuple(part for part in text.split("/") if part not in ("", "."))
    if ".." in parts:
        return (name,), "has a path that climbs out of the archive"
    if not parts:
        return (name,), "has no name"
    return parts, ""


def _noise(parts: tuple[str, ...]) -> bool:
    if not parts:
        return False
    last = parts[-1].lower()
    return (
        any(part.lower() in NOISE_FOLDERS for part in parts[:-1])
        or last in NOISE_FILES
        or last.startswith(("._", "~$"))
    )
