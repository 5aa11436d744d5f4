"""Classes of the project: their bases, what builds them, and their attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seedlint.calls import Calls, Evaluator
from seedlint.catalogue import Catalogue
from seedlint.facts import (
    Attr,
    Binding,
    Def,
    Name,
)
from seedlint.flow import Test
from seedlint.modules import Modules
from seedlint.values import (
    UNKNOWN,
    Absent,
    Alt,
    Api,
    At,
    Local,
    Made,
    Method,
    Unknown,
    Value,
    Values,
    is_nothing,
    join,
    narrowed,
)


class Classes:
    """Answers about the classes of one project."""

    def __init__(
        self, modules: Modules, calls: Calls, catalogue: Catalogue, evaluator: Evaluator
    ) -> None:
        self._modules = modules
        self._calls = calls
        self._catalogue = catalogue
        self._ask = evaluator

    def bases(self, cls: Local) -> list[Value]:
        """What the bases of ``cls`` are; one that cannot be told is `Unknown`."""
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
        order = [cls]
        for known in order:
            for base in self.bases(known):
                if isinstance(base, Local) and base not in order and self._modules.is_class(base):
                    order.append(base)
        return order

    def constructor(self, cls: Local) -> Local | Api | None:
        """What runs when ``cls`` is called: an ``__init__`` of the project or a catalogue class."""
        lineage = self.lineage(cls)
        for owner in lineage:
            for binding in reversed(
                self._modules.flow(owner.module).bindings.get((owner.scope, "__init__"), ())
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
                if receiver is None:
                    return found
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
        return (replace(alt, value=Method(alt.value, receiver)),)

    def instance_attribute(self, cls: Local, name: str, module: str, call: int | None) -> Values:
        """``name`` of the instance of ``cls`` that ``call`` makes, or of ``self`` if ``None``."""
        found = self._assigned(cls, Attr(Name("self"), name), None)
        found = found or self.class_attribute(cls, name, Made(cls, module, call))
        if call is None:
            return found
        init = self.constructor(cls)
        arguments = self._calls.arguments(module, call, cls)
        if isinstance(init, Local):
            return self._calls.substituted(found, {init: arguments})
        fields = [field.name for field in self._modules.scope(cls).params]
        if name not in fields:
            return found
        given = self._calls.argument(arguments, name, fields.index(name))
        return join(found if isinstance(alt.value, Absent) else (alt,) for alt in given)

    def self_attribute(self, cls: Local, expr: Attr, at: At) -> Values:
        found = self._assigned(cls, expr, at)
        found = found or self.class_attribute(cls, expr.name, Made(cls, cls.module, None))
        if not found:
            return UNKNOWN
        flow = self._modules.flow(at.module)
        tests = [
            Test(arm.test, arm.holds)
            for arm in (flow.facts.blocks[i] for i in flow.enclosing(at.spot.block))
            if arm.test is not None
        ]
        return narrowed(found, expr, tests)

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
                    return found
                parts.append(found)
                certain = certain or scope.name == "__init__"
            if name in flow.facts.foreign_attributes and bindings:
                parts.append(UNKNOWN)
        if parts and not certain:
            parts.append(self.class_attribute(cls, name, None))
        return join(parts)
