"""The states of random generators that come back from a student's kernel, made sure of."""

from __future__ import annotations

import random
import struct
import sys
from typing import Any

from convgrade.generators import WORDS, is_python, is_twister

__all__ = ["take_random"]

TORCH = struct.Struct("<QiiQ")  # seed, words left, whether it is seeded, the next word's place


def take_random(states: Any) -> bool:
    """Go on where the student's code left the generators; tell whether the states are sound.

    A generator reads its memory at the place that its state names, so that each part is looked at.
    """
    if type(states) is not dict:
        return False
    if "random" in states:
        if not is_python(states["random"]):
            return False
        random.setstate(states["random"])
    if "torch" in states and "torch" in sys.modules and not _take_torch(states["torch"]):
        return False
    if "numpy" in states and "numpy.random" in sys.modules:
        if not is_twister(states["numpy"]):
            return False
        sys.modules["numpy.random"].set_state(states["numpy"])
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
