"""How often one place builds a layer while one model is built.

The answer for a layer without a seed is that for a layer with a fixed one: would it be repeated?
And whether that can be told: who else builds it may not be in the project.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property

from seedlint.callees import SELF, UNTOLD
from seedlint.calls import TRANSPARENT
from seedlint.cobuilt import CoBuilt
from seedlint.data import dataclass, replace
from seedlint.facts import (
    Attr,
    Def,
    Either,
    Expr,
    Literal,
    Name,
    ScopeKind,
    Seq,
    Table,
    inner_parts,
)
from seedlint.graphs import Graphs
from seedlint.identity import Identities, Identity
from seedlint.layers import Edge, Layer, Layers
from seedlint.names import Names
from seedlint.units import KEEPING, Units
from seedlint.values import Api, At, Local, Method, Partial, Unknown

# What calls the function that it is given for each of many things.
CALLING = frozenset({Api("builtins.map"), Api("functools.reduce"), Api("itertools.starmap")})
PROPERTIES = frozenset({"cached_property", "property"})


class Doubt(str, Enum):
    """Why it cannot be told how often a place runs; what is graver comes later."""

    NONE = ""
    UNCALLED = "nothing in the project calls the function"
    UNTOLD = "a call of what cannot be told may run the method"
    LIBRARY = "nothing in the project builds the layer"
    UNREAD = "files that were not read may call the function"
    HANDED_ON = "the function is handed to other code"
    RECURSIVE = "the function calls itself"


@dataclass(frozen=True, slots=True)
class Runs:
    """``loops`` are the blocks of the loops around a place that build into one model, inside out.

    ``many`` says that the function around it runs several times for one model, as far as was asked.
    """

    loops: tuple[int, ...]
    many: bool
    doubt: Doubt


class Multiplicity:
    """Answers for one project.

    ``may_be_called`` says of a name in a file whether one that was not read may call it.
    """

    def __init__(
        self,
        names: Names,
        layers: Layers,
        units: Units,
        graphs: Graphs,
        identities: Identities,
        may_be_called: Callable[[str, str], bool],
    ) -> None:
        self._names = names
        self._modules = names.modules
        self._layers = layers
        self._units = units
        self._graphs = graphs
        self._identities = identities
        self._may_be_called = may_be_called
        self._recursive: dict[Local, bool] = {}

    def of(self, layer: Layer, hopeless: Collection[Doubt] = ()) -> Runs:
        """How often the place of ``layer`` runs; no more is asked where that is ``hopeless``."""
        at = self._names.place(layer.module, layer.call)
        loops = self._bare.turning(layer)
        doubt = self._doubt(self._units.of(layer.module, at.spot), layer.call)
        return Runs(loops, doubt not in hopeless and self._is_many(layer, at, loops), doubt)

    def _is_many(self, layer: Layer, at: At, loops: Sequence[int]) -> bool:
        # As if it changed at each turn of the loops around it: what is left comes from elsewhere.
        spot = replace(at.spot, block=loops[0]) if loops else None
        anchors = () if spot is None else (At(layer.module, spot),)
        known = {layer: Identity(("fixed",), anchors)}
        return layer in self._joined(known).repeated

    def inside(self, layer: Layer) -> tuple[int, ...]:
        """The loops around the site of ``layer``, which is the call of a wrapper."""
        site = layer.site
        return self._bare.turning(
            replace(layer, module=site.module, call=site.call, given=(), wrapper=None)
        )

    @cached_property
    def _bare(self) -> CoBuilt:
        """What tells of loops, which does not depend on any layer that is known."""
        return self._joined({})

    def _joined(self, known: dict[Layer, Identity]) -> CoBuilt:
        return CoBuilt(self._names, self._units, self._graphs, self._identities, known, wary=True)

    def _doubt(self, unit: Local, call: int) -> Doubt:
        """Whether it may run for a model that is not seen: the call ``call`` of ``unit``."""
        doubts: list[Doubt] = []
        seen: set[Local] = set()
        # Not by recursion: nobody knows how many helpers call each other.
        pending = [(unit, call)]
        while pending:
            unit, call = pending.pop()
            if unit in seen or unit.scope == 0:
                continue
            seen.add(unit)
            found = self._doubt_or_users(unit, call)
            if isinstance(found, Doubt):
                doubts.append(found)
                hidden = self._units.unseen_of(unit)
                found = [(cls, call) for cls in hidden if self._units.is_keras_class(cls)]
            if self._is_called_unseen(unit) and not self._is_closed(unit, call):
                doubts.append(Doubt.UNTOLD)
            pending += reversed(found)
        return _worst(doubts)

    def _doubt_or_users(self, unit: Local, call: int) -> Doubt | list[tuple[Local, int]]:
        """The doubt about the call ``call`` of ``unit`` itself, else the calls that decide."""
        if self._is_recursive(unit):
            return Doubt.RECURSIVE
        if self._is_closed(unit, call):
            users, makers = self._users_of_model(unit)
            return Doubt.HANDED_ON if self._is_handed_on_twice(makers) else users
        if self._may_be_called(unit.module, self._modules.called_as(unit)):
            return Doubt.UNREAD
        edges = self._units.callers(unit)
        if self._modules.is_class(unit):
            if not edges:
                return Doubt.NONE if self._units.is_model(unit) else Doubt.LIBRARY
            return [self._user(edge) for edge in edges]
        classes = self._units.classes_of(unit)
        if self._is_read(unit):
            return Doubt.HANDED_ON
        if not edges and not classes:
            return self._doubt_uncalled(unit)
        if self._is_handed_on(unit):
            return Doubt.HANDED_ON
        built = [cls for cls in classes if self._units.callers(cls)] or classes
        return [*((cls, call) for cls in built), *map(self._user, edges)]

    def _users_of_model(self, unit: Local) -> tuple[list[tuple[Local, int]], set[Local]]:
        """Who makes a part of something else of the models that ``unit`` makes.

        And the functions that give such models.
        """
        found: list[tuple[Local, int]] = []
        seen = {unit}
        pending = [unit]
        while pending:
            for edge in self._units.callers(pending.pop()):
                user = self._user(edge)
                if not self._is_closed(*user):
                    found.append(user)
                elif user[0] not in seen:
                    seen.add(user[0])
                    pending.append(user[0])
        return found, seen

    def _is_handed_on_twice(self, makers: Iterable[Local]) -> bool:
        """Whether other code is given several ways to the models of one maker: it may join them."""
        places = [at for maker in makers for at in self._places(maker, self._arguments)]
        return len(set(places)) < len(places)

    def _user(self, edge: Edge) -> tuple[Local, int]:
        spot = self._modules.call(edge.module, edge.call).spot
        return self._units.of(edge.module, spot), edge.call

    def _doubt_uncalled(self, unit: Local) -> Doubt:
        """A function that nothing calls may be a whole program, or a part for others to use."""
        scope = self._modules.scope(unit)
        words = self._modules.decorators(unit)
        gives = any(expr != Literal(None) for expr, _ in scope.returns) or scope.yields
        # What sets up an instance gives that.
        gives = gives or self._modules.called_as(unit) != scope.name
        if words & KEEPING:
            # One result for each argument.
            return Doubt.HANDED_ON if scope.params else Doubt.NONE
        if not gives or scope.name.startswith("test"):
            return Doubt.NONE
        is_plain = scope.kind is ScopeKind.FUNCTION and all(map(TRANSPARENT.fullmatch, words))
        if is_plain and not self._is_handed_on(unit) and not self._is_among(unit, self._stored):
            return Doubt.UNCALLED
        return Doubt.HANDED_ON

    def _is_closed(self, unit: Local, call: int) -> bool:
        """Whether each run of ``unit`` makes a model of its own out of what ``call`` builds."""
        if self._modules.is_class(unit) or self._units.classes_of(unit):
            return False
        graphs = [graph for graph in self._graphs.of(unit) if call in graph.calls]
        made = {graph.made for graph in graphs} - {None}
        if not made and not graphs and self._graphs.makes_apart(unit):
            made.add(call)
        return bool(made) and made.isdisjoint(self._graphs.parts(unit))

    def _is_recursive(self, unit: Local) -> bool:
        """Whether ``unit`` runs itself, by whatever way."""
        if unit not in self._recursive:
            found: set[Local] = set()
            pending = [unit]
            while pending:
                for edge in self._units.callers(pending.pop()):
                    spot = self._modules.call(edge.module, edge.call).spot
                    caller = self._units.of(edge.module, spot)
                    if caller not in found:
                        found.add(caller)
                        pending.append(caller)
            self._recursive[unit] = unit in found
        return self._recursive[unit]

    # functions that are not only called

    def _is_read(self, unit: Local) -> bool:
        """Whether ``unit`` runs where an attribute is read, which is no call."""
        return bool(self._modules.decorators(unit) & PROPERTIES)

    def _is_called_unseen(self, unit: Local) -> bool:
        """Whether ``unit`` may be the method that is called of something that cannot be told."""
        is_method = self._modules.room(unit) != unit and not self._units.classes_of(unit)
        return is_method and self._modules.scope(unit).name in self._untold

    @cached_property
    def _untold(self) -> frozenset[str]:
        """The names of the methods of what cannot be told that the project calls."""
        funcs = [
            self._modules.call(path, index).func
            for path, index, callees in self._layers.calls
            if callees is not UNTOLD and any(isinstance(callee, Unknown) for callee in callees)
        ]
        return frozenset(
            func.name for func in funcs if isinstance(func, Attr) and func.base != SELF
        )

    def _is_handed_on(self, unit: Local) -> bool:
        """Whether ``unit`` is an argument of what is not in the project, which may call it."""
        return self._is_among(unit, self._arguments)

    def _is_among(self, unit: Local, places: Mapping[str, Sequence[tuple[Expr, At]]]) -> bool:
        return next(self._places(unit, places), None) is not None

    def _places(self, unit: Local, places: Mapping[str, Sequence[tuple[Expr, At]]]) -> Iterator[At]:
        """Where ``unit`` stands among ``places``."""
        for expr, at in places.get(self._modules.scope(unit).name, ()):
            if any(alt.value == unit for alt in self._names.values(expr, at)):
                yield at

    @cached_property
    def _arguments(self) -> dict[str, list[tuple[Expr, At]]]:
        """What calls of outside functions are given, by its last word.

        Twice, if these certainly call it repeatedly.
        """
        found: dict[str, list[tuple[Expr, At]]] = defaultdict(list)
        for path, index, callees in self._layers.calls:
            if not any(isinstance(callee, Local | Method | Partial) for callee in callees):
                call = self._modules.call(path, index)
                if Api("functools.partial") not in callees:
                    at = At(path, call.spot)
                    times = 1 if CALLING.isdisjoint(callees) else 2
                    for arg in call.args:
                        if not isinstance(arg.value, Literal):
                            for expr, word in self._functions(path, arg.value):
                                found[word] += [(expr, at)] * times
        return found

    @cached_property
    def _stored(self) -> dict[str, list[tuple[Expr, At]]]:
        """What is stored or given by functions, likewise: who calls it cannot be told."""
        found: dict[str, list[tuple[Expr, At]]] = defaultdict(list)
        for path in self._modules.paths:
            facts = self._modules.flow(path).facts
            kept = [(b.value, b.spot) for b in (*facts.bindings, *facts.attributes)]
            given = [place for scope in facts.scopes for place in scope.returns]
            for value, spot in (*kept, *given):
                for expr, word in self._functions(path, value):
                    if not isinstance(expr, Def):
                        found[word].append((expr, At(path, spot)))
        return found

    def _functions(self, path: str, expr: Expr) -> Iterator[tuple[Expr, str]]:
        """The parts of ``expr`` that may be functions, and what these would be called."""
        match expr:
            case Name(word) | Attr(_, word):
                yield expr, word
            case Def(scope):
                yield expr, self._modules.scope(Local(path, scope)).name
            case Seq() | Table() | Either():
                for part in inner_parts(expr):
                    yield from self._functions(path, part)


def _worst(doubts: Sequence[Doubt]) -> Doubt:
    """The gravest of ``doubts``."""
    return max(doubts, key=list(Doubt).index, default=Doubt.NONE)
