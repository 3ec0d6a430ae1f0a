"""The states of random generators that come back from a student's kernel, made sure of."""

from __future__ import annotations

import math
import struct
import sys
from typing import Any

__all__ = ["take_random"]

WORDS = 624  # of a Mersenne twister
TORCH = struct.Struct("<QiiQ")  # seed, words left, whether it is seeded, the next word's place


def take_random(states: Any) -> bool:
    """Go on where the student's code left the generators; tell whether the states are sound.

    A generator reads its memory at the place that its state names, so that each part is looked at.
    """
    if type(states) is not dict:
        return False
    if "random" in states and not _take_python(states["random"]):
        return False
    if "torch" in states and "torch" in sys.modules and not _take_torch(states["torch"]):
        return False
    return not ("numpy" in states and "numpy.random" in sys.modules) or _take_numpy(
        states["numpy"]
    )


def _take_python(state: Any) -> bool:
    if type(state) is not tuple or len(state) != 3:
        return False
    version, words, left = state
    if version != 3 or type(words) is not tuple or len(words) != WORDS + 1:
        return False
    if any(type(word) is not int or not 0 <= word < 2**32 for word in words):
        return False
    if words[-1] > WORDS or not (left is None or (type(left) is float and math.isfinite(left))):
        return False
    import random

    random.setstate(state)
    return True


def _take_torch(state: Any) -> bool:
    torch = sys.modules["torch"]
    now = torch.get_rng_state()
    if type(state) is not torch.Tensor or (state.dtype, state.shape) != (now.dtype, now.shape):
        return False
    if len(bytes_ := state.contiguous().numpy().tobytes()) < TORCH.size:
        return False
    _, left, _, following = TORCH.unpack_from(bytes_)
    # So many words it reads from there on before it makes new ones.
    if not 0 < left <= WORDS or following + left > WORDS + 1:
        return False
    try:
        torch.set_rng_state(state)
    except RuntimeError:
        return False
    return True


def _take_numpy(state: Any) -> bool:
    if type(state) is not tuple or len(state) != 5:
        return False
    numpy = sys.modules["numpy"]
    name, words, place, has, left = state
    if name != "MT19937" or type(words) is not numpy.ndarray or words.dtype != "uint32":
        return False
    if words.shape != (WORDS,) or type(place) is not int or not 0 <= place <= WORDS:
        return False
    if type(has) is not int or has not in (0, 1) or type(left) is not float:
        return False
    if not math.isfinite(left):
        return False
    numpy.random.set_state(state)
    return True
