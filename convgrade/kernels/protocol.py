"""A fork that is a Jupyter kernel as any other, with sockets and a connection file."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ipykernel.kernelapp import IPKernelApp

__all__ = ["prepare", "run"]


def prepare() -> None:
    """Build nothing: sockets and threads do not survive a fork."""


def run(arguments: Sequence[str]) -> None:
    """Be a kernel, with the arguments of ``ipykernel_launcher``."""
    # It ends when its parent is another; read from the environment at import, long ago.
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"
    IPKernelApp.launch_instance(argv=[*arguments, parent])
