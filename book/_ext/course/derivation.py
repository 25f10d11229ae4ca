r"""The directive `derivation`: one step a line, its reason beside it.

    ```{derivation} The variance of one pre-activation
    :name: derivation-xavier-variance
    - $\operatorname{Var}(z) = \operatorname{Var}\bigl(\sum_j w_j x_j\bigr)$
      > the definition of $z$
    - $= \sum_j \operatorname{Var}(w_j x_j)$
      > the terms are uncorrelated
    ```

The steps are numbered. On a wide page the reason stands to the right of its step, on a phone below it;
a formula that is still too wide scrolls by itself.
"""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx

from course.elements import CourseDirective, Element, text


def split_steps(content: list[str]) -> list[tuple[int, list[str], list[str]]]:
    """Return (line, lines of the step, lines of its reason) for each step.

    >>> split_steps(["- $a$", "  > given", "- $= b$", "  > by (1)", "  > and (2)"])
    [(0, ['$a$'], ['given']), (2, ['$= b$'], ['by (1)', 'and (2)'])]
    """
    steps: list[tuple[int, list[str], list[str]]] = []
    for number, line in enumerate(content):
        inner = line.removeprefix("  ")
        if line.startswith("- "):
            steps.append((number, [line.removeprefix("- ")], []))
        elif steps and inner.startswith(">"):
            steps[-1][2].append(inner.removeprefix(">").removeprefix(" "))
        elif steps:
            steps[-1][1].append(inner)
    return steps


class Derivation(CourseDirective):
    """Numbered steps, each with its reason."""

    optional_arguments = 1
    required_arguments = 0
    option_spec: ClassVar = {"name": str}

    def run(self) -> list[nodes.Node]:
        """Return the steps as an ordered list."""
        steps = split_steps(list(self.content))
        if not steps:
            self.stop("a derivation needs steps, written `- $formula$` with a line `  > reason` below each.")
        list_of_steps = Element.of("ol", {"class": "steps"}, *(self._step(*step) for step in steps))
        box = Element.of("div", {"class": "derivation", "id": self._name()}, list_of_steps)
        if self.arguments:
            heading = Element.of(
                "p", {"class": "derivation-title"}, *self.parse_inline_text(self.arguments[0])
            )
            box.insert(0, heading)
        return [box]

    def _name(self) -> str | None:
        return self.claim_name() if "name" in self.options else None

    def _step(self, number: int, formula: list[str], reason: list[str]) -> Element:
        if not any(line.strip() for line in reason):
            self.stop("this step lacks its reason: a line `  > …` below it.", number)
        step = Element.of("div", {"class": "step"}, *self.parse_lines(formula, number))
        for node in step.findall(nodes.math):
            # Sums and fractions at full size, though the formula stands in a line.
            formula_text = nodes.Text(rf"\displaystyle {node.astext()}")
            node.clear()
            node += formula_text
        because = text("span", "because ", **{"class": "visually-hidden"})
        why = Element.of(
            "div", {"class": "reason"}, because, *self.parse_lines(reason, number + len(formula))
        )
        return Element.of("li", None, Element.of("div", {"class": "line"}, step, why))


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("derivation", Derivation)
