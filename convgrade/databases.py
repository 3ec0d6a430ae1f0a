"""SQL that a test runs, whoever wrote it: what it attaches besides is told before it happens."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from typing import Any

__all__ = ["watch_databases"]

ATTACH = 24  # SQLite's number for `ATTACH DATABASE`, of which `VACUUM INTO` makes use, too


def watch_databases(attached: Callable[[str | None], None]) -> None:
    """Tell of each database that is attached to one from now on; an error denies it.

    Parameters
    ----------
    attached : callable
        Gets the file's name; None where it is not written in the SQL as it is.
    """
    connect = sqlite3.connect

    def asked(action: int, name: str | None, *more: object) -> int:
        if action == ATTACH:
            attached(name)
        return sqlite3.SQLITE_OK

    @functools.wraps(connect)
    def watched(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_authorizer(asked)
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = watched  # type: ignore[assignment]
