"""Each chapter can be downloaded as a notebook, which finds the course's code and runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from course import notebooks

from tests.conftest import ROOT
from tests.site import built
from tests.site.links import read


def run(source: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "-c", source]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_menu_of_every_chapter_offers_a_valid_notebook_without_results(site: Path):
    for slug in built.chapters():
        assert f"../_sources/book/{slug}.ipynb" in read(site / "book" / f"{slug}.html").links
        path = site / "_sources" / "book" / f"{slug}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        nbformat.validate(notebook)
        cells = notebook["cells"]

        assert [cell["id"] for cell in cells] == [f"cell-{number}" for number in range(len(cells))]
        assert [cell for cell in cells if cell.get("outputs")] == []
        assert "[](" not in "".join("".join(cell["source"]) for cell in cells)


def test_a_notebook_is_the_same_at_every_build_and_holds_every_cell_of_its_page():
    page = (ROOT / "book" / "he.md").read_text(encoding="utf-8")
    text = notebooks.notebook_of(page, str)

    assert text is not None and text == notebooks.notebook_of(page, str)
    code = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    assert len(code) == page.count("\n```{code-cell}") + 1


def test_a_page_without_cells_has_none(site: Path):
    assert notebooks.notebook_of("# A title\n\nText.\n", str) is None
    assert not (site / "_sources" / "book" / "how_to_use.ipynb").exists()


def test_links_without_words_become_words():
    assert notebooks.named("[](notation.md#the-symbols), [](he.md)", str.upper) == "*the symbols*, *HE*"
    assert (
        notebooks.named("[He](he.md), [](https://example.org)", str) == "[He](he.md), [](https://example.org)"
    )


def test_the_first_cell_finds_the_course_from_any_folder_of_it():
    found = run(f"{notebooks.FIRST}\nimport figures, widgets, concepts", ROOT / "exercises", "-I", "-S")

    assert (found.returncode, found.stderr) == (0, "")


def test_outside_of_the_course_the_first_cell_says_what_to_do_and_takes_a_path(tmp_path: Path):
    lost = run(notebooks.FIRST, tmp_path, "-I", "-S")
    told = notebooks.FIRST.replace('COURSE = ""', f"COURSE = {str(ROOT)!r}")

    assert lost.returncode == 1 and "into COURSE, in this cell" in lost.stderr
    assert run(f"{told}\nimport figures, concepts", tmp_path, "-I", "-S").returncode == 0


@pytest.mark.slow
def test_a_downloaded_notebook_runs_from_top_to_bottom(site: Path, tmp_path: Path):
    notebook = tmp_path / "chain_rule.ipynb"
    notebook.write_bytes((site / "_sources" / "book" / "chain_rule.ipynb").read_bytes())
    command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--inplace", str(notebook)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs)
