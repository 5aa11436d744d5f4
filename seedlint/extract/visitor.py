"""The one visitor of LibCST's nodes: collects what a file says while `walk` drives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from seedlint.data import replace
from seedlint.extract.bindings import Bindings, SpanOf
from seedlint.extract.comments import silences
from seedlint.extract.drafts import quick
from seedlint.extract.expressions import Expressions, dotted, symbol
from seedlint.extract.places import Places
from seedlint.facts import (
    OPAQUE,
    Argument,
    Bare,
    BlockKind,
    Call,
    Comp,
    Def,
    Each,
    Expr,
    For,
    Import,
    Leaves,
    Literal,
    ModuleFacts,
    Name,
    Op,
    Param,
    ParamKind,
    ParamOf,
    ScopeKind,
    Spot,
)
from seedlint.model import Span

if TYPE_CHECKING:
    import libcst as cst
else:
    from seedlint.extract import nodes as cst

argument, call, param = quick(Argument), quick(Call), quick(Param)
param_of, defined = quick(ParamOf), quick(Def)

Function = cst.FunctionDef | cst.Lambda
Comprehension = cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp


class Extractor:
    """Collects scopes, blocks, bindings and calls while `walk` drives it through a module."""

    def __init__(self) -> None:
        self._places = Places()
        self._expressions = Expressions()
        self._expr = self._expressions.of
        self._bindings = Bindings(self._places, self._expressions)
        self._returns: dict[int, list[tuple[Expr, Spot]]] = {}
        self._stars: list[tuple[Import, Spot]] = []
        self._calls: dict[int, tuple[Expr, tuple[Argument, ...], Spot, cst.Call]] = {}
        self._bare: list[tuple[Expr, Spot, cst.CSTNode]] = []
        self._if_arm: dict[int, tuple[int, int, bool]] = {}
        self._try_arm: dict[int, tuple[int, int]] = {}
        self._loops: list[tuple[Expr, Spot, cst.CSTNode, bool]] = []
        self._outside: dict[int, Spot] = {}

    @property
    def wanted(self) -> list[cst.CSTNode]:
        """The nodes whose place is to be found out."""
        calls = (node for _, _, _, node in self._calls.values())
        loops = (node for _, _, node, _ in self._loops)
        bare = (node for _, _, node in self._bare)
        return [*self._bindings.wanted, *calls, *loops, *bare]

    def facts(
        self, path: str, span_of: SpanOf, comments: Iterable[tuple[str, Span]]
    ) -> ModuleFacts:
        """What ``path`` says; ``span_of`` tells where the wanted nodes stand."""
        return ModuleFacts(
            path=path,
            scopes=tuple(
                replace(scope, returns=tuple(self._returns[index]))
                if index in self._returns
                else scope
                for index, scope in enumerate(self._places.scopes)
            ),
            blocks=tuple(self._places.blocks),
            bindings=self._bindings.names(span_of),
            attributes=self._bindings.attributes(span_of),
            foreign=frozenset(self._bindings.foreign),
            environ=self._bindings.environ(span_of),
            stars=tuple(self._stars),
            calls=tuple(
                call(func, args, spot, span_of(node))
                for func, args, spot, node in map(self._calls.__getitem__, range(len(self._calls)))
            ),
            loops=tuple(
                For(of, spot, span_of(node).start, is_async)
                for of, spot, node, is_async in self._loops
            ),
            bare=tuple(Bare(expr, spot, span_of(node)) for expr, spot, node in self._bare),
            silences=tuple(found for place in comments for found in silences(*place)),
        )

    # definitions

    def visit_FunctionDef_body(self, node: cst.FunctionDef) -> None:
        decorators = tuple(self._expr(d.decorator) for d in node.decorators)
        self._enter_function(node, ScopeKind.FUNCTION, node.name.value, decorators)

    def leave_FunctionDef_body(self, node: cst.FunctionDef) -> None:
        self._places.close_scope()

    def leave_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._bindings.bind(node.name, defined(self._expressions.scopes[id(node)]))

    def visit_Lambda_body(self, node: cst.Lambda) -> None:
        self._enter_function(node, ScopeKind.LAMBDA, "<lambda>", ())

    def leave_Lambda_body(self, node: cst.Lambda) -> None:
        scope = self._places.scope
        self._returns[scope] = [(self._expr(node.body), self._places.spot())]
        self._places.close_scope()

    def _enter_function(
        self, node: Function, kind: ScopeKind, name: str, decorators: tuple[Expr, ...]
    ) -> None:
        params = tuple(self._params(node.params))
        self._expressions.scopes[id(node)] = self._places.open_scope(
            kind, name, self._places.spot(), params, decorators
        )
        for known in params:
            self._bindings.record(known.name, param_of(known.name), None)

    def _params(self, params: cst.Parameters) -> Iterator[Param]:
        groups = (
            (params.posonly_params, ParamKind.POSITIONAL_ONLY),
            (params.params, ParamKind.POSITIONAL),
            ((params.star_arg,), ParamKind.VAR_POSITIONAL),
            (params.kwonly_params, ParamKind.KEYWORD_ONLY),
            ((params.star_kwarg,), ParamKind.VAR_KEYWORD),
        )
        for group, kind in groups:
            for found in group or ():
                if type(found) is cst.Param:
                    default = None if found.default is None else self._expr(found.default)
                    yield param(found.name.value, kind, default)

    def visit_ClassDef_body(self, node: cst.ClassDef) -> None:
        self._expressions.scopes[id(node)] = self._places.open_scope(
            ScopeKind.CLASS,
            node.name.value,
            self._places.spot(),
            decorators=tuple(self._expr(d.decorator) for d in node.decorators),
            bases=tuple(self._expr(base.value) for base in node.bases),
        )

    def leave_ClassDef_body(self, node: cst.ClassDef) -> None:
        self._places.close_scope()

    def leave_ClassDef(self, node: cst.ClassDef) -> None:
        self._bindings.bind(node.name, defined(self._expressions.scopes[id(node)]))

    def leave_Return(self, node: cst.Return) -> None:
        value = Literal(None) if node.value is None else self._expr(node.value)
        self._returns.setdefault(self._places.scope, []).append((value, self._places.spot()))

    def visit_Yield(self, node: cst.Yield) -> None:
        self._places.update_scope(self._places.scope, yields=True)

    def visit_Global(self, node: cst.Global) -> None:
        self._outer(node, "global")

    def visit_Nonlocal(self, node: cst.Nonlocal) -> None:
        self._outer(node, "nonlocal")

    def _outer(self, node: cst.Global | cst.Nonlocal, word: str) -> None:
        names = tuple((item.name.value, word) for item in node.names)
        scope = self._places.scopes[self._places.scope]
        self._places.update_scope(self._places.scope, outer_names=scope.outer_names + names)

    # control flow

    def visit_If(self, node: cst.If) -> None:
        if id(node) not in self._if_arm:
            chain: cst.If | cst.Else | None = node
            while type(chain) is cst.If:
                chain = chain.orelse
            self._if_arm[id(node)] = (self._places.group(), 0, chain is not None)

    def visit_If_body(self, node: cst.If) -> None:
        group, arm, exhaustive = self._if_arm[id(node)]
        self._places.open_block(
            BlockKind.IF,
            group,
            arm,
            test=self._expr(node.test),
            leaves=_leaves(node.body),
            exhaustive=exhaustive,
        )

    def leave_If_body(self, node: cst.If) -> None:
        self._places.close_block()

    def visit_If_orelse(self, node: cst.If) -> None:
        group, arm, exhaustive = self._if_arm[id(node)]
        if type(node.orelse) is cst.If:
            self._if_arm[id(node.orelse)] = (group, arm + 1, exhaustive)
        elif node.orelse is not None:
            self._places.open_block(
                BlockKind.IF,
                group,
                arm + 1,
                test=self._expr(node.test),
                holds=False,
                leaves=_leaves(node.orelse.body),
                exhaustive=exhaustive,
            )

    def leave_If_orelse(self, node: cst.If) -> None:
        if type(node.orelse) is cst.Else:
            self._places.close_block()

    def leave_Assert(self, node: cst.Assert) -> None:
        test = self._expr(node.test)
        leaves = Leaves.FUNCTION
        self._places.open_block(
            BlockKind.IF, self._places.group(), test=test, holds=False, leaves=leaves
        )
        self._places.close_block()

    def visit_IfExp(self, node: cst.IfExp) -> None:
        self._if_arm[id(node)] = (self._places.group(), 0, True)

    def visit_IfExp_body(self, node: cst.IfExp) -> None:
        group = self._if_arm[id(node)][0]
        self._places.open_block(BlockKind.IF, group, 0, test=self._expr(node.test), exhaustive=True)

    def visit_IfExp_orelse(self, node: cst.IfExp) -> None:
        group = self._if_arm[id(node)][0]
        test = self._expr(node.test)
        self._places.open_block(BlockKind.IF, group, 1, test=test, holds=False, exhaustive=True)

    def leave_IfExp_body(self, node: cst.IfExp) -> None:
        self._places.close_block()

    def leave_IfExp_orelse(self, node: cst.IfExp) -> None:
        self._places.close_block()

    def visit_BooleanOperation_right(self, node: cst.BooleanOperation) -> None:
        holds = type(node.operator) is cst.And
        self._places.open_block(
            BlockKind.IF, self._places.group(), test=self._expr(node.left), holds=holds
        )

    def leave_BooleanOperation_right(self, node: cst.BooleanOperation) -> None:
        self._places.close_or_drop_block()

    def visit_For_body(self, node: cst.For) -> None:
        leaves = _leaves(node.body)
        self._places.open_block(BlockKind.LOOP, self._places.group(), leaves=leaves)
        self._turn(node)

    def leave_For_body(self, node: cst.For) -> None:
        self._places.close_block()

    def _turn(self, node: cst.For | cst.CompFor) -> None:
        """Bind the target of ``node``, in whose block the visitor stands."""
        of = self._expr(node.iter)
        is_async = node.asynchronous is not None
        self._loops.append((of, self._places.spot(), node, is_async))
        self._bindings.bind(node.target, Each(of))

    def visit_While_body(self, node: cst.While) -> None:
        test, leaves = self._expr(node.test), _leaves(node.body)
        self._places.open_block(BlockKind.LOOP, self._places.group(), test=test, leaves=leaves)
        named = node.test.left if type(node.test) is cst.Comparison else node.test
        if type(named) is cst.NamedExpr:
            # The test is made again at each turn.
            self.leave_NamedExpr(named)

    def leave_While_body(self, node: cst.While) -> None:
        self._places.close_block()

    def visit_Try(self, node: cst.Try | cst.TryStar) -> None:
        group = self._places.group()
        self._try_arm[id(node)] = (group, 0)
        for arm, handler in enumerate(node.handlers, start=1):
            self._try_arm[id(handler)] = (group, arm)

    def visit_Try_body(self, node: cst.Try | cst.TryStar) -> None:
        group, arm = self._try_arm[id(node)]
        self._places.open_block(
            BlockKind.TRY, group, arm, leaves=_leaves(node.body), exhaustive=True
        )

    def leave_Try_body(self, node: cst.Try | cst.TryStar) -> None:
        self._places.close_block()

    def visit_Try_orelse(self, node: cst.Try | cst.TryStar) -> None:
        if node.orelse is not None:
            group, arm = self._try_arm[id(node)]
            leaves = _leaves(node.orelse.body)
            self._places.open_block(BlockKind.TRY, group, arm, leaves=leaves, exhaustive=True)

    def leave_Try_orelse(self, node: cst.Try | cst.TryStar) -> None:
        if node.orelse is not None:
            self._places.close_block()

    visit_TryStar = visit_Try
    visit_TryStar_body = visit_Try_body
    leave_TryStar_body = leave_Try_body
    visit_TryStar_orelse = visit_Try_orelse
    leave_TryStar_orelse = leave_Try_orelse

    def visit_ExceptHandler_body(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
        group, arm = self._try_arm[id(node)]
        self._places.open_block(
            BlockKind.TRY, group, arm, leaves=_leaves(node.body), exhaustive=True
        )
        if node.name is not None:
            self._bindings.bind(node.name.name, OPAQUE)

    def leave_ExceptHandler_body(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
        self._places.close_block()

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
        group = self._places.group()
        for arm, case in enumerate(node.cases):
            self._if_arm[id(case)] = (group, arm, caught)

    def visit_MatchCase(self, node: cst.MatchCase) -> None:
        group, arm, exhaustive = self._if_arm[id(node)]
        leaves = _leaves(node.body)
        self._places.open_block(BlockKind.MATCH, group, arm, leaves=leaves, exhaustive=exhaustive)

    def leave_MatchCase(self, node: cst.MatchCase) -> None:
        self._places.close_block()

    def visit_MatchAs(self, node: cst.MatchAs) -> None:
        if node.name is not None:
            self._bindings.bind(node.name, OPAQUE)

    def visit_MatchStar(self, node: cst.MatchStar) -> None:
        if node.name is not None:
            self._bindings.bind(node.name, OPAQUE)

    def visit_MatchMapping(self, node: cst.MatchMapping) -> None:
        if node.rest is not None:
            self._bindings.bind(node.rest, OPAQUE)

    # Comprehensions: a loop in a loop for each clause, their targets bound on entry, before the
    # element that uses them. What one iterates over is evaluated outside of its own turns.

    def _enter_comprehension(self, node: Comprehension) -> None:
        spot = self._places.spot()
        for clause in _clauses(node):
            self._outside[id(clause)] = spot
            if clause is node.for_in:
                self._places.open_scope(
                    ScopeKind.COMPREHENSION, "<comp>", spot, block=BlockKind.LOOP
                )
            else:
                self._places.open_block(BlockKind.LOOP, self._places.group())
            self._turn(clause)
            for only in clause.ifs:
                test = self._expr(only.test)
                self._places.open_block(BlockKind.IF, self._places.group(), test=test)
            spot = self._places.spot()

    def _leave_comprehension(self, original_node: Comprehension) -> None:
        self._expressions.comprehensions[id(original_node)] = self._places.spot()
        for clause in _clauses(original_node):
            for _ in clause.ifs:
                self._places.close_block()
            if clause is not original_node.for_in:
                self._places.close_block()
        self._places.close_scope()

    def visit_CompFor_iter(self, node: cst.CompFor) -> None:
        self._places.step_to(self._outside[id(node)])

    def leave_CompFor_iter(self, node: cst.CompFor) -> None:
        self._places.step_back()

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
            self._bindings.bind(target.target, value)

    def leave_AnnAssign(self, node: cst.AnnAssign) -> None:
        index = self._places.scope
        scope = self._places.scopes[index]
        value = None if node.value is None else self._expr(node.value)
        if scope.kind is ScopeKind.CLASS and isinstance(node.target, cst.Name):
            field = Param(node.target.value, ParamKind.POSITIONAL, value)
            self._places.update_scope(index, params=(*scope.params, field))
        if value is not None:
            self._bindings.bind(node.target, value)

    def leave_AugAssign(self, node: cst.AugAssign) -> None:
        word = symbol(node.operator).removesuffix("=")
        old, change = self._expr(node.target), self._expr(node.value)
        self._bindings.bind(node.target, Op(word, old, change))

    def leave_NamedExpr(self, node: cst.NamedExpr) -> None:
        if isinstance(node.target, cst.Name):
            self._bindings.walrus(node.target, self._expr(node.value))

    def leave_WithItem(self, node: cst.WithItem) -> None:
        if node.asname is not None:
            self._bindings.bind(node.asname.name, OPAQUE)

    def leave_Import(self, node: cst.Import) -> None:
        for alias in node.names:
            module = dotted(alias.name)
            if alias.asname is not None:
                self._bindings.bind(alias.asname.name, Import(0, module, None))
            else:
                root = module.partition(".")[0]
                self._bindings.record(root, Import(0, root, None), alias.name)

    def leave_ImportFrom(self, node: cst.ImportFrom) -> None:
        level = len(node.relative)
        module = "" if node.module is None else dotted(node.module)
        if isinstance(node.names, cst.ImportStar):
            self._stars.append((Import(level, module, "*"), self._places.spot()))
            return
        for alias in node.names:
            name = dotted(alias.name)
            target = alias.name if alias.asname is None else alias.asname.name
            self._bindings.bind(target, Import(level, module, name))

    def leave_Expr(self, node: cst.Expr) -> None:
        if type(node.value) is cst.Name or type(node.value) is cst.Attribute:
            self._bare.append((self._expr(node.value), self._places.spot(), node.value))

    # calls

    def leave_Call(self, node: cst.Call) -> None:
        args = tuple([self._argument(arg) for arg in node.args])
        func = self._expr(node.func)
        index = self._expressions.call_at(node).index
        self._calls[index] = (func, args, self._places.spot(), node)
        if type(func) is Name and func.id == "next" and args:
            taken = args[0].value
            if type(taken) is Comp:
                self._places.leave_loops(taken.spot.block)
        self._bindings.note_mutation(node)

    def _argument(self, arg: cst.Arg | Argument) -> Argument:
        if isinstance(arg, Argument):
            return arg
        name = None if arg.keyword is None else arg.keyword.value
        return argument(name, arg.star, self._expr(arg.value))


def _clauses(node: Comprehension) -> Iterator[cst.CompFor]:
    clause: cst.CompFor | None = node.for_in
    while clause is not None:
        yield clause
        clause = clause.inner_for_in


# Calls that end the process, by the last word of their name.
EXITS = frozenset({"_exit", "abort", "exit", "quit"})


def _leaves(body: cst.BaseSuite) -> Leaves:
    """What control leaves at the end of ``body``, as far as its last statement tells."""
    last = body.body[-1] if body.body else None
    if type(last) is cst.SimpleStatementLine:
        last = last.body[-1]
    if type(last) is not cst.Expr:
        return _LEAVES.get(type(last), Leaves.NOTHING)
    value = last.value
    ends = type(value) is cst.Call and dotted(value.func).rpartition(".")[2] in EXITS
    return Leaves.FUNCTION if ends else Leaves.NOTHING


_LEAVES: dict[type, Leaves] = {
    cst.Return: Leaves.FUNCTION,
    cst.Raise: Leaves.FUNCTION,
    cst.Continue: Leaves.TURN,
    cst.Break: Leaves.LOOP,
}
