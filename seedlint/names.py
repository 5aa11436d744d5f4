"""The value of any expression, across modules.

An import is a binding whose value is `Api("keras.layers")` or a project module; so aliases,
re-exports, constants, factories and classes held in attributes are all one question.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from seedlint.catalogue import Catalogue
from seedlint.facts import (
    Argument,
    Attr,
    Binding,
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
    Opaque,
    ParamKind,
    ParamOf,
    Scope,
    ScopeKind,
    Seq,
    Spot,
    Star,
    Table,
)
from seedlint.flow import Flow, Reach, Test, noneness
from seedlint.values import (
    ABSENT,
    UNKNOWN,
    Absent,
    Alt,
    Api,
    At,
    Const,
    Display,
    Given,
    Group,
    Hop,
    Local,
    Lookup,
    Made,
    Method,
    Param,
    Partial,
    ProjectModule,
    Super,
    Unknown,
    Value,
    Values,
    const,
    is_nothing,
    join,
)

MAX_DEPTH = 40
BUILTINS = frozenset(dir(builtins))
# Decorators that may fill in arguments which the caller leaves out.
INJECTORS = frozenset({"configurable", "capture", "inject", "register", "add_arg_scope"})

Load = Callable[[str, int, str], str | None]
"""``(importing file, level, dotted module)`` to the project file that is imported, if it is one."""

Facts = Callable[[str], ModuleFacts | None]
"""The facts of a project file, ``None`` if it cannot be read."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call: where each expression stands, and what is unresolved.

    ``open`` says that an unresolved ``*args`` follows the positional ones. A spread is the
    enclosing function's own ``**kwargs``, or ``None`` for an unresolved mapping.
    """

    positional: tuple[tuple[Expr, At], ...]
    open: bool
    keywords: dict[str, tuple[Expr, At]]
    spreads: tuple[Param | None, ...]
    receiver: Value | None = None


class Names:
    """Answers for one project; remembers what it has worked out."""

    def __init__(self, load: Load, facts: Facts, catalogue: Catalogue) -> None:
        self._load = load
        self._facts = facts
        self._catalogue = catalogue
        self._flows: dict[str, Flow | None] = {}
        self._known: dict[tuple[Expr, At], Values] = {}
        self._answers: dict[tuple[Expr, At], Values] = {}
        self._guesses: dict[tuple[Expr, At], Values] = {}
        self._open: set[object] = set()
        self._cut = 0

    # modules

    def flow(self, path: str) -> Flow:
        """The indexed facts of the module at ``path``, which must be readable."""
        flow = self._flow(path)
        if flow is None:
            raise KeyError(path)
        return flow

    def _flow(self, path: str) -> Flow | None:
        if path not in self._flows:
            facts = self._facts(path)
            self._flows[path] = None if facts is None else Flow(facts)
        return self._flows[path]

    def scope(self, local: Local) -> Scope:
        return self.flow(local.module).facts.scopes[local.scope]

    def dotted(self, local: Local) -> str:
        """The dotted path of ``local``, counted from the project root."""
        words = []
        scopes = self.flow(local.module).facts.scopes
        index = local.scope
        while index > 0:
            words.append(scopes[index].name)
            index = scopes[index].parent
        stem = local.module.removesuffix(".py").removesuffix("/__init__")
        return ".".join([*stem.split("/"), *reversed(words)])

    def call(self, module: str, index: int) -> Call:
        return self.flow(module).facts.calls[index]

    # expressions

    def values(self, expr: Expr, at: At) -> Values:
        """All that ``expr`` can be at ``at``."""
        key = (expr, at)
        if key in self._known:
            return self._known[key]
        if not self._open and key in self._answers:
            return self._answers[key]
        if key in self._guesses:
            self._cut += 1
            return self._guesses[key]
        if key in self._open or len(self._open) > MAX_DEPTH:
            self._cut += 1
            return UNKNOWN
        cut = self._cut
        self._open.add(key)
        try:
            found = self._evaluate(expr, at)
        finally:
            self._open.discard(key)
        self._remember(key, found, is_exact=self._cut == cut)
        return found

    def _remember(self, key: tuple[Expr, At], found: Values, is_exact: bool) -> None:
        """Keep ``found``. What was cut short in a cycle depends on the question that was asked.

        It serves again while that question lasts, so that a loop costs no more than its length, but
        no other: the order of questions must not show in the answers.
        """
        if is_exact:
            self._known[key] = found
        elif self._open:
            self._guesses[key] = found
        else:
            self._answers[key] = found
        if not self._open:
            self._guesses.clear()

    def _evaluate(self, expr: Expr, at: At) -> Values:
        match expr:
            case Literal(value):
                return const(value)
            case Name(name):
                return self._name(name, at)
            case Attr(base, name):
                return self._narrowed_attribute(expr, at) or self._attributes(base, name, at)
            case CallAt(index):
                return self._result(at.module, index)
            case Item(base, key):
                return self._items(self.values(base, at), self.values(key, at))
            case Each(of):
                return self._elements(of, at)
            case Seq() | Table() | Comp():
                return (Alt(Display(expr, at)),)
            case Either(test, then, orelse):
                return self._either(test, then, orelse, at)
            case Logic(op, items):
                return self._logic(op, items, at)
            case Op(op, left, right):
                return _arithmetic(op, self.values(left, at), self.values(right, at))
            case Compare(op, left, right):
                return _comparison(op, self.values(left, at), self.values(right, at))
            case Def(scope):
                return (Alt(Local(at.module, scope)),)
            case Import():
                return self._import(expr, at)
            case ParamOf(name):
                return self._param(name, at)
            case Star() | Opaque():
                return UNKNOWN
        _assert_never(expr)
        return None

    # names

    def _name(self, name: str, at: At) -> Values:
        flow = self.flow(at.module)
        index = at.spot.scope
        use: Spot | None = at.spot
        direct = True
        while index >= 0:
            scope = flow.facts.scopes[index]
            words = dict(scope.outer_names)
            if (direct or scope.kind is not ScopeKind.CLASS) and words.get(name) is None:
                bindings = flow.bindings.get((index, name))
                if bindings:
                    reaches = flow.reaching(bindings, use, scope.body)
                    if reaches:
                        return self._bound(Name(name), reaches, at.module)
            if scope.kind in (ScopeKind.FUNCTION, ScopeKind.LAMBDA):
                use = None
            direct = direct and scope.kind is ScopeKind.COMPREHENSION
            index = scope.parent
        return self._star(name, at.module) or _builtin(name)

    def _bound(self, subject: Expr, reaches: Iterable[Reach], module: str) -> Values:
        parts = []
        for reach in reaches:
            binding = reach.binding
            found = UNKNOWN if binding.mutates else self._binding(binding, module)
            parts.append(self._narrow(found, subject, reach.tests))
        return join(parts)

    def _binding(self, binding: Binding, module: str) -> Values:
        found = self.values(binding.value, At(module, binding.spot))
        if binding.span is None or isinstance(binding.value, (Import, Def, ParamOf)):
            return found
        hop = Hop(f"`{binding.name}` is set here", module, binding.span)
        return tuple(replace(alt, trail=(hop, *alt.trail)) for alt in found)

    def _narrow(self, found: Values, subject: Expr, tests: Sequence[Test]) -> Values:
        """``found`` less what the ``tests`` on ``subject`` rule out."""
        for test in tests:
            is_none = noneness(test, subject)
            if is_none is not None:
                found = _limited(found, is_none)
        return found

    def _star(self, name: str, module: str) -> Values:
        for star, _spot in reversed(self.flow(module).facts.stars):
            target = self._load(module, star.level, star.module)
            if target is not None:
                if not name.startswith("_") and (target, name) not in self._open:
                    found = self._member(target, name)
                    if found:
                        return found
            elif star.level == 0:
                if star.module.partition(".")[0] in self._catalogue.lookalikes:
                    if name[:1].isupper():
                        return UNKNOWN
                elif self._catalogue.knows(f"{star.module}.{name}"):
                    return (Alt(Api(f"{star.module}.{name}")),)
        return ()

    # imports

    def _import(self, item: Import, at: At) -> Values:
        if item.name is None:
            target = self._load(at.module, 0, item.module)
            known = self._catalogue.knows(item.module)
            return (Alt(Api(item.module) if target is None or known else ProjectModule(target)),)
        full = f"{item.module}.{item.name}"
        if item.level == 0 and self._catalogue.find(full) is not None:
            return (Alt(Api(full)),)
        found: Values = ()
        target = self._load(at.module, item.level, item.module)
        if target is not None:
            found = self._member(target, item.name)
        if not found:
            joined = f"{item.module}.{item.name}" if item.module else item.name
            inner = self._load(at.module, item.level, joined)
            if inner is not None:
                return (Alt(ProjectModule(inner)),)
        if found and not all(isinstance(alt.value, Unknown) for alt in found):
            return found
        root = item.module.partition(".")[0]
        outside = item.level == 0 and target is None
        if outside and self._catalogue.is_root(root):
            return (Alt(Api(full)),)
        if item.name in self._catalogue.conventions:
            return (Alt(Api(self._catalogue.conventions[item.name])),)
        return (Alt(Api(full)),) if outside else UNKNOWN

    def _member(self, path: str, name: str) -> Values:
        """What ``name`` is in the project module at ``path``; empty if it has no such name."""
        flow = self._flow(path)
        token = (path, name)
        if flow is None or token in self._open:
            self._cut += token in self._open
            return ()
        self._open.add(token)
        try:
            bindings = flow.bindings.get((0, name), ())
            reaches = flow.reaching(bindings, None, 0)
            return self._bound(Name(name), reaches, path) if reaches else self._star(name, path)
        finally:
            self._open.discard(token)

    # attributes

    def _narrowed_attribute(self, expr: Attr, at: At) -> Values:
        """``self.x`` inside a method, with what the branches around it tell; empty if not that."""
        if not isinstance(expr.base, Name):
            return ()
        for alt in self.values(expr.base, at):
            match alt.value:
                case Made(Local() as cls, _, None):
                    return self._self_attribute(cls, expr, at)
        return ()

    def _attributes(self, base: Expr, name: str, at: At) -> Values:
        return join(_along(alt, self._attribute(alt.value, name)) for alt in self.values(base, at))

    def _attribute(self, value: Value, name: str) -> Values:
        match value:
            case Api(path):
                return (Alt(Api(f"{path}.{name}")),)
            case ProjectModule(path):
                return self._member(path, name) or self._submodule(path, name)
            case Local() if self.is_class(value):
                return self._class_attribute(value, name, None) or UNKNOWN
            case Super(of):
                receiver = Made(of, of.module, None)
                return self._class_attribute(of, name, receiver, above=True) or UNKNOWN
            case Made(Local() as by, module, call):
                return self._instance_attribute(by, name, module, call) or UNKNOWN
            case Display(Table()) | Param() if name in ("get", "pop"):
                return (Alt(Lookup(value)),)
        return UNKNOWN

    def _submodule(self, path: str, name: str) -> Values:
        target = self._load(path, 1, name) if path.endswith("__init__.py") else None
        return UNKNOWN if target is None else (Alt(ProjectModule(target)),)

    def _class_attribute(
        self, cls: Local, name: str, receiver: Value | None, above: bool = False
    ) -> Values:
        """``name`` in the body of ``cls`` or a base, or only ``above`` it.

        Functions are bound to ``receiver``, if there is one. Empty if no class of the project or of
        the catalogue has the name.
        """
        lineage = self.lineage(cls)
        for owner in lineage[above:]:
            flow = self.flow(owner.module)
            bindings = flow.bindings.get((owner.scope, name))
            if bindings:
                reaches = flow.reaching(bindings, None, self.scope(owner).body)
                found = self._bound(Name(name), reaches, owner.module)
                if receiver is None:
                    return found
                return join(self._method(alt, receiver) for alt in found)
        base = self._catalogue_base(lineage)
        return () if base is None else (Alt(Api(f"{base.path}.{name}")),)

    def _method(self, alt: Alt, receiver: Value) -> Values:
        if not isinstance(alt.value, Local) or self.is_class(alt.value):
            return (alt,)
        words = self.decorators(alt.value)
        if "staticmethod" in words:
            return (alt,)
        if words & {"property", "cached_property"}:
            return self._returned(alt.value, None)
        return (replace(alt, value=Method(alt.value, receiver)),)

    def bases(self, cls: Local) -> list[Value]:
        """What the bases of ``cls`` are; one that cannot be told is `Unknown`."""
        scope = self.scope(cls)
        found = []
        for base in scope.bases:
            values = [
                alt.value
                for alt in self.values(base, At(cls.module, scope.spot))
                if alt.value != cls and not is_nothing(alt.value)
            ]
            found.append(values[0] if values else Unknown())
        return found

    def lineage(self, cls: Local) -> list[Local]:
        """``cls`` and its bases in the project, nearest first."""
        order = [cls]
        for known in order:
            for base in self.bases(known):
                if isinstance(base, Local) and base not in order and self.is_class(base):
                    order.append(base)
        return order

    def _instance_attribute(self, cls: Local, name: str, module: str, call: int | None) -> Values:
        """``name`` of the instance of ``cls`` that ``call`` makes, or of ``self`` if ``None``."""
        found = self._assigned(cls, Attr(Name("self"), name), None)
        found = found or self._class_attribute(cls, name, Made(cls, module, call))
        if call is None:
            return found
        init = self.constructor(cls)
        arguments = self.arguments(module, call, cls)
        if isinstance(init, Local):
            return self.substituted(found, {init: arguments})
        fields = [field.name for field in self.scope(cls).params]
        if name not in fields:
            return found
        given = self.argument(arguments, name, fields.index(name))
        return join(found if isinstance(alt.value, Absent) else (alt,) for alt in given)

    def _self_attribute(self, cls: Local, expr: Attr, at: At) -> Values:
        found = self._assigned(cls, expr, at)
        found = found or self._class_attribute(cls, expr.name, Made(cls, cls.module, None))
        if not found:
            return UNKNOWN
        flow = self.flow(at.module)
        tests = [
            Test(arm.test, arm.holds)
            for arm in (flow.facts.blocks[i] for i in flow.enclosing(at.spot.block))
            if arm.test is not None
        ]
        return self._narrow(found, expr, tests)

    def _assigned(self, cls: Local, expr: Attr, at: At | None) -> Values:
        """What the methods of ``cls`` and its bases assign to ``expr``, ``self.<name>``.

        A binding that dominates ``at`` in the same method is the only one. An assignment at the top
        of ``__init__`` hides a class attribute; one anywhere else may not have run yet. Empty if
        nothing is assigned.
        """
        name = expr.name
        parts: list[Values] = []
        certain = False
        for owner in self.lineage(cls):
            flow = self.flow(owner.module)
            bindings = flow.attributes.get((owner.scope, name), ())
            by_method: dict[int, list[Binding]] = {}
            for binding in bindings:
                method = flow.function_of(binding.spot.scope)
                by_method.setdefault(method, []).append(binding)
            here = None if at is None or at.module != owner.module else at.spot
            for method, own in by_method.items():
                scope = flow.facts.scopes[method]
                inside = here is not None and flow.function_of(here.scope) == method
                reaches = flow.reaching(own, here if inside else None, scope.body)
                found = self._bound(expr, reaches, owner.module)
                if inside and any(r.binding.spot.block == scope.body for r in reaches):
                    return found
                parts.append(found)
                certain = certain or scope.name == "__init__"
            if name in flow.facts.foreign_attributes and bindings:
                parts.append(UNKNOWN)
        if parts and not certain:
            parts.append(self._class_attribute(cls, name, None))
        return join(parts)

    # parameters

    def _param(self, name: str, at: At) -> Values:
        local = Local(at.module, at.spot.scope)
        scope = self.scope(local)
        parent = self.flow(at.module).facts.scopes[scope.parent]
        is_first = bool(scope.params) and scope.params[0].name == name
        if parent.kind is ScopeKind.CLASS and is_first and scope.kind is ScopeKind.FUNCTION:
            words = self.decorators(local)
            cls = Local(at.module, scope.parent)
            if "classmethod" in words:
                return (Alt(cls),)
            if "staticmethod" not in words:
                return (Alt(Made(cls, at.module, None)),)
        kinds = {param.name: param.kind for param in scope.params}
        if kinds.get(name) is ParamKind.VAR_POSITIONAL:
            return UNKNOWN
        return (Alt(Param(local, name)),)

    def decorators(self, local: Local) -> frozenset[str]:
        """The last words of the decorators of ``local``: ``property``, ``configurable``, ..."""
        words = set()
        for decorator in self.scope(local).decorators:
            if isinstance(decorator, CallAt):
                decorator = self.call(local.module, decorator.index).func
            if isinstance(decorator, Attr):
                words.add(decorator.name)
            elif isinstance(decorator, Name):
                words.add(decorator.id)
        return frozenset(words)

    # calls

    def callees(self, module: str, index: int) -> Values:
        """What the call ``index`` of ``module`` may call."""
        call = self.call(module, index)
        return self.values(call.func, At(module, call.spot))

    def arguments(self, module: str, index: int, callee: Value) -> Arguments:
        """The arguments with which a call reaches ``callee``; those of a `Partial` come first."""
        call = self.call(module, index)
        own = self._spread(call.args, At(module, call.spot))
        while isinstance(callee, Partial):
            outer = self.call(callee.module, callee.call)
            bound = self._spread(outer.args[1:], At(callee.module, outer.spot))
            own = Arguments(
                bound.positional + own.positional,
                bound.open or own.open,
                {**bound.keywords, **own.keywords},
                bound.spreads + own.spreads,
            )
            callee = callee.of
        match callee:
            case Method(_, receiver):
                return replace(own, receiver=receiver)
            case Local() if self.is_class(callee):
                return replace(own, receiver=Made(callee, module, index))
        return own

    def is_class(self, local: Local) -> bool:
        return self.scope(local).kind is ScopeKind.CLASS

    def _spread(self, args: Sequence[Argument], at: At) -> Arguments:
        positional: list[tuple[Expr, At]] = []
        keywords: dict[str, tuple[Expr, At]] = {}
        spreads: list[Param | None] = []
        is_open = False
        for arg in args:
            if arg.name is not None:
                keywords[arg.name] = (arg.value, at)
            elif arg.star == "":
                if not is_open:
                    positional.append((arg.value, at))
            elif arg.star == "*":
                items = self._literal_items(arg.value, at)
                is_open = is_open or items is None
                positional.extend(items or ())
            else:
                self._spread_mapping(arg.value, at, keywords, spreads)
        return Arguments(tuple(positional), is_open, keywords, tuple(spreads))

    def _literal_items(self, expr: Expr, at: At) -> list[tuple[Expr, At]] | None:
        match self.values(expr, at):
            case (Alt(Display(Seq(items), where)),) if not any(
                isinstance(item, Star) for item in items
            ):
                return [(item, where) for item in items]
        return None

    def _spread_mapping(
        self,
        expr: Expr,
        at: At,
        keywords: dict[str, tuple[Expr, At]],
        spreads: list[Param | None],
    ) -> None:
        match self.values(expr, at):
            case (Alt(Display(Table(items), where)),):
                for key, value in items:
                    names = () if key is None else self.values(key, where)
                    match names:
                        case (Alt(Const(str() as name)),):
                            keywords.setdefault(name, (value, where))
                        case _:
                            spreads.append(None)
            case (Alt(Made(Api("builtins.dict"), module, int() as call)),):
                inner = self.arguments(module, call, Unknown())
                for name, place in inner.keywords.items():
                    keywords.setdefault(name, place)
                if inner.positional or inner.open:
                    spreads.append(None)
                spreads.extend(inner.spreads)
            case (Alt(Param() as param),) if self._is_kwargs(param):
                spreads.append(param)
            case _:
                spreads.append(None)

    def _is_kwargs(self, param: Param) -> bool:
        kinds = {p.name: p.kind for p in self.scope(param.function).params}
        return kinds.get(param.name) is ParamKind.VAR_KEYWORD

    def argument(self, arguments: Arguments, name: str | None, position: int | None) -> Values:
        """What a call passes as ``name``, or in the ``position``-th place; `Absent` if nothing."""
        if name is not None and name in arguments.keywords:
            expr, at = arguments.keywords[name]
            return self.values(expr, at)
        if position is not None:
            if position < len(arguments.positional):
                expr, at = arguments.positional[position]
                return self.values(expr, at)
            if arguments.open:
                return UNKNOWN
        for spread in arguments.spreads:
            if spread is None:
                return UNKNOWN
            return (Alt(replace(spread, key=name)),)
        return ABSENT

    def passed(self, function: Local, arguments: Arguments, param: Param) -> Values:
        """What a call of ``function`` with ``arguments`` gives ``param``, defaults included."""
        scope = self.scope(function)
        skip = 1 if arguments.receiver is not None else 0
        position = -skip
        for known in scope.params:
            if known.name == param.name:
                break
            position += known.kind in (ParamKind.POSITIONAL, ParamKind.POSITIONAL_ONLY)
        else:
            return UNKNOWN
        if param.key is not None:
            return self.argument(arguments, param.key, None)
        if known.kind in (ParamKind.VAR_KEYWORD, ParamKind.VAR_POSITIONAL):
            return UNKNOWN
        by_name = None if known.kind is ParamKind.POSITIONAL_ONLY else known.name
        by_position = None if known.kind is ParamKind.KEYWORD_ONLY else position
        found = self.argument(arguments, by_name, by_position)
        default = self._default(function, known.default)
        return join(self._or_default(alt, default) for alt in found)

    def _or_default(self, alt: Alt, default: Values) -> Values:
        if isinstance(alt.value, Absent):
            return default
        if isinstance(alt.value, Param) and alt.value.key is not None:
            # Left out of **kwargs further up, the default applies: no change only if it is None.
            return (alt,) if all(is_nothing(d.value) for d in default) else UNKNOWN
        return (alt,)

    def _default(self, function: Local, default: Expr | None) -> Values:
        if self.decorators(function) & INJECTORS:
            return UNKNOWN
        if default is None:
            return ABSENT
        return self.values(default, At(function.module, self.scope(function).spot))

    def default(self, param: Param) -> Values:
        """The default of ``param``; `Absent` if it has none."""
        for known in self.scope(param.function).params:
            if known.name == param.name and param.key is None:
                return self._default(param.function, known.default)
        return ABSENT

    def substituted(self, found: Values, calls: dict[Local, Arguments]) -> Values:
        """``found`` with what ``calls`` pass in place of the parameters of their functions."""
        return join(self._substitute(alt, calls) for alt in found)

    def _substitute(self, alt: Alt, calls: dict[Local, Arguments]) -> Values:
        kept: list[Given] = []
        for given in alt.given:
            arguments = calls.get(given.param.function)
            if arguments is None:
                kept.append(given)
                continue
            answers = self.passed(given.param.function, arguments, given.param)
            if not _limited(answers, given.is_none):
                return ()
        plain = replace(alt, given=tuple(kept))
        if not isinstance(alt.value, Param) or alt.value.function not in calls:
            return (plain,)
        param = alt.value
        found = self.passed(param.function, calls[param.function], param)
        for given in alt.given:
            if given.param == param:
                found = _limited(found, given.is_none)
        return tuple(
            Alt(item.value, alt.trail + item.trail, (*kept, *item.given)) for item in found
        )

    def constructor(self, cls: Local) -> Local | Api | None:
        """What runs when ``cls`` is called: an ``__init__`` of the project or a catalogue class."""
        lineage = self.lineage(cls)
        for owner in lineage:
            for binding in reversed(
                self.flow(owner.module).bindings.get((owner.scope, "__init__"), ())
            ):
                if isinstance(binding.value, Def):
                    return Local(owner.module, binding.value.scope)
        return self._catalogue_base(lineage)

    def _catalogue_base(self, lineage: Sequence[Local]) -> Api | None:
        """The catalogue class that ``lineage`` derives from, if no base is in doubt."""
        found = None
        for owner in lineage:
            for base in self.bases(owner):
                if isinstance(base, Unknown):
                    return None
                if found is None and isinstance(base, Api) and self._catalogue.find(base.path):
                    found = base
        return found

    def _result(self, module: str, index: int) -> Values:
        return join(
            _along(alt, self._called(alt.value, module, index))
            for alt in self.callees(module, index)
        )

    def _called(self, value: Value, module: str, index: int) -> Values:
        match value:
            case Api(path) if path.startswith("builtins."):
                return self._builtin_result(path, module, index)
            case Api("functools.partial"):
                return self._partial(module, index)
            case Api("importlib.import_module"):
                return self._import_module(module, index)
            case Api():
                return (Alt(Made(value, module, index)),)
            case Local() if self.is_class(value):
                return (Alt(Made(value, module, index)),)
            case Local():
                return self._returned(value, self.arguments(module, index, value))
            case Method(function):
                return self._returned(function, self.arguments(module, index, value))
            case Partial(Api() | Local() as of):
                return (Alt(Made(of, module, index)),)
            case Lookup(of):
                return self._looked_up(of, module, index)
        return UNKNOWN

    def _looked_up(self, of: Value, module: str, index: int) -> Values:
        """``of.get(key, default)``."""
        arguments = self.arguments(module, index, Unknown())
        keys = self.argument(arguments, None, 0)
        default = self.argument(arguments, "default", 1)
        default = const(None) if default == ABSENT else default
        match of, keys:
            case Param(key=None), (Alt(Const(str() as key)),) if self._is_kwargs(of):
                param = replace(of, key=key)
                given = Given(param, True)
                left_out = tuple(replace(alt, given=(*alt.given, given)) for alt in default)
                return join((_limited((Alt(param),), False), left_out))
            case Display(Table(items), at), (Alt(Const(key)),):
                return self._entry(items, key, at) or default
        return UNKNOWN

    def _returned(self, function: Local, arguments: Arguments | None) -> Values:
        scope = self.scope(function)
        if scope.yields:
            return UNKNOWN
        found = join(self.values(expr, At(function.module, spot)) for expr, spot in scope.returns)
        if arguments is None:
            return found or const(None)
        return self.substituted(found, {function: arguments}) or const(None)

    def _builtin_result(self, path: str, module: str, index: int) -> Values:
        call = self.call(module, index)
        at = At(module, call.spot)
        args = [arg.value for arg in call.args if arg.name is None and not arg.star]
        match path, args:
            case "builtins.super", _:
                return self._super(args, at)
            case "builtins.getattr", [base, key, *rest]:
                return self._getattr(base, self.values(key, at), rest, at)
            case "builtins.int", [inner]:
                return join(_as_int(alt) for alt in self.values(inner, at))
            case "builtins.list" | "builtins.tuple" | "builtins.sorted" | "builtins.reversed", [_]:
                found = self.values(args[0], at)
                return tuple(a for a in found if isinstance(a.value, Display)) or UNKNOWN
        return (Alt(Made(Api(path), module, index)),)

    def _super(self, args: list[Expr], at: At) -> Values:
        if args:
            found = self.values(args[0], at)
            return tuple(Alt(Super(alt.value)) for alt in found if isinstance(alt.value, Local))
        cls = self.flow(at.module).class_of(at.spot.scope)
        return UNKNOWN if cls is None else (Alt(Super(Local(at.module, cls))),)

    def _getattr(self, base: Expr, key: Values, rest: list[Expr], at: At) -> Values:
        match key:
            case (Alt(Const(str() as name)),):
                return self.values(Attr(base, name), at)
        return UNKNOWN

    def _partial(self, module: str, index: int) -> Values:
        call = self.call(module, index)
        if not call.args or call.args[0].name or call.args[0].star:
            return UNKNOWN
        inner = self.values(call.args[0].value, At(module, call.spot))
        return tuple(replace(alt, value=Partial(alt.value, module, index)) for alt in inner)

    def _import_module(self, module: str, index: int) -> Values:
        call = self.call(module, index)
        at = At(module, call.spot)
        match [self.values(arg.value, at) for arg in call.args]:
            case [(Alt(Const(str() as dotted)),)]:
                return self._import(Import(0, dotted, None), at)
        return UNKNOWN

    # containers

    def _items(self, bases: Values, keys: Values) -> Values:
        return join(_along(alt, self._item(alt.value, keys)) for alt in bases)

    def _item(self, value: Value, keys: Values) -> Values:
        key = keys[0].value if len(keys) == 1 else Unknown()
        match value, key:
            case Group(parts), Const(int() as index) if -len(parts) <= index < len(parts):
                return parts[index]
            case Display(Seq(items), at), Const(int() as index) if _plain(items):
                if -len(items) <= index < len(items):
                    return self.values(items[index], at)
            case Display(Seq(items), at), Unknown() | Param() if _plain(items):
                return join(self.values(item, at) for item in items)
            case Display(Table(items), at), Const(wanted):
                return self._entry(items, wanted, at) or UNKNOWN
            case Display(Table(items), at), _ if all(k is not None for k, _ in items):
                return join(self.values(item, at) for _, item in items)
            case Display(Comp(elt, spot), at), _:
                return self.values(elt, At(at.module, spot))
            case Param(key=None) as param, Const(str() as name) if self._is_kwargs(param):
                return (Alt(replace(param, key=name)),)
        return UNKNOWN

    def _entry(self, items: tuple[tuple[Expr | None, Expr], ...], key: object, at: At) -> Values:
        """The value under ``key`` of a dict display; empty if there is certainly none."""
        for name, item in reversed(items):
            if name is None:
                return UNKNOWN
            match self.values(name, at):
                case (Alt(Const(known)),):
                    if known == key and type(known) is type(key):
                        return self.values(item, at)
                case _:
                    return UNKNOWN
        return ()

    def _elements(self, of: Expr, at: At) -> Values:
        """What one turn of a loop over ``of`` sees."""
        return join(_along(alt, self._element(alt.value)) for alt in self.values(of, at))

    def _element(self, value: Value) -> Values:
        match value:
            case Display(Seq(items), at) if _plain(items):
                return join(self.values(item, at) for item in items)
            case Display(Table(items), at) if all(key is not None for key, _ in items):
                return join(self.values(key, at) for key, _ in items if key is not None)
            case Display(Comp(elt, spot), at):
                return self.values(elt, At(at.module, spot))
            case Made(Api("builtins.enumerate"), module, int() as call):
                return (Alt(Group((UNKNOWN, *self._element_of_args(module, call)[:1]))),)
            case Made(Api("builtins.zip"), module, int() as call):
                return (Alt(Group(tuple(self._element_of_args(module, call)))),)
        return UNKNOWN

    def _element_of_args(self, module: str, index: int) -> list[Values]:
        call = self.call(module, index)
        at = At(module, call.spot)
        return [UNKNOWN if a.star else self._elements(a.value, at) for a in call.args]

    # choices

    def _either(self, test: Expr, then: Expr, orelse: Expr, at: At) -> Values:
        match self.values(test, at):
            case (Alt(Const(known)),):
                return self.values(then if known else orelse, at)
        return join(
            (
                self._when(self.values(then, at), test, True, then, at),
                self._when(self.values(orelse, at), test, False, orelse, at),
            )
        )

    def _when(self, found: Values, test: Expr, holds: bool, subject: Expr, at: At) -> Values:
        """``found`` where ``test`` is known to hold, or to fail."""
        own = noneness(Test(test, holds), subject)
        if own is not None:
            found = _limited(found, own)
        tested = _subject(test)
        if tested is None:
            return found
        is_none = noneness(Test(test, holds), tested)
        if is_none is None:
            return found
        match self.values(tested, at):
            case (Alt(Param() as param),):
                given = Given(param, is_none)
                return tuple(replace(alt, given=(*alt.given, given)) for alt in found)
        return found

    def _logic(self, op: str, items: tuple[Expr, ...], at: At) -> Values:
        if op == "not" or len(items) != 2:
            return UNKNOWN
        parts: list[Values] = []
        right = self.values(items[1], at)
        for alt in self.values(items[0], at):
            match alt.value:
                case Const(value):
                    parts.append(right if bool(value) == (op == "and") else (alt,))
                case Absent():
                    parts.append(right)
                case Param() as param if op == "or":
                    parts.append(_limited((alt,), False))
                    given = Given(param, True)
                    parts.append(tuple(replace(r, given=(*r.given, given)) for r in right))
                case Unknown() | Param():
                    parts.extend(((alt,), right))
                case _:
                    parts.append(right if op == "and" else (alt,))
        return join(parts)


def _assert_never(expr: NoReturn) -> NoReturn:
    raise AssertionError(expr)


def _subject(test: Expr) -> Expr | None:
    match test:
        case Compare(_, left, Literal(None)):
            return left
        case Name():
            return test
        case Logic("not", (inner,)):
            return _subject(inner)
    return None


def _limited(found: Values, is_none: bool) -> Values:
    """Those of ``found`` that are ``None`` (or are not); a parameter becomes a condition."""
    kept = []
    for alt in found:
        if isinstance(alt.value, Param):
            opposite = Given(alt.value, not is_none)
            if opposite not in alt.given:
                kept.append(replace(alt, given=(*alt.given, Given(alt.value, is_none))))
        elif isinstance(alt.value, Unknown) or is_nothing(alt.value) == is_none:
            kept.append(alt)
    return tuple(kept)


def _along(alt: Alt, found: Values) -> Values:
    """``found``, reached by way of ``alt``."""
    if not alt.trail and not alt.given:
        return found
    return tuple(Alt(f.value, alt.trail + f.trail, alt.given + f.given) for f in found)


def _builtin(name: str) -> Values:
    return (Alt(Api(f"builtins.{name}")),) if name in BUILTINS else UNKNOWN


def _plain(items: tuple[Expr, ...]) -> bool:
    return not any(isinstance(item, Star) for item in items)


def _as_int(alt: Alt) -> Values:
    if isinstance(alt.value, Const) and isinstance(alt.value.value, (bool, int)):
        return (replace(alt, value=Const(int(alt.value.value))),)
    return UNKNOWN


def _arithmetic(op: str, left: Values, right: Values) -> Values:
    match left, right:
        case (Alt(Const(int() | float() as a)),), (Alt(Const(int() | float() as b)),):
            match op:
                case "+":
                    return const(a + b)
                case "-":
                    return const(a - b)
                case "*":
                    return const(a * b)
    return UNKNOWN


def _comparison(op: str, left: Values, right: Values) -> Values:
    match left, right:
        case (Alt(Const(a)),), (Alt(Const(b)),):
            if op in ("==", "is"):
                return const(a == b)
            if op in ("!=", "is not"):
                return const(a != b)
    return UNKNOWN
