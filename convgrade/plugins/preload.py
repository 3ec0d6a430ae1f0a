"""Lets a course's own imports be loaded once for all students, where it names none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from convgrade.course_imports import course_imports
from convgrade.kernels.zygotes import leave, shared

__all__ = ["preloads"]

KERNEL, JUDGE = "kernel_preload", "preload"  # settings of TrustedClient


def preloads(config: Mapping[str, Any], source: Path, here: bool = True) -> dict[str, list[str]]:
    """Return settings of `TrustedClient` that the configuration leaves to us.

    Parameters
    ----------
    config : Config
        The command's.
    source : Path
        The assignment's folder.
    here : bool
        Whether this command's processes will import them: that begins before it is known whether
        all can be forked from.
    """
    own = config.get("TrustedClient", {})
    if (KERNEL in own and JUDGE in own) or not source.is_dir():
        return {}
    kernel, judge = _course_imports(source.resolve(), here and KERNEL not in own)
    found = {KERNEL: list(kernel), JUDGE: list(judge)}
    return {name: modules for name, modules in found.items() if name not in own}


@cache
def _course_imports(source: Path, here: bool) -> tuple[list[str], list[str]]:
    """Return what was found once in this process: it costs the imports."""
    begun = list[list[str]]()

    def begin(modules: list[str]) -> None:
        if here and shared(modules):
            begun.append(modules)

    kernel, judge = course_imports(source, begin)
    for modules in begun:
        if modules != kernel:
            leave(modules)
    return kernel, judge
