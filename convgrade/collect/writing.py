"""Writing submissions: what is new goes in, what it replaces is kept, nothing newer is lost."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dateutil.parser import ParserError
from nbgrader.utils import parse_utc

from convgrade.collect.names import tidy
from convgrade.collect.placing import Submission
from convgrade.collect.record import Past

__all__ = ["TIMESTAMP", "Step", "decide", "digest", "put_aside", "timestamp", "write"]

TIMESTAMP = "timestamp.txt"
NEW, UPDATED, SAME = "new", "updated", "unchanged"
BY_HAND, OLDER, UNSURE = "changed by hand, stays", "older, left out", "not decided"


@dataclass(frozen=True)
class Step:
    """What is to be done for a student.

    Attributes
    ----------
    submission : Submission
    what : str
        One of this module's words.
    digest : str
        Of the submission's files.
    why : str
        What a person has to decide.
    timed : bool
        Whether ``submitted/`` says, or will say, when it was handed in.
    """

    submission: Submission
    what: str
    digest: str
    why: str = ""
    timed: bool = False

    @property
    def writes(self) -> bool:
        """Whether ``submitted/`` changes."""
        return self.what in (NEW, UPDATED)


def timestamp(time: datetime) -> str:
    """Return a time as nbgrader reads it."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def digest(files: dict[str, Path]) -> str:
    """Return what tells two submissions apart: names and contents."""
    total = hashlib.sha256()
    for name in sorted(files, key=tidy):
        with files[name].open("rb") as source:
            inner = hashlib.file_digest(source, "sha256").hexdigest()
        total.update(f"{tidy(name)}\0{inner}\n".encode())
    return total.hexdigest()


def _there(folder: Path) -> dict[str, Path]:
    return {
        tidy(path.relative_to(folder).as_posix()): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / TIMESTAMP
    }


def _time_there(folder: Path) -> datetime | None:
    """Read nbgrader's file; None where it is missing, or says no time."""
    try:
        time = parse_utc((folder / TIMESTAMP).read_text("utf-8").strip())
    except (OSError, ParserError, OverflowError, ValueError, TypeError):
        return None
    return time.replace(tzinfo=UTC, microsecond=0) if isinstance(time, datetime) else None


def decide(submission: Submission, folder: Path, past: Past | None, force: bool) -> Step:
    """Compare a submission with what is there.

    Parameters
    ----------
    submission : Submission
    folder : Path
        Of the student's submission.
    past : Past or None
        What of the student was collected before.
    force : bool
        Replace also where it is not clear which is newer.
    """
    attempt = submission.attempt
    own, there = digest(attempt.files), _there(folder)
    when = attempt.time.astimezone(UTC).replace(microsecond=0) if attempt.time else None
    if not there:
        return Step(submission, NEW, own, timed=bool(when))
    now, time_there = digest(there), _time_there(folder)
    if own == now and (not when or when == time_there):
        return Step(submission, SAME, own, timed=bool(time_there))
    if force:
        return Step(submission, UPDATED, own)
    if when and time_there:
        if when < time_there:
            return Step(submission, OLDER, own)
        if when > time_there:
            return Step(submission, UPDATED, own)
    if past and past.digests:
        return _by_record(submission, own, now, past)
    if own == now:
        return Step(submission, UPDATED, own)
    return Step(
        submission, UNSURE, own, "differs from what is in submitted/, and nothing says which is "
        "newer; --force takes the download's and keeps the other",
    )  # fmt: skip


def _by_record(submission: Submission, own: str, now: str, past: Past) -> Step:
    attempt = submission.attempt
    if own == past.digests[-1]:
        return Step(submission, UPDATED if own == now else BY_HAND, own)  # or its time is new
    if own in past.digests:
        return Step(submission, OLDER, own)
    if attempt.order is not None and past.order is not None and attempt.order < past.order:
        return Step(submission, OLDER, own)
    return Step(submission, UPDATED, own)


def put_aside(folder: Path, kept: Path) -> Path | None:
    """Move a submission that is replaced to where replaced ones are kept.

    Returns
    -------
    Path or None
        Where it is now; None if there was none.
    """
    if not folder.exists():
        return None
    number = 1
    while (place := kept / str(number)).exists():
        number += 1
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder, place)
    return place


def write(submission: Submission, folder: Path) -> None:
    """Write a submission to a folder that does not exist yet, whole or not at all."""
    part = folder.with_name(f".{folder.name}.part")
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(parents=True)
    try:
        for name, source in submission.attempt.files.items():
            target = part / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        if submission.attempt.time:
            text = timestamp(submission.attempt.time)
            (part / TIMESTAMP).write_text(text + "\n", "utf-8")
        os.replace(part, folder)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise
