"""The pages of the assignments as files: made of the released notebooks, cell by cell, and nothing else."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from course import assignment_text, assignments, browser
from course.formulas import FONT
from sphinx.errors import ConfigError

from tests.conftest import ROOT, published
from tests.site.assignments import BASE, cells, numpy_slugs, slugs, source
from tests.site.links import read


def page_of(site: Path, slug: str) -> str:
    return (site / "assignments" / f"{slug}.html").read_text(encoding="utf-8")


def shown(page: str, name: str) -> str:
    """Return the code that a page shows for a cell, without its colours."""
    (found,) = re.findall(rf'id="cell-{name}".*?<pre>(.*?)</pre>', page, re.S)
    return html.unescape(re.sub(r"<[^>]+>", "", found))


def held(page: str) -> str:
    (found,) = re.findall(
        r'<script type="application/json" id="assignment-notebook">(.*?)</script>', page, re.S
    )
    return found.replace("\\u003c", "<")


def test_assignments_in_numpy_can_be_done_in_the_page_and_the_others_say_why_not(site: Path):
    assert sorted(path.stem for path in (site / "assignments").glob("*.html")) == slugs()
    assert len(numpy_slugs()) >= 12 and "pytorch" not in numpy_slugs()
    for slug in numpy_slugs():
        assert '<section class="assignment" id="assignment"' in page_of(site, slug)
    pytorch = page_of(site, "pytorch")
    assert ' id="assignment"' not in pytorch and "assignment/page.js" not in pytorch
    assert "it trains with PyTorch, which does not run" in pytorch
    assert {"pytorch.ipynb", "../assignments.zip", "../book/how_to_use.html#do-the-assignments"} <= set(
        read(site / "assignments" / "pytorch.html").links
    )


@pytest.mark.parametrize("slug", slugs())
def test_a_page_holds_its_released_notebook_byte_by_byte_and_shows_every_cell(site: Path, slug: str):
    page = page_of(site, slug)
    released = (ROOT / "exercises" / slug / f"{slug}.ipynb").read_text(encoding="utf-8")

    assert held(page) == released
    assert (site / "assignments" / f"{slug}.ipynb").read_text(encoding="utf-8") == released
    named = [cell for cell in cells(slug) if assignment_text.kind(cell) != "text"]
    assert re.findall(r'id="cell-([\w-]+)" data-kind="(\w+)"', page) == [
        (cell["id"], assignment_text.kind(cell)) for cell in named
    ]
    for cell in named:
        if cell["cell_type"] == "code":
            assert shown(page, cell["id"]).rstrip("\n") == source(cell).rstrip("\n")
    assert (
        page.partition("<article")[2].count("<h1") == 1
        and "YOUR ANSWER HERE" not in page.partition("application/json")[0]
    )


def test_formulas_of_a_notebook_are_set_as_in_the_book(site: Path):
    whole = page_of(site, "chain_rule")
    page = whole.partition("application/json")[0]

    assert FONT in whole
    assert (
        page.count('<math display="block"') >= 3 and page.count('class="math notranslate nohighlight"') > 10
    )
    assert "$" not in re.sub(r"<pre>.*?</pre>", "", page, flags=re.S).partition("<article")[2]


def test_the_program_holds_the_checks_of_the_archive_and_the_modules_of_the_course(site: Path):
    text = (site / browser.PROGRAM).read_text(encoding="utf-8")
    program = json.loads(text.removeprefix("window.courseProgram = ").rstrip().removesuffix(";"))

    assert base64.b64decode(program["wheel"]) == assignments.wheel(ROOT)[1]
    assert program["files"] == {
        path.name: path.read_text(encoding="utf-8") for path in (ROOT / "book" / "browser").glob("*.py")
    }
    assert f"../{browser.PROGRAM}?v={browser._digest(text.encode())}" in page_of(site, "chain_rule")


def test_pages_are_small_and_python_is_not_among_what_they_load(site: Path):
    for slug in slugs():
        address = site / "assignments" / f"{slug}.html"

        assert len(gzip.compress(address.read_bytes())) < 60_000, slug
        assert [name for name in read(address).loaded if "program.js" in name or "pyodide" in name] == []
    own = sum(path.stat().st_size for path in (ROOT / "book" / "_static" / "assignment").iterdir())
    assert own < 40_000


def test_each_chapter_leads_to_the_page_of_its_assignment(site: Path):
    for slug in published():
        chapter = (site / "book" / f"{slug}.html").read_text(encoding="utf-8")
        words = "Do it in this browser" if slug in numpy_slugs() else "Read it in this browser"

        (found,) = re.findall(rf'href="../assignments/{slug}\.html"[^>]*>(.*?)</a>', chapter)
        assert re.sub(r"<[^>]+>", "", found) == words
    landing = read(site / "book" / "index.html").links
    assert {f"../assignments/{slug}.html" for slug in published()} <= set(landing)


def app(tmp_path: Path, setting: str) -> Any:
    return SimpleNamespace(
        srcdir=str(tmp_path),
        outdir=str(tmp_path / "out"),
        config=SimpleNamespace(course_pyodide=setting),
        builder=SimpleNamespace(format="html"),
    )


def test_python_comes_from_the_address_in_the_configuration(site: Path, tmp_path: Path):
    assert re.fullmatch(r"https://[\w./-]+/v\d+\.\d+\.\d+/full/", BASE)
    assert f'data-pyodide="{BASE}"' in page_of(site, "chain_rule")
    assert browser.pyodide(app(tmp_path, "https://example.org/py")) == "https://example.org/py/"


def test_a_folder_with_pyodide_becomes_part_of_the_site(tmp_path: Path):
    for folder in ("autograder/checks", "book/browser", "exercises", "mine", "out/_static/assignment"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("autograder/__init__.py", "LICENSE", "book/browser/worker.js", "mine/pyodide.js"):
        (tmp_path / name).write_text("")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    own = app(tmp_path, "mine")
    browser._checked(own, own.config)
    browser.write(own, None)

    assert browser.pyodide(own) == "../_static/pyodide/"
    assert (tmp_path / "out" / "_static" / "pyodide" / "pyodide.js").is_file()


def test_a_folder_without_pyodide_stops_the_build_and_says_what_to_give(tmp_path: Path):
    own = app(tmp_path, "nothing")

    with pytest.raises(ConfigError, match=r"'nothing', and that folder has no pyodide\.js"):
        browser._checked(own, own.config)
