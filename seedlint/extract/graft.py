"""The tree that LibCST would make of a text, without its whitespace, made from Python's own.

LibCST's parser takes twelve times as long as `ast`, and positions half as long again. Facts need
neither whitespace nor punctuation, so the same nodes are made of the `ast` tree, which knows where
they stand. Most expressions only have a value: they become no nodes, but what `Expressions` would
make of these. What is not certain to come out the same is left to LibCST's parser: `UnsureError`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from seedlint.extract import nodes
from seedlint.extract.bindings import CHANGERS
from seedlint.extract.comments import comments_in, is_directive
from seedlint.extract.drafts import quick
from seedlint.extract.expressions import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_ITEMS,
    TOLD,
    Expressions,
    symbol,
)
from seedlint.extract.nodes import Node
from seedlint.extract.visitor import EXITS
from seedlint.facts import (
    OPAQUE,
    TEXT,
    Argument,
    Attr,
    Compare,
    Expr,
    Item,
    Literal,
    Logic,
    Name,
    Op,
    Seq,
    Star,
    Table,
)
from seedlint.model import Position, Span
from seedlint.source import parsed

# A prefix, and the quotes that open a string.
STRING = re.compile(r"([A-Za-z]*)(\"\"\"|'''|\"|')")
DEFINED = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")
HANDLED = re.compile(r"[\s)]*as\s+(\w+)\s*:")
CLOSED = re.compile(r"(?:(?:\s|#[^\n]*\n|\\\n)*\))*")
# Before 3.12, `ast` may be wrong about what stands inside an f-string.
F_STRINGS_HAVE_PLACES = sys.version_info >= (3, 12)
OPEN_CLOSE = {"(": 1, ")": -1}
QUOTES = re.compile("[\"'#]")
# Nobody leaves more lines between a value and its parenthesis.
MAX_GAP = 50
CONSTANTS = {None: "None", True: "True", False: "False"}
LOOKED_AT = CHANGERS | EXITS
PASS = nodes.FLOW[ast.Pass]
ZERO = Literal(0)
name, attribute, literal, item = quick(Name), quick(Attr), quick(Literal), quick(Item)
seq, logic, compare, op = quick(Seq), quick(Logic), quick(Compare), quick(Op)
argument, position, span = quick(Argument), quick(Position), quick(Span)

Place = tuple[int, int, int, int]
"""A first line and a column, a last line and a column, as `ast` counts: in bytes of UTF-8."""


class UnsureError(Exception):
    """LibCST's own parser has to look at the text."""


class DeepError(Exception):
    """An expression is so deep that facts hold only the top of it."""


class Graft:
    """The module that LibCST would make of ``text``. May raise `UnsureError`.

    Where a visitor has nothing to do but to ask for a value, no node stands, but the value that
    `Expressions` would tell of it.
    """

    def __init__(self, text: str, tree: ast.Module) -> None:
        self._tree = tree
        self._lines = text.split("\n")
        self._is_ascii = text.isascii()
        self._names: dict[str, Expr] = {}
        self._attributes: dict[tuple[int, str], Expr] = {}
        self._literals: dict[tuple[type, object], Expr] = {}
        self._arguments: dict[tuple[str | None, str, int], Argument] = {}
        try:
            self.module = self._grafted(tells=True)
        except DeepError:
            self.module = self._grafted(tells=False)

    def _grafted(self, tells: bool) -> Node:
        """The module; what is asked for nothing but its value is a node too unless it ``tells``."""
        self._places: dict[int, Place | ast.AST] = {}
        self._strings: list[ast.expr] = []
        self._checked = (0, 0)
        self._tells = self._is_shallow = tells
        self._depth = 0
        return nodes.Module(self._all(self._tree.body))

    def span_of(self, node: Node) -> Span:
        """Where ``node``, whose place is of interest, stands."""
        at = self._places[id(node)]
        if type(at) is tuple:
            first, start, last, end = at
        else:
            first, start, last, end = _place(at)
            # One object for both, in all facts that are kept.
            last = first if first == last else last
        if not self._is_ascii:
            start, end = self._column(first, start), self._column(last, end)
        return span(position(first, start + 1), position(last, end + 1))

    def comments(self) -> Iterator[tuple[str, Span]]:
        """The comments that silence, and where they stand."""
        found = [n for n, line in enumerate(self._lines, 1) if "#" in line and is_directive(line)]
        if any(self._is_in_string(line) for line in found):
            # The tokenizer, which takes twice as long as the parser, tells what is a comment.
            yield from comments_in("\n".join(self._lines))
            return
        for line in found:
            text = self._lines[line - 1]
            start = text.index("#")
            yield text[start:], Span(Position(line, start + 1), Position(line, len(text) + 1))

    def _is_in_string(self, line: int) -> bool:
        """Whether a sign of ``line`` that could begin a comment may stand in a string."""
        text = self._lines[line - 1].encode()
        for first, start, last, end in map(_place, self._strings):
            inside = text[start if line == first else 0 : end if line == last else len(text)]
            if first <= line <= last and b"#" in inside:
                return True
        return False

    # places

    def _column(self, line: int, column: int) -> int:
        """A column in code points."""
        text = self._lines[line - 1]
        return column if text.isascii() else len(text.encode()[:column].decode())

    def _rest(self, line: int, column: int) -> str:
        """The line from ``column`` on."""
        return self._lines[line - 1][self._column(line, column) :]

    def _segment(self, node: ast.AST) -> str:
        """The text of ``node``."""
        first, start, last, end = _place(node)
        if first == last:
            line = self._lines[first - 1]
            if line.isascii():
                return line[start:end]
            return line.encode()[start:end].decode()
        inner = self._lines[first : last - 1]
        return "\n".join(
            (self._rest(first, start), *inner, self._lines[last - 1][: self._column(last, end)])
        )

    def _named(self, word: str, line: int, column: int) -> Node:
        """The name ``word``, which stands at ``line`` and ``column``."""
        if not self._rest(line, column).startswith(word):
            raise UnsureError
        made = nodes.Name(word)
        self._places[id(made)] = (line, column, line, column + len(word.encode()))
        return made

    def _found(self, pattern: re.Pattern[str], line: int, column: int, word: str) -> Node:
        """The name ``word``, which ``pattern`` finds from ``line`` and ``column`` on."""
        rest = self._rest(line, column)
        match = pattern.match(rest)
        if match is None or match[1] != word:
            raise UnsureError
        return self._named(word, line, column + len(rest[: match.start(1)].encode()))

    # expressions

    def _of(self, node: ast.AST) -> Node:
        if type(node) is ast.Name and self._tells:
            # A third of all nodes.
            return self._names.get(node.id) or self._names.setdefault(node.id, name(node.id))
        make = _MADE.get(type(node))
        if make is None:
            raise UnsureError
        self._depth += 1
        if self._depth > MAX_DEPTH and self._is_shallow:
            raise DeepError
        made = make(self, node)
        self._depth -= 1
        return made

    def _maybe(self, node: ast.AST | None) -> Node | None:
        return None if node is None else self._of(node)

    def _all(self, parts: Iterable[ast.AST]) -> list[Node]:
        return [self._of(part) for part in parts]

    def _whole(self, node: ast.AST) -> Node:
        """The node for ``node``: its shape and place are of interest."""
        if type(node) is ast.Name:
            return self._name(node)
        before, self._tells = self._tells, False
        made = self._of(node)
        self._tells = before
        return made

    def _name(self, node: ast.Name) -> Node:
        made = nodes.Name(node.id)
        self._places[id(made)] = node
        return made

    def _attribute(self, node: ast.Attribute) -> Node:
        base = self._of(node.value)
        if type(base) in TOLD:
            key = (id(base), node.attr)
            known = self._attributes.get(key)
            return known or self._attributes.setdefault(key, attribute(base, node.attr))
        made = nodes.Attribute(base, nodes.Name(node.attr))
        self._places[id(made)] = node
        return made

    def _call(self, node: ast.Call) -> Node:
        given = _in_order(node.args, node.keywords)
        if _is_looked_at(node.func):
            func = self._whole(node.func)
            args = [self._shown(arg) for arg in given]
        else:
            func = self._of(node.func)
            args = [self._passed(arg) for arg in given]
        made = nodes.Call(func, args)
        self._places[id(made)] = node
        return made

    def _passed(self, node: ast.expr | ast.keyword) -> Node:
        """An argument, which is one of facts if its value is told."""
        word, star, part = _taken_apart(node)
        value = self._of(part)
        if type(value) not in TOLD:
            return nodes.Arg(value, word and nodes.Name(word), star)
        key = (word, star, id(value))
        known = self._arguments.get(key)
        return known or self._arguments.setdefault(key, argument(word, star, value))

    def _shown(self, node: ast.expr | ast.keyword) -> Node:
        """An argument of a call that may change it, or what has its name."""
        word, star, part = _taken_apart(node)
        is_simple = isinstance(part, (ast.Name, ast.Attribute, ast.Constant))
        value = self._whole(part) if is_simple else self._of(part)
        return nodes.Arg(value, word and nodes.Name(word), star)

    def _constant(self, node: ast.Constant) -> Node:
        value = node.value
        if isinstance(value, (str, bytes)):
            self._strings.append(node)
            if self._tells and _is_plain_text(node, value):
                return self._literal(value)
            made = self._text_of(node)
        elif value is None or isinstance(value, bool):
            made = nodes.Name(CONSTANTS[value])
            self._places[id(made)] = node
        elif value is ...:
            return OPAQUE
        else:
            raw = self._segment(node)
            if self._tells and len(raw) < MAX_DIGITS:
                return self._literal(value)
            made = nodes.NUMBERS[type(value)](raw)
        return _EXPRESSIONS.of(made) if self._tells else made

    def _literal(self, value: str | bytes | complex) -> Expr:
        key = (type(value), value)
        return self._literals.get(key) or self._literals.setdefault(key, literal(value))

    def _text_of(self, node: ast.Constant) -> Node:
        raw = self._segment(node)
        if _is_single(raw):
            return nodes.SimpleString(raw)
        return nodes.ConcatenatedString(
            nodes.SimpleString(_opening(raw) * 2), nodes.SimpleString('""')
        )

    def _f_string(self, node: ast.JoinedStr) -> Node:
        parts = self._formatted(node)
        self._strings.append(node)
        return nodes.FormattedString(parts, 'f"', '"') if parts else TEXT

    def _formatted(self, node: ast.JoinedStr) -> list[Node]:
        """The parts of ``node`` that a visitor has to see."""
        return [
            self._formatted_part(value)
            for value in node.values
            if isinstance(value, ast.FormattedValue) and not _is_plain(value)
        ]

    def _formatted_part(self, node: ast.FormattedValue) -> Node:
        if not F_STRINGS_HAVE_PLACES and not _is_plain(node.value):
            self._check(node.value)
        spec = node.format_spec
        inner = self._formatted(spec) if isinstance(spec, ast.JoinedStr) else []
        made = OPAQUE if _is_plain(node.value) else self._of(node.value)
        return nodes.FormattedStringExpression(made, None, inner)

    def _check(self, node: ast.expr) -> None:
        """Make sure that ``node`` of an f-string stands where it says, behind all before it."""
        line, column = node.lineno, node.col_offset
        before = self._lines[line - 1][: self._column(line, column)].rstrip(" (")
        opened = len(before) - len(before.rstrip("{"))
        if opened % 2 == 0 or (line, column) <= self._checked:
            raise UnsureError
        self._checked = (line, column)
        found = parsed(f"({self._segment(node)})")
        if found is None or ast.dump(found) != ast.dump(ast.Module([ast.Expr(node)], [])):
            raise UnsureError

    def _sequence(self, node: ast.Tuple | ast.List | ast.Set) -> Node:
        elements = [self._element(element) for element in node.elts]
        if all(type(element) in TOLD for element in elements):
            return seq(tuple(elements)) if len(elements) <= MAX_ITEMS else OPAQUE
        return nodes.SEQUENCES[type(node)](
            [
                nodes.Element(part) if type(part) is not nodes.StarredElement else part
                for part in elements
            ]
        )

    def _element(self, node: ast.expr) -> Node:
        if type(node) is not ast.Starred:
            return self._of(node)
        value = self._of(node.value)
        return Star(value) if type(value) in TOLD else nodes.StarredElement(value)

    def _dict(self, node: ast.Dict) -> Node:
        items = [
            (None if key is None else self._of(key), self._of(value))
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        if all((key is None or type(key) in TOLD) and type(value) in TOLD for key, value in items):
            return Table(tuple(items)) if len(items) <= MAX_ITEMS else OPAQUE
        return nodes.Dict(
            [
                nodes.StarredDictElement(value) if key is None else nodes.DictElement(key, value)
                for key, value in items
            ]
        )

    def _subscript(self, node: ast.Subscript) -> Node:
        value, key = self._of(node.value), node.slice
        parts = key.elts if type(key) is ast.Tuple and not self._is_closed(key) else [key]
        keys = [self._key(part) for part in parts]
        if type(value) in TOLD and all(type(k) in TOLD or k is nodes.SLICE for k in keys):
            return item(value, keys[0]) if len(keys) == 1 and type(keys[0]) in TOLD else OPAQUE
        made = nodes.Subscript(
            value,
            [
                nodes.SubscriptElement(k if type(k) is nodes.Slice else nodes.Index(k, None))
                for k in keys
            ],
        )
        self._places[id(made)] = node
        return made

    def _key(self, node: ast.expr) -> Node:
        if type(node) is not ast.Slice:
            return self._of(node)
        bounds = [self._of(bound) for bound in (node.lower, node.upper, node.step) if bound]
        if all(type(bound) in TOLD for bound in bounds):
            return nodes.SLICE
        return nodes.Slice(*bounds, *[None] * (3 - len(bounds)))

    def _is_closed(self, node: ast.Tuple) -> bool:
        """Whether the tuple stands in parentheses of its own."""
        raw = self._segment(node)
        if not raw.startswith("(") or not raw.endswith(")"):
            return False
        if QUOTES.search(raw):
            raise UnsureError
        depths = accumulate(OPEN_CLOSE.get(sign, 0) for sign in raw[:-1])
        return all(depths)

    def _lambda(self, node: ast.Lambda) -> Node:
        return nodes.Lambda(self._parameters(node.args), self._of(node.body))

    def _parameters(self, node: ast.arguments) -> Node:
        plain = [*node.posonlyargs, *node.args]
        defaults = [None] * (len(plain) - len(node.defaults)) + list(node.defaults)
        made = [self._parameter(arg, default) for arg, default in zip(plain, defaults, strict=True)]
        split = len(node.posonlyargs)
        named = zip(node.kwonlyargs, node.kw_defaults, strict=True)
        return nodes.Parameters(
            made[split:],
            None if node.vararg is None else self._parameter(node.vararg, None),
            [self._parameter(arg, default) for arg, default in named],
            None if node.kwarg is None else self._parameter(node.kwarg, None),
            made[:split],
        )

    def _parameter(self, node: ast.arg, default: ast.expr | None) -> Node:
        return nodes.Param(
            nodes.Name(node.arg), self._noted(node.annotation), self._maybe(default), ""
        )

    def _noted(self, node: ast.expr | None) -> Node | None:
        """An annotation, if a visitor has to see it."""
        made = None if node is None else self._of(node)
        return None if made is None or type(made) in TOLD else nodes.Annotation(made)

    def _if_expression(self, node: ast.IfExp) -> Node:
        return nodes.IfExp(self._of(node.test), self._of(node.body), self._of(node.orelse))

    def _walrus(self, node: ast.NamedExpr) -> Node:
        return nodes.NamedExpr(self._whole(node.target), self._of(node.value))

    def _await(self, node: ast.Await) -> Node:
        made = self._of(node.value)
        return OPAQUE if type(made) in TOLD else nodes.Await(made)

    def _yield(self, node: ast.Yield) -> Node:
        return nodes.Yield(self._maybe(node.value))

    def _yield_from(self, node: ast.YieldFrom) -> Node:
        return nodes.Yield(nodes.From(self._of(node.value)))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Node:
        elt = self._of(node.elt)
        return nodes.COMPREHENSIONS[type(node)](elt, self._clauses(node.generators, node.elt))

    def _dict_comp(self, node: ast.DictComp) -> Node:
        key, value = self._of(node.key), self._of(node.value)
        return nodes.DictComp(key, value, self._clauses(node.generators, node.value))

    def _clauses(self, clauses: Sequence[ast.comprehension], before: ast.expr) -> Node:
        """``clauses``, which follow ``before``, as LibCST has them: each in the one before it."""
        clause, *more = clauses
        made = nodes.CompFor(
            self._whole(clause.target),
            self._of(clause.iter),
            [nodes.CompIf(self._of(test)) for test in clause.ifs],
            self._clauses(more, [clause.iter, *clause.ifs][-1]) if more else None,
            nodes.ASYNC if clause.is_async else None,
        )
        self._places[id(made)] = self._behind(before)
        return made

    def _behind(self, node: ast.expr) -> Place:
        """Behind ``node`` and the parentheses around it."""
        _, _, line, column = _place(node)
        rest = self._rest(line, column)
        if not rest.lstrip().startswith((")", "#", "\\")) and rest.strip():
            return (line, column, line, column)
        match = CLOSED.match("\n".join((rest, *self._lines[line : line + MAX_GAP])))
        passed = "" if match is None else match[0]
        lines = passed.count("\n")
        column = len(passed[passed.rfind("\n") + 1 :].encode()) + (0 if lines else column)
        return (line + lines, column, line + lines, column)

    def _boolean(self, node: ast.BoolOp) -> Node:
        if self._is_shallow and self._depth + len(node.values) > MAX_DEPTH:
            raise DeepError
        made = self._of(node.values[0])
        operator = nodes.OPERATORS[type(node.op)]
        word = "and" if type(node.op) is ast.And else "or"
        for value in node.values[1:]:
            right = self._of(value)
            if type(made) in TOLD and type(right) in TOLD:
                made = logic(word, (made, right))
            else:
                made = nodes.BooleanOperation(made, operator, right)
        return made

    def _binary(self, node: ast.BinOp) -> Node:
        left, right = self._of(node.left), self._of(node.right)
        operator = nodes.OPERATORS[type(node.op)]
        if type(left) in TOLD and type(right) in TOLD:
            return op(symbol(operator), left, right)
        return nodes.BinaryOperation(left, operator, right)

    def _unary(self, node: ast.UnaryOp) -> Node:
        inner, operator = self._of(node.operand), nodes.OPERATORS[type(node.op)]
        if type(inner) not in TOLD:
            return nodes.UnaryOperation(operator, inner)
        if type(node.op) is ast.Not:
            return logic("not", (inner,))
        return op(symbol(operator), ZERO, inner)

    def _comparison(self, node: ast.Compare) -> Node:
        parts = [self._of(node.left), *self._all(node.comparators)]
        operators = [nodes.OPERATORS[type(op)] for op in node.ops]
        if all(type(part) in TOLD for part in parts):
            single = len(operators) == 1
            return compare(symbol(operators[0]), *parts) if single else OPAQUE
        pairs = zip(operators, parts[1:], strict=True)
        return nodes.Comparison(parts[0], [nodes.ComparisonTarget(*pair) for pair in pairs])

    # statements

    def _body(self, statements: Iterable[ast.stmt]) -> Node:
        return nodes.IndentedBlock(self._all(statements))

    def _else(self, statements: Sequence[ast.stmt]) -> Node | None:
        return nodes.Else(self._body(statements)) if statements else None

    def _expr(self, node: ast.Expr) -> Node:
        value = node.value
        if type(value) is ast.Constant:
            # A docstring: nothing is asked of it.
            self._strings.append(value)
            return PASS
        if type(value) is ast.Name or type(value) is ast.Attribute:
            return nodes.Expr(self._whole(value))
        made = self._of(value)
        return PASS if type(made) in TOLD else nodes.Expr(made)

    def _assign(self, node: ast.Assign) -> Node:
        targets = [nodes.AssignTarget(self._whole(target)) for target in node.targets]
        return nodes.Assign(targets, self._of(node.value))

    def _ann_assign(self, node: ast.AnnAssign) -> Node:
        noted, target = self._noted(node.annotation), self._whole(node.target)
        return nodes.AnnAssign(target, noted, self._maybe(node.value))

    def _aug_assign(self, node: ast.AugAssign) -> Node:
        target, value = self._whole(node.target), self._of(node.value)
        return nodes.AugAssign(target, nodes.CHANGES[type(node.op)], value)

    def _return(self, node: ast.Return) -> Node:
        return nodes.Return(self._maybe(node.value))

    def _raise(self, node: ast.Raise) -> Node:
        cause = None if node.cause is None else nodes.From(self._of(node.cause))
        return nodes.Raise(self._maybe(node.exc), cause)

    def _assert(self, node: ast.Assert) -> Node:
        return nodes.Assert(self._of(node.test), self._maybe(node.msg))

    def _del(self, node: ast.Delete) -> Node:
        targets = self._all(node.targets)
        if all(type(target) in TOLD for target in targets):
            return PASS
        return nodes.Del(nodes.SEQUENCES[ast.Tuple]([*map(nodes.Element, targets)]))

    def _flow(self, node: ast.stmt) -> Node:
        return nodes.FLOW[type(node)]

    def _import(self, node: ast.Import) -> Node:
        return nodes.Import([self._alias(alias) for alias in node.names])

    def _import_from(self, node: ast.ImportFrom) -> Node:
        module = None if node.module is None else _dotted(node.module)
        if node.names[0].name == "*":
            return nodes.ImportFrom(module, nodes.STAR, [nodes.DOT] * node.level)
        return nodes.ImportFrom(
            module, [self._alias(a) for a in node.names], [nodes.DOT] * node.level
        )

    def _alias(self, node: ast.alias) -> Node:
        first, start, last, end = _place(node)
        name = _dotted(node.name)
        if not self._rest(first, start).startswith(node.name):
            raise UnsureError
        self._places[id(name)] = (first, start, first, start + len(node.name.encode()))
        if node.asname is None:
            return nodes.ImportAlias(name, None)
        own = self._named(node.asname, last, end - len(node.asname.encode()))
        return nodes.ImportAlias(name, nodes.AsName(own))

    def _outer(self, node: ast.Global | ast.Nonlocal) -> Node:
        make = nodes.Global if isinstance(node, ast.Global) else nodes.Nonlocal
        return make([nodes.NameItem(nodes.Name(name)) for name in node.names])

    def _if(self, node: ast.If) -> Node:
        test, body = self._of(node.test), self._body(node.body)
        return nodes.If(test, body, self._otherwise(node.orelse))

    def _otherwise(self, body: Sequence[ast.stmt]) -> Node | None:
        """An ``elif``, or an ``else`` that may hold nothing but an ``if``."""
        if len(body) == 1 and isinstance(body[0], ast.If):
            inner = body[0]
            if self._rest(inner.lineno, inner.col_offset).startswith("elif"):
                return self._if(inner)
        return self._else(body)

    def _for(self, node: ast.For | ast.AsyncFor) -> Node:
        made = nodes.For(
            self._whole(node.target),
            self._of(node.iter),
            self._body(node.body),
            self._else(node.orelse),
            nodes.ASYNC if isinstance(node, ast.AsyncFor) else None,
        )
        self._places[id(made)] = node
        return made

    def _while(self, node: ast.While) -> Node:
        return nodes.While(self._of(node.test), self._body(node.body), self._else(node.orelse))

    def _with(self, node: ast.With | ast.AsyncWith) -> Node:
        items = [
            nodes.WithItem(
                self._of(item.context_expr),
                None
                if item.optional_vars is None
                else nodes.AsName(self._whole(item.optional_vars)),
            )
            for item in node.items
        ]
        return nodes.With(items, self._body(node.body))

    def _try(self, node: ast.Try) -> Node:
        return nodes.Try(
            self._body(node.body),
            [self._handler(handler) for handler in node.handlers],
            self._else(node.orelse),
            nodes.Finally(self._body(node.finalbody)) if node.finalbody else None,
        )

    def _handler(self, node: ast.ExceptHandler) -> Node:
        name = None
        if node.name is not None and node.type is not None:
            _, _, line, column = _place(node.type)
            name = nodes.AsName(self._found(HANDLED, line, column, node.name))
        return nodes.ExceptHandler(self._body(node.body), self._maybe(node.type), name)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Node:
        return nodes.FunctionDef(
            self._found(DEFINED, node.lineno, node.col_offset, node.name),
            self._parameters(node.args),
            self._body(node.body),
            self._decorators(node),
            self._noted(node.returns),
        )

    def _class(self, node: ast.ClassDef) -> Node:
        given = [self._shown(arg) for arg in _in_order(node.bases, node.keywords)]
        return nodes.ClassDef(
            self._found(DEFINED, node.lineno, node.col_offset, node.name),
            self._body(node.body),
            [arg for arg in given if arg.keyword is None and arg.star != "**"],
            [arg for arg in given if arg.keyword is not None or arg.star == "**"],
            self._decorators(node),
        )

    def _decorators(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    ) -> list[Node]:
        return [nodes.Decorator(self._of(decorator)) for decorator in node.decorator_list]


# For constants, of whose nodes nothing is remembered.
_EXPRESSIONS = Expressions()
_MADE: dict[type[ast.AST], Callable[[Graft, Any], Node]] = {
    ast.Name: Graft._name,
    ast.Attribute: Graft._attribute,
    ast.Call: Graft._call,
    ast.Constant: Graft._constant,
    ast.JoinedStr: Graft._f_string,
    ast.Tuple: Graft._sequence,
    ast.List: Graft._sequence,
    ast.Set: Graft._sequence,
    ast.Dict: Graft._dict,
    ast.Subscript: Graft._subscript,
    ast.Lambda: Graft._lambda,
    ast.IfExp: Graft._if_expression,
    ast.NamedExpr: Graft._walrus,
    ast.Await: Graft._await,
    ast.Yield: Graft._yield,
    ast.YieldFrom: Graft._yield_from,
    ast.ListComp: Graft._comprehension,
    ast.SetComp: Graft._comprehension,
    ast.GeneratorExp: Graft._comprehension,
    ast.DictComp: Graft._dict_comp,
    ast.BoolOp: Graft._boolean,
    ast.BinOp: Graft._binary,
    ast.UnaryOp: Graft._unary,
    ast.Compare: Graft._comparison,
    ast.Expr: Graft._expr,
    ast.Assign: Graft._assign,
    ast.AnnAssign: Graft._ann_assign,
    ast.AugAssign: Graft._aug_assign,
    ast.Return: Graft._return,
    ast.Raise: Graft._raise,
    ast.Assert: Graft._assert,
    ast.Delete: Graft._del,
    ast.Pass: Graft._flow,
    ast.Break: Graft._flow,
    ast.Continue: Graft._flow,
    ast.Import: Graft._import,
    ast.ImportFrom: Graft._import_from,
    ast.Global: Graft._outer,
    ast.Nonlocal: Graft._outer,
    ast.If: Graft._if,
    ast.For: Graft._for,
    ast.AsyncFor: Graft._for,
    ast.While: Graft._while,
    ast.With: Graft._with,
    ast.AsyncWith: Graft._with,
    ast.Try: Graft._try,
    ast.FunctionDef: Graft._function,
    ast.AsyncFunctionDef: Graft._function,
    ast.ClassDef: Graft._class,
}


def _in_order(
    args: Sequence[ast.expr], keywords: Sequence[ast.keyword]
) -> Sequence[ast.expr | ast.keyword]:
    """All that is passed to a call, or a class."""
    if not keywords:
        return args
    given: list[Any] = [*args, *keywords]
    if args and type(args[-1]) is ast.Starred:
        given.sort(key=lambda part: (part.lineno, part.col_offset))
    return given


def _taken_apart(node: ast.expr | ast.keyword) -> tuple[str | None, str, ast.expr]:
    """The word, the stars and the value of an argument."""
    if isinstance(node, ast.keyword):
        return node.arg, "" if node.arg else "**", node.value
    if isinstance(node, ast.Starred):
        return None, "*", node.value
    return None, "", node


def _is_looked_at(func: ast.expr) -> bool:
    """Whether a visitor looks at the shape of a call of ``func``: it may change, or end, things."""
    if type(func) is ast.Name:
        return func.id in LOOKED_AT
    if type(func) is not ast.Attribute:
        return False
    base = func.value
    is_vars = type(base) is ast.Call and type(base.func) is ast.Name and base.func.id == "vars"
    return func.attr in LOOKED_AT or is_vars


def _place(node: Any) -> Place:
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


def _dotted(path: str) -> Node:
    first, *rest = path.split(".")
    made = nodes.Name(first)
    for word in rest:
        made = nodes.Attribute(made, nodes.Name(word))
    return made


def _opening(raw: str) -> str:
    """The prefix and the quotes with which the string ``raw`` begins."""
    match = STRING.match(raw)
    if match is None:
        raise UnsureError
    return match[0]


def _is_plain_text(node: ast.Constant, value: str | bytes) -> bool:
    """Whether ``node`` is surely one text without prefix and escapes, which is ``value``."""
    size = (node.end_col_offset or 0) - node.col_offset
    if not isinstance(value, str) or size != len(value) + 2 or node.lineno != node.end_lineno:
        return False
    # What is no escape keeps its backslash.
    return value.isascii() and "\\" not in value


def _is_single(raw: str) -> bool:
    """Whether ``raw`` is one string, not several in a row."""
    opening = _opening(raw)
    quotes = opening.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    end = len(opening)
    while True:
        end = raw.find(quotes, end)
        if end < 0:
            raise UnsureError
        before = raw[:end]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return end + len(quotes) == len(raw)
        end += 1


_SEEN = (
    *(ast.Call, ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def _is_plain(node: ast.expr) -> bool:
    """Whether a visitor has nothing to see in ``node``."""
    return not any(isinstance(part, _SEEN) for part in ast.walk(node))
