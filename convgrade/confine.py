"""Confine a process, then run a command in it: the box around a student's Jupyter kernel.

A launcher for Linux, of the standard library only, that knows nothing of courses::

    python -I -S confinement/__main__.py --read /usr --write FOLDER --files 256 -- COMMAND ...

The layers, each taken as far as the machine offers it:

``network``
    Namespaces of its own for users, network and IPC: no interface, not even loopback.
``files``
    Namespaces of its own for mounts and processes, so that what is not listed does not exist,
    and Landlock, so that only what is listed can be opened. Both are needed. Landlock alone
    lets a process ``chmod`` what it cannot open and connect to any Unix socket on disk (the
    session bus starts programs outside the box), namespaces alone share the kernel's faults.
    Landlock version 6 also keeps signals and abstract Unix sockets inside.
``limits``
    Memory, threads, open files and file size for each process; no core dumps.

Always: no new privileges, no capabilities, no inherited file but stdin, stdout and stderr.

With namespaces of its own the command is a grandchild: the launcher stays to pass on how it ended
and to end the box when its own parent ends, and the box's first process collects orphans. Whoever
kills the launcher ends everything in the box. SIGINT is left to the command, so interrupt the
process group, as Jupyter does. A box has no loopback, so a kernel needs the ``ipc`` transport.

The death signal of ``PR_SET_PDEATHSIG`` is not used for the launcher: it comes when the *thread*
that started a process ends, and a kernel may be started from a thread that does not live long.

A process that has its libraries loaded already can go into a box without a launcher: `supervise`
runs a function there, in forks of the caller.

Not stopped: filling the disk below ``--write`` with many files (below ``--scratch`` it is, with
mounts of one's own), and using all processors. Limits are those of a process, so all processes of
a box together may use more memory. Real root is exempt from ``RLIMIT_NPROC``; then some 300
processes more are allowed (see `tree.own_proc`).
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convgrade.confinement.calls import end_with_parent
from convgrade.confinement.namespaces import choose_namespaces
from convgrade.confinement.options import Options, RefusedError, read_options, words
from convgrade.confinement.supervision import close_inherited, supervise

__all__ = [
    "LAYERS", "Options", "RefusedError", "choose_namespaces", "close_inherited", "command",
    "end_with_parent", "missing_layers", "read_options", "supervise", "system_paths", "words",
]  # fmt: skip

LAYERS: tuple[str, ...] = ("network", "files", "limits")

# What system_paths adds to Python's own folders.
_SYSTEM = """
    /usr /bin /sbin /lib /lib32 /lib64 /nix/store
    /etc/ld.so.cache /etc/ld.so.conf /etc/ld.so.conf.d /etc/alternatives /etc/os-release
    /etc/localtime /etc/timezone /etc/locale.alias /etc/mime.types /etc/matplotlibrc
    /etc/fonts /var/cache/fontconfig /etc/ssl/openssl.cnf /etc/ssl/certs /etc/pki/tls/certs
    /etc/passwd /etc/group /etc/nsswitch.conf /etc/hosts /etc/jupyter /etc/ipython
    /dev/null /dev/zero /dev/full /dev/random /dev/urandom
    /proc/self /proc/cpuinfo /proc/meminfo /proc/stat /proc/loadavg /proc/uptime /proc/version
    /proc/filesystems /proc/sys/vm/overcommit_memory /proc/sys/kernel/random
    /sys/devices/system/cpu /sys/devices/system/node
"""


def missing_layers() -> dict[str, str]:
    """Try each layer in a short-lived process.

    Returns
    -------
    dict
        From layer to the reason why it is missing, wholly or in part; empty where nothing is.
        What a layer still offers is used all the same.
    """
    if sys.platform != "linux":
        return dict.fromkeys(LAYERS, f"confinement needs Linux, and this is {sys.platform}")
    import subprocess  # not os.fork, which may deadlock in a caller with threads

    probe = subprocess.run(
        [*_launcher(), "--probe"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if probe.returncode != 0:
        return dict.fromkeys(LAYERS, f"the launcher failed: {probe.stderr.strip()}")
    return dict(line.split("\t", 1) for line in probe.stdout.splitlines())


def command(argv: Sequence[str], *, require: bool = False, **options: Any) -> list[str]:
    """Wrap a command so that it runs confined.

    Parameters
    ----------
    argv : sequence of str
        The command. Its program must lie below one of the paths to read.
    require, **options
        As for `words`.

    Returns
    -------
    list of str
        The new command; `argv` itself outside Linux unless `require` is set.
    """
    if sys.platform != "linux" and not require:
        return list(argv)
    return [*_launcher(), *words(require=require, **options), "--", *argv]


def system_paths() -> list[Path]:
    """Return what any Python process needs to read: system, interpreter, packages.

    Of ``/etc`` only what libraries look up; of ``/proc`` only the process itself and the
    machine's figures, though with namespaces of its own the box's own ``/proc`` is readable.
    Folders that reach ``sys.path`` from elsewhere, such as an editable install's, are left out.
    """
    version = f"/etc/python{sys.version_info.major}.{sys.version_info.minor}"  # Debian's
    python = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]
    packages = [
        *site.getsitepackages(),
        *([site.getusersitepackages()] * bool(site.ENABLE_USER_SITE)),
    ]
    return [Path(path) for path in dict.fromkeys([*_SYSTEM.split(), version, *python, *packages])]


def _launcher() -> list[str]:
    """Return how to run the launcher."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "confinement", "__main__.py")
    return [sys.executable, "-I", "-S", script]
