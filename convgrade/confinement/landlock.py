"""Landlock: only what is listed can be opened, landlock(7)."""

from __future__ import annotations

import os
import stat
import struct

from convgrade.confinement import calls

TYPE_CHECKING = False  # importing typing costs milliseconds at every start
if TYPE_CHECKING:
    from convgrade.confinement.options import Options

# linux/landlock.h: the version that brought each right.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_CHAR, _MAKE_SOCK, _MAKE_BLOCK = 1 << 5, 1 << 6, 1 << 9, 1 << 11
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_FS_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: _IOCTL_DEV}
_NET_RIGHTS = {4: 0b11}  # bind and connect with TCP
_SCOPES = {6: 0b11}  # abstract Unix sockets and signals
WANTED = 6
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_NOT_WRITE = _EXECUTE | _MAKE_CHAR | _MAKE_BLOCK


def version() -> int:
    """Return the version of Landlock's interface, 0 without Landlock."""
    try:
        return calls.syscall("landlock_create_ruleset", 444, 0, 0, 1)
    except OSError:
        return 0


def _up_to(version: int, rights: dict[int, int]) -> int:
    """Join the rights that a version knows; it refuses to hear of later ones."""
    return sum(bits for since, bits in rights.items() if since <= version)


def restrict(version: int, options: Options, own_tree: bool) -> None:
    """Allow what is listed and nothing else, landlock(7).

    Without it, and without namespaces, a process could open all that its user may, and trace and
    signal the user's other processes. No new privileges must be set before.
    """
    rights = _up_to(version, _FS_RIGHTS)
    net = 0 if options.network else _up_to(version, _NET_RIGHTS)
    attributes = struct.pack("=3Q", rights, net, _up_to(version, _SCOPES))
    rules = calls.syscall("landlock_create_ruleset", 444, attributes, len(attributes), 0)
    # Its own /proc shows nothing of others, and a child finds itself there.
    for path in [*options.read, *["/proc"] * own_tree]:
        _allow(rules, path, rights & _READ)
    for path in [*options.write, *options.scratch, *["/dev/shm", "/dev/pts"] * own_tree]:
        _allow(rules, path, rights & ~_NOT_WRITE)
    for path in options.sockets:
        _allow(rules, path, rights & (_READ | _REMOVE_FILE | _MAKE_SOCK) & ~_EXECUTE)
    calls.syscall("landlock_restrict_self", 446, rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    """Add a rule for a file or for all below a folder, landlock_add_rule(2)."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there need not be allowed
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISCHR(mode):
        rights |= _WRITE_FILE  # /dev/null
    if not stat.S_ISDIR(mode):
        rights &= _ON_FILES  # any other right is refused for a file
    rule = struct.pack("=Qi", rights, descriptor)
    calls.syscall("landlock_add_rule", 445, rules, 1, rule, 0)
    os.close(descriptor)
