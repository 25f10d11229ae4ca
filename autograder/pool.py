"""Many submissions at once, on any `concurrent.futures.Executor`: this machine's cores, or dask's workers.

A worker keeps its two warm processes between submissions.  A worker that dies takes its tasks back into the queue;
a submission during which workers keep dying gets its row all the same.
"""

from __future__ import annotations

import atexit
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Self

from autograder.cage import Level
from autograder.executors import LocalExecutor
from autograder.grade_one import Engines, grade
from autograder.kernel import Zygote
from autograder.records import GRADER_DIED, AnswerKey, Graded, Limits, Outcome, Submission
from autograder.scoring import score

MAX_ATTEMPTS = 3
IN_FLIGHT = 3  # tasks handed out for each worker: enough to keep it busy, few enough to lose

STUDENT_MODULES = ("numpy", "matplotlib.pyplot", "autograder.bridge.student", "autograder.checks")
EXAMINER_MODULES = ("numpy", "autograder.examiner.child")
TORCH_MODULES = ("torch", "torch._dynamo")


@dataclass(frozen=True)
class Task:
    """One submission to grade, with all that the worker has to know.

    Attributes:
        attempt: How often it was tried before.
        attempts: How often it may be tried, should the grader's own processes die.
    """

    submission: Submission
    key: AnswerKey
    limits: Limits
    level: Level
    seed: int
    attempt: int = 0
    attempts: int = MAX_ATTEMPTS


class Pool:
    """Workers that grade: an executor, made anew when its processes have died.

    Args:
        workers: How many submissions it grades at a time.
        make_executor: Makes the executor; None for processes on this machine.
    """

    def __init__(self, workers: int, make_executor: Callable[[], Executor] | None = None) -> None:
        self._workers = workers
        self._make_executor = make_executor or partial(LocalExecutor, workers, close_worker)
        self._executor: Executor | None = None
        self._again: deque[Task] = deque()
        self._running: dict[Future[Graded], Task] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._drop_executor(at_once=error is not None)

    def grade(self, tasks: Iterable[Task]) -> Iterator[Graded]:
        """Yield the row of every task as it is finished, in any order; tasks are taken as workers become free."""
        fresh = iter(tasks)
        while self._hand_out(fresh):
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                task = self._running.pop(future, None)
                if task is not None:  # else the executor died with it, and it waits for its next turn
                    yield from self._row(future, task)

    def _hand_out(self, fresh: Iterator[Task]) -> bool:
        """Keep the workers busy; return whether any task is under way."""
        while len(self._running) < IN_FLIGHT * self._workers:
            task = self._next(fresh)
            if task is None:
                break
            self._running[self._submit(task)] = task
        return bool(self._running)

    def _next(self, fresh: Iterator[Task]) -> Task | None:
        """Return the next task; one that was lost runs alone, so that none is blamed for its neighbour."""
        if any(task.attempt for task in self._running.values()) or (self._again and self._running):
            return None
        return self._again.popleft() if self._again else next(fresh, None)

    def _submit(self, task: Task) -> Future[Graded]:
        if self._executor is None:
            self._executor = self._make_executor()
        try:
            return self._executor.submit(grade_task, task)
        except (
            BrokenExecutor
        ) as error:  # it broke between two tasks: a future that says so goes the usual way
            broken: Future[Graded] = Future()
            broken.set_exception(error)
            return broken

    def _row(self, future: Future[Graded], task: Task) -> Iterator[Graded]:
        """Yield the row of a finished task, or see to it that it is tried again."""
        try:
            yield future.result()
        except BrokenExecutor as error:  # a worker process died, and with it all that was under way
            lost = [task, *self._running.values()]
            self._running.clear()
            self._drop_executor()
            yield from self._retry(lost, error)
        except Exception as error:  # this worker could not, or died alone (dask's KilledWorker)
            yield from self._retry([task], error)

    def _retry(self, tasks: Iterable[Task], error: Exception) -> Iterator[Graded]:
        for task in tasks:
            if task.attempt + 1 < task.attempts:
                self._again.append(replace(task, attempt=task.attempt + 1))
            else:
                yield given_up(task, error)

    def _drop_executor(self, *, at_once: bool = False) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=not at_once, cancel_futures=True)
            self._executor = None


def given_up(task: Task, error: Exception) -> Graded:
    """Return the row of a submission during which the grader's own processes died again and again."""
    often = f"{task.attempts} times" if task.attempts > 1 else "once"
    reason = f"the grader's own process failed {often} at this notebook; a person should look ({error})"
    return Graded(
        student=task.submission.student,
        assignment=task.submission.assignment,
        outcome=Outcome.DIED,
        cells=score(task.key, {}, reason),
        reason=reason,
        seconds=0.0,
        seed=task.seed,
        cage=task.level,
        flags=(*task.submission.flags, GRADER_DIED),
    )


class EngineError(RuntimeError):
    """The warm processes of a worker failed twice in a row; another worker may do better."""


class _Worker:
    """What this worker process keeps between tasks."""

    def __init__(self) -> None:
        self._for: tuple[object, ...] | None = None
        self._zygotes: list[Zygote] = []
        self._engines: Engines | None = None

    def engines(self, task: Task) -> Engines:
        """Return the warm processes that suit a task, started anew where the last ones do not."""
        wanted = (task.level, task.limits, task.key.uses_torch)
        if self._engines is None or self._for != wanted:
            self.close()
            torch = TORCH_MODULES if task.key.uses_torch else ()
            students = Zygote(task.level, task.limits, (*STUDENT_MODULES, *torch))
            self._zygotes.append(students)
            examiners = Zygote(Level.NONE, task.limits, (*EXAMINER_MODULES, *torch), kernels=False)
            self._zygotes.append(examiners)
            for zygote in self._zygotes:
                zygote.__enter__()
            for zygote in self._zygotes:
                zygote.await_ready()  # here, or the first submission would seem to take as long
            self._engines, self._for = Engines(students, examiners, str(task.level)), wanted
        return self._engines

    def close(self) -> None:
        """End the warm processes."""
        while self._zygotes:
            self._zygotes.pop().close()
        self._engines = None


_worker = _Worker()


def close_worker() -> None:
    """End the warm processes of this process; the next task starts them again."""
    _worker.close()


atexit.register(close_worker)


def grade_task(task: Task) -> Graded:
    """Grade one submission in this worker."""
    try:
        return grade(task.submission, task.key, _worker.engines(task), task.limits, task.seed)
    except Exception:
        # Not the notebook's doing: those end as rows. The warm processes may be gone; new ones get one more try.
        _worker.close()
    try:
        return grade(task.submission, task.key, _worker.engines(task), task.limits, task.seed)
    except Exception as error:
        _worker.close()
        raise EngineError(f"{type(error).__name__}: {error}") from error
