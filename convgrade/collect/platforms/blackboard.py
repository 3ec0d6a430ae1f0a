"""Blackboard: *Assignment File Download* gives one zip of files, flat, with all attempts.

``Linear_jdoe_attempt_2026-03-10-09-00-00_1_linear_maps.ipynb``, and for each attempt a text file
``Linear_jdoe_attempt_2026-03-10-09-00-00.txt`` that says *Name: Jane Doe (jdoe)*.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime

from convgrade.collect.download import Entry
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import Context, Found, Platform, by_patterns

HEAD = r"(?P<head>.+)_attempt_(?P<time>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)"
FILE = re.compile(rf"{HEAD}_(?P<rest>.+)")
TEXT = re.compile(rf"{HEAD}(?P<rest>\.txt)")
NAME = re.compile(r"^\s*Name:\s*(?P<name>.*?)\s*\((?P<login>[^()]+)\)\s*$", re.MULTILINE)
LARGEST_TEXT = 2**20


@dataclass(frozen=True)
class Heads:
    """What stands before ``_attempt_``: the assignment and the student.

    Attributes
    ----------
    common : int
        How many signs belong to the assignment.
    people : dict of str to (str, str)
        Login and name, where a text file says them.
    """

    common: int
    people: dict[str, tuple[str, str]]


def facts(context: Context) -> Heads:
    """Find where the student begins: what all heads share is the assignment's title."""
    heads, people = set[str](), dict[str, tuple[str, str]]()
    for entry in context.entries:
        fit = by_patterns(entry, (TEXT, FILE))
        if fit is None:
            continue
        head = fit[0]["head"]
        heads.add(head)
        if fit[0].re is TEXT and entry.file.stat().st_size <= LARGEST_TEXT:
            match = NAME.search(entry.file.read_text("utf-8", "replace"))
            if match and head.endswith(f"_{match['login']}"):
                people[head] = (match["login"], match["name"])
    if len(heads) > 1:
        shared = os.path.commonprefix(sorted(heads))  # noqa: RUF071 (sign by sign, not folders)
        common = shared.rfind("_") + 1
    else:
        common = max((head.rfind("_") + 1 for head in heads), default=0)
    return Heads(common, people)


def find(entry: Entry, context: Context) -> Found | None:
    """Read a path."""
    fit = by_patterns(entry, (TEXT, FILE))
    if fit is None:
        return None
    match, _, rest = fit
    try:
        time = datetime.strptime(match["time"], "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        return None
    head = match["head"]
    login, name = context.facts.people.get(head, (head[context.facts.common :], ""))
    who = Who(f"blackboard:{login}", name, "", login, firm=True)
    aside = "what Blackboard says about an attempt" if match.re is TEXT else ""
    return Found((who,), rest, (match["time"],), time=time, aside=aside)


BLACKBOARD = Platform(
    "blackboard",
    "Blackboard",
    "<assignment>_<user>_attempt_<time>_<file>",
    find,
    facts=facts,
)
