"""The page tells the student all that helps, and whatever a student wrote does nothing but stand there."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.feedback import MAX_IMAGE, MAX_TAGS, points, render
from autograder.records import AnswerKey, CellScore, Graded, KeyCell, Outcome, Role

SECRET = "assert double(3) == 6  # hidden"
CELLS = (
    KeyCell("setup", Role.LOCKED, "import numpy"),
    KeyCell("double", Role.SOLUTION, "def double(x):\n    return x + x  # ours"),
    KeyCell("check_double", Role.CHECK, f"assert double(2) == 4\n{SECRET}", 2.0),
    KeyCell("check_double__more", Role.CHECK, SECRET, 1.5),
    KeyCell("why", Role.MANUAL, "Why?\n\nThe rubric.", 3.0, "markdown"),
)
RELEASED = {
    "setup": "import numpy",
    "double": "stub",
    "check_double": "assert double(2) == 4",
    "check_double__more": "",
}
KEY = AnswerKey("numbers", CELLS, RELEASED | {"why": "Why?"})


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress((b"\0" + b"\x30\x90\xf0" * 2) * 2))
    + chunk(b"IEND", b"")
)


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def display(**data):
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {key.replace("_", "/"): text for key, text in data.items()},
    }


def cell(name, source, outputs=()):
    return {"id": name, "source": source, "outputs": list(outputs), "cell_type": "code"}


def row(
    *outputs, source="def double(x):\n    return 3 * x", message="`double(2)` is 6, expected 4.", **changes
):
    cells = (CellScore("check_double", 0.0, 2.0, message), CellScore("check_double__more", 1.5, 1.5))
    notebook = {
        "cells": [
            cell("setup", "import numpy"),
            cell("double", source, outputs),
            cell("check_double", CELLS[2].source),
            cell("check_double__more", SECRET),
            cell("extra-1", "print('try')", [stream("try\n")]),
            cell("why", "Since it is."),
        ]
    }
    graded = Graded("ann", "numbers", Outcome.FINISHED, cells, "", 0.1, 1, "strict", notebook=notebook)
    return replace(graded, **changes)


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data):
        self.text += data


def page(*args, **kwargs):
    return Page(render(row(*args, **kwargs), KEY))


OWN_TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "h1",
        "h2",
        "p",
        "div",
        "i",
        "b",
        "table",
        "thead",
    ),
    *("tbody", "tr", "th", "td", "a", "section", "span", "details", "summary", "pre", "ul", "li", "img"),
}


def assert_harmless(found):
    """Nothing runs, nothing is fetched, nothing leads elsewhere."""
    assert found.tags <= OWN_TAGS | {"em", "strong", "br", "ol"}
    for tag, name, value in found.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name in {
            *(
                "lang",
                "charset",
                "name",
                "content",
                "http-equiv",
                "class",
                "id",
                "scope",
                "href",
                "src",
                "alt",
            ),
            *("style", "role", "aria-label"),
        }
        if name == "href":
            assert value.startswith("#check_")
        if name == "src":
            assert (tag, value.partition(",")[0]) == ("img", "data:image/png;base64")
        if name == "style":
            assert (tag, value.startswith("width: ")) == ("i", True)


def test_marks_reasons_and_hints_stand_on_the_page():
    text = page(
        message="`double(2)` is 6, expected 4.\nThat is three times 2.\nRead again: chapter “depth”."
    ).text

    for words in (
        "1.5 of 3.5 points",
        "3 more points to be marked by a person",
        "That is three times 2.",
        "Read again: chapter “depth”.",
    ):
        assert words in text
    for words in (
        "Your answer: double",
        "return 3 * x",
        "Your own cell",
        "try",
        "Well done.",
        "✗ not yet",
        "✓ passed",
    ):
        assert words in text


def test_hidden_tests_and_our_answers_stay_hidden():
    text = render(row(), KEY)

    assert "hidden" not in text.replace("overflow: hidden", "")
    assert "assert double(2) == 4" in text
    assert "ours" not in text
    assert "rubric" not in text


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.FINISHED])
def test_an_early_end_has_its_reason_on_top(outcome):
    text = page(outcome=outcome, reason="in the cell double: far too long").text

    assert "Your notebook" in text.split("Check")[0]
    assert "in the cell double: far too long" in text.split("Check")[0]


def test_without_a_notebook_the_checks_are_listed():
    text = page(notebook=None, outcome=Outcome.UNREADABLE, reason="the file is empty").text

    assert "the file is empty" in text
    assert "check_double__more" in text
    assert "hidden" not in text.replace("overflow: hidden", "")


VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.png'>",
    "<svg onload=alert(1)><circle/></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>click</a>",
    "<a href='jav&#x09;ascript:alert(1)'>click</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>click</a>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,x'></object><embed src=x>",
    "<form action='javascript:alert(1)'><input type=submit formaction=x></form>",
    "<meta http-equiv='refresh' content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>body{background:url(https://evil.example)}</style>",
    "<style>@import 'https://evil.example';</style>",
    "<table background='https://evil.example' onmouseover=alert(1)><tr><td style='x:expression(1)'>1</td></tr></table>",
    "<td onclick=alert(1) id=x class=y style='position:fixed'>",
    "<b onmouseover=alert(1)>bold</b>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "</pre><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<!--><img src=x onerror=alert(1)>-->",
    "]]><script>alert(1)</script>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    "<textarea></textarea><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "' onerror='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "${alert(1)}",
    "[click](javascript:alert(1))",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<scr\0ipt>alert(1)</script>",
    "\x1b[31m<script>alert(1)</script>\x1b[0m",
    "\ud800<script>alert(1)</script>",
    "<\u017fcript>alert(1)</script>",
]


def everywhere(text):
    """Return a row with a text in every place that a student's words can reach."""
    outputs = [
        stream(text),
        display(text_html=text),
        display(text_html=[text, text]),
        display(text_plain=text),
        display(text_markdown=text, image_svg=text, application_javascript=text),
        {
            "output_type": "display_data",
            "data": {"image/svg+xml": text, "application/javascript": text, "text/markdown": text},
        },
        display(image_png=text, text_plain=text),
        display(image_png=base64.b64encode(PNG).decode() + text, text_plain=text),
        {"output_type": "error", "ename": text, "evalue": text, "traceback": [text, text]},
        {"output_type": text, "text": text},
    ]
    return row(*outputs, source=text, message=text, student=text, flags=(text, text), reason=text)


@pytest.mark.parametrize("text", VECTORS)
def test_nothing_that_a_student_wrote_does_anything(text):
    graded = everywhere(text)

    assert_harmless(Page(render(graded, KEY)))
    assert_harmless(Page(render(replace(graded, notebook=None), KEY)))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*"<>/\"'=& ", "script", "img", "onerror", "svg", "style", "table", "<!--", "-->", "a"]
        ),
        max_size=30,
    ).map("".join)
)
def test_no_scraps_of_html_do_anything(text):
    assert_harmless(Page(render(everywhere(text), KEY)))


def test_a_table_is_shown_as_one():
    found = page(display(text_html="<table border=1><tr><th>n</th></tr><tr><td>0.25</td></tr></table>"))

    assert "0.25" in found.text
    assert ("table", "border", "1") not in found.attributes


def test_a_picture_is_shown_with_its_words():
    found = page(display(image_png=base64.b64encode(PNG).decode() + "\n", text_plain="<Figure>"))

    assert ("img", "alt", "<Figure>") in found.attributes


@pytest.mark.parametrize("data", [b"GIF89a", b"<svg onload=alert(1)>", b"", PNG + bytes(MAX_IMAGE)])
def test_what_is_no_picture_or_a_huge_one_is_shown_as_its_text(data):
    found = page(display(image_png=base64.b64encode(data).decode(), text_plain="<Figure>"))

    assert "img" not in found.tags
    assert "<Figure>" in found.text


def test_html_that_takes_long_to_clean_is_shown_as_text():
    found = page(display(text_html="<ul><li>" * MAX_TAGS, text_plain="a long list"))

    assert "a long list" in found.text


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": None},
        {"output_type": "stream", "text": None},
        {"output_type": "stream", "text": [1, None, "x"]},
        {"output_type": "error", "traceback": None},
        {"output_type": "error", "traceback": [None, 3]},
        {"output_type": "display_data", "data": None},
        {"output_type": "display_data", "data": {"text/html": None, "image/png": 3}},
        {"output_type": "display_data", "data": {"text/html": {"a": 1}}},
    ],
)
def test_outputs_of_wrong_types_do_no_harm(output):
    assert_harmless(page(output))


def test_a_quarter_of_a_megabyte_is_a_page():
    text = render(row(stream("x" * (256 << 10))), KEY)

    assert 256 << 10 < len(text) < 300 << 10


def test_points_are_written_as_people_do():
    assert [points(value) for value in (0.0, 1.0, 2.5, 0.25)] == ["0", "1", "2.5", "0.25"]


def test_an_assignment_without_points_has_a_page():
    assert "0 of 0 points" in page(cells=()).text


@pytest.mark.browser
def test_in_a_browser_nothing_runs_and_nothing_is_fetched(tmp_path, browser):
    """All vectors on one page, opened without a network; the policy of the page would stop what the cleaning missed."""
    text = "\n".join(VECTORS).replace("\ud800", "")
    path = tmp_path / "page.html"
    path.write_text(render(everywhere(text), KEY), encoding="utf-8", errors="replace")
    said, asked = [], []
    tab = browser.new_page()
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    for name in ("details", "a"):
        tab.locator(name).first.click()
    title = tab.title()
    tab.close()

    assert title == "numbers: 1.5 of 3.5 points"
    assert said == []
    assert [url.partition("#")[0] for url in asked if not url.startswith("data:image/png")] == [path.as_uri()]
