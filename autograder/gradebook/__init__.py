"""nbgrader's gradebook: `writer` is the only one that writes to it, `late` knows when submissions came in.

`marks` reads what counts, `library` imports nbgrader.
"""

from autograder.gradebook.connection import default_url, hidden_password, with_driver
from autograder.gradebook.late import Lateness
from autograder.gradebook.library import load as load_nbgrader
from autograder.gradebook.marks import Mark, read_marks
from autograder.gradebook.writer import Writer, id_of

__all__ = [
    "Lateness",
    "Mark",
    "Writer",
    "default_url",
    "hidden_password",
    "id_of",
    "load_nbgrader",
    "read_marks",
    "with_driver",
]
