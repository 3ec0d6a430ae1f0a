"""The command line ``convgrade``, in nbgrader's manner."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.apps.baseapp import nbgrader_aliases, nbgrader_flags
from nbgrader.converters import Autograde, BaseConverter
from nbgrader.converters.base import NbGraderException
from traitlets import Unicode, default

from convgrade import doctor
from convgrade.checking.app import CheckApp
from convgrade.checking.memory import reminder
from convgrade.classroom.lock import LockedError
from convgrade.classroom.origin import fork_origin
from convgrade.classroom.runner import ClassRunner, RunError
from convgrade.classroom.times import times_file
from convgrade.classroom.workers import AddressError, PoolError, UnfitError
from convgrade.collect.app import CollectApp
from convgrade.init import InitApp
from convgrade.new_course import NewCourseApp
from convgrade.new_gradebook import find_version_here
from convgrade.plugins.course import source_folder
from convgrade.report.gradebook import ReportError
from convgrade.report.make import make_report
from convgrade.usage import (
    WRONG_USE,
    StrictApp,
    check_student,
    strictly,
    take_assignment,
    there_is,
    wrong_use,
)

__all__ = ["ConvgradeApp", "DoctorApp", "GradeApp", "ReportApp", "run"]

INTERRUPTED = 130  # as shells count an end by Ctrl-C


class GradeApp(StrictApp):
    """Grades a class in parallel."""

    name = "convgrade-grade"
    description = "Grade everything that a class has handed in, in parallel"
    examples = """
        Grade what is not graded yet of the assignment "ps1", on all cores:

            convgrade grade ps1

        Everything again; one student; students whose names begin with a:

            convgrade grade ps1 --force
            convgrade grade ps1 --student perfect --force
            convgrade grade ps1 --student "a*"

        On the workers of a Dask cluster, which need neither the course nor its
        gradebook:

            convgrade grade ps1 --scheduler tcp://10.0.0.1:8786

        The gradebook and autograded/ become what `nbgrader autograde` makes of them.
        A run that was ended, in whatever way, is taken up by the same command.

        Exit status: 0 when nothing needs a person; 1 when something does, or the run
        had to stop; 2 when the command was called in a wrong way; 130 after Ctrl-C or
        SIGTERM.
        """

    aliases: ClassVar[dict[str, Any]] = {
        **{name: trait for name, trait in nbgrader_aliases.items() if name != "notebook"},
        "course": "CourseDirectory.course_id",
        "workers": "ClassRunner.workers",
        "scheduler": "ClassRunner.scheduler",
    }
    flags: ClassVar[dict[str, Any]] = {
        **nbgrader_flags,
        "force": (
            {"BaseConverter": {"force": True}},
            "Grade submissions that are graded already once more.",
        ),
        "f": ({"BaseConverter": {"force": True}}, "The same as --force."),
        "require-sandbox": (
            {"ClassRunner": {"require_sandbox": True}},
            "Refuse to grade where a layer of confinement is missing.",
        ),
    }

    @default("classes")
    def _classes_default(self) -> list[Any]:
        return [*super()._classes_default(), BaseConverter, Autograde, ClassRunner]

    @strictly
    def start(self) -> None:
        """Grade; called by traitlets."""
        super().start()
        take_assignment(self)
        if self.coursedir.notebook_id != "*":
            wrong_use(
                self,
                "convgrade grades whole submissions. For some notebooks of them: nbgrader "
                f"autograde {self.coursedir.assignment_id} --notebook ...",
            )
        check_student(self)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # what Ctrl-C does
        runner = ClassRunner(coursedir=self.coursedir, parent=self)
        try:
            tally = runner.run()
        except AddressError as stop:
            wrong_use(self, str(stop))
        except (LockedError, PoolError, RunError, UnfitError) as stop:
            self.fail("%s", stop)
        except NbGraderException as stop:
            self.fail("%s", stop)
        except KeyboardInterrupt:
            self.log.error("Interrupted. What is graded is recorded; the same command goes on.")
            sys.exit(INTERRUPTED)
        name = self.coursedir.assignment_id
        source = source_folder(self.coursedir, name)
        tally.unchecked = reminder(Path(self.coursedir.root), name, source)
        print(tally.summary())
        sys.exit(tally.status)


class ReportApp(StrictApp):
    """Says what a class understood."""

    name = "convgrade-report"
    description = "Say what a class understood and what to reteach, on one page and as CSV"
    examples = """
        Write report/ps1.html, and every number of it below report/ps1/:

            convgrade report ps1

        Elsewhere; of another gradebook:

            convgrade report ps1 --to /tmp/lecture
            convgrade report ps1 --db sqlite:///old.db

        Reads the gradebook and autograded/, and changes neither. The page holds
        ids of students: mind who gets it.

        Exit status: 0 when the report is written, 2 when the command was called in a
        wrong way, 1 otherwise.
        """

    folder = Unicode("report", help="Where the report goes; relative to the course folder.").tag(
        config=True
    )

    aliases: ClassVar[dict[str, Any]] = {
        **{k: trait for k, trait in nbgrader_aliases.items() if k not in ("notebook", "student")},
        "course": "CourseDirectory.course_id",
        "to": "ReportApp.folder",
    }
    flags: ClassVar[dict[str, Any]] = dict(nbgrader_flags)

    @default("classes")
    def _classes_default(self) -> list[Any]:
        return [*super()._classes_default(), ClassRunner]

    @strictly
    def start(self) -> None:
        """Write the report; called by traitlets."""
        super().start()
        take_assignment(self)
        root = Path(self.coursedir.root)
        log = root / ClassRunner(coursedir=self.coursedir, parent=self).logfile
        try:
            report, page = make_report(self.coursedir, times_file(log), root / self.folder)
        except ReportError as stop:
            self.fail("%s", stop)
        print(f"{os.path.relpath(page)}: {report.count} submissions")
        print(f"{os.path.relpath(page.with_suffix(''))}{os.sep}: every number of it as CSV")
        if report.advice:
            print(f"Reteach first: {report.advice[0].title}")


class DoctorApp(StrictApp):
    """Tries what this machine offers to the box."""

    name = "convgrade-doctor"
    description = "Say what this machine offers to the box around student code, by trying it"
    examples = """
            convgrade doctor

        Exit status: 0 when every promise of the box holds here, 2 when the command was
        called in a wrong way, 1 otherwise.
        """

    def start(self) -> None:
        """Examine the machine; called by traitlets."""
        super().start()
        if self.extra_args:
            wrong_use(
                self, f"convgrade doctor takes no argument, and here is {self.extra_args[0]}"
            )
        sys.exit(doctor.main())


class ConvgradeApp(StrictApp):
    """Finds the subcommand."""

    name = "convgrade"
    configured = False  # the subcommand reads the configuration, once, or has no use for it
    description = "Grade a class of an nbgrader course, and see what it understood"
    examples = """
            convgrade collect ASSIGNMENT DOWNLOAD
            convgrade grade ASSIGNMENT
            convgrade report ASSIGNMENT
        """
    subcommands: ClassVar[dict[str, Any]] = {
        "init": (InitApp, InitApp.description),
        "check": (CheckApp, CheckApp.description),
        "collect": (CollectApp, CollectApp.description),
        "grade": (GradeApp, GradeApp.description),
        "report": (ReportApp, ReportApp.description),
        "doctor": (DoctorApp, DoctorApp.description),
        "new-course": (NewCourseApp, NewCourseApp.description),
    }

    @default("classes")
    def _classes_default(self) -> list[Any]:
        return list(self.all_configurable_classes())

    def start(self) -> None:
        """Say what there is, if no subcommand was given; called by traitlets."""
        super().start()
        if self.extra_args:
            words = there_is("there are", self.extra_args[0], self.subcommands)
            wrong_use(self, f"There is no command convgrade {self.extra_args[0]}.{words}")
        self.print_help()
        sys.exit(WRONG_USE)


def run() -> None:
    """Run the command line; called by the program ``convgrade``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a student's name must not end the command
            stream.reconfigure(errors="backslashreplace")
    if sys.argv[1:2] == [GradeApp.name.removeprefix("convgrade-")]:
        fork_origin()
    find_version_here()
    ConvgradeApp.launch_instance()
