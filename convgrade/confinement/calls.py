"""System calls that Python has no function for, and what a process gives up with them."""

from __future__ import annotations

import os
import signal
import struct
import sys

if sys.platform == "linux":
    import ctypes

    _libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *args: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Call a C function that returns -1 and sets errno on failure."""
    result: int = getattr(_libc, name)(*(_long(arg) for arg in args))
    if result == -1:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def syscall(name: str, number: int, *args: int | bytes) -> int:
    """Make a system call that the C library may not know; these numbers are every machine's."""
    try:
        return call("syscall", number, *args)
    except OSError as error:
        raise OSError(error.errno, f"{name}: {os.strerror(error.errno or 0)}") from None


def _long(
    arg: int | bytes | ctypes.Array[ctypes.c_char] | None,
) -> ctypes.c_long | bytes | ctypes.Array[ctypes.c_char] | None:
    # A plain int is passed as 32 bits, and the upper half of the register is then anything.
    return ctypes.c_long(arg) if isinstance(arg, int) else arg


def put(path: str, text: str) -> None:
    """Write a setting in /proc, in one write(2) as they must be."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def end_with_parent() -> None:
    """Have this process killed when the thread that started it ends, prctl(2); on Linux only."""
    if sys.platform == "linux":
        call("prctl", 1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


def forbid_new_privileges() -> None:
    """Set PR_SET_NO_NEW_PRIVS, prctl(2); without it a setuid program would leave the box."""
    call("prctl", 38, 1, 0, 0, 0)


def drop_capabilities() -> None:
    """Give up all capabilities, capset(2).

    Without it root would keep, or get again on exec(2), power over the namespaces of the box,
    and outside a namespace over the machine. No new privileges means: exec gives none back.
    """
    call("capset", struct.pack("=Ii", 0x20080522, 0), bytes(24))
