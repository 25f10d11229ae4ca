"""nbgrader's gradebook: `writer` is the only one that writes to it, `late` knows when submissions came in.

`library` imports nbgrader.
"""

from autograder.gradebook.late import Lateness
from autograder.gradebook.library import load as load_nbgrader
from autograder.gradebook.writer import Writer, default_url, hidden_password, with_driver

__all__ = ["Lateness", "Writer", "default_url", "hidden_password", "load_nbgrader", "with_driver"]
