"""What the grader and its process for test cells say to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from convgrade.constructs import Constructs

__all__ = [
    "UNREACHED",
    "Begun",
    "Cell",
    "Connect",
    "Expect",
    "Gone",
    "Outcome",
    "Output",
    "Own",
    "Prepare",
]

# Not nbformat's NotebookNode: what nbformat imports for it takes seconds.
Output = dict[str, Any]

UNREACHED = "the test could not reach your code"


@dataclass(frozen=True)
class Cell:
    """A cell of the course to run in the grader's process.

    Attributes
    ----------
    source : str
    points : float or None
        Of a test cell; None for a locked cell.
    hidden : frozenset of int
        Its lines that students do not see, counted from 1.
    cells : sequence of str
        The notebook's cells up to here, as the cell sees them in ``In``.
    call_timeout, timeout : float
        Seconds for one call of a student's function, and for all of them.
    environment : mapping of str to str
        Variables that are set for a locked cell, and that a test cell runs without.
    fine : bool
        Of a locked cell: it ended without an error on the student's side.
    displayed : int
        How many of the student's cells so far have ended in a value.
    compared : bool
        Whether both sides must have the same values of what a locked cell binds.
    scratch : frozenset of str
        Names that cells of the student's own bind, beside answers: no answer is meant by these.
    facts : Constructs, optional
        What is known of its text; else it is read.
    read : mapping of str to str
        Texts of the course's, and what IPython makes of them: read once for all notebooks.
    """

    source: str
    points: float | None = None
    hidden: frozenset[int] = frozenset()
    cells: Sequence[str] = ()
    call_timeout: float = 20.0
    timeout: float = 60.0
    environment: Mapping[str, str] = field(default_factory=dict)
    fine: bool = False
    displayed: int = 0
    compared: bool = False
    scratch: frozenset[str] = frozenset()
    facts: Constructs | None = None
    read: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Expect:
    """Names that an answer cell binds: the student's from here on.

    So are ``changes``, values of the course's that a right answer changes in place. ``reads`` are
    names that a right answer reads, so that a test may set them for it. Both hold names of files,
    too.
    """

    names: frozenset[str]
    changes: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Prepare:
    """Statements of the course's that no locked cell holds; one that fails spoils no other.

    ``answers`` tells that a model solution has them, so that a student's must have them, too.
    ``compared`` tells whether both sides must have the same values of what they bind.
    """

    statements: tuple[str, ...]
    timeout: float = 20.0
    answers: bool = False
    compared: bool = False


@dataclass(frozen=True)
class Own:
    """Names that a cell of the course binds: from here on never the student's."""

    names: frozenset[str]


@dataclass(frozen=True)
class Begun:
    """The judge has what it is to run: from here on that can end its process."""


@dataclass(frozen=True)
class Connect:
    """The judge listens for the student's kernel."""

    family: int
    address: Any
    token: str


@dataclass(frozen=True)
class Gone:
    """The student's kernel will not connect."""


@dataclass(frozen=True)
class Outcome:
    """What a cell gave.

    Attributes
    ----------
    points : float
        Of a test cell: finite, between 0 and the cell's points. 0.0 for others.
    outputs : list of dict
        Of a test cell, in the form of nbformat.
    lost : str
        Why the student's kernel could not be used any more; "" normally.
    fault : str
        What is wrong with the test cell itself, for the instructor; "" normally.
    trace : str
        The traceback of the error in which it ended, for the instructor; "" if none.
    waiting : str
        What a test cell met that leaves its verdict to a person; "" normally.
    """

    points: float
    outputs: list[Output] = field(default_factory=list)
    lost: str = ""
    fault: str = ""
    trace: str = ""
    waiting: str = ""
