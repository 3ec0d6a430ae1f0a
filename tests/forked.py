"""Judges what may crash, hang or take all memory, in forked processes under limits."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import multiprocessing
import os
import resource
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

import psutil

JOBS = 2
MEMORY = 2**30  # bytes more than the process has when it begins
CHUNK = 40  # judged by one process, if none of them ends it: a fork costs more than one
S = TypeVar("S")
T = TypeVar("T")


@contextlib.contextmanager
def _frozen() -> Iterator[None]:
    """Keep the garbage collector of forked processes away from what they share with this one.

    It would touch every object there is, and so copy hundreds of MB for each process. Garbage
    is frozen with the rest: looking for it takes as long as judging forty mutants.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@_frozen()
def in_processes(
    judge: Callable[[S], T], tried: Sequence[S], cpu_seconds: float, wall_seconds: float
) -> list[T | None]:
    """Call judge for each of ``tried`` in a forked process; None where the process was ended.

    A fork inherits the notebook with its locked cells already run, and what a
    mutant does to its process dies with it. The rest of its chunk is judged by
    the next process.
    """
    fork = multiprocessing.get_context("fork")
    ceiling = psutil.Process().memory_info().vms + MEMORY
    answers: list[T | None] = [None] * len(tried)
    waiting = [list(range(i, min(i + CHUNK, len(tried)))) for i in range(0, len(tried), CHUNK)]
    running: dict[connection.Connection, tuple[list[int], BaseProcess, float]] = {}
    while waiting or running:
        while waiting and len(running) < JOBS:
            chunk = waiting.pop(0)
            receiver, sender = fork.Pipe(duplex=False)
            work = [(i, tried[i]) for i in chunk]
            process = fork.Process(target=_child, args=(judge, work, sender, cpu_seconds, ceiling))
            with warnings.catch_warnings():
                # Python 3.12 warns of forks beside threads; the child uses no other thread.
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
            sender.close()
            running[receiver] = chunk, process, time.monotonic() + wall_seconds
        for receiver in connection.wait(list(running), timeout=0.5):
            chunk, process, _ = running.pop(receiver)
            try:
                i, answers[i] = receiver.recv()
            except EOFError:  # all is done, or the first that is left has ended the process
                process.join()
                receiver.close()
                if chunk[1:]:
                    waiting.insert(0, chunk[1:])
            else:
                chunk.remove(i)
                running[receiver] = chunk, process, time.monotonic() + wall_seconds
        for _, process, deadline in running.values():
            if time.monotonic() > deadline:
                process.kill()
    return answers


def _child(
    judge: Callable[[S], object],
    work: Sequence[tuple[int, S]],
    sender: connection.Connection,
    cpu_seconds: float,
    ceiling: int,
) -> None:
    """Judge mutants under limits, send each verdict, and be gone.

    The timer counts processor time, so that a busy machine changes nothing.
    Its signal ends the process without Python's help: a loop inside a library
    is ended as well, and no ``except`` of the mutant can catch it.
    """
    faulthandler.disable()  # pytest's would print the end of a mutant as if it were its own
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["CONVKIT_PICTURES"] = "off"
    warnings.simplefilter("ignore")  # pytest makes errors of them, a student's kernel does not
    try:
        for i, one in work:
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
            sender.send((i, judge(one)))
    except MemoryError:  # outside the answer: the mutant left no room for a verdict
        os._exit(1)
    os._exit(0)
