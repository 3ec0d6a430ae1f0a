"""All platforms, and which of them a download comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from convgrade.collect.download import Entry
from convgrade.collect.names import loosely, notebook_in, notebook_stem
from convgrade.collect.platforms.blackboard import BLACKBOARD
from convgrade.collect.platforms.brightspace import BRIGHTSPACE
from convgrade.collect.platforms.canvas import CANVAS
from convgrade.collect.platforms.classroom import CLASSROOM
from convgrade.collect.platforms.folders import FOLDERS, SUBMITTED
from convgrade.collect.platforms.gradescope import GRADESCOPE
from convgrade.collect.platforms.ilias import ILIAS
from convgrade.collect.platforms.moodle import MOODLE
from convgrade.collect.platforms.plain import PLAIN
from convgrade.collect.platforms.sakai import SAKAI
from convgrade.collect.platforms.scheme import Context, Found, Platform

__all__ = ["PLATFORMS", "Reading", "recognise"]

#: The more a platform's names say, the earlier it stands: of equal fits the first is taken.
PLATFORMS = (
    *(GRADESCOPE, MOODLE, BLACKBOARD, SAKAI, BRIGHTSPACE, SUBMITTED, CANVAS, ILIAS),
    *(CLASSROOM, PLAIN, FOLDERS),
)


SURE_SHARE = 3  # a platform with names of its own need only fit a third of the notebooks


@dataclass(frozen=True)
class Reading:
    """A download as one platform reads it.

    Attributes
    ----------
    platform : Platform
    context : Context
    found : dict of int to Found
        By the entry's place in the download.
    notebooks : int
        How many of the found files are notebooks.
    of : int
        How many notebooks the download holds.
    """

    platform: Platform
    context: Context
    found: dict[int, Found]
    notebooks: int
    of: int

    @property
    def naive(self) -> bool:
        """Whether the platform gives times without a zone."""
        return any(one.time and one.time.tzinfo is None for one in self.found.values())

    @property
    def why(self) -> str:
        """What the platform was recognised by."""
        return (
            f"{self.notebooks} of {self.of} notebooks are named {self.platform.shape}"
            if self.of
            else f"{len(self.found)} files are named {self.platform.shape}"
        )


def read_as(platform: Platform, context: Context) -> Reading:
    """Read every path the way of one platform."""
    context = replace(context, facts=platform.facts(context))
    found: dict[int, Found] = {}
    for i, entry in enumerate(context.entries):
        if one := platform.find(entry, context):
            found[i] = one
    files = {i for i, entry in enumerate(context.entries) if _is_notebook(entry)}
    counted = sum(not found[i].aside for i in files & set(found))
    return Reading(platform, context, found, counted, len(files))


def _is_notebook(entry: Entry) -> bool:
    return notebook_stem(entry.parts[-1]) is not None


def anchored(reading: Reading) -> bool:
    """Tell whether any file has the name of one of the assignment's notebooks."""
    names = reading.context.notebooks
    return any(
        any(not one.before for one in notebook_in(found.rest[-1], names))
        or loosely(found.rest[-1], names)
        for found in reading.found.values()
    )


def recognise(context: Context, wanted: str = "") -> Reading | None:
    """Tell which platform a download comes from; None if it looks like none.

    Parameters
    ----------
    context : Context
    wanted : str
        The name of a platform, where a person has decided.
    """
    if wanted:
        return read_as(next(one for one in PLATFORMS if one.name == wanted), context)
    best: Reading | None = None
    for platform in PLATFORMS:
        if platform.guess and best is not None and best.notebooks * SURE_SHARE >= best.of:
            break  # names that say more than any name would: the others are for a person
        reading = read_as(platform, context)
        sure = not platform.guess
        if not reading.found or not platform.plausible(list(reading.found.values())):
            continue
        if not anchored(reading) and not (sure and reading.notebooks):
            continue
        if best is None or reading.notebooks > best.notebooks:
            best = reading
    return best
