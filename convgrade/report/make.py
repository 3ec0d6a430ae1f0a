"""Makes the class report of a course folder: the page, and its CSV files."""

from __future__ import annotations

import gc
import glob
import re
from datetime import datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from convgrade.classroom.times import read_times
from convgrade.plugins.course import source_folder
from convgrade.report.build import Report, build
from convgrade.report.gather import Folders, gather
from convgrade.report.gradebook import ReportError, read_gradebook
from convgrade.report.page import render
from convgrade.report.tables import tables, write

__all__ = ["make_report"]


def make_report(coursedir: CourseDirectory, times: Path, folder: Path) -> tuple[Report, Path]:
    """Write the report of the assignment that a course folder is about.

    Parameters
    ----------
    coursedir : CourseDirectory
    times : Path
        The file of `convgrade.classroom.times`.
    folder : Path
        Gets ``<assignment>.html``, and a folder ``<assignment>`` with the CSV files.

    Returns
    -------
    report : Report
    page : Path

    Raises
    ------
    ReportError
        When gradebook or assignment are missing, or a file cannot be written.
    """
    # A million small objects and hardly a cycle: looking for some takes a third of the time.
    gc.disable()
    try:
        return _make(coursedir, times, folder)
    finally:
        gc.enable()


def _make(coursedir: CourseDirectory, times: Path, folder: Path) -> tuple[Report, Path]:
    assignment = coursedir.assignment_id
    book = read_gradebook(coursedir.db_url, assignment)
    graded, submitted = coursedir.autograded_directory, coursedir.submitted_directory
    folders = Folders(
        source_folder(coursedir, assignment),
        {name: Path(coursedir.format_path(graded, name, assignment)) for name in book.graded},
        frozenset(_students(coursedir, submitted)),
    )
    report = build(gather(assignment, book, folders, read_times(times, assignment)))
    page = folder / f"{assignment}.html"
    every = tables(report)
    try:
        write(every, folder / assignment)
        text = render(report, every, assignment, datetime.now())
        page.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise ReportError(f"The report cannot be written: {error}.") from error
    return report, page


def _students(coursedir: CourseDirectory, step: str) -> list[str]:
    """Return whose folders there are of the assignment at a step, such as submitted."""
    assignment = coursedir.assignment_id
    form = coursedir.format_path(
        re.escape(step), "(?P<student>.*)", re.escape(assignment), escape=True
    )
    pattern = coursedir.format_path(glob.escape(step), "*", glob.escape(assignment))
    names = [name for name in glob.glob(pattern) if Path(name).is_dir()]
    return [match["student"] for name in names if (match := re.fullmatch(form, name))]
