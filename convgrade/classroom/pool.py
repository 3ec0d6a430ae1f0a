"""Tasks that are with workers: handed out, back, or given up because they take too long."""

from __future__ import annotations

import contextlib
import queue
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from distributed import Future, KilledWorker
from distributed.client import ClosedClientError

from convgrade.classroom.clocks import Clocks
from convgrade.classroom.grade import grade
from convgrade.classroom.task import Refusal, Result, Task
from convgrade.classroom.workers import PATIENCE, RESTART, Workers, first_line

__all__ = ["Pool", "TookTooLongError", "explain"]

HAND_OVER = 5.0  # seconds for a result that is there to come, before others are looked at again
WAITS = 4  # workers that may be killed for one result, which they hold and do not give away
AHEAD = 2.0  # tasks handed out for every thread of the workers, so that none waits for the next
MAX_BYTES = 512 * 2**20  # of submissions that are handed out, or one: each is held here and there
OUTCOME = Result | Refusal | BaseException


class TookTooLongError(Exception):
    """A task was given up, because its worker did not come back with it in time.

    Attributes
    ----------
    shared : bool
        The worker had begun others as well: one of them may have stopped it.
    """

    def __init__(self, words: str, shared: bool = False) -> None:
        super().__init__(words)
        self.shared = shared


class Pool:
    """Hands out tasks to workers, a bounded number at a time; a context manager.

    Parameters
    ----------
    scheduler : str
        Address of a Dask scheduler; "" for a cluster of our own.
    workers, threads : int
        Processes of our own, and notebooks in each at a time: most of them wait.
    folder, log : Path
        For temporary files, and for what processes of our own print.
    retries : int
        How many times a task is tried again whose worker fails.
    limit : float
        Seconds for a task on its worker. One that takes longer is given up, and a worker of our
        own that holds it is killed, whatever it is doing; another comes for it.
    variables : mapping
        Of the environment, for workers of our own.
    """

    def __init__(
        self,
        scheduler: str,
        workers: int,
        threads: int,
        folder: Path,
        log: Path,
        retries: int,
        limit: float,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.workers = Workers(scheduler, workers, threads, folder, log, variables)
        self._retries = retries
        self._clocks = Clocks(limit)
        self._topic = f"convgrade-{uuid.uuid4().hex}"
        self._flying: dict[str, Future[Any]] = {}
        self._bytes: dict[str, int] = {}
        self._landed: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._held: dict[str, float] = {}  # since when a result is there and does not come
        self._waits: Counter[str] = Counter()  # workers killed for a result that did not come
        self._lost: set[str] = set()  # whose result is gone with the worker that had it
        self._last = time.monotonic()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.workers)
            self._client = self.workers.client
            stack.callback(self._leave)
            self._client.subscribe_topic(self._topic, self._begins)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _begins(self, event: tuple[float, dict[str, str]]) -> None:
        """Take a worker's word that it begins a task; called by Dask."""
        _, said = event
        self._clocks.begins(said["key"], said["worker"])

    def _leave(self) -> None:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            self._client.cancel(list(self._flying.values()), force=True)
        self._flying.clear()

    def has_room(self) -> bool:
        """Tell whether another task should be handed out."""
        if self._flying and sum(self._bytes.values()) >= MAX_BYTES:
            return False
        return len(self._flying) < max(1, round(AHEAD * self.workers.count()))

    @property
    def flying(self) -> int:
        """Return how many tasks are handed out and not back yet."""
        return len(self._flying)

    def submit(self, key: str, task: Task) -> None:
        """Hand out a task; no other of this key is handed out meanwhile.

        Raises
        ------
        PoolError
            When the scheduler is gone.
        """
        name = f"convgrade-{uuid.uuid4().hex}"  # a task given up and handed out again is another
        task = replace(task, key=name, topic=self._topic)
        if not self._flying:
            self._clocks.starts()
        try:
            future = self._client.submit(grade, task, key=name, pure=False, retries=self._retries)
        except ClosedClientError:
            raise self.workers.lost() from None
        self._flying[key], self._bytes[key] = future, task.size
        self._await(key, future)

    def _await(self, key: str, future: Future[Any]) -> None:
        """Let `next` know when a task is done."""

        def lands(done: Future[Any]) -> None:
            # Another task can stop its worker before it has handed this one's result over.
            self._clocks.ends(str(done.key))
            self._landed.put((key, str(done.key)))

        future.add_done_callback(lands)

    def next(self, timeout: float) -> tuple[str, OUTCOME] | None:
        """Wait for a task that is back: a result, a refusal or what its worker failed with.

        Returns
        -------
        tuple of str and outcome, or None
            None when ``timeout`` seconds pass.

        Raises
        ------
        PoolError
            When the scheduler or the last worker is gone.
        """
        self._find()
        try:
            key, name = self._landed.get(timeout=timeout)
        except queue.Empty:
            return self._overdue()
        future = self._flying.get(key)
        if future is None or future.key != name:  # it was given up
            return None
        try:
            outcome: OUTCOME = future.result(timeout=HAND_OVER)
        except Exception as error:
            if future.status == "cancelled" or self._client.status != "running":
                raise self.workers.lost() from None
            outcome = error
            if future.status == "finished":  # its worker is slow, or stuck
                if self._in_time(key, future):
                    self._landed.put((key, name))
                    return self._overdue()
                outcome = TookTooLongError(f"{WAITS} workers did not hand it over")
            elif future.status != "error":  # who held the result is gone, and another grades anew
                self._held.pop(key, None)
                self._lost.add(key)
                return self._overdue()
        self._last = time.monotonic()
        self._forget(key)
        future.release()
        return key, outcome

    def _find(self) -> None:
        """Wait again for results that were lost and are being made anew.

        Dask calls those who wait for a lost one at once, and again and again.
        """
        for key in [key for key in self._lost if self._flying[key].status != "lost"]:
            self._lost.remove(key)
            self._await(key, self._flying[key])

    def _forget(self, key: str) -> None:
        self._clocks.ends(str(self._flying[key].key))
        self._held.pop(key, None)
        self._lost.discard(key)
        del self._flying[key], self._bytes[key], self._waits[key]

    def _overdue(self) -> tuple[str, OUTCOME] | None:
        """Give up a task that took too long, and with it a worker of our own that holds it.

        Raises
        ------
        PoolError
            When the scheduler or the last worker is gone.
        """
        self._still_there()
        keys = {str(f.key): key for key, f in self._flying.items() if key not in self._held}
        for name, worker in self._clocks.overdue(keys).items():
            key, limit = keys[name], f"{self._clocks.limit:.0f} s"
            with contextlib.suppress(Exception):  # the scheduler may be gone; `next` will tell
                # First, or the scheduler would hand it to the next worker.
                self._client.cancel([self._flying[key]], force=True)
            shared = self._kill(worker)
            self._forget(key)
            if worker:
                words = f"its worker did not come back with it within {limit}"
                return key, TookTooLongError(words, shared)
            return key, TookTooLongError(f"no worker came back with it within {limit}")
        return None

    def _in_time(self, key: str, future: Future[Any]) -> bool:
        """Tell whether to ask once more for a result; kill a worker that keeps it too long.

        One that has begun another task has that task's clock: what stops the worker is given up
        by it, not whoever was done before.
        """
        waited = time.monotonic() - self._held.setdefault(key, time.monotonic())
        if waited < PATIENCE:
            return True
        holders: list[str] = []
        with contextlib.suppress(Exception):  # the scheduler may be gone; `next` will tell
            holders = [at for found in self._client.who_has([future]).values() for at in found]
        if waited < PATIENCE + self._clocks.limit and any(map(self._clocks.busy, holders)):
            return True
        for address in holders:
            self._kill(address)
        del self._held[key]
        self._waits[key] += 1
        return self._waits[key] <= WAITS

    def _kill(self, address: str) -> bool:
        """Kill a worker of our own, or with "" all; tell whether it had more than one task."""
        return self.workers.kill(address) and self._clocks.leaves(address) > 1

    def _still_there(self) -> None:
        """Tell a pause from an end."""
        running = self._client.status == "running"
        if running and self.workers.count():
            self._last = time.monotonic()
        else:  # that no task begins is nobody's fault
            self._clocks.starts()
        patience = RESTART if running else PATIENCE
        if time.monotonic() - self._last > patience or self._client.status == "closed":
            raise self.workers.lost()


def explain(error: BaseException) -> str:
    """Say in one line why a task failed."""
    if isinstance(error, TookTooLongError):
        return f"{error}, and it was given up; run this command again for it"
    if isinstance(error, KilledWorker):
        return "it ended every worker that it was given to; its log says more"
    return f"its worker failed: {type(error).__name__}: {first_line(error)}"
