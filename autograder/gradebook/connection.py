"""Addresses of gradebooks, and their many errors as one that says where and what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from autograder.errors import GradebookError


def default_url(course: Path) -> str:
    """Return the URL of the course folder's own SQLite gradebook."""
    return f"sqlite:///{course.resolve() / 'gradebook.db'}"


class Explained:
    """Turns the errors of a database into a `GradebookError`.

    Args:
        url: The database.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: Any) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        known = (SQLAlchemyError, OSError, ImportError, ValueError, subprocess.SubprocessError)
        if isinstance(error, known):
            first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise GradebookError(
                f"the gradebook {hidden_password(self._url)} cannot be used ({first_line}); "
                "what was graded is kept, mend this and run the same command again"
            ) from error


def with_driver(url: str) -> str:
    """Return a database URL that names the PostgreSQL driver of requirements.txt when it names none.

    >>> with_driver("postgresql://db/grades")
    'postgresql+psycopg2://db/grades'
    """
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg2{separator}{rest}" if scheme in ("postgres", "postgresql") else url


def hidden_password(url: str) -> str:
    """Return a database URL as it may be printed."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return url.rpartition("@")[2]
