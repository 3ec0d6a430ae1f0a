"""Lets a course's own imports be loaded once for all students, where it names none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from convgrade.course_imports import course_imports

__all__ = ["preloads"]

KERNEL, JUDGE = "kernel_preload", "preload"  # settings of TrustedClient


def preloads(config: Mapping[str, Any], source: Path) -> dict[str, list[str]]:
    """Return settings of `TrustedClient` that the configuration leaves to us.

    Parameters
    ----------
    config : Config
        The command's.
    source : Path
        The assignment's folder.
    """
    own = config.get("TrustedClient", {})
    if (KERNEL in own and JUDGE in own) or not source.is_dir():
        return {}
    kernel, judge = _course_imports(source.resolve())
    found = {KERNEL: list(kernel), JUDGE: list(judge)}
    return {name: modules for name, modules in found.items() if name not in own}


@cache
def _course_imports(source: Path) -> tuple[list[str], list[str]]:
    """Return what was found once in this process: it costs the imports."""
    return course_imports(source)
