"""Where nbgrader finds this course: its own commands, and formgrader, work in this folder.

For instance `jupyter lab` with its menu Nbgrader ▸ Formgrader, or `nbgrader export`,
after `make grade` or `autograder grade --course build/class`.
Another course folder: COURSE=/path/to/course jupyter lab
"""

import os
import sys
from pathlib import Path

# nbgrader runs `alembic`, which lies beside it, but looks for it on PATH.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

root = Path(__file__).resolve().parent
course = Path(os.environ.get("COURSE", root / "build" / "class")).resolve()

c = get_config()  # noqa: F821  # traitlets gives it to every configuration file
c.CourseDirectory.course_id = "gradients"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = str(root / "build" / "source")
c.CourseDirectory.release_directory = str(root / "exercises")
c.CourseDirectory.submitted_directory = str(course / "submitted")
c.CourseDirectory.autograded_directory = str(course / "autograded")
c.CourseDirectory.feedback_directory = str(course / "feedback")
c.CourseDirectory.solution_directory = str(course / "solution")
c.CourseDirectory.db_url = os.environ.get("DATABASE", f"sqlite:///{course / 'gradebook.db'}")

# What formgrader and nbgrader's feedback show comes from students: no script of theirs may run in an instructor's page.
c.HTMLExporter.sanitize_html = True

# nbgrader copies whatever lies beside a notebook; no text source may ever be among it.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.py"]
