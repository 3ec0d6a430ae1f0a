"""What goes to a worker, and what comes back: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from traitlets.config import Config

__all__ = ["Course", "Refusal", "Result", "Task"]


@dataclass(frozen=True)
class Course:
    """What all submissions of a notebook are graded with.

    Attributes
    ----------
    notebook : bytes
        The course's, as JSON.
    binds : dict of str to list of str
        By grade_id, the names that an answer cell binds.
    support : dict of str to bytes
        By path, the files that test cells may use.
    sanitize, before, after : sequence of str
        By dotted name, the preprocessors that make a submission gradable, and those that grade
        it, before and after its verdicts are recorded.
    config : Config
        The command's configuration, of plain data.
    versions : mapping of str to str
        Of the programs that must grade it.
    require_sandbox : bool
        Whether a worker without every layer of confinement must refuse.
    whole : bool
        Whether the writer does everything after ``before`` itself.
    released : bytes
        Marked cells of the release that is there, by grade_id, as JSON.
    solutions : dict of str to str
        By grade_id, the text of model solutions.
    """

    notebook: bytes
    binds: dict[str, list[str]]
    support: Mapping[str, bytes]
    sanitize: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    config: Config
    versions: Mapping[str, str]
    require_sandbox: bool = False
    whole: bool = False
    released: bytes = b"{}"
    solutions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One notebook of one student.

    Attributes
    ----------
    assignment, student, name : str
        ``name`` is the notebook's, without ``.ipynb``.
    submission : bytes
        The file as handed in; b"" when ``ungradable`` says why it is refused unread.
    ungradable : str
    renamed : bool
        Whether the file had another name.
    files : mapping of str to bytes
        By path, what lies beside the notebook.
    course : Course
    key, topic : str
        Its name, and where the worker says that it begins; "" for nowhere.
    """

    assignment: str
    student: str
    name: str
    submission: bytes
    ungradable: str
    renamed: bool
    files: Mapping[str, bytes]
    course: Course
    key: str = ""
    topic: str = ""

    @property
    def size(self) -> int:
        """Bytes of what the student handed in."""
        return len(self.submission) + sum(map(len, self.files.values()))


@dataclass(frozen=True)
class Result:
    """A notebook that was run, before anything is recorded.

    Attributes
    ----------
    graded : str
        The file to write.
    record : bytes
        What there is to record, as JSON: the notebook without outputs, but with marks. When
        the writer does the rest (`Lists.whole`) it has outputs.
    points : dict of str to float
        By grade_id, of every test cell that came to a verdict.
    notes : dict of str to list of str
        By grade_id, what an instructor should know.
    waiting : dict of str to str
        By grade_id, what left the verdict of a test cell to a person.
    repairs : int
        How many things were put right.
    ungradable : str
        Why it was not run; "" normally.
    seconds : float
        On the worker.
    lines : list of (int, str)
        Level and words of what was logged.
    outputs : dict of str to bytes
        Files that a preprocessor made, by name.
    older : list of str
        Cells that the course has changed since they were handed out.
    """

    graded: str
    record: bytes
    points: dict[str, float]
    notes: dict[str, list[str]]
    waiting: dict[str, str] = field(default_factory=dict)
    repairs: int = 0
    ungradable: str = ""
    seconds: float = 0.0
    lines: list[tuple[int, str]] = field(default_factory=list)
    outputs: dict[str, bytes] = field(default_factory=dict)
    older: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Refusal:
    """A worker must not grade for this command; says which, and why."""

    words: str
