"""What learning platforms write and read: one module a platform, its names of files and its table of marks."""

from autograder.lms import canvas, gradescope, moodle
from autograder.lms.sheet import Line, Sheet, marks_csv

__all__ = ["Line", "Sheet", "canvas", "gradescope", "marks_csv", "moodle"]
