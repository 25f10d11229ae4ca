"""What nbgrader itself shows to an instructor: made from students' notebooks, and yet harmless."""

from __future__ import annotations

import warnings

import nbformat
import pytest
from bs4 import BeautifulSoup
from traitlets.config import Config, PyFileConfigLoader

from autograder.executed import for_formgrader
from autograder.records import AnswerKey, KeyCell, Role
from tests.conftest import ROOT

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[link](javascript:alert(1))",
    "[link][1]\n\n[1]: javascript:alert(1)",
    "[1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    '![x](x" onerror=alert(1) y=")',
    "[link](java&#115;cript:alert(1))",
    "```html\n<script>alert(1)</script>\n```\n<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<!-- --><script\n>alert(1)</script>",
]
KEY = AnswerKey("xavier", ())


def notebook() -> nbformat.NotebookNode:
    """A student's notebook with scripts in every place that nbconvert may show."""
    kinds = [
        "text/html",
        "text/markdown",
        "text/latex",
        "image/svg+xml",
        "application/javascript",
        "text/plain",
    ]
    outputs = [nbformat.v4.new_output("display_data", {kind: attack}) for kind in kinds for attack in ATTACKS]
    cells = [nbformat.v4.new_markdown_cell(attack) for attack in ATTACKS]
    return nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("1", outputs=outputs)])


def page(config: Config, shown: nbformat.NotebookNode) -> BeautifulSoup:
    """The notebook as formgrader shows it, below its own head."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's and nbconvert's own
        from nbconvert.exporters import HTMLExporter
        from nbgrader.server_extensions.formgrader import handlers

        exporter = HTMLExporter(
            config=config, template_name="formgrade", extra_template_basedirs=[handlers.template_path]
        )
        resources = {
            "assignment_id": "xavier",
            "notebook_id": "xavier",
            "submission_id": "1",
            "index": 0,
            "total": 1,
            "base_url": "/",
            "mathjax_url": "",
            "student": "ann",
            "last_name": None,
            "first_name": None,
            "notebook_path": "x",
            "keyword_mathjax_url": "",
        }
        html, _ = exporter.from_notebook_node(shown, resources=resources)
    soup = BeautifulSoup(html, "html.parser")
    cells: BeautifulSoup = soup.find(id="notebook-container") or soup.body
    return cells


def dangers(soup: BeautifulSoup) -> list[str]:
    """What would run in the page."""
    scripts = [str(tag)[:80] for tag in soup.find_all("script") if "alert(1)" in tag.text]
    handlers = [
        f"{tag.name} {name}"
        for tag in soup.find_all(True)
        for name, value in tag.attrs.items()
        if name.startswith("on") and "alert(1)" in str(value)
    ]
    links = [str(tag) for tag in soup.find_all("a") if "javascript:" in str(tag.get("href"))]
    return scripts + handlers + links


@pytest.fixture
def config() -> Config:
    """The course's own configuration of nbgrader."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def test_nothing_of_a_student_runs_in_formgrader(config):
    shown = nbformat.from_dict(for_formgrader(notebook(), KEY))

    assert dangers(page(config, shown)) == []


def test_it_would_run_without_us(config):
    assert dangers(page(config, notebook())) != []
    assert dangers(page(Config(), nbformat.from_dict(for_formgrader(notebook(), KEY)))) != []


def test_the_instructors_own_text_keeps_its_markup():
    text = "<b>Explain</b> [why](notation.md)"
    key = AnswerKey("xavier", (KeyCell("explain", Role.MANUAL, text, 1.0, "markdown"),))
    cell = {"cell_type": "markdown", "id": "explain", "source": text}

    assert for_formgrader({"cells": [cell]}, key) == {"cells": [cell]}
