"""The interactive figures in JupyterLab, with a live kernel: Python sees what the reader moves, and the reverse."""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import nbformat
import pytest
import traitlets
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import ROOT
from tests.site import built

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Kernels of a busy machine take their time; nothing waits longer than it must.
PATIENCE = 90_000
TOKEN = "forthetest"

# Lab's own promises: the notebook is open, its kernel is connected and has answered.
READY = """async () => {
  await jupyterapp.restored;
  const { context, sessionContext } = jupyterapp.shell.currentWidget;
  await context.ready;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
}"""

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
    return ["index", *built.chapters()]


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


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which JupyterLab reads and writes nothing of the user's."""
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    # It would ask whether to fetch news, and wait.
    disabled = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (settings / "page_config.json").write_text(json.dumps(disabled))
    folders = {name: str(home / name.lower()) for name in ("DATA", "RUNTIME")}
    return os.environ | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        **{f"JUPYTER_{name}_DIR": folder for name, folder in folders.items()},
    }


def address_in(log: IO[str]) -> str:
    """Read the server's log until it says where it listens."""
    said = []
    for line in log:
        said.append(line)
        found = re.search(r"http://127\.0\.0\.1:\d+/lab(?=\?token)", line)
        if found:
            # Whoever writes into a pipe that nobody reads stops when it is full.
            threading.Thread(target=log.read, daemon=True).start()
            return found[0]
    raise RuntimeError("JupyterLab did not start:\n" + "".join(said))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab of our own, with a notebook that shows every widget."""
    home = tmp_path_factory.mktemp("lab")
    (home / "work").mkdir()
    nbformat.write(notebook(), home / "work" / "figures.ipynb")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        "--port=0",
        "--expose-app-in-browser",
    ]
    with subprocess.Popen(
        [*command, f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={home / 'work'}"],
        env=environment(home),
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        try:
            yield f"{address_in(server.stderr)}/tree/figures.ipynb?token={TOKEN}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


@pytest.fixture(scope="module")
def page(browser: Browser, lab: str) -> Iterator[Page]:
    """The notebook, opened."""
    context = browser.new_context(viewport={"width": 1280, "height": 2400})
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(lab)
    tab.wait_for_selector(".jp-Notebook .jp-Cell")
    tab.evaluate(READY)
    run(tab, "import importlib")
    yield tab
    context.close()


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
    saw = run(page, f"PYTHON SAW {slug}")

    # Lab sends the newest value when the kernel is free again, so some in between are left out.
    expect(saw).to_contain_text(re.compile(rf"PYTHON SAW {slug} \[(\d+, )*{start + 3 * step}\]"))
    run(page, f"{slug}.{trait_of(slug)} = type(")
    expect(slider).to_have_js_property("value", str(start))
