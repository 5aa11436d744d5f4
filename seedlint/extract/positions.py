"""Where nodes stand: lines and columns of the wanted ones only, by one code generation."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import libcst as cst
from libcst._nodes.internal import CodegenState

from seedlint.deep import deeply
from seedlint.extract.comments import is_directive
from seedlint.model import Position, Span


class _Recorder(CodegenState):
    """Notes between which tokens each wanted node stands, without its parentheses and whitespace.

    PositionProvider does the same for every node, at five times the cost.
    """

    def __init__(self, module: cst.Module, wanted: Sequence[cst.CSTNode]) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.places: dict[int, tuple[int, int]] = {id(node): (-1, -1) for node in wanted}
        self.comments: list[tuple[str, int]] = []

    def before_codegen(self, node: cst.CSTNode) -> None:
        if id(node) in self.places:
            self.places[id(node)] = (len(self.tokens), -1)
        elif type(node) is cst.Comment and is_directive(node.value):
            self.comments.append((node.value, len(self.tokens)))

    def after_codegen(self, node: cst.CSTNode) -> None:
        place = self.places.get(id(node))
        if place is not None and place[1] < 0:
            self.places[id(node)] = (place[0], len(self.tokens))

    @contextmanager
    def record_syntactic_position(
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> Iterator[None]:
        start = len(self.tokens)
        yield
        if id(node) in self.places:
            self.places[id(node)] = (start, len(self.tokens))


def _recorded(module: cst.Module, wanted: Sequence[cst.CSTNode]) -> _Recorder:
    recorder = _Recorder(module, wanted)
    try:
        module._codegen(recorder)
    except RecursionError:
        # LibCST 1.9 generates code recursively: a sum of 1,000 terms is too deep for the default.
        recorder = _Recorder(module, wanted)
        deeply(lambda: module._codegen(recorder))
    return recorder


def spans_of(
    module: cst.Module, wanted: Sequence[cst.CSTNode]
) -> tuple[dict[int, Span], list[tuple[str, Span]]]:
    """Where each of ``wanted`` stands, by its ``id``, and the comments that may silence."""
    recorder = _recorded(module, wanted)
    offsets, total = [0], 0
    for token in recorder.tokens:
        total += len(token)
        offsets.append(total)
    text = "".join(recorder.tokens)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def position(token: int) -> Position:
        offset = offsets[min(token, len(offsets) - 1)]
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    spans = {node: Span(position(a), position(b)) for node, (a, b) in recorder.places.items()}
    comments = [(text, Span(position(at), position(at + 1))) for text, at in recorder.comments]
    return spans, comments
