"""The fields of a student's dataclass, as `dataclasses` looks for them: objects of its own."""

from __future__ import annotations

import dataclasses
from typing import Any

__all__ = ["made_fields"]

ASKED = ("init", "repr", "hash", "compare", "kw_only", "type")
KINDS = {kind.name: kind for kind in vars(dataclasses).values()
         if type(kind).__name__ == "_FIELD_BASE"}  # fmt: skip


def made_fields(said: Any) -> Any:
    """Return fields of this process's for those that a student's kernel has, which it is asked.

    Parameters
    ----------
    said : dict
        By name, what stands for a field of the student's.
    """
    if type(said) is not dict:
        return said
    return {name: _made(field) for name, field in said.items() if type(name) is str}


def _made(said: Any) -> Any:
    field: Any = dataclasses.field()
    field.name = said.name
    for part in ASKED:
        setattr(field, part, getattr(said, part))
    for part in ("default", "default_factory"):
        value = getattr(said, part)
        # Python's word for "none" is one object, in each process another.
        missing = type(value).__name__ == "_MISSING_TYPE"
        setattr(field, part, dataclasses.MISSING if missing else value)
    kind = said._field_type.name
    field._field_type = KINDS.get(kind) if type(kind) is str else None
    return field
