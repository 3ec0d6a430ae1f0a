"""Say what this machine offers to the box around student code, by trying each layer.

Each promise of the box is put to the test: a small program, confined as a student's kernel is,
attempts what the box forbids, and the doctor looks at what came of it::

    python -m convgrade.doctor

Nothing of yours is touched: the files, the process and the listeners that are attacked are the
doctor's own, made for this and removed.
"""

from __future__ import annotations

import contextlib
import os
import platform
import select
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from convgrade import confine
from convgrade.kernels.folders import short_folder

__all__ = ["Finding", "examine", "main", "report"]

ALWAYS = "always"  # what the box does without any of confine's layers
PATIENCE = 60  # seconds for one attempt, on a machine that is busy


@dataclass(frozen=True)
class Finding:
    """What came of one attempt.

    Attributes
    ----------
    layer : str
        One of `confine.LAYERS`, or "always" for what needs none of them.
    attempt : str
        What a confined program tried, or the layer as a whole.
    kept : bool
        Whether all is as it should be.
    outcome : str
        "here", "stopped", "works" for what the box is to allow, or what is wrong and what follows.
    """

    layer: str
    attempt: str
    kept: bool
    outcome: str


@dataclass(frozen=True)
class _Probe:
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
    _Probe(
        "network",
        "connect to a port of this machine",
        "socket.create_connection(('127.0.0.1', tcp), 5)",
        _SEND,
    ),
    _Probe(
        "network",
        "send a datagram",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', udp))",
        _SEND,
    ),
    _Probe(
        "network",
        "connect to an abstract Unix socket",
        "socket.socket(socket.AF_UNIX).connect(abstract)",
        "student code can talk to your other programs",
    ),
    _Probe("files", "read a file of yours", "open(secret).read()", _READ),
    _Probe("files", "read through a symbolic link", "os.symlink(secret, 'm'); open('m')", _READ),
    _Probe(
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
    _Probe(
        "files",
        "look into the grader's own package",
        "os.listdir(package)",
        "student code can read the reference builder",
    ),
    _Probe("files", "make a file elsewhere", "open(elsewhere + '/new', 'w')", _WRITE),
    _Probe("files", "change the mode of a file of yours", "os.chmod(secret, 0o644)", _WRITE),
    _Probe(
        "files",
        "connect to a Unix socket in a folder",
        "socket.socket(socket.AF_UNIX).connect(elsewhere + '/s')",
        "student code can have your other programs, such as the session bus, act for it",
    ),
    _Probe(
        "files",
        "read the environment of a process of yours",
        "open(f'/proc/{pid}/environ').read()",
        "student code can read passwords and keys that your programs were given",
    ),
    _Probe(
        "files",
        "write more than the private folder may hold",
        "for i in range(16): open(f'{i}', 'wb').write(bytes(1 << 20))",
        "one submission can fill the disk",
        {"scratch": 8 << 20},
    ),
    _Probe(
        "files",
        "end a process of yours",
        "os.kill(pid, 9)",
        "student code can end the grader",
    ),
    _Probe(
        "files",
        "gain privileges in a namespace of its own",
        "libc.unshare(1 << 28); os.chroot('/')",  # CLONE_NEWUSER
        "student code can use system calls that are root's, and their faults",
    ),
    _Probe(
        "limits",
        "take more memory than allowed",
        "bytes(1 << 30)",
        _FILL,
        {"memory": 1 << 28},
    ),
    _Probe(
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
    _Probe(
        "limits",
        "open more files than allowed",
        "files = [open('/dev/null') for _ in range(100)]",
        _FILL,
        {"files": 64},
    ),
    _Probe(
        "limits",
        "write a larger file than allowed",
        "open('file', 'wb', 0).write(bytes(1 << 20)); open('file', 'ab', 0).write(b'x')",
        "one submission can fill the disk",
        {"file_size": 1 << 20},
    ),
    _Probe(
        ALWAYS,
        "gain privileges from a setuid program",
        "if libc.prctl(39, 0, 0, 0, 0) == 1: raise PermissionError",  # PR_GET_NO_NEW_PRIVS
        "student code can become root, if it finds a faulty program",
    ),
)

# Settings, sysctl(8), with a value that keeps namespaces from ordinary users, and a better one.
_REFUSING = (
    ("user.max_user_namespaces", "0", "10000"),
    ("kernel.unprivileged_userns_clone", "0", "1"),  # Debian
    ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),  # Ubuntu
)

_FRAME = """
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

_LEFT = _Probe(
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


def examine() -> list[Finding]:
    """Try every promise of the box on this machine.

    Returns
    -------
    list of Finding
        In the order of the layers. It takes some seconds.
    """
    missing = confine.missing_layers()
    findings = [
        Finding(layer, "the layer as a whole", False, f"MISSING: {missing[layer]}")
        if layer in missing
        else Finding(layer, "the layer as a whole", True, "here")
        for layer in confine.LAYERS
    ]
    if sys.platform != "linux":  # nothing would be confined
        missing[ALWAYS] = missing["files"]
        return findings + [_not_stopped(probe, missing) for probe in (*PROBES, _LEFT)]
    with _World() as world:
        findings.append(_use_folder(world))
        for probe in PROBES:
            answer, problem = _try(_code(probe, world), world, **probe.options)
            if answer == "stopped":
                findings.append(Finding(probe.layer, probe.attempt, True, "stopped"))
            elif answer == "done":
                findings.append(_not_stopped(probe, missing))
            else:
                findings.append(
                    Finding(probe.layer, probe.attempt, False, f"NOT TRIED: {problem}")
                )
        findings.append(_leave_process(world, missing))
    order = [*confine.LAYERS, ALWAYS]
    return sorted(findings, key=lambda finding: order.index(finding.layer))


def report(findings: Sequence[Finding]) -> str:
    """Write findings down, one a line, and below them what this machine runs.

    Parameters
    ----------
    findings : sequence of Finding

    Returns
    -------
    str
    """
    layers = max(len(f.layer) for f in findings)
    attempts = max(len(f.attempt) for f in findings)
    lines = ["What a program in the box around student code tried here:", ""]
    lines += [f"{f.layer:<{layers}}  {f.attempt:<{attempts}}  {f.outcome}" for f in findings]
    broken = [f for f in findings if not f.kept]
    if broken:
        names = ", ".join(dict.fromkeys(f.layer for f in broken))
        verdict = (
            f"The box is NOT WHOLE on this machine: {len(broken)} of {len(findings)} lines above "
            f"say why ({names}).\n"
            "Grading works all the same. Grade people whom you do not know in a virtual machine\n"
            "that holds nothing else, or on a machine that offers all layers."
        )
        verdict += "".join(f"\n{advice}" for advice in _advice())
    else:
        verdict = (
            f"The box is whole on this machine: all {len(findings)} lines are as they should be."
        )
    facts = _versions()
    width = max(map(len, facts))
    versions = [f"{name:<{width}}  {text}" for name, text in facts.items()]
    return "\n".join([*lines, "", verdict, "", *versions])


def main() -> int:
    """Examine this machine and print the report.

    Returns
    -------
    int
        0 when the box is whole here, 1 otherwise.
    """
    findings = examine()
    print(report(findings))
    return 0 if all(finding.kept for finding in findings) else 1


def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="convgrade-doctor-", dir=short_folder())


class _World(contextlib.ExitStack):
    """What is attacked: files, a process, listeners; and the folder of the box."""

    def __init__(self) -> None:
        super().__init__()
        top = Path(self.enter_context(_temporary()))
        elsewhere, self.folder = top / "course", top / "box"
        for folder in (elsewhere, self.folder):
            folder.mkdir()
        (elsewhere / "secret").write_text("secret")
        tcp = self.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = self.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        abstract = f"\0convgrade-doctor-{os.getpid()}"
        for address in (abstract, str(elsewhere / "s")):
            listener = self.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        sleep = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]
        victim = self.enter_context(subprocess.Popen(sleep))
        self.callback(victim.kill)  # before the context waits for its end
        self.facts = {
            "secret": str(elsewhere / "secret"),
            "elsewhere": str(elsewhere),
            "package": os.path.dirname(os.path.abspath(confine.__file__)),
            "home": _private(Path.home()),
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "abstract": abstract,
            "pid": victim.pid,
        }


def _private(home: Path) -> list[str]:
    """Return what lies in a home and has no part in what every Python process may read."""
    try:
        inside = list(home.iterdir())
    except OSError:
        return []
    paths = [path for path in confine.system_paths() if path != home]
    return [
        str(path)
        for path in inside
        if not any(path == p or path in p.parents or p in path.parents for p in paths)
    ]


def _code(probe: _Probe, world: _World) -> str:
    facts = "\n".join(f"{name} = {value!r}" for name, value in world.facts.items())
    code = textwrap.indent(textwrap.dedent(probe.code).strip("\n"), "    ")
    return _FRAME.format(facts=facts, code=code)


def _confined(code: str, folder: Path, scratch: int | None = None, **options: Any) -> list[str]:
    """Return a command that runs code in a box with this folder, which may be of limited size."""
    if scratch is None:
        options["write"] = [folder]
    else:
        options |= {"write": [], "scratch": {folder: scratch}}
    argv = [sys.executable, "-I", "-S", "-c", code]
    return confine.command(argv, read=confine.system_paths(), **options)


def _try(code: str, world: _World, **options: int) -> tuple[str, str]:
    """Run code in a new box; return what it printed, and what else there is to say."""
    with tempfile.TemporaryDirectory(dir=world.folder) as folder:
        try:
            result = subprocess.run(
                _confined(code, Path(folder), **options),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            return "", f"no answer within {PATIENCE} s"
    words = result.stderr.strip().splitlines() or [f"it ended with code {result.returncode}"]
    return result.stdout.strip(), words[-1]


def _not_stopped(probe: _Probe, missing: dict[str, str]) -> Finding:
    reason = missing.get(probe.layer, "the layer is here and lets it pass, which is a fault")
    outcome = f"NOT STOPPED: {reason}; {probe.follows}"
    return Finding(probe.layer, probe.attempt, False, outcome)


def _use_folder(world: _World) -> Finding:
    """Try what the box is to allow: else the rest would prove nothing."""
    answer, problem = _try("open('own', 'w').write('x'); print(open('own').read())", world)
    outcome = "works" if answer == "x" else f"DOES NOT WORK: {problem}; no student code can run"
    return Finding("files", "write and read in its private folder", answer == "x", outcome)


def _leave_process(world: _World, missing: dict[str, str]) -> Finding:
    """Leave a process behind, and look whether it is gone when the command is."""
    argv = _confined(textwrap.dedent(_LEFT.code), world.folder)
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=world.folder, stdin=pipe, stdout=pipe) as command:
        assert command.stdout is not None
        code = command.wait(PATIENCE)
        # Its output comes to its end when the last process that could write to it has gone.
        gone = bool(select.select([command.stdout], [], [], 2)[0])
    if code != 0:
        return Finding(_LEFT.layer, _LEFT.attempt, False, f"NOT TRIED: it ended with code {code}")
    if gone:
        return Finding(_LEFT.layer, _LEFT.attempt, True, "stopped")
    return _not_stopped(_LEFT, missing)


def _advice() -> list[str]:
    """Return what an administrator can change where Linux has namespaces and withholds them."""
    return [
        f"What to do: {name} is {value} here, which refuses namespaces; set it to {better}."
        for name, value, better in _REFUSING
        if _setting(name) == value
    ]


def _setting(name: str) -> str | None:
    try:
        return Path("/proc/sys", *name.split(".")).read_text().strip()
    except OSError:
        return None


def _versions() -> dict[str, str]:
    """Return what runs here, and how long a kernel takes to start."""
    versions = {"Python": platform.python_version()}
    for name in ("torch", "nbgrader", "convolution-is-a-matrix"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    versions[platform.system()] = platform.release()
    if sys.platform == "linux":
        versions["Landlock"] = (
            f"{confine._landlock_version()}, {confine._LANDLOCK_WANTED} is needed"
        )
    code = "import ipykernel.kernelapp, torch"
    with _temporary() as folder:
        argv = [sys.executable, "-I", "-c", code]
        argv = confine.command(argv, read=confine.system_paths(), write=[Path(folder)])
        start = time.perf_counter()
        done = subprocess.run(argv, cwd=folder, stderr=subprocess.DEVNULL, timeout=PATIENCE)
        seconds = time.perf_counter() - start
    versions["a kernel's start"] = (
        f"{seconds:.1f} s to load ipykernel and torch in a box, without the fork server"
        if done.returncode == 0
        else f"FAILED in a box: {code}"
    )
    return versions


if __name__ == "__main__":
    sys.exit(main())
