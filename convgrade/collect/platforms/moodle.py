"""Moodle: *Download all submissions*, in folders (its default) or flat.

``Jane Doe_456789_assignsubmission_file_/<file>`` or ``..._assignsubmission_file_<file>``. The
number is the participant's in this one assignment: the next assignment gives another one. With
blind marking the name is the word for a participant. Written from ``mod/assign``.
"""

from __future__ import annotations

import re

from convgrade.collect.download import Entry
from convgrade.collect.names import id_from_name
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import Context, Found, Platform, by_patterns

HEAD = r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<kind>[a-z]+)"
FOLDER = re.compile(rf"{HEAD}_?")
FLAT = re.compile(rf"{HEAD}_(?P<rest>.+)")
BLIND = re.compile(r"(participant|partecipante|teilnehme|deelnemer|deltag|osallistuj)", re.I)


def find(entry: Entry, context: Context) -> Found | None:
    """Read a path."""
    fit = by_patterns(entry, (FOLDER, FLAT))
    if fit is None:
        return None
    match, before, rest = fit
    name, number = match["name"], match["number"] or ""
    blind = BLIND.match(name)
    login = id_from_name(f"{name}_{number}" if blind else name)
    who = Who(f"moodle:{number or name}", "" if blind else name, number, login)
    text = match["kind"] != "file"
    return Found((who,), rest, before, aside="a text typed into Moodle" if text else "")


MOODLE = Platform(
    "moodle",
    "Moodle",
    "<name>_<participant>_assignsubmission_file_/<file>",
    find,
)
