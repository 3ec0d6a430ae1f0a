"""The processes of a box: who runs in it, and who ends it."""

from __future__ import annotations

import os
import select
import signal

from convgrade.confinement import calls, landlock, limits, namespaces, tree
from convgrade.confinement.options import RefusedError, reason_of

TYPE_CHECKING = False  # importing typing costs milliseconds at every start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from convgrade.confinement.options import Options


def supervise(
    options: Options | None, flags: int, run: Callable[[], NoReturn], watched: int | None
) -> int:
    """Run a function in a box, in forks of this process, until it ends or has to.

    This process must have a single thread. It enters the namespaces that are for a whole
    process, forgoes privileges and ignores SIGINT: nothing else should be done in it.

    Parameters
    ----------
    options : Options or None
        None confines nothing; what the function starts is still ended with it.
    flags : int
        The namespaces to enter, from `namespaces.choose_namespaces`; 0 for none.
    run : callable
        Runs in a process of its own, in the box, with its errors its own; never returns.
    watched : int or None
        A descriptor: when it turns readable, the box is ended.

    Returns
    -------
    int
        How the function's process ended: a status as of wait(2).

    Raises
    ------
    OSError, RefusedError
        When the box cannot be had.
    """
    if options is not None:
        calls.forbid_new_privileges()
    if flags:
        namespaces.unshare(flags)
    if not flags & namespaces.NEWPID:  # orphans come to us, and end with us: prctl(2)
        calls.call("prctl", 36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for the command, not for us
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        try:
            answer = f"={_in_the_box(options, flags, run, reader, writer)}"
        except Exception as error:  # here or in the command's process, which has not become it
            answer = reason_of(error)
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    poll = select.poll()
    for descriptor in (reader, watched):
        if descriptor is not None:
            poll.register(descriptor, select.POLLIN)
    events = dict(poll.poll())
    answer = os.read(reader, 4096).decode(errors="replace") if reader in events else ""
    os.close(reader)
    os.kill(first, signal.SIGKILL)  # and with it all that is left in its namespace
    status = os.waitpid(first, 0)[1]
    if not flags & namespaces.NEWPID:
        _end_orphans()
    if answer and not answer.startswith("="):
        raise RefusedError(answer)
    return int(answer[1:]) if answer else status


def _in_the_box(
    options: Options | None, flags: int, run: Callable[[], NoReturn], reader: int, writer: int
) -> int:
    """Be the first process below the supervisor; return how the command ended."""
    os.close(reader)
    calls.end_with_parent()  # which has one thread
    orphan = select.poll()
    orphan.register(writer, 0)
    if orphan.poll(0):  # the parent ended before prctl
        os._exit(2)
    return _first_process(options, flags, run)


def _first_process(options: Options | None, flags: int, run: Callable[[], NoReturn]) -> int:
    """Be the first process of the box: start the command, collect orphans, return how it ended.

    The command is not process 1 itself: to that one no signal comes from inside, not even
    ``os.kill(os.getpid(), SIGKILL)``.
    """
    if options is not None and flags & namespaces.NEWNS:
        folder = os.getcwd()
        tree.own_tree(options, options.scratch)
        try:
            os.chdir(folder)
        except OSError:
            os.chdir("/")
    if "JPY_PARENT_PID" in os.environ:  # ipykernel ends when its parent is another; inside it is 1
        os.environ["JPY_PARENT_PID"] = "1"
    command = os.fork()
    if command == 0:
        if options is None:
            run()
        enter(options, flags, landlock.version(), run)
    if options is not None:
        calls.drop_capabilities()
    while True:
        child, status = os.wait()
        if child == command:
            return status


def enter(options: Options, flags: int, version: int, run: Callable[[], NoReturn]) -> NoReturn:
    """Take the last steps into the box and run what is to run there."""
    limits.limit(options, own_namespace=bool(flags))
    if version:
        landlock.restrict(version, options, own_tree=bool(flags & namespaces.NEWNS))
    calls.drop_capabilities()
    run()


def _end_orphans() -> None:
    """Kill what has come to us, and what comes then, until nothing is left."""
    while True:
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as children:
                for child in children.read().split():
                    os.kill(int(child), signal.SIGKILL)
            os.wait()
        except ProcessLookupError:
            continue
        except ChildProcessError:
            return


def close_inherited(*kept: int) -> None:
    """Close all files but stdin, stdout and stderr: an open one escapes every check."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:
                continue  # the listing's own
