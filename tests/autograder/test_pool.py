"""Every task ends as one row, whatever becomes of the workers, and none is blamed for its neighbour."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest

from autograder import pool
from autograder.cage import Level
from autograder.pool import IN_FLIGHT, MAX_ATTEMPTS, Pool, Task
from autograder.records import AnswerKey, Graded, KeyCell, Limits, Outcome, Role, Submission

KEY = AnswerKey("he", (KeyCell("check_he", Role.CHECK, "", 2.0),))


def task(name):
    return Task(Submission(name, "he", None), KEY, Limits(), Level.NONE, 1)


@dataclass
class Broken(Executor):
    """An executor whose workers die with some students: with everything that was handed out beside them."""

    deadly: set[str]
    log: list[int]
    futures: dict[Future, str] = field(default_factory=dict)
    broken: bool = False
    waited: list[bool] = field(default_factory=list)

    def submit(self, function, one):
        if self.broken:
            raise BrokenExecutor("dead before")
        future: Future = Future()
        self.futures[future] = one.submission.student
        self.log.append(sum(not other.done() for other in self.futures))
        if one.submission.student == "fails":
            future.set_exception(OSError("no worker could"))
        elif set(self.futures.values()) & self.deadly and (
            one.submission.student in self.deadly or len(self.futures) > 1
        ):
            self.broken = True
            for other in self.futures:
                if not other.done():
                    other.set_exception(BrokenExecutor("a process died"))
        elif len(self.futures) > 2 or one.attempt:
            for other, student in self.futures.items():
                if not other.done():
                    other.set_result(Graded(student, "he", Outcome.FINISHED, (), "", 0.0, 1, "none"))
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.waited.append(wait)


def run(names, deadly=()):
    log = []
    with Pool(1, lambda: Broken(set(deadly), log)) as pool:
        return {row.student: row for row in pool.grade(map(task, names))}, log


def test_every_task_becomes_one_row():
    rows, _ = run(list("abcdef"))

    assert set(rows) == set("abcdef")


@pytest.mark.parametrize("place", [0, 1, 2, 5])
def test_a_task_that_kills_workers_is_given_up_and_no_other(place):
    names = list("abcdef")
    names[place] = "bomb"
    rows, _ = run(names, deadly={"bomb"})

    assert {name for name, row in rows.items() if row.outcome is not Outcome.FINISHED} == {"bomb"}
    assert set(rows) == set(names)
    assert f"failed {MAX_ATTEMPTS} times" in rows["bomb"].reason
    assert [cell.points for cell in rows["bomb"].cells] == [0.0]


def test_a_task_that_may_be_tried_once_is_given_up_at_once_and_stands_beside_others():
    log = []
    with Pool(1, lambda: Broken({"bomb"}, log)) as pool:
        rows = list(pool.grade(replace(task(name), attempts=1) for name in ("a", "b", "bomb")))

    assert {(row.student, row.outcome) for row in rows} == {
        (name, Outcome.DIED) for name in ("a", "b", "bomb")
    }
    assert all("failed once at this notebook" in row.reason for row in rows)
    assert log == [1, 2, 3]


def test_a_task_that_no_worker_can_do_is_given_up():
    rows, _ = run(["a", "fails", "b"])

    assert "no worker could" in rows["fails"].reason
    assert {rows["a"].outcome, rows["b"].outcome} == {Outcome.FINISHED}


def test_no_more_is_handed_out_than_is_under_way():
    _, log = run([str(number) for number in range(30)])

    assert max(log) <= IN_FLIGHT


@pytest.mark.parametrize("error", [KeyboardInterrupt, None])
def test_what_is_under_way_is_waited_for_unless_the_run_ends_with_an_error(error):
    executor = Broken(set(), [])
    with suppress(KeyboardInterrupt), Pool(1, lambda: executor) as pool:
        for _ in pool.grade(map(task, "abcdef")):
            if error:
                raise error

    assert executor.waited == [error is None]


def test_torch_is_imported_only_where_it_is_used():
    with_torch = AnswerKey("he", (KeyCell("a", Role.LOCKED, "import torch"),))

    assert (KEY.uses_torch, with_torch.uses_torch) == (False, True)


def test_a_submission_finds_warm_processes(monkeypatch):
    """Both start side by side, and both have imported everything before a submission's seconds begin."""
    log = []

    class Noted:
        def __init__(self, *_, kernels=True):
            self.kind = "kernels" if kernels else "examiners"

        def __enter__(self):
            log.append(f"{self.kind} start")

        def await_ready(self):
            log.append(f"{self.kind} are ready")

        def close(self):
            log.append(f"{self.kind} end")

    monkeypatch.setattr(pool, "Zygote", Noted)
    monkeypatch.setattr(pool, "grade", lambda submission, *_: log.append(submission.student))
    monkeypatch.setattr(pool, "_worker", pool._Worker())
    for name in ("ann", "bob"):
        pool.grade_task(task(name))
    pool.close_worker()

    started = ["kernels start", "examiners start", "kernels are ready", "examiners are ready"]
    assert log == [*started, "ann", "bob", "examiners end", "kernels end"]
