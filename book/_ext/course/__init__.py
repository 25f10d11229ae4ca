"""The course's own Sphinx extension: quizzes, predictions, derivations, and what keeps pages current."""

from __future__ import annotations

import os
from typing import Any

from sphinx.application import Sphinx

from course import (
    accessibility,
    assets,
    assignments,
    browser,
    bundle,
    chapters,
    derivation,
    elements,
    execution,
    formulas,
    freshness,
    icons,
    launch,
    metadata,
    notebooks,
    parts,
    pdf,
    predict,
    progress,
    quiz,
    search,
    terms,
    widgets,
)

PARTS = (
    elements,
    quiz,
    predict,
    derivation,
    chapters,
    progress,
    terms,
    widgets,
    assets,
    accessibility,
    formulas,
    parts,
    freshness,
    execution,
    notebooks,
    assignments,
    browser,
    launch,
    metadata,
    pdf,
    icons,
    search,
    bundle,
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part with Sphinx."""
    for part in PARTS:
        part.setup(app)
    # Kernels inherit it: the chapters' small matrices gain nothing from threads, and on a busy machine threads
    # that wait for one another made a cell of five seconds run into the time limit of sixty.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Jupyter Book sets this value for sphinx-comments, which the course does without; else Sphinx would warn.
    app.add_config_value("comments_config", {}, "html")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
