"""Gradescope: *Export submissions* gives ``submission_123456/`` folders and a metadata file.

``submission_metadata.yml`` says for each folder who handed in (several for a group) and when.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import yaml

from convgrade.collect.download import Entry
from convgrade.collect.names import id_from_name, tidy
from convgrade.collect.people import Who
from convgrade.collect.platforms.scheme import Context, Found, Platform, by_patterns

FOLDER = re.compile(r"(?P<folder>submission_\w+)")
METADATA = "submission_metadata.yml"
LARGEST = 256 * 2**20


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Takes Ruby's own kinds of values as what they hold."""


def _plain(loader: Any, tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _plain)


def facts(context: Context) -> dict[tuple[str, ...], dict[str, Any]]:
    """Read the metadata files, by the folder that they lie in."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in context.entries:
        if entry.parts[-1] != METADATA or entry.file.stat().st_size > LARGEST:
            continue
        try:
            data = yaml.load(entry.file.read_bytes(), Loader=_Loader)  # a safe loader
        except (yaml.YAMLError, ValueError, RecursionError):
            continue  # its folders are then named as not placed
        if isinstance(data, dict):
            found[entry.parts[:-1]] = {str(key): value for key, value in data.items()}
    return found


def find(entry: Entry, context: Context) -> Found | None:
    """Read a path."""
    fit = by_patterns(entry, (FOLDER,))
    if fit is None:
        return None
    match, before, rest = fit
    data = context.facts.get(before, {}).get(match["folder"])
    if not isinstance(data, dict):
        return None
    people = [one for one in data.get(":submitters") or [] if isinstance(one, dict)]
    who = tuple(_who(one) for one in people)
    return (
        Found(who, rest, (*before, match[0]), time=_time(data.get(":created_at"))) if who else None
    )


def _who(one: dict[str, Any]) -> Who:
    name, sid, email = (tidy(str(one.get(key) or "")) for key in (":name", ":sid", ":email"))
    login = sid or email or id_from_name(name)
    return Who(f"gradescope:{login}", name, "", login, email, firm=bool(sid or email))


def _time(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace(" UTC", "+00:00").replace(" Z", "+00:00"))
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None if not isinstance(value, date) else datetime(*value.timetuple()[:3], tzinfo=UTC)


def own(entry: Entry, context: Context) -> bool:
    """Tell whether Gradescope added the file."""
    return entry.parts[:-1] in context.facts and entry.parts[-1] == METADATA


GRADESCOPE = Platform(
    "gradescope",
    "Gradescope",
    f"submission_<number>/<file> and {METADATA}",
    find,
    facts=facts,
    own=own,
)
