"""The page that goes back to the student: marks, reasons and hints, made from student output and yet harmless.

Everything is text, escaped; the exceptions are pictures, carried as checked data, and HTML tables, cleaned to
a few elements without attributes.  The page forbids scripts besides, and shows no hidden test.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from autograder.checks import counted
from autograder.records import AnswerKey, ByHand, CellScore, Graded, Outcome, Role

ALLOWED_TAGS = {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "b",
    "i",
    "em",
    "strong",
    "p",
    "br",
    "ul",
    "ol",
    "li",
    "pre",
}
MAX_IMAGE = 2 << 20
MAX_TAGS = 4_000
"""Cleaning takes time that grows with the square of what is nested; a table of a hundred rows has half as many."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_OUTCOMES = {
    Outcome.FINISHED: "",
    Outcome.TIMED_OUT: "Your notebook took too long:",
    Outcome.OUT_OF_MEMORY: "Your notebook needed too much memory:",
    Outcome.DIED: "Your notebook's process ended early:",
    Outcome.UNREADABLE: "Your notebook could not be read:",
}


@dataclass(frozen=True)
class Part:
    """One section of the page: an answer with what it put out, or a check with its verdict."""

    title: str
    source: str
    anchor: str = ""
    score: CellScore | None = None
    outputs: list[Markup] = field(default_factory=list)
    given: ByHand | None = None

    @property
    def passed(self) -> bool:
        """Whether the check earned its points."""
        return self.score is not None and not self.score.message


@dataclass(frozen=True)
class Total:
    """What the page says above everything: points so far, those that wait for a person, and what came off.

    As in the gradebook, the penalty is taken off and the points are never below 0.
    """

    points: float
    most: float
    waiting: float
    penalty: float = 0.0

    @property
    def share(self) -> int:
        """The points in percent."""
        return round(100 * self.points / self.most) if self.most else 0


def render(
    row: Graded, key: AnswerKey, by_hand: Mapping[str, ByHand] | None = None, penalty: float = 0.0
) -> str:
    """Return the feedback page of one submission.

    Args:
        row: What grading found out.
        key: The instructor's source.
        by_hand: What a person gave, by cell; it takes precedence, as it does in the gradebook.
        penalty: What coming late costs.
    """
    given = by_hand or {}
    parts = list(_parts(row, key, given))
    total = _total(row, key, given, penalty)
    return _template().render(
        row=row, parts=parts, total=total, outcome=_OUTCOMES[row.outcome], points=points
    )


def _total(row: Graded, key: AnswerKey, given: Mapping[str, ByHand], penalty: float) -> Total:
    marked = {name: hand.points for name, hand in given.items() if hand.points is not None}
    manual = {cell.name: cell.points for cell in key.cells if cell.role is Role.MANUAL}
    earned = sum(marked.get(cell.name, cell.points) for cell in row.cells)
    earned += sum(marked.get(name, 0.0) for name in manual)
    most = row.max_points + sum(most for name, most in manual.items() if name in marked)
    waiting = sum(most for name, most in manual.items() if name not in marked)
    return Total(max(0.0, earned - penalty), most, waiting, penalty)


def points(value: float) -> str:
    """Return points as a person writes them.

    >>> points(3.0), points(2.5)
    ('3', '2.5')
    """
    return f"{value:g}"


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["counted"] = counted
    return environment.get_template("feedback.html")


def _parts(row: Graded, key: AnswerKey, given: Mapping[str, ByHand]) -> Iterator[Part]:
    scores = {score.name: score for score in row.cells}
    if row.notebook is None:
        for name, score in scores.items():
            yield Part(name, key.released[name], name, score, given=given.get(name))
        return
    ours = {cell.name: cell for cell in key.cells}
    for cell in row.notebook["cells"]:
        name = cell["id"]
        if name in scores:
            yield Part(name, key.released[name], name, scores[name], given=given.get(name))
        elif name not in ours or ours[name].role in (Role.SOLUTION, Role.MANUAL):
            title = f"Your answer: {name}" if name in ours else "Your own cell"
            outputs = [_shown(o) for o in cell.get("outputs", [])]
            yield Part(title, cell["source"], outputs=outputs, given=given.get(name))


def _shown(output: dict[str, Any]) -> Markup:
    """Return one nbformat output as harmless HTML."""
    match output.get("output_type"):
        case "stream":
            return _pre(_text(output.get("text")))
        case "error":
            lines = output.get("traceback")
            return _pre("\n".join(_text(line) for line in lines) if isinstance(lines, list) else "")
        case "display_data" | "execute_result":
            return _bundle(output.get("data", {}))
        case _:
            return Markup()


def _bundle(data: Any) -> Markup:
    """Return the richest harmless form of a display: a PNG picture, a cleaned table, or its text."""
    if not isinstance(data, dict):
        return Markup()
    picture = _png(_text(data.get("image/png")))
    if picture:
        alt = escape(_text(data.get("text/plain"))[:200] or "picture")
        return Markup(f'<img alt="{alt}" src="data:image/png;base64,{picture}">')
    html = _text(data.get("text/html"))
    if html and html.count("<") <= MAX_TAGS:
        import nh3

        return Markup(nh3.clean(html, tags=ALLOWED_TAGS, attributes={}))
    return _pre(_text(data.get("text/plain")) or html)


def _png(text: str) -> str:
    """Return a PNG in base64 again, from its bytes, so that nothing else can hide in the text."""
    if not text or len(text) > MAX_IMAGE:
        return ""
    try:
        data = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(data).decode() if data.startswith(b"\x89PNG\r\n\x1a\n") else ""


def _pre(text: str) -> Markup:
    return Markup(f"<pre>{escape(_ANSI.sub('', text))}</pre>") if text else Markup()


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_text(part) for part in value if isinstance(part, str))
    # Lone surrogates, which JSON can spell, are no text to anyone else.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
