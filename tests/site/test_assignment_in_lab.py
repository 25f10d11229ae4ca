"""A student's afternoon in JupyterLab: the released notebook, solved cell by cell, saved, and checked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from autograder.markers import function_of
from tests.conftest import ROOT, autograder
from tests.site.lab import opened, serve_lab

pytestmark = [pytest.mark.browser, pytest.mark.sandbox, pytest.mark.slow]

SLUGS = ["chain_rule", "xavier"]

RUN = """async (index) => {
  const { content } = jupyterapp.shell.currentWidget;
  content.activeCellIndex = index;
  await jupyterapp.commands.execute("notebook:run-cell");
  const outputs = content.activeCell.model.outputs;
  return outputs ? outputs.toJSON() : [];
}"""
TYPE_HERE = """(index) => {
  const { content } = jupyterapp.shell.currentWidget;
  content.activeCellIndex = index;
  content.mode = "edit";
  content.activeCell.editor.focus();
}"""
SOURCE = "(index) => jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.getSource()"
SAVE = "() => jupyterapp.shell.currentWidget.context.save()"


def cells_of(path: Path) -> list[dict[str, Any]]:
    """Return a notebook's cells."""
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def complaints(outputs: list[dict[str, Any]]) -> list[str]:
    """Return the errors among a cell's outputs."""
    return [f"{o['ename']}: {o['evalue']}" for o in outputs if o["output_type"] == "error"]


def write(page: Page, index: int, source: str) -> None:
    """Replace a cell's text, as one who selects all of it and pastes."""
    page.evaluate(TYPE_HERE, index)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    assert page.evaluate(SOURCE, index).rstrip() == source.rstrip()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the released notebooks."""
    home = tmp_path_factory.mktemp("student")
    (home / "work").mkdir()
    for slug in SLUGS:
        shutil.copy(ROOT / "exercises" / slug / f"{slug}.ipynb", home / "work")
    return home


@pytest.fixture(scope="module")
def folder(home: Path) -> Iterator[str]:
    """JupyterLab's address of that folder."""
    with serve_lab(home) as address:
        yield address


@pytest.mark.parametrize("slug", SLUGS)
def test_a_student_solves_the_released_notebook(browser: Browser, folder: str, home: Path, slug: str):
    notebook = home / "work" / f"{slug}.ipynb"
    answers = {
        c["id"]: "".join(c["source"]) for c in cells_of(ROOT / "build" / "source" / slug / f"{slug}.ipynb")
    }
    cells = cells_of(notebook)
    names = [cell["id"] for cell in cells]
    about = {cell["id"]: cell["metadata"].get("nbgrader", {}) for cell in cells}
    functions = [name for name in names if about[name].get("solution") and not about[name].get("grade")]

    with opened(browser, folder, notebook.name) as page:
        for index, cell in enumerate(cells):
            if cell["cell_type"] != "code":
                continue
            name = names[index]
            found = complaints(page.evaluate(RUN, index))
            if name in functions:
                assert found == []
                checks = [i for i, other in enumerate(names) if function_of(other) == name and other != name]
                for check in checks:
                    said = complaints(page.evaluate(RUN, check))
                    assert len(said) == 1 and "not written" in said[0], (name, names[check], said)
                write(page, index, answers[name])
                assert complaints(page.evaluate(RUN, index)) == []
            else:  # checks of functions that are written by now, figures, given code
                assert found == [], name
        page.evaluate(SAVE)

    assert len(functions) >= 3
    checked = autograder("check", notebook)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "NotWritten" not in checked.stdout
