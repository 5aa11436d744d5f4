"""The one LibCST visitor: collects what a file says while `walk` drives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from seedlint.extract.comments import silences
from seedlint.extract.expressions import Expressions, symbol
from seedlint.facts import (
    OPAQUE,
    Argument,
    Binding,
    Block,
    BlockKind,
    Call,
    Def,
    Each,
    Expr,
    Import,
    Item,
    Leaves,
    Literal,
    ModuleFacts,
    Op,
    Param,
    ParamKind,
    ParamOf,
    Scope,
    ScopeKind,
    Silence,
    Spot,
)
from seedlint.model import Position, Span

_LIST_MUTATORS = {"append", "extend", "insert", "pop", "remove", "reverse", "sort"}
_OTHER_MUTATORS = {"add", "clear", "discard", "popitem", "setdefault", "update"}
MUTATORS = frozenset(_LIST_MUTATORS | _OTHER_MUTATORS)

Function = cst.FunctionDef | cst.Lambda
Comprehension = cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp


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
        self._bound: set[tuple[int, str]] = set()
        self._foreign: set[str] = set()
        self._environ: list[tuple[str, str]] = []
        self._stars: list[tuple[Import, Spot]] = []
        self._calls: dict[int, tuple[Call, cst.Call]] = {}
        self._expressions = Expressions()
        self._expr = self._expressions.of
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
            bindings=placed([self._at_home(item) for item in self._bindings]),
            attributes=placed(self._attributes),
            foreign=frozenset(self._foreign),
            environ=tuple(self._environ),
            stars=tuple(self._stars),
            calls=tuple(
                replace(self._calls[i][0], span=spans[id(self._calls[i][1])])
                for i in range(len(self._calls))
            ),
            silences=tuple(
                Silence(form, codes, span)
                for comment, span in comments
                for form, codes in silences(comment)
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
        self._bind(node.name, Def(self._expressions.scopes[id(node)]))

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
        self._expressions.scopes[id(node)] = self._open_scope(scope)
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
        self._expressions.scopes[id(node)] = self._open_scope(scope)

    def leave_ClassDef_body(self, node: cst.ClassDef) -> None:
        self._close_scope()

    def leave_ClassDef(self, node: cst.ClassDef) -> None:
        self._bind(node.name, Def(self._expressions.scopes[id(node)]))

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

    def leave_Assert(self, node: cst.Assert) -> None:
        test = self._expr(node.test)
        leaves = Leaves.FUNCTION
        self._open_block(BlockKind.IF, self._group(), test=test, holds=False, leaves=leaves)
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
        self._expressions.comprehensions[id(original_node)] = self._spot()
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
        word = symbol(node.operator).removesuffix("=")
        old, change = self._expr(node.target), self._expr(node.value)
        self._bind(node.target, Op(word, old, change))

    def leave_NamedExpr(self, node: cst.NamedExpr) -> None:
        """A walrus in a comprehension binds in the scope around it."""
        if isinstance(node.target, cst.Name):
            kinds = ((i, self._scopes[i].kind) for i in reversed(self._scope))
            owner = next(i for i, kind in kinds if kind is not ScopeKind.COMPREHENSION)
            name, value = node.target.value, self._expr(node.value)
            binding = Binding(owner, name, value, self._spot(), None)
            self._bindings.append((binding, self._want(node.target)))

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
            name = "*" if target.attr.value == "__dict__" else target.attr.value
            if owner is None:
                self._foreign.add(name)
            else:
                self._change_attribute(owner, name, target, key)

    def _change_attribute(
        self, owner: int, name: str, node: cst.CSTNode, key: str | None = None
    ) -> None:
        binding = Binding(owner, name, OPAQUE, self._spot(), None, mutates=True, key=key)
        self._attributes.append((binding, self._want(node)))

    def _at_home(
        self, item: tuple[Binding, cst.CSTNode | None]
    ) -> tuple[Binding, cst.CSTNode | None]:
        """A change to a container belongs to the scope that binds its name."""
        binding, node = item
        if not binding.mutates:
            return item
        owner = binding.owner
        while owner > 0 and (owner, binding.name) not in self._bound:
            owner = self._scopes[owner].parent
        return replace(binding, owner=owner), node

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
        owner = self._owner(name)
        if not mutates:
            self._bound.add((owner, name))
        elif owner == 0 or (owner, name) not in self._bound:
            self._foreign.add(name)
        binding = Binding(owner, name, value, self._spot(), None, mutates, key)
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
        self._calls[self._expressions.index_of(node)] = (call, node)
        self._note_mutation(node)

    def _note_setattr(self, args: Sequence[cst.Arg]) -> None:
        """``setattr(object, name, value)``, and ``vars(object).update(...)`` with no name."""
        owner = self._class_of_self(args[0].value)
        known = args[1].value if len(args) > 1 else None
        name = known.raw_value if isinstance(known, cst.SimpleString) else "*"
        if owner is not None:
            self._change_attribute(owner, name, args[0].value)
        elif name != "*":
            self._foreign.add(name)

    def _note_mutation(self, node: cst.Call) -> None:
        match node.func:
            case cst.Name(value="setattr") if len(node.args) == 3:
                self._note_setattr(node.args)
            case cst.Attribute(
                value=cst.Call(func=cst.Name(value="vars"), args=[cst.Arg()]) as inner
            ):
                self._note_setattr(inner.args)
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


_NOWHERE = Span(Position(1, 1), Position(1, 1))


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


# Calls that end the process, by the last word of their name.
_EXITS = frozenset({"_exit", "abort", "exit", "quit"})


def _leaves(body: cst.BaseSuite) -> Leaves:
    """What control leaves at the end of ``body``, as far as its last statement tells."""
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    match last:
        case cst.Return() | cst.Raise():
            return Leaves.FUNCTION
        case cst.Continue() | cst.Break():
            return Leaves.LOOP
        case cst.Expr(value=cst.Call(func=func)) if _dotted(func).rpartition(".")[2] in _EXITS:
            return Leaves.FUNCTION
    return Leaves.NOTHING
