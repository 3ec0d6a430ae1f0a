"""Brightspace (D2L): *Download all* gives a folder for every attempt, and ``index.html``.

``123456-789012 - Jane Doe - Mar 10, 2026 900 AM/<file>``: minutes stand behind the hour without
a colon. Two students of one name differ in nothing that is sure, so a person decides.
"""

from __future__ import annotations

import re
from datetime import datetime

from convgrade.collect.download import Entry
from convgrade.collect.names import id_from_name
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import Context, Found, Platform, by_patterns

FOLDER = re.compile(r"(?P<number>\d+)-(?P<folder>\d+) - (?P<name>.+?) - (?P<time>[^-]*\d{4}\b.*)")
TIMES = ("%b %d, %Y %I%M %p", "%B %d, %Y %I%M %p", "%d %B, %Y %I%M %p", "%d %b, %Y %I%M %p")
TIMES_24 = ("%b %d, %Y %H%M", "%B %d, %Y %H%M", "%d %B, %Y %H%M", "%d %b, %Y %H%M")


def when(text: str) -> datetime | None:
    """Read ``Mar 10, 2026 900 AM``; None for what is no such time."""
    day, space, clock = text.strip().partition(", ")
    year, _, rest = clock.partition(" ")
    figures, *half = rest.split()
    padded = " ".join((figures.zfill(4), *half))
    for form in TIMES if half else TIMES_24:
        try:
            return datetime.strptime(f"{day}{space}{year} {padded}", form)
        except ValueError:
            continue
    return None


def find(entry: Entry, context: Context) -> Found | None:
    """Read a path."""
    fit = by_patterns(entry, (FOLDER,))
    if fit is None:
        return None
    match, before, rest = fit
    name, text = match["name"], match["time"]
    time = when(text) if re.search(r", \d{4} \d", text) else None
    number = match["number"]
    who = Who(f"brightspace:{number}:{name}", name, number, id_from_name(name))
    unread = "" if time else text
    return Found((who,), rest, (*before, match[0]), time=time, unread=unread)


def own(entry: Entry, context: Context) -> bool:
    """Tell whether Brightspace added the file."""
    return entry.parts[-1].lower() == "index.html"


BRIGHTSPACE = Platform(
    "brightspace",
    "Brightspace",
    "<number>-<number> - <name> - <time>/<file>",
    find,
    own=own,
)
