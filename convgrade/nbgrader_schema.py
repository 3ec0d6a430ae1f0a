"""Lets nbgrader check its schema once, and not for each cell of each notebook."""

from __future__ import annotations

import json
from functools import cache
from types import SimpleNamespace
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from nbgrader.nbgraderformat import common

__all__ = ["check_schema_once"]


def check_schema_once() -> None:
    """Do so in this process: it never changes, and takes a twentieth of a second a notebook."""
    common.jsonschema = SimpleNamespace(validate=_validate)


def _validate(instance: Any, schema: Any) -> None:
    """Do what ``jsonschema.validate`` does, but for checking the schema itself."""
    error = best_match(_validator(json.dumps(schema)).iter_errors(instance))
    if error is not None:
        raise error


@cache
def _validator(schema: str) -> Any:
    found = json.loads(schema)
    return validator_for(found)(found)
