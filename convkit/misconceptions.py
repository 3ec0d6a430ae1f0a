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
        Such as "M01": the same in answers, reports and docs/misconceptions.md. It groups what
        comes from one idea; a student is never shown it.
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
        return f"{self.said} {self.effect} {self.question} Reread {self.reread}."

    @property
    def said(self) -> str:
        """The sentence of a message that names the idea."""
        return f"This is exactly what comes out when {self.name}."


def read_words(text: str) -> dict[str, Misconception]:
    """Read misconceptions from TOML: a table for each number, with its four texts.

    A table inside it, such as ``[M05.flat_index]``, holds the texts that are other in one
    exercise, or for one slip: what it leaves out is said as the number says it.

    Parameters
    ----------
    text : str
        Such as what misconceptions.toml holds.

    Returns
    -------
    dict of str to Misconception
        By number, and by number and name with a dot between them, in the order of the text.

    Raises
    ------
    ValueError
        Says what is missing or misspelt, under which number.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{FILE} cannot be read: {error}. Is every text in quotes?") from error
    found: dict[str, Misconception] = {}
    for number, table in tables.items():
        if not isinstance(table, Mapping):
            raise ValueError(
                f"{FILE}: {number} stands above the first [number]; it belongs below one"
            )
        inner = {name: texts for name, texts in table.items() if isinstance(texts, Mapping)}
        common = {key: text for key, text in table.items() if key not in inner}
        found[number] = _misconception(number, number, common)
        for name, texts in inner.items():
            title = f"{number}.{name}"
            found[title] = _misconception(number, title, common | dict(texts))
    return found


def _misconception(number: str, title: str, table: Mapping[str, Any]) -> Misconception:
    lacking = [key for key in TEXTS if not isinstance(table.get(key), str) or not table[key]]
    if lacking:
        raise ValueError(f"{FILE}: [{title}] needs a text for {' and '.join(lacking)}")
    unknown = sorted(table.keys() - set(TEXTS))
    if unknown:
        raise ValueError(
            f"{FILE}: [{title}] has {' and '.join(unknown)}; its texts are {', '.join(TEXTS)}"
        )
    return Misconception(number, **table)


def words_for(key: str, exercise: str) -> Misconception:
    """Return a misconception in the words that are true for an exercise.

    Parameters
    ----------
    key : str
        A number, such as ``"M05"``, or the words of one slip, such as ``"M07.backwards"``.
    exercise : str
    """
    return MISCONCEPTIONS.get(f"{key}.{exercise}") or MISCONCEPTIONS[key]


def _packaged() -> str:
    """Return the text of the file, from a folder or from a zip file."""
    data = pkgutil.get_data("convkit", FILE)
    assert data is not None  # every loader of Python's own can give data
    return data.decode("utf-8")


#: See `read_words`. The words name an idea, its effect and a question; never the way to put it
#: right.
MISCONCEPTIONS: dict[str, Misconception] = read_words(_packaged())
