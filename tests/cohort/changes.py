"""What befalls a notebook on its way to the grader: one function per way, from notebook to notebook or bytes.

Each takes the notebook as parsed JSON, of which it may keep and change what it likes.
"""

from __future__ import annotations

import json
import re
from typing import Any

from autograder.markers import function_of, role_of
from autograder.records import Role

Notebook = dict[str, Any]
STUB = "raise NotImplementedError()"


def first_function_loops(notebook: Notebook) -> Notebook:
    cell = _cells(notebook, Role.SOLUTION)[0]
    cell["source"] = _emptied(cell["source"], "while True: pass")
    return notebook


def last_answer_ends_the_kernel(notebook: Notebook) -> Notebook:
    cell = _cells(notebook, Role.SOLUTION)[-1]
    cell["source"] = f"import os\n\nos._exit(1)\n\n{cell['source']}"
    return notebook


def first_checks_deleted(notebook: Notebook) -> Notebook:
    answer = _cells(notebook, Role.SOLUTION)[0]
    answer["source"] = _emptied(answer["source"], STUB)
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if role_of(cell) is not Role.CHECK or function_of(cell["id"]) != answer["id"]
    ]
    return notebook


def every_check_passes(notebook: Notebook) -> Notebook:
    for cell in _cells(notebook, Role.CHECK):
        cell["source"] = "pass"
    return notebook


def cut_in_the_middle(notebook: Notebook) -> bytes:
    text = json.dumps(notebook, indent=1).encode()
    return text[: len(text) // 2]


def _cells(notebook: Notebook, role: Role) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if role_of(cell) is role]


def _emptied(source: str, body: str) -> str:
    """Return the function (or class) with another body in the place of each answer, or of the stub."""
    answer = rf"### BEGIN SOLUTION.*?### END SOLUTION|{re.escape(STUB)}"
    return re.sub(answer, body, source, flags=re.DOTALL).rstrip()
