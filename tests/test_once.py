"""What is made once in a run of the tests is made once, and all processes get it whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from mutants import ALONE_SECONDS, Mutant, _listed, _with_second_tries
from mutants import mutants as made
from once import FOLDER, once, once_folder

ASK = """
import os, sys, time
sys.path.insert(0, {tests!r})
from once import once

def make():
    with open({log!r}, "a") as log:
        log.write("made\\n")
    time.sleep(0.2)
    return [os.getpid()] * 3

print(once(("it", {what!r}), make))
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file for a line each time that something is made, in a run of its own."""
    (tmp_path / "kept").mkdir()
    monkeypatch.setenv(FOLDER, str(tmp_path / "kept"))
    return tmp_path / "log"


def ask(log: Path, what: str, count: int) -> set[str]:
    """Let processes ask at the same time; return their answers."""
    code = ASK.format(tests=str(ROOT / "tests"), log=str(log), what=what)
    asked = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    return {process.communicate(timeout=250)[0] for process in asked}


def test_processes_share_what_one_of_them_made(log: Path) -> None:
    assert len(ask(log, "a", 3)) == 1
    assert log.read_text() == "made\n"
    assert len(ask(log, "b", 1)) == 1
    assert log.read_text() == "made\n" * 2


def test_what_failed_is_tried_again_and_nothing_half_is_kept(log: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        once("it", lambda: 1 / 0)
    assert once("it", lambda: 5) == once("it", lambda: 1 / 0) == 5


def test_without_a_run_everything_is_made_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER)
    values = iter([1, 2])
    assert [once("it", lambda: next(values)) for _ in range(2)] == [1, 2]


def test_a_copy_of_a_folder_may_be_changed(log: Path, tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        (folder / "a").write_text("a")

    first, second = (once_folder("it", make, tmp_path / name) for name in ("1", "2"))
    (first / "a").write_text("changed")
    assert (second / "a").read_text() == "a"


def test_a_listed_mutant_that_was_ended_is_tried_again_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a busy machine; the verdicts are those of the second try."""
    place = "toeplitz", "1_toeplitz_1d", "valid_length"
    tried = made(*place)
    listed = {mutant.id for mutant in tried} & _listed(place[0])
    assert 0 < len(listed) < len(tried)
    asked: list[tuple[list[Mutant], tuple[float, ...]]] = []

    def all_ended(_: object, some: list[Mutant], *seconds: float) -> list[object]:
        asked.append((some, seconds))
        return [(True, ("late",)) if seconds else None for _ in some]

    monkeypatch.setattr("mutants._graded", all_ended)
    found = _with_second_tries(None, tried)
    late = {mutant.id for mutant, verdict in zip(tried, found, strict=True) if verdict}
    assert late == listed
    assert [len(some) for some, _ in asked] == [len(tried), *[1] * len(listed)]
    assert {seconds[0] for _, seconds in asked[1:]} == {ALONE_SECONDS}
