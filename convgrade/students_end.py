"""What a student's kernel gets of ours: the few modules that answer a test's requests."""

from __future__ import annotations

import base64
import inspect
import json
import sys
import zlib
from functools import cache
from types import ModuleType

from convgrade import (
    about,
    ambient,
    arrays,
    copies,
    errors,
    folder,
    forms,
    formulas,
    generators,
    graphs,
    handles,
    moving,
    named_tuples,
    packing,
    plain,
    serve,
    state,
    tables,
    turns,
    twins,
    unpacking,
    uses,
    wire,
    world,
)

__all__ = ["SERVE", "install", "made"]

# Runs in the student's kernel before the student's first cell. A package of this name is made
# from text: the kernel needs no file of ours, and finds no other part of it.
_INSTALL = """
def install(sources):
    import base64, json, sys, types, zlib
    sources = json.loads(zlib.decompress(base64.b85decode(sources)))
    package = sys.modules["convgrade"] = types.ModuleType("convgrade")
    package.__path__ = []
    def make(name):
        if name not in sources:
            raise AttributeError(name)
        module = sys.modules["convgrade." + name] = types.ModuleType("convgrade." + name)
        setattr(package, name, module)
        exec(compile(sources[name], "<convgrade." + name + ">", "exec"), module.__dict__)
        return module
    for name in {first!r}:
        make(name)
    package.__getattr__ = make  # what few notebooks need is made when it is asked for
install({sources!r})
del install
"""

#: Runs there while a test cell uses what the student has defined.
SERVE = """__import__("sys").modules["convgrade.serve"].serve(
    {family}, {address!r}, {token!r}, __import__("IPython").get_ipython().user_ns)"""

# Each after those that it imports.
_FIRST = (
    *(plain, packing, unpacking, wire, ambient, world, about, copies, moving, folder, turns),
    *(twins, handles, state, errors, uses, serve),
)
_LATER = (named_tuples, forms, formulas, arrays, generators, graphs, tables)


@cache
def install() -> str:
    """Return code that makes them, packed: a kernel hashes every letter of a cell."""
    first, later = (
        {_name(part): inspect.getsource(part) for part in parts} for parts in (_FIRST, _LATER)
    )
    packed = base64.b85encode(zlib.compress(json.dumps(first | later).encode(), 9)).decode()
    return _INSTALL.format(sources=packed, first=list(first))


def made() -> dict[str, ModuleType]:
    """Make them here, for kernels that this process forks; it keeps its own modules.

    Returns
    -------
    dict
        What `sys.modules` is to have there.
    """
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    try:
        exec(install(), {})
        for part in _LATER:
            getattr(sys.modules["convgrade"], _name(part))
        return {name: module for name, module in sys.modules.items() if _is_ours(name)}
    finally:
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(kept)


def _name(part: ModuleType) -> str:
    return part.__name__.split(".")[-1]


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "convgrade"
