"""The directive `quiz`: a question with choices, each of which says why it is right or wrong.

    ```{quiz} Question with $maths$?
    :name: quiz-chain-rule-typical
    - [ ] A wrong choice
      > Why it is wrong.
    - [x] The right choice
      > Why it is right.
    ```

Every choice is a `<details>` element, so the quiz works without JavaScript; course.js keeps the answers.
A question that does not fit on one line goes on in the lines before the first choice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx

from course.elements import CourseDirective, Element, text

_CHOICE = re.compile(r"[-*] \[(?P<mark>[ xX])\] (?P<text>.*)")


@dataclass
class Choice:
    """One choice as it stands in the source; `line` counts from the first line of the content."""

    right: bool
    line: int
    lines: list[str]
    reason: list[str] = field(default_factory=list)
    reason_line: int = 0


def split_choices(content: list[str]) -> tuple[list[str], list[Choice]]:
    """Return the lines before the first choice, and the choices.

    >>> _, choices = split_choices(["- [ ] No", "  > Because.", "- [x] Yes", "  and more", "  > So."])
    >>> [(choice.right, choice.lines, choice.reason) for choice in choices]
    [(False, ['No'], ['Because.']), (True, ['Yes', 'and more'], ['So.'])]
    """
    question: list[str] = []
    choices: list[Choice] = []
    for number, line in enumerate(content):
        start = _CHOICE.fullmatch(line)
        inner = line.removeprefix("  ")
        if start:
            choices.append(Choice(start["mark"] != " ", number, [start["text"]]))
        elif not choices:
            question.append(line)
        elif inner.startswith(">"):
            choices[-1].reason_line = choices[-1].reason_line or number
            choices[-1].reason.append(inner.removeprefix(">").removeprefix(" "))
        elif choices[-1].reason:
            choices[-1].reason.append(inner)
        else:
            choices[-1].lines.append(inner)
    return question, choices


class Quiz(CourseDirective):
    """A question with choices and a reason for each."""

    option_spec: ClassVar = {"name": str}

    def run(self) -> list[nodes.Node]:
        """Return the quiz as nodes."""
        name = self.claim_name()
        question, choices = split_choices(list(self.content))
        self._check(choices)
        heading = Element.of("p", {"class": "quiz-question", "id": f"{name}-question"})
        heading += text("strong", "Question. ")
        heading += self.parse_inline_text(self.arguments[0])
        box = Element.of(
            "section", {"class": "quiz", "id": name, "aria-labelledby": f"{name}-question"}, heading
        )
        box += self.parse_lines(question, 0)
        box += Element.of("ul", {"class": "choices"}, *map(self._choice, choices))
        return [box]

    def _check(self, choices: list[Choice]) -> None:
        """Stop the build at a quiz that cannot teach."""
        if len(choices) < 2:
            self.stop("a quiz needs at least two choices, written `- [ ] wrong` and `- [x] right`.")
        right = sum(choice.right for choice in choices)
        if right != 1:
            self.stop(f"a quiz needs exactly one right choice, `- [x]`, and this one has {right}.")
        for choice in choices:
            if not any(line.strip() for line in choice.reason):
                self.stop("this choice lacks its reason: a line `  > …` below it.", choice.line)

    def _choice(self, choice: Choice) -> Element:
        summary = Element.of("summary", None, *self._unwrapped(choice))
        verdict = text("strong", "Right. " if choice.right else "Not this one. ", **{"class": "verdict"})
        reason = self.parse_lines(choice.reason, choice.reason_line)
        if reason and isinstance(reason[0], nodes.paragraph):
            reason[0].insert(0, verdict)
        else:
            reason.insert(0, verdict)
        attributes = {"class": "choice", "data-right": "true" if choice.right else "false"}
        feedback = Element.of("div", {"class": "feedback"}, *reason)
        return Element.of("li", None, Element.of("details", attributes, summary, feedback))

    def _unwrapped(self, choice: Choice) -> list[nodes.Node]:
        """Return a choice's text; a summary holds phrases, so a single paragraph loses its frame."""
        parsed = self.parse_lines(choice.lines, choice.line)
        if len(parsed) == 1 and isinstance(parsed[0], nodes.paragraph):
            return list(parsed[0].children)
        return parsed


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("quiz", Quiz)
