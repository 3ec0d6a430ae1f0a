"""The grader's process: runs the course's own cells, and test cells to their verdict.

One process a notebook, forked from a server that has imported what test cells
import. It shares nothing with the student's kernel but the socket over which a
test cell uses the student's names (`convgrade.remote`). Cells run in an IPython
shell, so magics, display and pictures work as in a notebook.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import multiprocessing
import multiprocessing.connection
import os
import secrets
import socket
import symtable
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets.config import Config

from convgrade import about, confine, wire
from convgrade.constructs import Constructs, as_python, read_constructs
from convgrade.kernels.server import INLINE
from convgrade.kernels.sockets import kill_server, use_short_folder
from convgrade.remote import Exactness, Link, Lost, Namespace, Undecided, line_of

__all__ = [
    "UNREACHED",
    "Begun",
    "Cell",
    "Connect",
    "Expect",
    "Gone",
    "Judge",
    "JudgeError",
    "Outcome",
    "Own",
    "Prepare",
    "bound_names",
    "make_shell",
]

# Not nbformat's NotebookNode: what nbformat imports for it takes seconds.
Output = dict[str, Any]

UNREACHED = "the test could not reach your code"
START = 120.0  # seconds for its server's imports and its own start
MAX_OUTPUT = 1_000_000  # characters a course's cell may print, and as many it may display
MAX_WORDS, MAX_TRACE = 2000, 20_000  # characters of an error's message, and of its traceback
ENDING = 5.0  # seconds until the exit code of a process that is gone is known
# Exit codes of a process that others have ended: by SIGTERM, by SIGKILL (as the system does for
# want of memory), and what `multiprocessing` says when its server, which would know, is gone.
KILLED = (None, -15, -9, 255)
MAX_MEMORY = 4 * 2**30  # bytes that the process may take besides what its server had


@dataclass(frozen=True)
class Cell:
    """A cell of the course to run in the grader's process.

    Attributes
    ----------
    source : str
    points : float or None
        Of a test cell; None for a locked cell.
    hidden : frozenset of int
        Its lines that students do not see, counted from 1.
    cells : sequence of str
        The notebook's cells up to here, as the cell sees them in ``In``.
    call_timeout, timeout : float
        Seconds for one call of a student's function, and for all of them.
    """

    source: str
    points: float | None = None
    hidden: frozenset[int] = frozenset()
    cells: Sequence[str] = ()
    call_timeout: float = 20.0
    timeout: float = 60.0


@dataclass(frozen=True)
class Expect:
    """Names that an answer cell binds: the student's from here on.

    So are ``changes``, values of the course's that a right answer changes in place.
    """

    names: frozenset[str]
    changes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Prepare:
    """Statements of the course's that no locked cell holds; one that fails spoils no other."""

    statements: tuple[str, ...]
    timeout: float = 20.0


@dataclass(frozen=True)
class Own:
    """Names that a cell of the course binds: from here on never the student's."""

    names: frozenset[str]


@dataclass(frozen=True)
class Begun:
    """The judge has what it is to run: from here on that can end its process."""


@dataclass(frozen=True)
class Connect:
    """The judge listens for the student's kernel."""

    family: int
    address: Any
    token: str


@dataclass(frozen=True)
class Gone:
    """The student's kernel will not connect."""


@dataclass(frozen=True)
class Outcome:
    """What a cell gave.

    Attributes
    ----------
    points : float
        Of a test cell: finite, between 0 and the cell's points. 0.0 for others.
    outputs : list of dict
        Of a test cell, in the form of nbformat.
    lost : str
        Why the student's kernel could not be used any more; "" normally.
    fault : str
        What is wrong with the test cell itself, for the instructor; "" normally.
    trace : str
        The traceback of the error in which it ended, for the instructor; "" if none.
    waiting : str
        What a test cell met that leaves its verdict to a person; "" normally.
    """

    points: float
    outputs: list[Output] = field(default_factory=list)
    lost: str = ""
    fault: str = ""
    trace: str = ""
    waiting: str = ""


# -------------------------------------------------------------- the parent's view


def _context() -> Any:
    """Return the way to start processes that have the usual imports behind them."""
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    return multiprocessing.get_context(method)


class JudgeError(RuntimeError):
    """The grader's process for test cells cannot be had, or was killed; the message says why."""


_starting = threading.Lock()


def _start(process: Any) -> None:
    """Start a process, with ``__main__`` hidden: it would import nbgrader's command line again.

    Raises
    ------
    JudgeError
        With the reason.
    """
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            use_short_folder()
            try:
                _start_in_time(process)
            except (EOFError, OSError):  # the server was killed meanwhile; there is a new one now
                _start_in_time(process)
        except (EOFError, OSError) as error:
            why = str(error) or "it ended while it started"
            raise JudgeError(f"the process that runs test cells did not start: {why}") from error
        finally:
            sys.modules["__main__"] = main


def _start_in_time(process: Any) -> None:
    """Start a process; a server that says nothing is killed, and then this fails."""
    timer = threading.Timer(START, kill_server)
    timer.daemon = True
    timer.start()
    try:
        process.start()
    finally:
        timer.cancel()


class Judge:
    """The grader's process, as its parent sees it.

    Parameters
    ----------
    folder : Path
        Where its sockets are, reachable from the student's kernel.
    support : Path
        Working folder of the test cells, with the assignment's files.
    preload : sequence of str
        Modules that the server imports once for all notebooks.
    """

    def __init__(self, folder: Path, support: Path, preload: Sequence[str] = ()) -> None:
        context = _context()
        if hasattr(context, "set_forkserver_preload"):
            context.set_forkserver_preload([__name__, *preload, "convgrade.ready"])
        self._pipe, theirs = context.Pipe()
        with contextlib.closing(theirs), contextlib.ExitStack() as undo:
            undo.callback(self._pipe.close)
            self._process = context.Process(
                target=_serve, args=(theirs, str(folder), str(support)), daemon=True
            )
            _start(self._process)
            undo.pop_all()
        self._ends = contextlib.ExitStack()  # the last first, and each whatever becomes of it
        for end in (self._process.close, self._process.join, self._process.kill, self._pipe.close):
            self._ends.callback(end)

    def send(self, message: Cell | Expect | Own | Gone | Prepare) -> None:
        """Hand over a cell to run, or news.

        Raises
        ------
        OSError
            When its process is gone.
        """
        self._pipe.send(message)

    def receive(self, timeout: float) -> Outcome | Connect | Begun | None:
        """Wait for what the judge says next; None when it says nothing in ``timeout`` s.

        Raises
        ------
        EOFError, OSError
            When its process is gone.
        """
        if not self._pipe.poll(timeout):
            return None
        message: Outcome | Connect | Begun = self._pipe.recv()
        return message

    def killed(self) -> bool:
        """Tell whether somebody else has ended its process, which is gone."""
        self._process.join(ENDING)
        return self._process.exitcode in KILLED

    def close(self) -> None:
        """End the process, whatever it is doing; harmless when repeated."""
        self._ends.close()


# -------------------------------------------------------------- inside the process


def _serve(pipe: Any, folder: str, support: str) -> None:
    confine.end_with_parent()  # even in the middle of a cell
    _limit_memory()
    os.environ["MPLBACKEND"] = INLINE
    if "matplotlib" in sys.modules and "convgrade.ready" not in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = INLINE  # it has read the environment
    os.chdir(support)
    sys.path.insert(0, support)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # the same sums on every machine
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()  # its numbers are new in every Python
    warnings.formatwarning = _warning
    shell = _made.pop() if _made else _Shell(Namespace())
    listener = _Listener(pipe, folder)
    while True:
        try:
            message = pipe.recv()
        except (EOFError, ConnectionError):  # who asked is gone
            return
        if isinstance(message, Expect):
            shell.names.expect(set(message.names), set(message.changes))
        elif isinstance(message, Own):
            shell.names.own(set(message.names))
        elif isinstance(message, Cell):
            pipe.send(Begun())
            pipe.send(_run(shell, message, listener))
        elif isinstance(message, Prepare):
            pipe.send(Begun())
            pipe.send(_prepare(shell, message))


def _limit_memory() -> None:
    """Let what a test is given, and what it makes of that, fail here and not fill the machine."""
    if sys.platform == "linux":
        import resource  # Windows has none

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MAX_MEMORY
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


_made: list[Any] = []  # ahead, before the fork


def make_shell() -> None:
    """Make the shell of the processes that this one forks: making one takes a hundredth second."""
    _made.append(_Shell(Namespace()))


def _warning(message: Any, category: type[Warning], *where: Any, **line: Any) -> str:
    """Word a warning without the line that it comes from, which may be hidden."""
    return f"{category.__name__}: {message}\n"


class _Listener:
    """Opens the private socket, once a test cell."""

    def __init__(self, pipe: Any, folder: str) -> None:
        self._pipe, self._folder = pipe, folder

    def connect(self, deadline: float) -> socket.socket:
        token = secrets.token_hex(16)
        address: Any
        if hasattr(socket, "AF_UNIX"):
            family, address = socket.AF_UNIX, os.path.join(self._folder, token[:8])
        else:
            family, address = socket.AF_INET, ("127.0.0.1", 0)
        with socket.socket(family, socket.SOCK_STREAM) as listening:
            listening.bind(address)
            try:
                listening.listen(1)
                self._pipe.send(Connect(int(family), listening.getsockname(), token))
                ready = multiprocessing.connection.wait(
                    [listening, self._pipe], max(deadline - time.monotonic(), 0)
                )
                if self._pipe in ready and isinstance(self._pipe.recv(), Gone):
                    raise Lost(UNREACHED)
                if listening not in ready:
                    raise TimeoutError
                connection, _ = listening.accept()
            finally:
                if isinstance(address, str):
                    os.unlink(address)
        try:
            if wire.receive(connection, deadline) != token:
                raise Lost(UNREACHED)
        except wire.WireError:
            raise Lost(UNREACHED) from None
        return connection


class _Outputs(list[Output]):
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
        text = text[: self.room]
        self.room -= len(text)
        if self and self[-1]["output_type"] == "stream":
            self[-1]["text"] += text
        elif text:
            # stdout also for what comes on stderr: nbgrader takes all points for a warning.
            self.append({"output_type": "stream", "name": "stdout", "text": text})


class _Stream(io.TextIOBase):
    def __init__(self, outputs: _Outputs) -> None:
        self._outputs = outputs

    def write(self, text: str) -> int:
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
        return bool(self.semicolon_at_end_of_expression(self.shell.source))

    def __call__(self, result: Any = None) -> None:
        if result is not None and not self.quiet():
            self.shell.value = result


class _Shell(InteractiveShell):  # type: ignore[misc]
    """An IPython without a terminal, whose globals are a `Namespace`."""

    def __init__(self, names: Namespace) -> None:
        self.outputs, self.value, self.source = _Outputs(), None, ""
        config = Config()
        config.HistoryManager.enabled = False
        super().__init__(
            user_ns=names, config=config, display_pub_class=_Publisher, displayhook_class=_Hook
        )
        self.names = names
        InteractiveShell._instance = self  # what get_ipython() and display() look for

    def showtraceback(self, *args: Any, **options: Any) -> None:
        """Say nothing: `_error` words the error."""

    def showsyntaxerror(self, *args: Any, **options: Any) -> None:
        """Say nothing, as before."""

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: %matplotlib inline asks for it, and there is no window."""


def _run(shell: _Shell, cell: Cell, listener: _Listener) -> Outcome:
    deadline = time.monotonic() + cell.timeout
    cell = replace(cell, hidden=_hidden(cell))
    facts = read_constructs(cell.source)
    shell.outputs, shell.value, shell.source = _Outputs(), None, cell.source
    stream: Any = _Stream(shell.outputs)
    link = Link(
        lambda: listener.connect(deadline),
        cell.call_timeout,
        deadline,
        quiet=lambda: line_of(shell.names) in cell.hidden,
        # Whoever grades by parts knows what to say of an answer of a strange type.
        exact=None if facts.rubric else _exactness(shell.names, facts, stream),
    )
    # What a locked cell draws is shown from the student's kernel, and there not drawn either.
    if cell.points is None:
        os.environ["CONVKIT_PICTURES"] = "off"
    else:
        os.environ.pop("CONVKIT_PICTURES", None)
    shell.names["In"] = ["", *map(_as_run, cell.cells)]  # as IPython's own record has them
    with (
        shell.names.linked(link),
        contextlib.redirect_stdout(stream),
        contextlib.redirect_stderr(stream),
    ):
        result = shell.run_cell(cell.source)
        if link.exact and not link.lost and not link.doubt:
            with contextlib.suppress(Lost, Undecided):
                _look_back(shell, link, facts, _errors(result))
    if cell.points is None:
        if link.doubt:
            words = f"a locked cell needs a person: {link.doubt}"
            shell.names.lack(set(bound_names(cell.source)), words)
        return Outcome(0.0, lost=link.lost, trace=_trace(_errors(result)))
    return _verdict(shell, cell, link, result)


def _exactness(names: Namespace, facts: Constructs, stream: object) -> Exactness:
    return Exactness(
        line=lambda: line_of(names),
        stream=stream,
        written=lambda: names.written,
        known=lambda name: dict.get(names, name),
        unused=lambda name: (line_of(names), name) in facts.unused,
        seeds=facts.seeds,
        patches=facts.patches,
    )


def _look_back(shell: _Shell, link: Link, facts: Constructs, error: BaseException | None) -> None:
    """See whether a test looked at files or figures that are the student's, and not here."""
    trace = traceback.walk_tb(error.__traceback__) if error is not None else ()
    lines = [n for f, n in trace if f.f_globals is shell.names]
    last = lines[0] if lines else float("inf")
    if facts.figures is not None and facts.figures <= last and link.about("figures") is True:
        link.meet("the test looks at the current figure, which the student's code has drawn")
    wanted = {name for line, name in facts.files if line <= last}
    if error is not link.raised:
        if isinstance(error, ModuleNotFoundError):
            name = (error.name or "").replace(".", "/")
            wanted |= {f"{name}.py", f"{name}/__init__.py"}
        elif isinstance(error, FileNotFoundError):
            wanted |= {str(error.filename)}
    if not wanted:
        return
    theirs, ours = link.about("files"), about.files()
    for name in sorted(os.path.relpath(name) for name in wanted):
        if name in ours and error is None:
            continue  # it passed by the course's own file
        if type(theirs) is dict and name in theirs and theirs[name] != ours.get(name):
            link.meet(f"the test uses `{name}`, a file that the student's code has written")


def _prepare(shell: _Shell, message: Prepare) -> Outcome:
    """Run statements of the course's, each for itself; the trace says what failed."""
    traces = []
    for statement in message.statements:
        names = set(bound_names(statement))
        shell.names.own(names)
        shell.outputs, shell.value, shell.source = _Outputs(), None, statement
        stream: Any = _Stream(shell.outputs)
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            error = _errors(shell.run_cell(statement))
        if error is not None:
            traces.append(_trace(error))
            first = statement.splitlines()[0]
            shell.names.lack(names, f"the course's `{first}` fails in the grader's process")
    return Outcome(0.0, trace="\n".join(traces))


def _errors(result: ExecutionResult) -> BaseException | None:
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def _hidden(cell: Cell) -> frozenset[int]:
    """Return the hidden lines, and with them 0, where the line cannot be told.

    All lines are hidden with a cell magic such as %%time, which counts lines anew.
    """
    if cell.hidden and cell.source.lstrip().startswith("%%"):
        return frozenset(range(len(cell.source.splitlines()) + 1))
    return cell.hidden | {0} if cell.hidden else cell.hidden


def _trace(error: BaseException | None) -> str:
    return "".join(traceback.format_exception(error))[-MAX_TRACE:] if error is not None else ""


def _verdict(shell: _Shell, cell: Cell, link: Link, result: ExecutionResult) -> Outcome:
    """Decide on the points: no error, and a builtin number between 0 and the points or nothing."""
    error, never = _errors(result), result.error_before_exec is not None
    outputs, points = shell.outputs, cell.points or 0.0
    value: Any = shell.value
    if link.lost:
        outputs.stream(f"No points: {link.lost}.\n")
        return Outcome(0.0, [*outputs, _result(0.0)], lost=link.lost)
    if link.doubt:
        return _waits(outputs, link.doubt)
    if error is not None:
        output = _error(error, link, shell.names, cell)
        fault = "the test cell is not valid Python" if never else ""
        return Outcome(0.0, [*outputs, output], fault=fault, trace=_trace(error))
    if value is None:
        return Outcome(points, list(outputs))
    if type(value) in (int, float) and 0 <= value <= points:  # NaN is not
        return Outcome(abs(float(value)), [*outputs, _result(abs(value))])  # not -0.0
    fault = (
        f"the test cell ended in {_short(value)}, of type {type(value).__name__}. A verdict is a "
        f"Python int or float from 0 to {points:g}, or nothing for all of them; use float(...)"
    )
    # nbgrader takes most of these for full points, and fails at some: neither is a verdict.
    return _waits(outputs, "the test did not end in a number of points", fault)


def _waits(outputs: _Outputs, words: str, fault: str = "") -> Outcome:
    outputs.stream(f"A person will look at this test and give its points: {words}.\n")
    return Outcome(0.0, [*outputs, _result(0.0)], fault=fault, waiting=words)


def _short(value: Any) -> str:
    try:
        return f"{value!r:.80}"
    except (Exception, Undecided):  # a number of thousands of digits, say
        return "a value that cannot be shown"


def _result(points: float) -> Output:
    return {
        "output_type": "execute_result",
        "data": {"text/plain": repr(points)},
        "metadata": {},
        "execution_count": None,
    }


def _error(error: BaseException, link: Link, names: Namespace, cell: Cell) -> Output:
    """Word an error for the student: what they may see of it, and no more."""
    name, lines = type(error).__name__, cell.source.splitlines()
    trace = [(f, n) for f, n in traceback.walk_tb(error.__traceback__) if f.f_globals is names]
    line = next((n for f, n in trace if f.f_code.co_name == "<module>"), 0)
    words = " ".join(str(error)[:MAX_WORDS].split())
    if line in cell.hidden:
        if error is not link.raised and not _worded(error, trace, cell.source):
            words = ""  # it could hold the values looked for
        where = "in a hidden test"
    else:
        where = f"in the test: {lines[line - 1].strip()}" if 0 < line <= len(lines) else ""
    notes = [*getattr(error, "__notes__", [])] if error is link.raised else []
    text = [f"{name}: {words}" if words else name, *notes, *([where] if where else [])]
    return {"output_type": "error", "ename": name, "evalue": words, "traceback": ["\n".join(text)]}


def _worded(error: BaseException, own: list[tuple[Any, int]], source: str) -> bool:
    """Tell whether the test's author wrote the message: ``assert ..., message`` or ``raise``."""
    *_, last = traceback.walk_tb(error.__traceback__)
    if not own or own[-1] != last:
        return False
    try:
        nodes = list(ast.walk(ast.parse(as_python(source))))
    except SyntaxError:
        return False
    asserted = isinstance(error, AssertionError)  # not what its condition raised
    return any(
        isinstance(node, ast.Raise) or (asserted and node.msg is not None)
        for node in nodes
        if isinstance(node, (ast.Raise, ast.Assert))
        and node.lineno <= last[1] <= (node.end_lineno or node.lineno)
    )


@functools.lru_cache(1000)
def _as_run(source: str) -> str:
    """Return a cell as a notebook records it; as it is, where IPython cannot transform it."""
    try:
        return as_python(source).rstrip("\n")
    except Exception:  # as IPython, which then records what it was given
        return source


@functools.lru_cache(1000)
def bound_names(source: str) -> frozenset[str]:
    """Return the names that a cell binds at its top level, also inside ``if``, ``for``, ``with``.

    Parameters
    ----------
    source : str
        What is no Python counts as binding nothing.
    """
    if source.lstrip().startswith("%%"):  # a cell magic such as %%time runs the lines below it
        source = source.lstrip().partition("\n")[2]
    try:
        table = symtable.symtable(as_python(source), "cell", "exec")
    except (SyntaxError, ValueError):
        return frozenset()
    symbols = table.get_symbols()
    return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())
