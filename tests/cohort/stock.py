"""Stock nbgrader in the course folder in which it is started: grades assignment after assignment, in one process.

Each line of its input names one.  It is generated from `source/`, then all that lies in `submitted/` is graded, by what
the commands `generate_assignment` and `autograde` call; those import anew, for seconds, what is imported once here.
It answers with one line of JSON: null, or why it failed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config


def main() -> None:
    """Grade what the input names into the folder's gradebook."""
    config = Config()
    config.CourseDirectory.root = str(Path.cwd())
    config.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
    config.ExecutePreprocessor.timeout = 120
    nbgrader = NbGraderAPI(CourseDirectory(config=config), config=config)
    for slug in map(str.strip, sys.stdin):
        done = nbgrader.generate_assignment(slug)
        if done["success"]:
            done = nbgrader.autograde(slug, "*")
        failure = None if done["success"] else f"{done.get('log', '')}\n{done['error']}"
        print(json.dumps(failure), flush=True)


if __name__ == "__main__":
    main()
