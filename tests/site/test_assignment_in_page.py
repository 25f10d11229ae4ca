"""A student's afternoon in a browser: assignments solved, checked, kept and handed in on their pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from autograder import checks
from autograder.records import Outcome
from autograder.results import read_results
from tests.conftest import ROOT, autograder
from tests.course.corpus import read_answers
from tests.site import pyodide
from tests.site.assignments import (
    BASE,
    PATIENCE,
    cells,
    code_cells,
    idle,
    numpy_slugs,
    part,
    press,
    python_from,
    said,
    slugs,
    solutions,
    source,
    verdicts,
    write,
)
from tests.site.conftest import _NO_STORAGE, Visit, watch
from tests.site.test_pages import SCHEMES, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLUG = "chain_rule"
KEY = f"gradients-assignment:{SLUG}"
FUNCTIONS = list(solutions(SLUG))
FIRST = FUNCTIONS[0]
WRONG = "checks.use_seed(7)\n\n\n" + next(
    answer.source for answer in read_answers(SLUG) if (answer.kind, answer.function) == ("wrong", FIRST)
)
FULL = """
const keep = Storage.prototype.setItem;
Storage.prototype.setItem = function (name, value) {
  if (name.startsWith("gradients") && value.length > 0) throw new DOMException("full", "QuotaExceededError");
  keep.call(this, name, value);
};
"""

Reader = Callable[..., Visit]


@pytest.fixture(scope="session")
def python() -> Path:
    """A folder with Pyodide."""
    return pyodide.folder()


@pytest.fixture
def reader(context: Callable[..., BrowserContext], address: str, python: Path) -> Reader:
    """Open the page of an assignment, in a profile of its own or in one that knows earlier visits."""

    def go(
        slug: str = SLUG,
        *,
        base: str = address,
        profile: BrowserContext | None = None,
        online: bool = True,
        script: str = "",
        **options: Any,
    ) -> Visit:
        if profile is None:
            profile = context(viewport={"width": options.pop("width", 1280), "height": 900}, **options)
            if online:
                python_from(python)(profile)
            else:
                profile.route(f"{BASE}**", lambda route: route.abort("internetdisconnected"))
            if script:
                profile.add_init_script(script)
        seen = Visit(profile.new_page(), base)
        seen.page.set_default_timeout(PATIENCE)
        watch(seen)
        seen.page.goto(f"{base}/assignments/{slug}.html")
        seen.page.wait_for_selector("#assignment[data-ready]")
        return seen

    return go


def download(page: Page) -> str:
    """Press the button, and return what the browser saves."""
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download my notebook").click()
    assert saved.value.suggested_filename == f"{SLUG}.ipynb"
    return Path(saved.value.path()).read_text(encoding="utf-8")


def notes(page: Page) -> str:
    return str(page.locator(".assignment-notes").text_content())


def field(page: Page, cell: str = FIRST) -> str:
    return part(page, cell, "textarea").input_value()


@pytest.mark.sandbox
def test_an_assignment_is_solved_downloaded_and_gets_its_marks(reader: Reader, tmp_path: Path):
    visit = reader()
    page = visit.page
    submitted = tmp_path / "submitted"

    def hand_in(student: str) -> None:
        (submitted / student / SLUG).mkdir(parents=True)
        (submitted / student / SLUG / f"{SLUG}.ipynb").write_text(download(page), encoding="utf-8")

    page.wait_for_load_state("networkidle")
    assert (visit.foreign, visit.errors) == ([], [])  # no other host before a cell runs
    assert page.locator(".assignment-points").text_content() == "0 of 14 points for code"
    hand_in("untouched")

    write(page, FIRST, solutions(SLUG)[FIRST])
    assert press(page, f"check_{FIRST}") == ""
    assert page.locator(".assignment-points").text_content() == "3 of 14 points for code"
    write(
        page, FUNCTIONS[1], "def backpropagate_deltas(weights, preactivations, df, delta_out):\n    return ["
    )
    assert "does not run yet" in press(page, f"check_{FUNCTIONS[1]}")
    assert "SyntaxError: '[' was never closed" in said(page, FUNCTIONS[1])
    hand_in("begun")

    for function, answer in solutions(SLUG).items():
        write(page, function, answer)
    part(page, "explain_plateau", "textarea").fill("Rounding.")
    page.get_by_role("button", name="Check all").click()
    idle(page)
    assert {state for _, state in verdicts(page)} == {"right"}
    assert page.locator(".assignment-points").text_content() == "14 of 14 points for code"
    assert page.locator(".assignment-status").text_content() == "All checks passed."
    hand_in("done")
    # Everything that came from elsewhere is Python itself, and nothing was sent there.
    assert visit.foreign and all(url.startswith(BASE) and "?" not in url for url in visit.foreign)
    assert visit.errors == []

    done = json.loads((submitted / "done" / SLUG / f"{SLUG}.ipynb").read_text(encoding="utf-8"))
    (answer,) = (cell for cell in done["cells"] if cell["id"] == "explain_plateau")
    assert source(answer).endswith("\n\nRounding.") and source(answer).startswith("### Question")
    graded = autograder("grade", SLUG, "--submitted", submitted, "--course", tmp_path / "course")
    assert graded.returncode == 0, graded.stdout + graded.stderr
    rows = read_results(tmp_path / "course")
    assert {row.outcome for row in rows} == {Outcome.FINISHED}
    marks = {row.student: sum(cell.points for cell in row.cells) for row in rows}
    assert marks == {"untouched": 0, "begun": 3, "done": 14}


def test_a_wrong_answer_is_told_in_the_words_of_jupyter(reader: Reader):
    page = reader().page
    write(page, FIRST, WRONG)
    told = press(page, f"check_{FIRST}")

    names: dict[str, Any] = {"__name__": "__main__"}
    code = {cell["id"]: source(cell) for cell in cells(SLUG)}
    for text in (code["setup"], WRONG):
        exec(text, names)
    with pytest.raises(checks.CheckFailed) as failed:
        exec(code[f"check_{FIRST}"], names)
    assert told == "\n".join(failed.value._render_traceback_())
    assert "The weights are missing" in told and "checks.use_seed(7)" in told
    link = part(page, f"check_{FIRST}", ".cell-said a")
    assert link.get_attribute("href") == "../book/chain_rule.html#one-neuron-a-layer"


def test_what_a_student_may_do_wrong_is_contained_and_explained(reader: Reader, site: Path):
    """The page is opened from its folder here, as after unpacking the site: no server."""
    visit = reader(base=site.as_uri())
    page = visit.page
    page.evaluate("document.getElementById('assignment').dataset.seconds = '5'")

    def try_out(text: str) -> str:
        write(page, "figure_chain_depth", text)
        return press(page, "figure_chain_depth")

    assert "ZeroDivisionError" in try_out("1 / 0")
    huge = try_out("for _ in range(50000):\n    print('x' * 100)")
    assert len(huge) < 21_000 and "Characters left out" in huge
    assert "SystemExit" in try_out("exit()")
    assert "on your own computer" in try_out("import torch")
    assert "write the value into the code" in try_out("input('?')")
    assert "commands of Jupyter" in try_out("%matplotlib inline")
    assert "RecursionError" in try_out("def f(n):\n    return f(n + 1)\nf(0)")
    drawn = try_out(
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.set(title='Two', ylabel='y')"
    )
    picture = part(page, "figure_chain_depth", "img")
    assert picture.get_attribute("alt") == "Figure. Two; upwards: y", drawn

    assert "Stopped after 5 seconds. Does a loop never end?" in try_out("while True:\n    pass")
    write(page, FIRST, "while True:\n    pass")
    assert press(page, f"check_{FIRST}") == f"{FIRST}, above, had to be stopped: its own cell says why."
    # Python began anew, and what is needed ran again by itself.
    write(page, FIRST, solutions(SLUG)[FIRST])
    page.evaluate("document.getElementById('assignment').dataset.seconds = '60'")
    assert press(page, f"check_{FIRST}") == ""
    write(page, "figure_chain_depth", "while True:\n    print('on and on')")
    part(page, "figure_chain_depth", ".cell-bar button").first.click()
    expect(part(page, "figure_chain_depth", ".said-text")).to_contain_text("on and on", timeout=PATIENCE)
    page.get_by_role("button", name="Stop").click()
    idle(page)
    assert said(page, "figure_chain_depth").endswith("run again by themselves when they are needed.")
    assert visit.errors == []


def test_the_reference_answers_of_every_assignment_pass_in_the_browser(reader: Reader):
    """Each check runs after given code and functions alone, the last check first: none needs another cell.

    Python comes from the place that a folder of one's own has in the site.
    """
    visit = reader()
    page = visit.page
    run = """async (cells) => {
      const program = new URL(document.getElementById("assignment").dataset.program, location.href).href;
      const base = new URL("../_static/pyodide/", location.href).href;
      window.tested ??= pagePython({ program, base, seconds: () => 600, onLoading: () => {} });
      const complaints = [];
      for (const [name, source] of cells) {
        const said = [], hear = ({ kind, text }) => { if (kind !== "value") said.push(text); };
        const { outcome } = await window.tested.run(name, source, hear);
        if (outcome !== "finished" || said.length > 0) complaints.push([name, outcome, ...said]);
      }
      return complaints;
    }"""
    forget = "for name in [name for name in globals() if not name.startswith('__')]: del globals()[name]"
    for slug in numpy_slugs():
        answers, released = solutions(slug), code_cells(slug)
        about = {cell["id"]: cell["metadata"].get("nbgrader", {}) for cell in released}
        code = {cell["id"]: answers.get(cell["id"], source(cell)) for cell in released}
        tests = [name for name in code if about[name].get("grade")]
        given = [name for name in code if about[name] and name not in tests]
        order = [("forget", forget), *((name, code[name]) for name in (*given, *reversed(tests)))]

        assert len(tests) >= 4 and page.evaluate(run, order) == [], slug
    assert visit.foreign == []


def test_without_network_the_page_says_so_keeps_the_text_and_still_gives_the_notebook(reader: Reader):
    page = reader(online=False).page
    write(page, FIRST, WRONG)
    told = press(page, f"check_{FIRST}")

    assert f"Python could not be loaded from {BASE}" in told and "Your text is kept" in told
    assert WRONG in "".join(json.loads(download(page))["cells"][3]["source"])
    intro = page.locator(".assignment-intro")
    assert intro.get_by_role("link", name="Take the notebook").is_visible()


def test_work_is_kept_put_back_and_begun_again(reader: Reader):
    visit = reader()
    page = visit.page
    released = field(page)
    write(page, FIRST, WRONG)
    page.reload()
    page.wait_for_selector("#assignment[data-ready]")
    assert field(page) == WRONG
    assert visit.foreign == []

    part(page, FIRST).get_by_role("button", name="Reset").click()
    assert field(page) == released and json.loads(kept(page))["sources"] == {}
    part(page, FIRST).get_by_role("button", name="Undo the reset").click()
    assert field(page) == WRONG
    mine = download(page)

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Begin again").click()
    assert field(page) == released and json.loads(kept(page))["sources"] == {}
    own = json.loads(mine)
    own["cells"].append({"cell_type": "code", "id": "mine", "metadata": {}, "source": ["my = 'own'"]})
    choose(page, "mine.ipynb", json.dumps(own))
    assert field(page) == WRONG
    assert "mine.ipynb is open" in notes(page) and "my = 'own'" in notes(page)
    assert download(page) == mine
    assert visit.errors == []


def kept(page: Page) -> str:
    return str(page.evaluate(f"localStorage.getItem({KEY!r})"))


def choose(page: Page, name: str, text: str) -> None:
    files = [{"name": name, "mimeType": "application/json", "buffer": text.encode()}]
    page.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type]  # a list of what it takes
    expect(page.locator(".assignment-notes")).to_contain_text(name)


def test_a_file_that_is_no_notebook_of_the_assignment_changes_nothing(reader: Reader):
    page = reader().page
    before = field(page)
    other = (ROOT / "exercises" / "he" / "he.ipynb").read_text(encoding="utf-8")
    refused = {
        "no JSON": "its text is not JSON",
        "[]": "it has no cells",
        '{"cells": 3}': "it has no cells",
        '{"cells": [{"id": "scalar_chain_gradient", "source": 3}]}': "one of its cells has no text",
        '{"cells": [null, {"source": "x"}]}': "a notebook of another assignment",
        other: "a notebook of another assignment",
    }
    for number, (text, words) in enumerate(refused.items()):
        choose(page, f"{number}.ipynb", text)
        told = str(page.locator(".assignment-notes p").last.text_content())

        assert told.startswith(f"{number}.ipynb cannot be opened: ") and words in told
        assert told.endswith("Nothing has changed.") and field(page) == before


@pytest.mark.parametrize(
    ("script", "words"),
    [(FULL, "storage for the site is full"), (None, "does not let the site store anything")],
)
def test_without_storage_the_page_works_and_says_what_it_cannot_keep(
    reader: Reader, script: str | None, words: str
):
    page = reader(script=script or _NO_STORAGE).page
    write(page, FIRST, WRONG)

    assert "not kept when you leave this page" in notes(page) and words in notes(page)
    assert notes(page).count("not kept") == 1
    assert WRONG in "".join(json.loads(download(page))["cells"][3]["source"])


def test_what_an_earlier_visit_left_is_taken_as_far_as_it_can_be(reader: Reader):
    page = reader().page

    def come_back(text: str) -> str:
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])
        page.reload()
        page.wait_for_selector("#assignment[data-ready]")
        return notes(page)

    released = field(page)
    for damaged in ("{", "null", "7", '{"version": 0, "sources": {}}', '{"version": 1, "sources": {"x": 1}}'):
        assert "cannot be read" in come_back(damaged)
        assert field(page) == released
        assert page.evaluate(f"localStorage.getItem('{KEY}:unreadable')") == damaged
    older = {"version": 1, "release": "older", "passed": [f"check_{FIRST}", 3]}
    told = come_back(json.dumps(older | {"sources": {FIRST: WRONG, "gone": "lost = 1", "setup": "hack = 1"}}))
    assert "has been revised" in told and "lost = 1" in told
    assert field(page) == WRONG and {state for _, state in verdicts(page)} <= {"", "None"}
    assert "hack" not in download(page)


def test_the_editor_indents_and_lets_the_keyboard_out(reader: Reader):
    page = reader().page
    write(page, FIRST, "")
    page.keyboard.type("def f():\nreturn 1\n")
    assert field(page) == "def f():\n    return 1\n    "
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("x")
    page.keyboard.press("Tab")
    assert field(page).endswith("\nx   ")
    page.keyboard.press("Control+a")
    page.keyboard.press("Tab")
    assert field(page).startswith("    def f():\n        return 1\n    x")
    page.keyboard.press("Control+z")
    assert field(page).startswith("def f():\n")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pages_are_clean_accessible_and_fit_a_phone(reader: Reader, visit: Reader, scheme: str):
    for slug in slugs() if scheme == "light" else (SLUG, "pytorch"):
        seen = visit(f"assignments/{slug}.html", scheme=scheme, width=390)
        page = seen.page

        assert (seen.foreign, seen.errors) == ([], []), slug
        if slug in (SLUG, "pytorch"):  # the others are made of the same parts
            assert violations(seen) == [], slug
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, slug
        assert page.locator("article math").count() > 5, slug
        if slug in numpy_slugs():
            untouched = page.evaluate(
                "notebookFile.write(JSON.parse(document.getElementById('assignment-notebook').textContent), {})"
            )
            assert untouched == (ROOT / "exercises" / slug / f"{slug}.ipynb").read_text(encoding="utf-8")


def test_after_runs_axe_still_finds_nothing(reader: Reader):
    for scheme in SCHEMES:
        seen = reader(online=False, color_scheme=scheme)
        write(seen.page, FIRST, WRONG)
        press(seen.page, f"check_{FIRST}")
        seen.page.locator("details").first.evaluate(
            "() => document.querySelectorAll('details').forEach((d) => { d.open = true; })"
        )
        assert violations(seen) == []


def test_without_javascript_an_assignment_can_be_read(visit: Reader):
    page = visit(f"assignments/{SLUG}.html", javascript=False).page

    assert "def scalar_chain_gradient" in str(part(page, FIRST, "pre").text_content())
    assert part(page, FIRST, "pre").is_visible()
    assert page.get_by_text("With JavaScript switched off").is_visible()
    page.get_by_text("Hint 1: a nudge").first.click()
    assert re.search("Each factor needs", str(page.locator("details[open]").first.text_content()))
