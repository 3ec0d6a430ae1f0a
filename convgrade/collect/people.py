"""Who is who: a platform's names and numbers, and the ids of the course's students."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from convgrade.collect.names import squash, tidy

__all__ = ["People", "Person", "RosterError", "Who", "read_roster"]

# Columns by header, squashed. The first of IDS that a roster has gives the ids.
IDS = (
    *("studentid", "nbgraderid", "sisuserid", "sisloginid", "orgdefinedid", "idnumber"),
    *("matriculationnumber", "matrikelnummer", "login", "loginid", "username", "userid"),
    *("sid", "id", "email", "emailaddress"),
)
NUMBERS = (
    *("id", "userid", "canvasid", "canvasuserid", "lmsuserid", "lmsid", "moodleid", "number"),
    *("identifier", "participant", "usernumber", "iliasid", "brightspaceid"),
)
LOGINS = (
    *("login", "loginid", "sisloginid", "username", "email", "emailaddress", "sid", "studentid"),
    *("nbgraderid", "sisuserid", "orgdefinedid", "idnumber", "id", "userid"),
)
NAMES = ("name", "student", "studentname", "fullname", "displayname")
FIRST = ("firstname", "givenname", "first", "vorname")
LAST = ("lastname", "surname", "familyname", "last", "nachname")
GROUPS = ("group", "groupname", "team")


class RosterError(Exception):
    """A roster that cannot be used."""


@dataclass(frozen=True)
class Who:
    """What a platform says about a student.

    Attributes
    ----------
    key : str
        Tells students of one download apart.
    name, number, login, email : str
        "" where the platform does not say.
    firm : bool
        Whether ``login`` is an id that a course can use as it is.
    """

    key: str
    name: str = ""
    number: str = ""
    login: str = ""
    email: str = ""
    firm: bool = False

    @property
    def shown(self) -> str:
        """The student as a person would write it."""
        name = self.name or self.login or self.email
        return f"{name} ({self.number})" if name and self.number else name or self.number


@dataclass(frozen=True)
class Person:
    """A student of the course.

    Attributes
    ----------
    id : str
        nbgrader's.
    names, numbers, logins, groups : frozenset of str
        By which platforms may know the student.
    """

    id: str
    names: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    logins: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass
class People:
    """The students of the course, as far as they are known."""

    everybody: list[Person] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """All ids."""
        return {person.id for person in self.everybody}

    def find(self, who: Who) -> list[Person]:
        """Return whom a platform can mean: one person, or several, or nobody."""
        login, email = who.login.casefold(), who.email.casefold()
        ways = [
            [p for p in self.everybody if login and (login in p.logins or who.login == p.id)],
            [p for p in self.everybody if email and email in p.logins],
            [p for p in self.everybody if who.number and who.number in p.numbers],
        ]
        named = self._named(who.name)
        firm = {person.id: person for way in ways for person in way}
        if firm:
            # A number that is one person's and a name that is another's: not for us to decide.
            others = {p.id for p in named} - set(firm)
            known = [p for p in firm.values() if p.names]
            if (
                len(firm) == 1
                and named
                and others
                and known
                and not set(firm) & {p.id for p in named}
            ):
                return [*firm.values(), *named]
            both = [person for person in named if person.id in firm]
            return both if len(both) == 1 else list(firm.values())
        return named

    def members(self, who: Who) -> list[Person]:
        """Return the members of a group that handed in as one."""
        name = squash(who.name)
        return [person for person in self.everybody if name and name in person.groups]

    def _named(self, name: str) -> list[Person]:
        # Moodle writes "Group A-Jane Doe" when a group is chosen for the download.
        tries = [name, *(name.split("-", i)[-1] for i in range(1, name.count("-") + 1))]
        for attempt in tries:
            form = squash(attempt)
            found = [person for person in self.everybody if form and form in person.names]
            if found:
                return found
        return []


def person(
    student: str,
    first: str = "",
    last: str = "",
    names: Iterable[str] = (),
    numbers: Iterable[str] = (),
    logins: Iterable[str] = (),
    groups: Iterable[str] = (),
) -> Person:
    """Return a student by what is known, each piece in the form that is compared."""
    forms = {squash(name) for name in names}
    forms |= {squash(_turned(name)) for name in names}
    if first or last:
        forms |= {squash(first + last), squash(last + first)}
    return Person(
        tidy(student),
        frozenset(forms - {""}),
        frozenset(number for number in map(_number, numbers) if number),
        frozenset(login.casefold() for login in map(str.strip, logins) if login),
        frozenset(squash(group) for group in groups) - {""},
    )


def _turned(name: str) -> str:
    last, comma, first = name.partition(",")
    if comma:
        return first + last
    first, space, last = name.strip().rpartition(" ")
    return last + first if space else name


def _number(text: str) -> str:
    """Return the digits of "456789" or "Participant 456789"; "" where there is none."""
    word = text.strip().rpartition(" ")[2]
    return word if word.isdigit() else ""


def read_roster(path: Path) -> People:
    """Read the students of a course from a CSV file; columns are found by their headers.

    Raises
    ------
    RosterError
        When there is no such file, or no column or cell with ids.
    """
    rows = _rows(path)
    headers = [squash(cell) for cell in rows[0]]
    columns = [name for name in IDS if name in headers]
    if not columns:
        raise RosterError(
            f"{path} has no column with the students' ids. It has: {', '.join(rows[0])}. "
            "Name one of them student_id"
        )
    people, where = People(), dict[str, int]()
    for line, row in enumerate(rows[1:], start=2):
        cells = dict(zip(headers, (cell.strip() for cell in row), strict=False))
        student = next((cells[name] for name in columns[:1] if cells.get(name)), "")
        if not any(cells.values()) or _points_row(cells):
            continue
        if not student:
            raise RosterError(f"{path}, line {line}: no id in the column {columns[0]}")
        if student in where:
            raise RosterError(f"{path}, lines {where[student]} and {line}: {student} twice")
        where[student] = line

        def pick(wanted: Iterable[str], of: dict[str, str] = cells) -> list[str]:
            return [of[name] for name in wanted if of.get(name)]

        people.everybody.append(
            person(
                student,
                "".join(pick(FIRST)[:1]),
                "".join(pick(LAST)[:1]),
                names=pick(NAMES),
                numbers=pick(NUMBERS),
                logins=pick(LOGINS),
                groups=pick(GROUPS),
            )
        )
    if not people.everybody:
        raise RosterError(f"{path} names no student")
    return people


def _points_row(cells: dict[str, str]) -> bool:
    # Canvas's gradebook has a row "Points Possible" that is nobody's.
    return any(cells.get(name, "").casefold() == "points possible" for name in NAMES)


def _rows(path: Path) -> list[list[str]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RosterError(f"the roster {path} cannot be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    rows = [[tidy(cell) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=mark)]
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise RosterError(f"{path} is empty")
    return rows
