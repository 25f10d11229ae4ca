"""Collect what the checks say to wrong answers, for review: `python -m tests.course.messages [SLUG…]`.

Every wrong answer of the corpus is put into its cell, and each check that fails speaks: first as the student hears it
in the notebook, then what the feedback says where hidden tests come before and say something else.
The page `build/messages/messages.md` has them all, under the title that says what is wrong with the answer.
A reader sees at once whether a message says what was expected, what was found, why, and where to read.
Designs, whose checks train, take some seconds each, and a process of their own: some of them patch what they can reach.
The last section counts the messages that name no cause, by function.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from autograder import checks
from autograder.release import slugs
from tests.course.corpus import DESIGNS, Answer, read_answers
from tests.course.in_process import PATIENCE, ROOT, each_failure

PAGE = ROOT / "build" / "messages" / "messages.md"
_SEED = re.compile(r"\n?The numbers were drawn with seed \d+; .*")
_POINTER = re.compile(r"\n?Read again: (.*)\.")


@dataclass(frozen=True)
class Said:
    """What one check said to one answer.

    Attributes:
        answer: The wrong answer.
        check: The name of the check cell.
        hidden: Whether the hidden tests say it.
        text: The message, without the lines about seed and section.
        section: Where to read, or nothing.
    """

    answer: Answer
    check: str
    hidden: bool
    text: str
    section: str

    @property
    def names_a_cause(self) -> bool:
        """Whether there is more than what was found and what was expected: a second line, or advice after a colon."""
        return "\n" in self.text or not re.search(
            r"expected (?!.*: [a-z])|has shape|must have the keys", self.text
        )


def said_to(answer: Answer) -> Iterator[Said]:
    """Yield what each check that rejects the answer says."""
    checks.use_seed(0)
    heard = set()
    seconds = 60.0 if answer.function in DESIGNS else PATIENCE
    for hidden in (False, True):
        for check, error in each_failure(
            answer.slug, answer.function, answer.source, visible=not hidden, seconds=seconds
        ):
            text = str(error) or "(It never ends: the grader stops it.)"
            if (check.name, text) in heard:
                continue
            heard.add((check.name, text))
            section = _POINTER.search(text)
            bare = _POINTER.sub("", _SEED.sub("", text)).strip()
            yield Said(answer, check.name, hidden, bare, section.group(1) if section else "")
    checks.use_seed(None)


def said_to_all(answers: list[Answer]) -> Iterator[Said]:
    """Yield what is said to each, in order; it says on the way how far it is."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as apart:
        for number, answer in enumerate(answers, start=1):
            print(f"\r{number} of {len(answers)}", end="", file=sys.stderr, flush=True)
            yield from (
                apart.submit(_heard, answer).result() if answer.function in DESIGNS else said_to(answer)
            )
    print(file=sys.stderr)


def _heard(answer: Answer) -> list[Said]:
    return list(said_to(answer))


def page(said: list[Said]) -> str:
    """Return all of it as Markdown, in the order of the corpus."""
    lines = ["# What the checks say to wrong answers", ""]
    slug, function, answer = "", "", None
    for one in said:
        if one.answer.slug != slug:
            slug, function = one.answer.slug, ""
            lines += [f"## {slug}", ""]
        if one.answer.function != function:
            function = one.answer.function
            lines += [f"### `{function}`", ""]
        if one.answer is not answer:
            answer = one.answer
            lines += [f"**{answer.title}**", ""]
        quoted = one.text.replace("\n", "\n> ")
        where = f"`{one.check}`, {'hidden tests' if one.hidden else 'in the notebook'}"
        lines += [f"> {quoted}", ">", f"> — {where}; {one.section or 'no section'}", ""]
    return "\n".join([*lines, *_bare(said)])


def _bare(said: list[Said]) -> list[str]:
    """Count the answers to which no check names a cause."""
    answers = {str(one.answer): one.answer for one in said}
    named = {str(one.answer) for one in said if one.names_a_cause}
    lines = ["## Wrong answers that are told numbers only", ""]
    lines += [f"- {answer}" for answer in answers if answer not in named]
    return [*lines, "", f"{len(answers) - len(named)} of {len(answers)} wrong answers.", ""]


def main() -> int:
    """Write the page for the assignments that are named, or for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write it")
    options = parser.parse_args()
    answers = [a for slug in options.slugs or slugs(ROOT) for a in read_answers(slug)]
    wrong = [a for a in answers if a.kind == "wrong"]
    said = list(said_to_all(wrong))
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(page(said), encoding="utf-8")
    print(f"{options.page}: {len(said)} messages to {len(wrong)} wrong answers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
