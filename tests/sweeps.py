"""Long rows of inputs, of which the everyday loop tries some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


def sweep(values: Sequence[Any], every: int) -> list[Any]:
    """Return the parameters of a test: all but one in ``every`` are left to `make test`."""
    return [
        value if place % every == 0 else pytest.param(value, marks=pytest.mark.slow)
        for place, value in enumerate(values)
    ]
