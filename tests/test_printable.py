"""Names that others chose: they stop no line that tells about them, and look like none of ours."""

from __future__ import annotations

import logging
from pathlib import Path

from convgrade.classroom.printable import printable
from convgrade.classroom.run_log import _Lines, _Log
from convgrade.classroom.tally import Tally

FORGED = "a\n2026-01-01 00:00:00,000 INFO [bob/1_sums] recorded\r\x1b[2J\u2028L\udcf6sung"


def test_letters_stay_and_everything_else_is_written_out() -> None:
    assert printable("Lösung 2, 解答.txt") == "Lösung 2, 解答.txt"
    assert printable("a\nb\r\x1b[2J\u2028\udcf6") == r"a\nb\r\x1b[2J\u2028\udcf6"


def test_the_log_takes_every_name_and_a_traceback_is_set_in(tmp_path: Path) -> None:
    handler = _Log(tmp_path / "log", encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(_Lines("%(levelname)s %(message)s"))
    for words in (f"Copying {FORGED}", "last"):
        handler.emit(logging.LogRecord("", logging.INFO, "", 0, words, None, None))
    handler.close()
    first, second, *rest = (tmp_path / "log").read_text(encoding="utf-8").split("\n")
    assert first == "INFO Copying a"
    assert second.startswith("    2026-01-01 00:00:00,000 INFO [bob/1_sums] recorded\\r")
    assert second.endswith(r"\x1b[2J\u2028L\udcf6sung")
    assert rest == ["INFO last", ""]


def test_the_summary_keeps_a_line_a_line() -> None:
    tally = Tally(failed={FORGED: "it broke"}, times={"eve": "is\nodd"})
    lines = tally.summary().split("\n")
    assert len([line for line in lines if "it broke" in line]) == 1
    assert any(r"a\n2026-01-01" in line and r"\udcf6sung: it broke" in line for line in lines)
    assert any(line.startswith("  eve: ") and r"is\nodd" in line for line in lines)
    assert tally.summary().encode("utf-8").isascii()
    assert tally.status == 1
