"""What stands in the gradebook: marks as they count, and what persons wrote; nothing here changes it but names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.gradebook import library
from autograder.gradebook.connection import Explained, hidden_password, with_driver
from autograder.people import Person
from autograder.records import ByHand

if TYPE_CHECKING:
    from nbgrader.api import Gradebook, SubmittedAssignment

MAX_NAME = 128
"""Characters of a name: the size of the column."""


@dataclass(frozen=True)
class Mark:
    """What one submission counts.

    Attributes:
        student: The gradebook's id.
        assignment: The slug.
        score: Automatic and manual marks, less the penalty for coming late; never below 0.
        max_score: What all cells could earn, those that a person marks included.
        penalty: What was taken off.
        waiting: Whether cells wait for a person.
    """

    student: str
    assignment: str
    score: float
    max_score: float
    penalty: float
    waiting: bool


def read_marks(url: str) -> list[Mark]:
    """Return every mark of a gradebook, by assignment and student.

    Raises:
        UsageError: There is no such gradebook.
        GradebookError: It cannot be read.
    """
    with Explained(url):
        library.load()
        from nbgrader.api import Assignment, Gradebook, SubmittedAssignment

        _require_gradebook(with_driver(url))
        with Gradebook(with_driver(url)) as gradebook:
            found = (
                gradebook.db.query(SubmittedAssignment)
                .join(Assignment)
                .order_by(Assignment.name, SubmittedAssignment.student_id)
            )
            return [_mark(submission) for submission in found]


def _require_gradebook(url: str) -> None:
    """Refuse a database that is not there yet: nbgrader would make an empty one."""
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.engine import make_url

    address = make_url(url)
    missing = address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file()
    engine = create_engine(url)
    try:
        if missing or not inspect(engine).has_table("assignment"):
            raise UsageError(f"there is no gradebook {hidden_password(url)}; run `autograder grade` first")
    finally:
        engine.dispose()


def _mark(submission: SubmittedAssignment) -> Mark:
    penalty = float(submission.late_submission_penalty or 0.0)
    return Mark(
        student=str(submission.student_id),
        assignment=str(submission.assignment.name),
        score=max(0.0, float(submission.score) - penalty),
        max_score=float(submission.max_score),
        penalty=penalty,
        waiting=bool(submission.needs_manual_grade),
    )


def by_hand(gradebook: Gradebook, slug: str) -> dict[str, dict[str, ByHand]]:
    """Return what persons gave in one assignment, which the gradebook must have: by student, then by cell."""
    found: dict[str, dict[str, ByHand]] = defaultdict(dict)
    for submission in gradebook.assignment_submissions(slug):
        for notebook in submission.notebooks:
            comments = {c.name: c.manual_comment for c in notebook.comments if c.manual_comment}
            for grade in notebook.grades:
                points = None if grade.manual_score is None else float(grade.manual_score)
                comment = str(comments.pop(grade.name, ""))
                if grade.extra_credit:
                    points = float(grade.score)
                if points is not None or comment:
                    most = float(grade.max_score)
                    found[submission.student_id][grade.name] = ByHand(points, most, comment)
            for name, comment in comments.items():
                found[submission.student_id][name] = ByHand(comment=str(comment))
    return dict(found)


def enrol(gradebook: Gradebook, people: Iterable[Person]) -> None:
    """Write down the names and addresses of students, also of those who handed in nothing."""
    from nbgrader.api import Student

    for person in people:
        student = gradebook.db.get(Student, person.id)
        if student is None:
            student = Student(id=person.id)
            gradebook.db.add(student)
        student.first_name = person.first_name[:MAX_NAME] or student.first_name
        student.last_name = person.last_name[:MAX_NAME] or student.last_name
        student.email = person.email[:MAX_NAME] or student.email
        student.lms_user_id = person.canvas_id[:MAX_NAME] or student.lms_user_id
    gradebook.db.commit()
