"""The page tells an instructor how a class did, and nothing that a student wrote is more than text in it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from autograder.analysis import with_similar_pairs
from autograder.cli import main
from autograder.exports import jsonl
from autograder.items import items
from autograder.people import Person, write_people
from autograder.records import GRADER_DIED, CellScore, Graded, Outcome
from autograder.report import COLUMNS, SLOWEST, alike, items_csv, render, sections, write_report

HOSTILE = [
    "<script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "=cmd|' /C calc'!A0",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "http://evil.example/x.css",
    "\u202etxt\x1b[31m\x00",
]
EVERYTHING = " ".join(HOSTILE)


def row(student, *points, slug="he", message="wrong", **changes):
    cells = tuple(
        CellScore(f"check_{place}", float(got), 1.0, "" if got else message)
        for place, got in enumerate(points)
    )
    graded = Graded(student, slug, Outcome.FINISHED, cells, "", 0.1, 7, "strict")
    return replace(graded, **changes)


CLASS = [row("ann", 1, 1, 1), row("bob", 1, 1, 0), row("cy", 1, 0, 0), row("di", 0, 0, 0)]


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(page)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        if self.tags[-1:] != ["style"]:
            self.words.append(data)


def hostile_class():
    names = [*HOSTILE[:3], f"{EVERYTHING}!"]
    rows = [
        row(name, 0, 1, message=EVERYTHING, reason=EVERYTHING, flags=(EVERYTHING,), outcome=Outcome.DIED)
        for name in names
    ]
    return with_similar_pairs(rows, {(name, "he"): {"relu": "same"} for name in HOSTILE[:2]})


def course_of(tmp_path, rows):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "results.jsonl").write_text(jsonl(rows), encoding="utf-8")
    return tmp_path


def test_the_page_has_marks_items_and_outcomes():
    text = Page(render([*CLASS, row("ed", 0, outcome=Outcome.UNREADABLE, reason="not a notebook")])).text

    assert "5 submissions by 5 students" in text
    assert "mean 1.20 · median 1 of 3 points · 1 with full marks" in text
    assert "check_0 1 1 of 4 0.75" in text
    assert "1 × wrong" in text
    assert "Assignment finished timed_out out_of_memory died unreadable he 4 0 0 0 1" in text
    assert "ed he unreadable 0 of 1 not a notebook" in text


def test_the_slowest_come_first_and_no_more_than_that():
    rows = [row(f"student{place:02}", 1, seconds=float(place)) for place in range(SLOWEST + 5)]
    slowest = Page(render(rows)).text.split("Slowest submissions")[1].split("Answers that are alike")[0]

    assert re.findall(r"student(\d+)", slowest) == [f"{place:02}" for place in range(14, 4, -1)]


def test_those_who_share_answers_stand_there_once():
    rows = with_similar_pairs(CLASS, {(name, "he"): {"relu": "same"} for name in ("ann", "cy")})

    assert [(group.answers, group.students) for group in alike(rows)] == [("relu", ("ann", "cy"))]
    assert "he relu ann cy" in Page(render(rows)).text


def test_a_check_that_the_good_ones_fail_is_marked():
    rows = [row("a", 0, 1, 1), row("b", 0, 1, 1), row("c", 1, 0, 0)]

    assert 'class="n bad">-1.00' in render(rows)


def test_an_empty_class_has_a_page_and_a_table(tmp_path):
    page, table = write_report(course_of(tmp_path, []))

    assert "there is nothing to report" in page.read_text(encoding="utf-8")
    assert table.read_bytes().decode() == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("points", [(), (0,), (1, 0)])
def test_one_student_has_a_page(points):
    text = Page(render([row("ann", *points)])).text

    assert "1 submission by 1 student " in text
    assert f"mean {sum(points):.2f}" in text


def test_a_row_of_a_grader_that_failed_is_no_mark():
    failed = row("x", 0, 0, 0, flags=(GRADER_DIED,))

    assert sections([*CLASS, failed]) == sections(CLASS)
    assert sections([failed]) == []
    assert GRADER_DIED in render([failed])


@pytest.mark.parametrize("anonymous", [False, True])
def test_whatever_students_write_is_text(tmp_path, anonymous):
    write_report(course_of(tmp_path, hostile_class()), anonymous=anonymous)
    source = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    page, plain = Page(source), Page(render(CLASS))

    assert set(page.tags) <= set(plain.tags) | {"ul", "li"}
    assert not {"script", "img", "link", "iframe", "form", "object"} & set(page.tags)
    assert [name for name, _ in page.attributes if name.startswith("on") or name == "src"] == []
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert not any(c in source for c in "\u202e\x1b\x00")
    assert "{{ 7 * 7 }}" in page.text


def test_no_field_of_the_table_is_a_formula():
    rows = [row("a", 0, message=message) for message in ("=cmd", "+1 is wrong", "@SUM(A1)")]
    read = [
        one["message"]
        for some in rows
        for one in csv.DictReader(io.StringIO(items_csv(items([some])), newline=""))
    ]

    assert read == ["'=cmd", "'+1 is wrong", "'@SUM(A1)"]


def test_the_table_has_the_numbers():
    lines = items_csv(items(CLASS)).splitlines()

    # Points 1 1 1 0 beside 2 1 0 0 elsewhere: r = 0.75 / √(0.75 · 2.75).
    assert lines[1] == "he,check_0,1.0,4,1,0.75,0.5222,wrong,1"
    assert lines[0] == ",".join(COLUMNS)
    assert items_csv(items([row("ann", 1)])).splitlines()[1] == "he,check_0,1.0,1,0,1.0,,,0"


def test_the_command_writes_both_and_says_where(tmp_path, capsys):
    course = course_of(tmp_path, CLASS)

    assert main(["report", "--course", str(course)]) == 0
    assert capsys.readouterr().out.split() == [
        str(course / "report" / "report.html"),
        str(course / "report" / "items.csv"),
    ]
    assert "ann" in (course / "report" / "report.html").read_text(encoding="utf-8")


def test_an_anonymous_page_has_no_names(tmp_path):
    rows = with_similar_pairs(CLASS, {(name, "he"): {"relu": "same"} for name in ("ann", "bob")})
    course = course_of(tmp_path, [replace(one, reason=f"/data/{one.student}") for one in rows])

    assert main(["report", "--course", str(course), "--anonymous"]) == 0
    text = Page((course / "report" / "report.html").read_text(encoding="utf-8")).text
    assert not re.search(r"\b(ann|bob)\b", text)
    assert "4 submissions by 4 students" in text
    assert re.search(r"he relu student \d student \d$", text)


def test_without_results_the_status_is_2(tmp_path, capsys):
    assert main(["report", "--course", str(tmp_path)]) == 2
    assert "run `autograder grade" in capsys.readouterr().err


@pytest.mark.browser
def test_in_a_browser_nothing_runs_and_nothing_is_fetched(tmp_path, browser):
    write_report(course_of(tmp_path, hostile_class()))
    path = tmp_path / "report" / "report.html"
    said, asked = [], []
    tab = browser.new_page(viewport={"width": 420, "height": 800})
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    wider = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    title = tab.title()
    tab.close()

    assert (title, said, asked) == ("Class report", [], [path.as_uri()])
    assert wider <= 0


def test_names_of_the_list_of_students_stand_on_the_page_and_not_on_the_anonymous_one(tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "results.jsonl").write_text(jsonl(CLASS), encoding="utf-8")
    write_people(tmp_path, [Person("ann", "Ann", "<b>Lee</b>"), Person("bob")])

    page = write_report(tmp_path)[0].read_text(encoding="utf-8")
    assert "Ann &lt;b&gt;Lee&lt;/b&gt; (ann)" in page
    assert "<bdi>bob</bdi>" in page
    assert "Ann" not in write_report(tmp_path, anonymous=True)[0].read_text(encoding="utf-8")
