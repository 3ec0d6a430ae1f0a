"""A fork server: forks the processes of one kind, as long as its owner lives.

It is itself forked, from a process that has imported libraries (`convgrade.kernels.zygote`), and
its owner speaks to it by `convgrade.kernels.forks`. A module says what its forks are:

``prepare()``
    builds what all forks share;
``run(arguments)``
    is what a fork does;
``SUPERVISED``
    whether a fork is a kernel: with a supervisor, which lives as long as the kernel, ends what it
    leaves behind and tells how it ended, and with a box if the request says so. Other forks are
    the server's own children and get its environment;
``NAME``
    of the server, as ``top`` shows it.

The server has one thread and does nothing but wait and fork. When the other end of its socket is
closed it removes its working folder and ends.

A message on the socket is one request (a JSON object, see `Request`), and brings open files: a
socket that says the new process's number and then its exit code, and ends the process when it is
closed; then its stdin, stdout and stderr, or some of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from convgrade import confine
from convgrade.kernels.folders import PREFIX, remove_leftovers
from convgrade.kernels.forked_kernel import ending, supervise
from convgrade.kernels.naming import name_process
from convgrade.kernels.preloading import assert_single_thread, preload
from convgrade.kernels.request import MAX_REQUEST, READY, Request
from convgrade.kernels.settle import freeze, use_huge_pages

__all__ = ["remove_folder", "serve"]

MANY = 20  # forks after which as many more may come


def serve(control: socket.socket, runs: str, modules: Sequence[str]) -> None:
    """Get ready, say so, and fork until the other end of the socket is closed."""
    try:
        preload([runs, *modules])
        kind: Any = sys.modules[runs]
        name_process(kind.NAME)
        kind.prepare()
        assert_single_thread()
    except (Exception, SystemExit) as error:
        control.send(f"{type(error).__name__}: {error}".encode()[:4000])
        return
    freeze()
    control.send(READY + b"%d" % os.getpid())
    _Server(control, kind).run()
    remove_folder()


class _Server:
    def __init__(self, control: socket.socket, kind: Any) -> None:
        self._control, self._kind = control, kind
        self._namespaces: int | None = None
        self._forks, self._has_huge_pages = 0, False
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._children: dict[int, socket.socket | None] = {}  # by descriptors of processes
        self._reports: dict[int, int] = {}  # their sockets' descriptors

    def run(self) -> None:
        """Fork, and see who has ended, until the owner is gone."""
        while True:
            if self._forks >= MANY and not self._has_huge_pages:
                self._has_huge_pages = True
                use_huge_pages()
            for number, _ in self._poll.poll():
                if number in self._reports:  # nothing is sent there
                    self._poll.unregister(number)
                    signal.pidfd_send_signal(self._reports[number], signal.SIGKILL)
                elif number in self._children:
                    self._reap(number)
                elif not self._take():
                    return

    def _take(self) -> bool:
        """Do what is asked for; False when nobody will ask any more."""
        message, files, _, _ = socket.recv_fds(self._control, MAX_REQUEST, 4)
        if not message:
            return False
        request = Request(**json.loads(message))
        if request.box is not None and self._namespaces is None:
            self._namespaces = confine.choose_namespaces(confine.read_options(request.box))
        assert_single_thread()
        report = socket.socket(fileno=files[0])
        try:
            pid = os.fork()
        except OSError as error:  # no memory, or too many processes
            report.send(f"! {error}\n".encode())
            pid = -1
        if pid == 0:
            if self._kind.SUPERVISED:
                boxed = self._namespaces if request.box is not None and self._namespaces else 0
                supervise(self._kind, request, boxed, report, files[1:])
            _run(self._kind, request.arguments, files[1:])
        for file in files[1:]:
            os.close(file)
        self._forks += 1
        if pid > 0:
            self._keep(pid, report)
        else:
            report.close()
        return True

    def _keep(self, pid: int, report: socket.socket) -> None:
        child = os.pidfd_open(pid)
        self._poll.register(child, select.POLLIN)
        if self._kind.SUPERVISED:  # its supervisor has the socket
            report.close()
            self._children[child] = None
            return
        self._children[child] = report
        self._reports[report.fileno()] = child
        self._poll.register(report, select.POLLIN)
        with contextlib.suppress(OSError):  # who asked is gone: then it is readable, too
            report.send(b"%d\n" % pid)

    def _reap(self, child: int) -> None:
        ended = os.waitid(os.P_PIDFD, child, os.WEXITED)
        self._poll.unregister(child)
        os.close(child)
        report = self._children.pop(child)
        if report is None:
            return
        del self._reports[report.fileno()]
        with contextlib.suppress(KeyError):  # it was to be killed
            self._poll.unregister(report)
        with report, contextlib.suppress(OSError):
            assert ended is not None
            code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            report.send(b"%d\n" % code)


def _run(kind: Any, arguments: Sequence[str], stdio: Sequence[int]) -> NoReturn:
    """Be a fork that has no supervisor."""
    with ending():
        for number, file in enumerate(stdio):
            os.dup2(file, number)
        confine.close_inherited()
        kind.run(arguments)
    raise AssertionError("it has ended")


def remove_folder() -> None:
    """Remove our working folder; a kernel that is being ended may still write, or make it anew."""
    folder = os.getcwd()
    above, absent = Path(folder).parent, 0
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        absent = 0 if os.path.exists(folder) else absent + 1
        if absent > 10:
            break
        time.sleep(0.1)
    if above.name.startswith(PREFIX):  # our owner's own, too, unless it has ended in peace
        remove_leftovers(above.parent)
