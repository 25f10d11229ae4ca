"""What a person may want to look at: forbidden means and answers that are alike; evidence, never marks."""

from __future__ import annotations

import ast
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from autograder.records import AnswerKey, Graded, Role

FORBIDDEN_MODULES = {
    "concepts": "the course's own answers",
    "ctypes": "raw memory",
    "gc": "other code's objects",
    "inspect": "other code's sources",
    "socket": "the network",
    "subprocess": "other programs",
    "multiprocessing": "other processes",
    "urllib": "the network",
    "requests": "the network",
}
FORBIDDEN_NAMES = {"__globals__", "__subclasses__", "_getframe", "f_back", "f_locals", "__builtins__"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "breakpoint", "input"}

_SHARED = ", shared with "
MIN_NODES = 45
"""Answers with fewer parts than this are alike by nature: there are not many ways to write 1 / n."""
ALIKE = "alike but for names: "
"""How the flag begins that names the students who share an answer; no other flag begins so."""
MAX_SHARING = 3
"""An answer that more students than this share is the usual way to write it, or from a text that all have read."""


def evidence(row: Graded, key: AnswerKey) -> tuple[str, ...]:
    """Return what is odd about the student's own code, one sentence each."""
    numpy_only = not any("import torch" in cell.source for cell in key.cells)
    found: dict[str, None] = {}
    for name, source in student_cells(row, key):
        for what in _oddities(source, numpy_only):
            found[f"{name}: {what}"] = None
    return tuple(found)


def student_cells(row: Graded, key: AnswerKey) -> list[tuple[str, str]]:
    """Return name and source of every code cell that the student wrote."""
    if row.notebook is None:
        return []
    ours = {cell.name for cell in key.cells if cell.role is not Role.SOLUTION}
    return [
        (cell["id"], cell["source"])
        for cell in row.notebook["cells"]
        if cell["cell_type"] == "code" and cell["id"] not in ours
    ]


def _oddities(source: str, numpy_only: bool) -> list[str]:
    tree = _parsed(source)
    if tree is None:
        return []
    found = []
    for node in ast.walk(tree):
        for module in _imported(node):
            top = module.split(".")[0]
            if top in FORBIDDEN_MODULES:
                found.append(f"imports {top} ({FORBIDDEN_MODULES[top]})")
            elif top == "torch" and numpy_only:
                found.append("imports torch, where NumPy is asked for")
            elif top == "autograder" and module not in ("autograder", "autograder.checks"):
                found.append(f"imports {module} (the grader's own parts)")
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_NAMES:
            found.append(f"uses {node.attr}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            found.append(f"calls {node.func.id}()")
    return found


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module] if node.module != "autograder" else [f"autograder.{a.name}" for a in node.names]
    return []


def _parsed(source: str) -> ast.Module | None:
    lines = (line if not line.lstrip().startswith(("%", "!")) else "" for line in source.splitlines())
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def fingerprints(row: Graded, key: AnswerKey) -> dict[str, str]:
    """Return a digest of each longer answer, the same for texts that differ in names, comments and layout only."""
    # As we wrote it ourselves is the plain way to write it, or a leak; as we released it, it is not written.
    ours = {
        cell.name: {_own_digest(cell.source), _own_digest(key.released.get(cell.name, ""))}
        for cell in key.cells
        if cell.role is Role.SOLUTION
    }
    digests = {name: _digest(source) for name, source in student_cells(row, key)}
    return {name: digest for name, digest in digests.items() if digest and digest not in ours.get(name, ())}


def _digest(source: str) -> str:
    tree = _parsed(source)
    if tree is None or sum(1 for _ in ast.walk(tree)) < MIN_NODES:
        return ""
    try:
        text = ast.dump(_Anonymous().visit(tree))
    except RecursionError:  # nested beyond all reason; a person need not compare that
        return ""
    return hashlib.sha256(text.encode()).hexdigest()


_own_digest = lru_cache(maxsize=512)(_digest)
"""For our own answers, which every row is compared with."""


class _Anonymous(ast.NodeTransformer):
    """Names every variable by the order of its first appearance, and drops docstrings and annotations."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> ast.AST:  # ast's protocol
        """Rename a variable."""
        return ast.Name(id=self._renamed(node.id), ctx=node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Rename a parameter."""
        return ast.arg(arg=self._renamed(node.arg), annotation=None)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:  # ast's protocol
        """Drop the docstring and the annotation of the result."""
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        node.returns = None
        return self.generic_visit(node)

    def _renamed(self, name: str) -> str:
        return self._names.setdefault(name, f"v{len(self._names)}")


def with_similar_pairs(
    rows: Iterable[Graded], prints: Mapping[tuple[str, str], Mapping[str, str]]
) -> list[Graded]:
    """Return the rows, those flagged whose longer answers few others share.

    Args:
        rows: All rows of a run.
        prints: The `fingerprints` of each row, by student and assignment.
    """
    owners: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for (student, slug), answers in sorted(prints.items()):
        for name, digest in answers.items():
            owners[slug, name, digest].append(student)
    flags: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (slug, name, _), students in owners.items():
        if 2 <= len(students) <= MAX_SHARING:
            for student in students:
                others = ", ".join(other for other in students if other != student)
                flags[student, slug][others].append(name)
    return [replace(row, flags=(*row.flags, *_sentences(flags[row.student, row.assignment]))) for row in rows]


def _sentences(shared: Mapping[str, list[str]]) -> list[str]:
    return [f"{ALIKE}{', '.join(names)}{_SHARED}{others}" for others, names in shared.items()]


def likeness(flag: str, students: Collection[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return the answers that a flag calls alike, and those who share them; None for any other flag.

    Args:
        flag: One flag of a row.
        students: All who may be named; a name may hold commas, so that the sentence alone does not tell.
    """
    answers, shared, tail = flag.removeprefix(ALIKE).partition(_SHARED)
    others = _divided(tail, sorted(students, key=len, reverse=True), MAX_SHARING - 1)
    return (answers, others) if flag.startswith(ALIKE) and shared and others else None


def _divided(text: str, students: Sequence[str], most: int) -> tuple[str, ...]:
    """Return the students whose names, joined by commas, are this text; empty if there are none."""
    for student in students:
        if text == student:
            return (student,)
        if most > 1 and text.startswith(f"{student}, "):
            rest = _divided(text[len(student) + 2 :], students, most - 1)
            if rest:
                return (student, *rest)
    return ()
