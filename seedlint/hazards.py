"""Which texts could overflow the C stack of LibCST's native parser, or keep it busy for long."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import accumulate

from seedlint.source import normalised, parsed

# LibCST 1.9 crashes on some 3,000 brackets and 10,000 operators or dots; it takes 14 s for 3,000
# chained calls, and over a minute for a sum of 5,000 terms.
DEEP = 300
# Of characters: that takes some 3 s and 600 MB.
BULKY = 2_000_000
# A shorter statement cannot be that deep.
LONG = 2 * DEEP


def is_hazardous(text: str) -> bool:
    """Whether ``text`` had better be parsed in a process that can be given up.

    So had what Python itself cannot parse: nothing is known of its shape.
    """
    if not LONG <= len(text) < BULKY:
        return len(text) >= BULKY
    tree = parsed(text)
    if tree is None:
        return True
    ends = [0, *accumulate(len(line) + 1 for line in normalised(text).split("\n"))]
    for statement, depth in _statements(tree):
        end = _end_of_head(statement)
        long = ends[min(end, len(ends) - 1)] - ends[statement.lineno - 1] >= LONG
        if depth > DEEP or (long and _is_deep(statement)):
            return True
    return False


def _statements(tree: ast.Module) -> Iterator[tuple[ast.stmt, int]]:
    """All statements with their depth; an ``elif`` is one inside the ``if``."""
    stack: list[tuple[ast.stmt, int]] = [(statement, 1) for statement in tree.body]
    while stack:
        statement, depth = stack.pop()
        yield statement, depth
        for block in _blocks(statement):
            stack += [(inner, depth + 1) for inner in block]


def _blocks(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for name in ("handlers", "cases"):
        for part in getattr(statement, name, ()):
            yield part.body


def _end_of_head(statement: ast.stmt) -> int:
    """The last line of ``statement``, or of what stands before its blocks."""
    firsts = (block[0].lineno for block in _blocks(statement) if block)
    return min(firsts, default=statement.end_lineno or statement.lineno)


def _is_deep(statement: ast.stmt) -> bool:
    inner = {id(part) for block in _blocks(statement) for part in block}
    stack: list[tuple[ast.AST, int]] = [(statement, 1)]
    while stack:
        node, depth = stack.pop()
        depth += _width(node)
        if depth > DEEP:
            return True
        stack += [(part, depth) for part in ast.iter_child_nodes(node) if id(part) not in inner]
    return False


def _width(node: ast.AST) -> int:
    """How many levels of LibCST's tree ``node`` is; ``ast`` folds some chains into one node."""
    if isinstance(node, ast.BoolOp):
        return len(node.values)
    if isinstance(node, ast.alias):
        return node.name.count(".") + 1
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").count(".") + 1
    return 1
