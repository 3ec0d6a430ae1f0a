"""Downloads as learning platforms make them, and a course to collect them for."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat.v4 as v4
from nbgrader.coursedir import CourseDirectory

from convgrade.collect.collector import Collector, Plan
from convgrade.collect.report import needs_a_person, report

FIVE = (
    *("1_toeplitz_1d", "2_shift_equivariance", "3_padding"),
    *("4_block_toeplitz_2d", "5_parameter_counts"),
)


def notebook(name: str, answer: str = "# YOUR CODE HERE") -> bytes:
    """Return a notebook of nbgrader's with one answer."""
    mark = {"grade": False, "locked": False, "solution": True, "schema_version": 3}
    mark |= {"grade_id": f"{name}-answer", "task": False}
    cell = v4.new_code_cell(answer, id="answer", metadata={"nbgrader": mark})
    title = v4.new_markdown_cell(f"# {name}", id="title")
    return (json.dumps(v4.new_notebook(cells=[title, cell])) + "\n").encode()


def course(root: Path, notebooks: tuple[str, ...] = FIVE, assignment: str = "toeplitz") -> Path:
    """Make the folders of a course that collecting looks at."""
    for step, answer in (("source", "solution"), ("release", "# YOUR CODE HERE")):
        folder = root / step / assignment
        folder.mkdir(parents=True)
        (folder / "convkit.py").write_text("kit")
        for name in notebooks:
            (folder / f"{name}.ipynb").write_bytes(notebook(name, answer))
    return root


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """Return a zip file, its members in the order given."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def laid_out(root: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write the same as a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


@dataclass
class Outcome:
    """What collecting gave."""

    status: int
    text: str
    plan: Plan
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)

    @property
    def notebooks(self) -> dict[str, list[str]]:
        """Return the notebooks by student."""
        return {
            student: sorted(name[:-6] for name in files if name.endswith(".ipynb"))
            for student, files in self.files.items()
        }


def submitted(root: Path, assignment: str = "toeplitz") -> dict[str, dict[str, bytes]]:
    """Return what lies in submitted/, by student and path."""
    return {
        folder.parent.name: {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in sorted((root / "submitted").glob(f"*/{assignment}"))
    }


def collect(
    root: Path,
    download: bytes | Path | Mapping[str, bytes | str],
    assignment: str = "toeplitz",
    dry: bool = False,
    force: bool = False,
    **options: str,
) -> Outcome:
    """Collect a download: a zip file's bytes, its members, or a path."""
    if isinstance(download, Path):
        path = download
    else:
        path = root / "download.zip"
        path.write_bytes(download if isinstance(download, bytes) else zipped(download))
    coursedir = CourseDirectory(root=str(root))
    coursedir.assignment_id = assignment
    collector = Collector(coursedir=coursedir, **options)
    with collector.planned(path, force) as plan:
        if not dry:
            collector.carry_out(plan)
        text, wrong = report(plan, dry), needs_a_person(plan)
    return Outcome(1 if wrong else 0, text, plan, submitted(root, assignment))


@dataclass(frozen=True)
class Student:
    """Somebody in a class."""

    first: str
    last: str
    login: str
    number: int


JANE, JOHN = Student("Jane", "Doe", "jdoe", 4711), Student("John", "Roe", "jroe", 815)
TIME = datetime(2026, 3, 10, 9, 0)


def named(
    platform: str, who: Student, files: Mapping[str, bytes], upload: int
) -> dict[str, bytes]:
    """Name a student's files as a platform does; ``upload`` counts uploads."""
    name = f"{who.first} {who.last}"
    squeezed = f"{who.last}{who.first}".lower()
    heads = {
        "moodle": f"{name}_{who.number}_assignsubmission_file_/",
        "moodle-new": f"{name}_{who.number}_assignsubmission_file/",
        "moodle-flat": f"{name}_{who.number}_assignsubmission_file_",
        "blackboard": f"Toeplitz_hw_{who.login}_attempt_{TIME:%Y-%m-%d-%H-%M-%S}_",
        "brightspace": f"{who.number}-99 - {name} - {TIME:%b %d, %Y} 900 AM/",
        "gradescope": f"assignment_9_export/submission_{who.number}/",
        "ilias": f"Exercise/Abgaben/{who.last}_{who.first}_{who.login}_{who.number}/",
        "sakai": f"Toeplitz/{who.last}, {who.first}({who.login})/Submission attachment(s)/",
        "sakai-flat": f"{who.last}, {who.first}({who.login})_Submission attachment(s)_",
        "classroom": f"{name} - ",
        "plain": f"{who.login}_",
        "submitted": f"submitted/{who.login}/toeplitz/",
        "folders": f"class/{who.login}/",
    }
    if platform == "canvas":
        return {
            f"{squeezed}_{who.number}_{45600 + upload + i}_{file}": data
            for i, (file, data) in enumerate(files.items())
        }
    return {heads[platform] + file: data for file, data in files.items()}


def extras(platform: str, people: list[Student]) -> dict[str, bytes | str]:
    """Return the files that a platform adds."""
    if platform == "gradescope":
        lines = [
            f"submission_{who.number}:\n  :submitters:\n  - :name: {who.first} {who.last}\n"
            f"    :sid: '{who.login}'\n    :email: {who.login}@example.org\n"
            f"  :created_at: 2026-03-10 09:00:00.123456000 Z\n  :score: 1.0\n"
            for who in people
        ]
        return {"assignment_9_export/submission_metadata.yml": "".join(lines)}
    if platform == "blackboard":
        return {
            f"Toeplitz_hw_{who.login}_attempt_{TIME:%Y-%m-%d-%H-%M-%S}.txt": (
                f"Name: {who.first} {who.last} ({who.login})\nAssignment: Toeplitz\n"
            )
            for who in people
        }
    if platform == "sakai":
        times = {
            f"Toeplitz/{who.last}, {who.first}({who.login})/timestamp.txt": "20260310090000000"
            for who in people
        }
        return times | {"Toeplitz/grades.csv": "Toeplitz,Points\n"}
    return {"index.html": "<html>"} if platform == "brightspace" else {}


def expected_id(platform: str, who: Student) -> str:
    """Return the id that a student gets where there is no roster."""
    if platform == "canvas":
        return f"{who.last}{who.first}_{who.number}".lower()
    by_name = platform.startswith(("moodle", "brightspace", "classroom"))
    return f"{who.first}_{who.last}" if by_name else who.login


PLATFORMS = (
    *("canvas", "moodle", "moodle-new", "moodle-flat", "blackboard", "brightspace", "gradescope"),
    *("ilias", "sakai", "sakai-flat", "classroom", "plain", "submitted", "folders"),
)


def download(platform: str, work: Mapping[Student, Mapping[str, bytes]]) -> dict[str, bytes | str]:
    """Return the members of a download."""
    members: dict[str, bytes | str] = {}
    for i, (who, files) in enumerate(work.items()):
        members |= named(platform, who, files, 10 * i)
    return members | extras(platform, list(work))


def work(answer: str = "42", names: tuple[str, ...] = FIVE) -> dict[str, bytes]:
    """Return what a student hands in: notebooks by file name."""
    return {f"{name}.ipynb": notebook(name, answer) for name in names}
