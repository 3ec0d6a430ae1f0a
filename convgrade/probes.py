"""What the box forbids, as programs that attempt it: the doctor's list."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ALWAYS", "FRAME", "LEFT", "PROBES", "Probe"]

ALWAYS = "always"  # what the box does without any of confine's layers


@dataclass(frozen=True)
class Probe:
    """A forbidden thing: code that gets to its end, or raises an OSError or a MemoryError."""

    layer: str
    attempt: str
    code: str
    follows: str
    options: dict[str, int] = field(default_factory=dict)


_SEND = "student code can send what it reads to others"
_READ = "student code can read what your account can: hidden tests, other submissions, keys"
_WRITE = "student code can change your files, the gradebook among them"
_FILL = "one submission can slow down this machine or bring it to a halt"

PROBES = (
    Probe(
        "network",
        "connect to a port of this machine",
        "socket.create_connection(('127.0.0.1', tcp), 5)",
        _SEND,
    ),
    Probe(
        "network",
        "send a datagram",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', udp))",
        _SEND,
    ),
    Probe(
        "network",
        "connect to an abstract Unix socket",
        "socket.socket(socket.AF_UNIX).connect(abstract)",
        "student code can talk to your other programs",
    ),
    Probe("files", "read a file of yours", "open(secret).read()", _READ),
    Probe("files", "read through a symbolic link", "os.symlink(secret, 'm'); open('m')", _READ),
    Probe(
        "files",
        "look into your home",
        """
        for path in home:
            try:
                os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
                break
            except OSError:
                continue
        else:
            raise PermissionError
        """,
        _READ,
    ),
    Probe(
        "files",
        "look into the grader's own package",
        "os.listdir(package)",
        "student code can read the reference builder",
    ),
    Probe("files", "make a file elsewhere", "open(elsewhere + '/new', 'w')", _WRITE),
    Probe("files", "change the mode of a file of yours", "os.chmod(secret, 0o644)", _WRITE),
    Probe(
        "files",
        "connect to a Unix socket in a folder",
        "socket.socket(socket.AF_UNIX).connect(elsewhere + '/s')",
        "student code can have your other programs, such as the session bus, act for it",
    ),
    Probe(
        "files",
        "read the environment of a process of yours",
        "open(f'/proc/{pid}/environ').read()",
        "student code can read passwords and keys that your programs were given",
    ),
    Probe(
        "files",
        "write more than the private folder may hold",
        "for i in range(16): open(f'{i}', 'wb').write(bytes(1 << 20))",
        "one submission can fill the disk",
        {"scratch": 8 << 20},
    ),
    Probe(
        "files",
        "end a process of yours",
        "os.kill(pid, 9)",
        "student code can end the grader",
    ),
    Probe(
        "files",
        "gain privileges in a namespace of its own",
        "libc.unshare(1 << 28); os.chroot('/')",  # CLONE_NEWUSER
        "student code can use system calls that are root's, and their faults",
    ),
    Probe(
        "limits",
        "take more memory than allowed",
        "bytes(1 << 30)",
        _FILL,
        {"memory": 1 << 28},
    ),
    Probe(
        "limits",
        "start more processes than allowed",
        """
        children = []
        try:
            for _ in range(400):
                if (child := os.fork()) == 0:
                    signal.pause()
                children.append(child)
        finally:
            for child in children:
                os.kill(child, 9)
                os.waitpid(child, 0)
        """,
        _FILL,
        {"processes": 20},
    ),
    Probe(
        "limits",
        "open more files than allowed",
        "files = [open('/dev/null') for _ in range(100)]",
        _FILL,
        {"files": 64},
    ),
    Probe(
        "limits",
        "write a larger file than allowed",
        "open('file', 'wb', 0).write(bytes(1 << 20)); open('file', 'ab', 0).write(b'x')",
        "one submission can fill the disk",
        {"file_size": 1 << 20},
    ),
    Probe(
        ALWAYS,
        "gain privileges from a setuid program",
        "if libc.prctl(39, 0, 0, 0, 0) == 1: raise PermissionError",  # PR_GET_NO_NEW_PRIVS
        "student code can become root, if it finds a faulty program",
    ),
)

FRAME = """
import ctypes, os, signal, socket
libc = ctypes.CDLL(None)
{facts}
try:
{code}
except (OSError, MemoryError):
    print("stopped")
else:
    print("done")
"""

LEFT = Probe(
    "files",
    "leave a process behind",
    """
    import os
    if os.fork() == 0:
        os.setsid()
        os.read(0, 1)  # ends when the doctor closes it, where the box does not end the process
    """,
    "a submission can go on after its grading, and take time from others",
)
