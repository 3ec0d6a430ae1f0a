"""Jupyter kernel provisioner: starts a Python kernel by forking instead of by a new Python."""

from __future__ import annotations

import asyncio
import os
import subprocess
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Unicode

from convgrade.kernels.fork import Fork, until_ended
from convgrade.kernels.forks import available, fork_server

__all__ = ["ForkProvisioner"]

LAUNCHER = "ipykernel_launcher"


class ForkProvisioner(LocalProvisioner):
    """Forks kernels from a server that has imported what notebooks import.

    A kernel specification asks for it in its metadata::

        "kernel_provisioner": {
            "provisioner_name": "convgrade-fork",
            "config": {"preload": ["numpy", "pandas"]}
        }

    The kernel must be ipykernel, of the same Python environment. Where a fork is
    not safe (anywhere but on Linux) it is started as usual.
    """

    preload = List(
        Unicode(),
        ["numpy", "matplotlib.pyplot"],
        help="Modules that are imported before the fork, where they are installed.",
    ).tag(config=True)
    box = List(
        Unicode(),
        None,
        allow_none=True,
        help="Options of convgrade.confine for the kernel; not confined by default.",
    ).tag(config=True)

    process: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel; called by a kernel manager.

        Raises
        ------
        ValueError
            When the kernel is not ipykernel.
        ForkServerError
            When it cannot be forked; the message says why.
        """
        if not available():
            return await super().launch_kernel(cmd, **kwargs)
        if LAUNCHER not in cmd:
            raise ValueError(
                f"a kernel to fork is started by `python -m {LAUNCHER} -f {{connection_file}}`; "
                f"found {' '.join(cmd)}. Take the kernel_provisioner out of its specification."
            )
        environment = kwargs.get("env")
        stdio = _stdio(kwargs)
        try:
            self.process = await asyncio.to_thread(
                fork_server(self.preload).fork,
                cmd[cmd.index(LAUNCHER) + 1 :],
                str(kwargs.get("cwd") or os.getcwd()),
                dict(os.environ if environment is None else environment),
                self.box,
                stdio,
            )
        finally:
            os.close(stdio[0])
        self.pid = self.pgid = self.process.pid
        return self.connection_info

    async def poll(self) -> int | None:
        """Return None while the kernel runs, or how it ended."""
        status = await super().poll()
        if isinstance(self.process, Fork) and self.process.reason:
            self.log.error("The kernel could not be started: %s", self.process.reason)
            self.process.reason = ""
        return status

    async def wait(self) -> int | None:
        """Wait for the kernel's end, without the fixed steps of the parent class."""
        if isinstance(self.process, Fork):
            await until_ended(self.process)
        return await super().wait()

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and the processes it started."""
        if isinstance(self.process, Fork):
            self.process.send_signal(signum)
        else:
            await super().send_signal(signum)


def _stdio(options: dict[str, Any]) -> list[int]:
    """Return descriptors for stdin, stdout and stderr; the first was opened for it.

    The meaning of the options is that of `subprocess.Popen`, without PIPE.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    files = [nowhere]  # nothing is typed into a kernel
    for number, name in ((1, "stdout"), (2, "stderr")):
        value = options.get(name)
        if value == subprocess.PIPE:
            os.close(nowhere)
            raise ValueError(f"a forked kernel takes a file for {name}, and no PIPE")
        if value is None:
            files.append(number)
        elif value == subprocess.STDOUT:
            files.append(files[1])
        elif value == subprocess.DEVNULL:
            files.append(nowhere)
        else:
            files.append(value if isinstance(value, int) else value.fileno())
    return files
