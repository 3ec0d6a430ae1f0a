"""Waits for a file in an event loop, without asking in steps."""

from __future__ import annotations

import asyncio
from typing import Any

__all__ = ["readable"]


async def readable(descriptor: int, unless: asyncio.Task[Any] | None = None) -> None:
    """Wait until there is something to read, or the end; nothing is lost when this is cancelled.

    Parameters
    ----------
    descriptor : int
    unless : Task, optional
        Waiting ends with it, too.

    Raises
    ------
    NotImplementedError
        On Windows, whose event loop waits for no files.
    """
    loop, ready = asyncio.get_running_loop(), asyncio.Event()

    def wake(_: asyncio.Task[Any]) -> None:
        ready.set()

    loop.add_reader(descriptor, ready.set)
    if unless is not None:
        unless.add_done_callback(wake)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
        if unless is not None:
            unless.remove_done_callback(wake)
