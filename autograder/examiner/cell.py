"""One test cell: which names it takes from the student, running it, and the verdict with its words."""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import traceback
import warnings
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any

from autograder import checks
from autograder.bridge.proxy import Conversation, OpaqueValueError
from autograder.bridge.raised import printable
from autograder.errors import BridgeError, DeadlinePassed, StudentProcessEnded

MAX_MESSAGE = 4_000


@dataclass(frozen=True)
class Verdict:
    """What one test cell found.

    Attributes:
        passed: Whether the cell earns its points.
        message: What to tell the student; empty when passed.
        broken: How the conversation ended before the cell did: "", "deadline", "ended" or "malformed".
        own_fault: Whether the check itself went wrong, which a person should look at.
    """

    passed: bool
    message: str = ""
    broken: str = ""
    own_fault: bool = False


@dataclass(frozen=True)
class Compiled:
    """A cell of the key, ready to run.

    Attributes:
        code: Its code.
        reads: The names that it reads and does not define itself, sorted.
        imports: The modules that it imports.
    """

    code: CodeType
    reads: tuple[str, ...]
    imports: tuple[str, ...]


@cache
def compiled(name: str, source: str) -> Compiled:
    """Return a cell compiled; done once where processes are forked, all of them have it.

    Raises:
        SyntaxError: It is no Python.
    """
    tree = ast.parse(source, f"<{name}>")
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)} | set(_defined(tree))
    return Compiled(compile(tree, f"<{name}>", "exec"), tuple(sorted(read - bound)), tuple(_imported(tree)))


def names_taken(cell: Compiled, given: dict[str, Any]) -> list[str]:
    """Return the names that a test cell takes from the notebook: neither it nor the key's own cells define them."""
    return [name for name in cell.reads if name not in given and not hasattr(builtins, name)]


def _imported(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from concepts import xavier` names a module; a name that is none is not found, and does no harm.
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def _defined(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found += [(alias.asname or alias.name).split(".")[0] for alias in node.names]
        elif isinstance(node, ast.arg):
            found.append(node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found.append(node.name)
    return found


def run_cell(name: str, source: str, given: dict[str, Any], conversation: Conversation, seed: int) -> Verdict:
    """Run one test cell and judge it; never raises.

    Args:
        name: The cell's name, for tracebacks.
        source: Its source from the key, hidden tests included.
        given: The names that the key's own cells define; the cell gets a copy.
        conversation: The way to the student's process.
        seed: Seed of everything that the check draws.
    """
    namespace = dict(given)
    try:
        cell = compiled(name, source)
        for wanted in names_taken(cell, given):
            with contextlib.suppress(NameError):  # the check's own use of the name says it better
                namespace[wanted] = conversation.get(wanted)
        _execute(cell.code, namespace, seed)
    except BaseException as error:  # whatever ends the cell early, it has not passed
        return _judge(error, conversation)
    if conversation.broken is not None:  # a check that swallowed the end of the conversation proves nothing
        return _judge(conversation.broken, conversation)
    return Verdict(passed=True)


def _execute(code: CodeType, namespace: dict[str, Any], seed: int) -> None:
    checks.use_seed(seed)
    silence = io.StringIO()
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code, namespace)


def _judge(error: BaseException, conversation: Conversation) -> Verdict:
    broken = conversation.broken
    if broken is not None:
        return _broken(broken)
    lines = getattr(error, "student_lines", ())
    if isinstance(error, checks.CheckFailed):
        return _failed(str(error))
    if isinstance(error, AssertionError) and not lines:
        return _failed(str(error) or "the check was not met")
    if isinstance(error, NameError) and not lines:
        return _failed(f"{error}: is the cell that should define it empty, or does it stop with an error?")
    if isinstance(error, OpaqueValueError):
        return _failed(str(error))
    if isinstance(error, checks.StudentError) and not lines:
        return _failed(str(error))
    if lines or isinstance(error, NotImplementedError):
        return _failed("\n".join([f"Your code raised {_named(error)}", *(f"  {line}" for line in lines)]))
    where = traceback.extract_tb(error.__traceback__)[-1]
    text = f"The check could not handle what your code returned: {_named(error)}"
    return Verdict(False, _cut(text), own_fault=where.filename.startswith("<check"))


def _broken(error: BridgeError) -> Verdict:
    if isinstance(error, DeadlinePassed):
        text = "Your code did not come back in time: is there a loop that never ends?"
        return Verdict(False, text, broken="deadline")
    if isinstance(error, StudentProcessEnded):
        return Verdict(False, "The process of your notebook ended during this check.", broken="ended")
    return Verdict(False, _cut(f"What your code returned cannot be examined: {error}."), broken="malformed")


def _failed(message: str) -> Verdict:
    return Verdict(False, _cut(message))


def _named(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, checks.StudentError):
        return text  # which begins with the name of the student's own class
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _cut(message: str) -> str:
    message = printable(message)
    return message if len(message) <= MAX_MESSAGE else message[:MAX_MESSAGE] + " …"
