"""From a download to submissions: whose each file is, and what a person has to decide."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from convgrade.collect.assignment import Assignment
from convgrade.collect.attempts import Attempt, UndecidedError, newest
from convgrade.collect.download import Contents, Entry
from convgrade.collect.names import copy_of, notebook_stem, unsafe
from convgrade.collect.people import People, Who
from convgrade.collect.platforms.every import Reading, recognise
from convgrade.collect.platforms.scheme import Context, Found

__all__ = ["Placement", "Submission", "place"]


@dataclass
class Submission:
    """What one student handed in, to be written.

    Attributes
    ----------
    student : str
        The id.
    who : Who
    attempt : Attempt
    """

    student: str
    who: Who
    attempt: Attempt


@dataclass
class Placement:
    """A download, read.

    Attributes
    ----------
    reading : Reading or None
        None when no platform was recognised.
    submissions : list of Submission
        By id.
    undecided : list of (str, str)
        Students for whom nothing is written, and why.
    unplaced : list of (str, str)
        Files that are nobody's, and why.
    possible : set of str
        Ids of those who may be meant by somebody undecided.
    notes : list of str
    left_out : int
        How many files were the course's own.
    noise : int
        How many files only a file manager or an editor made.
    """

    reading: Reading | None
    submissions: list[Submission] = field(default_factory=list)
    undecided: list[tuple[str, str]] = field(default_factory=list)
    unplaced: list[tuple[str, str]] = field(default_factory=list)
    possible: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    left_out: int = 0
    noise: int = 0


@dataclass(frozen=True)
class Course:
    """What the course knows of its students.

    Attributes
    ----------
    people : People
        Of the roster, else of the gradebook.
    roster : bool
        Whether it is a roster, so that who is not in it is nobody.
    recorded : mapping of str to str
        Ids that students of earlier downloads got, by `Who.key`.
    there : frozenset of str
        Ids that have a folder in ``submitted/``.
    here : frozenset of str
        Ids of those who have one for this assignment.
    """

    people: People
    roster: bool
    recorded: Mapping[str, str]
    there: frozenset[str] = frozenset()
    here: frozenset[str] = frozenset()


def place(
    contents: Contents,
    assignment: Assignment,
    course: Course,
    zone: ZoneInfo,
    platform: str = "",
) -> Placement:
    """Tell whose the files of a download are.

    Parameters
    ----------
    contents : Contents
    assignment : Assignment
    course : Course
    zone : ZoneInfo
        Of times that a platform gives without one.
    platform : str
        Where a person says which it is.
    """
    known = frozenset(course.people.ids if course.roster else course.people.ids | course.there)
    entries = tuple(contents.entries)
    context = Context(assignment.name, assignment.notebooks, known, entries)
    reading = recognise(context, platform)
    placement = Placement(reading, unplaced=list(contents.refused), noise=contents.noise)
    if reading is None:
        placement.unplaced += [
            (entry.shown, "its name does not say whose it is") for entry in entries
        ]
        return placement
    files: dict[str, list[tuple[Entry, Found]]] = defaultdict(list)
    people: dict[str, Who] = {}
    for i, entry in enumerate(entries):
        if found := reading.found.get(i):
            for who in found.who:
                people.setdefault(who.key, who)
                files[who.key].append((entry, found))
        elif copy_of(entry.parts[-1], set(assignment.files)):
            placement.left_out += 1
        elif not reading.platform.own(entry, reading.context):
            placement.unplaced.append((entry.shown, _why_nobody(entry)))
    unread = sorted({found.unread for found in reading.found.values() if found.unread})
    if unread:
        why = f"is a time in a form that is not read ({len(unread)} such); none was written"
        placement.unplaced.append((unread[0], why))
    ids = _ids(people, course, placement)
    for key, students in ids.items():
        try:
            attempt = newest(_zoned(files[key], zone), assignment)
        except UndecidedError as reason:
            placement.undecided.append((", ".join(students), str(reason)))
            continue
        placement.left_out += attempt.left_out
        for student in students:
            placement.submissions.append(Submission(student, people[key], attempt))
    placement.submissions.sort(key=lambda one: one.student)
    if reading.platform.guess and not platform:
        _doubt(placement, assignment)
    return placement


def _why_nobody(entry: Entry) -> str:
    if notebook_stem(entry.parts[-1]) is None:
        return "its path names no student"
    return "its path names no student, or could name two"


def _zoned(files: Sequence[tuple[Entry, Found]], zone: ZoneInfo) -> list[tuple[Entry, Found]]:
    return [
        (
            entry,
            replace(found, time=found.time.replace(tzinfo=zone))
            if found.time and found.time.tzinfo is None
            else found,
        )
        for entry, found in files
    ]


def _ids(people: Mapping[str, Who], course: Course, placement: Placement) -> dict[str, list[str]]:
    """Give each student of the platform an id of the course; or say why there is none."""
    ids: dict[str, list[str]] = {}
    for key, who in people.items():
        found = course.people.find(who)
        if len(found) > 1:
            placement.possible |= {person.id for person in found}
            names = ", ".join(sorted(person.id for person in found))
            placement.undecided.append((who.shown, f"could be {names}"))
        elif found:
            ids[key] = [found[0].id]
        elif course.roster and (members := course.people.members(who)):
            ids[key] = [person.id for person in members]
            placement.notes.append(f"{who.shown}: a group; each member gets what it handed in")
        elif course.roster:
            placement.undecided.append((who.shown, "is not in the roster"))
        else:
            ids[key] = [course.recorded.get(key, who.login) if not who.firm else who.login]
    _tell_apart(ids, people, course, placement)
    _moved(ids, people, course, placement)
    for key, students in list(ids.items()):
        wrong = [f"{student!a}: {why}" for student in students if (why := unsafe(student))]
        if wrong:
            del ids[key]
            words = f"no id to name a folder by ({'; '.join(wrong)}); give a roster"
            placement.undecided.append((people[key].shown, words))
    return ids


def _tell_apart(
    ids: dict[str, list[str]], people: Mapping[str, Who], course: Course, placement: Placement
) -> None:
    """See to it that no two students of the platform get one id."""
    taken: dict[str, list[str]] = defaultdict(list)
    for key, students in ids.items():
        for student in students:
            taken[student.casefold()].append(key)
    owners = {student.casefold(): key for key, student in course.recorded.items()}
    for student, keys in taken.items():
        rivals = [key for key in keys if owners.get(student, key) != key]
        if len(keys) < 2 and not rivals:
            continue
        numbered = all(key.startswith("moodle:") and people[key].number for key in keys)
        if numbered and not course.roster:
            for key in keys:
                if owners.get(student) != key:
                    ids[key] = [f"{people[key].login}_{people[key].number}"]
            placement.notes.append(
                f"{len(keys)} students are called {people[keys[0]].shown.split(' (')[0]}: told "
                "apart by Moodle's number, which changes with every assignment. A roster is safer"
            )
            continue
        if len(keys) < 2:
            continue
        for key in keys:
            ids.pop(key, None)
            others = ", ".join(people[other].shown for other in keys if other != key)
            placement.undecided.append(
                (people[key].shown, f"would get the same id as {others}; give a roster")
            )


def _moved(
    ids: dict[str, list[str]], people: Mapping[str, Who], course: Course, placement: Placement
) -> None:
    """See to it that nobody is collected under one id today and under another tomorrow."""
    for key, students in list(ids.items()):
        before = course.recorded.get(key)
        if before and before in course.here and before not in students:
            del ids[key]
            placement.undecided.append((
                people[key].shown,
                f"was collected as {before} before, and would be {', '.join(students)} now; "
                f"rename or remove submitted/{before}",
            ))  # fmt: skip


def _doubt(placement: Placement, assignment: Assignment) -> None:
    """Leave out students who look like one student's files, or like no student at all.

    Where any name fits, a number of an upload or of a part in the names makes one student into
    many: they then differ by a number only, and no two have the same notebook.
    """
    groups: dict[str, list[Submission]] = defaultdict(list)
    for one in placement.submissions:
        groups[re.sub(r"\d+", "0", one.student)].append(one)
    everybody, doubted = placement.submissions, set[str]()

    def doubt(students: Sequence[str], why: str) -> None:
        if left := [student for student in students if student not in doubted]:
            placement.undecided.append((", ".join(left), why))
            doubted.update(left)

    for group in (*groups.values(), everybody):
        single = all(len(one.attempt.notebooks) == 1 for one in group)
        if _disjoint(group) and (single or group is not everybody):
            doubt(
                [one.student for one in group],
                "no two have the same notebook, as if they were one student's files; say "
                "--platform if they are students",
            )
    taken = {name.casefold() for name in (*assignment.notebooks, assignment.name)}
    doubt(
        [one.student for one in everybody if one.student.casefold() in taken],
        "is the name of a notebook or of the assignment, not a student's",
    )
    doubt(
        [one.student for one in everybody if re.fullmatch(r"submission_\d+", one.student)],
        "is Gradescope's number, and no submission_metadata.yml that can be read is there",
    )
    placement.possible |= doubted
    placement.submissions = [one for one in everybody if one.student not in doubted]


def _disjoint(group: Sequence[Submission]) -> bool:
    notebooks = [name for one in group for name in one.attempt.notebooks]
    return len(group) > 1 and len(set(notebooks)) == len(notebooks)
