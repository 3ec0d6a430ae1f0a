"""The student's end: answers the grader's requests from inside a student's kernel.

Sent as text to the kernel together with `convgrade.wire` and `convgrade.about`, so it may use
these, the standard library and nothing else. Nothing here is trusted: it runs
among the student's own code, which can change all of it. It only makes honest
answers arrive; `convgrade.remote` decides what to believe.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import socket
import sys
import warnings
from types import BuiltinFunctionType, ModuleType
from typing import Any

from convgrade import about, copies, errors, handles, moving, state, uses, wire
from convgrade.folder import Folder
from convgrade.handles import Handles

UNCHANGING = frozenset({int, float, bool, str, type(None)})  # whatever is done with one
MAX_PRINTED = 20_000  # characters that one call may print


_spare: list[int] = []
_tables: dict[int, Handles] = {}  # one: what a test stores, a later one may use
_folder = Folder()


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
    _release()
    try:
        _serve(family, address, token, names)
    finally:
        _close_figures()
        _reserve()


def _close_figures() -> None:
    """Close the figures that IPython closes after a cell: it would draw each, for nobody."""
    inline: Any = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is None:
        return
    with contextlib.suppress(Exception):  # a student has put something else there
        shell: Any = sys.modules["IPython"].get_ipython()
        shows = inline.flush_figures in shell.events.callbacks["post_execute"]
        if shows and inline.show._draw_called and inline.InlineBackend.instance().close_figures:
            inline.matplotlib.pyplot.close("all")


def begin() -> None:
    """Begin in this process and its folder; what it has of one that it was forked from is void."""
    global _folder
    _folder = Folder()
    _spare.clear()
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


def _serve(family: int, address: Any, token: str, names: dict[str, Any]) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        wire.send(connection, token)
        table = _tables.setdefault(id(names), Handles(names))
        table.connection = connection
        table.answer = lambda request: _answer(request, names, table)
        with state.given(names):
            while True:
                try:
                    request = wire.receive(connection, made=table.made)
                except (EOFError, OSError):
                    return
                except wire.WireError as error:  # such as a module that is not to be had here
                    answer = {"unread": str(error)}
                else:
                    try:
                        answer = _answer(request, names, table)
                    except Exception as error:  # such as a class that has no hash
                        answer = about.failure(error)
                try:
                    handles.reply(connection, answer, table)
                except OSError:
                    return


def _answer(request: dict[str, Any], names: dict[str, Any], table: Handles) -> dict[str, Any]:
    exact = {"exact": True} if request.get("exact") is True else {}
    kind = request["do"]
    if kind == "get":
        name = request["name"]
        if name not in names:
            return {"missing": True}
        value = names[name]
        if exact:
            shared = _shared(value, {}, request.get("held", []), table)
            shared |= copies.in_common(value, request.get("course", ()), names)
            return {"value": value, **state.share(value, table), **shared, **exact}
        return _function(value, table) if callable(value) else {"value": value}
    if kind in ABOUT:
        return {"value": ABOUT[kind](request, names, table), **exact}
    if kind == "delete":
        names.pop(request["name"], None)
        return {"value": None}
    if kind == "restore":
        names[request["name"]] = table[request["function"]]
        return {"value": None}
    if kind == "define":
        return _define(request["text"], table)
    return _call(request, names, table) | exact


def _origin(name: str, names: dict[str, Any]) -> Any:
    return about.origin(names[name]) if name in names else None


# What a test asks that only looks: the answer is plain data.
ABOUT: dict[str, Any] = {
    "describe": lambda request, names, handles: about.describe(handles[request["function"]]),
    "origin": lambda request, names, handles: _origin(request["function"], names),
    "source": lambda request, names, handles: about.source(handles[request["function"]]),
    "reads": lambda request, names, handles: about.reads(handles[request["function"]], names),
    "names": lambda request, names, handles: [name for name in names if type(name) is str],
    "folder": lambda request, names, handles: _folder.exchange(request["put"], request["gone"]),
    "file": lambda request, names, handles: {n: _folder.read(n) for n in request["names"]},
    "stage": lambda request, names, handles: about.stage(handles[request["function"]]),
    "figures": lambda request, names, handles: about.figures(),
    "table": lambda request, names, handles: handles.name,
    "fingerprints": lambda request, names, handles: {
        name: about.fingerprint(names[name]) for name in request["function"] if name in names
    },
    "conditions": lambda request, names, handles: about.conditions(names, *request["function"]),
    "loaded": lambda request, names, handles: request["function"] in sys.modules,
    "module": lambda request, names, handles: importlib.import_module(request["function"]),
    "class": lambda request, names, handles: handles.class_facts(request["function"]),
}


def _function(value: Any, table: Handles) -> dict[str, Any]:
    """Return the number under which the grader can call a function: the same for the same one."""
    return {"function": table.number(value), "kind": about.kind(value)}


def _define(text: str, table: Handles) -> dict[str, Any]:
    """Run a text of the course's as a module of its own; hand out its function ``through``."""
    module = ModuleType("convgrade.through")
    try:
        exec(compile(text, "<convgrade.through>", "exec"), module.__dict__)
        table.append(module.through)
    except Exception:  # in what the student made of this Python: calls then go without
        return {"value": None}
    return {"function": len(table) - 1}


def _call(request: dict[str, Any], names: dict[str, Any], table: Handles) -> dict[str, Any]:
    exact = request.get("exact") is True
    function = table[request["function"]]
    if request.get("operation") == "forget":
        function = table.forgetting(request["function"])
    elif request["do"] == "use":
        function = uses.use(function, request["operation"])
    args, kwargs = list(request["args"]), request["kwargs"]
    through = None if request.get("through") is None else table[request["through"]]
    arguments = {**{str(place): value for place, value in enumerate(args)}, **kwargs}
    before = {name: _frame(value, table, exact) for name, value in arguments.items()}
    stood = moving.standing(arguments) if exact else {}
    printed, error_text = _Printed(), _Printed()
    out = _Printed() if exact else printed
    reply: dict[str, Any] = {"value": None}
    warned: list[Any] | None = [] if request.get("warned") is True else None
    taken = state.Taken(request if exact else {}, names, table)
    with taken:
        kept = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = streams = out, error_text if exact else printed
        try:
            with warnings.catch_warnings():
                # Without the place: that is a file of this run's, and of no other.
                warnings.showwarning = _warn if warned is None else _noted(warned)
                if warned is not None:
                    warnings.simplefilter("always")  # the test has filters of its own
                filters = list(warnings.filters)
                with table.turns.running():
                    if through is None:
                        reply["value"] = function(*args, **kwargs)
                    else:
                        reply["value"], reply["said"] = through(function, args, kwargs)
                if warnings.filters != filters:
                    taken.found["left"] = "warnings.filters"
        except BaseException as error:
            reply["raised"] = errors.told(error, table) if exact else errors.words(error)
        finally:
            if sys.stdout is not out or sys.stderr is not streams[1]:
                taken.found["left"] = "streams"
            sys.stdout, sys.stderr = kept
    changed = [n for n, value in arguments.items() if _frame(value, table, exact) != before[n]]
    reply["changed"] = bool(changed)
    reply["printed"] = printed.getvalue()
    if exact:
        reply |= {"printed": out.getvalue(), "errors": error_text.getvalue()}
        reply["arguments"] = {name: arguments[name] for name in changed}
        reply["places"] = moving.places(stood, reply["arguments"])
        lent = {name: value for name, value in arguments.items() if state.is_shared(value)}
        reply["lent"] = {name: table.number(value) for name, value in lent.items()}
        reply["value"] = state.without_airs(reply["value"])
        reply |= taken.found | state.share(reply["value"], table)
        reply["warned"] = warned
        reply |= _shared(reply["value"], arguments, request.get("held", []), table)
        own = not isinstance(function, BuiltinFunctionType)  # not by `vars(node).keys()` of a test
        reply["live"] = own and type(reply["value"]) in copies.LIVE
        reply |= copies.in_common(reply["value"], request.get("course", ()), names)
        reply["touched"] = request.get("files") is True and _folder.touched()
    elif callable(reply["value"]):
        reply |= {"value": None, **_function(reply["value"], table)}
    return reply


def _shared(
    value: Any, arguments: dict[str, Any], held: list[int], table: Handles
) -> dict[str, Any]:
    """Return what a result has in common with arguments, and with what the test holds."""
    inside = copies.parts(value)
    if not inside:  # a number
        return {"view": False, "layout": False, "parts": []}
    given = {name: copies.parts(argument) for name, argument in arguments.items()}
    others: dict[Any, Any] = {**given, **{number: copies.parts(table[number]) for number in held}}
    return {
        "view": copies.is_view(inside, others.values()),
        "layout": copies.has_layout(inside),
        "parts": copies.shared_parts(inside, others),
    }


def _warn(message: Any, category: type[Warning], *where: Any, **line: Any) -> None:
    sys.stderr.write(f"{category.__name__}: {message}\n")


def _noted(warned: list[Any]) -> Any:
    def note(message: Any, category: type[Warning], *where: Any, **line: Any) -> None:
        warned.append([category.__module__, category.__name__, str(message)])

    return note


def _frame(value: Any, table: Handles, exact: bool = False) -> bytes | None:
    if type(value) in UNCHANGING:
        return None
    try:
        return wire.dumps(value, exact=table.keep if exact else False)
    except Exception:
        return None


begin()
