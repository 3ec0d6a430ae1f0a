"""No search for garbage while a student waits for a check."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Let Python collect no garbage inside; it does so later, in whatever runs next.

    With PyTorch and matplotlib loaded, Python holds a quarter of a million objects, and looks
    through all of them each time it collects: longer than most checks take.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
