"""Divides the configuration: what workers need of it, and what the writer does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import CodeType
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
#: passwords, or concern the writer: no worker needs them.
PRIVATE = {
    "AssignLatePenalties", "SaveAutoGrades", "SaveVerdicts", "FeedbackExporter",
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
        For the writer: those that use the gradebook.
    whole : bool
        Whether the writer does everything from the first of them on, to the notebook itself: a
        course's own may change what it records, or is known to this process alone.
    """

    sanitize: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    recording: tuple[Any, ...]
    whole: bool = False


def split_lists(converter: Any) -> Lists:
    """Divide the converter's preprocessors among workers and the writer.

    Raises
    ------
    NbGraderException
        When the configuration is not the one that this package describes.
    """
    sanitize = [_class(item) for item in converter.sanitize_preprocessors]
    autograde = [_class(item) for item in converter.autograde_preprocessors]
    lacking = []
    if not issubclass(converter.exporter_class, SubmissionExporter):
        lacking.append("Autograde.exporter_class = SubmissionExporter")
    if not any(_is(item, Rebuild) for item in sanitize):
        lacking.append("Rebuild in Autograde.sanitize_preprocessors")
    runs = [place for place, item in enumerate(autograde) if _is(item, ExecuteTrusted)]
    if not runs:
        lacking.append("ExecuteTrusted in Autograde.autograde_preprocessors")
    if not any(_is(item, SaveAutoGrades) for item in autograde):
        lacking.append("SaveVerdicts in Autograde.autograde_preprocessors")
    if lacking:
        raise NbGraderException(
            "convgrade grades by its own plug-ins, and nbgrader_config.py lacks "
            f"{', '.join(lacking)}. `convgrade init` puts them there."
        )
    records = [_is(item, (SaveAutoGrades, AssignLatePenalties)) for item in autograde]
    local = [record or _uses_gradebook(i) for record, i in zip(records, autograde, strict=True)]
    early = [i for i in sanitize if _uses_gradebook(i)] + [
        item for item, here in zip(autograde[: runs[-1]], local, strict=False) if here
    ]
    if early:
        raise NbGraderException(
            "Workers have no gradebook, and these preprocessors use it before the tests have "
            f"run: {', '.join(map(_label, early))}. Put them behind ExecuteTrusted in "
            "Autograde.autograde_preprocessors, or grade with `nbgrader autograde`."
        )
    first = local.index(True)
    tail = list(zip(autograde[first:], records[first:], strict=True))
    if all(record or _is_known(item) for item, record in tail):
        after = [item for item, record in tail if not record]
        recording = tuple(item for item, record in tail if record)
        return Lists(_names(sanitize), _names(autograde[:first]), _names(after), recording)
    return Lists(
        _names(sanitize), _names(autograde[:first]), (), tuple(autograde[first:]), whole=True
    )


def plain_config(config: Config) -> tuple[Config, list[str]]:
    """Return the configuration that workers get, and the names of what is left out of it.

    Only plain data is passed on, and no section that names the course's folders,
    its gradebook or an account. What is still to be applied to a default, such as
    an ``append`` or an option of the command line, stays what it is.
    """
    plain = Config()
    left_out = []
    for section, traits in config.items():
        if section in PRIVATE or not isinstance(traits, Mapping):
            continue
        for name, value in traits.items():
            if _is_plain(value.to_dict() if isinstance(value, LazyConfigValue) else value):
                plain[section][name] = value
            else:
                left_out.append(f"{section}.{name}")
    return plain, left_out


def _is_plain(value: Any) -> bool:
    """Tell whether a value means the same in another process, on another machine."""
    if isinstance(value, Mapping):
        return all(_is_plain(part) for item in value.items() for part in item)
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_plain, value))
    return value is None or isinstance(
        value, bool | int | float | complex | str | bytes | PurePath
    )


def _is_known(item: Any) -> bool:
    """Tell whether a preprocessor comes with nbgrader, nbconvert or this package."""
    package = str(getattr(item, "__module__", "")).split(".")[0]
    return package in ("nbgrader", "nbconvert", "convgrade")


def _uses_gradebook(item: Any) -> bool:
    """Tell whether a preprocessor opens the gradebook: its code names it, or its address."""
    kinds = item.__mro__ if isinstance(item, type) else type(item).__mro__
    parts = [part for kind in kinds for part in vars(kind).values()]
    for part in [item] if inspect.isfunction(item) else parts:
        code = getattr(inspect.unwrap(part), "__code__", None) if callable(part) else None
        if code is not None and any(
            {"Gradebook", "db_url"} & {*c.co_names, *map(str, c.co_consts)} for c in _codes(code)
        ):
            return True
    return False


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _label(item: Any) -> str:
    return str(getattr(item, "__qualname__", item))


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
                "module that is installed beside convgrade, or behind SaveVerdicts in the list."
            )
        names.append(name)
    return tuple(names)
