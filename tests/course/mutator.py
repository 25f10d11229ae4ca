"""Small faults put into correct code, one at a time: what a check that is worth its points must notice.

`mutants` takes the source of a solution cell and gives every variant of it that these operators make:

===========  ================================================================================
arithmetic   another operator, an operand lost, the sign of a result or an operand turned
comparison   the next operator (`<` for `<=`), the opposite one
logic        `and` for `or`, a condition lost, always true or always false
numbers      one more, one less; a fraction doubled or zero; `True` for `False`
arguments    a keyword lost, two arguments exchanged, the last one lost, a parameter for another
functions    `sum` for `mean`, `std` for `var`, …; a call that gives its own argument back (no root, no copy)
arrays       no transpose, no subscript, a slice without one of its ends or its step
statements   left out, or run without what stands around them; `return` without a part, or in another order
errors       another kind
===========  ================================================================================

They are the standard set of mutation testing (Offutt and others 1996, and what mutmut and Cosmic Ray have)
and, for each function of NumPy or torch that stands in a solution, the one that a learner confuses it with.
"""

from __future__ import annotations

import ast
import copy
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
CONFUSED = [
    ("sum", "mean"),
    ("std", "var"),
    ("max", "min"),
    ("maximum", "minimum"),
    ("argmax", "argmin"),
    ("any", "all"),
    ("ceil", "floor"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("sin", "cos"),
    ("log", "log10"),
    ("exp", "expm1"),
    ("sqrt", "square"),
    ("train", "eval"),
    ("cumsum", "cumprod"),
    ("sign", "abs"),
    ("append", "extend"),
]
"""Pairs of names, of functions or methods, that are taken for each other."""

MODULES = {"np", "math", "torch", "nn", "F", "random", "linalg"}
"""Names whose attributes are functions; a method's owner is a value, which may stand in its place."""

Place = tuple[ast.AST, str, "int | None"]
"""A node's parent, the field there, and the index if the field is a list."""


@dataclass(frozen=True)
class Mutant:
    """A variant of a solution.

    Attributes:
        change: The lines that differ, before and after; it names the mutant.
        source: All of the code.
    """

    change: str
    source: str


def mutants(source: str) -> list[Mutant]:
    r"""Return every variant with one fault, in the order of the code; none twice.

    >>> [mutant.change for mutant in mutants("def half(x):\n    return x / 2")]  # doctest: +NORMALIZE_WHITESPACE
    ['return x / 2 → return -(x / 2)', 'return x / 2 → return x * 2', 'return x / 2 → return x',
     'return x / 2 → return 2', 'return x / 2 → return x / 3', 'return x / 2 → return x / 1']
    """
    tree = ast.parse(source)
    original = ast.unparse(tree)
    found, seen, named = [], {original}, Counter[str]()
    for (parent, field, index), node, parameters in list(_places(tree, frozenset())):
        for replacement in _replacements(node, parameters):
            _put(parent, field, index, replacement)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, field, index, node)
            if text in seen or not _compiles(text):
                continue
            seen.add(text)
            change = _change(original, text)
            named[change] += 1
            again = f" ({named[change]})" if named[change] > 1 else ""
            found.append(Mutant(change + again, text))
    return found


def _places(node: ast.AST, parameters: frozenset[str]) -> Iterator[tuple[Place, ast.AST, frozenset[str]]]:
    """Yield each node that may change, with its place and the parameters of the function around it."""
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        parameters = frozenset(argument.arg for argument in (*node.args.args, *node.args.kwonlyargs))
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "exc", "ctx"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_idle(child):
                continue
            yield (node, field, index), child, parameters
            yield from _places(child, parameters)


def _is_idle(node: ast.AST) -> bool:
    """Whether it changes no result: text for readers, and zip's `strict`, which only says what holds."""
    return (
        isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.keyword) and node.arg == "strict")
    )


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _compiles(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _change(before: str, after: str) -> str:
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    old, new = ([line[2:].strip() for line in lines if line.startswith(sign)] for sign in ("- ", "+ "))
    return f"{' ⏎ '.join(old)} → {' ⏎ '.join(new)}"


def _replacements(node: ast.AST, parameters: frozenset[str]) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp():
            yield from _arithmetic(node)
        case ast.AugAssign():
            yield _with(node, op=OPERATORS[type(node.op)]())
            yield ast.Assign([node.target], node.value)
            yield ast.Pass()
        case ast.UnaryOp():
            yield node.operand
        case ast.Compare(ops=[operator]):
            for other in COMPARISONS[type(operator)]:
                yield _with(node, ops=[other()])
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
            yield from (_with(node, values=rest) for rest in _without_one(node.values))
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.Constant():
            yield from (ast.Constant(value) for value in _other_constants(node.value))
        case ast.Call():
            yield from _calls(node)
        case ast.Attribute(attr="T" | "mT"):
            yield node.value
        case ast.Subscript(ctx=ast.Load()):
            yield node.value
        case ast.Slice():
            for end in ("lower", "upper", "step"):
                if getattr(node, end) is not None:
                    yield _with(node, **{end: None})
        case ast.Name(ctx=ast.Load()) if node.id in parameters:
            yield from (ast.Name(other, ast.Load()) for other in sorted(parameters - {node.id, "self"}))
        case ast.Tuple() | ast.List():
            yield from (_with(node, elts=rest) for rest in _without_one(node.elts))
            yield from (_with(node, elts=swapped) for swapped in _exchanged(node.elts))
        case ast.comprehension(ifs=[_]):
            yield _with(node, ifs=[])
        case ast.stmt():
            yield from _statements(node)


def _arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
    yield _with(node, op=OPERATORS[type(node.op)]())
    yield from (node.left, node.right)


def _other_constants(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [2 * value or 1.0, 0.0]
    return [f"{value}?"] if isinstance(value, str) else []


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """Yield the call as something else: another function, other arguments, or one of them instead."""
    yield from (_with(node, func=other) for other in _confused(node.func))
    converts = isinstance(node.func, ast.Name) and node.func.id == "float"  # NumPy's numbers are as good
    if node.args and not converts and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if (owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", None)) not in MODULES:
            yield owner
    for keyword in node.keywords:
        if not _is_idle(keyword):
            yield _with(node, keywords=[other for other in node.keywords if other is not keyword])
    yield from (_with(node, args=swapped) for swapped in _exchanged(node.args))
    if len(node.args) > 1:
        yield _with(node, args=node.args[:-1])
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        stop = min(len(node.args) - 1, 1)
        shorter = ast.BinOp(node.args[stop], ast.Sub(), ast.Constant(1))
        yield _with(node, args=[*node.args[:stop], shorter, *node.args[stop + 1 :]])
        if stop == 0:
            yield _with(node, args=[ast.Constant(1), *node.args])


def _confused(function: ast.AST) -> Iterator[ast.AST]:
    field = {ast.Name: "id", ast.Attribute: "attr"}.get(type(function))
    for one, other in CONFUSED if field else ():
        name = getattr(function, field)
        if name in (one, other):
            yield _with(function, **{field: other if name == one else one})


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Tuple | ast.List):
            yield _with(node, value=ast.UnaryOp(ast.USub(), value))
        case ast.Raise(exc=ast.Call() as error):
            yield ast.Pass()
            yield _with(node, exc=_with(error, func=ast.Name("TypeError", ast.Load())))
        case ast.If():
            yield from (_with(node, test=ast.Constant(value)) for value in (True, False))
            yield ast.Pass()
        case ast.With():
            yield ast.If(ast.Constant(True), node.body, [])
        case ast.Assign() | ast.Expr() | ast.For() | ast.While() | ast.Assert():
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()


def _without_one(values: list[ast.expr]) -> Iterator[list[ast.expr]]:
    if len(values) > 1:
        yield from (values[:index] + values[index + 1 :] for index in range(len(values)))


def _exchanged(values: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for index in range(len(values) - 1):
        yield [*values[:index], values[index + 1], values[index], *values[index + 2 :]]


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """Return a copy of a node with other fields; the rest is shared."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
