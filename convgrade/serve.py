"""The student's end: answers the grader's requests from inside a student's kernel.

Sent as text to the kernel together with `convgrade.wire`, so it may use these
two, the standard library and nothing else. Nothing here is trusted: it runs
among the student's own code, which can change all of it. It only makes honest
answers arrive; `convgrade.remote` decides what to believe.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import socket
import sys
import traceback
import warnings
from types import ModuleType
from typing import Any

from convgrade import wire

MAX_PRINTED = 20_000  # characters that one call may print


_spare: list[int] = []


class _Printed(io.StringIO):
    """Keeps the first characters that are printed and forgets the rest."""

    def write(self, text: str) -> int:
        room = MAX_PRINTED - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)


def serve(family: int, address: Any, token: str, names: dict[str, Any]) -> None:
    """Answer requests on a socket until the grader closes it.

    Parameters
    ----------
    family : int
        Of the socket.
    address : str or (str, int)
        Where the grader listens.
    token : str
        Tells the grader that it is this kernel that connects.
    names : dict
        The notebook's global names.
    """
    handles: list[Any] = []
    _release()
    try:
        _serve(family, address, token, names, handles)
    finally:
        _reserve()


def _reserve() -> None:
    """Hold some open files back, for when student code has used up all others."""
    with contextlib.suppress(OSError):
        while len(_spare) < 4:
            _spare.append(os.open(os.devnull, os.O_RDONLY))


def _release() -> None:
    while _spare:
        with contextlib.suppress(OSError):
            os.close(_spare.pop())


def _serve(
    family: int, address: Any, token: str, names: dict[str, Any], handles: list[Any]
) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        wire.send(connection, token)
        while True:
            try:
                request = wire.receive(connection)
            except (EOFError, OSError):
                return
            reply = _answer(request, names, handles)
            try:
                wire.send(connection, reply)
            except OSError:
                return
            except Exception as error:  # too large or nested, or it fails when it is looked at
                wire.send(connection, {"raised": _words(error)})


def _answer(request: dict[str, Any], names: dict[str, Any], handles: list[Any]) -> dict[str, Any]:
    kind = request["do"]
    if kind == "get":
        name = request["name"]
        if name not in names:
            return {"missing": True}
        value = names[name]
        if callable(value):
            handles.append(value)
            return {"function": len(handles) - 1}
        return {"value": value}
    if kind == "delete":
        names.pop(request["name"], None)
        return {"value": None}
    if kind == "restore":
        names[request["name"]] = handles[request["function"]]
        return {"value": None}
    if kind == "define":
        return _define(request["text"], handles)
    place = request.get("through")
    through = None if place is None else handles[place]
    return _call(handles[request["function"]], request["args"], request["kwargs"], through)


def _define(text: str, handles: list[Any]) -> dict[str, Any]:
    """Run a text of the course's as a module of its own; hand out its function ``through``."""
    module = ModuleType("convgrade.through")
    try:
        exec(compile(text, "<convgrade.through>", "exec"), module.__dict__)
        handles.append(module.through)
    except Exception:  # in what the student made of this Python: calls then go without
        return {"value": None}
    return {"function": len(handles) - 1}


def _call(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], through: Any = None
) -> dict[str, Any]:
    before = [_frame(argument) for argument in args]
    printed = _Printed()
    kept = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = printed
    reply: dict[str, Any] = {"value": None}
    try:
        with warnings.catch_warnings():
            if through is None:
                reply["value"] = function(*args, **kwargs)
            else:
                reply["value"], reply["said"] = through(function, args, kwargs)
    except BaseException as error:
        reply["raised"] = _words(error)
    finally:
        sys.stdout, sys.stderr = kept
    reply["changed"] = [_frame(argument) for argument in args] != before
    reply["printed"] = printed.getvalue()
    return reply


def _frame(value: Any) -> bytes | None:
    try:
        return wire.dumps(value)
    except Exception:
        return None


def _words(error: BaseException) -> dict[str, Any]:
    """Describe an exception: the names of its types, its message, the student's line."""
    line = ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel_" in frame.filename or frame.filename.startswith("<ipython"):
            line = linecache.getline(frame.filename, frame.lineno or 0).strip()
            break
    try:
        message = str(error)[:2000]
    except Exception:  # the student's own exception, whose __str__ fails
        message = ""
    return {
        "types": [kind.__name__ for kind in type(error).__mro__][:20],
        "exits": not isinstance(error, Exception),
        "message": message,
        "line": line[:200],
    }


_reserve()
