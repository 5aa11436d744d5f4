"""Source to `ModuleFacts`: the one LibCST visitor, and the only importer of libcst.

The visitor is an ordinary `libcst.CSTVisitor`, but `walk` drives it with an explicit stack:
`Module.visit` rebuilds every node even for a visitor that only reads (LibCST 1.9: 1.2 s per MB
against 0.04) and overflows Python's stack at about 300 chained calls.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from seedlint.facts import (
    OPAQUE,
    Argument,
    Attr,
    Binding,
    Block,
    BlockKind,
    Call,
    CallAt,
    Comp,
    Compare,
    Def,
    Each,
    Either,
    Expr,
    Import,
    Item,
    Literal,
    Logic,
    ModuleFacts,
    Name,
    Op,
    Param,
    ParamKind,
    ParamOf,
    Scope,
    ScopeKind,
    Seq,
    Silence,
    Spot,
    Star,
    Table,
)
from seedlint.model import Position, Problem, Span
from seedlint.source import Source, normalised

MAX_DEPTH = 60
MAX_ITEMS = 512
MUTATORS = frozenset(
    [
        "add",
        "append",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    ]
)
COMMENT = re.compile(r"#.*?(?:seedlint\s*:|noqa)", re.IGNORECASE)
DIRECTIVE = re.compile(
    r"#\s*seedlint\s*:\s*(?P<form>ignore-file|ignore)\b(?:\s*\[(?P<codes>[^\]]*)\])?", re.IGNORECASE
)
NOQA = re.compile(
    r"#\s*noqa(?:\s*:\s*(?P<codes>[A-Z][A-Z0-9]*[0-9]+(?:[,\s]+[A-Z][A-Z0-9]*[0-9]+)*))?",
    re.IGNORECASE,
)

Target = cst.BaseExpression
Function = cst.FunctionDef | cst.Lambda
Comprehension = cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp


def extract(source: Source) -> ModuleFacts | Problem:
    """The facts of ``source``, or the `Problem` that keeps it from being parsed."""
    text = normalised(source.text)
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        place = Position(error.raw_line, error.raw_column + 1)
        return Problem(source.path, f"cannot parse: {error.message}", place)
    except (cst.CSTLogicError, cst.CSTValidationError, SyntaxError, RecursionError) as error:
        return Problem(source.path, f"cannot parse: {type(error).__name__}: {error}")
    visitor = Extractor()
    walk(module, visitor)
    try:
        spans, comments = _spans(module, visitor.wanted)
    except RecursionError:
        return Problem(source.path, "cannot parse: an expression is nested too deeply")
    return visitor.facts(source.path, spans, comments)


# --- the driver ---------------------------------------------------------------------------------

Hook = Callable[[Any], Any]
Plan = tuple[Hook | None, tuple[tuple[str, Hook | None, Hook | None], ...], Hook | None]

_SKIPPED = re.compile(
    r"whitespace|^(lpar|rpar|comma|semicolon|leading_lines|header|footer|equal|dot|lbrace|rbrace"
    r"|lbracket|rbracket|operator|newline|indent|lines_.*|encoding|default_.*"
    r"|has_trailing_newline|asynchronous|type_parameters|colon|arrow)$"
)
# Not isinstance: LibCST's nodes have ABCMeta, whose check costs more than the visit.
_LEAVES = frozenset({str, bool, type(None), cst.MaybeSentinel})
_ORDER = {
    cst.FunctionDef: ("decorators", "params", "returns", "body"),
    cst.ClassDef: ("decorators", "bases", "keywords", "body"),
    cst.For: ("iter", "target", "body", "orelse"),
    cst.ListComp: ("for_in", "elt"),
    cst.SetComp: ("for_in", "elt"),
    cst.GeneratorExp: ("for_in", "elt"),
    cst.DictComp: ("for_in", "key", "value"),
}


def walk(root: cst.CSTNode, visitor: cst.CSTVisitor) -> None:
    """Call ``visitor``'s ``visit_*``/``leave_*`` methods, attribute hooks included, in source order.

    Whitespace and punctuation are passed over; decorators, defaults and iterables come before the
    bodies that they precede at run time. Takes constant Python stack for any depth of nesting.
    """
    plans: dict[type, Plan] = {}
    stack: list[Any] = [root]
    while stack:
        entry = stack.pop()
        if type(entry) is tuple:
            entry[0](entry[1])
            continue
        cls = type(entry)
        plan = plans.get(cls)
        if plan is None:
            plan = plans[cls] = _plan(cls, visitor)
        visit, children, leave = plan
        if visit is not None:
            visit(entry)
        if leave is not None:
            stack.append((leave, entry))
        for name, enter, exit_ in children:
            child = getattr(entry, name)
            if exit_ is not None:
                stack.append((exit_, entry))
            kind = type(child)
            if kind is tuple or kind is list:
                stack.extend(reversed(child))
            elif kind not in _LEAVES:
                stack.append(child)
            if enter is not None:
                stack.append((enter, entry))


def _plan(cls: type[cst.CSTNode], visitor: cst.CSTVisitor) -> Plan:
    name = cls.__name__
    names = _ORDER.get(cls) or tuple(f.name for f in fields(cls) if not _SKIPPED.search(f.name))
    children = tuple(
        (child, _hook(visitor, f"visit_{name}_{child}"), _hook(visitor, f"leave_{name}_{child}"))
        for child in reversed(names)
    )
    return _hook(visitor, f"visit_{name}"), children, _hook(visitor, f"leave_{name}")


def _hook(visitor: cst.CSTVisitor, method: str) -> Hook | None:
    """``method`` if the visitor's own class defines it: the inherited ones do nothing."""
    return getattr(visitor, method) if method in vars(type(visitor)) else None


# --- positions ----------------------------------------------------------------------------------


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
        elif type(node) is cst.Comment and COMMENT.match(node.value):
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


def _spans(
    module: cst.Module, wanted: Sequence[cst.CSTNode]
) -> tuple[dict[int, Span], list[tuple[str, Span]]]:
    """Where each of ``wanted`` stands, by its ``id``, and the comments that may silence."""
    recorder = _Recorder(module, wanted)
    module._codegen(recorder)
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


# --- the visitor --------------------------------------------------------------------------------


class Extractor(cst.CSTVisitor):
    """Collects scopes, blocks, bindings and calls while `walk` drives it through a module."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[cst.CSTNode] = []
        self._clock = 0
        self._groups = 0
        self._blocks = [Block(BlockKind.BODY, -1, 0, 0, 0)]
        self._block = [0]
        root = Spot(0, 0, 0)
        self._scopes = [Scope(ScopeKind.MODULE, "", -1, root, 0)]
        self._scope = [0]
        self._returns: dict[int, list[tuple[Expr, Spot]]] = {}
        self._bindings: list[tuple[Binding, cst.CSTNode | None]] = []
        self._attributes: list[tuple[Binding, cst.CSTNode | None]] = []
        self._foreign: set[str] = set()
        self._environ: list[tuple[str, str]] = []
        self._stars: list[tuple[Import, Spot]] = []
        self._calls: list[tuple[Call, cst.Call | None]] = []
        self._call_index: dict[int, int] = {}
        self._scope_of: dict[int, int] = {}
        self._comp_of: dict[int, Spot] = {}
        self._if_arm: dict[int, tuple[int, int, bool]] = {}
        self._try_arm: dict[int, tuple[int, int]] = {}

    def facts(
        self, path: str, spans: dict[int, Span], comments: Sequence[tuple[str, Span]]
    ) -> ModuleFacts:
        def placed(items: list[tuple[Binding, cst.CSTNode | None]]) -> tuple[Binding, ...]:
            return tuple(
                binding if node is None else replace(binding, span=spans[id(node)])
                for binding, node in items
            )

        return ModuleFacts(
            path=path,
            scopes=tuple(
                replace(scope, returns=tuple(self._returns.get(index, ())))
                for index, scope in enumerate(self._scopes)
            ),
            blocks=tuple(self._blocks),
            bindings=placed(self._bindings),
            attributes=placed(self._attributes),
            foreign_attributes=frozenset(self._foreign),
            environ=tuple(self._environ),
            stars=tuple(self._stars),
            calls=tuple(
                call if node is None else replace(call, span=spans[id(node)])
                for call, node in self._calls
            ),
            silences=tuple(
                Silence(form, codes, span)
                for comment, span in comments
                for form, codes in _silences(comment)
            ),
        )

    # scopes and blocks

    def _spot(self) -> Spot:
        self._clock += 1
        return Spot(self._scope[-1], self._block[-1], self._clock)

    def _group(self) -> int:
        self._groups += 1
        return self._groups

    def _open_block(self, kind: BlockKind, group: int, arm: int = 0, **more: Any) -> None:
        self._clock += 1
        self._blocks.append(Block(kind, self._block[-1], group, arm, self._clock, **more))
        self._block.append(len(self._blocks) - 1)

    def _close_block(self) -> None:
        self._block.pop()

    def _open_scope(self, scope: Scope) -> int:
        self._open_block(BlockKind.BODY, self._group())
        self._scopes.append(replace(scope, body=self._block[-1]))
        self._scope.append(len(self._scopes) - 1)
        return self._scope[-1]

    def _close_scope(self) -> None:
        self._scope.pop()
        self._close_block()

    def _update_scope(self, index: int, **more: Any) -> None:
        self._scopes[index] = replace(self._scopes[index], **more)

    # definitions

    def visit_FunctionDef_body(self, node: cst.FunctionDef) -> None:
        decorators = tuple(self._expr(d.decorator) for d in node.decorators)
        self._enter_function(node, ScopeKind.FUNCTION, node.name.value, decorators)

    def leave_FunctionDef_body(self, node: cst.FunctionDef) -> None:
        self._close_scope()

    def leave_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._bind(node.name, Def(self._scope_of[id(node)]))

    def visit_Lambda_body(self, node: cst.Lambda) -> None:
        self._enter_function(node, ScopeKind.LAMBDA, "<lambda>", ())

    def leave_Lambda_body(self, node: cst.Lambda) -> None:
        scope = self._scope[-1]
        self._returns[scope] = [(self._expr(node.body), self._spot())]
        self._close_scope()

    def _enter_function(
        self, node: Function, kind: ScopeKind, name: str, decorators: tuple[Expr, ...]
    ) -> None:
        params = tuple(self._params(node.params))
        scope = Scope(kind, name, self._scope[-1], self._spot(), 0, params, decorators)
        self._scope_of[id(node)] = self._open_scope(scope)
        for param in params:
            self._record(param.name, ParamOf(param.name), None)

    def _params(self, params: cst.Parameters) -> Iterator[Param]:
        groups = (
            (params.posonly_params, ParamKind.POSITIONAL_ONLY),
            (params.params, ParamKind.POSITIONAL),
            ((params.star_arg,), ParamKind.VAR_POSITIONAL),
            (params.kwonly_params, ParamKind.KEYWORD_ONLY),
            ((params.star_kwarg,), ParamKind.VAR_KEYWORD),
        )
        for group, kind in groups:
            for param in group:
                if isinstance(param, cst.Param):
                    default = None if param.default is None else self._expr(param.default)
                    yield Param(param.name.value, kind, default)

    def visit_ClassDef_body(self, node: cst.ClassDef) -> None:
        scope = Scope(
            ScopeKind.CLASS,
            node.name.value,
            self._scope[-1],
            self._spot(),
            0,
            decorators=tuple(self._expr(d.decorator) for d in node.decorators),
            bases=tuple(self._expr(base.value) for base in node.bases),
        )
        self._scope_of[id(node)] = self._open_scope(scope)

    def leave_ClassDef_body(self, node: cst.ClassDef) -> None:
        self._close_scope()

    def leave_ClassDef(self, node: cst.ClassDef) -> None:
        self._bind(node.name, Def(self._scope_of[id(node)]))

    def leave_Return(self, node: cst.Return) -> None:
        value = Literal(None) if node.value is None else self._expr(node.value)
        self._returns.setdefault(self._scope[-1], []).append((value, self._spot()))

    def visit_Yield(self, node: cst.Yield) -> None:
        self._update_scope(self._scope[-1], yields=True)

    def visit_Global(self, node: cst.Global) -> None:
        self._outer(node, "global")

    def visit_Nonlocal(self, node: cst.Nonlocal) -> None:
        self._outer(node, "nonlocal")

    def _outer(self, node: cst.Global | cst.Nonlocal, word: str) -> None:
        names = tuple((item.name.value, word) for item in node.names)
        scope = self._scopes[self._scope[-1]]
        self._update_scope(self._scope[-1], outer_names=scope.outer_names + names)

    # control flow

    def visit_If(self, node: cst.If) -> None:
        if id(node) not in self._if_arm:
            chain: cst.If | cst.Else | None = node
            while isinstance(chain, cst.If):
                chain = chain.orelse
            self._if_arm[id(node)] = (self._group(), 0, chain is not None)

    def visit_If_body(self, node: cst.If) -> None:
        group, arm, exhaustive = self._if_arm[id(node)]
        self._open_block(
            BlockKind.IF,
            group,
            arm,
            test=self._expr(node.test),
            leaves=_leaves(node.body),
            exhaustive=exhaustive,
        )

    def leave_If_body(self, node: cst.If) -> None:
        self._close_block()

    def visit_If_orelse(self, node: cst.If) -> None:
        group, arm, exhaustive = self._if_arm[id(node)]
        if isinstance(node.orelse, cst.If):
            self._if_arm[id(node.orelse)] = (group, arm + 1, exhaustive)
        elif node.orelse is not None:
            self._open_block(
                BlockKind.IF,
                group,
                arm + 1,
                test=self._expr(node.test),
                holds=False,
                leaves=_leaves(node.orelse.body),
                exhaustive=exhaustive,
            )

    def leave_If_orelse(self, node: cst.If) -> None:
        if isinstance(node.orelse, cst.Else):
            self._close_block()

    def visit_IfExp(self, node: cst.IfExp) -> None:
        self._if_arm[id(node)] = (self._group(), 0, True)

    def visit_IfExp_body(self, node: cst.IfExp) -> None:
        group = self._if_arm[id(node)][0]
        self._open_block(BlockKind.IF, group, 0, test=self._expr(node.test), exhaustive=True)

    def visit_IfExp_orelse(self, node: cst.IfExp) -> None:
        group = self._if_arm[id(node)][0]
        test = self._expr(node.test)
        self._open_block(BlockKind.IF, group, 1, test=test, holds=False, exhaustive=True)

    def leave_IfExp_body(self, node: cst.IfExp) -> None:
        self._close_block()

    def leave_IfExp_orelse(self, node: cst.IfExp) -> None:
        self._close_block()

    def visit_For_body(self, node: cst.For) -> None:
        self._open_block(BlockKind.LOOP, self._group())
        self._bind(node.target, Each(self._expr(node.iter)))

    def leave_For_body(self, node: cst.For) -> None:
        self._close_block()

    def visit_While_body(self, node: cst.While) -> None:
        self._open_block(BlockKind.LOOP, self._group(), test=self._expr(node.test))

    def leave_While_body(self, node: cst.While) -> None:
        self._close_block()

    def visit_Try(self, node: cst.Try | cst.TryStar) -> None:
        group = self._group()
        self._try_arm[id(node)] = (group, 0)
        for arm, handler in enumerate(node.handlers, start=1):
            self._try_arm[id(handler)] = (group, arm)

    def visit_Try_body(self, node: cst.Try | cst.TryStar) -> None:
        group, arm = self._try_arm[id(node)]
        self._open_block(BlockKind.TRY, group, arm, leaves=_leaves(node.body), exhaustive=True)

    def leave_Try_body(self, node: cst.Try | cst.TryStar) -> None:
        self._close_block()

    def visit_Try_orelse(self, node: cst.Try | cst.TryStar) -> None:
        if node.orelse is not None:
            group, arm = self._try_arm[id(node)]
            leaves = _leaves(node.orelse.body)
            self._open_block(BlockKind.TRY, group, arm, leaves=leaves, exhaustive=True)

    def leave_Try_orelse(self, node: cst.Try | cst.TryStar) -> None:
        if node.orelse is not None:
            self._close_block()

    visit_TryStar = visit_Try
    visit_TryStar_body = visit_Try_body
    leave_TryStar_body = leave_Try_body
    visit_TryStar_orelse = visit_Try_orelse
    leave_TryStar_orelse = leave_Try_orelse

    def visit_ExceptHandler_body(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
        group, arm = self._try_arm[id(node)]
        self._open_block(BlockKind.TRY, group, arm, leaves=_leaves(node.body), exhaustive=True)
        if node.name is not None:
            self._bind(node.name.name, OPAQUE)

    def leave_ExceptHandler_body(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
        self._close_block()

    visit_ExceptStarHandler_body = visit_ExceptHandler_body
    leave_ExceptStarHandler_body = leave_ExceptHandler_body

    def visit_Match(self, node: cst.Match) -> None:
        last = node.cases[-1] if node.cases else None
        caught = (
            last is not None
            and last.guard is None
            and isinstance(last.pattern, cst.MatchAs)
            and last.pattern.pattern is None
        )
        group = self._group()
        for arm, case in enumerate(node.cases):
            self._if_arm[id(case)] = (group, arm, caught)

    def visit_MatchCase(self, node: cst.MatchCase) -> None:
        group, arm, exhaustive = self._if_arm[id(node)]
        leaves = _leaves(node.body)
        self._open_block(BlockKind.MATCH, group, arm, leaves=leaves, exhaustive=exhaustive)

    def leave_MatchCase(self, node: cst.MatchCase) -> None:
        self._close_block()

    def visit_MatchAs(self, node: cst.MatchAs) -> None:
        if node.name is not None:
            self._bind(node.name, OPAQUE)

    def visit_MatchStar(self, node: cst.MatchStar) -> None:
        if node.name is not None:
            self._bind(node.name, OPAQUE)

    def visit_MatchMapping(self, node: cst.MatchMapping) -> None:
        if node.rest is not None:
            self._bind(node.rest, OPAQUE)

    # comprehensions: their targets are bound on entry, because the element stands first in the text

    def _enter_comprehension(self, node: Comprehension) -> None:
        scope = Scope(ScopeKind.COMPREHENSION, "<comp>", self._scope[-1], self._spot(), 0)
        self._open_scope(scope)
        self._blocks[self._block[-1]] = replace(self._blocks[self._block[-1]], kind=BlockKind.LOOP)
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            self._bind(clause.target, Each(self._expr(clause.iter)))
            clause = clause.inner_for_in

    def _leave_comprehension(self, original_node: Comprehension) -> None:
        self._comp_of[id(original_node)] = self._spot()
        self._close_scope()

    visit_ListComp = _enter_comprehension
    leave_ListComp = _leave_comprehension
    visit_SetComp = _enter_comprehension
    leave_SetComp = _leave_comprehension
    visit_GeneratorExp = _enter_comprehension
    leave_GeneratorExp = _leave_comprehension
    visit_DictComp = _enter_comprehension
    leave_DictComp = _leave_comprehension

    # bindings

    def leave_Assign(self, node: cst.Assign) -> None:
        value = self._expr(node.value)
        for target in node.targets:
            self._bind(target.target, value)

    def leave_AnnAssign(self, node: cst.AnnAssign) -> None:
        index = self._scope[-1]
        scope = self._scopes[index]
        value = None if node.value is None else self._expr(node.value)
        if scope.kind is ScopeKind.CLASS and isinstance(node.target, cst.Name):
            field = Param(node.target.value, ParamKind.POSITIONAL, value)
            self._update_scope(index, params=(*scope.params, field))
        if value is not None:
            self._bind(node.target, value)

    def leave_AugAssign(self, node: cst.AugAssign) -> None:
        symbol = _symbol(node.operator).removesuffix("=")
        old, change = self._expr(node.target), self._expr(node.value)
        self._bind(node.target, Op(symbol, old, change))

    def leave_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._bind(node.target, self._expr(node.value))

    def leave_WithItem(self, node: cst.WithItem) -> None:
        if node.asname is not None:
            self._bind(node.asname.name, OPAQUE)

    def leave_Import(self, node: cst.Import) -> None:
        for alias in node.names:
            dotted = _dotted(alias.name)
            if alias.asname is not None:
                self._bind(alias.asname.name, Import(0, dotted, None))
            else:
                root = dotted.partition(".")[0]
                self._record(root, Import(0, root, None), alias.name)

    def leave_ImportFrom(self, node: cst.ImportFrom) -> None:
        level = len(node.relative)
        module = "" if node.module is None else _dotted(node.module)
        if isinstance(node.names, cst.ImportStar):
            self._stars.append((Import(level, module, "*"), self._spot()))
            return
        for alias in node.names:
            name = _dotted(alias.name)
            target = alias.name if alias.asname is None else alias.asname.name
            self._bind(target, Import(level, module, name))

    def _bind(self, target: cst.CSTNode, value: Expr) -> None:
        """Give ``target``, of whatever shape, the parts of ``value`` that fall to it."""
        match target:
            case cst.Name():
                self._record(target.value, value, target)
            case cst.Tuple() | cst.List():
                starred = False
                for index, element in enumerate(target.elements):
                    starred = starred or isinstance(element, cst.StarredElement)
                    part = OPAQUE if starred else Item(value, Literal(index))
                    self._bind(element.value, part)
            case cst.Attribute():
                self._bind_attribute(target, value)
            case cst.Subscript(value=cst.Name() | cst.Attribute()):
                self._note_environ(target.value, _key(target), value)
                self._mutate(target.value, _key(target))

    def _bind_attribute(self, target: cst.Attribute, value: Expr) -> None:
        owner = self._class_of_self(target.value)
        if owner is None:
            self._foreign.add(target.attr.value)
        else:
            binding = Binding(owner, target.attr.value, value, self._spot(), None)
            self._attributes.append((binding, self._want(target)))

    def _mutate(self, target: cst.BaseExpression, key: str | None) -> None:
        if isinstance(target, cst.Name):
            self._record(target.value, OPAQUE, target, mutates=True, key=key)
        elif isinstance(target, cst.Attribute):
            owner = self._class_of_self(target.value)
            if owner is not None:
                name, spot = target.attr.value, self._spot()
                binding = Binding(owner, name, OPAQUE, spot, None, mutates=True, key=key)
                self._attributes.append((binding, self._want(target)))

    def _note_environ(self, target: cst.CSTNode, name: str | None, value: Expr) -> None:
        is_environ = isinstance(target, (cst.Name, cst.Attribute)) and (
            _dotted(target).rpartition(".")[2] == "environ"
        )
        if is_environ and name is not None and isinstance(value, Literal):
            self._environ.append((name, str(value.value)))

    def _record(
        self,
        name: str,
        value: Expr,
        node: cst.CSTNode | None,
        mutates: bool = False,
        key: str | None = None,
    ) -> None:
        binding = Binding(self._owner(name), name, value, self._spot(), None, mutates, key)
        self._bindings.append((binding, None if node is None else self._want(node)))

    def _want(self, node: cst.CSTNode) -> cst.CSTNode:
        self.wanted.append(node)
        return node

    def _owner(self, name: str) -> int:
        """The scope whose name ``name`` is when the current scope binds it."""
        index = self._scope[-1]
        scope = self._scopes[index]
        words = dict(scope.outer_names)
        if words.get(name) == "global":
            return 0
        if words.get(name) == "nonlocal":
            return scope.parent
        return index

    def _class_of_self(self, base: cst.BaseExpression) -> int | None:
        """The class whose instance ``base`` is: the first parameter of an enclosing method."""
        if not isinstance(base, cst.Name):
            return None
        for index in reversed(self._scope):
            scope = self._scopes[index]
            if any(param.name == base.value for param in scope.params):
                is_method = self._scopes[scope.parent].kind is ScopeKind.CLASS
                first = scope.params[0].name == base.value
                return scope.parent if is_method and first else None
        return None

    # calls

    def leave_Call(self, node: cst.Call) -> None:
        args = tuple(
            Argument(
                None if arg.keyword is None else arg.keyword.value,
                arg.star,
                self._expr(arg.value),
            )
            for arg in node.args
        )
        call = Call(self._expr(node.func), args, self._spot(), _NOWHERE)
        self.wanted.append(node)
        self._calls[self._index_of(node)] = (call, node)
        self._note_mutation(node)

    def _note_mutation(self, node: cst.Call) -> None:
        if not isinstance(node.func, cst.Attribute):
            return
        method = node.func.attr.value
        if method in MUTATORS:
            first = node.args[0].value if node.args else None
            key = first.raw_value if isinstance(first, cst.SimpleString) else None
            if method == "setdefault" and len(node.args) == 2:
                self._note_environ(node.func.value, key, self._expr(node.args[1].value))
            self._mutate(node.func.value, key)
        elif method == "shuffle" and node.args:
            self._mutate(node.args[0].value, None)

    def _index_of(self, node: cst.Call) -> int:
        if id(node) not in self._call_index:
            self._call_index[id(node)] = len(self._calls)
            self._calls.append((_NO_CALL, None))
        return self._call_index[id(node)]

    # expressions

    def _expr(self, node: cst.CSTNode, depth: int = 0) -> Expr:
        """What is kept of ``node``; a call stands for itself, so chains of calls cost no depth."""
        keep = _KEPT.get(type(node))
        return OPAQUE if keep is None or depth > MAX_DEPTH else keep(self, node, depth + 1)

    def _name(self, node: cst.Name, depth: int) -> Expr:
        return _CONSTANTS.get(node.value) or Name(node.value)

    def _attribute(self, node: cst.Attribute, depth: int) -> Expr:
        return Attr(self._expr(node.value, depth), node.attr.value)

    def _call(self, node: cst.Call, depth: int) -> Expr:
        return CallAt(self._index_of(node))

    def _number(self, node: cst.Integer | cst.Float | cst.Imaginary, depth: int) -> Expr:
        return Literal(node.evaluated_value) if len(node.value) < 400 else OPAQUE

    def _string(self, node: cst.SimpleString, depth: int) -> Expr:
        # Python would warn of a doubtful escape, and no name that matters has one.
        return OPAQUE if "\\" in node.value else Literal(node.evaluated_value)

    def _sequence(self, node: cst.Tuple | cst.List | cst.Set, depth: int) -> Expr:
        if len(node.elements) > MAX_ITEMS:
            return OPAQUE
        return Seq(tuple(self._element(element, depth) for element in node.elements))

    def _dict(self, node: cst.Dict, depth: int) -> Expr:
        if len(node.elements) > MAX_ITEMS:
            return OPAQUE
        return Table(tuple(self._entry(element, depth) for element in node.elements))

    def _subscript(self, node: cst.Subscript, depth: int) -> Expr:
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=key, star=None))]:
                return Item(self._expr(node.value, depth), self._expr(key, depth))
        return OPAQUE

    def _if_expression(self, node: cst.IfExp, depth: int) -> Expr:
        test, then = self._expr(node.test, depth), self._expr(node.body, depth)
        return Either(test, then, self._expr(node.orelse, depth))

    def _boolean(self, node: cst.BooleanOperation, depth: int) -> Expr:
        word = "and" if isinstance(node.operator, cst.And) else "or"
        return Logic(word, (self._expr(node.left, depth), self._expr(node.right, depth)))

    def _unary(self, node: cst.UnaryOperation, depth: int) -> Expr:
        inner = self._expr(node.expression, depth)
        if isinstance(node.operator, cst.Not):
            return Logic("not", (inner,))
        return Op(_symbol(node.operator), Literal(0), inner)

    def _binary(self, node: cst.BinaryOperation, depth: int) -> Expr:
        left, right = self._expr(node.left, depth), self._expr(node.right, depth)
        return Op(_symbol(node.operator), left, right)

    def _comparison(self, node: cst.Comparison, depth: int) -> Expr:
        if len(node.comparisons) != 1:
            return OPAQUE
        target = node.comparisons[0]
        left, right = self._expr(node.left, depth), self._expr(target.comparator, depth)
        return Compare(_symbol(target.operator), left, right)

    def _lambda(self, node: cst.Lambda, depth: int) -> Expr:
        return Def(self._scope_of[id(node)]) if id(node) in self._scope_of else OPAQUE

    def _comprehension(
        self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp, depth: int
    ) -> Expr:
        if id(node) not in self._comp_of:
            return OPAQUE
        return Comp(self._expr(node.elt, depth), self._comp_of[id(node)])

    def _walrus(self, node: cst.NamedExpr, depth: int) -> Expr:
        return self._expr(node.value, depth)

    def _element(self, element: cst.BaseElement, depth: int) -> Expr:
        value = self._expr(element.value, depth)
        return Star(value) if isinstance(element, cst.StarredElement) else value

    def _entry(self, entry: cst.BaseDictElement, depth: int) -> tuple[Expr | None, Expr]:
        key = self._expr(entry.key, depth) if isinstance(entry, cst.DictElement) else None
        return key, self._expr(entry.value, depth)


_KEPT: dict[type[cst.CSTNode], Callable[[Extractor, Any, int], Expr]] = {
    cst.Name: Extractor._name,
    cst.Attribute: Extractor._attribute,
    cst.Call: Extractor._call,
    cst.Integer: Extractor._number,
    cst.Float: Extractor._number,
    cst.Imaginary: Extractor._number,
    cst.SimpleString: Extractor._string,
    cst.Tuple: Extractor._sequence,
    cst.List: Extractor._sequence,
    cst.Set: Extractor._sequence,
    cst.Dict: Extractor._dict,
    cst.Subscript: Extractor._subscript,
    cst.IfExp: Extractor._if_expression,
    cst.BooleanOperation: Extractor._boolean,
    cst.UnaryOperation: Extractor._unary,
    cst.BinaryOperation: Extractor._binary,
    cst.Comparison: Extractor._comparison,
    cst.Lambda: Extractor._lambda,
    cst.ListComp: Extractor._comprehension,
    cst.SetComp: Extractor._comprehension,
    cst.GeneratorExp: Extractor._comprehension,
    cst.NamedExpr: Extractor._walrus,
}
_NOWHERE = Span(Position(1, 1), Position(1, 1))
_NO_CALL = Call(OPAQUE, (), Spot(0, 0, 0), _NOWHERE)
_CONSTANTS: dict[str, Expr] = {
    "None": Literal(None),
    "True": Literal(True),
    "False": Literal(False),
}
_SYMBOLS: dict[str, str] = {
    "Add": "+",
    "Subtract": "-",
    "Multiply": "*",
    "Divide": "/",
    "FloorDivide": "//",
    "Modulo": "%",
    "Power": "**",
    "Minus": "-",
    "Plus": "+",
    "Equal": "==",
    "NotEqual": "!=",
    "Is": "is",
    "IsNot": "is not",
    "In": "in",
    "NotIn": "not in",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEqual": "<=",
    "GreaterThanEqual": ">=",
    "AddAssign": "+=",
    "SubtractAssign": "-=",
    "MultiplyAssign": "*=",
    "DivideAssign": "/=",
    "FloorDivideAssign": "//=",
    "ModuloAssign": "%=",
}


def _symbol(operator: cst.CSTNode) -> str:
    return _SYMBOLS.get(type(operator).__name__, "?")


def _dotted(node: cst.BaseExpression) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
    return ".".join(reversed(parts))


def _key(node: cst.Subscript) -> str | None:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]:
            return key.raw_value
    return None


def _leaves(body: cst.BaseSuite) -> bool:
    """Whether control never runs past the end of ``body``, as far as its last statement tells."""
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, (cst.Return, cst.Raise))


def _silences(comment: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    directive = DIRECTIVE.search(comment)
    if directive:
        yield directive["form"].lower(), _codes(directive["codes"])
    noqa = NOQA.search(comment)
    if noqa:
        yield "noqa", _codes(noqa["codes"])


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(code.upper() for code in re.split(r"[,\s]+", text or "") if code)
