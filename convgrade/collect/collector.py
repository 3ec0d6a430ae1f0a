"""Collecting: from a download to ``submitted/``, for the command and for ``zip_collect``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nbgrader.api import Assignment as GradebookAssignment
from nbgrader.api import Gradebook, Student
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Enum, Instance, Unicode
from traitlets.config import LoggingConfigurable

from convgrade.collect.assignment import Assignment, read_assignment
from convgrade.collect.download import DownloadError, read_download
from convgrade.collect.names import tidy
from convgrade.collect.people import People, person, read_roster
from convgrade.collect.placing import Course, Placement, place
from convgrade.collect.platforms.every import PLATFORMS
from convgrade.collect.record import Past, Record
from convgrade.collect.writing import SAME, Step, decide, put_aside, write

__all__ = ["Collector", "Plan"]

RECORD, REPLACED = "collected.json", "replaced"


@dataclass
class Plan:
    """What a download will change.

    Attributes
    ----------
    assignment : Assignment
    placement : Placement
    steps : list of Step
        One a student, by id.
    absent : list of str
        Students of the course with nothing in the download and nothing in ``submitted/``.
    kept : list of str
        Those who are not in the download, and handed in before.
    due : datetime or None
        The gradebook's due date.
    zone : str
        Of times without one.
    moved : dict of str to Path
        Where what was replaced is kept, by id.
    failed : list of (str, str)
        Students whose files could not be written, and why.
    """

    assignment: Assignment
    placement: Placement
    steps: list[Step] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    due: datetime | None = None
    zone: str = "UTC"
    moved: dict[str, Path] = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)


class Collector(LoggingConfigurable):
    """Reads downloads of learning platforms."""

    roster = Unicode(
        "",
        help="A CSV file with the students of the course: a column of ids, and columns by which "
        "the platform knows them (name, number, login, email). Without one, the gradebook's "
        "students are looked at.",
    ).tag(config=True)
    timezone = Unicode(
        "UTC",
        help="The zone of times that the platform gives without one, such as Europe/Berlin.",
    ).tag(config=True)
    platform = Enum(
        ("", *(one.name for one in PLATFORMS)),
        default_value="",
        help="The platform, where it is not recognised or a guess is refused.",
    ).tag(config=True)
    coursedir = Instance(CourseDirectory)

    @contextmanager
    def planned(self, download: Path, force: bool = False) -> Iterator[Plan]:
        """Read a download and compare it with what is there; changes nothing.

        Parameters
        ----------
        download : Path
        force : bool
            Take the download's also where it is not clear which is newer.

        Raises
        ------
        AssignmentError, DownloadError, RosterError, RecordError
            When there is nothing to go by.
        """
        assignment = read_assignment(self.coursedir)
        try:
            zone = ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise DownloadError(
                f"there is no time zone {self.timezone!r}; one is called Europe/Berlin, say"
            ) from None
        people, due = self._gradebook()
        if self.roster:
            path = Path(self.roster).expanduser()
            people = read_roster(path if path.exists() else Path(self.coursedir.root) / path)
        record = self.record()
        course = Course(people, bool(self.roster), record.ids, *self._there())
        with tempfile.TemporaryDirectory(prefix="convgrade-collect-") as scratch:
            contents = read_download(download, Path(scratch))
            placement = place(contents, assignment, course, zone, self.platform)
            plan = Plan(assignment, placement, due=due, zone=self.timezone)
            for one in placement.submissions:
                past = record.students.get(one.student)
                plan.steps.append(decide(one, self.folder(one.student), past, force))
            self._absent(plan, people)
            yield plan

    def carry_out(self, plan: Plan, to: Path | None = None) -> None:
        """Write what a plan says.

        Parameters
        ----------
        plan : Plan
        to : Path or None
            Where to write instead of ``submitted/``: a folder for every student. What is
            replaced leaves ``submitted/`` all the same.
        """
        record = self.record()
        for step in plan.steps:
            student = step.submission.student
            record.ids[step.submission.who.key] = student
            past = record.students.setdefault(student, Past())
            if step.what == SAME and not past.digests:
                past.digests = [step.digest]  # a run was ended before it was noted
            if not step.writes:
                continue
            folder, kept = self.folder(student), self._base() / REPLACED / student
            moved = None
            try:
                moved = put_aside(folder, kept)
                write(step.submission, to / student if to else folder)
            except OSError as error:
                plan.failed.append((student, f"cannot be written: {error}"))
                if moved:
                    os.replace(moved, folder)
                continue
            if moved:
                plan.moved[student] = moved
            past.digests = [*(d for d in past.digests if d != step.digest), step.digest]
            past.order = step.submission.attempt.order
        record.write()

    def folder(self, student: str) -> Path:
        """Return where a student's submission lies, in the form of Unicode that is there."""
        name = self.coursedir.assignment_id
        above = Path(self.coursedir.format_path(self.coursedir.submitted_directory, "*", name))
        if not student.isascii():
            same = [path.name for path in above.parents[1].glob("*") if tidy(path.name) == student]
            student = next(iter(same), student)
        return Path(self.coursedir.format_path(self.coursedir.submitted_directory, student, name))

    def record(self) -> Record:
        """Return the record of what was collected before."""
        return Record.read(self._base() / RECORD)

    def _base(self) -> Path:
        return Path(self.coursedir.root) / "downloaded" / str(self.coursedir.assignment_id)

    def _there(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return whose work is in submitted/: of any assignment, and of this one."""
        folders = [path for path in self.folder("*").parents[1].glob("*/*") if path.is_dir()]
        own = self.folder("*").name
        return (
            frozenset(tidy(path.parent.name) for path in folders),
            frozenset(tidy(path.parent.name) for path in folders if path.name == own),
        )

    def _absent(self, plan: Plan, people: People) -> None:
        here = {step.submission.student for step in plan.steps}
        here |= {name for name, _ in plan.placement.undecided} | plan.placement.possible
        for student in sorted(people.ids - here):
            there = self.folder(student)
            (plan.kept if there.exists() else plan.absent).append(student)

    def _gradebook(self) -> tuple[People, datetime | None]:
        """Read the gradebook's students and the due date; nothing where there is none yet."""
        url = str(self.coursedir.db_url)
        path = url.removeprefix("sqlite:///")
        if path != url and not Path(path).exists():
            return People(), None  # looking would make one
        try:
            with Gradebook(url, self.coursedir.course_id) as gradebook:
                name = self.coursedir.assignment_id
                due = gradebook.db.query(GradebookAssignment.duedate).filter_by(name=name).scalar()
                return People([_person(one) for one in gradebook.db.query(Student)]), due
        except SQLAlchemyError as error:
            self.log.warning("The gradebook cannot be read, so it is not looked at: %s", error)
            return People(), None


def _person(student: Any) -> Any:
    return person(
        student.id,
        student.first_name or "",
        student.last_name or "",
        numbers=[student.lms_user_id or ""],
        logins=[student.id, student.email or ""],
    )
