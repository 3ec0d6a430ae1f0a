"""Call a function while what some library functions give is spoiled, to see what depends on it.

An answer that computes an FFT and throws it away gives the same result when every FFT gives
something else. `through` calls it so. Like `watch`, this file also goes, as text, to the kernel in
which the student's function is: it needs torch, NumPy and the standard library only. What is
called through a name that was kept elsewhere is not reached, and then nothing is said of it.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

__all__ = ["through"]

#: Whose functions are spoiled: of these, what is called by one of the names, or stands in a
#: module of that name.
_LIBRARIES = ("torch", "torch.linalg", "numpy", "numpy.linalg", "scipy", "scipy.linalg",
              "scipy.sparse", "scipy.fftpack")  # fmt: skip


def _targets(names: Iterable[str]) -> list[tuple[Any, str, Any]]:
    """Return modules, attributes in them and the functions there."""
    found: list[tuple[Any, str, Any]] = []
    libraries = [sys.modules[name] for name in _LIBRARIES if name in sys.modules]
    for library in [*libraries, torch.Tensor]:
        for name in names:
            part = vars(library).get(name)
            if type(part) is type(sys):
                found += [(part, key, value) for key, value in list(vars(part).items())
                          if callable(value) and not key.startswith("_")
                          and not isinstance(value, type)]  # fmt: skip
            elif callable(part):
                found.append((library, name, part))
    return found


def _other(value: Any) -> Any:
    """Return something else of the same shape; None for what is no array."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return value * 3 + 1
    return value * 3 if hasattr(value, "nnz") else None  # one of SciPy's sparse matrices


@contextlib.contextmanager
def _spoiling(function: Any, names: Iterable[str]) -> Iterator[set[str]]:
    """Spoil what those functions give; collect the names of those that ran."""
    ran: set[str] = set()
    targets = _targets(names)
    torchs = {id(old): key for _, key, old in targets}

    def spoil(name: str, value: Any, kwargs: Any) -> Any:
        other = None if kwargs.get("out") is not None else _other(value)
        if other is None:
            return value
        ran.add(name)
        return other

    class Spoil(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            value = func(*args, **(kwargs or {}))
            return spoil(torchs[id(func)], value, kwargs or {}) if id(func) in torchs else value

    def instead(name: str, old: Any) -> Any:
        @functools.wraps(old)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return spoil(name, old(*args, **kwargs), kwargs)

        return wrapped

    others = [target for target in targets if not _is_torchs(target[0])]
    new = {id(old): instead(key, old) for _, key, old in others}
    places = [(vars(owner), key, old) for owner, key, old in others]
    own = getattr(function, "__globals__", {})  # what `from numpy.fft import rfft` has bound
    places += [(own, key, old) for key, old in list(own.items()) if id(old) in new]
    try:
        for place, key, old in places:
            place[key] = new[id(old)]
        with Spoil():
            yield ran
    finally:
        for place, key, old in places:
            place[key] = old


def _is_torchs(owner: Any) -> bool:
    return owner is torch.Tensor or str(getattr(owner, "__name__", "")).startswith("torch")


NAMES: tuple[str, ...] = ()  # set by whoever sends this text


def through(
    function: Any, args: Any, kwargs: Any, names: Iterable[str] | None = None
) -> tuple[Any, Any]:
    """Call a function on spoiled results; return its value and the names of what was spoiled."""
    with _spoiling(function, NAMES if names is None else names) as ran:
        value = function(*args, **kwargs)
    return value, sorted(ran)
