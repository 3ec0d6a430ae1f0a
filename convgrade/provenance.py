"""Whose is a text that is about to become code: the course's, a library's own, or who knows whose.

Read from what the course's cells and modules say, and from who asks Python to compile it.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from convgrade.computing import is_generated, only_computes
from convgrade.magics import as_python

__all__ = ["Provenance"]

# They make code of names, which they check, and of texts of their own.
MAKERS = frozenset(
    {("collections", "namedtuple"), ("dataclasses", "_create_fn"),
     ("dataclasses", "add_fns_to_class"), ("unittest.mock", "_set_signature"),
     ("networkx.utils.decorators", "compile"), ("sympy.polys.monomials", "_build"),
     ("sympy.utilities.lambdify", "_import"), ("scipy._lib._bunch", "_make_tuple_bunch"),
     ("scipy.stats._distn_infrastructure", "_construct_argparser"),
     ("scipy.stats._distn_infrastructure", "_attach_argparser_methods")}
)  # fmt: skip
# What they make code of is what they were given, and rules of their own.
GIVEN = {
    ("timeit", "__init__"): ("stmt", "setup"),
    ("pandas", "query"): ("expr",), ("pandas", "eval"): ("expr",),
    ("sympy", "sympify"): ("a",), ("sympy", "parse_expr"): ("s",),
    ("jinja2", "compile"): ("source",), ("patsy", "dmatrix"): ("formula_like",),
    ("patsy", "dmatrices"): ("formula_like",),
}  # fmt: skip
# They only look at the syntax tree that they get.
READERS = ("ast", "inspect", "traceback", "executing", "matplotlib", "IPython", "convgrade")
# They do what a syntax tree says, and Python hears nothing of it.
INTERPRETERS = frozenset({"asteval", "numexpr", "pandas", "simpleeval"})
COMPILERS = ("codeop", "IPython")  # of a tree: its text was heard of before
OWN = ("pass", "_stmt()", "_setup()")  # of `timeit`
FORMULAS = frozenset(
    {"sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "ln",
     "sqrt", "Abs", "sign", "floor", "ceiling", "factorial", "binomial", "gamma", "diff",
     "integrate", "Rational", "Integer", "Float", "Eq", "Ne", "Lt", "Le", "Gt", "Ge", "Min", "Max"}
)  # fmt: skip


class Provenance:
    """Knows the course's texts.

    Parameters
    ----------
    place : callable
        Returns where a path lies in the working folder of tests; None where it does not.
    answers : callable, optional
        Tells whether a name is the student's, and so whatever it stands for.
    """

    def __init__(
        self, place: Callable[[Any], str | None], answers: Callable[[str], bool] | None = None
    ) -> None:
        self._place, self._answers = place, answers or (lambda name: False)
        self._new: list[str] = []
        self._known: set[str] = set()
        self._parsed = False
        self._inside: dict[str, bool] = {}

    def knows(self, text: str, quoted: Iterable[str] | None = None) -> None:
        """Note a text of the course's, and what stands quoted in it, if somebody has looked."""
        if quoted is None:
            self._new.append(text)
        else:
            self._known.update(map(_squeezed, (text, *quoted)))

    def is_known(self, text: Any) -> bool:
        """Tell whether a text is a cell or a module of the course's, or stands in one, quoted."""
        while self._new:
            source = self._new.pop()
            self._known.add(_squeezed(source))
            self._known.update(map(_squeezed, _quoted(source)))
        return isinstance(text, str) and _squeezed(text) in self._known

    def allows(self, source: Any, frame: FrameType | None) -> bool:
        """Tell whether it is no student's text that is about to become code.

        Parameters
        ----------
        source : str or bytes or ast.AST
        frame : frame
            Of what asks for it.
        """
        asking = self.libraries(frame)
        first, second = [*map(_module, asking[:2]), "", ""][:2]
        if any(f.f_code.co_name == "<module>" for f in asking):  # a library is imported
            return True
        if isinstance(source, ast.AST):
            return not self._parsed or first.startswith(COMPILERS)
        text = source.decode("utf-8", "replace") if isinstance(source, bytes) else source
        if not isinstance(text, str) or self.is_known(text):
            return True
        if any(text in f.f_code.co_consts for f in asking[:4]):
            return True
        if not asking:
            return only_computes(text, self._answers, self._answers)
        if first == "symtable":  # it makes tables of it, and no code
            return True
        function = asking[0].f_code.co_name
        if (first, function) in MAKERS:
            return True
        if (first, function) == ("ast", "parse"):
            if second.startswith(READERS):
                return True
            if INTERPRETERS.isdisjoint(_module(f).partition(".")[0] for f in asking):
                self._parsed = True  # who asks may look, and not compile it
                return True
        if (first, function) == ("sympy.utilities.lambdify", "lambdify"):
            return is_generated(text)
        return self._given(text, asking)

    def is_shell_line(self, asking: list[FrameType]) -> bool:
        """Tell whether IPython runs a line such as ``!date`` as it stands in the course's text."""
        ipython = (f.f_locals for f in asking if _module(f).startswith("IPython"))
        lines = [names["cmd"] for names in ipython if "cmd" in names]
        return bool(lines) and all(map(self.is_known, lines))

    def libraries(self, frame: FrameType | None) -> list[FrameType]:
        """Return the frames of libraries, from the innermost to what the course's code called."""
        found = []
        while frame is not None and not self._is_course(frame):
            found.append(frame)
            frame = frame.f_back
        return found

    def _is_course(self, frame: FrameType) -> bool:
        if frame.f_globals.get("__name__") in (None, "__main__", "builtins"):
            return True
        file = frame.f_code.co_filename
        if file not in self._inside:
            self._inside[file] = os.path.isabs(file) and self._place(file) is not None
        return self._inside[file]

    def _given(self, text: str, asking: list[FrameType]) -> bool:
        """Tell whether a library makes code of what is the course's, or can only compute."""
        for frame in reversed(asking):
            top = _module(frame).partition(".")[0]
            names = GIVEN.get((top, frame.f_code.co_name))
            if names is not None:
                texts = [t for t in map(frame.f_locals.get, names) if isinstance(t, str)]
                if all(t in OWN or self.is_known(t) for t in texts):
                    return True
                if top == "sympy":
                    return all(
                        only_computes(t, _is_plain, FORMULAS.__contains__, False) for t in texts
                    )
                return top == "pandas" and only_computes(text, _is_plain)
        return False


def _is_plain(name: str) -> bool:
    return not name.startswith("__")  # pandas writes `@name` as a name that does


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))


def _quoted(source: str) -> list[str]:
    """Return the texts that stand in a text of the course's."""
    try:
        tree = ast.parse(as_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]  # fmt: skip


def _squeezed(text: str) -> str:
    return "".join(text.split())
