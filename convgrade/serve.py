"""The student's end: answers the grader's requests from inside a student's kernel.

Sent as text to the kernel together with `convgrade.wire` and `convgrade.about`, so it may use
these, the standard library and nothing else. Nothing here is trusted: it runs
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

from convgrade import about, wire

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
                wire.send(connection, reply, exact=request.get("exact") is True)
            except OSError:
                return
            except wire.WireError as error:
                wire.send(connection, {"raised": _words(error), "unsent": str(error)})
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
            return _function(value, handles)
        return {"value": value}
    if kind in ABOUT:
        return {"value": ABOUT[kind](request, names, handles)}
    if kind == "delete":
        names.pop(request["name"], None)
        return {"value": None}
    if kind == "restore":
        names[request["name"]] = handles[request["function"]]
        return {"value": None}
    if kind == "define":
        return _define(request["text"], handles)
    return _call(request, handles)


# What a test asks that only looks: the answer is plain data.
ABOUT: dict[str, Any] = {
    "describe": lambda request, names, handles: about.describe(handles[request["function"]]),
    "reads": lambda request, names, handles: about.reads(handles[request["function"]], names),
    "names": lambda request, names, handles: [name for name in names if type(name) is str],
    "files": lambda request, names, handles: about.files(),
    "figures": lambda request, names, handles: about.figures(),
}


def _function(value: Any, handles: list[Any]) -> dict[str, Any]:
    """Return the number under which the grader can call a function: the same for the same one."""
    place = next((i for i, known in enumerate(handles) if known is value), len(handles))
    if place == len(handles):
        handles.append(value)
    return {"function": place, "kind": about.kind(value)}


def _define(text: str, handles: list[Any]) -> dict[str, Any]:
    """Run a text of the course's as a module of its own; hand out its function ``through``."""
    module = ModuleType("convgrade.through")
    try:
        exec(compile(text, "<convgrade.through>", "exec"), module.__dict__)
        handles.append(module.through)
    except Exception:  # in what the student made of this Python: calls then go without
        return {"value": None}
    return {"function": len(handles) - 1}


def _call(request: dict[str, Any], handles: list[Any]) -> dict[str, Any]:
    function, args, kwargs = handles[request["function"]], list(request["args"]), request["kwargs"]
    exact = request.get("exact") is True
    through = None if request.get("through") is None else handles[request["through"]]
    for place, handle in request.get("functions", []):  # the student's own, handed back
        (args if type(place) is int else kwargs)[place] = handles[handle]
    arguments = {**{str(place): value for place, value in enumerate(args)}, **kwargs}
    before = {name: _frame(value, exact) for name, value in arguments.items()}
    places = about.containers(arguments) if exact else {}
    random = about.generators() if request.get("seeded") is True else []
    printed, error_text = _Printed(), _Printed()
    out = _Printed() if exact else printed
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, error_text if exact else printed
    reply: dict[str, Any] = {"value": None}
    try:
        with warnings.catch_warnings():
            # Without the place: that is a file of this run's, and of no other.
            warnings.showwarning = _warn
            if through is None:
                reply["value"] = function(*args, **kwargs)
            else:
                reply["value"], reply["said"] = through(function, args, kwargs)
    except BaseException as error:
        reply["raised"] = _words(error) | (about.plain_error(error) if exact else {})
    finally:
        sys.stdout, sys.stderr = kept
    changed = [n for n, value in arguments.items() if _frame(value, exact) != before[n]]
    reply["changed"] = bool(changed)
    reply["printed"] = printed.getvalue()
    if exact:
        reply |= {"printed": out.getvalue(), "errors": error_text.getvalue()}
        after = about.containers(arguments) if changed else {}
        reply["moved"] = any(places.get(i, path) != path for i, path in after.items())
        reply["arguments"] = {name: arguments[name] for name in changed}
        reply["drew"] = bool(random) and about.generators() != random
        if callable(reply["value"]):
            reply |= {"value": None, **_function(reply["value"], handles)}
    return reply


def _warn(message: Any, category: type[Warning], *where: Any, **line: Any) -> None:
    sys.stderr.write(f"{category.__name__}: {message}\n")


def _frame(value: Any, exact: bool = False) -> bytes | None:
    try:
        return wire.dumps(value, exact=exact)
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
