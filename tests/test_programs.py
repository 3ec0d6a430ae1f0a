"""A command that is forked finds what it would find in a new Python."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import programs
import pytest

pytestmark = pytest.mark.slow

#: As configuration: says what the command finds, and does what it is told.
LOOKS = """
import json, os, signal, sys, threading
found = {
    "argv": sys.argv, "path": sys.path, "folder": os.getcwd(), "environment": dict(os.environ),
    "main": sys.modules["__main__"].__spec__.name, "threads": threading.active_count(),
    "signals": [str(signal.getsignal(s)) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)],
    "mask": os.umask(0o22), "input": sys.stdin.read(), "writes": not sys.dont_write_bytecode,
}
with open("found.json", "w") as file:
    json.dump(found, file)
print("to stdout", flush=True)
print("to stderr", file=sys.stderr)
if os.environ["DOES"] == "raise":
    raise SystemExit(7)
if os.environ["DOES"] == "die":
    os.kill(os.getpid(), signal.SIGTERM)
if os.environ["DOES"] == "sleep":
    signal.pause()
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "nbgrader_config.py").write_text(LOOKS)
    (tmp_path / "more").mkdir()
    return {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYTHONPATH": str(tmp_path / "more"),
    }


@pytest.mark.parametrize("program", programs.PROGRAMS)
@pytest.mark.parametrize("does", ["nothing", "raise", "die"])
def test_it_finds_and_gives_what_a_new_python_does(
    tmp_path: Path, environment: dict[str, str], program: str, does: str
) -> None:
    environment["DOES"] = does
    words = [*(["list"] if program == "nbgrader" else ["report"]), "ps1"]
    # Of the two ways to start a new Python the slow one is tried once.
    ways = [programs.in_new_python(program, *words)]
    if does == "nothing":
        ways.append([sys.executable, "-m", program, *words])
    seen = []
    for argv in ways:
        fresh = subprocess.run(
            argv, cwd=tmp_path, env=environment, text=True, stdin=subprocess.DEVNULL,
            capture_output=True,
        )  # fmt: skip
        found = json.loads((tmp_path / "found.json").read_text())
        seen.append((found, fresh.stdout, fresh.stderr, fresh.returncode))
        (tmp_path / "found.json").unlink()
    forked = programs.run(program, *words, cwd=tmp_path, env=environment)
    found = json.loads((tmp_path / "found.json").read_text())
    assert seen == [(found, forked.stdout, forked.stderr, forked.returncode)] * len(ways)
    assert "to stdout\n" in forked.stdout
    assert "to stderr\n" in forked.stderr
    assert forked.returncode == {"raise": 7, "die": -signal.SIGTERM}.get(does, fresh.returncode)


def test_one_that_does_not_end_is_ended(tmp_path: Path, environment: dict[str, str]) -> None:
    environment["DOES"] = "sleep"
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        programs.run("nbgrader", "list", "ps1", cwd=tmp_path, env=environment, timeout=20)
    assert time.monotonic() - begun < 100
    environment["DOES"] = "raise"
    assert programs.run("nbgrader", "list", cwd=tmp_path, env=environment).returncode == 7
