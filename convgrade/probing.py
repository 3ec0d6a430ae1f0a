"""Attempts what the box forbids, on things made for it, and tells what came of each attempt."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convgrade import confine
from convgrade.kernels.folders import short_folder
from convgrade.probes import FRAME, LEFT, Probe

__all__ = [
    "PATIENCE",
    "Finding",
    "World",
    "attempt",
    "code_of",
    "leave_process",
    "not_stopped",
    "temporary",
    "use_folder",
]

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


def temporary() -> tempfile.TemporaryDirectory[str]:
    """Return a folder to work in, removed at its end."""
    return tempfile.TemporaryDirectory(prefix="convgrade-doctor-", dir=short_folder())


class World(contextlib.ExitStack):
    """What is attacked: files, a process, listeners; and the folder of the box."""

    def __init__(self) -> None:
        super().__init__()
        top = Path(self.enter_context(temporary()))
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


def code_of(probe: Probe, world: World) -> str:
    """Return a program that makes an attempt and says what came of it."""
    facts = "\n".join(f"{name} = {value!r}" for name, value in world.facts.items())
    code = textwrap.indent(textwrap.dedent(probe.code).strip("\n"), "    ")
    return FRAME.format(facts=facts, code=code)


def _confined(code: str, folder: Path, scratch: int | None = None, **options: Any) -> list[str]:
    """Return a command that runs code in a box with this folder, which may be of limited size."""
    if scratch is None:
        options["write"] = [folder]
    else:
        options |= {"write": [], "scratch": {folder: scratch}}
    argv = [sys.executable, "-I", "-S", "-c", code]
    return confine.command(argv, read=confine.system_paths(), **options)


def attempt(code: str, world: World, **options: int) -> tuple[str, str]:
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


def not_stopped(probe: Probe, missing: dict[str, str]) -> Finding:
    """Return what is to be said of an attempt that got to its end."""
    reason = missing.get(probe.layer, "the layer is here and lets it pass, which is a fault")
    outcome = f"NOT STOPPED: {reason}; {probe.follows}"
    return Finding(probe.layer, probe.attempt, False, outcome)


def use_folder(world: World) -> Finding:
    """Try what the box is to allow: else the rest would prove nothing."""
    answer, problem = attempt("open('own', 'w').write('x'); print(open('own').read())", world)
    outcome = "works" if answer == "x" else f"DOES NOT WORK: {problem}; no student code can run"
    return Finding("files", "write and read in its private folder", answer == "x", outcome)


def leave_process(world: World, missing: dict[str, str]) -> Finding:
    """Leave a process behind, and look whether it is gone when the command is."""
    argv = _confined(textwrap.dedent(LEFT.code), world.folder)
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=world.folder, stdin=pipe, stdout=pipe) as command:
        assert command.stdout is not None
        code = command.wait(PATIENCE)
        # Its output comes to its end when the last process that could write to it has gone.
        gone = bool(select.select([command.stdout], [], [], 2)[0])
    if code != 0:
        return Finding(LEFT.layer, LEFT.attempt, False, f"NOT TRIED: it ended with code {code}")
    if gone:
        return Finding(LEFT.layer, LEFT.attempt, True, "stopped")
    return not_stopped(LEFT, missing)
