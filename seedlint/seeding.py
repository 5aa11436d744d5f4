"""Which seed each layer can be given, so that no two layers of one model get the same.

A place that runs once gets a seed of its own, one in a loop another one at each turn. Where a
function or a layer is built many times it takes the seed from those who call it, and so on outwards
until a place is reached that runs once.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

from seedlint.calls import TRANSPARENT
from seedlint.facts import Attr, Expr, Literal, Name, ScopeKind, mentions
from seedlint.layers import Edge, Layer, Layers
from seedlint.names import Names
from seedlint.runs import Doubt, Multiplicity, Runs
from seedlint.takers import Taker, Takers
from seedlint.units import BUILDING, Units
from seedlint.values import (
    ABSENT,
    UNKNOWN,
    Alt,
    Api,
    Computed,
    Const,
    Local,
    Param,
    Unknown,
    Value,
    Values,
    is_nothing,
)

# How far the seeds are apart of two layers of one function, and of two turns of one loop. Keras 2
# adds 1 to a seed each time that it traces a layer, so neighbours may meet.
LAYER_STEP = 10
# What else is given a seed may count up from it.
OTHER_STEP = 500
TURN_STEP = 1000
MAX_LOOPS = 2
# Decorators that hand all arguments on, though they may fill in those that are left out.
PASSING = frozenset({"configurable"})
NAMES = ("seed", "dropout_seed", "layer_seed")


@dataclass(frozen=True, slots=True)
class Ask:
    """A call that can pass a seed on as ``keyword``."""

    module: str
    call: int
    keyword: str


@dataclass(frozen=True, slots=True)
class Taking:
    """``function`` takes a seed as ``param``; ``is_new`` says that it does not yet.

    ``keeper`` is the class that keeps it as ``self.<param>``, where it has to.
    """

    function: Local
    param: str
    is_new: bool
    keeper: Local | None


@dataclass(frozen=True, slots=True)
class Seed:
    """``base + offset``, and ``stride * index`` for each of ``turns``: a loop and its stride.

    A ``base`` of ``None`` is a derived seed, an empty one whatever stands there now. One that is
    ``optional`` may turn out to be ``None``.
    """

    base: str | None
    optional: bool = False
    offset: int = 0
    turns: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Passing:
    """``seed`` is passed by ``ask``, or at ``position`` if something is there already.

    ``doubt`` says why it may run more often than it seems.
    """

    ask: Ask
    position: int | None
    seed: Seed
    doubt: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that gives one layer its seed: functions that take one, from the inside out."""

    passings: tuple[Passing, ...]
    takings: tuple[Taking, ...]

    @property
    def is_safe(self) -> bool:
        """Whether nobody but the layer notices."""
        return not any(p.doubt for p in self.passings) and not any(t.is_new for t in self.takings)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a layer is given no seed, and what its reader can do."""

    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a seed comes from: ``base`` of the function ``taker``, or of nowhere."""

    base: str | None
    taker: Local | None = None
    param: str = ""
    is_new: bool = False
    keeper: Local | None = None


@dataclass(frozen=True, slots=True)
class _Draft:
    layer: Layer
    runs: Runs
    source: _Source | Refusal
    inner: Local | None


class Seeding:
    """Answers for one project.

    Of the layers ``every``, ``starts`` want a seed, those of ``repeated`` another one at each turn.
    ``twins`` are the calls whose layer a ``Bidirectional`` builds twice.
    """

    def __init__(
        self,
        names: Names,
        layers: Layers,
        units: Units,
        multiplicity: Multiplicity,
        takers: Takers,
        every: Iterable[Layer],
        starts: Iterable[Layer],
        repeated: Set[Layer],
        twins: Set[tuple[str, int]],
    ) -> None:
        self._names = names
        self._modules = names.modules
        self._layers = layers
        self._units = units
        self._multiplicity = multiplicity
        self._takers = takers
        self._repeated = repeated
        self._twins = twins
        self._drafts: dict[Ask, _Draft] = {}
        self._count: dict[Ask, int] = defaultdict(int)
        self._callers: dict[tuple[Local, str], tuple[Ask, ...]] = {}
        self._served: dict[Local, list[Ask]] = defaultdict(list)
        self._highest, self._told = _known_offsets(every)
        self._draft(starts)

    def of(self, layer: Layer) -> Plan | Refusal:
        """How ``layer``, one of those to start with, gets a seed."""
        if layer.keyword is None:
            return _NO_KEYWORD
        passings: dict[Ask, Passing] = {}
        takings: dict[Taking, None] = {}
        pending = [Ask(layer.module, layer.call, layer.keyword)]
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
            doubt = self._doubt(draft.runs, draft.source)
            passings[ask] = Passing(ask, draft.layer.position, seed, doubt)
            taker, param = draft.source.taker, draft.source.param
            if taker is not None and param:
                takings[Taking(taker, param, draft.source.is_new, draft.source.keeper)] = None
                pending += self._callers[taker, param]
        return Plan(tuple(passings.values()), tuple(takings))

    def _doubt(self, runs: Runs, source: _Source) -> str:
        if source.taker is None:
            return runs.doubt.value
        is_used = not source.is_new and any(self._uses(source.taker, source.param))
        return "its seed has other uses" if is_used else ""

    def _first_free(self, function: Local, param: str) -> int:
        """How far from the seed ``param`` those begin that nothing in ``function`` has."""
        first = self._highest.get((function, param), -LAYER_STEP) + LAYER_STEP
        others = (use for use in self._uses(function, param) if use not in self._told)
        return max(first, OTHER_STEP) if any(map(self._may_count, others)) else first

    def _may_count(self, place: tuple[str, int]) -> bool:
        """Whether a call may make several seeds out of the one that it is given."""
        callees = self._callees.get(place, ())
        return not (callees and all(isinstance(callee, Api) for callee in callees))

    @cached_property
    def _callees(self) -> dict[tuple[str, int], Sequence[Value]]:
        return {(path, index): callees for path, index, callees in self._layers.calls}

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
        pending: deque[tuple[Layer, Local | None]] = deque((layer, None) for layer in starts)
        while pending:
            layer, inner = pending.popleft()
            if layer.keyword is None:
                continue
            ask = Ask(layer.module, layer.call, layer.keyword)
            self._count[ask] += 1
            if ask in self._drafts:
                continue
            runs = self._multiplicity.of(layer)
            source = self._source(layer, runs)
            self._drafts[ask] = _Draft(layer, runs, source, inner)
            if isinstance(source, Refusal) or source.taker is None:
                continue
            self._served[source.taker].append(ask)
            key = (source.taker, source.param)
            if source.param and key not in self._callers:
                further = list(self._asked(layer, source.taker, source.param, source.is_new))
                self._callers[key] = tuple(
                    dict.fromkeys(Ask(one.module, one.call, source.param) for one in further)
                )
                pending.extend((one, source.taker) for one in further)

    def _source(self, layer: Layer, runs: Runs) -> _Source | Refusal:
        site = layer.site
        if (site.module, site.call) in self._twins and site.keras == 3:
            return _TWIN
        if site.row.stateless:
            return _STATELESS
        unit = self._unit(layer)
        taker = None if layer in self._repeated else self._takers.around(layer)
        if taker is not None:
            return self._from_taker(taker, unit, runs)
        if runs.many or runs.doubt is Doubt.LIBRARY:
            return self._from_callers(unit)
        if layer in self._repeated:
            return _Source("")
        return _HANDED_ON if runs.doubt is Doubt.HANDED_ON else _Source(None)

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
            return _NO_FUNCTION
        words = self._modules.decorators(unit) - PASSING
        if not all(map(TRANSPARENT.fullmatch, words)):
            return _decorated(self._modules.called_as(unit))
        target = self._init(room) if self._is_building(unit) else unit
        if target is None:
            return _no_init(self._modules.scope(room).name)
        name = self._free_name(target)
        if name is None:
            return _NO_NAME
        if target == unit:
            return _Source(name, target, name, is_new=True)
        return _Source(f"self.{name}", target, name, is_new=True, keeper=room)

    def _is_building(self, unit: Local) -> bool:
        """Whether ``unit`` is a method that Keras runs once for each layer."""
        room = self._modules.room(unit)
        is_method = room != unit and self._units.is_keras_class(room)
        return is_method and self._modules.scope(unit).name in BUILDING

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
    ) -> Iterator[Layer]:
        """The calls of ``function`` that leave out ``param``, as layers that they build."""
        for edge in self._layers.edges.get(function, ()):
            passed = self._passed(edge, function, param, is_new)
            match passed:
                case (Alt(Param(outer, key=str())),) if outer not in seen:
                    yield from self._asked(layer, outer, param, True, seen | {function})
                    continue
            if all(is_nothing(alt.value) for alt in passed):
                at = self._names.place(edge.module, edge.call)
                yield replace(
                    layer,
                    module=edge.module,
                    call=edge.call,
                    span=self._modules.call(edge.module, edge.call).span,
                    wrapper=self._modules.called_as(function),
                    keyword=param,
                    position=None,
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
            or any(isinstance(alt.value, Param) and alt.value.key for alt in passed)
        ):
            return passed
        return calls.passed(function, arguments, Param(function, param))

    # which seed it is

    def _seed(self, ask: Ask, draft: _Draft, source: _Source) -> Seed | Refusal:
        depth = self._depth_inside(ask, draft, frozenset())
        if depth is None:
            return _RECURSIVE
        loops = draft.runs.loops
        if depth + len(loops) > MAX_LOOPS:
            return _TOO_DEEP
        turns = tuple(
            (loop, TURN_STEP ** (depth + level)) for level, loop in enumerate(loops, start=1)
        )
        if source.taker is None:
            return Seed(source.base, source.base is not None, 0, turns)
        offset = self._first_free(source.taker, source.param)
        for other in sorted(self._served[source.taker], key=self._order):
            if other == ask:
                break
            offset += LAYER_STEP * self._width(other, frozenset())
        if offset >= TURN_STEP:
            return _TOO_MANY
        return Seed(source.base, self._is_optional(source), offset, turns)

    def _order(self, ask: Ask) -> tuple[str, int, str]:
        order = self._names.place(ask.module, ask.call).spot.order
        return (ask.module, order, ask.keyword)

    def _is_optional(self, source: _Source) -> bool:
        if source.taker is None or not source.param:
            return True
        for param in self._names.parameters(source.taker):
            if param.name == source.param and isinstance(param.default, Literal):
                return param.default.value is None
        return True

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


def _known_offsets(
    every: Iterable[Layer],
) -> tuple[dict[tuple[Local, str], int], Set[tuple[str, int]]]:
    """How far off a parameter the farthest seed of ``every`` is, and the calls that this covers."""
    highest: dict[tuple[Local, str], int] = {}
    told: set[tuple[str, int]] = set()
    untold: set[tuple[str, int]] = set()
    for layer in every:
        for alt in layer.seed:
            found = _offset(alt.value)
            (untold if found is None else told).add((layer.module, layer.call))
            if found is not None:
                param, offset = found
                highest[param] = max(highest.get(param, 0), offset)
    return highest, told - untold


def _offset(value: Value) -> tuple[tuple[Local, str], int] | None:
    """The parameter that ``value`` is, or lies a known number behind."""
    match value:
        case Param(function, name):
            return (function, name), 0
        case Unknown(Computed("+", (Param(function, name), Const(int() as offset)))):
            return (function, name), offset
    return None


def _decorated(name: str) -> Refusal:
    reason = f"`{name}`, which builds it several times, has a decorator of its own"
    return Refusal(reason, "let it take a `seed` and pass one at each call")


def _no_init(name: str) -> Refusal:
    reason = f"`{name}`, which builds it, has no `__init__`"
    return Refusal(reason, "add one that takes a `seed`, and keep it")


_NO_KEYWORD = Refusal("the seed is no argument of the call", "give the wrapper a parameter for it")
_TWIN = Refusal(
    "`Bidirectional` would give both directions one seed",
    "give it a `backward_layer=` whose seed is another one",
)
_STATELESS = Refusal(
    "a stateless function repeats its mask for a fixed seed",
    "make a `keras.random.SeedGenerator` with a seed once, and pass that",
)
_HANDED_ON = Refusal(
    "its function is handed to code that cannot be seen", "give it a seed that its callers choose"
)
_NO_FUNCTION = Refusal("a lambda builds it several times", "make it a function that takes a `seed`")
_NO_NAME = Refusal("no name is left for a parameter", "let the function take a seed")
_RECURSIVE = Refusal("the function that builds it calls itself", "pass a seed that changes")
_TOO_DEEP = Refusal("too many loops build it", "compute a seed from their indices")
_TOO_MANY = Refusal("one function builds too many layers", "split it, or pass several seeds")
