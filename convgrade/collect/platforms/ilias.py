"""ILIAS: *Download all submissions* gives a folder for every student, in teams or not.

``Doe_Jane_jdoe_12345/<file>``: last name, first name, login and the user's number. A file may
carry the time of its upload, ``20260310090000_<file>``.
"""

from __future__ import annotations

import re
from datetime import datetime

from convgrade.collect.download import Entry
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import Context, Found, Platform, by_patterns

FOLDER = re.compile(r"(?P<last>[^_]+)_(?P<first>.+)_(?P<login>[^_]+)_(?P<number>\d+)")
STAMPED = re.compile(r"(?P<time>20\d{12})_(?P<own>.+)")
OWN = re.compile(r"status\.(xlsx|csv)|readme\.(md|txt)", re.IGNORECASE)


def find(entry: Entry, context: Context) -> Found | None:
    """Read a path."""
    fit = by_patterns(entry, (FOLDER,))
    if fit is None:
        return None
    match, before, rest = fit
    time = None
    if stamp := STAMPED.fullmatch(rest[-1]):
        try:
            time = datetime.strptime(stamp["time"], "%Y%m%d%H%M%S")
            rest = (*rest[:-1], stamp["own"])
        except ValueError:
            time = None
    name = f"{match['last']}, {match['first'].replace('_', ' ')}"
    number = match["number"]
    who = Who(f"ilias:{number}", name, number, match["login"], firm=True)
    return Found((who,), rest, before, time=time)


def own(entry: Entry, context: Context) -> bool:
    """Tell whether ILIAS added the file."""
    return bool(OWN.fullmatch(entry.parts[-1]))


ILIAS = Platform(
    "ilias",
    "ILIAS",
    "<last name>_<first name>_<login>_<number>/<file>",
    find,
    own=own,
)
