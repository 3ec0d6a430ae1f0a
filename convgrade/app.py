"""The command line ``convgrade``, in nbgrader's manner."""

from __future__ import annotations

import signal
import sys
from typing import Any, ClassVar

from nbgrader.apps.baseapp import NbGrader, nbgrader_aliases, nbgrader_flags
from nbgrader.converters import Autograde, BaseConverter
from nbgrader.converters.base import NbGraderException
from traitlets import default

from convgrade import doctor
from convgrade.classroom.lock import LockedError
from convgrade.classroom.pool import PoolError, UnfitError
from convgrade.classroom.runner import ClassRunner, RunError

__all__ = ["ConvgradeApp", "DoctorApp", "GradeApp", "run"]

INTERRUPTED = 130  # as shells count an end by Ctrl-C


class GradeApp(NbGrader):  # type: ignore[misc]
    """Grades a class in parallel."""

    name = "convgrade-grade"
    description = "Grade everything that a class has handed in, in parallel"
    examples = """
        Grade what is not graded yet of the assignment "toeplitz", on all cores:

            convgrade grade toeplitz

        Everything again; one student; students whose names begin with a:

            convgrade grade toeplitz --force
            convgrade grade toeplitz --student perfect --force
            convgrade grade toeplitz --student "a*"

        On the workers of a Dask cluster, which need neither the course nor its
        gradebook:

            convgrade grade toeplitz --scheduler tcp://10.0.0.1:8786

        The gradebook and autograded/ become what `nbgrader autograde` makes of them.
        A run that was ended, in whatever way, is taken up by the same command.

        Exit status: 0 when everything was graded; 1 when something could not be
        graded, or the run had to stop; 130 after Ctrl-C or SIGTERM.
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

    def start(self) -> None:
        """Grade; called by traitlets."""
        super().start()
        if len(self.extra_args) > 1:
            self.fail("Only one argument, the assignment, may be given")
        if self.extra_args and self.coursedir.assignment_id:
            self.fail("The assignment is given twice, as an argument and in the configuration")
        if self.extra_args:
            self.coursedir.assignment_id = self.extra_args[0]
        if not self.coursedir.assignment_id:
            self.fail("Say which assignment: convgrade grade ASSIGNMENT")
        if self.coursedir.notebook_id != "*":
            self.fail(
                "convgrade grades whole submissions. For some notebooks of them: nbgrader "
                "autograde %s --notebook ...", self.coursedir.assignment_id,
            )  # fmt: skip
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # what Ctrl-C does
        runner = ClassRunner(coursedir=self.coursedir, parent=self)
        try:
            tally = runner.run()
        except (LockedError, PoolError, RunError, UnfitError) as stop:
            self.fail("%s", stop)
        except NbGraderException as stop:
            self.fail("%s", stop)
        except KeyboardInterrupt:
            self.log.error("Interrupted. What is graded is recorded; the same command goes on.")
            sys.exit(INTERRUPTED)
        print(tally.summary())
        sys.exit(tally.status)


class DoctorApp(NbGrader):  # type: ignore[misc]
    """Tries what this machine offers to the box."""

    name = "convgrade-doctor"
    description = "Say what this machine offers to the box around student code, by trying it"
    examples = """
            convgrade doctor

        Exit status: 0 when every promise of the box holds here, 1 otherwise.
        """

    def start(self) -> None:
        """Examine the machine; called by traitlets."""
        super().start()
        sys.exit(doctor.main())


class ConvgradeApp(NbGrader):  # type: ignore[misc]
    """Finds the subcommand."""

    name = "convgrade"
    description = "Grade a class of an nbgrader course"
    examples = "convgrade grade ASSIGNMENT"
    subcommands: ClassVar[dict[str, Any]] = {
        "grade": (GradeApp, GradeApp.description),
        "doctor": (DoctorApp, DoctorApp.description),
    }

    @default("classes")
    def _classes_default(self) -> list[Any]:
        return list(self.all_configurable_classes())

    def start(self) -> None:
        """Say what there is, if no subcommand was given; called by traitlets."""
        super().start()
        self.print_help()
        sys.exit(1)


def run() -> None:
    """Run the command line; called by the program ``convgrade``."""
    ConvgradeApp.launch_instance()
