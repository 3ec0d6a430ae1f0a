"""The IPython in which the grader's process runs the course's cells, and what they show."""

from __future__ import annotations

import ast
import builtins
import io
from collections.abc import Mapping
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from convgrade.constructs import as_run
from convgrade.lookups import NAME, NAMES, ClassBodies, Evaluating, name_here, names_here
from convgrade.magics import Transformers
from convgrade.messages import Output
from convgrade.mirrors import is_same, is_subclass
from convgrade.namespace import LAST, Namespace

__all__ = ["Outputs", "Shell", "Stream"]

MAX_OUTPUT = 1_000_000  # characters a course's cell may print, and as many it may display


class Outputs(list[Output]):
    """A cell's outputs, as they come."""

    room = MAX_OUTPUT
    room_shown = 10 * MAX_OUTPUT

    def show(self, output: Output) -> None:
        """Add a display, such as a picture, as long as there is room for its texts."""
        before = self.room_shown
        texts = (value for value in output["data"].values() if isinstance(value, (str, bytes)))
        self.room_shown -= 100 + sum(map(len, texts))
        if self.room_shown >= 0:
            self.append(output)
        elif before >= 0:
            self.stream("[What this test displays further is left out: it is too much.]\n")

    def stream(self, text: str) -> None:
        """Add what a cell prints, as long as there is room."""
        text = text[: self.room]
        self.room -= len(text)
        if self and self[-1]["output_type"] == "stream":
            self[-1]["text"] += text
        elif text:
            # stdout also for what comes on stderr: nbgrader takes all points for a warning.
            self.append({"output_type": "stream", "name": "stdout", "text": text})


class Stream(io.TextIOBase):
    """What a cell prints to: its outputs."""

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs

    def write(self, text: str) -> int:
        """Add text to the outputs."""
        self._outputs.stream(text)
        return len(text)


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Collects what a cell displays."""

    def publish(self, data: Any, metadata: Any = None, **options: Any) -> None:
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        self.shell.outputs.show(output)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class _Hook(DisplayHook):  # type: ignore[misc]
    """Remembers the value in which a cell ends, unless a semicolon follows."""

    def quiet(self) -> bool:
        # The semicolon after the last call of a plot: no value, as in a notebook.
        source = self.shell.source
        return ";" in source and bool(self.semicolon_at_end_of_expression(source))

    def __call__(self, result: Any = None) -> None:
        if result is not None and not self.quiet():
            self.shell.value = result
            self.shell.names.shown()


SAME = "__same_object__"  # among Python's own names: a test's globals stay as they are


class _Same(ast.NodeTransformer):
    """Asks a function whether ``a is b``: a class may be there twice, on both sides."""

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        parts = [node.left, *node.comparators]
        plain = any(isinstance(part, ast.Constant) for part in parts)
        if len(parts) != 2 or plain or not isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            return node
        asked: ast.expr = ast.Call(ast.Name(SAME, ast.Load()), parts, [])
        if isinstance(node.ops[0], ast.IsNot):
            asked = ast.UnaryOp(ast.Not(), asked)
        return ast.fix_missing_locations(ast.copy_location(asked, node))


class _Compiler(CachingCompiler):  # type: ignore[misc]
    """Remembers what it has parsed last."""

    parsed = ""

    def ast_parse(self, source: str, *where: Any, **how: Any) -> Any:
        self.parsed = source
        return super().ast_parse(source, *where, **how)


class Shell(InteractiveShell):  # type: ignore[misc]
    """An IPython without a terminal, whose globals are a `Namespace`."""

    def __init__(self, names: Namespace) -> None:
        self.outputs, self.value, self.source = Outputs(), None, ""
        config = Config()
        config.HistoryManager.enabled = False
        super().__init__(
            user_ns=names, config=config, display_pub_class=_Publisher, displayhook_class=_Hook,
            compiler_class=_Compiler,
        )  # fmt: skip
        self.names = names
        for name in LAST:  # the student's, where a test reads it
            names.pop(name, None)
        self.input_transformer_manager = Transformers()
        setattr(builtins, SAME, is_same)
        setattr(builtins, NAMES, names_here)
        setattr(builtins, NAME, name_here)
        builtins.issubclass = is_subclass
        self.ast_transformers += [_Same(), Evaluating(), ClassBodies()]
        self._usual = list(self.ast_transformers)
        self._calm = ""
        InteractiveShell._instance = self  # what get_ipython() and display() look for

    def transform_ast(self, node: Any) -> Any:
        """Transform a cell's tree, unless there is nothing to do: a visit takes long."""
        if self.compile.parsed == self._calm and self.ast_transformers == self._usual:
            return node
        return super().transform_ast(node)

    def expect(self, source: str, rewritten: bool) -> None:
        """Get ready for a cell of which is known whether there is anything to transform."""
        self.outputs, self.value, self.source = Outputs(), None, source
        self._calm = "" if rewritten else self.as_run(source) + "\n"

    def learn(self, read: Mapping[str, str]) -> None:
        """Take what IPython makes of some texts, instead of doing it again."""
        self.input_transformer_manager.known.update(read)

    def as_run(self, source: str) -> str:
        """Return a cell as a notebook records it."""
        known = self.input_transformer_manager.known.get(source)
        return as_run(source) if known is None else known.rstrip("\n")

    def showtraceback(self, *args: Any, **options: Any) -> None:
        """Say nothing: `convgrade.verdict` words the error."""

    def showsyntaxerror(self, *args: Any, **options: Any) -> None:
        """Say nothing, as before."""

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: %matplotlib inline asks for it, and there is no window."""
