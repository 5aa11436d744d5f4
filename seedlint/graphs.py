"""What goes into one model: the calls that it, or a tensor that a function gives, is made of."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import zip_longest

from seedlint.data import dataclass
from seedlint.facts import (
    Argument,
    Attr,
    CallAt,
    Comp,
    Expr,
    Name,
    ParamOf,
    Spot,
    inner_parts,
    mentions,
)
from seedlint.flow import Flow
from seedlint.names import Names
from seedlint.units import Units
from seedlint.values import Api, At, Called, Local, Made, Method, Partial, Unknown

_Parts = tuple[frozenset[int], frozenset[str]]
"""Calls of a function, and parameters of it."""

FILLING = frozenset({"add", "append", "appendleft", "extend", "insert"})


@dataclass(frozen=True, slots=True)
class Graph:
    """``calls`` are all that goes into what the call ``made`` of the unit makes, or its result.

    So does what it is given for ``params``.
    """

    made: int | None
    calls: frozenset[int]
    params: frozenset[str] = frozenset()


class Graphs:
    """Answers for one project; remembers what it has worked out."""

    def __init__(self, names: Names, units: Units) -> None:
        self._names = names
        self._units = units
        self._known: dict[Local, tuple[Graph, ...]] = {}
        self._parts: dict[Local, frozenset[int]] = {}
        self._apart: dict[Local, bool] = {}
        self._filled: dict[tuple[Local, str], bool] = {}

    def of(self, unit: Local) -> tuple[Graph, ...]:
        """The models that ``unit`` makes itself, and the tensors that it gives."""
        if unit not in self._known:
            # Functions that call each other join no more than each of them does.
            self._known[unit] = ()
            self._known[unit] = tuple(self._find(unit))
        return self._known[unit]

    def parts(self, unit: Local) -> frozenset[int]:
        """The calls whose results, models too, go into what ``unit`` gives and is no model."""
        if unit not in self._parts:
            slicer = self._slicer(unit)
            found: set[int] = set()
            pending = slicer.outermost(self._names.modules.scope(unit).returns)
            while pending:
                call = pending.pop()
                if self._wraps(unit.module, call):
                    inner = slicer.outermost(slicer.taken(call)) - found
                    found |= inner
                    pending |= inner
            self._parts[unit] = frozenset(found)
        return self._parts[unit]

    def is_apart(self, module: str, call: int) -> bool:
        """Whether the call builds a model of its own, no mere part of what it gives."""
        return self._units.makes_model(module, call) or any(
            self.makes_apart(callee) for callee in self._units.makers(module, call)
        )

    def makes_apart(self, unit: Local) -> bool:
        """Whether the maker ``unit`` gives a model itself, not only layers that hold one."""
        if self._names.modules.is_class(unit):
            return True
        if unit not in self._apart:
            self._apart[unit] = False
            calls = self._units.calls_in(unit)
            models = {call for call in calls if self.is_apart(unit.module, call)}
            # It takes far longer to tell what is a part of something.
            self._apart[unit] = bool(models) and not models <= self.parts(unit)
        return self._apart[unit]

    def _wraps(self, module: str, call: int) -> bool:
        """Whether ``call`` may make a layer or a tensor of the models that it is given."""
        callees = [alt.value for alt in self._names.callees(module, call)]
        if self._is_model(module, call) or any(map(_is_standard, callees)):
            return False
        is_read = any(isinstance(callee, Local | Method | Partial) for callee in callees)
        for alt in self._names.values(CallAt(call), self._names.place(module, call)):
            match alt.value:
                case Made(by, call=int()):
                    if not self._units.gives_model(by):
                        return True
                case value:
                    if not is_read or _is_tensor(value):
                        return True
        return False

    def _is_model(self, module: str, call: int) -> bool:
        return self._units.makes_model(module, call) or self._units.is_closed(module, call)

    def _slicer(self, unit: Local) -> _Slicer:
        return _Slicer(self._names.modules.flow(unit.module), self._units.calls_in(unit))

    def _find(self, unit: Local) -> Iterator[Graph]:
        calls = self._units.calls_in(unit)
        slicer = self._slicer(unit)
        for call in calls:
            if self._units.makes_model(unit.module, call):
                yield Graph(call, *slicer.into_model(call, partial(self._may_fill, unit.module)))
            elif joined := list(self._joined(unit.module, call)):
                yield Graph(call, *slicer.into(joined))
        for expr, spot in self._names.modules.scope(unit).returns:
            found = self._names.values(expr, At(unit.module, spot))
            if any(_is_tensor(alt.value) for alt in found):
                yield Graph(None, *slicer.into([(expr, spot)]))

    def _joined(self, module: str, call: int) -> Iterator[tuple[Expr, Spot]]:
        """What the call gives to a function, or a layer, that makes one model of it."""
        known = self._names.modules.call(module, call)
        for maker in self._units.makers(module, call):
            if not self._names.modules.is_class(maker):
                taken = self._taken(maker, known.args)
            else:
                taken = known.args if self._units.is_keras_class(maker) else ()
            yield from ((argument.value, known.spot) for argument in taken)

    def _taken(self, maker: Local, args: Sequence[Argument]) -> Iterable[Argument]:
        """Those of ``args`` of which the function ``maker`` makes models."""
        models = (graph.params for graph in self.of(maker) if graph.made is not None)
        params = frozenset(["*", "**"]).union(*models)
        if len(params) == 2:
            return ()
        return (argument for argument, name in self._given(maker, args) if name in params)

    def _given(
        self, function: Local, args: Sequence[Argument]
    ) -> Iterator[tuple[Argument, str | None]]:
        """``args`` with the parameters of ``function`` to which they go, or their stars."""
        names = self._positional(function)[: len(args)]
        for argument, name in zip_longest(args, names):
            yield argument, argument.name or argument.star or name

    def _may_fill(self, module: str, call: int, model: Expr) -> bool:
        """Whether the call, which is given ``model``, may add to it: what makes one may not."""
        makers = tuple(self._units.makers(module, call))
        return not makers or any(
            self._names.modules.is_class(maker) or self._hands_on(module, call, model, maker)
            for maker in makers
        )

    def _hands_on(self, module: str, call: int, model: Expr, function: Local) -> bool:
        """Whether the call gives ``model`` to ``function`` as a parameter that this adds to."""
        args = self._names.modules.call(module, call).args
        return any(
            argument.value == model and name is not None and self._fills(function, name)
            for argument, name in self._given(function, args)
        )

    def _fills(self, function: Local, param: str) -> bool:
        """Whether ``function`` is seen to add to what it is given as ``param``."""
        if (function, param) not in self._filled:
            self._filled[function, param] = False
            self._filled[function, param] = any(
                self._fills_by(function.module, call, Name(param))
                for call in self._units.calls_in(function)
            )
        return self._filled[function, param]

    def _fills_by(self, module: str, call: int, model: Expr) -> bool:
        func = self._names.modules.call(module, call).func
        if isinstance(func, Attr) and func.name in FILLING:
            return mentions(func.base, model)
        callees = self._units.callees.get((module, call), ())
        functions = [c.function if isinstance(c, Method) else c for c in callees]
        return any(
            self._hands_on(module, call, model, function)
            for function in functions
            if isinstance(function, Local) and not self._names.modules.is_class(function)
        )

    def _positional(self, function: Local) -> list[str]:
        """The parameters of ``function`` that a call gives by their places, if it is one."""
        modules = self._names.modules
        is_bound = modules.room(function) != function
        if "staticmethod" in modules.decorators(function):
            is_bound = False
        return [param.name for param in modules.scope(function).params][is_bound:]


def _is_standard(callee: object) -> bool:
    """Whether ``callee`` is of Python's own library, which knows of no layers."""
    return isinstance(callee, Api) and callee.path.partition(".")[0] in sys.stdlib_module_names


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

    def into_model(self, call: int, may_fill: Callable[[int, Expr], bool]) -> _Parts:
        """The calls that go into the model that ``call`` makes, then or later.

        A call that is given it counts if it ``may_fill`` it.
        """
        made = self._flow.facts.calls[call]
        pending = [(argument.value, made.spot) for argument in made.args]
        seen = {call}
        for name in self._flow.bound_to.get(call, ()):
            takers = (index for index in self._takers.get(name, ()) if may_fill(index, name))
            for index in (*self._fillings.get(name, ()), *takers):
                spot = self._flow.facts.calls[index].spot
                if index != call and self._means(name, spot, call):
                    seen.add(index)
                    args = self._flow.facts.calls[index].args
                    pending += [(argument.value, spot) for argument in args]
        calls, params = self.into(pending)
        return calls | seen, params

    def into(self, pending: list[tuple[Expr, Spot]]) -> _Parts:
        """The calls that the values of ``pending`` are made of."""
        found: set[int] = set()
        params: set[str] = set()
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
                case ParamOf(name):
                    params.add(name)
                case _:
                    pending += [(inner, spot) for inner in inner_parts(expr)]
        return frozenset(found), frozenset(params)

    def taken(self, call: int) -> list[tuple[Expr, Spot]]:
        """What ``call`` is given, and what is called, unless that is a method."""
        made = self._flow.facts.calls[call]
        is_method = isinstance(made.func, Attr) and made.func.base != Name("self")
        called = [] if is_method else [(made.func, made.spot)]
        return called + [(argument.value, made.spot) for argument in made.args]

    def outermost(self, given: Iterable[tuple[Expr, Spot]]) -> set[int]:
        """The calls that the values of ``given`` are, or hold, but not what these are given."""
        found: set[int] = set()
        seen: set[tuple[Expr, int]] = set()
        pending = list(given)
        while pending:
            expr, spot = pending.pop()
            match expr:
                case CallAt(index):
                    found.add(index)
                case Name() | Attr():
                    for binding in self._sources(expr, spot):
                        if (expr, binding[1].order) not in seen:
                            seen.add((expr, binding[1].order))
                            pending.append(binding)
                case Comp(elt, inside):
                    pending.append((elt, inside))
                case _:
                    pending += [(inner, spot) for inner in inner_parts(expr)]
        return found

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
