"""What of a course's unmarked cells and model solutions the grader's process must know.

Tests use what unmarked cells import and define. Students may edit those cells, and run them in
their kernel; what a test means is the course's, so that the course's own text is run for it.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from convgrade.bindings import bound_names, read_first
from convgrade.cells import Part, read_course
from convgrade.changing import changed_names, root_of
from convgrade.constructs import parsed
from convgrade.course_files import files_changed, files_mentioned

__all__ = ["Given", "find_given", "left_to_students", "names_taken"]

LAZY = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass
class Given:
    """What goes with one marked cell.

    Attributes
    ----------
    before : list of str
        Statements of unmarked cells that stand before it.
    imports : list of str
        Of an answer: what its model solution imports and tests use.
    changes : list of str
        Of an answer: names of the course's that its model solution changes in place; and files.
    reads : list of str
        Of an answer: global names that its model solution reads, its own and Python's too; and
        names of files that stand in it.
    left : list of str
        Names of locked cells to which unmarked cells before it give a value that depends on
        answers.
    """

    before: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.before or self.imports or self.changes or self.reads or self.left)


def find_given(course: NotebookNode) -> dict[str, Given]:
    """Return what the grader's process must know, by grade_id of a marked code cell.

    Parameters
    ----------
    course : NotebookNode
        The source notebook, with its model solutions.
    """
    parts = [part for part in read_course(course) if part.cell.cell_type == "code"]
    students, statements = _sorted(parts)
    wanted = _wanted([part.cell.source for part in parts if part.role == "locked"])
    chosen = _chosen(statements, students, wanted)
    found: dict[str, Given] = {}
    waiting: list[tuple[int, str]] = list(chosen)
    fit = {id(node) for _, node in _fit(statements, students)}
    left = [(place, _bound(node)) for place, node in statements if id(node) not in fit]
    locked, last = set[str](), 0
    for part in parts:
        if part.role == "example":
            continue
        given = Given(before=[text for place, text in waiting if place < part.index])
        waiting = [(place, text) for place, text in waiting if place > part.index]
        rebound = (names for place, names in left if last < place < part.index)
        given.left = sorted(set().union(*rebound) & locked)
        last = part.index
        if part.role == "locked":
            locked |= bound_names(part.cell.source)
        if part.role == "answer":
            given.imports = [
                ast.unparse(node) for node in _imports(part.cell.source)
                if _bound(node) & wanted or "*" in _bound(node)
            ]  # fmt: skip
            source = part.cell.source
            given.changes = sorted(changed_names(source) | files_changed(source))
            tree = parsed(source)
            reads = _taken(tree, also_own=True) if tree is not None else set()
            given.reads = sorted(reads | files_mentioned(source))
        if given:
            found[part.name] = given
    return found


def left_to_students(course: NotebookNode) -> dict[str, int]:
    """Return names that unmarked cells bind and that depend on answers, with the cell's place.

    The grader's process does not run these: it has them from the student's kernel.
    """
    students, statements = _sorted(
        [part for part in read_course(course) if part.cell.cell_type == "code"]
    )
    fit = {id(node) for _, node in _fit(statements, students)}
    return {
        name: place
        for place, node in statements if id(node) not in fit
        for name in _bound(node) - students - {"*"}
    }  # fmt: skip


def names_taken(source: str) -> set[str]:
    """Return the names that a cell takes from elsewhere."""
    return _wanted([source])


def _sorted(parts: list[Part]) -> tuple[set[str], list[tuple[int, ast.stmt]]]:
    """Return the names that answers bind, and the statements of unmarked cells by place."""
    answers = [part.cell.source for part in parts if part.role == "answer"]
    imported = {name for text in answers for node in _imports(text) for name in _bound(node)}
    students = set().union(*map(bound_names, answers)) - imported
    return students, [
        (part.index, node)
        for part in parts
        if part.role == "example"
        for node in getattr(parsed(part.cell.source), "body", ())
    ]


def _wanted(tests: Iterable[str]) -> set[str]:
    """Return the names that cells of the course take from elsewhere."""
    return set().union(*map(_taken, filter(None, map(parsed, tests)))) - set(dir(builtins))


def _taken(tree: ast.AST, also_own: bool = False) -> set[str]:
    """Return the global names that code reads and, but for ``also_own``, has not bound by then."""
    found: set[str] = set()
    try:
        text = ast.unparse(tree)
        tables = [symtable.symtable(text, "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError):
        return found
    own = {s.get_name() for s in tables[0].get_symbols() if s.is_assigned() or s.is_imported()}
    while tables:
        table = tables.pop()
        inner = table.get_type() != "module"
        found |= {
            s.get_name() for s in table.get_symbols()
            if s.is_referenced() and (s.is_global() if inner else True)
        }  # fmt: skip
        tables += table.get_children()
    return found if also_own else found - (own - read_first(text))


def _chosen(
    statements: list[tuple[int, ast.stmt]], students: set[str], wanted: set[str]
) -> list[tuple[int, str]]:
    """Choose the statements that tests need and that depend on nothing of a student's."""
    chosen: list[tuple[int, str]] = []
    for place, node in reversed(_fit(statements, students)):
        bound, names = _bound(node), _taken(node)
        acts = set().union(*map(_acts_on, ast.walk(node))) if not _is_lazy(node) else set()
        used = bound & wanted or "*" in bound or acts & wanted
        if used:
            wanted = wanted | names
            chosen.append((place, ast.unparse(node)))
    return chosen[::-1]


def _fit(statements: list[tuple[int, ast.stmt]], students: set[str]) -> list[tuple[int, ast.stmt]]:
    """Return the statements that depend on nothing of a student's.

    A name that one of them makes of the course's own and another of a student's is the student's.
    """
    theirs = set(students)
    while True:
        known = set(theirs)
        fit = []
        for place, node in statements:
            bound = _bound(node)
            if bound & known or _eager(node) & theirs - set(dir(builtins)):
                theirs |= bound
            else:
                fit.append((place, node))
        if theirs == known:
            return fit


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds; "*" where it does not say which."""
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        return {"*"}
    return set(bound_names(ast.unparse(node)))


def _is_lazy(node: ast.AST) -> bool:
    return isinstance(node, (*LAZY, ast.ClassDef))


def _acts_on(node: ast.AST) -> set[str]:
    """Return the name whose value a statement may change."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        base = node.value.func
    elif isinstance(node, ast.Assign):
        base = node.targets[0]
    else:
        return set()
    root = root_of(base)
    if root == "sys":
        return {"sys"} if "sys.path" in ast.unparse(node) else set()
    return {root} if root and not isinstance(base, ast.Name) else set()


def _eager(node: ast.AST) -> set[str]:
    """Return the names that are read when a statement runs, not later in a function's body."""
    if isinstance(node, LAZY):
        inner: list[ast.AST] = [*getattr(node, "decorator_list", ()), *node.args.defaults]
        inner += [default for default in node.args.kw_defaults if default is not None]
    else:
        inner = list(ast.iter_child_nodes(node))
    own = {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else set()
    return own.union(*map(_eager, inner))


def _imports(source: str) -> list[ast.stmt]:
    tree = parsed(source)
    body = [] if tree is None else tree.body
    return [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]
