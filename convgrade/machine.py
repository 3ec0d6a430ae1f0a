"""What this machine runs, and what its administrator could change for the box."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

from convgrade import confine
from convgrade.confinement import landlock
from convgrade.probing import PATIENCE, temporary

__all__ = ["advice", "versions"]

# Settings, sysctl(8), with a value that keeps namespaces from ordinary users, and a better one.
_REFUSING = (
    ("user.max_user_namespaces", "0", "10000"),
    ("kernel.unprivileged_userns_clone", "0", "1"),  # Debian
    ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),  # Ubuntu
)


def advice() -> list[str]:
    """Return what an administrator can change where Linux has namespaces and withholds them."""
    return [
        f"What to do: {name} is {value} here, which refuses namespaces; set it to {better}."
        for name, value, better in _REFUSING
        if _setting(name) == value
    ]


def _setting(name: str) -> str | None:
    try:
        return Path("/proc/sys", *name.split(".")).read_text().strip()
    except OSError:
        return None


def versions() -> dict[str, str]:
    """Return what runs here, and how long a kernel takes to start."""
    found = {"Python": platform.python_version()}
    for name in ("nbgrader", "convolution-is-a-matrix"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    found[platform.system()] = platform.release()
    if sys.platform == "linux":
        found["Landlock"] = f"{landlock.version()}, {landlock.WANTED} is needed"
    code = "import ipykernel.kernelapp"
    with temporary() as folder:
        argv = [sys.executable, "-I", "-c", code]
        argv = confine.command(argv, read=confine.system_paths(), write=[Path(folder)])
        start = time.perf_counter()
        done = subprocess.run(argv, cwd=folder, stderr=subprocess.DEVNULL, timeout=PATIENCE)
        seconds = time.perf_counter() - start
    found["a kernel's start"] = (
        f"{seconds:.1f} s to load ipykernel in a box, without the fork server"
        if done.returncode == 0
        else f"FAILED in a box: {code}"
    )
    return found
