"""The doctor: what it finds on this machine, and on machines that lack a layer."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from conftest import ROOT

from convgrade import confine, doctor
from convgrade.probes import PROBES
from convgrade.probing import World, code_of

MISSING = confine.missing_layers()
whole_box = pytest.mark.skipif(bool(MISSING), reason=f"layers of the box are missing: {MISSING}")


IN_LAYERS = {probe.attempt for probe in PROBES if probe.layer in ("network", "files")}
LANDLOCK_LETS_PASS = {
    "send a datagram",
    "change the mode of a file of yours",
    "connect to a Unix socket in a folder",
    "write more than the private folder may hold",
    "leave a process behind",
    "start more processes than allowed",
}
# On whether the account is root, who loses its privileges, and on what the machine really offers.
DEPENDS = {
    "read the environment of a process of yours",
    "gain privileges in a namespace of its own",
}


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    """After each test this process has the children that it had before, of other tests."""
    before = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= before


def change(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the launcher run a line first, that takes a layer away."""
    launcher = f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        from convgrade.confinement import calls, landlock, launcher, namespaces
        {code}
        sys.exit(launcher.main(sys.argv[1:]))
    """
    argv = [sys.executable, "-I", "-S", "-c", textwrap.dedent(launcher)]
    monkeypatch.setattr(confine, "_launcher", lambda: argv)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with a file in it."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "diary").write_text("private")
    monkeypatch.setenv("HOME", str(folder))
    return folder


@whole_box
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.attempt)
def test_every_attempt_succeeds_outside(probe, home: Path, tmp_path: Path) -> None:
    """Else to say that it is stopped would prove nothing."""
    with World() as world:
        argv = [sys.executable, "-I", "-S", "-c", code_of(probe, world)]
        result = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == ("done\n", "")


@whole_box
@pytest.mark.slow
def test_a_whole_box(home: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    """Everything is stopped, the report says so, and nothing is left behind."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    assert doctor.main() == 0
    lines = capsys.readouterr().out.splitlines()
    count = len(confine.LAYERS) + 1 + len(PROBES) + 1
    outcomes = [line.split("  ")[-1].strip() for line in lines[2 : 2 + count]]
    assert sorted(set(outcomes)) == ["here", "stopped", "works"]
    assert f"The box is whole on this machine: all {count} lines are as they should be." in lines
    for name in ("Python", "nbgrader", "Linux", "Landlock", "a kernel's start"):
        assert any(line.startswith(f"{name} ") for line in lines[3 + count :]), name
    assert list(temporary.iterdir()) == []
    assert (home / "diary").read_text() == "private"


@whole_box
@pytest.mark.parametrize(
    ("code", "reason", "not_kept"),
    [
        (
            "landlock.version = lambda: 4",
            "Landlock has version 4, and 6 is needed",
            {"the layer as a whole"},  # mounts of its own stop by themselves what is tried
        ),
        (
            "namespaces.unshare = lambda flags: calls.call('unshare', -1)",
            "no mount and process namespaces (unshare: Invalid argument)",
            {"the layer as a whole", *LANDLOCK_LETS_PASS},
        ),
        (
            "namespaces.unshare = lambda flags: calls.call('unshare', -1);"
            "landlock.version = lambda: 0",
            "Landlock has version 0, and 6 is needed",
            {"the layer as a whole", *LANDLOCK_LETS_PASS, *IN_LAYERS},
        ),
    ],
    ids=["an older Landlock", "no namespaces", "neither"],
)
@pytest.mark.slow
def test_a_machine_without(code, reason, not_kept, home, monkeypatch) -> None:
    """What is missing is named, and what it costs."""
    change(code, monkeypatch)
    monkeypatch.setattr(doctor, "versions", lambda: {"Python": "3"})  # a kernel's start takes time
    findings = doctor.examine()
    broken = [finding for finding in findings if not finding.kept]
    assert {finding.attempt for finding in broken} - DEPENDS == not_kept - DEPENDS
    assert any(reason in f.outcome for f in broken if f.layer == "files")
    assert all(f.outcome.startswith(("MISSING: ", "NOT STOPPED: ")) for f in broken)
    text = doctor.report(findings)
    assert "The box is NOT WHOLE on this machine" in text


@whole_box
@pytest.mark.slow
def test_a_machine_that_refuses_namespaces(tmp_path: Path) -> None:
    """For real: in a box with its network left open no further namespace can be made."""
    argv = confine.command(
        [sys.executable, "-m", "convgrade.doctor"],
        read=[*confine.system_paths(), ROOT / "convgrade", Path("/proc")],
        write=[tmp_path],
        network=True,
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    result = subprocess.run(
        argv, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200
    )
    assert (result.returncode, result.stderr) == (1, "")
    assert "network  send a datagram" in result.stdout
    assert "NOT STOPPED: no network namespace (unshare: " in result.stdout
    assert "What to do: user.max_user_namespaces is 0 here" in result.stdout


def test_a_box_that_does_not_start(home: Path, monkeypatch) -> None:
    """A program that never ran has not been stopped."""
    change("sys.exit('no box today')", monkeypatch)
    monkeypatch.setattr(confine, "missing_layers", dict)
    outcomes = {finding.outcome for finding in doctor.examine() if finding.outcome != "here"}
    assert "NOT TRIED: no box today" in outcomes
    assert all(outcome.startswith(("NOT TRIED: ", "DOES NOT WORK: ")) for outcome in outcomes)


def test_another_system(monkeypatch) -> None:
    """Without Linux there is no box, and nothing is tried."""
    monkeypatch.setattr(sys, "platform", "darwin")
    findings = doctor.examine()
    assert not any(finding.kept for finding in findings)
    assert all("confinement needs Linux, and this is darwin" in f.outcome for f in findings)


@pytest.mark.slow
def test_the_command_line_asks_the_doctor() -> None:
    """`convgrade doctor` prints what `main` does, and ends with its status."""
    run = [sys.executable, "-m", "convgrade", "doctor"]
    result = subprocess.run(run, capture_output=True, text=True, timeout=120)
    assert result.returncode == int("NOT" in result.stdout), result.stderr
    assert "look into the grader's own package" in result.stdout
