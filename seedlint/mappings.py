"""Where the mapping that a function returns can take one more entry, found in its syntax tree."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from seedlint import layout
from seedlint.data import dataclass
from seedlint.edits import Replacement
from seedlint.layout import Lines
from seedlint.model import Position, Span
from seedlint.source import parsed

MAX_ENDS = 10
NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def entered(lines: Lines, line: int, key: str, value: str) -> list[Replacement] | None:
    """The edits that add ``key`` with ``value`` to what the function returns that is on ``line``.

    ``None`` if it returns nothing, or cannot be parsed.
    """
    function = _function(lines, line)
    if function is None:
        return None
    writer = _Writer(lines, function, key, value)
    found: list[Replacement] = []
    for node in function.own:
        if isinstance(node, ast.Return):
            if node.value is None:
                return None
            found += writer.into(node.value, node)
    return found or None


def entered_on(lines: Lines, function: int, line: int, key: str, value: str) -> list[Replacement]:
    """The edits that add ``key`` to the dict, written out, that is assigned on ``line``.

    That is in the function on the line ``function``. Empty if there is no such dict.
    """
    known = _function(lines, function)
    for node in known.own if known is not None else ():
        match node:
            case (
                ast.Assign(value=ast.Dict() as display) | ast.AnnAssign(value=ast.Dict() as display)
            ) if known is not None and node.lineno + known.before == line:
                texts = (one for one in display.keys if isinstance(one, ast.Constant))
                if any(isinstance(one.value, str) for one in texts):
                    return list(_Writer(lines, known, key, value).into_display(display))
    return []


@dataclass(frozen=True, slots=True)
class _Function:
    """``node`` was parsed from the line behind ``before`` on; ``own`` is what runs in it."""

    node: ast.FunctionDef
    before: int
    own: tuple[ast.AST, ...]


def _function(lines: Lines, line: int) -> _Function | None:
    """The function on ``line``; to parse it alone is quicker, and the rest may not be Python."""
    for before, text in _texts(lines, line):
        tree = parsed(text)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.FunctionDef) and node.lineno + before == line:
                return _Function(node, before, tuple(_own(node.body)))
    return None


def _texts(lines: Lines, line: int) -> Iterator[tuple[int, str]]:
    """What may be parsed, each with how many lines stand before it."""
    indent = len(layout.indent_of(lines, line))
    head = ["if 1:"] if indent else []
    ends = (end for end, text in enumerate(lines) if end >= line and _depth(text) <= indent)
    # A line further out may be in a text, or close a bracket: then what is before it is no Python.
    for end in islice(chain(ends, (len(lines),)), MAX_ENDS):
        yield line - 1 - len(head), "\n".join([*head, *lines[line - 1 : end]])
    yield 0, "\n".join(lines)


def _depth(line: str) -> float:
    """How far ``line`` is indented; no statement ends at a blank one, or at a comment."""
    text = line.lstrip()
    return len(line) - len(text) if text and not text.startswith("#") else math.inf


def _own(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """``nodes`` and what is in them, without functions and classes."""
    for node in nodes:
        yield node
        if not isinstance(node, NESTED):
            yield from _own(list(ast.iter_child_nodes(node)))


class _Writer:
    """Writes one entry into mappings of one function."""

    def __init__(self, lines: Lines, function: _Function, key: str, value: str) -> None:
        self._lines = lines
        self._function = function
        self._key = key
        self._value = value

    def into(self, expr: ast.expr, at: ast.Return) -> Iterator[Replacement]:
        """The edits for ``expr``, which is returned ``at`` a statement."""
        match expr:
            case ast.Name(id=name):
                yield from self._into_name(name, at)
            case ast.Dict():
                yield from self.into_display(expr)
            case ast.Call(func=ast.Name(id="dict")):
                joined = [self._display_of(name) for name in _names(expr)]
                yield from self.into_display(next((one for one in joined if one), expr))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right) if displays := [
                side for side in (right, left) if isinstance(side, ast.Dict)
            ]:
                yield from self.into_display(displays[0])
            case _:
                yield from self._around(expr)

    def _into_name(self, name: str, at: ast.Return) -> Iterator[Replacement]:
        """A local mapping: where it is written out, where it is updated, or before it is given."""
        display = self._display_of(name) or self._update_of(name)
        start = self._span(at).start
        indent = layout.indent_of(self._lines, start.line)
        if display is not None:
            yield from self.into_display(display)
        elif len(self._values_of(name)) and len(indent) + 1 == start.column:
            text = f"{indent}{name}[{self._quoted()}] = {self._value}\n"
            yield layout.at(Position(start.line, 1)), text
        elif at.value is not None:
            yield from self._around(at.value)

    def _values_of(self, name: str) -> list[ast.expr | None]:
        """What is assigned to ``name``; ``None`` where that is not at the top of the function."""
        found: list[ast.expr | None] = []
        for node in self._function.own:
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                found.append(None)
        for statement in self._function.node.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=known)], value=value) if known == name:
                    found.remove(None)
                    found.append(value)
                case ast.AnnAssign(target=ast.Name(id=known), value=value) if known == name:
                    found.remove(None)
                    found.append(value)
        return found

    def _display_of(self, name: str) -> ast.Dict | ast.Call | None:
        """The dict, written out, that ``name`` is."""
        match self._values_of(name):
            case [ast.Dict() | ast.Call(func=ast.Name(id="dict")) as display]:
                return display
        return None

    def _update_of(self, name: str) -> ast.Dict | ast.Call | None:
        """What ``name`` is updated with, written out."""
        for statement in self._function.node.body:
            match statement:
                case ast.Expr(
                    value=ast.Call(func=ast.Attribute(value=ast.Name(id=known), attr="update"))
                ) if known == name:
                    call = statement.value
                    match call:
                        case ast.Call(args=[ast.Dict() as display]):
                            return display
                        case ast.Call(args=[], keywords=[_, *_]):
                            return call
        return None

    def into_display(self, display: ast.Dict | ast.Call) -> Iterator[Replacement]:
        """``{...}``, or a call that takes keywords."""
        span = self._span(display)
        if isinstance(display, ast.Dict):
            bracket = layout.opened(self._lines, span.start)
            text = f"{self._quoted(display)}: {self._value}"
        else:
            bracket = layout.call(self._lines, span)
            text = f"{self._key}={self._value}"
        if bracket is not None:
            yield from layout.added(self._lines, bracket, text)

    def _around(self, expr: ast.expr) -> Iterator[Replacement]:
        span = self._span(expr)
        binds = isinstance(expr, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.BinOp))
        opening, closing = ("", "") if binds else ("(", ")")
        yield layout.at(span.start), f"{{**{opening}"
        yield layout.at(span.end), f"{closing}, {self._quoted()}: {self._value}}}"

    def _quoted(self, display: ast.Dict | None = None) -> str:
        """The key, in the quotes of those beside it."""
        keys = (key for key in (display.keys if display is not None else ()) if key is not None)
        for node in (*keys, *self._function.own):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = layout.text_in(self._lines, self._span(node)).lstrip("rRuU")
                if text[0] in "'\"" and not text.startswith(('"""', "'''")):
                    return f"{text[0]}{self._key}{text[0]}"
        return f'"{self._key}"'

    def _span(self, node: ast.expr | ast.stmt) -> Span:
        end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
        return Span(self._place(node.lineno, node.col_offset), self._place(*end))

    def _place(self, line: int, column: int) -> Position:
        """A place of the tree, which counts bytes."""
        line += self._function.before
        before = self._lines[line - 1].encode()[:column]
        return Position(line, len(before.decode()) + 1)


def _names(expr: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(expr) if isinstance(node, ast.Name))
