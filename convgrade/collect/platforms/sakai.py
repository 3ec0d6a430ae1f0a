"""Sakai: *Download all* gives a folder for every student, and ``grades.csv``.

``Doe, Jane(jdoe)/Submission attachment(s)/<file>`` with ``Doe, Jane(jdoe)/timestamp.txt``, or flat
``Doe, Jane(jdoe)_Submission attachment(s)_<file>``. Sakai's own times are in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from convgrade.collect.download import Entry
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import Context, Found, Platform, by_patterns

HEAD = r"(?P<name>[^()]+, ?[^()]*)\((?P<login>[^()]+)\)"
FOLDER = re.compile(HEAD)
FLAT = re.compile(rf"{HEAD}_Submission attachment\(s\)_(?P<rest>.+)")
ATTACHMENTS = "Submission attachment(s)"


def facts(context: Context) -> dict[tuple[str, ...], datetime]:
    """Read when each student handed in, by the student's folder."""
    times: dict[tuple[str, ...], datetime] = {}
    for entry in context.entries:
        fit = by_patterns(entry, (FOLDER,))
        if fit and fit[2] == ("timestamp.txt",) and entry.file.stat().st_size < 200:
            time = _time(entry.file.read_text("utf-8", "replace").strip())
            if time:
                times[entry.parts[:-1]] = time
    return times


def _time(text: str) -> datetime | None:
    if re.fullmatch(r"\d{17}", text):  # years to milliseconds
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def find(entry: Entry, context: Context) -> Found | None:
    """Read a path."""
    fit = by_patterns(entry, (FOLDER, FLAT))
    if fit is None:
        return None
    match, before, rest = fit
    login = match["login"]
    who = Who(f"sakai:{login}", match["name"], "", login, firm=True)
    aside = ""
    if match.re is FOLDER:
        if rest[0] == ATTACHMENTS and len(rest) > 1:
            rest = rest[1:]
        else:
            aside = "what Sakai adds"
    time = context.facts.get((*before, match[0]))
    return Found((who,), rest, before, time=time, aside=aside)


def own(entry: Entry, context: Context) -> bool:
    """Tell whether Sakai added the file."""
    return entry.parts[-1].lower().startswith("grades.")


SAKAI = Platform(
    "sakai",
    "Sakai",
    f"<name>(<user>)/{ATTACHMENTS}/<file>",
    find,
    facts=facts,
    own=own,
)
