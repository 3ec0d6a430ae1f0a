"""Starts once in a worker what every notebook needs, so that none is blamed for the time."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from typing import Any

import nbformat.v4 as v4
from traitlets.config import Config

from convgrade import judge
from convgrade.kernels.forks import ForkServerError, available
from convgrade.session import session
from convgrade.trusted import TrustedClient

__all__ = ["warm_up"]

_lock = threading.Lock()
_warm: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()


def warm_up(settings: Mapping[str, Any]) -> None:
    """Start the servers that kernels and the grader's processes are forked from.

    Parameters
    ----------
    settings : mapping
        The command's configuration.
    """
    client = TrustedClient(v4.new_notebook(), None, None, config=Config(dict(settings)))
    key = tuple(client.kernel_preload), tuple(client.preload)
    with _lock:
        if key in _warm:
            return
        _warm.add(key)
        servers = []
        if available():
            servers.append(judge.server(client.preload, client.kernel_preload))
            if client.forked:
                servers.append(session.server(client.kernel_preload))
        for server in servers:
            # What fails here fails for the first notebook too, where it is told.
            with contextlib.suppress(ForkServerError, OSError):
                server.start()
