"""Names in a download: one form of Unicode, safe ids, and which notebook a file is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "NamedFile",
    "copy_of",
    "id_from_name",
    "loosely",
    "notebook_in",
    "notebook_stem",
    "squash",
    "tidy",
    "unsafe",
]

# What browsers, Jupyter, Canvas and file managers add to a second file of one name.
COPY = r"(?:\s*\(\d{1,3}\)|-\d{1,3}|-Copy\d*|\s+-\s+(?:Copy|Kopie)(?:\s*\(\d+\))?|-checkpoint)"
ENDING = re.compile(
    rf"\.ipynb(?P<copy>{COPY}*)(?:\.(?:txt|json|ipynb))?(?P<last>{COPY}*)$", re.IGNORECASE
)
TRAILING_COPY = re.compile(rf"^(?P<stem>.+?){COPY}$", re.IGNORECASE)
LONGEST_ID = 128  # nbgrader's column in the gradebook


def tidy(name: str) -> str:
    """Return a name in one form of Unicode (NFC), whatever bytes the file system gave."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return unicodedata.normalize("NFC", text)


def squash(text: str) -> str:
    """Return what two spellings of a person's name have in common: letters and digits."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in apart if sign.isalnum())


def id_from_name(name: str) -> str:
    """Return a student id that is made of a name: ``Jane Doe`` becomes ``Jane_Doe``."""
    return re.sub(r"[^\w.@'-]+", "_", tidy(name)).strip("_.-")


def unsafe(student: str) -> str:
    """Say why an id cannot be a folder of ``submitted/``; "" if it can.

    nbgrader looks for submissions by glob patterns, reads exclusions split at commas, and puts
    ids into addresses of the formgrader.
    """
    if not student:
        return "it is empty"
    if student != student.strip() or student[0] in ".-":
        return "it begins or ends with a space, or begins with a dot or a dash"
    wrong = sorted({sign for sign in student if not (sign.isalnum() or sign in " ._-@'")})
    wrong = [sign for sign in wrong if not unicodedata.category(sign).startswith("M")]
    if wrong:
        return f"it holds {', '.join(map(ascii, wrong))}"
    if len(student.encode()) > LONGEST_ID:
        return f"it is longer than {LONGEST_ID} bytes"
    return ""


@dataclass(frozen=True)
class NamedFile:
    """Which notebook a file's name stands for.

    Attributes
    ----------
    notebook : str
    before : str
        What stands in front of the notebook's name, with its separator.
    exact : bool
        Whether the name is the notebook's own.
    copy : bool
        Whether it is the notebook's name with a mark of copies behind it.
    """

    notebook: str
    before: str
    exact: bool
    copy: bool


def notebook_stem(name: str) -> str | None:
    """Return a notebook's name without its ending; None for another kind of file."""
    match = ENDING.search(name)
    if match is None or not name[: match.start()]:
        return None
    return name[: match.start()] + match["copy"] + match["last"]


def notebook_in(name: str, notebooks: Iterable[str]) -> list[NamedFile]:
    """Find the assignment's notebooks that a file's name can stand for, the likeliest first.

    Parameters
    ----------
    name : str
        Of a file, such as ``jdoe_1_linear_maps (1).ipynb.txt``.
    notebooks : iterable of str
        Names of the assignment's notebooks, without ending.

    Returns
    -------
    list of NamedFile
        Those whose name ends the file's, the longest first: of ``linear_maps`` and
        ``1_linear_maps``, both end this one. Empty for a file of another kind.
    """
    stem = notebook_stem(name)
    if stem is None:
        return []
    by_form = {_form(notebook): notebook for notebook in notebooks}
    endings, bare = [(stem, False)], stem
    while match := TRAILING_COPY.match(bare):
        bare = match["stem"]
        endings.append((bare, True))
    found: dict[str, NamedFile] = {}
    for text, copied in endings:
        form = _form(text)
        for end, notebook in by_form.items():
            if form.endswith(end) and notebook not in found:
                before = text[: len(text) - len(notebook)]
                own = not before and not copied and tidy(name) == f"{notebook}.ipynb"
                found[notebook] = NamedFile(notebook, before, own, copied)
    return sorted(found.values(), key=lambda one: (one.copy, len(one.before)))


def loosely(name: str, notebooks: Sequence[str]) -> str | None:
    """Return the one notebook whose name stands somewhere in a file's, as whole words."""
    stem = notebook_stem(name)
    words = f" {_words(stem or '')} "
    held = [notebook for notebook in notebooks if f" {_words(notebook)} " in words]
    longest = [
        one
        for one in held
        if not any(one != two and f" {_words(one)} " in f" {_words(two)} " for two in held)
    ]
    return longest[0] if len(longest) == 1 else None


def copy_of(name: str, names: set[str]) -> bool:
    """Tell whether a file is one of ``names``, or a numbered copy of one."""
    stem, dot, ending = name.rpartition(".")
    while stem:
        if f"{stem}{dot}{ending}" in names:
            return True
        match = TRAILING_COPY.match(stem)
        stem = match["stem"] if match else ""
    return name in names


def _form(name: str) -> str:
    # One sign for one sign, so that lengths still say where a name begins.
    return "".join("_" if sign in " _" else sign.lower()[:1] for sign in tidy(name))


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", " ", tidy(text).casefold()).strip()
