"""The grader's process: runs the course's own cells, and test cells to their verdict.

One process a notebook, forked from a server that has imported what test cells
import. It shares nothing with the student's kernel but the socket over which a
test cell uses the student's names (`convgrade.remote`). Cells run in an IPython
shell, so magics, display and pictures work as in a notebook.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing.connection
import os
import secrets
import socket
import sys
import time
import traceback
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from convgrade import confine, wire
from convgrade.bindings import bound_names
from convgrade.constructs import Constructs, mentions_files, read_constructs
from convgrade.current_figure import shared_figure
from convgrade.exactness import Exactness
from convgrade.guard import Guard
from convgrade.kernels.server import INLINE
from convgrade.messages import UNREACHED, Begun, Cell, Connect, Expect, Gone, Outcome, Own, Prepare
from convgrade.namespace import Namespace, line_of
from convgrade.proxy import Undecided
from convgrade.remote import Link, Lost
from convgrade.shared_files import SharedFiles
from convgrade.shell import Outputs, Shell, Stream
from convgrade.verdict import ended_in, hidden_lines_of, trace, verdict
from convgrade.workplace import furnish

__all__ = ["MAX_MEMORY", "make_shell", "serve"]

MAX_MEMORY = 4 * 2**30  # bytes that the process may take besides what its server had


def serve(pipe: Any, folder: str, support: str) -> None:
    """Run what comes through the pipe until the other end is closed; the process's target."""
    confine.end_with_parent()  # even in the middle of a cell
    _limit_memory()
    os.environ["MPLBACKEND"] = INLINE
    if "matplotlib" in sys.modules and "convgrade.ready" not in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = INLINE  # it has read the environment
    work = furnish(Path(support))
    os.chdir(work)
    sys.path.insert(0, str(work))
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # the same sums on every machine
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()  # its numbers are new in every Python
    warnings.formatwarning = _warning
    shell = _made.pop() if _made else Shell(Namespace())
    listener = _Listener(pipe, folder)
    place = _Place(work, Path(support), shell.names)
    while True:
        try:
            message = pipe.recv()
        except (EOFError, ConnectionError):  # who asked is gone
            return
        if isinstance(message, Expect):
            shell.names.expect(set(message.names), set(message.changes))
            shell.names.model_reads |= message.reads
            place.files.reads |= message.reads
            place.files.changes |= message.changes
        elif isinstance(message, Own):
            shell.names.own(set(message.names))
        elif isinstance(message, Cell):
            pipe.send(Begun())
            pipe.send(_run(shell, message, listener, place))
        elif isinstance(message, Prepare):
            pipe.send(Begun())
            pipe.send(_prepare(shell, message, place))


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
    _made.append(Shell(Namespace()))


def _warning(message: Any, category: type[Warning], *where: Any, **line: Any) -> str:
    """Word a warning without the line that it comes from, which may be hidden."""
    return f"{category.__name__}: {message}\n"


class _Place:
    """Where tests run: their files, and who watches over them."""

    def __init__(self, work: Path, course: Path, names: Namespace) -> None:
        self.files = SharedFiles(work, course)
        self.guard = Guard(self.files, names.is_answer)
        self.guard.listen()
        for path in work.rglob("*.py"):  # which tests import
            with contextlib.suppress(OSError):
                text = path.read_text("utf-8", "replace")
                self.guard.knows(text)
                self.files.active = self.files.active or mentions_files(text)

    def takes(self, text: str, facts: Constructs) -> None:
        """Note a text of the course's that tests may use."""
        self.guard.knows(text)
        self.files.active = self.files.active or facts.paths


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


def _run(shell: Shell, cell: Cell, listener: _Listener, place: _Place) -> Outcome:
    deadline = time.monotonic() + cell.timeout
    cell = replace(cell, hidden=hidden_lines_of(cell))
    facts = cell.facts or read_constructs(cell.source)
    shell.outputs, shell.value, shell.source = Outputs(), None, cell.source
    stream: Any = Stream(shell.outputs)
    link = Link(
        lambda: listener.connect(deadline),
        cell.call_timeout,
        deadline,
        quiet=lambda: line_of(shell.names) in cell.hidden,
        # Whoever grades by parts knows what to say of an answer of a strange type.
        exact=None if facts.rubric else _exactness(shell.names, facts, stream),
        crossing=None if facts.rubric else shell.names.crossing,
        files=None if facts.rubric else place.files,
    )
    shell.learn(cell.read)
    place.takes(cell.source, facts)
    place.guard.knows(shell.as_run(cell.source))
    # What a locked cell draws is shown from the student's kernel, and there not drawn either.
    for name, value in cell.environment.items():
        if cell.points is None:
            os.environ[name] = value
        else:
            os.environ.pop(name, None)
    shell.names["In"] = ["", *map(shell.as_run, cell.cells)]  # as IPython's own record has them
    with (
        shell.names.linked(link),
        contextlib.redirect_stdout(stream),
        contextlib.redirect_stderr(stream),
    ):
        pyplot = functools.partial(link.about, "module", "matplotlib.pyplot")
        looks = link.exact and facts.figures is not None
        if link.exact and place.files.active and cell.points is not None:
            with contextlib.suppress(Lost, Undecided):  # it is said once the cell has run
                place.files.begin(link)
        with (
            shared_figure(shell.names, pyplot) if looks else contextlib.nullcontext(False) as one,
            place.guard.watching(link, facts.records),
        ):
            shell.names.in_test = cell.points is not None
            result = shell.run_cell(cell.source)
            shell.names.in_test = False
        facts = replace(facts, figures=None) if one else facts
        if link.exact and not link.lost and not link.doubt:
            with contextlib.suppress(Lost, Undecided):
                _look_back(shell, link, facts, ended_in(result), place.files)
    if link.exact and cell.points is not None:
        place.files.restore()
    if cell.points is None:
        place.files.own()
        if link.doubt:
            words = f"a locked cell needs a person: {link.doubt}"
            shell.names.lack(set(bound_names(cell.source)), words)
        return Outcome(0.0, lost=link.lost, trace=trace(ended_in(result)))
    return verdict(shell, cell, link, result)


def _exactness(names: Namespace, facts: Constructs, stream: object) -> Exactness:
    return Exactness(
        line=lambda: line_of(names),
        stream=stream,
        written=lambda: names.written,
        here=names.here,
        known=names.course,
        model=lambda: names.model_reads,
        unused=lambda name: (line_of(names), name) in facts.unused,
        attributes=facts.attributes,
        seeds=facts.seeds,
        patches=facts.patches,
        warned=facts.warned,
        logged=facts.logged,
        differentiates=facts.differentiates,
    )


def _look_back(
    shell: Shell, link: Link, facts: Constructs, error: BaseException | None, files: SharedFiles
) -> None:
    """See whether a test looked at files or figures that are the student's, and not here."""
    places = traceback.walk_tb(error.__traceback__) if error is not None else ()
    lines = [n for f, n in places if f.f_globals is shell.names]
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
    if files.beyond and error is not None:
        link.meet("the test uses files, and the student's are too large or too many")
    if not wanted:
        return
    files.sync(link)
    for name in sorted(os.path.relpath(name, files.top) for name in wanted):
        if files.has(name) and error is None:
            continue  # it passed by the course's own file
        if files.withheld(name):
            link.meet(f"the test uses `{name}`, a file that the student's code has written")


def _prepare(shell: Shell, message: Prepare, place: _Place) -> Outcome:
    """Run statements of the course's, each for itself; the trace says what failed."""
    traces = []
    for statement in message.statements:
        place.takes(statement, read_constructs(statement))
        names = set(bound_names(statement))
        shell.names.own(names)
        shell.outputs, shell.value, shell.source = Outputs(), None, statement
        stream: Any = Stream(shell.outputs)
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            error = ended_in(shell.run_cell(statement))
        if error is not None:
            traces.append(trace(error))
            first = statement.splitlines()[0]
            shell.names.lack(names, f"the course's `{first}` fails in the grader's process")
    place.files.own()
    return Outcome(0.0, trace="\n".join(traces))
