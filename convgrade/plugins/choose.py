"""Which file of a submission is which notebook, also where names and places are not as asked."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from convgrade.submission import MAX_BYTES, UngradableError, parse_submission, read_bytes

__all__ = ["Answers", "File", "HandedIn", "choose", "names"]

MAX_LOOKED_AT = 5000  # files, and members of a zip: what nobody hands in by hand
SHOWN = 3  # files named at a time
NOTEBOOK = re.compile(r"(?i)(\.(ipynb|json|txt))+$")
#: Says what a file answers in a notebook: {} for nothing, None when it cannot be read.
Answers = Callable[[str, bytes], Mapping[str, str] | None]


@dataclass(frozen=True)
class File:
    """A file that may be a notebook; with ``member``, one in a zip.

    Attributes
    ----------
    path : Path
    member : str
    label : str
        What people call it: its path below the submission's folder.
    """

    path: Path
    label: str
    member: str = ""

    @property
    def name(self) -> str:
        """Its own name, without folders."""
        return re.split(r"[/\\]", self.label)[-1]

    def read(self) -> bytes:
        """Return what is in it; UngradableError when it is not to be read."""
        if not self.member:
            return read_bytes(self.path)
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
                data = file.read(MAX_BYTES + 1)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError):
            raise UngradableError("it lies in a zip that cannot be read; ask for it") from None
        if len(data) > MAX_BYTES:
            raise UngradableError(
                f"it lies in a zip and has more than {MAX_BYTES // 2**20} MiB; ask for the "
                "notebook without its outputs"
            )
        return data


@dataclass
class HandedIn:
    """The notebooks of one submission that are to be graded.

    Attributes
    ----------
    paths : list of str
        Where they stand, or would stand if the student had not renamed or forgotten them.
    taken : dict of str to File
        By such a path, the file that was taken for it.
    reasons : dict of str to str
        By such a path, why it is refused without a look at its file.
    told : dict of str to str
        By notebook, what a person may want to know about the choice.
    doubts : dict of str to str
        By notebook, what a person has to decide.
    missing : list of str
        Notebooks that were not handed in.
    """

    paths: list[str] = field(default_factory=list)
    taken: dict[str, File] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[tuple[bool, str]]:
        """Say everything that is not as it should be, each with whether it is bad."""
        for path, file in self.taken.items():
            yield False, f"{path} is missing; taking {file.label!a} for it"
        for path, why in self.reasons.items():
            yield True, f"{path}: {why}"
        for words in (*self.told.values(), *self.doubts.values()):
            yield True, words


def choose(
    folder: Path, known: list[str], wanted: list[str], ignored: list[str], answers: Answers
) -> HandedIn:
    """Tell which files of a submission are the assignment's notebooks.

    The right name in the right place comes first. Otherwise a notebook counts whose name holds
    all words of the right one, wherever it lies: deeper, in a zip, with another ending. Where
    several do, the only one that answers something is meant.

    Parameters
    ----------
    folder : Path
        The submission's.
    known, wanted : list of str
        Names of the assignment's notebooks, and of those to be graded.
    ignored : list of str
        nbgrader's patterns of files that do not count.
    answers : callable
    """
    files, chosen = list(_files(folder, ignored)), HandedIn()
    exact = {file.name.removesuffix(".ipynb"): file for file in files if _is_exact(file, known)}
    like = {name: _like(name, known, files, exact) for name in known}
    placed = {file for found in like.values() for file in found} | set(exact.values())
    strays = [f for f in files if f not in placed and f.name.lower().endswith((".ipynb", ".zip"))]
    nothing = not placed
    for name in wanted:
        path = str(folder / f"{name}.ipynb")
        if nothing:
            there = f", only {names(f.label for f in strays)}" if strays else ""
            chosen.reasons[path] = (
                f"none of the assignment's notebooks is there{there}; ask for {name}.ipynb"
            )
        elif name not in exact and not like[name]:
            chosen.missing.append(name)  # nbgrader says so, and gives no points
            if strays:
                chosen.doubts[name] = (
                    f"{name}.ipynb is missing, and {names(f.label for f in strays)} could be it; "
                    "give it that name if so"
                )
            continue
        elif name not in exact or like[name]:
            _decide(chosen, path, name, exact.get(name), like[name], answers)
        chosen.paths.append(path)
    return chosen


def _decide(
    chosen: HandedIn,
    path: str,
    name: str,
    exact: File | None,
    likely: list[File],
    answers: Answers,
) -> None:
    """Choose among several files, or one of another name."""
    if exact is None and len(likely) == 1:
        chosen.taken[path] = likely[0]
        return
    said = {file: _said(name, file, answers) for file in [*([exact] if exact else []), *likely]}
    ours = said.get(exact) if exact else None
    solved = [file for file in likely if said[file] and said[file] != ours]
    distinct = {tuple(sorted((said[file] or {}).items())) for file in solved}
    others = names(file.label for file in solved)
    if exact and ours and solved:
        chosen.doubts[name] = (
            f"{exact.name} was graded, and {others} has other answers; keep the one that counts"
        )
    elif exact and not solved:
        broken = names(file.label for file in likely if said[file] is None)
        if not ours and broken:
            chosen.doubts[name] = (
                f"{exact.name} answers nothing, and {broken} cannot be read; " + ("ask for it")
            )
    elif len(distinct) == 1:
        chosen.taken[path] = solved[0]
        rest = names(f.label for f in said if f not in solved) if len(said) > len(solved) else ""
        if rest:
            chosen.told[name] = f"{solved[0].label!r} was graded, not {rest}, without answers"
    elif not solved and len({said[file] is None for file in likely}) == 1:
        chosen.taken[path] = likely[0]  # all are blank, or none can be read
    else:
        start = "answers nothing" if exact else "is missing"
        chosen.reasons[path] = (
            f"it {start}, and {len(solved or likely)} files look like it "
            f"({names(f.label for f in solved or likely)}); keep one of them under the name "
            f"{name}.ipynb"
        )


def _said(name: str, file: File, answers: Answers) -> Mapping[str, str] | None:
    try:
        return answers(name, file.read())
    except UngradableError:
        return None


def names(labels: Iterator[str] | list[str]) -> str:
    """Return names of files in one line that can be shown anywhere."""
    every = [repr(label) for label in labels]
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more


def _is_exact(file: File, known: list[str]) -> bool:
    return file.label.endswith(".ipynb") and file.label.removesuffix(".ipynb") in known


def _like(name: str, known: list[str], files: list[File], exact: Mapping[str, File]) -> list[File]:
    """Return the files whose name is that of a notebook with something added to it."""
    wanted, found = _words(name), []
    longer = [_words(other) for other in known if len(_words(other)) > len(wanted)]
    for file in files:
        words, stem = _words(NOTEBOOK.sub("", file.name)), NOTEBOOK.sub("", file.name)
        others = (stem in known and stem != name) or any(_within(more, words) for more in longer)
        if file in exact.values() or others or not _within(wanted, words):
            continue
        if file.name.lower().endswith(".ipynb") or _is_notebook(file):
            found.append(file)
    return found


def _is_notebook(file: File) -> bool:
    try:
        parse_submission(file.read())
    except UngradableError:
        return False
    return True


def _within(wanted: list[str], words: list[str]) -> bool:
    return any(words[i : i + len(wanted)] == wanted for i in range(len(words)))


def _words(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).split()


def _files(folder: Path, ignored: list[str]) -> Iterator[File]:
    """Walk through a submission and its zips, without what systems leave behind."""
    looked_at = 0
    for above, folders, here in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_left_out(name, ignored))
        if Path(above) == folder:  # a folder of that name is no notebook, and is to be said
            here += [name for name in folders if name.endswith(".ipynb")]
        for name in sorted(here):
            looked_at += 1
            if looked_at > MAX_LOOKED_AT:
                return
            path = Path(above, name)
            top = path.parent == folder
            if _is_left_out(name, ignored) or not (top or stat.S_ISREG(path.lstat().st_mode)):
                continue
            file = File(path, os.path.relpath(path, folder))
            yield file
            if name.lower().endswith(".zip") and stat.S_ISREG(path.lstat().st_mode):
                yield from _members(file, ignored)


def _members(file: File, ignored: list[str]) -> Iterator[File]:
    try:
        with zipfile.ZipFile(file.path) as archive:
            entries = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return  # the zip itself is named, if something is missing
    for entry in sorted(entries)[:MAX_LOOKED_AT]:
        if not any(_is_left_out(part, ignored) for part in re.split(r"[/\\]", entry)):
            yield File(file.path, f"{file.label}/{entry}", entry)


def _is_left_out(name: str, ignored: list[str]) -> bool:
    return (
        name.startswith(".")
        or name == "__MACOSX"
        or any(fnmatch.fnmatch(name, pattern) for pattern in ignored)
    )
