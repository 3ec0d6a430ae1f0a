"""How long each task that is handed out has been with its worker."""

from __future__ import annotations

import time
from collections.abc import Collection

__all__ = ["Clocks"]


class Clocks:
    """Tells which tasks take longer than they may; two threads may use it.

    Workers say when they begin a task. One that is never begun has no clock of its own: it
    waits for others, which have one. When no task begins or ends for as long as a task may
    take, those that wait are overdue, too.

    Parameters
    ----------
    limit : float
        Seconds for a task, from its beginning on a worker.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._begun: dict[str, tuple[float, str]] = {}
        self._last = time.monotonic()  # when a task began or ended

    def starts(self) -> None:
        """Note that tasks are handed out after a time without any, or without a worker."""
        self._last = time.monotonic()

    def begins(self, task: str, worker: str) -> None:
        """Note that a worker begins a task, perhaps once more."""
        self._last = time.monotonic()
        self._begun[task] = self._last, worker

    def ends(self, task: str) -> None:
        """Note that a task is back, or given up."""
        self._last = time.monotonic()
        self._begun.pop(task, None)

    def busy(self, worker: str) -> bool:
        """Tell whether a worker has begun a task that is not back."""
        return any(at == worker for _, at in dict(self._begun).values())

    def leaves(self, worker: str) -> int:
        """Forget the tasks of a worker that is killed, and return how many it had begun."""
        its = [task for task, (_, at) in dict(self._begun).items() if at == worker]
        for task in its:
            self._begun.pop(task, None)
        return len(its)

    def overdue(self, tasks: Collection[str]) -> dict[str, str]:
        """Return the tasks that took too long, with the worker's address or "" if none began."""
        now = time.monotonic()
        begun = {task: since for task, since in dict(self._begun).items() if task in tasks}
        late = {task: worker for task, (then, worker) in begun.items() if now - then > self.limit}
        if not late and not begun and now - self._last > self.limit:
            return dict.fromkeys(tasks, "")
        return late
