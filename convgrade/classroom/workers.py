"""Workers: a Dask cluster of this machine's own, or one that is there already."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import dask.config
import distributed.utils
from distributed import Client, LocalCluster, Security
from distributed.client import ClosedClientError
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.comm.core import CommClosedError
from distributed.comm.registry import get_backend

from convgrade.classroom import own_worker
from convgrade.classroom.fit import missing_layers
from convgrade.classroom.origin import forking
from convgrade.classroom.versions import differences, versions

__all__ = [
    "PATIENCE", "RESTART", "AddressError", "PoolError", "UnfitError", "Workers", "check_address",
    "first_line",
]  # fmt: skip

SETTINGS = {
    "distributed.scheduler.allowed-failures": 2,  # then Dask gives a task up whose workers died
    "distributed.worker.profile.enabled": False,
    "distributed.diagnostics.nvml": False,
    "distributed.scheduler.http.routes": [],  # pages that anybody on this machine could read
    "distributed.worker.http.routes": [],
    "distributed.comm.timeouts.connect": "30s",
    "distributed.comm.retry.count": 2,
}
METHOD = "distributed.worker.multiprocessing-method"
PATIENCE = 30.0  # seconds without the scheduler, or without a worker, before giving up
RESTART = 120.0  # seconds without a worker during a run: one that is killed again as soon as it is
# back is hardly ever counted, and on a busy machine it takes half a minute to come back
STARTS = 3  # tries to start workers of our own
ANSWER = 60.0  # seconds for a worker to say what it is


class PoolError(Exception):
    """Workers cannot be had, or are lost; the message says what to do."""


class AddressError(Exception):
    """What is given for the scheduler's address is none; the message says what one looks like."""


class UnfitError(Exception):
    """Workers must not grade for this command; the message names them and says why."""


class Workers:
    """Processes that grade, and the client to them; a context manager.

    Parameters
    ----------
    scheduler : str
        Address of a Dask scheduler; "" for a cluster of our own.
    workers, threads : int
        Processes of our own, and notebooks in each at a time: most of them wait.
    folder, log : Path
        For temporary files, and for what processes of our own print.
    variables : mapping
        Of the environment, for processes of our own.

    Attributes
    ----------
    client : Client
        While the context lasts.
    """

    client: Client

    def __init__(
        self,
        scheduler: str,
        workers: int,
        threads: int,
        folder: Path,
        log: Path,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._scheduler, self._workers, self._threads = scheduler, workers, threads
        self._folder, self._log, self._variables = folder, log, dict(variables or {})
        self._slots, self._counted = 0, 0.0
        self._ours: LocalCluster | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            places = {"temporary-directory": str(self._folder)}
            if not self._scheduler:
                places[METHOD] = stack.enter_context(forking(self._folder))
                distributed.utils._forkserver_preload_set = True  # else it imports pandas here
            stack.enter_context(dask.config.set(SETTINGS | places))
            for name in ("distributed", "distributed.client"):  # Dask gives each a level
                logging.getLogger(name).setLevel(logging.CRITICAL)
            if self._scheduler:
                self.client = self._connect()
            else:
                self._ours = stack.enter_context(self._cluster())
                self.client = Client(self._ours)
            stack.callback(self._leave)
            try:
                self.client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError:  # an OSError, too
                raise PoolError(
                    f"Grading needs a worker, and none came within {PATIENCE:.0f} s. Start one "
                    "with `dask worker` and the scheduler's address, then run this command again."
                ) from None
            except (OSError, ClosedClientError):
                raise self.lost() from None
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _connect(self) -> Client:
        try:
            return Client(self._scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise PoolError(
                f"No Dask scheduler answers at {self._scheduler} ({first_line(error)}). Check "
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
                        f"Workers do not start ({first_line(error)}), and {self._log.name} says "
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
            # Workers may be forked from a process that is older than settings of the course's.
            env={
                **os.environ,
                **self._variables,
                "TMPDIR": str(self._folder),
                own_worker.LOG: str(self._log),
                own_worker.PROCESSORS: ",".join(map(str, each)),
            },
            preload=[own_worker.__name__],
            silence_logs=logging.CRITICAL,
        )

    def _leave(self) -> None:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            self.client.close(timeout=5)

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
            raise self.lost() from None
        for worker, found in sorted(theirs.items()):
            where = f"Worker {worker}"
            lacks = layers.get(worker, {})
            if isinstance(found, CommClosedError) or isinstance(lacks, CommClosedError):
                continue  # it ended meanwhile; the one that comes for it checks itself, in `grade`
            if isinstance(found, BaseException):
                wrong.append(f"{where} does not answer: {first_line(found)}")
                continue
            wrong += [f"{where}: {words}" for words in differences(wanted, found)]
            if isinstance(lacks, BaseException):
                wrong.append(f"{where} cannot try its confinement: {first_line(lacks)}")
                continue
            lacking |= lacks
            if require_sandbox:
                wrong += [f"{where}: its confinement lacks {k} ({v})" for k, v in lacks.items()]
        if wrong:
            raise UnfitError("\n".join(wrong))
        return lacking

    def _ask_all(self, question: Callable[[], Any]) -> dict[str, Any]:
        """Call a function in every worker; as ``Client.run``, which may wait for ever."""
        answers: dict[str, Any] = self.client.sync(
            self.client._run, question, on_error="return", callback_timeout=ANSWER
        )
        return answers

    def count(self) -> int:
        """Return how many notebooks the workers take at a time; workers come and go."""
        now = time.monotonic()
        if now - self._counted > 5:
            self._counted = now
            with contextlib.suppress(Exception):  # the scheduler may be gone; `next` will tell
                self._slots = sum(self.client.nthreads().values())
                if self._ours is not None:
                    # Dask forgets a worker that takes long to come back, and starts no other.
                    self._ours.scale(self._workers)
        return self._slots

    def kill(self, address: str) -> bool:
        """Kill a worker of our own, or with "" all, if they are our own; tell whether they are.

        Another comes for it. Workers of others are left alone.
        """
        if self._ours is None:
            return False
        for nanny in self._ours.workers.values():
            if address in ("", nanny.worker_address) and nanny.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(nanny.pid, signal.SIGKILL)
        return True

    def lost(self) -> PoolError:
        """Return the error that says that they are gone, and what to do."""
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


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
