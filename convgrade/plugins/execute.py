"""nbgrader preprocessor: runs a submission so that its code has no part in the verdict."""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import Execute

from convgrade import confine
from convgrade.kernels import forks
from convgrade.our_outputs import no_verdict
from convgrade.plugins.course import (
    MATERIAL,
    course_files,
    course_notebook,
    released_cells,
)
from convgrade.plugins.preload import preloads
from convgrade.second_look import in_doubt, model_notebook, unanswered, undecided
from convgrade.trusted import TrustedClient
from convgrade.verdict import LEFT

__all__ = ["ExecuteTrusted", "notebook_limit"]

_looking = threading.Lock()
_undecided: dict[str, dict[str, str]] = {}  # by a digest of course notebook and model solutions
_nobody = logging.getLogger("convgrade.second_look")  # what the model solution meets is no news
_nobody.propagate = False
_nobody.addHandler(logging.NullHandler())


class ExecuteTrusted(Execute):  # type: ignore[misc]
    """Stands where nbgrader's Execute does, and reads that one's settings (``c.Execute``).

    Its own are those of `TrustedClient`. Leaves ``resources["convgrade"]`` behind for
    `SaveVerdicts`: the points of every test cell, notes for the instructor, and what waits.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._models: dict[tuple[str, str], tuple[NotebookNode, str, dict[str, Any]]] = {}

    def preprocess(
        self, nb: NotebookNode, resources: Any, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        """Run all cells of a rebuilt notebook, in place."""
        self._say_what_is_missing()
        path = resources.get("metadata", {}).get("path")
        support = course_files(self, resources)
        found = preloads(self.config, support) if support and MATERIAL not in resources else {}
        new = functools.partial(self._client, support=support, **found)
        client = new(nb, Path(path) if path else None)
        ungradable = nb.metadata.get("convgrade", {}).get("ungradable")
        if ungradable:
            client.refuse(f"this notebook cannot be graded: {ungradable}")
        else:
            client.grade()
            self._look_again(nb, client, resources, lambda model: new(model, support, log=_nobody))
        resources["convgrade"] = {
            "points": client.points,
            "notes": client.notes,
            "waiting": client.waiting,
        }
        return nb, resources

    def _client(self, nb: NotebookNode, files: Path | None, /, **options: Any) -> TrustedClient:
        return TrustedClient(
            nb,
            files,
            parent=self,
            timeout=self.timeout,
            startup_timeout=self.startup_timeout,
            extra_arguments=list(self.extra_arguments),
            record_timing=self.record_timing,
            kernel_name=self.kernel_name,
            **options,
        )

    def _look_again(
        self,
        nb: NotebookNode,
        client: TrustedClient,
        resources: Any,
        new: Callable[[NotebookNode], TrustedClient],
    ) -> None:
        """Leave tests to a person that do not decide on the model solution here."""
        cells = in_doubt(nb, client)
        if not cells:
            return
        names = resources["nbgrader"]
        place = names["assignment"], names["notebook"]
        if place not in self._models:
            model = model_notebook(*course_notebook(self, resources))
            text = json.dumps(model, sort_keys=True, default=sorted)
            key = hashlib.sha256(text.encode()).hexdigest()
            self._models[place] = model, key, released_cells(self, resources)
        model, key, released = self._models[place]
        untouched = unanswered(nb, released)
        with _looking:
            if key not in _undecided:  # the same for all students of this process
                _undecided[key] = undecided(model, new)
        for cell in cells:
            name = cell.metadata.nbgrader.grade_id
            why = _undecided[key].get(name)
            if why is not None and name not in untouched:
                client.waiting[name], client.points[name] = why, 0.0
                cell.outputs = no_verdict(f"{LEFT}{why}.")
                self.log.warning("%s waits for a person: %s", name, why)

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

    Four times what its own limits allow: its processes start once before its time begins and,
    when that is used up, at most once more; and the model solution may run twice besides.

    Parameters
    ----------
    parent : Configurable
        Its configuration counts.
    """
    execute = ExecuteTrusted(parent=parent)
    client = TrustedClient(NotebookNode(), None, None, parent=execute)
    start = forks.START + float(execute.startup_timeout)
    return 4 * (2 * start + client.notebook_timeout)


@cache
def _missing_layers() -> dict[str, str]:
    return confine.missing_layers()
