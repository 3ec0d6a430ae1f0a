"""The command ``convgrade collect``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.apps.baseapp import nbgrader_aliases, nbgrader_flags
from traitlets import Bool, default

from convgrade.collect.assignment import AssignmentError
from convgrade.collect.collector import Collector
from convgrade.collect.download import DownloadError
from convgrade.collect.people import RosterError
from convgrade.collect.platforms.every import PLATFORMS
from convgrade.collect.record import RecordError
from convgrade.collect.report import needs_a_person, report
from convgrade.usage import StrictApp, strictly, wrong_use

__all__ = ["CollectApp"]


class CollectApp(StrictApp):
    """Collects what a learning platform gives."""

    name = "convgrade-collect"
    description = "Sort a download of a learning platform into submitted/"
    examples = (
        """
        Look first, then collect:

            convgrade collect ps1 ~/Downloads/submissions.zip --dry-run
            convgrade collect ps1 ~/Downloads/submissions.zip

        With ids from a list of the class; times of the platform in Berlin:

            convgrade collect ps1 submissions.zip --roster class.csv
            convgrade collect ps1 submissions.zip --timezone Europe/Berlin

        The download may be a zip or tar file, a folder, or a single file. The
        next download may follow: newer attempts replace older ones, which are
        kept in downloaded/.

        Platforms:

"""
        + "\n".join(f"            {one.name:12} {one.title}: {one.shape}" for one in PLATFORMS)
        + """

        Exit status: 0 when nothing needs a person; 1 when something could not be
        placed or decided; 2 when there is no such assignment, download or roster.
        """
    )

    dry_run = Bool(False, help="Only say what would be done.").tag(config=True)
    force = Bool(False, help="Replace submissions also where it is not clear which is newer.").tag(
        config=True
    )

    aliases: ClassVar[dict[str, Any]] = {
        **{k: trait for k, trait in nbgrader_aliases.items() if k not in ("notebook", "student")},
        "course": "CourseDirectory.course_id",
        "roster": "Collector.roster",
        "timezone": "Collector.timezone",
        "platform": "Collector.platform",
    }
    flags: ClassVar[dict[str, Any]] = {
        **nbgrader_flags,
        "dry-run": ({"CollectApp": {"dry_run": True}}, "Only say what would be done."),
        "force": (
            {"CollectApp": {"force": True}},
            "Replace submissions also where it is not clear which is newer.",
        ),
    }

    @default("classes")
    def _classes_default(self) -> list[Any]:
        return [*super()._classes_default(), Collector]

    @strictly
    def start(self) -> None:
        """Collect; called by traitlets."""
        super().start()
        if len(self.extra_args) != 2:
            wrong_use(
                self,
                "Say which assignment and which download: convgrade collect ASSIGNMENT DOWNLOAD",
            )
        assignment, download = self.extra_args
        self.coursedir.assignment_id = assignment
        collector = Collector(coursedir=self.coursedir, parent=self)
        try:
            with collector.planned(Path(download).expanduser(), self.force) as plan:
                if not self.dry_run:
                    collector.carry_out(plan)
                print(report(plan, self.dry_run))
                sys.exit(1 if needs_a_person(plan) else 0)
        except (AssignmentError, DownloadError, RosterError, RecordError) as stop:
            wrong_use(self, str(stop))
