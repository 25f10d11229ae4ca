"""One style sheet and four scripts a page: what a bundle leaves out must change no page's looks."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from course import bundle, formulas
from PIL import Image, ImageChops
from playwright.sync_api import BrowserContext, Page, Route

from tests.site import built
from tests.site.conftest import settle
from tests.site.links import read

# A page of every kind: first page, chapter, table, sources, lists, search, and what Sphinx makes by itself.
KINDS = (
    "book/index.html",
    "book/residual.html",
    "book/lab.html",
    "book/glossary.html",
    "book/notation.html",
    "book/bibliography.html",
    "book/field_guide.html",
    "book/progress.html",
    "search.html?q=gradient",
    "assignments/chain_rule.html",
    "genindex.html",
)


def test_a_rule_stays_when_all_that_it_needs_occurs():
    used = {"a", "b", "name"}
    kept = [
        ".a",
        "p.a > .b:hover",
        "#name",
        ".a:not(.c)",
        ":is(.c, .d) p",
        "html",
        "[data-c]",
        "@font-face{x:y}",
    ]
    css = "".join(rule if "{" in rule else f"{rule}{{color: red}}" for rule in kept)

    assert bundle.purged(css, used) == css
    for rule in (".c", "p .a.c", "#other", ".a, .c"):
        assert bundle.purged(f"{rule}{{color: red}}", used) == (".a{color: red}" if "," in rule else "")
    assert bundle.purged("@media print{.c{x:y}}@supports (x:y){.a{x:y}}", used) == "@supports (x:y){.a{x:y}}"
    assert bundle.purged("/* note */.a{/* note */x:y}", used) == ".a{x:y}"


def test_addresses_in_a_sheet_lead_where_they_led():
    css = "a{b:url(../images/x.png)}c{d:url('y.svg')}e{f:url(data:z)}"

    assert (
        bundle.rebased(css, "styles/theme.css")
        == "a{b:url(images/x.png)}c{d:url('styles/y.svg')}e{f:url(data:z)}"
    )


def test_names_of_pages_and_words_of_scripts_are_used():
    page = '<p class="one two" id="three">four</p><script>five("six-seven")</script>'

    assert bundle.words([page], ["eight.classList.add('nine')"]) >= {
        "one",
        "two",
        "three",
        "six-seven",
        "nine",
    }
    assert "four" not in bundle.words([page], [])


def test_a_page_is_lightened_once_and_renewed_after_that(tmp_path: Path):
    for name, text in {
        "a.css": ".x{c:d}",
        "b.css": ".y{c:d}",
        "a.js": "let a",
        "b.js": "b() // end",
        "c.js": "c()",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    page = """<html><head><link rel="preload" as="script" href="_static/a.js" />
<link rel="stylesheet" href="_static/a.css?v=1" /><link href="_static/b.css" rel="stylesheet" />
<script>document.documentElement.x = 1</script><script src="_static/a.js"></script><script>let set = 1</script>
<script defer src="_static/c.js"></script><script>after(set)</script></head><body><p class="x"></p>
<script src="_static/b.js"></script></body></html>"""
    light = bundle.lightened(page, "", bundle.Bundles(tmp_path, {"x"}))
    again = bundle.lightened(light, "", bundle.Bundles(tmp_path, {"x", "y"}))

    sheets, again_sheets = (re.findall(r'href="_static/(site\.\w+\.css)"', text) for text in (light, again))
    assert [(tmp_path / name).read_text() for name in (*sheets, *again_sheets)] == [
        ".x{c:d}",
        ".x{c:d}.y{c:d}",
    ]
    assert again.replace(again_sheets[0], sheets[0]) == light
    scripts = re.findall(r"<script[^>]*?(?: (?:src=\"_static/(site[^\"]+)\")[^>]*)?>(.*?)</script>", light)
    texts = [(tmp_path / name).read_text() if name else text for name, text in scripts]
    assert [text.replace("\n", "") for text in texts] == [
        "document.documentElement.x = 1", "let set = 1", "let a;b() // end;", "after(set)", "c();",
    ]  # fmt: skip
    assert light.index("</head>") < light.index("let set") and "preload" not in light


def test_nothing_in_the_head_holds_a_page_up(site: Path):
    for name in (*built.pages(site), "search.html", "genindex.html"):
        head = (site / name).read_text(encoding="utf-8").partition("</head>")[0]

        assert head.count('rel="stylesheet"') == 1, name
        assert "<script src" not in head and 'rel="preload" as="script"' not in head, name


@pytest.mark.parametrize(
    ("name", "most"), [("index", 150), ("glossary", 180), ("chain_rule", 260), ("residual", 260)]
)
def test_a_page_weighs_what_it_may(site: Path, name: str, most: int):
    """In KiB as a public host packs them, with the font of formulas where there are any."""
    page = site / "book" / f"{name}.html"
    files = {page, *((page.parent / link.partition("?")[0]).resolve() for link in read(page).loaded)}
    if "<math" in page.read_text(encoding="utf-8"):
        files.add(site / "_static" / formulas.FONT)
    packed = (
        file.read_bytes() if file.suffix == ".woff" else gzip.compress(file.read_bytes(), 6) for file in files
    )

    assert sum(map(len, packed)) <= most * 1024


def screenshot(page: Page) -> Image.Image:
    """Return what a page looks like, down to its foot."""
    page.wait_for_function("() => !document.querySelector('.live-widget:not(.started, .failed)')")
    # What is left for later would be laid out meanwhile, and a drawing could miss in the picture.
    page.evaluate("document.documentElement.classList.remove('in-parts')")
    page.add_style_tag(
        content="* { transition: none !important; animation: none !important; caret-color: transparent }"
        " .course-figure { content-visibility: visible !important }"
    )
    # Chromium enlarges the page itself for a picture that is taller than the window, and then now and then draws it
    # while the font of formulas is read anew, with gaps in their place.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.evaluate("innerWidth"), "height": height})
    settle(page)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


@pytest.mark.browser
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 412)], ids=["desk", "phone"])
def test_a_page_looks_as_with_the_whole_sheets(
    context: Callable[..., BrowserContext], address: str, site: Path, name: str, scheme: str, width: int
):
    """The same page twice: with its bundle, and with the sheets that the bundle was made of, unshortened."""
    html = (site / name.partition("?")[0]).read_text(encoding="utf-8")
    (parts,) = re.findall(r'<link rel="stylesheet"[^>]*data-parts="([^"]+)"', html)
    whole = "".join(f'@import url("{part}");' for part in parts.split())

    def instead(route: Route) -> None:
        route.fulfill(body=whole, content_type="text/css")

    pictures = []
    for replaced in (False, True):
        profile = context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        if replaced:
            profile.route("**/_static/site.*.css", instead)
        page = profile.new_page()
        page.goto(f"{address}/{name}", wait_until="load")
        settle(page)
        if "search" in name:
            page.wait_for_selector(".search-results > li")
        if "lab" in name:
            page.wait_for_selector("[data-drawn]")  # its worker has answered
        pictures.append(screenshot(page))
    one, other = pictures

    assert one.size == other.size
    assert (one.getpixel((0, 0))[0] < 128) == (scheme == "dark")
    differing = sum(ImageChops.difference(one, other).convert("L").point(lambda v: v > 8).histogram()[1:])
    assert differing <= one.width * one.height / 10_000  # the edge of a letter or of a scroll bar
