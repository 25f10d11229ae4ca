"""nbgrader's gradebook: `writer` is the only one that writes to it, `late` knows when submissions came in."""

from autograder.gradebook.late import Lateness
from autograder.gradebook.writer import Writer, default_url, hidden_password, with_driver

__all__ = ["Lateness", "Writer", "default_url", "hidden_password", "with_driver"]
