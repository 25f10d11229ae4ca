"""Right and wrong answers to every function, as text: what the checks must accept, and what they must reject.

`tests/course/answers/<slug>.py` holds the answers to one assignment.
A comment opens each; the code below it, up to the next, replaces the whole solution cell of that function::

    # == right: he_std: by logarithms
    def he_std(fan_in):
        return math.exp(0.5 * math.log(2 / fan_in))

    # == wrong: he_std: the variance instead of its root
    def he_std(fan_in):
        return 2 / fan_in
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ANSWERS = Path(__file__).parent / "answers"

_OPENING = re.compile(r"# == (right|wrong): ([A-Za-z_]\w*): (\S.*)")


NEEDS = {
    "batchnorm_backward": "batchnorm_forward",
    "train": "train_step",
    "build_rescued": "configure_optimizer",
}
"""The function that another one needs: it makes the cache that the other takes, or is called by it."""

DESIGNS = frozenset({"build_rescued"})
"""Functions whose answer is a design, which the checks train for seconds.

Their answers run in the real grader only, once each; of the solution there are no mutants, since another design is
as right as the first.
"""


@dataclass(frozen=True)
class Answer:
    """One answer to one function.

    Attributes:
        slug: The assignment.
        kind: `right` or `wrong`.
        function: The function, which is the title of the solution cell that `source` replaces.
        title: How it is right, or which misconception makes it wrong.
        source: The code.
        line: Where it begins in its file.
    """

    slug: str
    kind: str
    function: str
    title: str
    source: str
    line: int

    def __str__(self) -> str:
        return f"{self.slug}-{self.function}-{self.kind}: {self.title}"


def parse_answers(slug: str, text: str) -> list[Answer]:
    """Return the answers in a text, in order.

    Raises:
        ValueError: An opening line, or the code of an answer, cannot be read; the message gives the line.
    """
    lines = text.splitlines()
    openings = [number for number, line in enumerate(lines) if line.startswith("# ==")]
    answers = []
    for start, end in zip(openings, [*openings[1:], len(lines)], strict=True):
        found = _OPENING.fullmatch(lines[start].rstrip())
        if not found:
            raise ValueError(
                f"answers/{slug}.py:{start + 1}: write '# == right: <function>: <why>' or '# == wrong: …'"
            )
        kind, function, title = found.groups()
        source = "\n".join(lines[start + 1 : end]).strip() + "\n"
        _require_definition(source, function, f"answers/{slug}.py:{start + 1}")
        answers.append(Answer(slug, kind, function, title, source, start + 1))
    return answers


def read_answers(slug: str) -> list[Answer]:
    """Return the answers to one assignment; none if nobody has written any."""
    path = ANSWERS / f"{slug}.py"
    return parse_answers(slug, path.read_text(encoding="utf-8")) if path.is_file() else []


def in_submissions(answers: list[Answer]) -> list[dict[str, Answer]]:
    """Return the answers dealt out to as few submissions as can hold them: one per function in each.

    Hardly a function of an assignment needs the answer to another one, so a submission may hold several at once;
    one that does is not put beside a wrong answer to the other.
    """
    rounds: list[dict[str, Answer]] = []
    for answer in sorted(answers, key=lambda answer: answer.function in NEEDS):
        needed = NEEDS.get(answer.function)
        free = (
            held
            for held in rounds
            if answer.function not in held and (needed not in held or held[needed].kind == "right")
        )
        found = next(free, None)
        if found is None:
            rounds.append({answer.function: answer})
        else:
            found[answer.function] = answer
    return rounds


def _require_definition(source: str, function: str, where: str) -> None:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"{where}: line {error.lineno} below: {error.msg}") from error
    bound = {getattr(node, "name", None) for node in tree.body} | {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if function not in bound:
        raise ValueError(f"{where}: the code below does not define {function}")
