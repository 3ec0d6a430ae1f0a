"""Where a preprocessor finds the course that it grades for, and what to grade against."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import IncludeHeaderFooter
from sqlalchemy import select
from traitlets.config import Configurable

from convgrade.bindings import bound_names
from convgrade.cells import FLAGS
from convgrade.course_text import find_given
from convgrade.plugins.rubric_points import disagreements

__all__ = [
    "MATERIAL",
    "Material",
    "course_files",
    "course_folder",
    "course_notebook",
    "notebook_names",
    "read_course_notebook",
    "read_released",
    "released_cells",
    "source_folder",
    "students_and_assignments",
]

#: Where preprocessors find a `Material` in ``resources``, if they need not read it.
MATERIAL = "convgrade_material"


@dataclass(frozen=True)
class Material:
    """What a notebook is graded with, where it has been read for all, or on another machine.

    Attributes
    ----------
    notebook : NotebookNode
        The course's, to grade against.
    binds : dict of str to list of str
        By grade_id, the names that an answer cell binds.
    support : Path or None
        Folder with the files that test cells may use.
    released : dict of str to cell
        What `released_cells` found.
    solutions : dict of str to str
        By grade_id, the text of model solutions.
    """

    notebook: NotebookNode
    binds: dict[str, list[str]]
    support: Path | None
    released: dict[str, NotebookNode] = field(default_factory=dict)
    solutions: dict[str, str] = field(default_factory=dict)


def course_folder(part: Configurable) -> CourseDirectory:
    """Return the course folder of the nbgrader command that ``part`` belongs to.

    nbgrader hands it to its converter; a preprocessor hangs below that one.
    """
    above: Any = part
    while above is not None:
        folder = getattr(above, "coursedir", None)
        if isinstance(folder, CourseDirectory):
            return folder
        above = above.parent
    return CourseDirectory(parent=part)


def course_files(part: Configurable, resources: Any) -> Path | None:
    """Return the folder with the files that test cells may use; None if there is none.

    It is the assignment's in source/, if no task brought a `Material`.
    """
    if MATERIAL in resources:
        support: Path | None = resources[MATERIAL].support
        return support
    assignment = resources.get("nbgrader", {}).get("assignment", "")
    path = source_folder(course_folder(part), assignment)
    return path if path.is_dir() else None


def course_notebook(
    part: Configurable, resources: Any
) -> tuple[NotebookNode, dict[str, list[str]], dict[str, str]]:
    """Return the notebook to grade against; by grade_id the names an answer binds, and solutions.

    They are read from the course folder, if no task brought a `Material`.

    Raises
    ------
    NbGraderException
        When source and gradebook do not hold the same marked cells.
    """
    if MATERIAL in resources:
        material: Material = resources[MATERIAL]
        return material.notebook, material.binds, material.solutions
    names = resources["nbgrader"]
    course, binds, _, solutions = read_course_notebook(
        part, names["assignment"], names["notebook"]
    )
    return course, binds, solutions


def source_folder(folder: CourseDirectory, assignment: str) -> Path:
    """Return an assignment's folder in source/."""
    return Path(folder.format_path(folder.source_directory, ".", assignment))


def notebook_names(folder: CourseDirectory, assignment: str) -> list[str]:
    """Return the names of an assignment's notebooks, as the gradebook has them.

    Raises
    ------
    NbGraderException
        When the gradebook has no such assignment.
    """
    with Gradebook(folder.db_url, folder.course_id) as gradebook:
        try:
            names = [notebook.name for notebook in gradebook.find_assignment(assignment).notebooks]
        except MissingEntry:
            names = []
    if not names:
        raise NbGraderException(
            f"Grading needs the assignment's cells in the gradebook, and it has none of "
            f"{assignment}. Run `nbgrader generate_assignment {assignment}` and grade again."
        )
    return names


def students_and_assignments(folder: CourseDirectory) -> tuple[list[str], list[str]]:
    """Return the gradebook's students, and its assignments but for this one."""
    with Gradebook(folder.db_url, folder.course_id) as gradebook:
        students = [student for (student,) in gradebook.db.execute(select(Student.id))]
        every = [name for (name,) in gradebook.db.execute(select(Assignment.name))]
    return students, [name for name in every if name != folder.assignment_id]


def read_course_notebook(
    part: Configurable, assignment: str, notebook: str
) -> tuple[NotebookNode, dict[str, list[str]], list[str], dict[str, str]]:
    """Return the notebook to grade against.

    Its form is the source notebook's; the text and points of marked cells are
    those that the gradebook recorded when the assignment was generated.

    Returns
    -------
    course : NotebookNode
        In format 4.5.
    binds : dict of str to list of str
        By grade_id, the names that an answer cell binds.
    changed : list of str
        Marked cells whose text or points in the source are not what was recorded.
    solutions : dict of str to str
        By grade_id, the text of model solutions, which the gradebook has not.

    Raises
    ------
    NbGraderException
        When source and gradebook do not hold the same marked cells, or a test cell is worth
        something else than its `Rubric`.
    """
    folder = course_folder(part)
    path = source_folder(folder, assignment) / f"{notebook}.ipynb"
    if not path.is_file():
        raise NbGraderException(
            f"Grading needs the source notebook, and {path} does not exist. Put it back, or "
            "set CourseDirectory.source_directory to the folder that holds it."
        )
    course: NotebookNode = nbformat.read(path, as_version=4)
    course, _ = IncludeHeaderFooter(parent=part).preprocess(course, {})
    _give_ids(course)
    marked = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in course.cells
        if any(cell.metadata.get("nbgrader", {}).get(flag) for flag in FLAGS)
    }
    binds: dict[str, list[str]] = {}
    changed, solutions = [], dict[str, str]()
    given = find_given(course)
    with Gradebook(folder.db_url, folder.course_id) as gradebook:
        known = gradebook.find_notebook(notebook, assignment)
        records = {record.name: record for record in known.source_cells}
        points = {cell.name: float(cell.max_score) for cell in known.grade_cells}
        points |= {cell.name: float(cell.max_score) for cell in known.task_cells}
        _compare(path, assignment, marked, set(records), set(points))
        for name, cell in marked.items():
            mark, record = cell.metadata.nbgrader, records[name]
            if not mark.get("solution") and cell.source != record.source:
                changed.append(name)
            if name in points and float(mark.get("points") or 0) != points[name]:
                worth = (
                    f"{float(mark.get('points') or 0):g} points there, {points[name]:g} recorded"
                )
                changed.append(f"{name} ({worth})")
            if mark.get("solution") and cell.cell_type == "code":
                fixed = set().union(
                    *map(bound_names, given[name].imports if name in given else ())
                )
                bound = bound_names(cell.source) | bound_names(record.source)
                binds[name] = sorted(bound - fixed)
                solutions[name] = cell.source
            if name in given:
                cell.metadata["convgrade"] = vars(given[name])
            cell.source, mark["checksum"] = record.source, record.checksum
            if name in points:
                mark["points"] = points[name]
    wrong = disagreements(course)
    if wrong:
        raise NbGraderException(
            f"A test cell must be worth what its Rubric gives, and in {path}, as the gradebook "
            f"recorded it, they differ: {', '.join(wrong)}. Make them agree there, run `nbgrader "
            f"generate_assignment {assignment} --force`, and grade again."
        )
    return course, binds, changed, solutions


def released_cells(part: Configurable, resources: Any) -> dict[str, NotebookNode]:
    """Return the marked cells of the release that is there, by grade_id; none without one."""
    if MATERIAL in resources:
        material: Material = resources[MATERIAL]
        return material.released
    names = resources["nbgrader"]
    return read_released(course_folder(part), names["assignment"], names["notebook"])


def read_released(
    folder: CourseDirectory, assignment: str, notebook: str
) -> dict[str, NotebookNode]:
    """Do what `released_cells` does, for a course folder."""
    place = Path(folder.format_path(folder.release_directory, ".", assignment))
    try:
        released = nbformat.read(place / f"{notebook}.ipynb", as_version=4)
    except FileNotFoundError:
        return {}
    except Exception as error:  # whatever nbformat finds: the release decides no point
        folder.log.warning("%s: the release cannot be read: %s", place / notebook, error)
        return {}
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in released.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id")
    }


def _give_ids(course: NotebookNode) -> None:
    """Bring a notebook to format 4.5, in which every cell has an id of its own."""
    seen: set[str] = set()
    for number, cell in enumerate(course.cells, 1):
        if course.nbformat_minor < 5 or cell.get("id", "") in seen | {""}:
            cell.id = f"course_cell_{number}"
        seen.add(cell.id)
    course.nbformat_minor = max(course.nbformat_minor, 5)


def _compare(
    path: Path, assignment: str, marked: dict[str, Any], records: set[str], points: set[str]
) -> None:
    graded = {
        name
        for name, cell in marked.items()
        if cell.metadata.nbgrader.get("grade") or cell.metadata.nbgrader.get("task")
    }
    differ = sorted((set(marked) ^ records) | (graded ^ points))
    if differ:
        raise NbGraderException(
            f"Grading needs source and gradebook to hold the same cells, and {path} was changed "
            f"after the release: {', '.join(differ)}. Put back what was released; or, while no "
            f"submission is in the gradebook, run `nbgrader generate_assignment {assignment} "
            "--force`, and hand the new release out."
        )
