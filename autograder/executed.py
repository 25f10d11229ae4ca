"""The executed notebook of one submission, as formgrader and the feedback page read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from autograder.markers import SourceCell, nbgrader_metadata
from autograder.records import AnswerKey, CellScore
from autograder.sanitise import RunList, Step

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}


def executed_notebook(
    runlist: RunList,
    key: AnswerKey,
    outputs: Mapping[str, list[dict[str, Any]]],
    scores: tuple[CellScore, ...],
) -> dict[str, Any]:
    """Return the rebuilt notebook with what its cells put out, in nbformat 4.

    Args:
        runlist: The cells, in order.
        key: The instructor's source, for the points in the metadata.
        outputs: nbformat outputs by step name.
        scores: The verdicts; a failed check shows its message as the cell's error.
    """
    points = {cell.name: cell.points for cell in key.cells}
    shown = {score.name: _failure(score.message) for score in scores} | dict(outputs)
    cells = [_cell(step, points.get(step.name, 0.0), shown.get(step.name, [])) for step in runlist.steps]
    metadata = {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _failure(message: str) -> list[dict[str, Any]]:
    if not message:
        return []
    return [
        {"output_type": "error", "ename": "CheckFailed", "evalue": message, "traceback": message.splitlines()}
    ]


def _cell(step: Step, points: float, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    cell = {"id": step.name[:64], "metadata": _metadata(step, points), "source": step.source}
    if step.kind == "markdown":
        return {"cell_type": "markdown", **cell}
    return {"cell_type": "code", "execution_count": None, "outputs": outputs, **cell}


def _metadata(step: Step, points: float) -> dict[str, Any]:
    if step.name.startswith(("extra-", "note-")):  # the student's own; the key has no such cell
        return {}
    nbgrader = nbgrader_metadata(SourceCell(step.name, step.role, step.kind, step.source, points, 0, ()))
    return {"nbgrader": nbgrader} if nbgrader else {}


def for_formgrader(notebook: dict[str, Any], key: AnswerKey) -> dict[str, Any]:
    """Return the notebook with the student's own text made inert.

    nbgrader's pages show markdown cells as they are, with their HTML and links: a script in an answer would run in
    the instructor's browser.  Outputs are cleaned by nbconvert, which `nbgrader_config.py` asks for.
    """
    return {**notebook, "cells": [_inert(cell, key) for cell in notebook["cells"]]}


def _inert(cell: dict[str, Any], key: AnswerKey) -> dict[str, Any]:
    ours = {text for known in key.cells for text in (known.source, key.released.get(known.name))}
    if cell["cell_type"] != "markdown" or cell["source"] in ours:
        return cell
    return {**cell, "source": inert_markdown(cell["source"])}


def inert_markdown(text: str) -> str:
    """Return markdown whose HTML shows as text and whose links lead nowhere.

    >>> inert_markdown("a < b, <b>bold</b>, [link](javascript:alert(1))")
    'a < b, &lt;b>bold&lt;/b>, [link] (javascript:alert(1))'
    """
    without_html = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)
    return re.sub(r"\](?=[(:\[])", "] ", without_html)
