"""The directives of the course, on small projects: what they make, and the mistakes that stop a build."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from course.elements import CourseError
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

Build = Callable[..., str]
OPTIONS = {
    "extensions": [
        "myst_parser",
        *(f"course.{part}" for part in ("elements", "quiz", "predict", "derivation")),
    ],
    "myst_enable_extensions": ["dollarmath"],
}

QUIZ = """
```{quiz} Is $2 > 1$?
:name: quiz-order
- [ ] No, $2 \\le 1$
  > Count *again*.
- [x] Yes
  > By definition.

  > In two paragraphs.
```
"""


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build a project of one or more pages, warnings as errors; return the HTML of the first."""

    def run(index: str, **others: str) -> str:
        pages = {"index": f"# Title\n\n{index}\n", **others}
        if others:
            pages["index"] += "\n```{toctree}\n" + "\n".join(others) + "\n```\n"
        for name, text in pages.items():
            (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
        warnings = io.StringIO()
        with patch_docutils(), docutils_namespace():
            folders = (tmp_path, None, tmp_path / "out", tmp_path / "trees")
            app = Sphinx(*folders, "html", OPTIONS, status=None, warning=warnings)
            app.build()
        assert warnings.getvalue() == ""
        return (tmp_path / "out" / "index.html").read_text(encoding="utf-8")

    return run


def test_a_quiz_is_a_list_of_details_with_a_verdict_and_a_reason(build: Build):
    page = build(QUIZ)
    choices = re.findall(r'<details class="choice" data-right="(\w+)"><summary>(.*?)</summary>', page, re.S)

    assert choices == [
        ("false", 'No, <span class="math notranslate nohighlight">\\(2 \\le 1\\)</span>'),
        ("true", "Yes"),
    ]
    assert '<strong class="verdict">Not this one. </strong>Count <em>again</em>.' in page
    assert '<strong class="verdict">Right. </strong>By definition.' in page
    assert "<p>In two paragraphs.</p>" in page


def test_a_long_question_goes_on_before_the_choices(build: Build):
    page = build(QUIZ.replace("- [ ]", "Think of integers.\n\n- [ ]", 1))

    assert page.index("Think of integers.") < page.index('<ul class="choices">')


def test_a_prediction_carries_its_answer_and_opens_without_a_script(build: Build):
    page = build(
        "```{predict} How many?\n:name: predict-many\n:unit: layers\n:answer: -69\n:tolerance: 5%\nSo many.\n```"
    )

    assert 'data-answer="-69.0" data-shown="−69" data-tolerance="3.45" data-unit="layers"' in page
    assert '<details class="explanation"><summary>What happens</summary><p>So many.</p>' in re.sub(
        r"\n", "", page
    )


def test_a_prediction_in_words_has_no_answer_to_compare(build: Build):
    page = build("```{predict} Why?\n:name: predict-why\nBecause.\n```")

    assert 'id="predict-why"' in page
    assert "data-answer" not in page


def test_a_derivation_numbers_its_steps_and_gives_each_its_reason(build: Build):
    page = build("```{derivation} A title\n- $a = \\sum_j b_j$\n  > by definition\n- $= c$\n  > by (1)\n```")

    assert page.count('<div class="step">') == page.count('<div class="reason">') == 2
    assert r"\(\displaystyle a = \sum_j b_j\)" in page
    assert page.index("A title") < page.index("by definition") < page.index("= c") < page.index("by (1)")


MISTAKES = {
    "no right choice": (QUIZ.replace("[x]", "[ ]"), 4, "exactly one right choice.* this one has 0"),
    "two right choices": (QUIZ.replace("[ ]", "[x]"), 4, "this one has 2"),
    "one choice": ("```{quiz} Q?\n:name: quiz-q\n- [x] Yes\n  > So.\n```", 3, "at least two choices"),
    "no reason": (QUIZ.replace("  > Count *again*.\n", ""), 6, "this choice lacks its reason"),
    "no name": (QUIZ.replace(":name: quiz-order\n", ""), 4, "must be words joined by hyphens"),
    "a bad name": (QUIZ.replace("quiz-order", "Quiz order"), 4, "not 'Quiz order'"),
    "nothing after the guess": ("```{predict} Q?\n:name: predict-q\n:answer: 1\n```", 3, "needs the text"),
    "an answer in words": (
        "```{predict} Q?\n:name: predict-q\n:answer: many\nSo.\n```",
        3,
        "`:answer:` is a number",
    ),
    "a bad tolerance": (
        "```{predict} Q?\n:name: predict-q\n:answer: 3\n:tolerance: -5%\nSo.\n```",
        3,
        "a tolerance is not negative",
    ),
    "a step without reason": ("```{derivation}\n- $a$\n- $b$\n  > so\n```", 4, "this step lacks its reason"),
    "no steps": ("```{derivation}\n$a$\n```", 3, "a derivation needs steps"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_stops_the_build_with_file_and_line(build: Build, mistake: str):
    text, line, words = MISTAKES[mistake]

    with pytest.raises(CourseError, match=rf"(?s)index\.md:{line}: .*{words}"):
        build(text)


def test_a_name_is_given_once_in_the_book(build: Build):
    with pytest.raises(CourseError, match=r"the name quiz-order is taken by"):
        build(QUIZ, other=f"# Other\n\n{QUIZ}")


def test_a_name_may_be_used_again_when_its_page_is_read_again(build: Build):
    assert build(QUIZ).count('id="quiz-order"') == 1
    assert build(QUIZ + "\nMore.").count('id="quiz-order"') == 1
