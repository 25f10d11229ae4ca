"""Late submissions: nbgrader's time stamps, due dates and plugin, as `nbgrader autograde` applies them.

`submitted/<student>/<slug>/timestamp.txt` says when a submission came in, the assignment in the gradebook when it
was due, and the plugin named in `nbgrader_config.py` what that costs; by default nothing.
"""

from __future__ import annotations

import runpy
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import GradebookError
from autograder.roster import read_submission

if TYPE_CHECKING:
    from nbgrader.api import SubmittedNotebook
    from nbgrader.preprocessors import AssignLatePenalties
    from traitlets.config import Config

MAX_STAMP = 200
"""Bytes of a time stamp."""


class Lateness:
    """When submissions came in, and what coming late costs.

    Args:
        submitted: The folder of submissions.
        root: The folder with `nbgrader_config.py`; the file need not be there.
    """

    def __init__(self, submitted: Path, root: Path) -> None:
        self._submitted = submitted
        self._config_path = root / "nbgrader_config.py"
        self._plugin: AssignLatePenalties | None = None

    def note(self, notebook: SubmittedNotebook) -> list[str]:
        """Write down when a submission came in and its penalty; its marks must be in the database.

        Returns:
            What a person should look at, one sentence each.
        """
        submission = notebook.assignment
        stamp = self._submitted / submission.student_id / submission.assignment.name / "timestamp.txt"
        notices = []
        try:
            submission.timestamp = time_of(read_submission(stamp, MAX_STAMP)) or submission.timestamp
        except FileNotFoundError:
            pass
        except (OSError, ValueError, OverflowError):
            notices.append(f"{submission.student_id}: {stamp} holds no time; it was not used")
        notebook.late_submission_penalty = None
        if submission.total_seconds_late > 0:
            notebook.late_submission_penalty = self._penalty(notebook, submission.total_seconds_late)
        return notices

    def _penalty(self, notebook: SubmittedNotebook, seconds: float) -> float | None:
        if self._plugin is None:
            self._plugin = _configured(self._config_path)
        student = notebook.assignment.student_id
        try:
            penalty = self._plugin.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
            return None if penalty is None else float(self._plugin._check_late_penalty(notebook, penalty))
        except Exception as error:
            raise GradebookError(
                f"the plugin for late submissions, configured in {self._config_path}, failed for {student} "
                f"({type(error).__name__}: {error}); mend it and run the same command again"
            ) from error


def time_of(stamp: bytes) -> datetime | None:
    """Return the time that a stamp says, in UTC and without a time zone as nbgrader has it; None if it is empty.

    >>> time_of(b"2026-02-02 15:58:23 UTC")
    datetime.datetime(2026, 2, 2, 15, 58, 23)

    Raises:
        ValueError: It says no time.
    """
    from nbgrader.utils import parse_utc

    text = stamp.decode("utf-8").strip()
    time: datetime | None = parse_utc(text) if text else None
    return time


def _configured(path: Path) -> AssignLatePenalties:
    """Return nbgrader's preprocessor with the plugin that the configuration asks for."""
    from nbgrader.preprocessors import AssignLatePenalties

    try:
        preprocessor = AssignLatePenalties(config=_config(path))
        preprocessor.init_plugin()
    except Exception as error:
        raise GradebookError(f"{path} cannot be used ({type(error).__name__}: {error}); mend it") from error
    return preprocessor


def _config(path: Path) -> Config:
    from traitlets.config import Config

    config = Config()
    if path.exists():
        # Not traitlets' own loader: a file that imports get_config itself would be lost on it.
        found = runpy.run_path(str(path), {"c": config, "get_config": lambda: config}).get("c")
        if isinstance(found, Config):
            config.merge(found)
    return config
