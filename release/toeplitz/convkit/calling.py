"""Call a student's function, and say what it was called with or what it raised."""

from __future__ import annotations

import copy
import inspect
import linecache
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch

from convkit.comparing import Difference


def call(function: Callable[..., Any], args: Sequence[Any]) -> tuple[Any, str]:
    """Call a student's function on copies of ``args``.

    Parameters
    ----------
    function : callable
    args : sequence
        Plain data; the function gets copies, so that it cannot spoil the next call.

    Returns
    -------
    value : the result, or a `Difference` when the call raised
    note : str
        "" or a sentence about an input that the function changed.
    """
    copies = copy.deepcopy(tuple(args))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # stderr text would cost the points
            value = function(*copies)
    except NotImplementedError:
        return None, ""
    except Exception as error:
        return Difference("a result", _describe_error(error)), ""
    changed = any(
        isinstance(a, torch.Tensor) and not torch.equal(a, b)
        for a, b in zip(args, copies, strict=True)
    )
    # A function in another process changes its own copies, and says so.
    changed = changed or getattr(function, "changed_inputs", False)
    note = "Your function changed its input; work on a copy (.clone()) instead." if changed else ""
    return value, note


def _describe_error(error: Exception) -> str:
    """Say what was raised and by which line of the notebook."""
    words = f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
    for note in getattr(error, "__notes__", []):  # raised in another process, which says where
        if note.startswith("at your line: "):
            return f"{words}, {note}"
    frames = inspect.getinnerframes(error.__traceback__) if error.__traceback__ else []
    for frame in reversed(frames):
        if "ipykernel_" in frame.filename or frame.filename.startswith("<ipython"):
            if any("BEGIN HIDDEN TESTS" in line for line in linecache.getlines(frame.filename)):
                continue  # a test's own wrapper around the answer: not a line of the student's
            line = linecache.getline(frame.filename, frame.lineno).strip()
            return f"{words}, at your line: {line}" if line else words
    return words


def describe(args: Sequence[Any], like: Callable[..., Any]) -> str:
    """Write the inputs of a call so that small ones can be pasted into a cell."""
    names = list(inspect.signature(like).parameters)
    return ", ".join(
        f"{name} = {_literal(value)}" for name, value in zip(names, args, strict=False)
    )


def _literal(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        kind = "" if value.dtype in (torch.float32, torch.int64) else f", dtype={value.dtype}"
        if value.numel() <= 12:
            return f"torch.tensor({_rounded(value.tolist())}{kind})"
        short = str(value.dtype).replace("torch.float", "f").replace("torch.int", "i")
        return f"{short}[{','.join(str(s) for s in value.shape)}]"
    return repr(value)


def _rounded(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_rounded(v) for v in value) + "]"
    return f"{value:.4g}" + ("." if isinstance(value, float) and float(value).is_integer() else "")
