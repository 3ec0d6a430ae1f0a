"""Folders: nbgrader's own ``<student>/<assignment>/<notebook>``, or one for every student."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from dateutil.parser import ParserError
from nbgrader.utils import parse_utc

from convgrade.collect.download import Entry
from convgrade.collect.names import notebook_stem
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import ARCHIVE, Context, Found, Platform


def _found(
    entry: Entry, context: Context, at: int, skip: int, time: datetime | None = None
) -> Found:
    name = entry.parts[at]
    student = ARCHIVE.sub("", name) if at in entry.archives else name
    rest = [
        part for i, part in enumerate(entry.parts) if i >= at + skip and i not in entry.archives
    ]
    who = Who(f"folder:{student}", student, "", student, firm=True)
    return Found((who,), tuple(rest), entry.parts[:at], time=time)


def submitted_facts(context: Context) -> dict[tuple[str, ...], datetime]:
    """Read nbgrader's times, by the folder that each lies in."""
    times: dict[tuple[str, ...], datetime] = {}
    for entry in context.entries:
        if entry.parts[-1] == "timestamp.txt" and entry.file.stat().st_size < 200:
            try:
                time = parse_utc(entry.file.read_text("utf-8", "replace").strip())
            except (ParserError, OverflowError, ValueError, TypeError):
                continue  # no time is then known
            times[entry.parts[:-1]] = time.replace(tzinfo=UTC)
    return times


def find_submitted(entry: Entry, context: Context) -> Found | None:
    """Read a path of nbgrader's layout."""
    for at in range(len(entry.parts) - 2):
        if entry.parts[at + 1] == context.assignment:
            own = context.facts.get(entry.parts[: at + 2])
            found = _found(entry, context, at, 2, own)
            if found.rest == ("timestamp.txt",):
                return Found(found.who, found.rest, found.attempt, aside="nbgrader's time")
            return found
    return None


def one_notebook_each(founds: Sequence[Found]) -> bool:
    """No student has the same notebook in two folders: those are then the students'."""
    seen: set[tuple[str, tuple[str, ...], str]] = set()
    for found in founds:
        file = (found.who[0].key, found.attempt, found.rest[-1])
        if notebook_stem(file[2]) is None or found.aside:
            continue
        if file in seen:
            return False
        seen.add(file)
    return True


def depth(context: Context) -> int:
    """Return at which level the students' folders lie: where the paths of notebooks part."""
    paths = [entry.parts for entry in context.entries if notebook_stem(entry.parts[-1])]
    if not paths:
        return 0
    least = min(len(path) for path in paths) - 2
    level = 0
    while level < least and len({path[: level + 1] for path in paths}) == 1:
        if paths[0][level] in context.known:
            break
        level += 1
    return level if len({path[: level + 1] for path in paths}) > 1 else _single(paths, context)


def _single(paths: list[tuple[str, ...]], context: Context) -> int:
    """Return the level of the only student's folder; -1 where two levels could be it."""
    folders = {path[:-1] for path in paths}
    known = [i for i, part in enumerate(paths[0][:-1]) if part in context.known]
    if len(known) == 1:
        return known[0]
    return 0 if all(len(folder) == 1 for folder in folders) else -1


def find_folder(entry: Entry, context: Context) -> Found | None:
    """Read a path with one folder for every student."""
    at: int = context.facts
    return _found(entry, context, at, 1) if 0 <= at < len(entry.parts) - 1 else None


SUBMITTED = Platform(
    "submitted",
    "nbgrader's own folders",
    "<student id>/<assignment>/<file>",
    find_submitted,
    facts=submitted_facts,
    plausible=one_notebook_each,
)
FOLDERS = Platform(
    "folders",
    "a folder for every student",
    "<student id>/<file>",
    find_folder,
    facts=depth,
    guess=True,
)
