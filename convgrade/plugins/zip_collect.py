"""What ``nbgrader zip_collect`` uses in place of a regular expression: `convgrade.collect`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from convgrade.collect.assignment import AssignmentError
from convgrade.collect.collector import Collector
from convgrade.collect.download import DownloadError
from convgrade.collect.people import RosterError
from convgrade.collect.record import RecordError
from convgrade.collect.report import needs_a_person, report

__all__ = ["DownloadCollector", "DownloadExtractor"]


class DownloadExtractor(ExtractorPlugin):  # type: ignore[misc]
    """Reads what lies in ``archive/`` and lays out, by student, what is to be collected.

    Only new and newer submissions are laid out; those that they replace leave ``submitted/``
    first, so that a second download needs no ``--force`` that would delete them.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Lay out ``extracted/<student>/<file>``; called by ``nbgrader zip_collect``."""
        app: Any = self.parent
        collector = Collector(coursedir=app.coursedir, parent=app)
        try:
            with collector.planned(Path(archive_path)) as plan:
                collector.carry_out(plan, to=Path(extracted_path))
                wrong = needs_a_person(plan)
                (self.log.error if wrong else self.log.info)("%s", report(plan, dry=False))
        except (AssignmentError, DownloadError, RosterError, RecordError) as stop:
            app.fail("%s", stop)


class DownloadCollector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Reads the layout that `DownloadExtractor` made."""

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Say whose a file is; called by ``nbgrader zip_collect``."""
        app: Any = self.parent
        root = Path(app._format_collect_path(app.extracted_directory))
        student, *inner = Path(submitted_file).relative_to(root).parts
        return {"student_id": student, "file_id": "/".join(inner)} if inner else None
