"""An exact test: what its outcome depends on and does not cross makes it wait for a person."""

from __future__ import annotations

import builtins
import io
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NoReturn

from convgrade.about import definition, place
from convgrade.ambient import KINDS, Ambient
from convgrade.common import is_hidden
from convgrade.gradients import follows
from convgrade.mirrors import handle_of
from convgrade.moving import settle
from convgrade.patched import patched, stand_for
from convgrade.proxy import Proxy
from convgrade.seeds import take_random
from convgrade.state import random_states

__all__ = ["Exactness", "after", "before"]

# What a test replaces to see what a function prints or asks: names in the builtins.
REPLACED = {name: getattr(builtins, name) for name in ("print", "input", "open")}
STDIN = sys.stdin
# What a call may leave otherwise than it was.
LEFT = {kind: f"what is set for all code ({kind})" for kind in KINDS} | {
    "streams": "where prints go"
}


@dataclass(frozen=True)
class Exactness:
    """What an exact test cell is compared by: facts of its text, and views of its namespace.

    Attributes
    ----------
    line : callable
        Returns the line that runs now; 0 when none does.
    stream : object
        Where prints go that the test does not look at.
    written, here : callable
        Return what the test has set so far, by name, with and without what earlier cells did.
    known : callable
        Returns the course's own value of a name, or None.
    model : callable
        Returns the names that model solutions read: a test may set them. Others are no business
        of a student's, such as the values that the test expects.
    unused : callable
        Says whether nobody looks at what a function of this name returns now.
    attributes : frozenset of (str, str)
        Names, and attributes of them that the test reads.
    seeds, patches, warned, logged, differentiates, aliases, changes, layout, threads : bool
    assigned : frozenset of (str, str)
        As `convgrade.constructs.Constructs` has them.
    named : frozenset of str
        As `Constructs` has them, of the test and of the course's cells that it uses.
    cells : sequence of str
        What ran so far, as the grader has recorded it.
    ambient : Ambient
    looks : frozenset of str
        Its kinds that the test names.
    modules : frozenset of (str, str)
        Of which modules it names what.
    course : frozenset of str
        Values of the course's of which the test can tell whether they are the student's own.
    classes : frozenset of str
        Classes of the course's that the test names.
    inspected : frozenset of str
        Those of them whose values it may read.
    """

    line: Callable[[], int]
    stream: object
    written: Callable[[], dict[str, Any]]
    here: Callable[[], dict[str, Any]]
    known: Callable[[str], Any]
    model: Callable[[], set[str]] = lambda: set()
    unused: Callable[[str], bool] = lambda name: False
    attributes: frozenset[tuple[str, str]] = frozenset()
    seeds: bool = False
    patches: bool = False
    warned: bool = False
    logged: bool = False
    differentiates: bool = False
    aliases: bool = False
    changes: bool = False
    layout: bool = False
    threads: bool = False
    assigned: frozenset[tuple[str, str]] = frozenset()
    named: frozenset[str] = frozenset()
    cells: Sequence[str] = ()
    ambient: Ambient = field(default_factory=Ambient)
    looks: frozenset[str] = frozenset()
    modules: frozenset[tuple[str, str]] = frozenset()
    course: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    inspected: frozenset[str] = frozenset()


def before(
    exactly: Exactness,
    request: dict[str, Any],
    name: str,
    reads: Callable[[int], Any],
    meet: Callable[[str], NoReturn],
) -> None:
    """Pass on what the test did and the function depends on; see whether all of it crosses."""
    patches = f"the test patches what `{name}` could use"
    if exactly.patches:
        meet(patches)
    written = exactly.written()
    changed = patched(
        exactly.assigned, lambda n: written[n] if n in written else exactly.known(n), _is_theirs,
        lambda: meet(patches),
    )  # fmt: skip
    if changed:
        request["patched"] = changed
    if exactly.logged and "logging" in exactly.model():
        meet(f"the test looks at what is logged, and `{name}` could do that")
    if exactly.warned:
        request["warned"] = True
    request["classes"] = _class_values(exactly)
    replaced = {n for n, known in REPLACED.items() if getattr(builtins, n) is not known}
    replaced |= {"input"} if sys.stdin is not STDIN else set()
    if replaced or written:
        facts = reads(request["function"])
        if type(facts) is not dict:
            facts = {}
        read, missing = (
            {name for name in names if type(name) is str} if type(names) is list else set()
            for names in (facts.get("value"), facts.get("missing"))
        )
        modules = {n for n, value in written.items() if _is_imported(value)}
        met = (read & (set(written) - modules)) | (missing & modules)
        theirs = facts.get("origins")
        for imported in sorted(modules & exactly.here().keys()):
            other = theirs.get(imported) if type(theirs) is dict else None
            if other is not None and other != place(written[imported]):
                meet(f"the test imports `{imported}`, and `{name}` reads another by that name")
        model = exactly.model()
        for unknown in sorted(met - model):
            words = "and the model solution does not"
            meet(f"the test sets `{unknown}`, which `{name}` reads, {words}")
        if sys.stdin is not STDIN and "sys" in read:
            if type(sys.stdin) is not io.StringIO:
                meet(f"the test sets `sys.stdin`, which `{name}` could read")
            request["stdin"] = sys.stdin
        request["names"] = {n: written[n] for n in sorted(met)}
        request["lent_names"] = [n for n, value in request["names"].items() if callable(value)]
        before = {n: request["names"][n] for n in request["lent_names"] if n not in exactly.here()}
        texts = {n: text for n, v in before.items() if (text := definition(v))}
        request["texts"] = {n: text for n, text in texts.items() if not is_hidden(text)}
        request["builtins"] = {  # whatever it reads: it may say `builtins.print`, or let others
            n: stand_for(n, getattr(builtins, n)) for n in sorted(replaced - met)
        }
    if exactly.seeds:
        request["random"] = random_states()
    changes = exactly.ambient.changes()
    if changes:
        request["ambient"] = changes
    request |= {"modules": sorted(exactly.modules)} if exactly.modules else {}
    request |= {"course": sorted(exactly.course)} if exactly.course else {}
    request |= {"looks": sorted(exactly.looks)} if exactly.looks else {}
    if exactly.classes:
        request |= {"alone": sorted(exactly.classes), "inspected": sorted(exactly.inspected)}


def after(
    exactly: Exactness,
    ours: dict[str, Any] | None,
    reply: dict[str, Any],
    name: str,
    meet: Callable[[str], NoReturn],
) -> None:
    """Let the caller see what the function changed; see whether what it did crosses.

    Without ``ours``, the arguments, nothing was called.
    """
    if type(reply.get("unsent")) is str:
        meet(f"`{name}` returns what does not cross: {reply['unsent'][:200]}")
    if "random" in reply and not take_random(reply["random"]):
        meet(f"the test sets a seed, and `{name}` leaves a generator in no known state")
    value = reply.get("value")
    if exactly.differentiates and follows(value):
        meet(f"the test differentiates what it has from `{name}`, which was computed elsewhere")
    if exactly.aliases and reply.get("view") is True:
        meet(f"`{name}` returns part of the memory of a value that the test has, and can see")
    if exactly.changes and reply.get("live") is True:
        meet(f"`{name}` returns a view of a dict, and the test changes something")
    if exactly.layout and reply.get("layout") is True:
        meet(
            f"the test looks at how the memory of an array is laid out, and that of `{name}` is "
            "not as that of a new one"
        )
    if type(reply.get("apart_class")) is str:
        shown = reply["apart_class"][:60]
        meet(f"the test reads `{shown}` of a class that both sides have, each with its own")
    left = reply.get("left")
    things = {f"{module}.{thing}" for module, thing in exactly.modules} if left else set()
    if type(left) is str and left in exactly.classes | LEFT.keys() | things:
        what = LEFT.get(left, f"`{left}`")
        meet(f"`{name}` leaves {what} changed, and the test can tell")
    if exactly.warned:
        _warn(reply.get("warned"), meet)
    if type(reply.get("stdin")) is int and type(sys.stdin) is io.StringIO:
        sys.stdin.seek(max(reply["stdin"], 0))
    held = reply.get("course")
    if type(held) is str and held in exactly.course:
        meet(f"`{name}` returns what the course's `{held}` holds, and the test can tell")
    changed = reply.get("arguments")
    if type(changed) is not dict or not changed:
        return
    known = ours is not None and changed.keys() <= ours.keys()
    if not known or not settle(ours or {}, changed, reply.get("places")):
        meet(f"`{name}` changes its arguments in a way that does not cross")


def _class_values(exactly: Exactness) -> dict[str, dict[str, Any]]:
    """Return what the test reads of classes of the course's, such as a counter of instances."""
    found: dict[str, dict[str, Any]] = {}
    for name, attribute in exactly.attributes:
        kind = exactly.known(name)
        if isinstance(kind, type) and kind.__module__ == "__main__":
            value = vars(kind).get(attribute)
            if type(value) in (int, float, str, list, dict, set, tuple):
                found.setdefault(name, {})[attribute] = value
    return found


def _warn(said: Any, meet: Callable[[str], NoReturn]) -> None:
    """Warn as the student's code did, so that the test's own filters decide on it."""
    for entry in said if type(said) is list else ():
        module, name, text = entry if type(entry) is list and len(entry) == 3 else ("", "", "")
        kind = getattr(sys.modules.get(str(module)), str(name), None)
        if not isinstance(kind, type) or not issubclass(kind, Warning):
            meet(f"the test looks at warnings, and a {str(name)[:60]} does not cross")
        warnings.warn(str(text), kind, stacklevel=2)


def _is_theirs(value: Any) -> bool:
    return handle_of(value) is not None or isinstance(value, Proxy)


def _is_imported(value: Any) -> bool:
    """Tell whether a value is a module, or a function or class that one defines."""
    kinds = (type, FunctionType, BuiltinFunctionType)
    return isinstance(value, ModuleType) or (
        isinstance(value, kinds) and value.__module__ not in ("__main__", None)
    )
