"""Random generators that a test passes on: their states, made sure of.

A generator reads its memory at the place that its state names, so that each part is looked at.
Sent, as text, to the student's kernel as well.
"""

from __future__ import annotations

import importlib
import math
import random
import sys
from typing import Any

__all__ = ["WORDS", "build", "copy_state", "is_python", "is_twister", "take_apart"]

WORDS = 624  # of a Mersenne twister
NAMES = frozenset({"Random", "Generator", "RandomState"})


def is_python(state: Any) -> bool:
    """Tell whether a state is one of Python's own generator."""
    if type(state) is not tuple or len(state) != 3:
        return False
    version, words, left = state
    if version != 3 or type(words) is not tuple or len(words) != WORDS + 1:
        return False
    if any(type(word) is not int or not 0 <= word < 2**32 for word in words):
        return False
    return words[-1] <= WORDS and (left is None or (type(left) is float and math.isfinite(left)))


def is_twister(state: Any) -> bool:
    """Tell whether a state is one of NumPy's older generator."""
    if type(state) is not tuple or len(state) != 5:
        return False
    numpy = importlib.import_module("numpy")
    name, words, place, has, left = state
    if name != "MT19937" or type(words) is not numpy.ndarray or words.dtype != "uint32":
        return False
    if words.shape != (WORDS,) or type(place) is not int or not 0 <= place <= WORDS:
        return False
    return type(has) is int and has in (0, 1) and type(left) is float and math.isfinite(left)


def take_apart(value: Any) -> tuple[str, Any] | None:
    """Return the name of a generator's form and its state; None for other values."""
    if type(value) is random.Random:
        return "random.Random", value.getstate()
    numpy = sys.modules.get("numpy.random")
    if type(value) is getattr(numpy, "Generator", None):
        state = value.bit_generator.state
        if state["bit_generator"] != "PCG64":
            return None
        inner = state["state"]
        parts = (inner["state"], inner["inc"], state["has_uint32"], state["uinteger"])
        return "random.Generator", [int(part) for part in parts]
    if type(value) is getattr(numpy, "RandomState", None):
        found = value.get_state(legacy=True)
        return ("random.RandomState", found) if is_twister(found) else None
    return None


def build(name: str, content: Any) -> Any:
    """Build a generator from a state that somebody untrusted wrote.

    Raises
    ------
    ValueError, and others
        When it is none.
    """
    if name == "random.Random" and is_python(content):
        made: Any = random.Random()
        made.setstate(content)
        return made
    numpy = importlib.import_module("numpy.random")
    if name == "random.RandomState" and is_twister(content):
        made = numpy.RandomState()
        made.set_state(content)
        return made
    if name == "random.Generator":
        limits = (2**128, 2**128, 2, 2**32)
        sound = all(type(part) is int for part in content)
        if sound and all(0 <= p < most for p, most in zip(content, limits, strict=True)):
            state, inc, has, word = content
            made = numpy.Generator(numpy.PCG64())
            made.bit_generator.state = {
                "bit_generator": "PCG64", "state": {"state": state, "inc": inc},
                "has_uint32": has, "uinteger": word,
            }  # fmt: skip
            return made
    raise ValueError("no state of a random generator")


def copy_state(ours: Any, theirs: Any) -> bool:
    """Let a generator go on where its copy stands; tell whether it is one."""
    kind = type(ours)
    if kind.__name__ not in NAMES or kind is not type(theirs):
        return False
    if kind is random.Random:
        ours.setstate(theirs.getstate())
    elif kind.__name__ == "Generator":
        ours.bit_generator.state = theirs.bit_generator.state
    else:
        ours.set_state(theirs.get_state(legacy=True))
    return True
