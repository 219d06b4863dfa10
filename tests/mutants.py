"""Small wrong changes to a right answer, made on its syntax tree: what a grader must not let by."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Lt: ast.LtE, ast.Gt: ast.GtE}
OTHER |= {ast.GtE: ast.Lt, ast.LtE: ast.Gt, ast.Eq: ast.NotEq}


def mutants(code: str) -> Iterator[tuple[str, str]]:
    """Pairs of a name, which shows the changed line, and the changed code. Each differs from ``code`` in one place."""
    tree = ast.parse(code)
    seen = {ast.unparse(tree)}
    for place, node in enumerate(ast.walk(tree)):
        for label, change in _changes(node):
            changed = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(changed)) if i == place)
            mutated = _Swap(target, change(target)).visit(changed)
            try:
                text = ast.unparse(ast.fix_missing_locations(mutated))
                compile(text, "<mutant>", "exec")
            except (SyntaxError, ValueError, TypeError):
                continue
            if text not in seen:
                seen.add(text)
                yield f"{label}: {_difference(ast.unparse(tree), text)}", text


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST | None:
        return self.new if node is self.old else super().generic_visit(node)


def _difference(old: str, new: str) -> str:
    """The line that differs, or for a line that is gone, the line it was."""
    for before, after in zip(old.splitlines(), new.splitlines()):
        if before != after:
            return before.strip() if after.strip() == "pass" else after.strip()
    return ""


def _changes(node: ast.AST) -> Iterator[tuple[str, object]]:
    """What can be done to one node: a label, and a function from the node to what takes its place."""
    if isinstance(node, ast.BinOp):
        yield from _operator(node)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER:
        yield "comparison", lambda n: ast.Compare(n.left, [OTHER[type(n.ops[0])](), *n.ops[1:]], n.comparators)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "not transposed", lambda n: n.value
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "constant", lambda n: ast.Constant(n.value + 1)
        yield "constant", lambda n: ast.Constant(n.value - 1)
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", lambda n: n.operand
    elif isinstance(node, ast.Tuple | ast.List) and len(node.elts) == 2 and isinstance(node.ctx, ast.Load):
        yield "swapped", lambda n: type(n)([n.elts[1], n.elts[0]], n.ctx)
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.Expr) and not isinstance(node.value, ast.Constant):
        yield "line gone", lambda n: ast.Pass()


def _operator(node: ast.BinOp) -> Iterator[tuple[str, object]]:
    if type(node.op) in OTHER:
        yield "operator", lambda n: ast.BinOp(n.left, OTHER[type(n.op)](), n.right)
    if isinstance(node.op, ast.MatMult):
        yield "turned", lambda n: ast.BinOp(n.right, n.op, n.left)
        yield "right transposed", lambda n: ast.BinOp(n.left, n.op, ast.Attribute(n.right, "T", ast.Load()))
    yield "left only", lambda n: n.left
    yield "right only", lambda n: n.right


def _call(node: ast.Call) -> Iterator[tuple[str, object]]:
    if len(node.args) == 1 and not isinstance(node.args[0], ast.GeneratorExp):
        yield "call gone", lambda n: n.args[0]
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        yield "backwards", lambda n: ast.Call(ast.Name("reversed", ast.Load()), [n], [])
        yield (
            "one too few",
            lambda n: ast.Call(n.func, [*n.args[:-1], ast.BinOp(n.args[-1], ast.Sub(), ast.Constant(1))], []),
        )
    for i in range(len(node.keywords)):
        yield "argument gone", lambda n, i=i: ast.Call(n.func, n.args, n.keywords[:i] + n.keywords[i + 1 :])
    for i in range(len(node.args) - 1):
        yield "arguments swapped", lambda n, i=i: ast.Call(n.func, _swapped(n.args, i), n.keywords)


def _swapped(values: list, i: int) -> list:
    return [*values[:i], values[i + 1], values[i], *values[i + 2 :]]
