"""Which layers one run puts into one model with equal seeds, and which it builds repeatedly."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from seedlint.data import dataclass, replace
from seedlint.facts import BlockKind, Leaves, Seq
from seedlint.flow import Test
from seedlint.graphs import Graphs
from seedlint.identity import Identities, Identity, Key
from seedlint.layers import Edge, Layer, Rates, passed
from seedlint.model import Span
from seedlint.names import Names
from seedlint.units import Units
from seedlint.values import ABSENT, Api, At, Display, Given, Local, Made, Value, const

# How many layers with one seed a caller is followed with, and each further one is compared with,
# and how many calls up.
MAX_EQUAL = 16
MAX_CALLS_UP = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A call in ``module``, at ``span``."""

    module: str
    call: int
    span: Span


@dataclass(frozen=True, slots=True)
class Repeat:
    """``layer`` is built several times with one seed: in a loop, or by way of several ``calls``."""

    layer: Layer
    calls: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Equal:
    """``layer`` has the seed of ``first``, which is built before it into the same model.

    Where both are one layer, Keras builds it twice. ``at_other_turns`` says that both are in one
    loop, and their seeds meet at different turns.
    """

    layer: Layer
    first: Layer
    at_other_turns: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    """``layer`` is built when the call ``call`` of ``module`` is made, with these rates.

    It has the seed at the ``turn`` of the loops that count it, if one is meant. One ``by`` a call
    of a function is built inside of it, with the seed that the call gives.
    """

    layer: Layer
    identity: Identity
    module: str
    call: int
    at: At
    given: tuple[Given, ...]
    rates: Rates
    up: int = 0
    turn: int | None = None
    by: tuple[Local, Edge] | None = None

    @property
    def order(self) -> tuple[str, int]:
        return (self.module, self.at.spot.order)


_Called = tuple[str, int, str, int]
_OneSeed = tuple[str, Key]
_Built = tuple[Layer, str, int]


class CoBuilt:
    """Answers for one project: ``equal`` and ``repeated`` layers, in a fixed order.

    One that is ``wary`` takes no test inside a loop for one that picks a single turn, and reckons
    with other code that calls the methods which nothing in the project does.
    """

    def __init__(
        self,
        names: Names,
        units: Units,
        graphs: Graphs,
        identities: Identities,
        identified: Mapping[Layer, Identity],
        wary: bool = False,
    ) -> None:
        self._wary = wary
        self._names = names
        self._modules = names.modules
        self._units = units
        self._graphs = graphs
        self._identities = identities
        self._entries: dict[Local, dict[_OneSeed, dict[_Built, _Entry]]] = {}
        self._follow(identified)
        self.repeated: dict[Layer, Repeat] = {}
        self.equal: dict[Layer, Equal] = {}
        for unit in sorted(self._entries, key=lambda unit: (unit.module, unit.scope)):
            for entries in self._entries[unit].values():
                self._judge(unit, sorted(entries.values(), key=lambda entry: entry.order))

    # where layers are built, from their sites up

    def _follow(self, identified: Mapping[Layer, Identity]) -> None:
        pending: deque[tuple[Local, _Entry]] = deque()
        outer: dict[_Called, list[Layer]] = defaultdict(list)
        for layer, identity in identified.items():
            if layer.wrapper is not None and not (identity.anchors or identity.frames):
                outer[_called(layer.module, layer.call, layer)].append(layer)
        for layer, identity in identified.items():
            at = self._names.place(layer.module, layer.call)
            entry = _Entry(layer, identity, layer.module, layer.call, at, layer.given, layer.rates)
            unit = self._units.of(layer.module, at.spot)
            pending.extend((unit, one) for one in _at_turns(entry))
            pending.extend(self._inside(layer, identified, outer))
        while pending:
            unit, entry = pending.popleft()
            one_seed = (entry.layer.site.row.mask_kind, entry.identity.key)
            equals = self._entries.setdefault(unit, {}).setdefault(one_seed, {})
            place = (entry.layer, entry.module, entry.call)
            if place in equals or (entry.up and len(equals) >= MAX_EQUAL):
                continue
            equals[place] = entry
            if entry.up < MAX_CALLS_UP:
                pending.extend(self._outwards(unit, entry))

    def _inside(
        self, inner: Layer, known: Mapping[Layer, Identity], outer: Mapping[_Called, list[Layer]]
    ) -> Iterator[tuple[Local, _Entry]]:
        """The units that build ``inner`` with fixed seeds, which callers give to their parameters.

        What is built beside it may have such a seed without being told.
        """
        at = self._names.place(inner.module, inner.call)
        for function in known[inner].frames:
            for edge in self._units.calls_of(function):
                for layer in outer.get(_called(edge.module, edge.call, inner), ()):
                    place = (inner.module, inner.call, at, inner.given, inner.rates)
                    entry = _Entry(layer, known[layer], *place, by=(function, edge))
                    for one in _at_turns(entry):
                        yield self._units.of(inner.module, at.spot), one

    def _outwards(self, unit: Local, entry: _Entry) -> Iterator[tuple[Local, _Entry]]:
        """The units that build ``entry`` by way of ``unit``."""
        unseen = self._units.unseen_of(unit) if self._wary else ()
        for cls in (*self._units.classes_of(unit), *unseen):
            yield cls, replace(entry, up=entry.up + 1)
        # What was evaluated in one run of the unit is another one in the next.
        ends = entry.by is not None or unit in entry.identity.frames
        found = () if ends else [self._by(unit, edge, entry) for edge in self._units.callers(unit)]
        for outer in filter(None, found):
            # What drops nothing today, or is not built for that, is one rate away from dropping.
            if self._wary or replace(entry.layer, rates=outer.rates).drops:
                yield self._units.of(outer.module, outer.at.spot), outer

    def _by(self, unit: Local, edge: Edge, entry: _Entry) -> _Entry | None:
        """``entry`` as the call ``edge`` of ``unit`` builds it, if it does with the same seed."""
        at = self._names.place(edge.module, edge.call)
        arguments = self._units.arguments(edge)
        calls = dict.fromkeys((unit, *self._set_up(unit)), arguments)
        given = self._names.calls.settled(self._tests(entry), calls)
        if given is None or not self._identities.is_visible(entry.identity, at):
            return None
        return replace(
            entry,
            module=edge.module,
            call=edge.call,
            at=at,
            given=tuple(dict.fromkeys(given + self._names.guards(at))),
            rates=passed(entry.rates, self._names, calls),
            up=entry.up + 1,
        )

    def _tests(self, entry: _Entry) -> Sequence[Given]:
        """What has to hold of parameters for ``entry`` to be built."""
        if not self._wary:
            return entry.given
        rates = {alt.value for _, found in entry.rates for alt in found}
        return [given for given in entry.given if given.param not in rates]

    def _set_up(self, unit: Local) -> Sequence[Local]:
        """The function to whose parameters a call of ``unit`` passes, if that is a class."""
        if not self._modules.is_class(unit):
            return ()
        found = self._names.classes.method(self._names.classes.lineage(unit), "__init__")
        return () if found is None else found[:1]

    # what one unit builds with one seed

    def _judge(self, unit: Local, entries: Sequence[_Entry]) -> None:
        before: dict[Layer, list[_Entry]] = defaultdict(list)
        for index, entry in enumerate(entries):
            turns = entry.by is None and next(self._turns(unit, entry), None) is not None
            if entry.layer not in self.repeated and turns:
                self.repeated[entry.layer] = Repeat(entry.layer, (self._place(entry),))
            same = before[entry.layer]
            for first in (*entries[: min(index, MAX_EQUAL)], *same[:MAX_EQUAL]):
                if self._is_together(unit, first, entry):
                    self._note(first, entry)
            same.append(entry)

    def _note(self, first: _Entry, second: _Entry) -> None:
        if first.by is not None:
            first, second = second, first
        layer = second.layer
        if first.layer == layer:
            calls = (self._place(first), self._place(second))
            self.repeated.setdefault(layer, Repeat(layer, calls))
        elif (first.layer.module, first.layer.span) != (layer.module, layer.span):
            known = self.equal.get(first.layer)
            if known is None or known.first != layer:
                meets = Equal(layer, first.layer, not _in_one_turn(first, second))
                self.equal.setdefault(layer, meets)

    def _place(self, entry: _Entry) -> Place:
        return Place(entry.module, entry.call, self._modules.call(entry.module, entry.call).span)

    def _is_together(self, unit: Local, first: _Entry, second: _Entry) -> bool:
        """Whether one run of ``unit`` puts both into one model."""
        if (first.module, first.call) == (second.module, second.call):
            return False
        if not self._is_within(unit, first, second):
            return False
        if not (_in_one_turn(first, second) or self._share_turns(unit, first, second)):
            return False
        if self._is_passed_on(first, second) or self._is_passed_on(second, first):
            return False
        if _contradict(first.given, second.given) or self._are_arms(first.layer, second.layer):
            return False
        if first.module == second.module:
            flow = self._modules.flow(first.module)
            if flow.exclude(first.at.spot, second.at.spot):
                return False
        return self._modules.is_class(unit) or self._is_joined(unit, first.call, second.call)

    def _is_within(self, unit: Local, first: _Entry, second: _Entry) -> bool:
        """Whether, if one of them is built by a call from outside, the other one may be too."""
        match first.by, second.by:
            case None, None:
                return True
            case (function, edge), None:
                pass
            case None, (function, edge):
                pass
            case _:
                return False
        calls = {function: self._units.arguments(edge)}
        is_open = self._names.calls.settled((*first.given, *second.given), calls) is not None
        return is_open and first.layer != second.layer

    def _are_arms(self, first: Layer, second: Layer) -> bool:
        """Whether their sites exclude each other by a test that no call is known to settle.

        Whoever builds one by a call may well have the same one built by the next.
        """
        one, other = (self._names.place(x.site.module, x.site.call) for x in (first, second))
        is_settled = self._names.guards(one) and self._names.guards(other)
        if self._wary or one.module != other.module or is_settled:
            return False
        return self._modules.flow(one.module).exclude(one.spot, other.spot)

    def _is_passed_on(self, inner: _Entry, outer: _Entry) -> bool:
        """Whether ``inner`` has its seed of the turn before, and ``outer`` that of the last one.

        A loop around ``inner`` alone sets what both take the seed from, and does so behind it.
        """
        for at in inner.identity.anchors:
            if at.module == inner.module == outer.module:
                flow = self._modules.flow(at.module)
                around = {*flow.enclosing(inner.at.spot.block)}
                loops = around - {*flow.enclosing(outer.at.spot.block)}
                is_behind = inner.at.spot.order < at.spot.order
                if is_behind and flow.share_loop(at.spot.block, frozenset(loops)):
                    return True
        return False

    def _share_turns(self, unit: Local, first: _Entry, second: _Entry) -> bool:
        """Whether the turns of the loops that count both, all of ``unit``, are of one model.

        What draws by itself may do so at each turn for another step.
        """
        if any(entry.layer.site.row.draws != "layer" for entry in (first, second)):
            return False
        flow = self._modules.flow(unit.module)
        loops = {
            (self._units.of(at.module, at.spot), flow.loop_of(at.spot))
            for at in {*first.identity.counted} & {*second.identity.counted}
        }
        return all(
            unit == around
            and loop is not None
            and (self._in_keras_class(unit) or self._goes_on(unit, first.call, second.call, loop))
            for around, loop in loops
        )

    def _is_joined(self, unit: Local, first: int, second: int) -> bool:
        """Whether what two calls of ``unit`` build goes into one model."""
        if self._in_keras_class(unit):
            return True
        graphs = self._graphs.of(unit)
        if any(graph.calls.union((graph.made,)) >= {first, second} for graph in graphs):
            return True
        if any(self._is_closed(unit, call) for call in (first, second)):
            return False
        models = [graph for graph in graphs if graph.made is not None]
        used = [any(call in graph.calls for graph in models) for call in (first, second)]
        return not any(used) or (len(models) == 1 and not all(used))

    def _in_keras_class(self, unit: Local) -> bool:
        cls = self._modules.flow(unit.module).class_of(unit.scope)
        return cls is not None and self._units.is_keras_class(Local(unit.module, cls))

    # loops

    def turning(self, layer: Layer) -> tuple[int, ...]:
        """The loops around ``layer`` in its function that build it at each turn into one model.

        They are blocks of its module, from the inside out; its seed counts as fixed.
        """
        at = self._names.place(layer.module, layer.call)
        entry = _Entry(layer, Identity(()), layer.module, layer.call, at, layer.given, layer.rates)
        return tuple(self._turns(self._units.of(layer.module, at.spot), entry))

    def _turns(self, unit: Local, entry: _Entry) -> Iterator[int]:
        """The loops of ``unit`` that build ``entry`` at each turn into the same model."""
        if self._modules.is_class(unit):
            return
        flow = self._modules.flow(entry.module)
        if unit.scope == 0 and entry.layer.site.row.draws == "op":
            return
        body = flow.facts.scopes[unit.scope].body
        inside: list[int] = []
        left = False
        for block in flow.enclosing(entry.at.spot.block):
            known = flow.facts.blocks[block]
            if block == body or known.leaves is Leaves.FUNCTION:
                return
            left = left or known.leaves is Leaves.LOOP
            if known.kind is BlockKind.LOOP:
                if not left and self._repeats(unit, entry, block, inside):
                    yield block
                left = False
            inside.append(block)

    def _repeats(self, unit: Local, entry: _Entry, loop: int, inside: Sequence[int]) -> bool:
        flow = self._modules.flow(entry.module)
        if entry.identity.varies(entry.module, loop, flow) or self._runs_once(entry.module, loop):
            return False
        if not self._wary and self._is_one_turn(entry, loop, inside):
            return False
        return self._stays_open(unit, entry.call, loop)

    def _is_one_turn(self, entry: _Entry, loop: int, inside: Sequence[int]) -> bool:
        """Whether a test inside ``loop`` of what changes there picks the turns that build it."""
        flow = self._modules.flow(entry.module)
        arms = [flow.facts.blocks[block] for block in inside]
        if any(arm.kind is BlockKind.MATCH for arm in arms):
            return True
        return any(
            condition.holds == (condition.kind != "true") and flow.changes(subject, loop)
            for arm in arms
            if arm.kind is BlockKind.IF and arm.test is not None
            for subject, condition in flow.conditions(Test(arm.test, arm.holds))
        )

    def _runs_once(self, module: str, loop: int) -> bool:
        """Whether ``loop`` is known to have one turn at most."""
        found = {
            alt.value
            for binding in self._modules.flow(module).targets.get(loop, ())
            for alt in self._names.values(binding.value, At(module, binding.spot))
        }
        return bool(found) and all(map(self._is_single, found))

    def _is_single(self, value: Value) -> bool:
        match value:
            case Display(Seq(items)):
                return len(items) < 2
            case Made(Api("builtins.range") as by, module, int() as call):
                arguments = self._names.calls.arguments(module, call, by)
                first, second = (
                    self._names.calls.argument(arguments, None, place) for place in (0, 1)
                )
                return second == ABSENT and first == const(1)
        return False

    def _stays_open(self, unit: Local, call: int, loop: int) -> bool:
        """Whether the turns of ``loop`` build into one model, rather than each into its own."""
        if self._in_keras_class(unit):
            return True
        flow = self._modules.flow(unit.module)
        graphs = [graph for graph in self._graphs.of(unit) if call in graph.calls]
        outside = [
            graph
            for graph in graphs
            if graph.made is None or loop not in flow.enclosing(self._block(unit, graph.made))
        ]
        return bool(outside) or not (graphs or self._is_closed(unit, call))

    def _is_closed(self, unit: Local, call: int) -> bool:
        """Whether what the call builds is a model of its own, as far as it can be told."""
        if self._wary:
            return self._graphs.is_apart(unit.module, call)
        return self._units.is_closed(unit.module, call)

    def _goes_on(self, unit: Local, first: int, second: int, loop: int) -> bool:
        """Whether all turns of ``loop`` are seen to build what two calls do into one model."""
        flow = self._modules.flow(unit.module)
        return any(
            first in graph.calls
            and second in graph.calls
            and (graph.made is None or loop not in flow.enclosing(self._block(unit, graph.made)))
            for graph in self._graphs.of(unit)
        )

    def _block(self, unit: Local, call: int) -> int:
        return self._modules.call(unit.module, call).spot.block


def _called(module: str, call: int, layer: Layer) -> _Called:
    """The call ``call``, as one that builds ``layer``."""
    return module, call, layer.site.module, layer.site.call


def _at_turns(entry: _Entry) -> Iterator[_Entry]:
    """``entry``, and what it is at each turn of the loops that count its seed."""
    yield entry
    for turn, key in enumerate(entry.identity.turns):
        yield replace(entry, identity=replace(entry.identity, key=key), turn=turn)


def _in_one_turn(first: _Entry, second: _Entry) -> bool:
    """Whether no loop that counts both is at different turns."""
    if first.turn is None or second.turn is None or first.turn == second.turn:
        return True
    return not {*first.identity.counted} & {*second.identity.counted}


def _contradict(first: Iterable[Given], second: Iterable[Given]) -> bool:
    """Whether no run meets both conditions."""
    return any(
        one.param == other.param and one.condition.excludes(other.condition)
        for one in first
        for other in second
    )


def equal_in(scope: str, identified: Mapping[Layer, Identity]) -> Iterator[Equal]:
    """The layers with the constant seed of another one before it in its file, or in the project."""
    first: dict[tuple[object, ...], Layer] = {}
    for layer, identity in identified.items():
        if identity.is_constant:
            where = layer.module if scope == "file" else ""
            key = (where, layer.site.row.mask_kind, identity.key)
            known = first.setdefault(key, layer)
            if (known.module, known.span) != (layer.module, layer.span):
                yield Equal(layer, known)
