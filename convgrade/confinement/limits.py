"""Limits of a process in the box: memory, open files, what it writes, processes."""

from __future__ import annotations

import sys

if sys.platform == "linux":
    import resource

TYPE_CHECKING = False  # importing typing costs milliseconds at every start
if TYPE_CHECKING:
    from convgrade.confinement.options import Options

_ROOM = 6 << 30  # bytes of addresses beyond the memory: see limit


def limit(options: Options, own_namespace: bool) -> None:
    """Set the limits, setrlimit(2), soft and hard.

    RLIMIT_DATA counts what a process can write and shares with nobody: lists, arrays, threads'
    stacks. It stops a growing list of bytes where RLIMIT_AS, which counts addresses, must leave
    room for all that is only mapped: 0.5 GB of libraries with PyTorch for CPUs, 5 GB with CUDA,
    and 64 MB set aside for the heap of each thread. But memory that is mapped shared escapes
    RLIMIT_DATA, so RLIMIT_AS stands behind it, with that room.

    RLIMIT_NPROC counts the tasks of a user in a user namespace, so in a new one those of the box
    alone; in the user's first namespace, all that the user runs. Real root is exempt.

    RLIMIT_CORE is 1, not 0: core(5), a core_pattern that pipes to a program ignores 0.
    """
    lower(resource.RLIMIT_CORE, 1)
    if options.memory is not None:
        lower(resource.RLIMIT_DATA, options.memory)
        lower(resource.RLIMIT_AS, options.memory + _ROOM)
    if options.files is not None:
        lower(resource.RLIMIT_NOFILE, options.files)
    if options.file_size is not None:
        lower(resource.RLIMIT_FSIZE, options.file_size)
    if options.processes is not None and own_namespace:
        # The launcher and the box's first process count too.
        lower(resource.RLIMIT_NPROC, options.processes + 2)


def lower(which: int, value: int) -> None:
    """Lower a limit; one that is lower already stays."""
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))
