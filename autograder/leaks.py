"""What may not reach a student: the lines of the answers and of the hidden tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from autograder.markers import MARKERS, SourceCell, regions

SHORTEST = 12
"""Shorter lines (`return x`, `else:`) tell nothing, and stand in every program."""


def secret_lines(cells: Iterable[SourceCell], published: str = "") -> set[str]:
    """Return the lines that stand in answers and hidden tests only, stripped of indentation.

    Args:
        cells: The cells of an assignment's source.
        published: Text that readers have anyway, such as the chapters; its lines are no secrets.
    """
    hidden: set[str] = set()
    shown = {line.strip() for line in published.splitlines()}
    for cell in cells:
        inside = [line for marker in MARKERS for region in regions(cell.source, marker) for line in region]
        hidden.update(line.strip() for line in inside)
        shown.update(line.strip() for line in outside(cell.source).splitlines())
    return {line for line in hidden - shown if len(line) >= SHORTEST}


def outside(source: str) -> str:
    r"""Return a cell's text without its answers and hidden tests.

    >>> outside("a = 1\n### BEGIN HIDDEN TESTS\nb = 2\n### END HIDDEN TESTS\nc = 3")
    'a = 1\nc = 3'
    """
    kept = []
    inside = False
    for line in source.splitlines():
        marker = re.search(rf"(BEGIN|END) ({'|'.join(MARKERS)})", line)
        if marker:
            inside = marker[1] == "BEGIN"
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def leaked_lines(text: str, secrets: set[str]) -> list[str]:
    """Return the secret lines that are lines of a text, sorted."""
    return sorted({line.strip() for line in text.splitlines()} & secrets)


def flaw_of_cleared(name: str, source: str) -> str | None:
    """Return what is wrong with a solution cell as students get it; None if all is well.

    It must define the function (or class) of its title, raise NotImplementedError where the answer was, and
    hold nothing after that: what cannot be reached is a piece of the answer, left outside the markers.
    """
    tree = ast.parse(source)
    if name not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}:
        return f"does not define '{name}' outside its markers; leave the signature and docstring there"
    bodies = [body for node in ast.walk(tree) if isinstance(body := getattr(node, "body", None), list)]
    stubs = [(body, index) for body in bodies for index, node in enumerate(body) if _is_stub(node)]
    if not stubs:
        return "does not raise NotImplementedError once cleared; move the markers into the function's body"
    if any(index < len(body) - 1 for body, index in stubs):
        return "goes on after the cleared answer; move '### END SOLUTION' below the whole answer"
    return None


def _is_stub(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Raise)
        and node.exc is not None
        and ast.unparse(node.exc) == "NotImplementedError()"
    )
