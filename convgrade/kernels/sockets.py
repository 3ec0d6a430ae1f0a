"""Where `multiprocessing` puts the socket of its fork server, and how that server is ended."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from multiprocessing import forkserver
from multiprocessing.util import Finalize
from typing import Any

from convgrade.kernels.folders import PREFIX, held_folder, short_folder

__all__ = ["kill_server", "use_short_folder"]


def use_short_folder() -> None:
    """Have this process's sockets made where their paths are not too long.

    `multiprocessing` puts them below the usual folder for temporary files, however long its
    path is.

    Raises
    ------
    OSError
        When there is no such folder; the message says what to do.
    """
    config: dict[str, Any] = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    top = short_folder()
    if not config.get("tempdir") and str(top) == tempfile.gettempdir():
        return  # as usual
    if config.get("tempdir") and len(os.path.dirname(config["tempdir"])) <= len(str(top)):
        return
    if sys.platform == "linux":  # one that the next command removes if this process is killed
        folder = str(held_folder(top)[0])
    else:
        folder = tempfile.mkdtemp(prefix=PREFIX, dir=top)
    Finalize(None, shutil.rmtree, args=[folder, True], exitpriority=-100)
    config["tempdir"] = folder


def kill_server() -> None:
    """End the fork server of `multiprocessing`, whatever it is doing: the next start makes one."""
    pid = getattr(forkserver._forkserver, "_forkserver_pid", None)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
