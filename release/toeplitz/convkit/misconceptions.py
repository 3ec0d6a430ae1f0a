"""The misconceptions, by number: their words stand in misconceptions.toml."""

from __future__ import annotations

import pkgutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FILE = "misconceptions.toml"
TEXTS = ("name", "effect", "question", "reread")


@dataclass(frozen=True)
class Misconception:
    """A wrong idea, in words that lead on and never give the answer.

    Attributes
    ----------
    number : str
        Such as "M01": the same in answers, reports and docs/misconceptions.md.
    name : str
    effect : str
        What it does to an answer, in a sentence.
    question : str
    reread : str
        Where to look again.
    """

    number: str
    name: str
    effect: str
    question: str
    reread: str

    @property
    def words(self) -> str:
        """What a message says."""
        return (
            f"Just this comes out when {self.name}. {self.effect} {self.question} "
            f"Reread {self.reread} ({self.number})."
        )


def read_words(text: str) -> dict[str, Misconception]:
    """Read misconceptions from TOML: a table for each number, with its four texts.

    Parameters
    ----------
    text : str
        Such as what misconceptions.toml holds.

    Returns
    -------
    dict of str to Misconception
        By number, in the order of the text.

    Raises
    ------
    ValueError
        Says what is missing or misspelt, under which number.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{FILE} cannot be read: {error}. Is every text in quotes?") from error
    return {number: _misconception(number, table) for number, table in tables.items()}


def _misconception(number: str, table: Any) -> Misconception:
    if not isinstance(table, Mapping):
        raise ValueError(f"{FILE}: {number} stands above the first [number]; it belongs below one")
    lacking = [key for key in TEXTS if not isinstance(table.get(key), str) or not table[key]]
    if lacking:
        raise ValueError(f"{FILE}: [{number}] needs a text for {' and '.join(lacking)}")
    unknown = sorted(table.keys() - set(TEXTS))
    if unknown:
        raise ValueError(
            f"{FILE}: [{number}] has {' and '.join(unknown)}; its texts are {', '.join(TEXTS)}"
        )
    return Misconception(number, **table)


def _packaged() -> str:
    """Return the text of the file, from a folder or from a zip file."""
    data = pkgutil.get_data("convkit", FILE)
    assert data is not None  # every loader of Python's own can give data
    return data.decode("utf-8")


#: By number. The words name an idea, its effect and a question; never the way to put it right.
MISCONCEPTIONS: dict[str, Misconception] = read_words(_packaged())
