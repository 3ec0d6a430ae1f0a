"""Canvas: *Download submissions* gives one zip of files, flat.

``doejane_LATE_123_45600_1_linear_maps-1.ipynb``: the sortable name without anything but letters,
``LATE``, the user's number, the upload's number, and the file's own name. With anonymous grading
``anon_x4Zq2_45600_...``. Written from Canvas's ``lib/content_zipper.rb``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from convgrade.collect.download import Entry
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import Context, Found, Platform, by_patterns

FILE = re.compile(
    r"(?P<name>[^/]*?[^/_])_(?P<late>LATE_)?(?P<number>\d+)_(?P<order>\d+)_(?P<rest>.+)"
)
ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?(?P<name>anon)_(?P<number>[A-Za-z0-9]{5})_(?P<order>\d+)_(?P<rest>.+)"
)
TEXT = re.compile(
    r"(?P<name>[^/]*?[^/_])_(?P<late>LATE_)?(?P<number>\d+)_(?P<rest>(?:text|link)\.html)"
)


def find(entry: Entry, context: Context) -> Found | None:
    """Read a path."""
    fit = by_patterns(entry, (ANONYMOUS, FILE, TEXT))
    if fit is None:
        return None
    match, before, rest = fit
    name, number = match["name"], match["number"]
    order = match.groupdict().get("order")
    who = Who(f"canvas:{number}", "" if name == "anon" else name, number, f"{name}_{number}")
    return Found(
        (who,),
        rest,
        before,
        late=bool(match["late"]),
        order=int(order) if order else None,
        named=match[0],
        aside="" if order else "a text or a link in place of a file",
    )


def plausible(founds: Sequence[Found]) -> bool:
    """Every upload has a number of its own, and every number of a user one name."""
    uploads: dict[tuple[tuple[str, ...], int], str] = {}
    files: dict[tuple[tuple[str, ...], str, tuple[str, ...]], str] = {}
    names: dict[str, str] = {}
    for found in founds:
        who = found.who[0]
        if names.setdefault(who.key, who.name) != who.name:
            return False
        if found.order is None:
            continue
        if uploads.setdefault((found.attempt, found.order), found.named) != found.named:
            return False
        loose = found.named.endswith(found.rest[0])  # else it lies in an archive of the student's
        file = (found.attempt, who.key, found.rest)
        if loose and files.setdefault(file, found.named) != found.named:
            return False
    return True


CANVAS = Platform(
    "canvas",
    "Canvas",
    "<name>_[LATE_]<user's number>_<upload's number>_<file>",
    find,
    plausible=plausible,
)
