"""Namespaces of the box's own: which can be had here, tried before they are entered."""

from __future__ import annotations

import os

from convgrade.confinement import calls, tree
from convgrade.confinement.options import RefusedError, reason_of

TYPE_CHECKING = False  # importing typing costs milliseconds at every start
if TYPE_CHECKING:
    from collections.abc import Callable

    from convgrade.confinement.options import Options

# clone(2)
NEWNS, _NEWIPC, _NEWUSER, NEWPID, NEWNET = 1 << 17, 1 << 27, 1 << 28, 1 << 29, 1 << 30
# What is tried, the whole first: containers often refuse the mounts but allow a network namespace.
WHOLE = _NEWUSER | _NEWIPC | NEWNET | NEWNS | NEWPID
PART = _NEWUSER | _NEWIPC | NEWNET


def unshare(flags: int) -> None:
    """Enter new namespaces, unshare(2) and user_namespaces(7), as the same user and group.

    Without the maps every file would seem to be nobody's and could not be opened.
    """
    user, group = os.geteuid(), os.getegid()
    calls.call("unshare", flags)
    for name, text in (
        ("setgroups", "deny"),  # an ordinary user may map the group only after this
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        calls.put(f"/proc/self/{name}", text)


def choose_namespaces(options: Options) -> int:
    """Return the flags of the namespaces to enter: all where they are required.

    They are tried in forks of the calling process, which must have a single thread.
    """
    for flags in (WHOLE, PART):
        if options.network:
            flags &= ~NEWNET
        if options.require or not rehearse(flags, options):
            return flags
    return 0


def rehearse(flags: int, options: Options) -> str:
    """Try the namespaces; return why they fail, or nothing. A step taken cannot be taken back."""

    def step() -> None:
        unshare(flags)
        if flags & NEWNS:
            # Without what lies in the folders: a file too many is no fault of the machine's.
            reason = attempt(lambda: tree.own_tree(options, {}))
            if reason:
                raise RefusedError(reason)

    return attempt(step)


def attempt(step: Callable[[], object]) -> str:
    """Try a step in a child process; return why it failed, or nothing."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            step()
        except Exception as error:
            os.write(writer, reason_of(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8", errors="replace") as answer:
        reason = answer.read()
    os.waitpid(child, 0)
    return reason
