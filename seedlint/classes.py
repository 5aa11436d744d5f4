"""Classes of the project: their bases, what builds them, and their attributes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from seedlint.calls import Calls, Evaluator
from seedlint.catalogue import Catalogue
from seedlint.data import replace
from seedlint.facts import (
    OPAQUE,
    Argument,
    Attr,
    Binding,
    Call,
    CallAt,
    Def,
    Literal,
    Name,
    Param,
    ParamKind,
    Scope,
    ScopeKind,
)
from seedlint.flow import Flow
from seedlint.modules import Modules
from seedlint.values import (
    UNKNOWN,
    Alt,
    Api,
    At,
    Local,
    Made,
    Method,
    Part,
    Unknown,
    Value,
    Values,
    is_nothing,
    join,
    narrowed,
)
from seedlint.values import Param as Parameter

DATACLASSES = frozenset({"attrs", "dataclass", "define", "frozen", "s"})
SELF = Name("self")
RECORDS = frozenset({"typing.NamedTuple", "pydantic.BaseModel"})


class Classes:
    """Answers about the classes of one project."""

    def __init__(
        self, modules: Modules, calls: Calls, catalogue: Catalogue, evaluator: Evaluator
    ) -> None:
        self._modules = modules
        self._calls = calls
        self._catalogue = catalogue
        self._ask = evaluator
        self._heirs: dict[Local, list[Local]] = defaultdict(list)
        self._bases: dict[Local, list[Value]] = {}
        self._attributes: dict[tuple[Local, str], Values] = {}
        self._inherited: dict[Local, set[str]] = defaultdict(set)
        self._lineages: dict[Local, list[Local]] = {}
        self._fields: dict[Local, tuple[Param, ...]] = {}

    def bases(self, cls: Local) -> list[Value]:
        """What the bases of ``cls`` are; one that cannot be told is `Unknown`."""
        return self._ask.lasting(self._bases, cls, lambda: self._find_bases(cls))

    def _find_bases(self, cls: Local) -> list[Value]:
        scope = self._modules.scope(cls)
        found = []
        for base in scope.bases:
            values = [
                alt.value
                for alt in self._ask.values(base, At(cls.module, scope.spot))
                if alt.value != cls and not is_nothing(alt.value)
            ]
            found.append(values[0] if values else Unknown())
        return found

    def lineage(self, cls: Local) -> list[Local]:
        """``cls`` and its bases in the project, nearest first."""
        return self._ask.lasting(self._lineages, cls, lambda: self._find_lineage(cls))

    def _find_lineage(self, cls: Local) -> list[Local]:
        order, seen = [cls], {cls}
        for known in order:
            for base in self.bases(known):
                if isinstance(base, Local) and base not in seen and self._modules.is_class(base):
                    order.append(base)
                    seen.add(base)
        return order

    def find_heirs(self, paths: Iterable[str]) -> bool:
        """Note what the classes of ``paths`` derive from; to be done before all questions of them.

        Whether none of them has an attribute that was asked already of what it derives from.
        """
        grown: set[Local] = set()
        is_same = True
        for path in paths:
            flow = self._modules.flow(path)
            for index, scope in enumerate(flow.facts.scopes):
                if scope.kind is ScopeKind.CLASS:
                    heir = Local(path, index)
                    for base in self.lineage(heir)[1:]:
                        self._heirs[base].append(heir)
                        grown.add(base)
                        asked = self._inherited[base]
                        is_same = is_same and not any(_has(flow, index, name) for name in asked)
        for base in grown:
            self._heirs[base].sort(key=lambda heir: (heir.module, heir.scope))
        return is_same

    def heirs(self, cls: Local) -> Sequence[Local]:
        """The classes of the project that derive from ``cls``."""
        return self._heirs.get(cls, ())

    def constructor(self, cls: Local) -> Local | Api | None:
        """What runs when ``cls`` is called: an ``__init__`` of the project or a catalogue class.

        A dataclass stands for its own ``__init__``.
        """
        lineage = self.lineage(cls)
        for owner in lineage:
            init = self.method((owner,), "__init__")
            if init is not None and (owner == cls or not self._is_passing_on(owner, init[0])):
                return init[0]
        return cls if self.fields(cls) else self._catalogue_base(lineage)

    def _is_passing_on(self, mixin: Local, init: Local) -> bool:
        """Whether all that ``init`` calls is that of whatever class stands behind ``mixin``.

        Which one that is depends on what joins them, if nothing that ``mixin`` derives from has it.
        """
        above = self.lineage(mixin)
        if self.method(above[1:], "__init__") is not None or self._catalogue_base(above):
            return False
        flow, scope = self._modules.flow(init.module), self._modules.scope(init)
        match [flow.facts.calls[index] for index in flow.calls_below(init.scope)]:
            case [Call(func=Name("super")), Call(func=Attr(CallAt(), "__init__"))] as calls:
                pass
            case [Call(func=Attr(CallAt(), "__init__")), Call(func=Name("super"))] as calls:
                calls.reverse()
            case _:
                return False
        kept = all(len(flow.bindings[init.scope, param.name]) == 1 for param in scope.params[1:])
        return kept and calls[1].args == _given(scope) and calls[1].spot.block == scope.body

    def method(self, lineage: Sequence[Local], name: str) -> tuple[Local, Binding] | None:
        """The function that is ``name`` in the first class of ``lineage`` that defines it."""
        for owner in lineage:
            flow = self._modules.flow(owner.module)
            for binding in reversed(flow.bindings.get((owner.scope, name), ())):
                if isinstance(binding.value, Def):
                    return Local(owner.module, binding.value.scope), binding
        return None

    def fields(self, cls: Local) -> tuple[Param, ...]:
        """The fields of a dataclass in the order of its ``__init__``; none of any other class."""
        return self._ask.lasting(self._fields, cls, lambda: self._find_fields(cls))

    def _find_fields(self, cls: Local) -> tuple[Param, ...]:
        lineage = self.lineage(cls)
        if not any(self._is_dataclass(owner) for owner in lineage):
            return ()
        found: dict[str, Param] = {}
        for owner in reversed(lineage):
            for field in self._modules.scope(owner).params:
                constant = isinstance(field.default, Literal | None)
                found[field.name] = field if constant else replace(field, default=OPAQUE)
        return tuple(found.values())

    def _is_dataclass(self, cls: Local) -> bool:
        bases = [base.path for base in self.bases(cls) if isinstance(base, Api)]
        words = self._modules.decorators(cls)
        return bool(words & DATACLASSES) or any(base in RECORDS for base in bases)

    def _catalogue_base(self, lineage: Sequence[Local]) -> Api | None:
        """The catalogue class that ``lineage`` derives from, if no base is in doubt."""
        found = None
        for owner in lineage:
            for base in self.bases(owner):
                if isinstance(base, Unknown | Part):
                    return None
                if found is None and isinstance(base, Api) and self._catalogue.find(base.path):
                    found = base
        return found

    def class_attribute(
        self, cls: Local, name: str, receiver: Value | None, above: bool = False
    ) -> Values:
        """``name`` in the body of ``cls`` or a base, or only ``above`` it.

        Functions are bound to ``receiver``, if there is one. Empty if no class of the project or of
        the catalogue has the name.
        """
        lineage = self.lineage(cls)
        for owner in lineage[above:]:
            flow = self._modules.flow(owner.module)
            bindings = flow.bindings.get((owner.scope, name))
            if bindings:
                reaches = flow.reaching(bindings, None, self._modules.scope(owner).body)
                found = self._ask.bound(Name(name), reaches, owner.module)
                if (owner.scope, "*") in flow.attributes:
                    found = join([found, UNKNOWN])
                if receiver is None:
                    return self._modules.unless_changed(found, name)
                return join(self._method(alt, receiver) for alt in found)
        base = self._catalogue_base(lineage)
        return () if base is None else (Alt(Api(f"{base.path}.{name}")),)

    def _method(self, alt: Alt, receiver: Value) -> Values:
        if not isinstance(alt.value, Local) or self._modules.is_class(alt.value):
            return (alt,)
        words = self._modules.decorators(alt.value)
        if "staticmethod" in words:
            return (alt,)
        if words & {"property", "cached_property"}:
            return self._ask.returned(alt.value, None)
        return (Alt(Method(alt.value, receiver), alt.trail, alt.given),)

    def instance_attribute(self, cls: Local, name: str, module: str, call: int) -> Values:
        """``name`` of the instance of ``cls`` that ``call`` makes."""
        found = self._assigned(cls, Attr(Name("self"), name), None)
        found = found or self._field(cls, name)
        found = found or self.class_attribute(cls, name, Made(cls, module, call))
        init = self.constructor(cls)
        if isinstance(init, Local):
            arguments = self._calls.arguments(module, call, cls)
            found = self._calls.substituted(found, {init: arguments})
        return self._modules.unless_changed(found, name)

    def self_attribute(self, cls: Local, expr: Attr, at: At | None) -> Values:
        """``self.<name>`` in a method of ``cls``, which may run for one of its heirs."""
        if expr.base != SELF or (at is not None and self._is_told(cls, expr.name, at)):
            return self._self_attribute(cls, expr, at)
        key = (cls, expr.name)
        return self._ask.lasting(
            self._attributes, key, lambda: self._self_attribute(cls, expr, None)
        )

    def _is_told(self, cls: Local, name: str, at: At) -> bool:
        """Whether the function at ``at`` may tell what the attribute ``name`` is there."""
        flow = self._modules.flow(at.module)
        here = flow.function_of(at.spot.scope)
        return name in flow.tested or any(
            flow.function_of(binding.spot.scope) == here
            for owner in self.lineage(cls)
            if owner.module == at.module
            for binding in flow.attributes.get((owner.scope, name), ())
        )

    def _self_attribute(self, cls: Local, expr: Attr, at: At | None) -> Values:
        name = expr.name
        found = self._assigned(cls, expr, at) or self._field(cls, name)
        found = found or self.class_attribute(cls, name, Made(cls, cls.module, None))
        methods = any(isinstance(alt.value, Method) for alt in found)
        if methods or all(is_nothing(alt.value) for alt in found):
            joined = join([found, *(self._own_attribute(h, expr) for h in self._heirs[cls])])
            # What are too many values already is no other with one more.
            if not found or joined != UNKNOWN:
                self._inherited[cls].add(name)
            found = joined
        found = self._modules.unless_changed(found, name)
        if at is None:
            return found or UNKNOWN
        flow = self._modules.flow(at.module)
        told = [c for test in flow.tests(at.spot) for c in flow.told(test, expr)]
        return narrowed(found, told) if found else UNKNOWN

    def _field(self, cls: Local, name: str) -> Values:
        named = any(field.name == name for field in self.fields(cls))
        return (Alt(Parameter(cls, name)),) if named else ()

    def _own_attribute(self, cls: Local, expr: Attr) -> Values:
        """What ``cls`` itself, not its bases, makes of an attribute."""
        flow = self._modules.flow(cls.module)
        place = (cls.scope, expr.name)
        if place in flow.attributes:
            return self._assigned(cls, expr, None)
        if place in flow.bindings:
            return self.class_attribute(cls, expr.name, Made(cls, cls.module, None))
        return ()

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
            flow = self._modules.flow(owner.module)
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
                found = self._ask.bound(expr, reaches, owner.module)
                if inside and any(r.binding.spot.block == scope.body for r in reaches):
                    changed = (owner.scope, "*") in flow.attributes
                    return join([found, UNKNOWN]) if changed else found
                parts.append(found)
                certain = certain or scope.name == "__init__"
            if parts and (owner.scope, "*") in flow.attributes:
                parts.append(UNKNOWN)
        if parts and not certain:
            parts.append(self.class_attribute(cls, name, None))
        return join(parts)


def _has(flow: Flow, cls: int, name: str) -> bool:
    """Whether the class ``cls`` itself, not its bases, has an attribute ``name``."""
    return (cls, name) in flow.attributes or (cls, name) in flow.bindings


def _given(init: Scope) -> tuple[Argument, ...] | None:
    """What passes all on that ``init`` is given, if it takes ``*args`` and ``**kwargs`` alone."""
    match init.params:
        case [_, Param(args, ParamKind.VAR_POSITIONAL), Param(kwargs, ParamKind.VAR_KEYWORD)]:
            return Argument(None, "*", Name(args)), Argument(None, "**", Name(kwargs))
    return None
