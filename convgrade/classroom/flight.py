"""Tasks on their way: handed out, back, and recorded when all of a student's are."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from distributed import KilledWorker
from sqlalchemy.exc import SQLAlchemyError

from convgrade.classroom.handed import Submission
from convgrade.classroom.pool import OUTCOME, Pool, explain
from convgrade.classroom.progress import Progress
from convgrade.classroom.record import Recorder
from convgrade.classroom.tally import Tally
from convgrade.classroom.task import Refusal, Result, Task
from convgrade.classroom.times import note_time
from convgrade.classroom.workers import UnfitError

__all__ = ["Flight"]


class Flight:
    """Brings tasks to workers, and what comes back into the gradebook.

    Parameters
    ----------
    pool, recorder : Pool, Recorder
        Where tasks go, and what records a student's results.
    tally, progress, say : Tally, Progress, Logger
        What is told of them.
    assignment, times : str, Path
        For which, and where, it is noted how long notebooks take.
    """

    def __init__(
        self, pool: Pool, recorder: Recorder, tally: Tally, progress: Progress,
        say: logging.Logger, assignment: str, times: Path,
    ) -> None:  # fmt: skip
        self._pool, self._recorder, self._tally = pool, recorder, tally
        self._progress, self._say = progress, say
        self._assignment, self._times = assignment, times

    def grade(self, makes: Iterator[tuple[Submission, str, Task]]) -> None:
        """Keep the workers busy, and record students whose notebooks are all back.

        When a worker dies, so do all tasks in it, and nobody can tell whose fault
        it was. Those that are given up are run again at the end, each alone.
        """
        pool = self._pool
        back: dict[str, dict[str, OUTCOME]] = {}
        owner: dict[str, tuple[Submission, Task]] = {}
        suspects: deque[str] = deque()
        alone: set[str] = set()
        exhausted = False
        while not exhausted or pool.flying or suspects:
            while not exhausted and pool.has_room():
                made = next(makes, None)
                if made is None:
                    exhausted = True
                    break
                submission, path, task = made
                owner[path] = submission, task
                pool.submit(path, task)
            if suspects and exhausted and not pool.flying:
                path = suspects.popleft()
                alone.add(path)
                pool.submit(path, owner[path][1])
            landed = pool.next(timeout=1.0) if pool.flying else None
            if landed is None:
                continue
            path, outcome = landed
            if isinstance(outcome, Refusal):
                raise UnfitError(f"Worker {outcome.words}")
            unsure = isinstance(outcome, KilledWorker) or getattr(outcome, "shared", False)
            if unsure and path not in alone:
                suspects.append(path)
                continue
            submission, _ = owner.pop(path)
            here = back.setdefault(submission.student, {})
            here[path] = outcome
            self._progress.step(failed=not isinstance(outcome, Result) or bool(outcome.ungradable))
            if len(here) == len(submission.chosen.paths):
                self._record(submission, back.pop(submission.student))

    def _record(self, submission: Submission, outcomes: dict[str, OUTCOME]) -> None:
        """Record a student's results, if there is one for every notebook."""
        results = {}
        for path, outcome in sorted(outcomes.items()):
            name = f"{submission.student}/{Path(path).stem}"
            if isinstance(outcome, Result):
                results[path] = outcome
                for level, words in outcome.lines:
                    self._say.log(level, "[%s] %s", name, words)
                if outcome.ungradable:
                    self._say.error("[%s] cannot be graded: %s", name, outcome.ungradable)
                continue
            assert isinstance(outcome, BaseException)
            self._tally.failed[name] = explain(outcome)
            self._say.error("[%s] not graded: %s", name, explain(outcome), exc_info=outcome)
        if len(results) < len(outcomes):
            return  # a notebook that nobody graded must not look like one without points
        try:
            self._recorder.record(submission, results)
        except (OSError, SQLAlchemyError):
            raise  # it would be the same with the next student
        except Exception as error:  # of a preprocessor or a hook, or what nbgrader stumbles over
            words = f"it cannot be recorded: {type(error).__name__}: {error}"
            self._tally.failed[submission.student] = words
            self._say.error("[%s] not graded: %s", submission.student, words, exc_info=error)
            return
        self._tally.submissions += 1
        for path, result in results.items():
            self._tally.add(f"{submission.student}/{Path(path).stem}", result)
            self._note_time(submission.student, Path(path).stem, result)
            self._say.info("[%s/%s] recorded", submission.student, Path(path).stem)

    def _note_time(self, student: str, notebook: str, result: Result) -> None:
        if not result.ungradable:
            note_time(self._times, self._assignment, student, notebook, result.seconds)
