"""The directive `predict`: the reader commits to a guess before the page shows what happens.

    ```{predict} After how many layers has $0.99^n$ halved?
    :name: predict-chain-rule-halving
    :unit: layers
    :answer: 69
    :tolerance: 5%
    What is shown after the guess.
    ```

Without `:answer:` the guess is free text. The explanation is a `<details>` element, so it can be read without
JavaScript; course.js adds the form, keeps the guess and compares it.
"""

from __future__ import annotations

import re
from typing import ClassVar, NoReturn

from docutils import nodes
from sphinx.application import Sphinx

from course.elements import CourseDirective, Element, text


def tolerance_of(given: str, answer: float) -> float:
    """Return how far a guess may be off, from `5%` (of the answer) or a plain number.

    >>> tolerance_of("5%", 69.0)
    3.45
    >>> tolerance_of("0.5", 69.0)
    0.5
    """
    number = float(given.removesuffix("%"))
    if number < 0:
        raise ValueError(f"a tolerance is not negative: {given}")
    return abs(answer) * number / 100 if given.endswith("%") else number


class Predict(CourseDirective):
    """A question that the reader answers with a guess."""

    option_spec: ClassVar = {"name": str, "unit": str, "answer": str, "tolerance": str}

    def run(self) -> list[nodes.Node]:
        """Return the question, an empty place for the form, and the explanation."""
        name = self.claim_name()
        if not any(line.strip() for line in self.content):
            self.stop("a prediction needs the text that is shown after the guess.")
        question = Element.of("p", {"class": "predict-question", "id": f"{name}-question"})
        question += text("strong", "Predict. ")
        question += self.parse_inline_text(self.arguments[0])
        explanation = Element.of("details", {"class": "explanation"}, text("summary", "What happens"))
        explanation += self.parse_lines(list(self.content), 0)
        attributes = {"class": "predict", "id": name, "aria-labelledby": f"{name}-question", **self._data()}
        return [Element.of("section", attributes, question, explanation)]

    def _data(self) -> dict[str, str | None]:
        """Return what course.js needs to know."""
        unit = self.options.get("unit")
        if "answer" not in self.options:
            return {"data-unit": unit}
        try:
            answer = float(self.options["answer"])
            tolerance = tolerance_of(self.options.get("tolerance", "0"), answer)
        except ValueError as error:
            self._not_a_number(error)
        shown = re.sub(r"^-", "−", self.options["answer"])
        return {
            "data-answer": repr(answer),
            "data-shown": shown,
            "data-tolerance": repr(tolerance),
            "data-unit": unit,
        }

    def _not_a_number(self, error: ValueError) -> NoReturn:
        self.stop(f"`:answer:` is a number and `:tolerance:` a number or a percentage ({error}).")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("predict", Predict)
