"""The page of what the checks say to wrong answers."""

from __future__ import annotations

import math

import pytest

from tests.course import messages
from tests.course.corpus import Answer, parse_answers
from tests.course.messages import Said, page, said_to, said_to_all

ANSWERS = """\
# == wrong: max_layer_factor: half of it
def max_layer_factor(w):
    return abs(w) / 8


# == wrong: max_layer_factor: a pair
def max_layer_factor(w):
    return w, 4
"""


def answers() -> list[Answer]:
    return parse_answers("saturation", ANSWERS)


def test_an_answer_hears_what_it_is_told_in_the_notebook_and_in_the_feedback():
    said = [one for answer in answers() for one in said_to(answer)]

    assert {one.check for one in said} == {"check_max_layer_factor"}
    assert all(
        "expected" in one.text and "seed" not in one.text and "Read again" not in one.text for one in said
    )
    assert not said[0].hidden
    assert len({one.text for one in said}) == len(said)


def test_a_design_speaks_from_a_process_of_its_own(monkeypatch):
    monkeypatch.setattr(messages, "DESIGNS", {"max_layer_factor"})
    patching = ANSWERS.replace(
        "def max_layer_factor", "import math; math.patched = True\n\ndef max_layer_factor"
    )

    assert list(said_to_all(parse_answers("saturation", patching)))
    assert not hasattr(math, "patched")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("the norm is 2, expected 4.", False),
        ("the norm is 2, expected 4.\nThat is its root.", True),
        ("the norm is a list of 1 item, expected one number: take the entry out.", True),
        ("W has shape (2, 3), expected (3, 2).", False),
        ("Each weight needs a draw of its own.", True),
    ],
)
def test_a_message_names_a_cause_or_numbers_only(text: str, named: bool):
    assert Said(answers()[0], "check_f", False, text, "").names_a_cause is named


def test_the_page_shows_every_message_and_counts_what_is_told_numbers_only():
    first, second = answers()
    said = [
        Said(first, "check_f", False, "it is 1, expected 2.", 'chapter "saturation"'),
        Said(second, "check_f", True, "it is 1, expected 2.\nThat is half.", ""),
    ]

    text = page(said)

    assert "**half of it**" in text and "> That is half." in text
    assert "`check_f`, in the notebook; chapter" in text and "`check_f`, hidden tests; no section" in text
    assert text.endswith(f"- {first}\n\n1 of 2 wrong answers.\n")


def test_the_command_writes_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(messages, "read_answers", lambda _: answers())
    monkeypatch.setattr("sys.argv", ["messages", "saturation", "--page", str(tmp_path / "new" / "page.md")])

    assert messages.main() == 0
    assert "wrong answers" in capsys.readouterr().out
    assert "### `max_layer_factor`" in (tmp_path / "new" / "page.md").read_text(encoding="utf-8")
