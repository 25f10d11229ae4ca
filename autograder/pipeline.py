"""A class from the folder of submissions to gradebook, feedback and report; the parent is the only writer."""

from __future__ import annotations

import contextlib
import fcntl
import json
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder import analysis, exports
from autograder.cage import Level
from autograder.canaries import canaries, require_sound
from autograder.changes import changes, changes_csv
from autograder.checks import counted
from autograder.earlier import with_earlier
from autograder.errors import UsageError
from autograder.executed import for_formgrader
from autograder.feedback import render
from autograder.files import write_atomically, written
from autograder.gradebook import Lateness, Writer, default_url, id_of, load_nbgrader
from autograder.key import load_key
from autograder.people import read_people
from autograder.pool import Pool, Task
from autograder.records import AnswerKey, Graded, Limits, Submission
from autograder.results import read_results
from autograder.roster import find_submissions, loaded, read_submission
from autograder.settings import Settings, write_settings
from autograder.store import Store, key_digest, without_notebook

EXCHANGE_FILES = ("timestamp.txt", "submission_secret.txt")
MAX_EXCHANGE_FILE = 1_000
BATCH = 25  # rows per transaction of the gradebook


@dataclass(frozen=True)
class Run:
    """One call of `autograder grade`.

    Attributes:
        root: The repository, with `solutions/`, `exercises/` and `build/source/`.
        submitted: The folder of submissions.
        course: Where everything that grading makes is left.
        slugs: The assignments to grade.
        level: The level of confinement.
        seed: Decides every draw of the checks.
        limits: What one notebook may use.
        workers: How many submissions are graded at a time.
        database: URL of the gradebook; None for SQLite in the course folder.
        force: Whether to grade again what was graded.
        again: Students whose submissions are graded again.
        make_executor: Makes the executor; None for this machine's processes.
    """

    root: Path
    submitted: Path
    course: Path
    slugs: Sequence[str]
    level: Level
    seed: int
    limits: Limits = field(default_factory=Limits)
    workers: int = 1
    database: str | None = None
    force: bool = False
    again: Collection[str] = ()
    make_executor: Callable[[], Executor] | None = None

    def task(self, submission: Submission, key: AnswerKey) -> Task:
        """Return the task of grading one submission in this run."""
        return Task(loaded(submission), key, self.limits, self.level, self.seed)

    def repeats(self, student: str) -> bool:
        """Return whether what an earlier run found out about a student does not count."""
        return self.force or student in self.again

    def settings(self, key: AnswerKey) -> Settings:
        """Return what must be known to repeat this run."""
        places = str(self.root.resolve()), str(self.submitted.resolve())
        return Settings(*places, self.seed, str(self.level), self.limits, key_digest(key))


@dataclass(frozen=True)
class Summary:
    """What a run did.

    Attributes:
        rows: Every submission's row, by student and assignment, without the notebooks.
        resumed: How many of them an earlier run had graded.
        notices: What a person should look at again.
    """

    rows: tuple[Graded, ...]
    resumed: int
    notices: tuple[str, ...]


Progress = Callable[[Graded, int, int], None]
"""Called with each row as it is finished, the number of finished rows, and the number of all."""


def grade_class(run: Run, progress: Progress = lambda row, done, total: None) -> Summary:
    """Grade every submission that was not graded under the same conditions before.

    Raises:
        UsageError: A folder or an assignment does not exist, or there is nothing to grade.
        CanaryFailed: The grader is not sound on this machine; nothing was graded.
        GradebookError: The gradebook cannot be written; what was graded is kept for the next run.
    """
    with only_one_run(run.course):
        return _grade_class(run, progress)


def _grade_class(run: Run, progress: Progress) -> Summary:
    submissions = find_submissions(run.submitted, run.slugs)
    _require_known(run.again, submissions)
    used = {submission.assignment for submission in submissions}
    every = [load_key(slug, run.root) for slug in run.slugs]
    keys = {key.assignment: key for key in with_earlier([k for k in every if k.assignment in used], run.root)}
    store = Store(run.course, run.seed, run.limits, run.level)
    resumable = [submission for submission in submissions if not run.repeats(submission.student)]
    known = {_id(row) for row in _recorded(resumable, keys, store)}
    todo = [submission for submission in submissions if _id(submission) not in known]
    # Warm processes with torch are others than those without: they are changed once, not at every student.
    todo.sort(key=lambda submission: not keys[submission.assignment].uses_torch)
    with Pool(run.workers, run.make_executor) as pool:
        if todo:
            # While the canaries run: it takes as long as they do.
            threading.Thread(target=load_nbgrader, daemon=True).start()
            _test_the_grader(run, [keys[slug] for slug in sorted({s.assignment for s in todo})], pool)
        lateness = Lateness(run.submitted, run.root)
        with Writer(run.database or default_url(run.course), lateness) as writer:
            writer.enrol(read_people(run.course))
            desk = Desk(run, keys, store, writer, resumed=known)
            # Read again one by one: thousands of notebooks at once would not fit into memory.
            for row in _recorded([s for s in submissions if _id(s) in known], keys, store):
                desk.publish(row)
            graded = pool.grade(run.task(submission, keys[submission.assignment]) for submission in todo)
            for done, row in enumerate(graded, start=1):
                desk.keep(row)
                progress(row, len(known) + done, len(submissions))
            desk.flush()
    rows = analysis.with_similar_pairs(sorted(desk.rows, key=_id), desk.fingerprints)
    notices = [*desk.notices, *_export(run, keys, rows)]
    return Summary(tuple(rows), len(known), tuple(notices))


def _require_known(students: Collection[str], submissions: Iterable[Submission]) -> None:
    unknown = set(students) - {submission.student for submission in submissions}
    if unknown:
        raise UsageError(f"nothing was handed in by {', '.join(sorted(unknown))}; give the name of a folder")


@contextmanager
def only_one_run(course: Path) -> Iterator[None]:
    """Hold the course folder's lock; the system lets go of it when the process ends, however it ends."""
    with written(course):
        course.mkdir(parents=True, exist_ok=True)
        lock = (course / ".lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another run is grading into {course}; wait for it, or stop it") from None
        yield


def _id(row: Submission | Graded) -> tuple[str, str]:
    return row.student, row.assignment


def _test_the_grader(run: Run, keys: Iterable[AnswerKey], pool: Pool) -> None:
    in_turn = sorted(keys, key=lambda key: key.uses_torch)  # those first whose processes start sooner
    tasks = (run.task(canary, key) for key in in_turn for canary in canaries(key, run.root))
    require_sound(pool.grade(replace(task, attempts=1) for task in tasks))


def _recorded(
    submissions: Iterable[Submission], keys: dict[str, AnswerKey], store: Store
) -> Iterator[Graded]:
    """Yield what an earlier run graded under the same conditions."""
    for submission in submissions:
        row = store.load(loaded(submission), keys[submission.assignment])
        if row is not None:
            yield row


class Desk:
    """Where finished rows are written down: record and notebook first, then gradebook and feedback in batches."""

    def __init__(
        self,
        run: Run,
        keys: dict[str, AnswerKey],
        store: Store,
        writer: Writer,
        resumed: Collection[tuple[str, str]],
    ) -> None:
        self._run, self._keys, self._store, self._writer = run, keys, store, writer
        self._resumed = resumed
        self._batches: dict[str, list[Graded]] = {slug: [] for slug in keys}
        self.rows: list[Graded] = []
        self.notices: list[str] = []
        self.fingerprints: dict[tuple[str, str], dict[str, str]] = {}
        self._by_hand = {}
        for slug, key in keys.items():
            writer.prepare(key)
            self._by_hand[slug] = writer.by_hand(slug)

    def keep(self, row: Graded) -> None:
        """Record a row that was just graded, and publish it."""
        self._store.save(row, self._keys[row.assignment])
        self.publish(row)

    def publish(self, row: Graded) -> None:
        """Write what formgrader shows of a row, and queue it for gradebook and feedback."""
        key = self._keys[row.assignment]
        row = replace(row, flags=(*row.flags, *analysis.evidence(row, key)))
        self.fingerprints[_id(row)] = analysis.fingerprints(row, key)
        place = Path(row.student) / row.assignment
        path = self._run.course / "autograded" / place / f"{row.assignment}.ipynb"
        if row.notebook is None:  # there may be one of an earlier file, which could be read
            path.unlink(missing_ok=True)
        else:
            shown = for_formgrader(row.notebook, key)
            write_atomically(path, json.dumps(shown, indent=1, ensure_ascii=False) + "\n", durable=False)
        batch = self._batches[row.assignment]
        batch.append(row)
        self.rows.append(without_notebook(row))
        if len(batch) >= BATCH:
            self.flush()

    def _return(self, row: Graded, penalty: float) -> None:
        """Write the student's page; what coming late costs, the gradebook knows."""
        place = Path(row.student) / row.assignment
        by_hand = self._by_hand[row.assignment].get(id_of(row.student), {})
        page = render(row, self._keys[row.assignment], by_hand, penalty)
        write_atomically(
            self._run.course / "feedback" / place / f"{row.assignment}.html", page, durable=False
        )
        self._accompany(place)

    def _accompany(self, place: Path) -> None:
        """Put beside the page what nbgrader's exchange gives it back by, where the submission came from there."""
        for name in EXCHANGE_FILES:
            with contextlib.suppress(OSError):
                content = read_submission(self._run.submitted / place / name, MAX_EXCHANGE_FILE)
                write_atomically(self._run.course / "feedback" / place / name, content, durable=False)

    def flush(self) -> None:
        """Write the queued rows to the gradebook, and their pages."""
        for slug, batch in self._batches.items():
            if batch:
                resumed = {row.student for row in batch if _id(row) in self._resumed}
                written = self._writer.write(batch, self._keys[slug], resumed)
                self.notices += written.notices
                for row in batch:
                    self._return(row, written.penalties.get(row.student, 0.0))
                batch.clear()


def _export(run: Run, keys: dict[str, AnswerKey], rows: Sequence[Graded]) -> list[str]:
    """Write down the results, beside those of other assignments; return what a person should look at."""
    report = run.course / "report"
    before = _results_before(run.course)
    changed = changes(before, rows)
    if changed:
        write_atomically(report / "changes.csv", changes_csv(changed))
    others = [row for row in before if row.assignment not in run.slugs]
    everything = sorted([*others, *rows], key=_id)
    write_atomically(report / "results.jsonl", exports.jsonl(everything))
    write_atomically(report / "grades.csv", exports.grades_csv(everything))
    write_settings(run.course, {slug: run.settings(key) for slug, key in keys.items()})
    number = len({(change.student, change.assignment) for change in changed})
    return (
        [f"{counted(number, 'submission')} earned other points than before: {report / 'changes.csv'}"]
        if number
        else []
    )


def _results_before(course: Path) -> list[Graded]:
    try:
        return read_results(course)
    except UsageError:  # none, or damaged ones, which this run replaces
        return []
