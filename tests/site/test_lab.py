"""The interactive figures in JupyterLab, with a live kernel: Python sees what the reader moves, and the reverse."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from contextlib import suppress

import nbformat
import pytest
import traitlets
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import ROOT
from tests.site import built
from tests.site.lab import PATIENCE, opened, serve_lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = f"""
import importlib, sys
sys.path.insert(0, {str(ROOT / "book")!r})
from widgets.base import CourseWidget

def widget_of(slug, trait):
    "Return a widget of the page's class, which writes down what one of its traits becomes."
    module = importlib.import_module("widgets." + slug)
    kind, = [c for c in vars(module).values() if isinstance(c, type) and CourseWidget in c.__mro__[1:]]
    widget = kind()
    widget.seen = []
    widget.observe(lambda change: widget.seen.append(change["new"]), trait)
    return widget
"""


def slugs() -> list[str]:
    """Return the pages that have an interactive figure."""
    return ["index", "lab", *built.chapters()]


def trait_of(slug: str) -> str:
    """Return the first whole number that the reader of a page moves."""
    module = importlib.import_module(f"widgets.{slug}")
    (kind,) = (c for c in vars(module).values() if isinstance(c, type) and c.__module__ == module.__name__)
    return next(name for name, trait in kind.class_own_traits().items() if isinstance(trait, traitlets.Int))


def notebook() -> nbformat.NotebookNode:
    """Return a notebook that shows every widget, then prints what Python saw, then moves it back from Python."""
    cells = [SETUP]
    for slug in slugs():
        cells += [
            f"{slug} = widget_of('{slug}', '{trait_of(slug)}')\n{slug}",
            f"print('PYTHON SAW {slug}', {slug}.seen)",
            f"{slug}.{trait_of(slug)} = type({slug})().{trait_of(slug)}",
        ]
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The notebook that shows every widget, opened."""
    home = tmp_path_factory.mktemp("lab")
    (home / "work").mkdir()
    nbformat.write(notebook(), home / "work" / "figures.ipynb")
    with serve_lab(home) as folder, opened(browser, folder, "figures.ipynb") as tab:
        run(tab, "import importlib")
        yield tab


def run(page: Page, words: str) -> Locator:
    """Run the cell that holds these words, by Shift+Enter; return the cell when it has finished."""
    cell = page.locator(".jp-CodeCell", has_text=words).first
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(cell.locator(".jp-InputArea-prompt")).to_have_text(re.compile(r"\[\d+\]"), timeout=PATIENCE)
    return cell


@pytest.mark.parametrize("slug", slugs())
def test_python_sees_what_the_reader_moves_and_the_figure_what_python_sets(page: Page, slug: str):
    figure = run(page, f"{slug} = widget_of('{slug}', '{trait_of(slug)}')")
    slider = figure.locator(f"[data-trait={trait_of(slug)}]")
    start, width = int(slider.input_value()), int(slider.get_attribute("step") or 1)
    step = -width if start - 3 * width >= int(slider.get_attribute("min") or 0) else width
    slider.focus()
    # In Lab's command mode the arrow keys would move to another cell.
    for _ in range(3):
        page.keyboard.press("ArrowLeft" if step < 0 else "ArrowRight")

    # Lab sends the newest value when the kernel is free again: some in between are left out, and a cell that is run
    # at once may come before the last.
    all_seen = re.compile(rf"PYTHON SAW {slug} \[(\d+, )*{start + 3 * step}\]")
    for patience in (1000, 2000, 5000):
        saw = run(page, f"PYTHON SAW {slug}")
        with suppress(AssertionError):
            expect(saw).to_contain_text(all_seen, timeout=patience)
            break
    expect(saw).to_contain_text(all_seen)
    run(page, f"{slug}.{trait_of(slug)} = type(")
    expect(slider).to_have_js_property("value", str(start))
