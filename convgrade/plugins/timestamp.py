"""Read when something was handed in: what can be read in one way only."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil import parser

__all__ = ["parse_time", "time_problems", "timestamp"]

MAX_BYTES = 1000
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)?(?::?(\d\d))?", re.IGNORECASE)
# A day that is surely one: 2026-03-10, 20260310T..., or a month by its name.
DAY = re.compile(
    r"\d{4}-\d\d?-\d\d?(?!\d)|\d{4}/\d\d?/\d\d?(?!\d)|\d{8}(?=[T ]\d)"
    r"|.*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
CLOCK = re.compile(r"\d:\d\d|\dT\d{4}", re.IGNORECASE)
# What follows the clock: the zone, if there is one.
ZONE = re.compile(
    r"(?<=\d)\s*(?P<zone>[+-]\d\d(?::?\d\d){0,2}|(?!AM\b|PM\b)[A-Z][A-Z_]*(?:[/+-]\w+)*)\s*"
    r"(?P<year>\s\d{4})?$",
    re.IGNORECASE,
)


def timestamp(folder: Path) -> datetime | None:
    """Return when a submission was handed in, in UTC and without a zone, as nbgrader has it.

    Parameters
    ----------
    folder : Path
        The submission's; its ``timestamp.txt`` says it.

    Returns
    -------
    datetime or None
        None without such a file.

    Raises
    ------
    ValueError
        When it says nothing that is surely a time.
    """
    path = folder / "timestamp.txt"
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is no regular file")
    if status.st_size > MAX_BYTES:
        raise ValueError(f"it has {status.st_size} bytes")
    try:
        data = path.read_bytes()
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"it cannot be read ({type(error).__name__})") from None
    return parse_time(text)


def time_problems(folder: Path) -> tuple[str, str]:
    """Say what an instructor should know about a ``timestamp.txt``, each in one line or "".

    Returns
    -------
    unreadable : str
        That it says nothing that is surely a time, and counts as none.
    future : str
        That its time is yet to come.
    """
    try:
        found = timestamp(folder)
    except ValueError as error:
        return f"timestamp.txt is no time and was left out: {error}", ""
    if found is None or found <= datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1):
        return "", ""
    return (
        "",
        f"timestamp.txt says {found:%Y-%m-%d %H:%M} UTC, which is yet to come, and it counts",
    )


def parse_time(text: str) -> datetime:
    """Read one time: an unmistakable day, a clock, and a zone; without a zone it is UTC.

    Raises
    ------
    ValueError
        For anything else, a time in a zone that is unknown or means several among it.
    """
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not lines:
        raise ValueError("it is empty")
    if len(lines) > 1:
        raise ValueError(f"it has {len(lines)} lines")
    line = lines[0]
    if re.fullmatch(r"[\d.]+", line):
        raise ValueError("it is a number")
    if not DAY.match(line):
        raise ValueError("day and month are not told apart; write 2026-03-10 23:30:00 UTC")
    if not CLOCK.search(line):
        raise ValueError("it says no time of day; write 2026-03-10 23:30:00 UTC")
    found = ZONE.search(line)
    zone, rest = "", line
    if found:
        zone, rest = found["zone"], line[: found.start()] + (found["year"] or "")
    try:
        one, other = (
            parser.parse(rest, default=datetime(*day)) for day in ((2000, 1, 1), (1999, 2, 2))
        )
    except (ValueError, OverflowError):
        raise ValueError("it is no time") from None
    if one != other or one.tzinfo is not None:
        raise ValueError("it is no whole time")
    return _to_utc(one, zone)


def _to_utc(local: datetime, zone: str) -> datetime:
    try:
        return (local - _offset(local, zone)).replace(tzinfo=None)
    except OverflowError:
        raise ValueError("it is no time") from None


def _offset(local: datetime, zone: str) -> timedelta:
    if zone.upper() in ("", "Z", "UTC", "GMT", "UT"):
        return timedelta(0)
    match = OFFSET.fullmatch(zone)
    if match and not zone[0].isalpha():
        hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
        shift = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if shift < timedelta(days=1):
            return shift if match[1] == "+" else -shift
    place = _place(zone)
    known = None if place is None else local.replace(tzinfo=place)
    # Such as CET in summer: the clock there shows another zone.
    if known is None or (zone.isupper() and "/" not in zone and known.tzname() != zone):
        raise ValueError(f"its zone {zone[:40]} is unknown, or means several; write UTC or +01:00")
    return known.utcoffset() or timedelta(0)


def _place(zone: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
