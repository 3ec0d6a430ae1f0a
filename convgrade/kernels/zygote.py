"""A process that has imported libraries, from which fork servers are forked.

Some take seconds of a processor and hundreds of megabytes. All servers of a
command, for students' kernels and for the grader's processes, in all its workers, share one such
process. It knows nothing but the libraries: what a server imports besides stays with that.

Runs as ``python -m convgrade.kernels.zygote SOCKET LISTENER [MODULE ...]`` and is started by
`convgrade.kernels.zygotes` in a folder of its own. It ends when the other end of SOCKET is closed;
servers that it forked go on. Whoever connects to LISTENER sends one `ServerRequest`, and with its
first byte four open files: the server's socket, the mark that its folder is in use, and its stdout
and stderr.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from typing import NoReturn

from convgrade import confine
from convgrade.kernels import server
from convgrade.kernels.forked_kernel import ending
from convgrade.kernels.naming import name_process
from convgrade.kernels.preloading import KERNEL, assert_single_thread, preload
from convgrade.kernels.request import OTHER, ServerRequest
from convgrade.kernels.settle import freeze

__all__ = ["NAME"]

NAME = "cg-libraries"
PATIENCE = 10.0  # seconds for a request to come


def main(argv: Sequence[str]) -> int:
    """Import modules, and fork servers as long as its owner lives."""
    del sys.path[0]  # our own working folder
    control, listener = (socket.socket(fileno=int(number)) for number in argv[:2])
    libraries = list(argv[2:])
    name_process(NAME)
    gc.disable()  # imports leave hardly any garbage; looking for it takes a fifth of their time
    wrong = b""
    try:
        preload([*KERNEL, *libraries])
        assert_single_thread()
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}".encode()[:4000]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: for our owner
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for servers
    freeze()
    poll = select.poll()
    for end in (control, listener):
        poll.register(end, select.POLLIN)
    while all(number != control.fileno() for number, _ in poll.poll()):
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError, ValueError, TypeError):  # it is gone
            _take(connection, libraries, wrong)
    server.remove_folder()
    return 0


def _take(connection: socket.socket, libraries: list[str], wrong: bytes) -> None:
    connection.settimeout(PATIENCE)
    text, files, _, _ = socket.recv_fds(connection, 2**16, 4)
    try:
        while more := connection.recv(2**16):
            text += more
        request = ServerRequest(**json.loads(text))
        with socket.socket(fileno=os.dup(files[0])) as control:
            if request.libraries != libraries:
                control.send(OTHER)
            elif wrong:
                control.send(wrong)
            else:
                _fork(request, control, files)
    finally:
        for file in files:
            os.close(file)


def _fork(request: ServerRequest, control: socket.socket, files: Sequence[int]) -> None:
    try:
        child = os.fork()
    except OSError as error:  # no memory, or too many processes
        control.send(f"it cannot be forked: {error}".encode())
        return
    if child == 0:
        _be_server(request, control, files)


def _be_server(request: ServerRequest, control: socket.socket, files: Sequence[int]) -> NoReturn:
    with ending():
        _, mark, *outputs = files
        for number, file in enumerate(outputs, 1):
            os.dup2(file, number)
        confine.close_inherited(control.fileno(), mark)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(request.folder)
        os.environ.clear()
        os.environ.update(request.environment)
        with contextlib.suppress(OSError):  # they are others since
            os.sched_setaffinity(0, request.processors)
        gc.disable()
        server.serve(control, request.runs, request.preload)
    raise AssertionError("it has ended")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
