"""Interactive figures on the static page: no kernel, only what the page carries."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.site import built
from tests.site.conftest import Visit
from tests.site.server import serve

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]
SERIES = "() => document.querySelector('.cw-canvas svg').series"


def output(page: Page, trait: str) -> str:
    """Return the number that stands beside a slider."""
    control = page.locator(".cw-control", has=page.locator(f"[data-trait={trait}]")).first
    return control.locator("output").inner_text()


def test_the_powers_are_numpys(visit: Visitor):
    page = visit("book/index.html").page
    for factor, depth in ((0.99, 100), (0.9, 200), (1.2, 200), (0.8, 1), (1.0, 17)):
        for trait, value in (("factor", factor), ("depth", depth)):
            page.locator(f"[data-trait={trait}]").first.fill(str(value))
        line = next(one for one in page.evaluate(SERIES) if one["kind"] == "line")

        assert line["x"] == list(range(depth + 1))
        np.testing.assert_allclose(line["y"], factor ** np.arange(depth + 1), rtol=1e-12)


def test_the_sentence_below_says_what_the_figure_shows(visit: Visitor):
    page = visit("book/index.html").page
    summary = page.locator(".cw-summary").first

    expect(summary).to_have_text(f"0.99 multiplied 100 times is {0.99**100:.3f}. It halves every 69 layers.")
    assert round(math.log(2) / -math.log(0.99)) == 69
    page.locator("[data-trait=factor]").first.fill("1")
    expect(summary).to_contain_text("Exactly 1 is the only factor that survives depth.")
    page.locator("[data-trait=factor]").first.fill("1.01")
    expect(summary).to_contain_text("It doubles every 69.7 layers.")


def test_a_slider_moves_by_keyboard(visit: Visitor):
    page = visit("book/index.html").page
    page.locator("[data-trait=depth]").first.focus()

    for key, expected in (("ArrowRight", "101"), ("ArrowLeft", "100"), ("Home", "1"), ("End", "200")):
        page.keyboard.press(key)
        assert output(page, "depth") == expected
    assert page.locator("[data-trait=depth]").first.get_attribute("aria-valuetext") == "200"


def test_a_slider_moves_by_pointer(visit: Visitor):
    page = visit("book/index.html").page
    slider = page.locator("[data-trait=depth]").first
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2

    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=4)
    page.mouse.up()
    assert int(output(page, "depth")) > 150


def test_every_control_of_every_widget_changes_what_is_drawn(visit: Visitor, site: Path):
    for name in built.pages(site):
        seen = visit(name)
        # From the last to the first: a choice near the top may switch off a slider below it.
        for control in reversed(seen.page.locator(".course-widget [data-trait]").all()):
            if control.is_hidden():  # another choice has switched it off
                continue
            before = drawn(seen.page)
            change(control)

            assert drawn_anew(seen.page, before), (name, control.get_attribute("data-trait"))
        assert seen.errors == [], name


def drawn(page: Page) -> list[str]:
    """Return every picture of the page's widgets and the sentences below them."""
    return page.locator(".cw-canvas svg, .cw-summary").evaluate_all("nodes => nodes.map((n) => n.outerHTML)")


def drawn_anew(page: Page, before: list[str]) -> bool:
    """Wait until something else is drawn: the lab's networks are computed beside the page."""
    for _ in range(200):
        if drawn(page) != before:
            return True
        page.wait_for_timeout(50)
    return False


def change(control: Any) -> None:
    """Give a control another value, as a reader can by keyboard."""
    kind = control.evaluate("node => node.type")
    if kind == "range":
        at_end = control.evaluate("node => node.value === node.max")
        control.press("ArrowLeft" if at_end else "ArrowRight")
    elif kind == "select-one":
        control.select_option(index=1 - min(1, control.evaluate("node => node.selectedIndex")))
    else:
        control.press("Enter")


def test_a_figure_is_drawn_anew_for_a_narrower_window(visit: Visitor):
    page = visit("book/index.html").page
    picture = page.locator(".cw-canvas svg[role=img]").first
    wide = picture.get_attribute("width")
    page.set_viewport_size({"width": 390, "height": 800})

    expect(picture).not_to_have_attribute("width", wide or "")
    assert float(picture.get_attribute("width") or 0) < 390


def test_the_shared_script_stays_small():
    assert (ROOT / "book/widgets/plot.js").stat().st_size < 12 * 1024


# From here on: the runtime by itself, on pages that no chapter would write.

GREETER = """
export default {
  initialize({ model }) { model.set("initialised", (model.get("initialised") ?? 0) + 1); },
  render({ model, el }) {
    const show = () => { el.textContent = `${model.get("word")} ${model.get("initialised")}`; };
    el.className = "greeter";
    el.addEventListener("click", () => { model.set("word", "clicked"); model.save_changes(); });
    model.on("change:word", show);
    show();
    return () => { localStorage.setItem("cleaned", "yes"); };
  },
};
"""
BYTES = """
export default () => ({ render({ model, el }) {
  el.className = "bytes"; el.textContent = model.get("data").values.getFloat64(8, true);
} });
"""
BROKEN = "export default { render() { throw new Error('out of order'); } };"


def entry(module: str, source: str, **state: object) -> dict[str, object]:
    """Return a widget's state as ipywidgets embeds it."""
    return {"model_module": module, "state": {"_esm": source, **state}}


def view(name: str) -> str:
    """Return a place for a widget, with its fall-back."""
    script = f'<script type="application/vnd.jupyter.widget-view+json">{{"model_id": "{name}"}}</script>'
    return f'<div class="live-widget" id="at-{name}">{script}<div class="widget-fallback">still</div></div>'


@pytest.fixture(scope="module")
def odd_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with two views of one model, binary data, a failing widget and one of another kind."""
    folder = tmp_path_factory.mktemp("odd")
    numbers = entry("anywidget", BYTES, data={})
    numbers["buffers"] = [
        {"path": ["data", "values"], "data": base64.b64encode(np.array([1.0, 2.5]).tobytes()).decode()}
    ]
    states = {
        "greeter": entry("anywidget", GREETER, word="hello"),
        "bytes": numbers,
        "broken": entry("anywidget", BROKEN),
        "slider": entry("@jupyter-widgets/controls", ""),
    }
    body = "".join(map(view, ("greeter", "greeter", "bytes", "broken", "slider", "missing")))
    state = json.dumps({"state": states}).replace("</", "<\\/")
    (folder / "index.html").write_text(
        f'<!doctype html><title>odd</title><script type="application/vnd.jupyter.widget-state+json">{state}</script>'
        f'<script defer src="runtime.js"></script>{body}'
    )
    (folder / "runtime.js").write_bytes((ROOT / "book/_static/static-anywidget.js").read_bytes())
    with serve(folder) as base:
        yield base


def test_two_views_share_a_model_that_starts_once(visit: Visitor, odd_page: str):
    page = visit("", base=odd_page).page
    views = page.locator(".greeter")

    expect(views).to_have_text(["hello 1", "hello 1"])
    views.first.click()
    expect(views).to_have_text(["clicked 1", "clicked 1"])


def test_binary_traits_arrive(visit: Visitor, odd_page: str):
    expect(visit("", base=odd_page).page.locator(".bytes")).to_have_text("2.5")


@pytest.mark.parametrize("name", ["broken", "slider", "missing"])
def test_a_widget_that_cannot_start_says_so_and_leaves_the_still_figure(
    visit: Visitor, odd_page: str, name: str
):
    place = visit("", base=odd_page).page.locator(f"#at-{name}")

    expect(place.get_by_role("alert")).to_contain_text("could not start")
    expect(place.locator(".widget-fallback")).to_be_visible()


def test_a_view_cleans_up_when_its_page_is_left_for_good(visit: Visitor, odd_page: str):
    page = visit("", base=odd_page).page
    leave = "(kept) => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: kept }))"

    page.evaluate(leave, True)
    assert page.evaluate("localStorage.cleaned") is None, "the browser keeps it for the back button"
    page.evaluate(leave, False)
    assert page.evaluate("localStorage.cleaned") == "yes"
