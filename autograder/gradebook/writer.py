"""The one writer of nbgrader's gradebook: its own schema and models, filled in batches.

Formgrader, `nbgrader generate_feedback` and `nbgrader export` read what stands here.
Marks and comments that a person gave are never touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from autograder.gradebook import library, marks
from autograder.gradebook.connection import Explained, with_driver
from autograder.gradebook.late import Lateness
from autograder.people import Person
from autograder.records import AnswerKey, ByHand, CellScore, Graded, Role

if TYPE_CHECKING:
    from nbgrader.api import Grade, Gradebook, SubmittedNotebook

_LOCKED = (Role.LOCKED, Role.CHECK)
_ROLES = {  # which cells of the key stand in which table
    "GradeCell": (Role.CHECK, Role.MANUAL),
    "SolutionCell": (Role.SOLUTION, Role.MANUAL),
    "SourceCell": (Role.LOCKED, Role.SOLUTION, Role.CHECK, Role.MANUAL),
}
MAX_ID = 128
"""Characters of a student's id: the size of the column."""


@dataclass(frozen=True)
class Written:
    """What came of writing rows.

    Attributes:
        notices: What a person who gave manual marks should look at again, one sentence each.
        penalties: What coming late costs, by student; who came in time, or late for nothing, is not in it.
    """

    notices: tuple[str, ...]
    penalties: Mapping[str, float]


class Writer:
    """A connection to the gradebook; the only one that writes.

    Args:
        url: SQLAlchemy's URL of the database, SQLite or PostgreSQL; its tables are created when they are not there.
        lateness: Knows when submissions came in; without it nobody is late.

    Raises:
        GradebookError: The database cannot be opened.
    """

    def __init__(self, url: str, lateness: Lateness | None = None) -> None:
        self._url = url
        self._lateness = lateness
        with Explained(url):
            library.load()
            from nbgrader.api import Gradebook

            library.stamp(with_driver(url))
            self._gradebook: Gradebook = Gradebook(with_driver(url))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; what `write` returned from is on disk."""
        self._gradebook.close()

    def prepare(self, key: AnswerKey) -> None:
        """Write down the assignment: its cells and their points, as `nbgrader generate_assignment` does."""
        book, slug = self._gradebook, key.assignment
        with Explained(self._url):
            self._remove_stale_cells(key)
            book.update_or_create_assignment(slug)
            book.update_or_create_notebook(slug, slug)
            for cell in key.cells:
                if cell.role in (Role.CHECK, Role.MANUAL):
                    book.update_or_create_grade_cell(
                        cell.name, slug, slug, max_score=cell.points, cell_type=cell.kind
                    )
                if cell.role in (Role.SOLUTION, Role.MANUAL):
                    book.update_or_create_solution_cell(cell.name, slug, slug)
                if cell.role not in (Role.TEXT, Role.CODE):
                    book.update_or_create_source_cell(
                        cell.name,
                        slug,
                        slug,
                        cell_type=cell.kind,
                        locked=cell.role in _LOCKED,
                        source=cell.source if cell.role in _LOCKED else key.released[cell.name],
                    )

    def _remove_stale_cells(self, key: AnswerKey) -> None:
        """Remove what an earlier version of the assignment had and this one has not: it would still count."""
        from nbgrader.api import MissingEntry

        try:
            notebook = self._gradebook.find_notebook(key.assignment, key.assignment)
        except MissingEntry:
            return
        roles = {cell.name: cell.role for cell in key.cells}
        session = self._gradebook.db
        for cell in [*notebook.grade_cells, *notebook.solution_cells, *notebook.source_cells]:
            if roles.get(cell.name) in _ROLES[type(cell).__name__]:
                continue
            for dependent in (*getattr(cell, "grades", ()), *getattr(cell, "comments", ())):
                session.delete(dependent)
            session.delete(cell)
        session.commit()

    def enrol(self, people: Iterable[Person]) -> None:
        """Write down the names and addresses of students, also of those who handed in nothing."""
        with Explained(self._url):
            marks.enrol(self._gradebook, people)

    def by_hand(self, slug: str) -> dict[str, dict[str, ByHand]]:
        """Return what persons gave in one assignment that was prepared: by student, then by cell."""
        with Explained(self._url):
            return marks.by_hand(self._gradebook, slug)

    def write(self, rows: Iterable[Graded], key: AnswerKey, resumed: Collection[str] = ()) -> Written:
        """Write one batch of rows of one assignment in one transaction.

        Args:
            rows: What was graded.
            key: The instructor's source.
            resumed: Students whose rows an earlier run graded; what a person marked since is settled.
        """
        batch = list(rows)
        with Explained(self._url):
            try:
                notices, penalties = [], {}
                for row in batch:
                    notebook = self._submitted_notebook(row)
                    notices += self._write_row(row, notebook, key, settled=row.student in resumed)
                    penalties[row.student] = float(notebook.late_submission_penalty or 0.0)
                self._gradebook.db.commit()
            except BaseException:
                self._gradebook.db.rollback()
                raise
        return Written(tuple(notices), {student: cost for student, cost in penalties.items() if cost})

    def _write_row(
        self, row: Graded, notebook: SubmittedNotebook, key: AnswerKey, settled: bool
    ) -> list[str]:
        scores = {score.name: score for score in row.cells}
        untouched = _untouched(row, key)
        notices = []
        for grade in self._grades(notebook):
            if not (settled and grade.manual_score is not None and grade.auto_score is None):
                notices += _write_grade(grade, scores.get(grade.name), grade.name in untouched, row.student)
        for comment in notebook.comments:
            comment.auto_comment = "No response." if comment.name in untouched else None
        if self._lateness is not None:
            self._gradebook.db.flush()
            self._gradebook.db.refresh(notebook)  # its score is computed by the database
            notices += self._lateness.note(notebook)
        return notices

    def _submitted_notebook(self, row: Graded) -> SubmittedNotebook:
        """Return the student's notebook in the gradebook, created with all its grades where it is new."""
        from nbgrader.api import Student, SubmittedAssignment, SubmittedNotebook

        session, slug, student = self._gradebook.db, row.assignment, id_of(row.student)
        assignment = self._gradebook.find_assignment(slug)
        if session.get(Student, student) is None:
            session.add(Student(id=student))
        submission = (
            session.query(SubmittedAssignment)
            .filter_by(assignment_id=assignment.id, student_id=student)
            .one_or_none()
        )
        if submission is None:
            submission = SubmittedAssignment(assignment_id=assignment.id, student_id=student)
            session.add(submission)
        if not submission.notebooks:
            submission.notebooks.append(SubmittedNotebook(notebook=assignment.notebooks[0]))
        session.flush()
        notebook: SubmittedNotebook = submission.notebooks[0]
        return notebook

    def _grades(self, notebook: SubmittedNotebook) -> list[Grade]:
        """Return the grades of a submitted notebook; cells that are new in the key get theirs."""
        from nbgrader.api import Comment, Grade

        graded = {grade.cell_id for grade in notebook.grades}
        notebook.grades += [
            Grade(cell_id=cell.id) for cell in notebook.notebook.grade_cells if cell.id not in graded
        ]
        commented = {comment.cell_id for comment in notebook.comments}
        notebook.comments += [
            Comment(cell_id=cell.id) for cell in notebook.notebook.solution_cells if cell.id not in commented
        ]
        self._gradebook.db.flush()
        grades: list[Grade] = notebook.grades
        return grades


def _write_grade(grade: Grade, score: CellScore | None, untouched: bool, student: str) -> list[str]:
    """Set the automatic mark; a mark that a person gave stays, and asks to be looked at if ours has changed."""
    before = grade.auto_score
    if score is not None:
        grade.auto_score = score.points
    else:  # a cell that a person marks; nbgrader gives an untouched answer 0 without asking anyone
        grade.auto_score = 0.0 if untouched else None
    changed = before != grade.auto_score
    if grade.manual_score is None:
        grade.needs_manual_grade = grade.auto_score is None
    elif changed or grade.auto_score is None:  # the answer in words may be another one, too
        grade.needs_manual_grade = True
    if grade.manual_score is None or not changed:
        return []
    return [f"{student}: {grade.name} was marked by hand; its automatic mark is now {grade.auto_score}"]


def id_of(student: str) -> str:
    """Return the gradebook's id of a student: the folder's name, shortened when it is too long for the column."""
    if len(student) <= MAX_ID:
        return student
    return f"{student[:100]}~{hashlib.sha256(student.encode()).hexdigest()[:16]}"


def _untouched(row: Graded, key: AnswerKey) -> set[str]:
    """Return the names of answers that still are as released."""
    if row.notebook is None:
        return {cell.name for cell in key.cells if cell.role in (Role.SOLUTION, Role.MANUAL)}
    sources = {cell["id"]: cell["source"] for cell in row.notebook["cells"]}
    return {
        cell.name
        for cell in key.cells
        if cell.role in (Role.SOLUTION, Role.MANUAL)
        and sources.get(cell.name, "").strip() in ("", key.released[cell.name].strip())
    }
