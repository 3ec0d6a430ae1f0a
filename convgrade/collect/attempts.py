"""What of one student's files counts: the newest attempt, and of a notebook's copies one."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from convgrade.collect.assignment import Assignment, answers
from convgrade.collect.download import Entry
from convgrade.collect.names import copy_of, loosely, notebook_in, notebook_stem, tidy
from convgrade.collect.platforms.scheme import Found

__all__ = ["Attempt", "UndecidedError", "newest"]


class UndecidedError(Exception):
    """What a person has to decide, in words."""


@dataclass
class Attempt:
    """What a student handed in at one time.

    Attributes
    ----------
    files : dict of str to Path
        Contents, by the path below the submission's folder.
    notebooks : tuple of str
        Which of the assignment's notebooks are among them.
    late : bool
    time : datetime or None
    order : int or None
        Grows with time.
    number, of : int
        Which attempt it is, of how many.
    notes : list of str
        What a person should know.
    left_out : int
        How many files were the course's own.
    """

    files: dict[str, Path]
    notebooks: tuple[str, ...]
    late: bool = False
    time: datetime | None = None
    order: int | None = None
    number: int = 1
    of: int = 1
    notes: list[str] = field(default_factory=list)
    left_out: int = 0


@dataclass(frozen=True)
class _File:
    entry: Entry
    found: Found
    notebook: str | None
    firm: bool

    @property
    def name(self) -> str:
        return self.found.rest[-1]


def newest(files: Sequence[tuple[Entry, Found]], assignment: Assignment) -> Attempt:
    """Return the attempt of a student that counts.

    Raises
    ------
    UndecidedError
        When it is not clear which attempt is the newest, or which copy of a notebook counts.
    """
    groups: dict[tuple[str, ...], list[tuple[Entry, Found]]] = defaultdict(list)
    for entry, found in files:
        groups[found.attempt].append((entry, found))
    if len(groups) == 1:
        return _attempt(files, assignment)
    ages = {key: _age(group) for key, group in groups.items()}
    if len({kind for kind, _ in ages.values()} - {""}) == 1 and all(k for k, _ in ages.values()):
        ranked = sorted(groups, key=lambda key: ages[key])
        tied = {key: groups[key] for key in groups if ages[key] == ages[ranked[-1]]}
        return _last(ranked, groups, assignment) if len(tied) == 1 else _merged(tied, assignment)
    return _merged(groups, assignment)


def _age(group: Sequence[tuple[Entry, Found]]) -> tuple[str, float]:
    """Return by what a group's age is known ("" if it is not), and what grows with it."""
    times = [found.time.timestamp() for _, found in group if found.time]
    orders = [found.order for _, found in group if found.order is not None]
    if times:
        return ("time", max(times))
    return ("order", max(orders)) if orders else ("", 0.0)


def _last(
    ranked: list[tuple[str, ...]],
    groups: dict[tuple[str, ...], list[tuple[Entry, Found]]],
    assignment: Assignment,
) -> Attempt:
    attempt = _attempt(groups[ranked[-1]], assignment)
    attempt.number = attempt.of = len(ranked)
    for i, key in enumerate(ranked[:-1], start=1):
        try:
            before = _attempt(groups[key], assignment).notebooks
        except UndecidedError:
            continue  # nothing of that attempt counts
        if lost := [name for name in before if name not in attempt.notebooks]:
            attempt.notes.append(
                f"attempt {len(ranked)} counts and lacks {', '.join(lost)} of attempt {i}"
            )
    return attempt


def _merged(
    groups: dict[tuple[str, ...], list[tuple[Entry, Found]]],
    assignment: Assignment,
) -> Attempt:
    """Join what several archives hold, if no file has two contents."""
    contents: dict[tuple[str, ...], str] = {}
    kept: dict[tuple[str, ...], tuple[Entry, Found]] = {}
    for entry, found in (file for group in groups.values() for file in group):
        same = _digest(entry.file)
        if contents.setdefault(found.rest, same) != same:
            where = " and ".join("/".join(key) or "the download" for key in groups)
            raise UndecidedError(
                f"{found.rest[-1]} is there twice, with different contents and without times, "
                f"in {where}; keep the newer one"
            )
        kept.setdefault(found.rest, (entry, found))
    return _attempt(list(kept.values()), assignment)


def _attempt(files: Sequence[tuple[Entry, Found]], assignment: Assignment) -> Attempt:
    asides = [found for _, found in files if found.aside]
    read = [_read(entry, found, assignment) for entry, found in files if not found.aside]
    own = [file for file in read if copy_of(file.name, set(assignment.files))]
    rest = [file for file in read if file not in own and file.name != "timestamp.txt"]
    attempt = Attempt({}, (), left_out=len(own))
    chosen: dict[str, _File] = {}
    for notebook in assignment.notebooks:
        meant = [file for file in rest if file.notebook == notebook]
        firm = [file for file in meant if file.firm]
        if not meant:
            continue
        chosen[notebook] = _one(notebook, firm or meant, assignment, attempt.notes)
        if not firm:
            attempt.notes.append(f"{chosen[notebook].name!r} is taken for {notebook}")
        passed = [file for file in (firm or meant) if file is not chosen[notebook]]
        rest = [file for file in rest if file not in passed]
    if not chosen and len(assignment.notebooks) == 1:
        strangers = [file for file in rest if notebook_stem(file.name) is not None]
        if len(strangers) == 1 and not answers(strangers[0].entry.file):
            chosen[assignment.notebooks[0]] = strangers[0]
            attempt.notes.append(f"{strangers[0].name!r} is taken for the only notebook")
    if asides and not chosen:
        raise UndecidedError(f"there is only {asides[0].aside}")
    if not chosen:
        names = ", ".join(sorted(file.name for file in read)) or "no file"
        raise UndecidedError(f"none of the assignment's notebooks is there, but {names}")
    _fill(attempt, chosen, rest, assignment)
    strays = [path for path in attempt.files if notebook_stem(tidy(path)) not in (None, *chosen)]
    missing = [name for name in assignment.notebooks if name not in chosen]
    if strays and missing:
        raise UndecidedError(
            f"{', '.join(missing)} is not there, and {', '.join(strays)} could be meant; rename it"
        )
    times = [found.time for _, found in files if found.time]
    orders = [found.order for _, found in files if found.order is not None]
    attempt.time, attempt.order = max(times, default=None), max(orders, default=None)
    attempt.late = any(found.late for _, found in files)
    return attempt


def _read(entry: Entry, found: Found, assignment: Assignment) -> _File:
    name = found.rest[-1]
    own = [one for one in notebook_in(name, assignment.notebooks) if not one.before]
    if own:
        return _File(entry, found, own[0].notebook, firm=True)
    if notebook_stem(name) is None:
        return _File(entry, found, None, firm=False)
    likely = loosely(name, assignment.notebooks) or assignment.by_content(entry.file)
    return _File(entry, found, likely, firm=False)


def _one(notebook: str, files: list[_File], assignment: Assignment, notes: list[str]) -> _File:
    """Choose among a notebook's copies."""
    different: dict[str, _File] = {}
    for file in sorted(files, key=lambda file: (len(file.name), file.name)):
        different.setdefault(_digest(file.entry.file), file)
    left = list(different.values())
    if len(left) == 1:
        return left[0]
    names = " and ".join(sorted("/".join(file.found.rest) for file in left))
    times = [file.found.time for file in left]
    if all(times) and len(set(times)) == len(times):
        chosen = max(left, key=lambda file: (file.found.time or datetime.min).timestamp())
        notes.append(f"of {names} the newest counts: {chosen.name}")
        return chosen
    solved = [file for file in left if not assignment.blank(notebook, file.entry.file)]
    if len(solved) == 1:
        notes.append(f"of {names} the one with answers counts: {'/'.join(solved[0].found.rest)}")
        return solved[0]
    raise UndecidedError(f"{names} differ, and both could be {notebook}; keep one of them")


def _fill(
    attempt: Attempt, chosen: dict[str, _File], rest: list[_File], assignment: Assignment
) -> None:
    attempt.notebooks = tuple(chosen)
    for notebook, file in chosen.items():
        attempt.files[f"{assignment.spelt[notebook]}.ipynb"] = file.entry.file
    others = [file for file in rest if file not in chosen.values()]
    folders = [file.found.rest[:-1] for file in (*chosen.values(), *others)]
    shared = 0
    while (
        folders
        and all(len(folder) > shared for folder in folders)
        and (len({folder[: shared + 1] for folder in folders}) == 1)
    ):
        shared += 1
    same: set[tuple[tuple[str, ...], str]] = set()
    for file in others:
        if (twice := (file.found.rest, _digest(file.entry.file))) in same:
            continue
        same.add(twice)
        path = "/".join(file.found.rest[shared:])
        attempt.files[_free(path, attempt.files)] = file.entry.file


def _free(path: str, taken: dict[str, Path]) -> str:
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".") if "." in name[1:] else (name, "", "")
    free, i = path, 2
    while free.casefold() in {one.casefold() for one in taken}:
        free, i = f"{folder}{slash}{stem} ({i}){dot}{ending}", i + 1
    return free


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
