"""What goes into one model: the calls that it, or a tensor that a function gives, is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seedlint.data import dataclass
from seedlint.facts import (
    Attr,
    CallAt,
    Comp,
    Expr,
    Name,
    Spot,
    inner_parts,
)
from seedlint.flow import Flow
from seedlint.names import Names
from seedlint.units import Units
from seedlint.values import At, Called, Local, Made, Unknown

FILLING = frozenset({"add", "append", "appendleft", "extend", "insert"})


@dataclass(frozen=True, slots=True)
class Graph:
    """``calls`` are all that goes into what the call ``made`` of the unit makes, or its result."""

    made: int | None
    calls: frozenset[int]


class Graphs:
    """Answers for one project; remembers what it has worked out."""

    def __init__(self, names: Names, units: Units) -> None:
        self._names = names
        self._units = units
        self._known: dict[Local, tuple[Graph, ...]] = {}

    def of(self, unit: Local) -> tuple[Graph, ...]:
        """The models that ``unit`` makes itself, and the tensors that it gives."""
        if unit not in self._known:
            self._known[unit] = tuple(self._find(unit))
        return self._known[unit]

    def _find(self, unit: Local) -> Iterator[Graph]:
        calls = self._units.calls_in(unit)
        slicer = _Slicer(self._names.modules.flow(unit.module), calls)
        for call in calls:
            if self._units.makes_model(unit.module, call):
                yield Graph(call, slicer.into_model(call))
        for expr, spot in self._names.modules.scope(unit).returns:
            found = self._names.values(expr, At(unit.module, spot))
            if any(_is_tensor(alt.value) for alt in found):
                yield Graph(None, slicer.into([(expr, spot)]))


def _is_tensor(value: object) -> bool:
    """Whether ``value`` is what a layer, called, has given."""
    match value:
        case Unknown(Called(Made())):
            return True
    return False


class _Slicer:
    """Finds what the value of an expression in one unit is made of, backwards from there."""

    def __init__(self, flow: Flow, calls: Iterable[int]) -> None:
        self._flow = flow
        self._fillings: dict[Expr, list[int]] = {}
        self._takers: dict[Expr, list[int]] = {}
        for index in calls:
            call = flow.facts.calls[index]
            if isinstance(call.func, Attr) and call.func.name in FILLING:
                self._fillings.setdefault(call.func.base, []).append(index)
            for argument in call.args:
                if isinstance(argument.value, Name | Attr):
                    self._takers.setdefault(argument.value, []).append(index)

    def into_model(self, call: int) -> frozenset[int]:
        """The calls that go into the model that ``call`` makes, then or later."""
        made = self._flow.facts.calls[call]
        pending = [(argument.value, made.spot) for argument in made.args]
        seen = {call}
        for name in self._flow.bound_to.get(call, ()):
            for index in (*self._fillings.get(name, ()), *self._takers.get(name, ())):
                spot = self._flow.facts.calls[index].spot
                if index != call and self._means(name, spot, call):
                    seen.add(index)
                    args = self._flow.facts.calls[index].args
                    pending += [(argument.value, spot) for argument in args]
        return self.into(pending) | seen

    def into(self, pending: list[tuple[Expr, Spot]]) -> frozenset[int]:
        """The calls that the values of ``pending`` are made of."""
        found: set[int] = set()
        seen: set[tuple[Expr, int]] = set()
        while pending:
            expr, spot = pending.pop()
            match expr:
                case CallAt(index):
                    if index not in found:
                        found.add(index)
                        call = self._flow.facts.calls[index]
                        pending.append((call.func, call.spot))
                        pending += [(argument.value, call.spot) for argument in call.args]
                case Name() | Attr():
                    for binding in self._sources(expr, spot):
                        if (expr, binding[1].order) not in seen:
                            seen.add((expr, binding[1].order))
                            pending.append(binding)
                    for index in self._fillings.get(expr, ()):
                        pending.append((CallAt(index), spot))
                    if isinstance(expr, Attr):
                        pending.append((expr.base, spot))
                case Comp(elt, inside):
                    pending.append((elt, inside))
                case _:
                    pending += [(inner, spot) for inner in inner_parts(expr)]
        return frozenset(found)

    def _means(self, name: Expr, spot: Spot, call: int) -> bool:
        return any(value == CallAt(call) for value, _ in self._sources(name, spot))

    def _sources(self, expr: Expr, spot: Spot) -> Iterator[tuple[Expr, Spot]]:
        """What the name, or attribute of ``self``, may be bound to at ``spot``."""
        facts = self._flow.facts
        match expr:
            case Name(name):
                scope = spot.scope
                use: Spot | None = spot
                while scope >= 0:
                    bindings = self._flow.bindings.get((scope, name))
                    if bindings:
                        body = facts.scopes[scope].body
                        for reach in self._flow.reaching(bindings, use, body):
                            yield reach.binding.value, reach.binding.spot
                        return
                    scope = facts.scopes[scope].parent
            case Attr(Name("self"), name):
                cls = self._flow.class_of(spot.scope)
                for binding in () if cls is None else self._flow.attributes.get((cls, name), ()):
                    yield binding.value, binding.spot
