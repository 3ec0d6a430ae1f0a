"""Call a student's function, and say what it was called with or what it raised."""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
import io
import linecache
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any

import torch

from convkit import spoiling, watch
from convkit.comparing import Difference
from convkit.rule import Seen


class _Heard:
    """Standard output that remembers whether anything was printed."""

    def __init__(self, stream: Any) -> None:
        self._stream, self.anything = stream, False

    def write(self, text: str) -> Any:
        self.anything = self.anything or bool(text.strip())
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def call(
    function: Callable[..., Any],
    args: Sequence[Any],
    seen: Seen | None = None,
    through: Callable[..., Any] | None = None,
) -> tuple[Any, str]:
    """Call a student's function on copies of ``args``.

    Parameters
    ----------
    function : callable
    args : sequence
        Plain data; the function gets copies, so that it cannot spoil the next call.
    seen : Seen, optional
        Takes what runs meanwhile.
    through : callable, optional
        The student's own function, where ``function`` is a test's wrapper around it.

    Returns
    -------
    value : the result, or a `Difference` when the call raised
    note : str
        "" or a sentence about an input that the function changed.
    """
    # What runs in another process gets copies anyway.
    copies = tuple(args) if hasattr(type(function), "through") else copy.deepcopy(tuple(args))
    heard = _Heard(sys.stdout)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(heard):
            warnings.simplefilter("ignore")  # stderr text would cost the points
            value = _called(function, copies, seen, through or function)
    except Exception as error:
        if type(error) is NotImplementedError and not str(error):  # nbgrader's own stub
            words = "the function raises NotImplementedError"
            return Difference("an answer", words, blank=True), ""
        return Difference("a result", _describe_error(error)), ""
    if value is None and heard.anything:
        words = "None: your function prints, but does not give its result back"
        return Difference("a result, given back by return", words), ""
    changed = any(
        isinstance(a, torch.Tensor) and not torch.equal(a, b)
        for a, b in zip(args, copies, strict=True)
    )
    # A function in another process changes its own copies, and says so.
    changed = changed or getattr(function, "changed_inputs", False)
    note = "Your function changed its input; work on a copy (.clone()) instead." if changed else ""
    return value, note


def spoiled(
    function: Callable[..., Any], args: Sequence[Any], names: Iterable[str]
) -> tuple[Any, bool]:
    """Call a student's function while what library functions of these names give is spoiled.

    Returns
    -------
    value : the result, or a `Difference` when the call raised
    ran : bool
        Whether it was reached at all by something that is spoiled.
    """
    copies, elsewhere = copy.deepcopy(tuple(args)), getattr(type(function), "through", None)
    wanted = tuple(sorted(names))
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            if elsewhere is None:
                value, ran = spoiling.through(function, copies, {}, wanted)
                return value, bool(ran)
            with elsewhere(function, f"{_text(spoiling)}\n\nNAMES = {wanted!r}\n") as said:
                return function(*copies), bool(said) and all(said)
    except Exception as error:
        return Difference("a result", _describe_error(error)), True


@functools.cache
def _text(module: ModuleType) -> str:
    return inspect.getsource(module)


def _called(
    function: Callable[..., Any], args: Sequence[Any], seen: Seen | None, through: Any
) -> Any:
    """Call a function, and watch it: where it runs, if that is in another process."""
    if seen is None:
        return function(*args)
    elsewhere = getattr(type(through), "through", None)
    if elsewhere is None:
        value, names = watch.through(function, args, {})
        seen.add(names)
        return value
    with elsewhere(through, _text(watch)) as said:
        value = function(*args)
    for names in said:
        seen.add(names)
    return value


def _describe_error(error: Exception) -> str:
    """Say what was raised and by which line of the notebook."""
    words = f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
    for note in getattr(error, "__notes__", []):  # raised in another process, which says where
        if note.startswith("at your line: "):
            return f"{words}, {note}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel_" in frame.filename or frame.filename.startswith("<ipython"):
            if any("BEGIN HIDDEN TESTS" in line for line in linecache.getlines(frame.filename)):
                continue  # a test's own wrapper around the answer: not a line of the student's
            line = frame.line
            return f"{words}, at your line: {line}" if line else words
    return words


LONGEST = 180  # letters of a tensor that is written out: three lines


def describe(args: Sequence[Any], like: Callable[..., Any], longest: int = LONGEST) -> str:
    """Write the inputs of a call so that small ones can be pasted into a cell.

    Parameters
    ----------
    args : sequence
    like : callable
        Has the names of the arguments.
    longest : int
        Of a tensor with more letters only type and shape are written, unless it has 12 entries
        or fewer; 0 for those too.
    """
    names = list(inspect.signature(like).parameters)
    return ", ".join(
        f"{name} = {_literal(value, longest)}" for name, value in zip(names, args, strict=False)
    )


def _literal(value: Any, longest: int) -> str:
    if isinstance(value, torch.Tensor):
        kind = "" if value.dtype in (torch.float32, torch.int64) else f", dtype={value.dtype}"
        literal = f"torch.tensor({_rounded(value.tolist())}{kind})" if value.numel() <= 48 else ""
        if (longest and value.numel() <= 12) or 0 < len(literal) <= longest:
            return literal
        short = str(value.dtype).replace("torch.float", "f").replace("torch.int", "i")
        return f"{short}[{','.join(str(s) for s in value.shape)}]"
    return repr(value)


def _rounded(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_rounded(v) for v in value) + "]"
    return f"{value:.4g}" + ("." if isinstance(value, float) and float(value).is_integer() else "")
