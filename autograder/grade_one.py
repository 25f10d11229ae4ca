"""One submission from its bytes to its row: no shared state, and whatever the notebook does, a row comes out."""

from __future__ import annotations

import signal
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from autograder.examiner.cell import Verdict
from autograder.examiner.session import Examiner
from autograder.executed import executed_notebook
from autograder.kernel import Kernel, Zygote
from autograder.kernel.process import MEMORY
from autograder.records import AnswerKey, Graded, Limits, Outcome, Role, Submission
from autograder.sanitise import RunList, Step, Unreadable, read_notebook, rebuild
from autograder.scoring import score

GRACE_SECONDS = 2.0
"""From the verdict until the student's process must be back from the conversation."""

_OUTCOMES = {
    "timed_out": Outcome.TIMED_OUT,
    "out_of_memory": Outcome.OUT_OF_MEMORY,
    "flooded": Outcome.DIED,
    "died": Outcome.DIED,
}


@dataclass(frozen=True)
class Engines:
    """The two warm processes of one worker.

    Attributes:
        students: Forks the students' kernels; it has never seen a test or an answer.
        examiners: Forks the trusted processes in which test cells run.
        level: The level of confinement of `students`.
    """

    students: Zygote
    examiners: Zygote
    level: str


@dataclass
class Course:
    """What happened while one notebook ran: filled step by step, read once at the end."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    outcome: Outcome = Outcome.FINISHED
    reason: str = ""
    flags: list[str] = field(default_factory=list)
    disturbed: bool = False
    """Whether a process was killed from outside, as far as anyone can tell: by the system, or by a person."""

    def note(self, outcome: Outcome, reason: str) -> None:
        """Keep the first thing that went wrong; what follows is mostly its consequence."""
        if self.outcome is Outcome.FINISHED:
            self.outcome, self.reason = outcome, reason


def grade(submission: Submission, key: AnswerKey, engines: Engines, limits: Limits, seed: int) -> Graded:
    """Return the row of one submission.

    What a notebook does is in the row; only a failure of our own machinery raises.

    Args:
        submission: The notebook, loaded.
        key: The instructor's source of its assignment.
        engines: The warm processes.
        limits: What the notebook may use.
        seed: The run's seed; with assignment, student and file it decides every draw of the checks.
    """
    start = time.monotonic()
    try:
        if submission.contents is None:
            raise Unreadable(submission.trouble)
        runlist = rebuild(read_notebook(submission.contents), key)
    except Unreadable as error:
        course, notebook = Course(outcome=Outcome.UNREADABLE, reason=str(error)), None
        scores = score(key, {}, course.reason)
    else:
        # The file's digest is part of it: feedback on one version foretells no draw for the next.
        own_seed = f"{seed}/{submission.assignment}/{submission.student}/{submission.digest}"
        course = _run(runlist, key, engines, limits, own_seed)
        if course.disturbed:  # a notebook that kills its own process does so again
            course = _run(runlist, key, engines, limits, own_seed)
        scores = score(key, course.verdicts, course.reason)
        course.flags[:0] = runlist.flags
        notebook = executed_notebook(runlist, key, course.outputs, scores)
    return Graded(
        student=submission.student,
        assignment=submission.assignment,
        outcome=course.outcome,
        cells=scores,
        reason=course.reason,
        seconds=round(time.monotonic() - start, 3),
        seed=seed,
        cage=engines.level,
        flags=(*submission.flags, *course.flags),
        notebook=notebook,
        digest=submission.digest,
    )


def _run(runlist: RunList, key: AnswerKey, engines: Engines, limits: Limits, seed: str) -> Course:
    """Run a rebuilt notebook: its cells in the student's process, the checks between them in ours."""
    course, deadline = Course(), time.monotonic() + limits.notebook_seconds
    with engines.students.kernel() as kernel, Examiner(engines.examiners, key, seed, limits) as examiner:
        for step in runlist.steps:
            left = deadline - time.monotonic()
            if left <= 0:
                course.note(Outcome.TIMED_OUT, f"the notebook took longer than {limits.notebook_seconds:g} s")
                break
            if step.runs and kernel.alive:
                _run_cell(step, kernel, course, min(limits.cell_seconds, left))
            elif step.role is Role.CHECK:
                _run_check(step, kernel, examiner, course, min(limits.check_seconds, left))
        if course.outcome is Outcome.DIED:
            ended = kernel.end()
            course.disturbed |= ended.code in (None, -signal.SIGKILL) and ended.describe() in course.reason
    return course


def _run_cell(step: Step, kernel: Kernel, course: Course, seconds: float) -> None:
    run = kernel.run(step.source, seconds)
    course.outputs[step.name] = run.outputs
    if run.status not in ("ok", "error"):
        course.note(_OUTCOMES[run.status], f"in the cell {step.name}: {run.reason}")


def _run_check(step: Step, kernel: Kernel, examiner: Examiner, course: Course, seconds: float) -> None:
    if not kernel.alive:
        course.verdicts[step.name] = Verdict(
            False, "The process of your notebook had ended before this check."
        )
        course.note(*_fate(kernel, f"before {step.name}"))
        return
    verdict = _converse(step.name, kernel, examiner, seconds)
    course.verdicts[step.name] = verdict
    course.disturbed |= verdict.broken == "examiner"
    if verdict.own_fault:
        course.flags.append(f"{step.name}: the check itself went wrong; a person should look")
    if verdict.broken == "deadline":
        course.note(Outcome.TIMED_OUT, f"in {step.name}: a call did not come back in time")
    elif verdict.broken == "ended" and not kernel.alive:
        course.note(*_fate(kernel, f"during {step.name}"))


def _converse(name: str, kernel: Kernel, examiner: Examiner, seconds: float) -> Verdict:
    """Connect the student's process and the examiner for one test cell, by a socket of its own."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            try:
                socket.send_fds(kernel.bridge, [b"."], [theirs.fileno()])
                kernel.serve()
            except OSError:
                return Verdict(False, "The process of your notebook has ended.", broken="ended")
        verdict = examiner.check(name, ours, seconds)
    kernel.served(0.0 if verdict.broken == "deadline" else GRACE_SECONDS)
    return verdict


def _fate(kernel: Kernel, where: str) -> tuple[Outcome, str]:
    """Return how a kernel that is gone came to its end."""
    ended = kernel.end()
    outcome = Outcome.OUT_OF_MEMORY if ended.reason == MEMORY else Outcome.DIED
    return outcome, f"{where}: the kernel {ended.describe()}"
