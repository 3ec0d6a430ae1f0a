"""Files that begin with the student's id: ``<student id>_<notebook>.ipynb``.

Which notebook a name ends with is not always certain: ``a_1_linear_maps`` ends with both
``linear_maps`` and ``1_linear_maps``. Then ids that are certain elsewhere decide.
"""

from __future__ import annotations

from convgrade.collect.download import Entry
from convgrade.collect.names import NamedFile, notebook_in, notebook_stem
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import Context, Found, Platform, no_folder_is_a_student


def readings(name: str, context: Context) -> list[NamedFile]:
    """Return the ways to split a name into an id and a notebook, the longest notebook first."""
    found = notebook_in(name, context.notebooks)
    return [one for one in found if len(one.before) > 1 and one.before.endswith("_")]


def facts(context: Context) -> frozenset[str]:
    """Find the ids that are certain: known to the course, or the only way to read a name."""
    certain = set(context.known)
    for entry in context.entries:
        ways = readings(entry.parts[-1], context)
        if len(ways) == 1:
            certain.add(ways[0].before[:-1])
    return frozenset(certain)


def find(entry: Entry, context: Context) -> Found | None:
    """Read a path."""
    file = entry.parts[-1]
    ways = readings(file, context)
    if not ways:
        return _known(entry, context)
    sure = [one for one in ways if one.before[:-1] in context.facts]
    if len(sure) > 1:
        return None  # two students of the course could be meant
    one = (sure or ways)[0]
    return _found(entry, one.before[:-1], file[len(one.before) :])


def _known(entry: Entry, context: Context) -> Found | None:
    """Take a file that begins with the id of a student of the course."""
    file = entry.parts[-1]
    stem = notebook_stem(file)
    if stem in context.facts:
        return _found(entry, str(stem), file)
    for head in _heads(file):
        if head in context.facts:
            return _found(entry, head, file[len(head) + 1 :])
    return None


def _heads(file: str) -> list[str]:
    places = [i for i, sign in enumerate(file) if sign == "_" and i + 1 < len(file)]
    return [file[:i] for i in reversed(places)]


def _found(entry: Entry, student: str, rest: str) -> Found:
    who = Who(f"plain:{student}", "", "", student, firm=True)
    return Found((who,), (rest,), entry.parts[:-1])


PLAIN = Platform(
    "plain",
    "files that begin with the student's id",
    "<student id>_<notebook>.ipynb",
    find,
    facts=facts,
    plausible=no_folder_is_a_student,
    guess=True,
)
