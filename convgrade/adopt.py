"""Puts the grader's plug-ins into the configuration of any nbgrader course, or takes them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue

from convgrade.new_gradebook import find_version_here

__all__ = [
    "AUTOGRADE",
    "EXPORTERS",
    "FEEDBACK",
    "SANITIZE",
    "AdoptError",
    "adopt",
    "name_of",
    "without",
]

#: nbgrader's own lists.
SANITIZE = [
    f"nbgrader.preprocessors.{name}"
    for name in (
        *("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells"),
        "CheckCellMetadata",
    )
]
AUTOGRADE = [
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
FEEDBACK = [
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
REBUILD = "convgrade.plugins.rebuild.Rebuild"
EXECUTE = "convgrade.plugins.execute.ExecuteTrusted"
HARMLESS = "convgrade.plugins.harmless.Harmless"
SAVE = "convgrade.plugins.save.SaveVerdicts"
COLLECT = "convgrade.plugins.feedback.CollectFeedback"
CLEAR = ["nbgrader.preprocessors.ClearHiddenTests", "nbgrader.preprocessors.ClearMarkScheme"]
#: What stands for what, without the grader.
STOCK = {
    REBUILD: SANITIZE[:4],
    EXECUTE: [AUTOGRADE[0]],
    SAVE: [AUTOGRADE[4]],
    COLLECT: [FEEDBACK[0]],
}
EXPORTERS = {
    "Autograde": "convgrade.plugins.batch.SubmissionExporter",
    "GenerateAssignment": "convgrade.plugins.release.ReleaseExporter",
    "GenerateFeedback": "convgrade.plugins.page.FeedbackExporter",
}
ZIP = {
    "extractor_plugin": "convgrade.plugins.zip_collect.DownloadExtractor",
    "collector_plugin": "convgrade.plugins.zip_collect.DownloadCollector",
}


class AdoptError(Exception):
    """Raised when a configuration leaves no place for the plug-ins; the message says why."""


def adopt(config: Config) -> None:
    """Let a course grade with the plug-ins, and keep its own preprocessors in their order.

    Parameters
    ----------
    config : Config
        What ``nbgrader_config.py`` has set before. Changed in place; twice is once. Lists are
        assigned whole, since nbgrader reads the file twice.

    Raises
    ------
    AdoptError
        When a list of the course's lacks the preprocessor whose place ours takes.
    """
    auto = config.Autograde
    if "exporter_class" in auto and name_of(auto.exporter_class) != name_of(
        EXPORTERS["Autograde"]
    ):
        raise AdoptError(
            f"Autograde.exporter_class is {name_of(auto.exporter_class)}, and convgrade needs its "
            "own there. Take that line out"
        )
    sanitize = _list(config, "Autograde", "sanitize_preprocessors", SANITIZE)
    replaced = {name_of(item) for item in [REBUILD, *STOCK[REBUILD]]}
    auto.sanitize_preprocessors = [
        REBUILD, *(item for item in sanitize if name_of(item) not in replaced)
    ]  # fmt: skip
    graded = _list(config, "Autograde", "autograde_preprocessors", AUTOGRADE)
    graded = _replaced(graded, EXECUTE, "Autograde.autograde_preprocessors")
    graded = _replaced(graded, SAVE, "Autograde.autograde_preprocessors")
    names = [name_of(item) for item in graded]
    if name_of(HARMLESS) not in names:
        graded.insert(names.index(name_of(EXECUTE)) + 1, HARMLESS)
    # What it would clear, SaveVerdicts reads.
    metadata = [item for item in graded if name_of(item) == name_of(AUTOGRADE[2])]
    graded = [item for item in graded if item not in metadata]
    after = [name_of(item) for item in graded].index(name_of(SAVE)) + 1
    auto.autograde_preprocessors = [*graded[:after], *metadata, *graded[after:]]
    auto.exporter_class = EXPORTERS["Autograde"]
    if "exporter_class" not in config.GenerateAssignment:
        config.GenerateAssignment.exporter_class = EXPORTERS["GenerateAssignment"]
    by_hand = "convgrade.plugins.formgrade.ByHandFirst"
    shown = _list(config, "HTMLExporter", "preprocessors", [])
    if name_of(by_hand) not in map(name_of, shown):
        config.HTMLExporter.preprocessors = [by_hand, *shown]
    if "exporter_class" not in config.GenerateFeedback:  # else the pages are the course's own
        _adopt_feedback(config)
    if not ZIP.keys() & config.ZipCollectApp.keys():
        config.ZipCollectApp.update(ZIP)
    find_version_here()


def _adopt_feedback(config: Config) -> None:
    config.ClearHiddenTests.setdefault("enforce_metadata", False)
    config.ClearMarkScheme.setdefault("enforce_metadata", False)
    config.GenerateFeedback.exporter_class = EXPORTERS["GenerateFeedback"]
    feedback = _list(config, "GenerateFeedback", "preprocessors", FEEDBACK)
    feedback = _replaced(feedback, COLLECT, "GenerateFeedback.preprocessors")
    unused = name_of(FEEDBACK[1])  # the page has a style of its own
    clear = [item for item in CLEAR if name_of(item) not in map(name_of, feedback)]
    config.GenerateFeedback.preprocessors = [
        *clear, *(item for item in feedback if name_of(item) != unused)
    ]  # fmt: skip


def without(config: Config) -> None:
    """Take every plug-in of ours out of a configuration, and keep all else, in place."""
    for section, traits in list(config.items()):
        if not isinstance(traits, Config):
            continue
        for name, value in list(traits.items()):
            if _is_ours(value):
                del config[section][name]
            elif isinstance(value, LazyConfigValue):
                continue  # it adds to nbgrader's own list
            elif isinstance(value, list) and any(map(_is_ours, value)):
                config[section][name] = [
                    other for item in value
                    for other in (STOCK.get(_dotted(item), []) if _is_ours(item) else [item])
                ]  # fmt: skip


def name_of(item: Any) -> str:
    """Return the name of a class that a configuration names, or has."""
    return _dotted(item).rpartition(".")[2]


def _dotted(item: Any) -> str:
    if isinstance(item, str):
        return item
    kind = item if isinstance(item, type) or callable(item) else type(item)
    name = getattr(kind, "__qualname__", repr(kind))
    return f"{getattr(kind, '__module__', '')}.{name}"


def _is_ours(item: Any) -> bool:
    named = isinstance(item, (str, type)) and not isinstance(item, LazyConfigValue)
    return named and _dotted(item).startswith("convgrade.")


def _list(config: Config, section: str, name: str, usual: Sequence[Any]) -> list[Any]:
    """Return a list as it stands: the usual one, or what the course has made of it."""
    if name not in config[section]:
        return list(usual)
    value = config[section][name]
    return list(value.get_value(list(usual)) if isinstance(value, LazyConfigValue) else value)


def _replaced(items: Sequence[Any], ours: str, where: str) -> list[Any]:
    """Put ours where nbgrader's stood."""
    if name_of(ours) in map(name_of, items):
        return list(items)
    theirs = name_of(STOCK[ours][0])
    if theirs not in map(name_of, items):
        raise AdoptError(
            f"{where} names no {theirs}, whose place {name_of(ours)} would take. "
            f"Put {STOCK[ours][0]} where it belongs"
        )
    return [ours if name_of(item) == theirs else item for item in items]
