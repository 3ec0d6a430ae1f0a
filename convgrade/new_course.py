"""The command ``convgrade new-course``: a folder in which a real class is taught."""

from __future__ import annotations

import importlib.util
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.apps.baseapp import nbgrader_flags
from traitlets import List, Unicode

from convgrade.usage import StrictApp, strictly, wrong_use

__all__ = ["CourseError", "NewCourseApp", "new_course"]

DISTRIBUTION = "convolution-is-a-matrix"
NEEDED = "torch"  # what the extra `course` brings
CONFIG = "nbgrader_config.py"
MODELS = "model_answers"
SKIPPED = shutil.ignore_patterns(".*", "__pycache__")
GITIGNORE = """\
# Only release/ may leave this folder: `git add -A` takes nothing else. Solutions, hidden tests,
# students' work and points stay here. To keep them under version control as well, use a second
# repository that nobody else can read.
*
!/.gitignore
!/release/
!/release/**
.ipynb_checkpoints/
__pycache__/
.*.new/
.*.old/
"""


class CourseError(Exception):
    """Raised when no course can be made; the message says why and what to do."""


class NewCourseApp(StrictApp):
    """Makes the folder of a real course."""

    name = "convgrade-new-course"
    configured = False  # that of the folder around does not concern the new one
    description = "Make a folder for a real class: assignments, configuration, no demo class"
    examples = """
        Make ../my-course with all assignments, and generate their releases:

            convgrade new-course ../my-course

        With one assignment only:

            convgrade new-course ../my-course --assignment toeplitz

        The folder must be new or empty. Its .gitignore lets only release/ into a
        repository.
        """

    assignments = List(Unicode(), help="Which assignments; all of them if none is named.").tag(
        config=True
    )
    aliases: ClassVar[dict[str, Any]] = {"assignment": "NewCourseApp.assignments"}
    flags: ClassVar[dict[str, Any]] = dict(nbgrader_flags)

    @strictly
    def start(self) -> None:
        """Make the folder; called by traitlets."""
        super().start()
        if len(self.extra_args) != 1:
            wrong_use(self, "Say where: convgrade new-course FOLDER")
        folder = Path(self.extra_args[0])
        try:
            made = new_course(folder, list(self.assignments))
        except CourseError as stop:
            wrong_use(self, str(stop))
        print(f"{folder}: a course with {', '.join(made)}. What students get is in release/.")
        print(f"Go on there: cd {shlex.quote(str(folder))}")


def new_course(folder: Path, wanted: list[str]) -> list[str]:
    """Make a course's folder and generate its releases.

    Parameters
    ----------
    folder : Path
        New or empty; it may be a repository that nothing was put into.
    wanted : list of str
        Names of assignments; empty for all.

    Returns
    -------
    The names of its assignments.

    Raises
    ------
    CourseError
        When the folder is not empty, an assignment is unknown, the installation lacks the
        assignments or what they need, or nbgrader cannot generate a release.
    """
    if not _is_here(NEEDED):
        raise CourseError(
            f"This course's tests need {NEEDED}, which is not installed, and no answer would pass "
            f"them. Run `pip install '{DISTRIBUTION}[course]'`, and this again."
        )
    origin = _origin()
    there = sorted(path.name for path in (origin / "source").glob("[!.]*") if path.is_dir())
    unknown = sorted(set(wanted) - set(there))
    if unknown:
        raise CourseError(f"There is no assignment {', '.join(unknown)}, only {', '.join(there)}.")
    if folder.is_dir() and any(path.name != ".git" for path in folder.iterdir()):
        raise CourseError(
            f"{folder} is not empty, and nothing in it was touched. A course begins in a new or "
            "an empty folder: name another one."
        )
    names = [name for name in there if name in wanted or not wanted]
    try:
        (folder / "submitted").mkdir(parents=True)
        for name in names:
            # Links are followed: what they lead to is not there for a copy.
            shutil.copytree(origin / "source" / name, folder / "source" / name, ignore=SKIPPED)
            if (origin / MODELS / name).is_dir():
                shutil.copytree(origin / MODELS / name, folder / MODELS / name, ignore=SKIPPED)
        shutil.copy(origin / CONFIG, folder)
        (folder / ".gitignore").write_text(GITIGNORE, encoding="utf-8")
    except (OSError, shutil.Error) as error:
        raise CourseError(f"{folder} cannot be made a course: {error}") from error
    for name in names:
        _generate(folder, name)
    return names


def _generate(folder: Path, assignment: str) -> None:
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", assignment]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CourseError(
            f"{folder} has its sources, but nbgrader could not generate the release of "
            f"{assignment}:\n{done.stderr}"
        )


def _is_here(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:  # it is kept from being imported
        return False


def _origin() -> Path:
    """Return the folder with source/ and the configuration: a checkout, or a wheel's data."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "source").is_dir() and (checkout / CONFIG).is_file():
        return checkout
    try:
        installed = files(DISTRIBUTION) or []
    except PackageNotFoundError:
        installed = []
    for entry in installed:
        if entry.parts[-3:] == ("share", "convgrade", CONFIG):
            return Path(str(entry.locate())).resolve().parent
    raise CourseError(
        "This installation holds no assignments. Run the command from a checkout of the course: "
        "there, `make install` and `.venv/bin/convgrade new-course FOLDER`."
    )
