"""nbgrader preprocessor: runs a submission so that its code has no part in the verdict."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import Execute

from convgrade import confine
from convgrade.kernels import forks
from convgrade.plugins.course import MATERIAL, course_files
from convgrade.plugins.preload import preloads
from convgrade.trusted import TrustedClient

__all__ = ["ExecuteTrusted", "notebook_limit"]


class ExecuteTrusted(Execute):  # type: ignore[misc]
    """Stands where nbgrader's Execute does, and reads that one's settings (``c.Execute``).

    Its own are those of `TrustedClient`. Leaves ``resources["convgrade"]`` behind for
    `SaveVerdicts`: the points of every test cell, notes for the instructor, and what waits.
    """

    def preprocess(
        self, nb: NotebookNode, resources: Any, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        """Run all cells of a rebuilt notebook, in place."""
        self._say_what_is_missing()
        path = resources.get("metadata", {}).get("path")
        support = course_files(self, resources)
        found = preloads(self.config, support) if support and MATERIAL not in resources else {}
        client = TrustedClient(
            nb,
            Path(path) if path else None,
            support,
            parent=self,
            timeout=self.timeout,
            startup_timeout=self.startup_timeout,
            extra_arguments=list(self.extra_arguments),
            record_timing=self.record_timing,
            kernel_name=self.kernel_name,
            **found,
        )
        ungradable = nb.metadata.get("convgrade", {}).get("ungradable")
        if ungradable:
            client.refuse(f"this notebook cannot be graded: {ungradable}")
        else:
            client.grade()
        resources["convgrade"] = {
            "points": client.points,
            "notes": client.notes,
            "waiting": client.waiting,
        }
        return nb, resources

    def _say_what_is_missing(self) -> None:
        first, missing = not _missing_layers.cache_info().currsize, _missing_layers()
        if missing and first:  # once a command, not once a notebook
            self.log.warning(
                "Student kernels are confined as far as this machine can; missing: %s. "
                "docs/security.md says what follows.",
                "; ".join(f"{layer} ({why})" for layer, why in missing.items()),
            )


def notebook_limit(parent: Any) -> float:
    """Return the seconds within which a notebook is graded on any machine, or something is stuck.

    Twice what its own limits allow: its processes start once before its time begins and, when
    that is used up, at most once more.

    Parameters
    ----------
    parent : Configurable
        Its configuration counts.
    """
    execute = ExecuteTrusted(parent=parent)
    client = TrustedClient(NotebookNode(), None, None, parent=execute)
    start = forks.START + float(execute.startup_timeout)
    return 2 * (2 * start + client.notebook_timeout)


@cache
def _missing_layers() -> dict[str, str]:
    return confine.missing_layers()
