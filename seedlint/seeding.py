"""Which seed each layer can be given, so that no two layers of one model get the same.

A place that runs once gets a seed of its own, one in a loop another one at each turn. Where a
function or a layer is built many times it takes the seed from those who call it, and so on outwards
until a place is reached that runs once.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from enum import Enum
from itertools import permutations

from seedlint import refusals
from seedlint.calls import TRANSPARENT
from seedlint.data import dataclass, replace
from seedlint.facts import Attr, CallAt, Expr, Name, ParamKind, ScopeKind, mentions
from seedlint.identity import Identity, bare
from seedlint.layers import Edge, Layer, Layers, passed
from seedlint.names import Names
from seedlint.plans import Ask, Passing, Plan, Seed, Taking
from seedlint.refusals import Refusal
from seedlint.runs import Doubt, Multiplicity, Runs
from seedlint.takers import Taker, Takers
from seedlint.units import BUILDING, Units
from seedlint.values import (
    ABSENT,
    IS_NOT_NONE,
    UNKNOWN,
    Absent,
    Alt,
    Api,
    At,
    Computed,
    Const,
    Given,
    Local,
    Param,
    Part,
    Turn,
    Unknown,
    Value,
    Values,
    is_nothing,
    params,
)

# How far the seeds are apart of two layers of one function, and of two turns of one loop. Keras 2
# adds 1 to a seed each time that it traces a layer, so neighbours may meet.
LAYER_STEP = 10
# Some layers count up from a seed by what cannot be told.
OTHER_STEP = 500
TURN_STEP = 1000
MAX_LOOPS = 2
# With how many rates one call is followed outwards.
MAX_WAYS = 16
# Decorators that hand all arguments on, though they may fill in those that are left out.
PASSING = frozenset({"configurable"})
NAMES = ("seed", "dropout_seed", "layer_seed")


@dataclass(frozen=True, slots=True)
class Needs:
    """Which layers want a seed, and why.

    ``starts`` are those to begin with: they have none, or one that has to go. Of these, layers that
    are ``repeated`` want another one at each turn, and those that are ``equal`` to a layer before
    them, by the identity of their seeds, one that differs. Some of both have none before somebody
    gives it to them. ``twins`` are the calls whose layer a ``Bidirectional`` builds twice. A seed
    that ``is_changing`` is none to pass on, nor is that of a layer for which it is ``rejected``.
    """

    starts: Sequence[Layer]
    repeated: Set[Layer]
    equal: Mapping[Layer, Identity]
    twins: Set[tuple[str, int]]
    is_changing: Callable[[Value], bool]
    rejected: Set[Layer]


class Want(str, Enum):
    """What a layer is to get: whatever seed is at hand, or a derived one of its own.

    Or the one that it has: another one at each turn, or apart from those of other layers.
    """

    ANY = "any"
    OWN = "own"
    TURNING = "turning"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a seed comes from: ``base`` of the function ``taker``, or of nowhere.

    What is there now may be ``of`` something else, which others have too, and so far ``off`` it.
    """

    base: str | None
    taker: Local | None = None
    param: str = ""
    is_new: bool = False
    keeper: Local | None = None
    of: Value | None = None
    off: int = 0

    @property
    def value(self) -> Value | None:
        """What the seed is computed from."""
        return self.of if self.taker is None else Param(self.taker, self.param)

    @property
    def known(self) -> Values:
        """What is known of a seed that is at hand."""
        return () if self.taker is None else (Alt(Param(self.taker, self.param)),)

    @property
    def pool(self) -> Value | None:
        """What those have in common whose seeds have to differ."""
        return self.value.function if isinstance(self.value, Param) else self.value


@dataclass(frozen=True, slots=True)
class _Draft:
    layer: Layer
    runs: Runs
    source: _Source | Refusal
    inner: Local | None

    @property
    def pool(self) -> Value | None:
        return None if isinstance(self.source, Refusal) else self.source.pool


_Asked = tuple[Layer, Local | None, bool]
"""A layer whose call is to pass a seed, what it calls, and whether nothing has asked it before."""


def _values(found: Values) -> Set[Value]:
    return {alt.value for alt in found}


class Seeding:
    """Answers for one project, of whose layers ``every`` matters and some have ``needs``."""

    def __init__(
        self,
        names: Names,
        layers: Layers,
        units: Units,
        multiplicity: Multiplicity,
        takers: Takers,
        every: Sequence[Layer],
        needs: Needs,
    ) -> None:
        self._names = names
        self._modules = names.modules
        self._layers = layers
        self._units = units
        self._multiplicity = multiplicity
        self._takers = takers
        self._needs = needs
        self._drafts: dict[Ask, _Draft] = {}
        self._count: dict[Ask, int] = defaultdict(int)
        self._ways: dict[Ask, set[tuple[object, ...]]] = defaultdict(set)
        self._takings: dict[tuple[Local, str], Taking] = {}
        self._through: dict[tuple[Local, str], list[tuple[Layer, Local]]] = defaultdict(list)
        self._callers: dict[tuple[Local, str], tuple[Ask, ...] | Refusal] = {}
        self._served: dict[Value, list[Ask]] = defaultdict(list)
        gone = {*needs.starts} - needs.repeated - needs.equal.keys()
        self._offsets = _offsets(layer for layer in every if layer not in gone)
        self._counted_on = {
            param for value in self._offsets for param in params(value) if param != value
        }
        self._sharing: dict[tuple[Local, str], list[Layer]] = defaultdict(list)
        self._handed: dict[tuple[Local, str], dict[tuple[Local, str], None]] = defaultdict(dict)
        self._passes: dict[Value, dict[tuple[int, Param], None]] = defaultdict(dict)
        for layer in filter(self._is_sharing, needs.starts):
            for key in _open(layer):
                self._sharing[key].append(layer)
        for layer in every:
            if layer.wrapper is not None and layer.keyword is not None:
                for target in layers.targets.get((layer.module, layer.call), ()):
                    if isinstance(target, Local):
                        for key in _open(layer):
                            self._handed[key][target, layer.keyword] = None
                        for value, off in map(_split, _values(layer.seed)):
                            self._passes[value][off, Param(target, layer.keyword)] = None
        self._draft(needs.starts)

    def of(self, layer: Layer) -> Plan | Refusal:
        """How ``layer``, one of those to start with, gets a seed."""
        if layer.keyword is None:
            return refusals.NO_KEYWORD
        passings: dict[Ask, Passing] = {}
        takings: dict[Taking, None] = {}
        pending = [Ask(layer.module, layer.call, layer.keyword)]
        if pending[0] not in self._drafts:
            return refusals.EACH_STEP
        while pending:
            ask = pending.pop(0)
            if ask in passings:
                continue
            draft = self._drafts[ask]
            if isinstance(draft.source, Refusal):
                return draft.source
            seed = self._seed(ask, draft, draft.source)
            if isinstance(seed, Refusal):
                return seed
            layer = draft.layer
            doubt = _IS_SHARED if self._is_sharing(layer) else ""
            doubt = doubt or self._doubt(draft.runs, draft.source)
            passings[ask] = Passing(ask, layer.position, layer.positional, seed, doubt)
            taker, param = draft.source.taker, draft.source.param
            takers = [(taker, param)] if taker is not None and param else []
            for target in self._runs(ask, draft):
                if target is None or not self._takes(target, ask.keyword):
                    return refusals.others(ask.keyword)
                for one in self._sharing_by(target, ask.keyword):
                    if one.keyword is None:
                        return refusals.NO_KEYWORD
                    pending.append(Ask(one.module, one.call, one.keyword))
                if (target, ask.keyword) in self._takings:
                    takers.append((target, ask.keyword))
            for key in takers:
                if isinstance(callers := self._callers[key], Refusal):
                    return callers
                takings[self._takings[key]] = None
                pending += callers
        return Plan(tuple(passings.values()), tuple(takings))

    def _is_sharing(self, layer: Layer) -> bool:
        """Whether the seed of ``layer`` is, or would be, that of another one."""
        return layer in self._needs.equal or layer in self._needs.repeated

    def _sharing_by(self, function: Local, param: str) -> Iterator[Layer]:
        """The layers that get equal seeds from ``param`` of ``function``, by whatever way."""
        pending = [(function, param)]
        for key in pending:
            yield from self._sharing.get(key, ())
            pending += (further for further in self._handed.get(key, ()) if further not in pending)

    def _runs(self, ask: Ask, draft: _Draft) -> Iterator[Local | None]:
        """The functions that run when ``ask`` is called, if it is the call of a wrapper.

        ``None`` stands for anything else.
        """
        if draft.layer.wrapper is not None:
            for target in self._layers.targets.get((ask.module, ask.call), ()):
                yield target if isinstance(target, Local) else None

    def _takes(self, target: Local, keyword: str) -> bool:
        """Whether ``target`` can be called with ``keyword``, or soon."""
        if (target, keyword) in self._takings:
            return True
        return any(
            param.name == keyword or param.kind is ParamKind.VAR_KEYWORD
            for param in self._names.parameters(target)
        )

    def _doubt(self, runs: Runs, source: _Source) -> str:
        if source.taker is None:
            return runs.doubt.value
        is_used = not source.is_new and any(self._uses(source.taker, source.param))
        return "its seed has other uses" if is_used else ""

    def _uses(self, function: Local, param: str) -> Iterator[tuple[str, int]]:
        """The calls in ``function``, or in its class, that are given its seed ``param``."""
        flow = self._modules.flow(function.module)
        room = self._modules.room(function)
        names: tuple[Expr, ...] = (
            Name(param),
            *(Attr(Name("self"), f"{dash}{param}") for dash in ("", "_")),
        )
        for index in flow.calls_below(room.scope):
            args = flow.facts.calls[index].args
            if any(mentions(arg.value, name) for arg in args for name in names):
                yield function.module, index

    # who has to give a seed

    def _draft(self, starts: Iterable[Layer]) -> None:
        pending: deque[_Asked] = deque((layer, None, True) for layer in starts)
        while pending:
            layer, inner, is_another = pending.popleft()
            if layer.keyword is None:
                continue
            ask = Ask(layer.module, layer.call, layer.keyword)
            self._count[ask] += is_another
            if ask not in self._drafts:
                draft = self._drafts[ask] = self._drafted(layer, inner)
                if draft.pool is not None:
                    self._served[draft.pool].append(ask)
            source = self._drafts[ask].source
            if not isinstance(source, Refusal) and source.taker is not None and source.param:
                pending += self._called(ask, layer, source.taker, source)

    def _called(self, ask: Ask, layer: Layer, taker: Local, source: _Source) -> Iterator[_Asked]:
        """Those who have to pass a seed to ``taker``, which takes one for ``layer`` by ``ask``."""
        key = (taker, source.param)
        if source.keeper is not None and key in self._takings:
            # Another method has to find what so far only the constructor needed.
            self._takings[key] = replace(self._takings[key], keeper=source.keeper)
        ways = self._ways[ask]
        if len(ways) >= MAX_WAYS:
            layer = replace(layer, rates=tuple((rate, UNKNOWN) for rate, _ in layer.rates))
        way = (layer.site.module, layer.site.call, layer.rates)
        if way in ways:
            return
        ways.add(way)
        is_first = key not in self._callers
        if is_first:
            self._takings[key] = Taking(*key, source.is_new, source.keeper)
            self._callers[key] = ()
        for one in self._asked(layer, *key, source.is_new):
            is_another = self._call(one, key)
            if isinstance(one, Layer):
                yield one, taker, is_another
        for through, function in self._through.pop(key, ()) if is_first else ():
            yield through, function, self._call(through, (function, source.param))

    def _call(self, one: Layer | Refusal, key: tuple[Local, str]) -> bool:
        """Note that ``one`` calls a function that takes a seed, or why there is none for it.

        Whether that is new.
        """
        known = self._callers[key]
        if isinstance(one, Refusal):
            self._callers[key] = one
        elif not isinstance(known, Refusal):
            ask = Ask(one.module, one.call, key[1])
            self._callers[key] = tuple(dict.fromkeys((*known, ask)))
        return self._callers[key] != known

    def _drafted(self, layer: Layer, inner: Local | None) -> _Draft:
        runs = self._multiplicity.of(layer, hopeless=_REFUSED)
        want = self._want(layer, runs)
        if want is Want.APART and layer not in self._needs.repeated:
            # Whatever it is, each turn has another one already.
            runs = replace(runs, loops=())
        return _Draft(layer, runs, self._source(layer, runs, want), inner)

    def _want(self, layer: Layer, runs: Runs) -> Want:
        identity = self._needs.equal.get(layer)
        is_repeated = layer in self._needs.repeated
        if identity is None:
            return Want.TURNING if is_repeated else Want.ANY
        known = {alt.value for alt in layer.seed if not is_nothing(alt.value)}
        is_fixed = identity.is_constant or (
            len(known) == 1 and all(isinstance(value, Const) for value in known)
        )
        if is_fixed or self._changes(layer, identity, runs):
            return Want.OWN
        # What is different in each run cannot be kept if the runs are what has to differ.
        return Want.TURNING if is_repeated and runs.many else Want.APART

    def _changes(self, layer: Layer, identity: Identity, runs: Runs) -> bool:
        """Whether a seed is another one at each turn: a sum may then be that of a later turn."""
        flow = self._modules.flow(layer.module)
        return any(identity.varies(layer.module, loop, flow) for loop in runs.loops)

    def _source(self, layer: Layer, runs: Runs, want: Want) -> _Source | Refusal:
        site = layer.site
        if (site.module, site.call) in self._needs.twins and site.keras == 3:
            return refusals.TWIN
        if site.row.stateless:
            return refusals.STATELESS
        if self._is_unpacked(layer):
            return refusals.UNPACKED
        if self._is_seeding(layer):
            return refusals.SEEDING
        if runs.doubt in _REFUSED:
            return _REFUSED[runs.doubt]
        if want is Want.OWN and self._is_number_of(layer):
            return refusals.NUMBER
        if want is Want.APART:
            return self._apart(layer)
        unit = self._unit(layer)
        taker = self._takers.around(layer) if want is Want.ANY else None
        if taker is not None and layer in self._needs.rejected:
            taker = None if self._given(taker, layer) == _values(layer.seed) else taker
        if taker is not None:
            changes = self._is_changing(taker, layer)
            return refusals.CHANGING if changes else self._from_taker(taker, unit, runs)
        # For what has a fixed seed already, another fixed one is no worse.
        is_unseen = runs.doubt is Doubt.LIBRARY and want is not Want.OWN
        if runs.many or is_unseen:
            return self._from_callers(unit)
        if want is Want.TURNING:
            return _Source("")
        return (
            refusals.HANDED_ON
            if runs.doubt is Doubt.HANDED_ON and want is Want.ANY
            else _Source(None)
        )

    def _is_number_of(self, layer: Layer) -> bool:
        """Whether what the call of a helper gives only tells its layers apart: it is no seed."""
        targets = self._layers.targets.get((layer.module, layer.call), ())
        called = {one for one in targets if isinstance(one, Local)} if layer.wrapper else set()
        called |= {init for one in called if (init := self._init(one)) is not None}
        return "seed" not in (layer.keyword or "") and any(
            param.name == layer.keyword and param.function in called for param in self._counted_on
        )

    def _is_seeding(self, layer: Layer) -> bool:
        """Whether the seed is the ``None`` that a call in its place gives, of other code.

        That seeds a generator: nothing else is known to give nothing.
        """
        places = {alt.trail[0].span for alt in layer.seed if is_nothing(alt.value) and alt.trail}
        return any(
            isinstance(arg.value, CallAt)
            and self._modules.call(layer.module, arg.value.index).span in places
            and all(
                isinstance(alt.value, Api)
                for alt in self._names.callees(layer.module, arg.value.index)
            )
            for arg in self._modules.call(layer.module, layer.call).args
        )

    def _is_unpacked(self, layer: Layer) -> bool:
        """Whether a mapping or a sequence may hold the seed that the call gives."""
        args = self._modules.call(layer.module, layer.call).args
        is_open = any(arg.star for arg in args) and all(arg.name != layer.keyword for arg in args)
        calls = self._names.calls
        own = calls.arguments(layer.module, layer.call, Unknown())
        given = calls.argument(own, layer.keyword, layer.position)
        if layer.wrapper is not None and layer.is_unseeded:
            # What is left out of a function's own ``**kwargs`` makes room for a parameter.
            given = tuple(a for a in given if not (isinstance(a.value, Param) and a.value.is_part))
        return is_open and any(not isinstance(alt.value, Absent) for alt in given)

    def _is_changing(self, taker: Taker, layer: Layer) -> bool:
        """Whether the seed of ``taker`` may be one that changes from run to run."""
        return any(map(self._needs.is_changing, self._given(taker, layer)))

    def _given(self, taker: Taker, layer: Layer) -> Set[Value]:
        """What the seed of ``taker`` may be, for ``layer``."""
        first, _, name = taker.expr.partition(".")
        expr = Attr(Name(first), name) if name else Name(first)
        return _values(self._names.values(expr, self._names.place(layer.module, layer.call)))

    def _apart(self, layer: Layer) -> _Source:
        """The seed that ``layer`` has, to which something is to be added."""
        found = [_split(alt.value) for alt in layer.seed if not is_nothing(alt.value)]
        of = max((value for value, _ in found), key=lambda value: max(self._offsets[value]))
        return _Source("", of=of, off=found[0][1] if len(layer.seed) == 1 else 0)

    def _unit(self, layer: Layer) -> Local:
        spot = self._names.place(layer.module, layer.call).spot
        return self._units.of(layer.module, spot)

    def _from_taker(self, taker: Taker, unit: Local, runs: Runs) -> _Source | Refusal:
        """The seed that ``taker``, around ``unit``, has."""
        is_own = unit == taker.local or (taker.is_class and self._is_building(unit))
        if not is_own and runs.many and self._modules.scope(unit).name not in BUILDING:
            return self._from_callers(unit)
        if not taker.is_class:
            if self._modules.scope(taker.local).name == "__init__" and unit != taker.local:
                room = self._modules.room(taker.local)
                return _Source(f"self.{taker.expr}", taker.local, taker.expr, keeper=room)
            return _Source(taker.expr, taker.local, taker.expr)
        init = self._init(taker.local)
        param = taker.expr.removeprefix("self.").lstrip("_")
        if init is None or param not in {p.name for p in self._modules.scope(init).params}:
            return _Source(taker.expr, taker.local)
        return _Source(taker.expr, init, param)

    def _from_callers(self, unit: Local) -> _Source | Refusal:
        """A new parameter of ``unit``, or of the class whose method it is."""
        room = self._modules.room(unit)
        scope = self._modules.scope(unit)
        if self._modules.is_class(unit) or scope.kind is not ScopeKind.FUNCTION:
            return refusals.NO_FUNCTION
        words = self._modules.decorators(unit) - PASSING
        if not all(map(TRANSPARENT.fullmatch, words)):
            return refusals.decorated(self._modules.called_as(unit))
        target = self._init(room) if self._is_building(unit) else unit
        if target is None:
            return refusals.no_init(self._modules.scope(room).name)
        name = self._free_name(target)
        if name is None:
            return refusals.NO_NAME
        if target == unit:
            return _Source(name, target, name, is_new=True)
        return _Source(f"self.{name}", target, name, is_new=True, keeper=room)

    def _is_building(self, unit: Local) -> bool:
        """Whether ``unit`` is a method that Keras, or other code, runs once for each layer."""
        room = self._modules.room(unit)
        is_method = room != unit and self._units.is_keras_class(room)
        is_known = is_method and self._modules.scope(unit).name in BUILDING
        return is_known or bool(self._units.unseen_of(unit))

    def _init(self, cls: Local) -> Local | None:
        found = self._names.classes.method(self._names.classes.lineage(cls), "__init__")
        return None if found is None else found[0]

    def _free_name(self, function: Local) -> str | None:
        flow = self._modules.flow(function.module)
        room = self._modules.room(function)
        taken = {name for scope, name in flow.bindings if scope in (function.scope, 0)}
        taken |= {name for scope, name in flow.attributes if scope == room.scope}
        return next((name for name in NAMES if name not in taken), None)

    # who calls it

    def _asked(
        self,
        layer: Layer,
        function: Local,
        param: str,
        is_new: bool,
        seen: Set[Local] = frozenset(),
    ) -> Iterator[Layer | Refusal]:
        """The calls of ``function`` that leave out ``param``, as layers that they build."""
        for edge in self._layers.edges.get(function, ()):
            made = self._made(layer, function, edge)
            if made is None:
                continue
            passed = self._passed(edge, function, param, is_new)
            match passed:
                case (Alt(Param(outer, key=str())),) if outer not in seen:
                    yield from self._asked(made, outer, param, True, seen | {function})
                    # Once it takes the seed by name, that is no longer among its `**kwargs`.
                    through = self._at(made, edge, function, param, is_new)
                    if (outer, param) in self._takings:
                        yield through
                    else:
                        self._through[outer, param].append((through, function))
                case _ if all(is_nothing(alt.value) for alt in passed):
                    place = self._names.place(edge.module, edge.call).spot.scope
                    name = self._modules.flow(edge.module).facts.scopes[place].name
                    ask = self._at(made, edge, function, param, is_new)
                    yield refusals.FROM_CONFIG if name == "from_config" else ask

    def _made(self, layer: Layer, function: Local, edge: Edge) -> Layer | None:
        """``layer`` with the rates that the call ``edge`` of ``function`` gives, if it may drop."""
        calls = {function: self._layers.arguments(edge)}
        made = replace(layer, rates=passed(layer.rates, self._names, calls))
        return made if made.drops else None

    def _at(self, layer: Layer, edge: Edge, function: Local, param: str, is_new: bool) -> Layer:
        """``layer`` as the call ``edge`` of ``function`` builds it, without a seed."""
        at = self._names.place(edge.module, edge.call)
        return replace(
            layer,
            module=edge.module,
            call=edge.call,
            span=self._modules.call(edge.module, edge.call).span,
            wrapper=self._modules.called_as(function),
            keyword=param,
            position=None if is_new else self._layers.place(function, edge, param),
            positional=not is_new and self._layers.is_positional(function, param),
            seed=ABSENT,
            given=self._names.guards(at),
            traps=(),
            hidden=False,
        )

    def _passed(self, edge: Edge, function: Local, param: str, is_new: bool) -> Values:
        """What ``edge`` passes for ``param``; unknown where a mapping may hold it."""
        calls = self._names.calls
        arguments = self._layers.arguments(edge)
        passed = calls.argument(arguments, param, None)
        if (
            is_new
            or passed == UNKNOWN
            or any(isinstance(alt.value, Param) and alt.value.is_part for alt in passed)
        ):
            return passed
        if len(self._layers.edges[function]) > 1:
            # A default is one seed for all that leave it out.
            position = self._layers.position(function, arguments, param)
            by_place = calls.argument(arguments, param, position)
            if by_place == ABSENT:
                return by_place
        return calls.passed(function, arguments, Param(function, param))

    # which seed it is

    def _seed(self, ask: Ask, draft: _Draft, source: _Source) -> Seed | Refusal:
        depth = self._depth_inside(ask, draft, frozenset())
        if depth is None:
            return refusals.RECURSIVE
        loops = draft.runs.loops
        if depth + len(loops) > MAX_LOOPS:
            return refusals.TOO_DEEP
        turns = tuple(
            (loop, TURN_STEP ** (depth + level)) for level, loop in enumerate(loops, start=1)
        )
        if source.base is None:
            return Seed(None, turns=turns)
        optional = any(map(self._may_be_none, source.known or draft.layer.seed))
        if source.value is None:
            return Seed(source.base, optional, 0, turns)
        offset = self._offset(ask, source.value, source.pool)
        if offset >= TURN_STEP:
            return refusals.TOO_MANY
        return Seed(source.base, optional, offset - source.off, turns)

    def _offset(
        self, ask: Ask, value: Value, pool: Value | None, seen: Set[Value] = frozenset()
    ) -> int:
        """How far from ``value`` the seed of ``ask`` is: behind what has it already.

        No call must get by it what another one has.
        """
        passed = list(self._given_for(value))
        step = LAYER_STEP * (10 if any(map(self._is_counted, (value, *passed))) else 1)
        gaps, taken = _gaps(passed), {*self._offsets.get(value, ()), *self._behind(value, seen)}
        offset = max(taken) + step if taken else 0
        if value in self._counted_on:
            offset = max(offset, OTHER_STEP)
        for other in sorted(self._served[pool], key=self._order) if pool is not None else ():
            while any(offset + gap in taken for gap in gaps):
                offset += step
            if other == ask:
                break
            end = offset + step * self._width(other, frozenset())
            taken.update(range(offset, end, step))
            offset = end
        return offset

    def _behind(self, value: Value, seen: Set[Value]) -> Iterator[int]:
        """How far from ``value`` seeds will be that a function makes of it which has it already."""
        for off, inner in self._passes.get(value, ()) if value not in seen else ():
            for one in self._served[inner.function]:
                source = self._drafts[one].source
                if not isinstance(source, Refusal) and source.value == inner:
                    start = off + self._offset(one, inner, inner.function, seen | {value})
                    width = self._width(one, frozenset())
                    yield from range(start, start + LAYER_STEP * width, LAYER_STEP)
            yield from (off + further for further in self._behind(inner, seen | {value}))

    def _given_for(self, value: Value) -> Iterator[Value]:
        """What the callers of a function pass for its parameter ``value``."""
        if isinstance(value, Param):
            for edge in self._layers.edges.get(value.function, ()):
                for alt in self._names.calls.passed(
                    value.function, self._layers.arguments(edge), value
                ):
                    yield alt.value

    def _is_counted(self, value: Value) -> bool:
        """Whether ``value`` may go up by one at each turn of a loop."""
        match value:
            case Unknown(Computed("+", of)):
                return any(map(self._is_counted, of))
            case Unknown(Turn()):
                return True
            case Unknown(Computed("each", (_, Unknown(At() as at)))) | Unknown(At() as at):
                return self._modules.flow(at.module).loop_of(at.spot) is not None
        return False

    def _may_be_none(self, alt: Alt, asked: Set[Param] = frozenset()) -> bool:
        match alt.value:
            case Param() as param:
                is_given = Given(param, IS_NOT_NONE) in alt.given
                return not is_given and self._is_optional(param, asked)
            case Unknown(Computed(op)):
                return op.startswith((".", "["))
            case Unknown():
                return True
        return is_nothing(alt.value)

    def _is_optional(self, param: Param, asked: Set[Param]) -> bool:
        for known in self._names.parameters(param.function):
            if known.name == param.name and known.default is not None:
                found = self._names.calls.default(param)
                if all(isinstance(a.value, Const) and a.value.value is not None for a in found):
                    passed = () if param in asked else self._given_for(param)
                    return any(self._may_be_none(Alt(one), asked | {param}) for one in passed)
        return True

    def _order(self, ask: Ask) -> tuple[str, int, str]:
        order = self._names.place(ask.module, ask.call).spot.order
        return (ask.module, order, ask.keyword)

    def _width(self, ask: Ask, seen: Set[Local]) -> int:
        """How many seeds it takes, one after the other, to serve ``ask``."""
        inner = self._drafts[ask].inner
        if inner is None or inner in seen:
            return self._count[ask]
        return sum(self._width(one, seen | {inner}) for one in self._served[inner])

    def _depth_inside(self, ask: Ask, draft: _Draft, seen: Set[Local]) -> int | None:
        """How many loops vary the seed that ``ask`` passes on; ``None`` if it calls itself."""
        if draft.inner is None:
            return len(self._multiplicity.inside(draft.layer)) if draft.layer.wrapper else 0
        if draft.inner in seen:
            return None
        depths = [0]
        for one in self._served[draft.inner]:
            inside = self._depth_inside(one, self._drafts[one], seen | {draft.inner})
            if inside is None:
                return None
            depths.append(inside + len(self._drafts[one].runs.loops))
        return max(depths)


def _open(layer: Layer) -> Iterable[tuple[Local, str]]:
    """The functions, and the names of their parameters, by which ``layer`` may be given a seed."""
    found = (p for alt in layer.seed for p in params(alt.value) if p.index is None)
    return dict.fromkeys((param.function, param.key or param.name) for param in found)


def _offsets(every: Iterable[Layer]) -> dict[Value, set[int]]:
    """How far off what they are computed from the seeds of ``every`` are."""
    found: dict[Value, set[int]] = defaultdict(set)
    for layer in every:
        for alt in layer.seed:
            value, offset = _split(alt.value)
            found[value].add(offset)
    return found


def _gaps(passed: Iterable[Value]) -> set[int]:
    """How far apart the numbers among ``passed`` are, in both directions."""
    numbers = {value.value for value in passed if isinstance(value, Const)}
    known = [number for number in numbers if isinstance(number, int)]
    return {right - left for left, right in permutations(known, 2)}


def _split(value: Value) -> tuple[Value, int]:
    """What ``value`` is a sum of: something else and a number."""
    match bare(value):
        case Unknown(Computed("+", (inner, Const(int() as offset)))) | Part(
            _, Computed("+", (inner, Const(int() as offset)))
        ):
            return bare(inner), offset
    return bare(value), 0


_IS_SHARED = "the seed that it takes goes to several layers"
_REFUSED = {Doubt.RECURSIVE: refusals.RECURSIVE, Doubt.UNREAD: refusals.NOT_READ}
