"""That an edited text is the old one but for its edits: compared as syntax trees."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from copy import copy
from operator import itemgetter
from typing import Any

from seedlint.edits import Replacement, placed
from seedlint.model import Position, Span
from seedlint.source import normalised, parsed


def is_same(old: str, new: str, edits: Sequence[Replacement]) -> bool:
    """Whether ``new``, which is ``old`` with ``edits``, says the same outside of them.

    What only a newer Python than the one that runs can parse is not compared.
    """
    before, after = parsed(normalised(old)), parsed(normalised(new))
    if before is None or after is None:
        return before is None
    spans = list(placed(edits))
    old_holes = _Holes(old, (span for span, _ in spans))
    new_holes = _Holes(new, (span for _, span in spans))
    pairs: list[tuple[Any, Any]] = [(before, after)]
    while pairs:
        left, right = pairs.pop()
        if isinstance(right, (ast.For, ast.comprehension)):
            right = new_holes.uncounted(right)
        elif isinstance(right, ast.Return):
            right = new_holes.unwrapped(right)
        left, right = old_holes.outside(left), new_holes.outside(right)
        if type(left) is not type(right):
            return False
        if isinstance(left, list):
            if len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif isinstance(left, ast.AST):
            names = left._fields
            pairs += ((getattr(left, name, None), getattr(right, name, None)) for name in names)
        elif left != right:
            return False
    return True


class _Holes:
    """The edited places of one text, as Python's syntax trees count: columns in UTF-8 bytes."""

    def __init__(self, text: str, spans: Iterable[Span]) -> None:
        self._lines = normalised(text).split("\n")
        self._spans = sorted((self._place(span.start), self._place(span.end)) for span in spans)

    def _place(self, position: Position) -> tuple[int, int]:
        line = self._lines[position.line - 1] if position.line <= len(self._lines) else ""
        return position.line, len(line[: position.column - 1].encode())

    def hold(self, node: Any) -> bool:
        """Whether ``node`` stands in one of them."""
        if not hasattr(node, "lineno"):
            return False
        start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
        index = bisect_right(self._spans, start, key=itemgetter(0)) - 1
        return index >= 0 and end <= self._spans[index][1]

    def outside(self, node: Any) -> Any:
        """What of ``node`` stands outside; ``None`` where there is nothing."""
        if isinstance(node, list):
            return [item for item in node if not self.hold(item)]
        return None if self.hold(node) else node

    def uncounted(self, node: ast.For | ast.comprehension) -> ast.For | ast.comprehension:
        """The loop ``node`` without the index and the ``enumerate`` that edits have put there.

        Only around all that it iterates over: a call around a part of that says something else.
        """
        is_async = isinstance(node, ast.comprehension) and node.is_async
        match node.target, node.iter:
            case (
                ast.Tuple(elts=[index, target]),
                ast.Call(func=ast.Name("enumerate") as func, args=[inner], keywords=[]),
            ) if self.hold(index) and self.hold(func) and not (self.hold(inner) or is_async):
                changed = copy(node)
                changed.target, changed.iter = target, inner
                return changed
        return node

    def unwrapped(self, node: ast.Return) -> ast.Return:
        """The ``node`` without the ``{**...}`` that edits have put around what it returns."""
        match node.value:
            case ast.Dict(keys=[None, *_], values=[inner, *more]) as display if (
                self._open(display) and not self.hold(inner) and all(map(self.hold, more))
            ):
                changed = copy(node)
                changed.value = inner
                return changed
        return node

    def _open(self, node: ast.expr) -> bool:
        """Whether what ``node`` begins with stands in one of them."""
        index = bisect_right(self._spans, ((node.lineno, node.col_offset + 1), (0, 0))) - 1
        return index >= 0 and (node.lineno, node.col_offset) < self._spans[index][1]
