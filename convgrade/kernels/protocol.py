"""A fork that is a Jupyter kernel as any other, with sockets and a connection file."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ipykernel.kernelapp import IPKernelApp

from convgrade.kernels.forked_kernel import forget

__all__ = ["NAME", "SUPERVISED", "prepare", "run"]

NAME = "cg-kernels"
SUPERVISED = True


def prepare() -> None:
    """Build nothing: sockets and threads do not survive a fork."""
    forget()


def run(arguments: Sequence[str]) -> None:
    """Be a kernel, with the arguments of ``ipykernel_launcher``."""
    # It ends when its parent is another; read from the environment at import, long ago.
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"
    IPKernelApp.launch_instance(argv=[*arguments, parent])
