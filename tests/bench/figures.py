"""How soon a figure that moves answers the hand: the first one after its page was opened, and each step after that.

Every control of every figure is moved a step and back; a step takes from the input until nothing in the figure changes
any more, layout included.  The laboratory is asked for its dearest network, depth 50 and width 128.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from tests.conftest import published
from tests.site.conftest import settle

PAGES = {"first page": "book/index.html"} | {slug: f"book/{slug}.html" for slug in published()}
LAB = "book/lab.html#lab?depth=50&width=128&activation={activation}"
ACTIVATIONS = ("relu", "sigmoid", "gelu")
COLUMNS = "| figure | first answer after, ms | steps | median step, ms | slowest step, ms |"

_STEPS = """async ({ selector, quiet }) => {
  const root = document.querySelector(selector);
  const move = (control, back) => {
    if (control.tagName === "SELECT") {
      const count = control.options.length;
      control.selectedIndex = (control.selectedIndex + (back ? count - 1 : 1)) % count;
      control.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (control.tagName === "INPUT") {
      const up = back ? control.up === false : +control.value < +control.max;
      control.up = up;
      if (up) control.stepUp(); else control.stepDown();
      control.dispatchEvent(new Event("input", { bubbles: true }));
    } else control.click();
  };
  const took = (control, back) => new Promise((resolve) => {
    let last = 0;
    const start = performance.now();
    const seen = new MutationObserver(() => {
      root.getBoundingClientRect();
      last = performance.now() - start;
    });
    seen.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    move(control, back);
    setTimeout(() => { seen.disconnect(); resolve(last); }, quiet);
  });
  const found = [];
  for (const control of root.querySelectorAll("input[type=range], select, button[aria-pressed]")) {
    if (control.disabled) continue;
    found.push(await took(control, false));
    found.push(await took(control, true));
  }
  return found;
}"""
_FIRST = """(selector) => new Promise((resolve) => {
  const look = () => {
    const input = document.querySelector(`${selector} input[type=range], ${selector} select`);
    if (!input) return setTimeout(look, 5);
    const root = document.querySelector(selector);
    const before = root.innerHTML;
    if (input.tagName === "SELECT") {
      input.selectedIndex = (input.selectedIndex + 1) % input.options.length;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      if (+input.value < +input.max) input.stepUp(); else input.stepDown();
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const wait = () => (root.innerHTML === before ? setTimeout(wait, 5) : resolve(performance.now()));
    wait();
  };
  look();
})"""
_FIGURE = ".live-widget"


@dataclass(frozen=True)
class Answers:
    """How soon one page's figure answers.

    Attributes:
        name: Which.
        first: Milliseconds from the call of the page until its first figure has answered a control.
        steps: Milliseconds of each step.
    """

    name: str
    first: float
    steps: list[float]

    def row(self) -> str:
        """Return a row of the table."""
        middle, most = statistics.median(self.steps), max(self.steps)
        return f"| {self.name} | {self.first:.0f} | {len(self.steps)} | {middle:.0f} | {most:.0f} |"


def answers(browser: Browser, base: str) -> Iterator[Answers]:
    """Yield what was measured for each page with a figure, and for the laboratory's dearest networks."""
    for name, path in PAGES.items():
        yield _measured(browser, name, f"{base}/{path}", quiet=250)
    for activation in ACTIVATIONS:
        address = f"{base}/{LAB.format(activation=activation)}"
        yield _measured(browser, f"laboratory, {activation}", address, quiet=1500)


def _measured(browser: Browser, name: str, address: str, quiet: int) -> Answers:
    def opened() -> Page:
        page = browser.new_page()
        page.goto(address, wait_until="commit")
        return page

    page = opened()
    first = page.evaluate(_FIRST, _FIGURE)
    page.close()
    page = opened()
    settle(page)
    page.wait_for_timeout(1000)
    steps = page.evaluate(_STEPS, {"selector": _FIGURE, "quiet": quiet})
    page.close()
    return Answers(name, first, steps)


def answers_table(found: Iterator[Answers]) -> str:
    """Return the answers as a Markdown table."""
    return "\n".join([COLUMNS, "|---|--:|--:|--:|--:|", *(each.row() for each in found)])
