"""What a platform's description is made of, and how it reads a path."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from convgrade.collect.download import Entry
from convgrade.collect.people import Who

__all__ = ["Context", "Found", "Platform", "by_patterns", "never"]

ARCHIVE = re.compile(r"(\.tar)?\.[A-Za-z]+$")


@dataclass(frozen=True)
class Context:
    """What a platform may look at besides a path.

    Attributes
    ----------
    assignment : str
    notebooks : tuple of str
        Names of the assignment's notebooks.
    known : frozenset of str
        Ids of the course's students.
    entries : tuple of Entry
        All files of the download.
    facts : object
        What the platform itself found out about the whole download.
    """

    assignment: str
    notebooks: tuple[str, ...]
    known: frozenset[str]
    entries: tuple[Entry, ...]
    facts: Any = None


@dataclass(frozen=True)
class Found:
    """What a path says.

    Attributes
    ----------
    who : tuple of Who
        The students; several where a group handed in as one.
    rest : tuple of str
        The file's path as the student handed it in.
    attempt : tuple of str
        Tells the attempts of one student apart.
    late : bool
    time : datetime or None
        Without a zone where the platform gives none.
    order : int or None
        Grows with the time of the upload.
    named : str
        The part of the path that names the student, where a platform compares those.
    unread : str
        A time in a form that is not read.
    aside : str
        What it is, if it is no file of a student's attempt to be graded.
    """

    who: tuple[Who, ...]
    rest: tuple[str, ...]
    attempt: tuple[str, ...]
    late: bool = False
    time: datetime | None = None
    order: int | None = None
    named: str = ""
    unread: str = ""
    aside: str = ""


def nothing(context: Context) -> Any:
    """Find out nothing about a download."""
    return None


def never(entry: Entry, context: Context) -> bool:
    """Tell that no file is the platform's own."""
    return False


def always(founds: Sequence[Found]) -> bool:
    """Find every reading plausible."""
    return True


def no_folder_is_a_student(founds: Sequence[Found]) -> bool:
    """Tell whether students read from file names are not rather the folders around them.

    In ``jdoe/my_1_x.ipynb`` and ``jroe/my_2_y.ipynb`` nobody is called "my".
    """
    people: dict[tuple[str, ...], set[str]] = {}
    for found in founds:
        people.setdefault(found.attempt, set()).add(found.who[0].key)
    alone = [next(iter(keys)) for keys in people.values() if len(keys) == 1]
    return len(alone) == len(set(alone))


@dataclass(frozen=True)
class Platform:
    """How one platform names what it gives.

    Attributes
    ----------
    name : str
        For the option ``--platform``.
    title : str
    shape : str
        What its names look like, for people.
    find : callable
        Reads the path of an entry; None where it does not fit.
    facts : callable
        Looks at the whole download first.
    own : callable
        Whether a file that belongs to no student is one that the platform adds.
    plausible : callable
        Whether what was found can really be this platform's.
    guess : bool
        Whether any name fits, so that the result is looked at with suspicion.
    """

    name: str
    title: str
    shape: str
    find: Callable[[Entry, Context], Found | None]
    facts: Callable[[Context], Any] = field(default=nothing)
    own: Callable[[Entry, Context], bool] = field(default=never)
    plausible: Callable[[Sequence[Found]], bool] = field(default=always)
    guess: bool = False


def by_patterns(
    entry: Entry, patterns: Sequence[re.Pattern[str]]
) -> tuple[re.Match[str], tuple[str, ...], tuple[str, ...]] | None:
    """Fit the parts of a path to patterns, from the left.

    Returns
    -------
    match : re.Match
        Of one part.
    before : tuple of str
        The parts before it.
    rest : tuple of str
        The student's own path: the group ``rest``, if the pattern has it, and the parts behind.
    """
    for i, part in enumerate(entry.parts):
        for pattern in patterns:
            folder = "rest" not in pattern.groupindex
            packed = folder and i in entry.archives
            match = pattern.fullmatch(ARCHIVE.sub("", part) if packed else part)
            if not match:
                continue
            own = match.groupdict().get("rest")
            behind = entry.parts[i + 1 :]
            if own is None and not behind:
                continue  # a file, where a folder is meant
            mine = (own,) if own is not None else ()
            archives = {j - i - 1 + len(mine) for j in entry.archives if j > i}
            if own is not None and i in entry.archives:
                archives.add(0)
            whole = (*mine, *behind)
            rest = tuple(name for j, name in enumerate(whole) if j not in archives)
            return match, entry.parts[:i], rest or whole[-1:]
    return None
