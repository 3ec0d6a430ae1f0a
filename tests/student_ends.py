"""A student's end of the conversation with an exact test cell, over a socket without a kernel."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from convgrade import handles, serve, state, wire
from convgrade.exactness import Exactness
from convgrade.handles import Handles
from convgrade.namespace import Namespace
from convgrade.remote import Link
from convgrade.shared_files import SharedFiles

Student = Callable[[socket.socket], None]


@contextmanager
def linked(
    student: Student,
    model: frozenset[str] = frozenset(),
    files: SharedFiles | None = None,
    **options: Any,
) -> Iterator[Namespace]:
    """Yield an exact test's namespace, whose student's names a function in a thread serves."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=student, args=(theirs,))
    names = Namespace()
    names.model_reads |= model
    exact = Exactness(
        line=lambda: 0, stream=sys.stdout, written=lambda: names.written, here=names.here,
        known=names.course, model=lambda: names.model_reads, **options,
    )  # fmt: skip
    end = time.monotonic() + 30
    link = Link(lambda: ours, 5.0, end, exact=exact, crossing=names.crossing, files=files)
    thread.start()
    try:
        with names.linked(link):
            yield names
    finally:
        ours.close()
        thread.join(10)
        theirs.close()
        assert not thread.is_alive()


def honest(source: str) -> Student:
    """Return a student's end that serves what a cell defines, as in the kernel."""
    values: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<student>", "exec", dont_inherit=True), values)

    def student(connection: socket.socket) -> None:
        table = Handles(values, connection)
        table.answer = lambda request: serve._answer(request, values, table)
        with state.given(values):
            try:
                while True:
                    request = wire.receive(connection, made=table.made)
                    handles.reply(connection, serve._answer(request, values, table), table)
            except (EOFError, OSError):
                return

    return student
