"""When something was handed in: read where it can mean one thing only, named where it cannot."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from convgrade.plugins.timestamp import parse_time, time_problems, timestamp

READ = {
    "2026-03-10 23:30:00 UTC": "2026-03-10 23:30:00",
    "2026-03-10 23:30:00.123456 UTC": "2026-03-10 23:30:00.123456",
    "2026-03-10 23:30:00": "2026-03-10 23:30:00",
    "2026-03-10T23:30:00Z": "2026-03-10 23:30:00",
    "2026-03-10T23:30:00+01:00": "2026-03-10 22:30:00",
    "2026-03-10 23:30:00 +0100": "2026-03-10 22:30:00",
    "2026-03-10 23:30:00 -0800": "2026-03-11 07:30:00",
    "20260310T233000Z": "2026-03-10 23:30:00",
    "2026-03-10 11:30:00 PM": "2026-03-10 23:30:00",
    "2026-03-10 23:30:00 America/New_York": "2026-03-11 03:30:00",
    "2026-03-10 23:30:00 EST": "2026-03-11 04:30:00",
    "2026-03-10 23:30:00 CET": "2026-03-10 22:30:00",
    "Tue, 10 Mar 2026 23:30:00 +0100": "2026-03-10 22:30:00",
    "Tue Mar 10 23:30:00 UTC 2026": "2026-03-10 23:30:00",
    "Tue Mar 10 23:30:00 2026": "2026-03-10 23:30:00",
    "10 March 2026, 23:30": "2026-03-10 23:30:00",
    "\n2026-03-10 23:30:00 UTC\r\n\r\n": "2026-03-10 23:30:00",
}
REFUSED = {
    "2026-03-10 23:30:00 PST": "its zone PST is unknown",
    "Tue Mar 10 23:30:00 PST 2026": "its zone PST is unknown",
    "2026-03-10 23:30:00 IST": "its zone IST is unknown",
    "2026-07-10 23:30:00 CET": "its zone CET is unknown, or means several",
    "2026-03-10 23:30:00 UTC+2": "its zone UTC+2 is unknown",
    "1773185400": "it is a number",
    "1773185400.25": "it is a number",
    "": "it is empty",
    " \r\n\n": "it is empty",
    "2026-03-10 23:30:00 UTC\n2026-03-11 23:30:00 UTC": "it has 2 lines",
    "10.03.2026 23:30": "day and month are not told apart",
    "03/10/2026 11:30 PM": "day and month are not told apart",
    "2026-03-10": "it says no time of day",
    "23:30": "day and month are not told apart",
    "2026-02-30 23:30": "it is no time",
    "9999-12-31 23:59:59 -0100": "it is no time",
    "10 March 23:30": "it is no whole time",
    "yesterday, I swear": "day and month are not told apart",
    "2026-03-10 23:30:00 ../../etc/passwd": "it is no time",
}


@pytest.mark.parametrize("text", READ)
def test_what_means_one_time_is_read(text: str) -> None:
    assert parse_time(text) == datetime.fromisoformat(READ[text])


@pytest.mark.parametrize("text", REFUSED)
def test_what_may_mean_another_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(REFUSED[text])):
        parse_time(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_editors_marks_are_no_part_of_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "timestamp.txt").write_text("2026-03-10 23:30:00 UTC\r\n", encoding=encoding)
    assert timestamp(tmp_path) == datetime(2026, 3, 10, 23, 30)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    assert timestamp(tmp_path) is None
    assert time_problems(tmp_path) == ("", "")
    path = tmp_path / "timestamp.txt"
    path.write_bytes(b"\xff\xff\x00")
    assert "it cannot be read" in time_problems(tmp_path)[0]
    path.write_text("2" * 2000)
    assert "it has 2000 bytes" in time_problems(tmp_path)[0]
    path.unlink()
    path.symlink_to("/etc/hostname")
    assert "it is no regular file" in time_problems(tmp_path)[0]


def test_a_time_to_come_is_read_and_told(tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").write_text("2999-03-10 23:30:00 UTC")
    assert timestamp(tmp_path) == datetime(2999, 3, 10, 23, 30)
    unreadable, future = time_problems(tmp_path)
    assert (unreadable, "2999-03-10 23:30 UTC, which is yet to come" in future) == ("", True)
