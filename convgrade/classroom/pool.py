"""Workers: a Dask cluster of this machine's own, or one that is there already."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import dask.config
from distributed import Client, Future, KilledWorker, LocalCluster, Security
from distributed.client import ClosedClientError
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.comm.core import CommClosedError
from distributed.comm.registry import get_backend

from convgrade.classroom import own_worker
from convgrade.classroom.clocks import Clocks
from convgrade.classroom.grade import grade, missing_layers
from convgrade.classroom.task import Refusal, Result, Task
from convgrade.classroom.versions import differences, versions

__all__ = [
    "AddressError",
    "Pool",
    "PoolError",
    "TookTooLongError",
    "UnfitError",
    "check_address",
    "explain",
]

SETTINGS = {
    "distributed.scheduler.allowed-failures": 2,  # then Dask gives a task up whose workers died
    "distributed.worker.profile.enabled": False,
    "distributed.diagnostics.nvml": False,
    "distributed.scheduler.http.routes": [],  # pages that anybody on this machine could read
    "distributed.worker.http.routes": [],
    "distributed.comm.timeouts.connect": "30s",
    "distributed.comm.retry.count": 2,
}
PATIENCE = 30.0  # seconds without the scheduler, or without a worker, before giving up
RESTART = 120.0  # seconds without a worker during a run: one that is killed again as soon as it is
# back is hardly ever counted, and on a busy machine it takes half a minute to come back
HAND_OVER = 5.0  # seconds for a result that is there to come, before others are looked at again
WAITS = 4  # workers that may be killed for one result, which they hold and do not give away
STARTS = 3  # tries to start workers of our own
AHEAD = 2.0  # tasks handed out for every thread of the workers, so that none waits for the next
MAX_BYTES = 512 * 2**20  # of submissions that are handed out, or one: each is held here and there
ANSWER = 60.0  # seconds for a worker to say what it is
OUTCOME = Result | Refusal | BaseException


class PoolError(Exception):
    """Workers cannot be had, or are lost; the message says what to do."""


class AddressError(Exception):
    """What is given for the scheduler's address is none; the message says what one looks like."""


class UnfitError(Exception):
    """Workers must not grade for this command; the message names them and says why."""


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
    ) -> None:
        self._scheduler, self._workers, self._threads = scheduler, workers, threads
        self._folder, self._log, self._retries = folder, log, retries
        self._clocks = Clocks(limit)
        self._topic = f"convgrade-{uuid.uuid4().hex}"
        self._flying: dict[str, Future[Any]] = {}
        self._bytes: dict[str, int] = {}
        self._landed: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._held: dict[str, float] = {}  # since when a result is there and does not come
        self._waits: Counter[str] = Counter()  # workers killed for a result that did not come
        self._slots, self._counted = 0, 0.0
        self._ours: LocalCluster | None = None
        self._last = time.monotonic()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            places = {"temporary-directory": str(self._folder)}
            stack.enter_context(dask.config.set(SETTINGS | places))
            for name in ("distributed", "distributed.client"):  # Dask gives each a level
                logging.getLogger(name).setLevel(logging.CRITICAL)
            if self._scheduler:
                self._client = self._connect()
            else:
                self._ours = stack.enter_context(self._cluster())
                self._client = Client(self._ours)
            stack.callback(self._leave)
            self._client.subscribe_topic(self._topic, self._begins)
            try:
                self._client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError:  # an OSError, too
                raise PoolError(
                    f"Grading needs a worker, and none came within {PATIENCE:.0f} s. Start one "
                    "with `dask worker` and the scheduler's address, then run this command again."
                ) from None
            except (OSError, ClosedClientError):
                raise self._lost() from None
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

    def _connect(self) -> Client:
        try:
            return Client(self._scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise PoolError(
                f"No Dask scheduler answers at {self._scheduler} ({_first_line(error)}). Check "
                "the address and that `dask scheduler` runs there, then run this command again."
            ) from None

    @contextlib.contextmanager
    def _cluster(self) -> Iterator[LocalCluster]:
        for left in reversed(range(STARTS)):
            try:
                cluster = self._new_cluster()
                break
            except RuntimeError as error:  # a worker ended before it was there
                if not left:
                    raise PoolError(
                        f"Workers do not start ({_first_line(error)}), and {self._log.name} says "
                        "more. Put that right, then run this command again."
                    ) from None
        try:
            yield cluster
        finally:
            cluster.close(timeout=10)

    def _new_cluster(self) -> LocalCluster:
        found = own_worker.processors()
        each = found if self._workers <= len(found) else []
        return LocalCluster(
            n_workers=self._workers,
            threads_per_worker=self._threads,
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else a port of a fixed number
            # Whoever reaches a scheduler can run code in its workers, and every user of this
            # machine can reach its ports: only those who hold this key are let in.
            security=Security.temporary(),
            memory_limit=0,  # kernels have limits of their own
            local_directory=str(self._folder),
            env={
                "TMPDIR": str(self._folder),
                own_worker.LOG: str(self._log),
                own_worker.PROCESSORS: ",".join(map(str, each)),
            },
            preload=[own_worker.__name__],
            silence_logs=logging.CRITICAL,
        )

    def _leave(self) -> None:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            self._client.cancel(list(self._flying.values()), force=True)
        self._flying.clear()
        with contextlib.suppress(Exception):
            self._client.close(timeout=5)

    # ------------------------------------------------------------------- the workers

    def check(self, wanted: Mapping[str, str], require_sandbox: bool) -> dict[str, str]:
        """Hold every worker's versions and confinement against what is wanted.

        Returns
        -------
        dict of str to str
            The layers of confinement that some worker lacks, and why.

        Raises
        ------
        UnfitError
            When a worker must not grade for this command.
        PoolError
            When the scheduler is gone.
        """
        wrong: list[str] = []
        lacking: dict[str, str] = {}
        try:
            theirs = self._ask_all(versions)
            layers = self._ask_all(missing_layers)
        except TimeoutError:  # an OSError, too
            raise UnfitError(
                f"A worker does not answer within {ANSWER:.0f} s. End it, then run this command "
                "again."
            ) from None
        except (OSError, ClosedClientError):
            raise self._lost() from None
        for worker, found in sorted(theirs.items()):
            where = f"Worker {worker}"
            lacks = layers.get(worker, {})
            if isinstance(found, CommClosedError) or isinstance(lacks, CommClosedError):
                continue  # it ended meanwhile; the one that comes for it checks itself, in `grade`
            if isinstance(found, BaseException):
                wrong.append(f"{where} does not answer: {_first_line(found)}")
                continue
            wrong += [f"{where}: {words}" for words in differences(wanted, found)]
            if isinstance(lacks, BaseException):
                wrong.append(f"{where} cannot try its confinement: {_first_line(lacks)}")
                continue
            lacking |= lacks
            if require_sandbox:
                wrong += [f"{where}: its confinement lacks {k} ({v})" for k, v in lacks.items()]
        if wrong:
            raise UnfitError("\n".join(wrong))
        return lacking

    def _ask_all(self, question: Callable[[], Any]) -> dict[str, Any]:
        """Call a function in every worker; as ``Client.run``, which may wait for ever."""
        answers: dict[str, Any] = self._client.sync(
            self._client._run, question, on_error="return", callback_timeout=ANSWER
        )
        return answers

    def has_room(self) -> bool:
        """Tell whether another task should be handed out."""
        if self._flying and sum(self._bytes.values()) >= MAX_BYTES:
            return False
        return len(self._flying) < max(1, round(AHEAD * self._count()))

    def _count(self) -> int:
        """Return how many notebooks the workers take at a time; workers come and go."""
        now = time.monotonic()
        if now - self._counted > 5:
            self._counted = now
            with contextlib.suppress(Exception):  # the scheduler may be gone; `next` will tell
                self._slots = sum(self._client.nthreads().values())
                if self._ours is not None:
                    # Dask forgets a worker that takes long to come back, and starts no other.
                    self._ours.scale(self._workers)
        return self._slots

    @property
    def flying(self) -> int:
        """Return how many tasks are handed out and not back yet."""
        return len(self._flying)

    # --------------------------------------------------------------------- the tasks

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
            raise self._lost() from None
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
        try:
            key, name = self._landed.get(timeout=timeout)
        except queue.Empty:
            self._still_there()
            return self._overdue()
        future = self._flying.get(key)
        if future is None or future.key != name:  # it was given up
            return None
        try:
            outcome: OUTCOME = future.result(timeout=HAND_OVER)
        except Exception as error:
            if future.status == "cancelled" or self._client.status != "running":
                raise self._lost() from None
            outcome = error
            if future.status == "finished":  # its worker is slow, or stuck
                if self._in_time(key, future):
                    self._landed.put((key, name))
                    return self._overdue()
                outcome = TookTooLongError(f"{WAITS} workers did not hand it over")
            elif future.status != "error":  # who held the result is gone, and another grades anew
                self._held.pop(key, None)
                self._await(key, future)
                return self._overdue()
        self._last = time.monotonic()
        self._forget(key)
        future.release()
        return key, outcome

    def _forget(self, key: str) -> None:
        self._clocks.ends(str(self._flying[key].key))
        self._held.pop(key, None)
        del self._flying[key], self._bytes[key], self._waits[key]

    def _overdue(self) -> tuple[str, OUTCOME] | None:
        """Give up a task that took too long, and with it a worker of our own that holds it."""
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
        """Kill a worker of our own, or with "" all; tell whether it had more than one task.

        Another comes for it. Workers of others are left alone.
        """
        if self._ours is None:
            return False
        for nanny in self._ours.workers.values():
            if address in ("", nanny.worker_address) and nanny.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(nanny.pid, signal.SIGKILL)
        return self._clocks.leaves(address) > 1

    def _still_there(self) -> None:
        """Tell a pause from an end."""
        running = self._client.status == "running"
        if running and self._count():
            self._last = time.monotonic()
        else:  # that no task begins is nobody's fault
            self._clocks.starts()
        patience = RESTART if running else PATIENCE
        if time.monotonic() - self._last > patience or self._client.status == "closed":
            raise self._lost()

    def _lost(self) -> PoolError:
        what = self._scheduler or "of this command"
        return PoolError(
            f"The Dask scheduler {what} is gone, or has had no worker for {RESTART:.0f} s. What "
            "is graded is recorded; run this command again for the rest."
        )


def check_address(address: str) -> None:
    """See that something can be a scheduler's address; AddressError if not."""
    try:
        scheme, place = parse_address(address)
        get_backend(scheme)
        parse_host_port(place)
    except ValueError:
        raise AddressError(
            f"--scheduler={address} is no address. One looks like tcp://10.0.0.1:8786, and "
            "`dask scheduler` prints it."
        ) from None


def explain(error: BaseException) -> str:
    """Say in one line why a task failed."""
    if isinstance(error, TookTooLongError):
        return f"{error}, and it was given up; run this command again for it"
    if isinstance(error, KilledWorker):
        return "it ended every worker that it was given to; its log says more"
    return f"its worker failed: {type(error).__name__}: {_first_line(error)}"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
