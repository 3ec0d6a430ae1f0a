"""Long rows of inputs, of which the everyday loop tries some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


def sweep(values: Sequence[Any], every: int) -> list[Any]:
    """Return the parameters of a test: all but one in ``every`` are left to `make test`.

    A tuple stands for several parameters.
    """
    together = [value if isinstance(value, tuple) else (value,) for value in values]
    return [
        pytest.param(*each, marks=[pytest.mark.slow] if place % every else [])
        for place, each in enumerate(together)
    ]
