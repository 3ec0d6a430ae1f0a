"""Google Classroom: the assignment's folder in Drive, where a teacher's copies carry the name.

``Jane Doe - 1_linear_maps.ipynb``, and ``... (1).ipynb`` for a second file of that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from convgrade.collect.download import Entry
from convgrade.collect.names import id_from_name, notebook_in
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import Context, Found, Platform, no_folder_is_a_student

DASH = " - "


def find(entry: Entry, context: Context) -> Found | None:
    """Read a path."""
    file = entry.parts[-1]
    for one in notebook_in(file, context.notebooks):
        name = one.before.removesuffix(DASH)
        if name and name != one.before:
            rest = (file[len(one.before) :],)
            who = Who(f"classroom:{name}", name, "", id_from_name(name))
            return Found((who,), rest, entry.parts[:-1])
    name, dash, own = file.partition(DASH)
    if dash and name and own:
        who = Who(f"classroom:{name}", name, "", id_from_name(name))
        return Found((who,), (own,), entry.parts[:-1])
    return None


def plausible(founds: Sequence[Found]) -> bool:
    """No folder is a student; Drive's own archives are parts of one download."""
    return no_folder_is_a_student(
        [
            replace(found, attempt=tuple(p for p in found.attempt if not p.endswith(".zip")))
            for found in founds
        ]
    )


CLASSROOM = Platform(
    "classroom",
    "Google Classroom",
    "<name> - <notebook>.ipynb",
    find,
    plausible=plausible,
    guess=True,
)
