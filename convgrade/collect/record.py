"""What was collected before: who got which id, and which contents, oldest first.

Kept beside the downloads, in ``downloaded/<assignment>/collected.json``: in ``submitted/`` it
would count as handed in.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Past", "Record", "RecordError"]


class RecordError(Exception):
    """A record that cannot be read."""


@dataclass
class Past:
    """What of one student was collected.

    Attributes
    ----------
    digests : list of str
        Of the submissions, oldest first; the last was written.
    order : int or None
        The platform's own measure of its age.
    """

    digests: list[str] = field(default_factory=list)
    order: int | None = None


@dataclass
class Record:
    """The record of one assignment.

    Attributes
    ----------
    path : Path
    ids : dict of str to str
        By the platform's key of a student.
    students : dict of str to Past
        By id.
    """

    path: Path
    ids: dict[str, str] = field(default_factory=dict)
    students: dict[str, Past] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read a record; an empty one where there is no file.

        Raises
        ------
        RecordError
            When the file is no record.
        """
        try:
            data: Any = json.loads(path.read_text("utf-8"))
            students = {str(k): Past(**one) for k, one in data["students"].items()}
            return cls(path, {str(k): str(v) for k, v in data["ids"].items()}, students)
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordError(
                f"{path} cannot be read ({error}). It holds what was collected before; move it "
                "away to collect as if for the first time"
            ) from None

    def write(self) -> None:
        """Write the record, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        data = {"ids": self.ids, "students": {k: vars(v) for k, v in self.students.items()}}
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", "utf-8")
        os.replace(part, self.path)
