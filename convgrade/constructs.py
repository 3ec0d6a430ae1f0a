"""What the text of a test cell says about how it looks at a student's work.

Of what cannot cross between the student's kernel and the grader's process some is noticed when
it happens, such as a value of a strange type. The rest is read here.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass, field

from convgrade.ambient import LOOKING, WORDS
from convgrade.magics import as_python, below_magic
from convgrade.records import BY_PARTS, RUBRIC
from convgrade.syntax import (
    assigned_by,
    can_tell,
    changes_part,
    compares_sizes,
    dotted_name,
    name_of,
    names_in,
    of_none,
    patches,
    unused_calls,
)
from convgrade.telling import (
    BACKWARD,
    CLOCKS,
    FIGURES,
    FILE,
    IDENTITY,
    LAYOUT,
    LINES,
    LOGGED,
    MEMORY,
    PATHS,
    RECORDS,
    SEEDS,
    TEMPORARY,
    THREADS,
    WARNED,
)

__all__ = ["Constructs", "as_run", "mentions_files", "parsed", "read_constructs"]


@dataclass(frozen=True)
class Constructs:
    """What a test cell does.

    Attributes
    ----------
    rubric : bool
        It grades by parts (`convgrade.records`): anything but plain data is a wrong answer.
    seeds, patches, warned, logged, differentiates : bool
        It sets the seed of a random generator; it patches what functions may use; it looks at
        warnings, or at what is logged; it follows tensors backward.
    figures : int or None
        The first line that looks at pyplot's current figure.
    files : tuple of (int, str)
        Lines, and names of files that stand in them.
    paths, temporary : bool
        It looks at files, or mentions one; it makes some for a while.
    quoted : frozenset of str
        Texts that stand in it, as Python reads them.
    records : bool
        It reads the texts of the cells, as IPython has them.
    attributes : frozenset of (str, str)
        Names, and attributes of them that it reads.
    timed, aliases, changes, layout, threads : bool
        It measures time; it changes a part of an array or the like, or asks whether memory is
        shared; it changes something, or asks what is what; it asks how an array lies there; it
        can tell threads.
    ratios : frozenset of int
        Lines on which it asks which of two values is less, neither of them written out.
    reads : frozenset of str
        Names that it reads.
    dotted : frozenset of str
        What it reads, as ``library.part.name``.
    imports : frozenset of (str, str)
        Names that it gives to modules, and these.
    rewritten : bool
        It has what `convgrade.shell` writes anew: ``is``, ``eval``, ``exec``, a class.
    ambient : frozenset of str
        What it sets for all code that runs, or looks at: see `convgrade.ambient`.
    settings : frozenset of str
        What of that it looks at.
    assigned : frozenset of (str, str)
        Names, and attributes of them that it sets.
    unused : frozenset of (int, str)
        Lines, and names of functions that are called there for nothing but their effects.
    supers : frozenset of str
        Names of classes that it gives to ``super``.
    named : frozenset of str
        Names of all kinds, attributes also as ".name"; "except:" where it catches everything.
    """

    rubric: bool = False
    seeds: bool = False
    patches: bool = False
    warned: bool = False
    logged: bool = False
    differentiates: bool = False
    figures: int | None = None
    files: tuple[tuple[int, str], ...] = ()
    paths: bool = False
    temporary: bool = False
    rewritten: bool = True
    quoted: frozenset[str] | None = None
    records: bool = False
    attributes: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    timed: bool = False
    aliases: bool = False
    changes: bool = False
    layout: bool = False
    ratios: frozenset[int] = frozenset()
    threads: bool = False
    reads: frozenset[str] = field(default_factory=frozenset)
    dotted: frozenset[str] = field(default_factory=frozenset)
    imports: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    ambient: frozenset[str] = field(default_factory=frozenset)
    settings: frozenset[str] = field(default_factory=frozenset)
    assigned: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    unused: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    supers: frozenset[str] = field(default_factory=frozenset)
    named: frozenset[str] = field(default_factory=frozenset)


def mentions_files(text: str) -> bool:
    """Tell whether a module may look at files."""
    return not PATHS.isdisjoint(re.findall(r"\w+", text))


def as_run(source: str) -> str:
    """Return a cell as a notebook records it; as it is, where IPython cannot transform it."""
    try:
        return as_python(source).rstrip("\n")
    except Exception:  # as IPython, which then records what it was given
        return source


def parsed(source: str) -> ast.Module | None:
    """Return a cell's syntax tree, of the lines below a cell magic; None where it has none."""
    try:
        return ast.parse(as_python(below_magic(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@functools.lru_cache(1000)
def read_constructs(source: str) -> Constructs:
    """Return what a test cell does; what is no Python does nothing."""
    tree = parsed(source)
    rubric = re.search(rf"\b{re.escape(BY_PARTS)}\b|\b{RUBRIC}\(", source) is not None
    if tree is None:
        return Constructs(rubric)
    nodes = list(ast.walk(tree))
    named = [(name_of(node), node) for node in nodes]
    counters = {
        target.id for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    whether = {node.left for node in nodes if isinstance(node, ast.Compare) and of_none(node)}
    texts = [
        (node.lineno, node.value) for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]  # fmt: skip
    for node in nodes:
        if isinstance(node, ast.Call) and name_of(node.func) in LINES:
            said = (part.value for part in node.args if isinstance(part, ast.Constant))
            texts += [(node.lineno, word) for text in said for word in str(text).split()]
    files = [(line, text) for line, text in texts if FILE.fullmatch(text)]
    aliases = any(name in MEMORY or changes_part(node, counters) for name, node in named)
    return Constructs(
        rubric,
        seeds=any(name in SEEDS for name, _ in named),
        patches=any(patches(node) for node in nodes),
        warned=any(name in WARNED for name, _ in named),
        logged=any(name in LOGGED for name, _ in named),
        differentiates=any(
            name in BACKWARD or (isinstance(node, ast.Call) and name_of(node.func) == "grad")
            for name, node in named
            if node not in whether
        ),
        figures=min(
            (getattr(node, "lineno", 0) for name, node in named if name in FIGURES), default=None
        ),
        files=tuple(files),
        paths=bool(files) or any(name in PATHS for name, _ in named),
        temporary=any(name in TEMPORARY for name, _ in named),
        quoted=frozenset(
            node.value for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ),
        records=any(name in RECORDS for name, _ in named),
        attributes=frozenset(
            (node.value.id, node.attr) for node in nodes
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        ),
        timed=any(isinstance(n, ast.Call) and name_of(n.func) in CLOCKS for n in nodes),
        aliases=aliases,
        changes=aliases or any(name in IDENTITY for name, _ in named) or can_tell(nodes),
        layout=any(name in LAYOUT for name, _ in named),
        ratios=frozenset(getattr(node, "lineno", 0) for node in nodes if compares_sizes(node)),
        threads=any(name in THREADS for name, _ in named),
        reads=frozenset(node.id for node in nodes if isinstance(node, ast.Name)),
        dotted=frozenset(filter(None, map(dotted_name, nodes))),
        imports=frozenset(
            (alias.asname or alias.name, alias.name) for node in nodes
            if isinstance(node, ast.Import) for alias in node.names
        ),
        ambient=frozenset(
            WORDS[name] for name, node in named
            if name in WORDS and (name != "options" or isinstance(node, ast.Attribute))
        ),
        settings=frozenset(
            WORDS[name] for name, node in named
            if name in LOOKING and (name != "options" or isinstance(node, ast.Attribute))
        ),
        assigned=frozenset(pair for node in nodes for pair in assigned_by(node)),
        rewritten=any(
            isinstance(node, (ast.Is, ast.IsNot, ast.ClassDef)) or name in ("eval", "exec")
            for name, node in named
        ),
        unused=frozenset(unused_calls(tree)),
        supers=frozenset(
            name_of(node.args[0]) for node in nodes
            if isinstance(node, ast.Call) and name_of(node.func) == "super" and node.args
        ),
        named=frozenset(name for node in nodes for name in names_in(node)),
    )  # fmt: skip
