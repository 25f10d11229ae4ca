"""Where submissions are graded side by side: processes on this machine, or dask's workers on others.

For both, `shutdown(wait=False)` gives up what is under way: nobody would read it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import Any

from autograder.cage import prctl
from autograder.errors import EnvironmentMissing

LEAVING_SECONDS = 5
"""How long a process may take to clean up when it is told to end."""


class LocalExecutor(ProcessPoolExecutor):
    """Processes on this machine, each started afresh; Ctrl-C at the terminal is the affair of their parent.

    Args:
        workers: How many.
        clean_up: What each of them does last when it is told to end in the middle of a task.
    """

    def __init__(self, workers: int, clean_up: Callable[[], None]) -> None:
        context = multiprocessing.get_context("spawn")
        super().__init__(workers, context, initializer=_begin, initargs=(os.getpid(), clean_up))
        # Before Python 3.11.5 (Debian 12 has 3.11.2) an executor whose workers died while they took a large task never
        # ends, and neither does the grader: it waits for the thread that sends the task (cpython gh-94777).
        self._call_queue.cancel_join_thread()  # type: ignore[attr-defined]  # there is no public way

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task to some process; start one more where none is free."""
        with _ctrl_c_held_back():
            return super().submit(function, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, after what they do or, without waiting, in the middle of it."""
        if not wait:
            for process in list((self._processes or {}).values()):
                process.terminate()
        # Its threads are always waited for: Python waits for them at its own end anyway, and there it wakes them
        # through a pipe that they may just have closed (`OSError: Bad file descriptor`, now and then).
        super().shutdown(cancel_futures=cancel_futures)


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Let Ctrl-C wait: a process that is half started, or still importing, knows no better answer than a traceback."""
    came: list[int] = []
    # It alone may set handlers, and it alone is interrupted.
    in_main = threading.current_thread() is threading.main_thread()
    # The handler for us: whichever thread takes the signal, Python would interrupt the main one.
    answer = signal.signal(signal.SIGINT, lambda number, _: came.append(number)) if in_main else None
    # The mask for what is started meanwhile, which inherits it.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if in_main:
            signal.signal(signal.SIGINT, answer)
        if came:
            signal.raise_signal(signal.SIGINT)


def _begin(parent: int, clean_up: Callable[[], None]) -> None:
    """In a new process: end when the parent ends, however it does; it would wait for tasks for ever."""
    prctl.die_with_parent()
    if os.getppid() != parent:  # it has ended already
        os._exit(1)

    def leave(number: int, frame: FrameType | None) -> None:
        # It is told twice: the executor ends all when one has ended.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.alarm(LEAVING_SECONDS)
        try:
            clean_up()
        finally:
            os._exit(1)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class DaskExecutor(Executor):
    """The workers of a dask.distributed scheduler, on this machine or others.

    Args:
        address: The scheduler's, such as `tcp://10.0.0.5:8786`.

    Raises:
        EnvironmentMissing: dask.distributed is not installed, or no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise EnvironmentMissing("--scheduler needs dask: pip install 'dask[distributed]'") from None
        try:
            self._client = Client(address, timeout="20s")
        except OSError as error:
            raise EnvironmentMissing(f"no scheduler answers at {address}: {error}") from error
        self._executor = self._client.get_executor()

    @property
    def workers(self) -> int:
        """How many submissions the scheduler's workers grade at a time."""
        return max(1, sum(int(threads) for threads in self._client.nthreads().values()))

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task to some worker."""
        future: Future[Any] = self._executor.submit(function, *args, **kwargs, pure=False)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the scheduler; its workers stay."""
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()
