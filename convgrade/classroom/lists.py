"""Divides the configuration: what workers need of it, and what the writer does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbgrader.apps
from nbgrader import exchange, plugins
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue
from traitlets.utils.importstring import import_item

from convgrade.plugins.batch import SubmissionExporter
from convgrade.plugins.execute import ExecuteTrusted
from convgrade.plugins.rebuild import Rebuild

__all__ = ["Lists", "plain_config", "split_lists"]

#: Sections of the configuration that say where the course and its gradebook are, and hold
#: passwords: no worker needs them.
PRIVATE = {
    "Application", "Authenticator", "BaseConverter", "CourseDirectory", "Autograde",
    "GenerateAssignment", "GenerateFeedback", "GenerateSolution", "ClassRunner", "NbGrader",
    *nbgrader.apps.__all__, *exchange.__all__, *exchange.default.__all__, *plugins.__all__,
}  # fmt: skip


@dataclass(frozen=True)
class Lists:
    """The converter's preprocessors, divided among workers and the writer.

    Attributes
    ----------
    sanitize, before, after : tuple of str
        For workers, by dotted name: those that make a submission gradable, and those that
        grade it, before and after its verdicts are recorded.
    recording : tuple
        Those that use the gradebook, for the writer.
    """

    sanitize: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    recording: tuple[Any, ...]


def split_lists(converter: Any) -> Lists:
    """Divide the converter's preprocessors among workers and the writer.

    Raises
    ------
    NbGraderException
        When the configuration is not the one that this package describes.
    """
    sanitize = [_class(item) for item in converter.sanitize_preprocessors]
    autograde = [_class(item) for item in converter.autograde_preprocessors]
    saves = [_is(item, SaveAutoGrades) for item in autograde]
    records = [_is(item, (SaveAutoGrades, AssignLatePenalties)) for item in autograde]
    lacking = []
    if not issubclass(converter.exporter_class, SubmissionExporter):
        lacking.append("Autograde.exporter_class = SubmissionExporter")
    if not any(_is(item, Rebuild) for item in sanitize):
        lacking.append("Rebuild in Autograde.sanitize_preprocessors")
    if not any(_is(item, ExecuteTrusted) for item in autograde):
        lacking.append("ExecuteTrusted in Autograde.autograde_preprocessors")
    if True not in saves:
        lacking.append("SaveVerdicts in Autograde.autograde_preprocessors")
    if lacking:
        raise NbGraderException(
            "convgrade grades by its own plug-ins, and nbgrader_config.py lacks "
            f"{', '.join(lacking)}. docs/other-courses.md has the lines."
        )
    first = saves.index(True)
    others = [item for item, record in zip(autograde, records, strict=True) if not record]
    count = first - sum(records[:first])
    return Lists(
        _names(sanitize),
        _names(others[:count]),
        _names(others[count:]),
        tuple(item for item, record in zip(autograde, records, strict=True) if record),
    )


def plain_config(config: Config) -> tuple[dict[str, Any], list[str]]:
    """Return the configuration that workers get, and the names of what is left out of it.

    Only what JSON can hold is passed on, and no section that names the course's
    folders, its gradebook or an account.
    """
    plain: dict[str, Any] = {}
    left_out = []
    for section, traits in config.items():
        if section in PRIVATE or not isinstance(traits, Mapping):
            continue
        for name, value in traits.items():
            if isinstance(value, LazyConfigValue):
                value = value.to_dict()
            try:
                plain.setdefault(section, {})[name] = json.loads(json.dumps(value))
            except (TypeError, ValueError):
                left_out.append(f"{section}.{name}")
    return plain, left_out


def _class(item: Any) -> Any:
    return import_item(item) if isinstance(item, str) else item


def _is(item: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(item, type) and issubclass(item, kind)


def _names(items: list[Any]) -> tuple[str, ...]:
    names = []
    for item in items:
        name = f"{getattr(item, '__module__', '')}.{getattr(item, '__qualname__', '')}"
        try:
            found = import_item(name)
        except Exception:
            found = None
        if found is not item:
            raise NbGraderException(
                f"Workers import preprocessors by name, and {item!r} has none. Put it into a "
                "module that is installed beside convgrade."
            )
        names.append(name)
    return tuple(names)
