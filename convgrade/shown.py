"""What a student's functions print during a test cell: passed on, and shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn

__all__ = ["MAX_PRINTED", "YOURS", "Shown", "article"]

MAX_PRINTED = 20_000  # characters that a student's functions may print during a test cell
YOURS = "printed by your code: "


class Shown:
    """Of one test cell.

    Parameters
    ----------
    quiet : callable
        Says whether what the student's function prints now must not be shown.
    stream : object
        Where prints go that an exact test does not look at; None for another test.
    meet : callable
        Ends the test, undecided.
    """

    def __init__(
        self, quiet: Callable[[], bool], stream: object, meet: Callable[[str], NoReturn]
    ) -> None:
        self._quiet, self._stream, self._meet, self._shown = quiet, stream, meet, 0

    def show(self, printed: Any, errors: Any, name: str) -> None:
        """Pass on what the student's function printed, marked as the student's.

        Unmarked where an exact test looks at what is printed.
        """
        if self._stream is not None:
            for text, stream in ((printed, sys.stdout), (errors, sys.stderr)):
                if type(text) is str and text and stream is not self._stream:
                    stream.write(text)
                    if len(text) >= MAX_PRINTED:
                        self._meet(f"`{name}` prints more than {MAX_PRINTED:,} characters")
            shown = [(printed, sys.stdout), (errors, sys.stderr)]
            printed = "".join(
                text for text, stream in shown if type(text) is str and stream is self._stream
            )
        if type(printed) is str and printed and not self._quiet():
            text = printed[: max(MAX_PRINTED - self._shown, 0)]
            self._shown += len(text)
            for line in text.splitlines():
                sys.stdout.write(f"{YOURS}{line}\n")  # not print, which a test may have patched


def article(type_name: str) -> str:
    """Return a type's name with its article."""
    return f"an {type_name}" if type_name[:1].lower() in "aeiou" else f"a {type_name}"
