"""Seeding that has no effect where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from seedlint.callees import KnownCall
from seedlint.catalogue import Catalogue
from seedlint.data import dataclass
from seedlint.facts import BlockKind, Import, ModuleFacts, Name, Spot
from seedlint.layers import Layer, Layers
from seedlint.model import Span
from seedlint.names import Names
from seedlint.reach import reached
from seedlint.sources import Sources
from seedlint.values import Api, At, Local, Param, Unknown

# A process that is started inherits the environment, and there the hash seed counts.
STARTERS = (
    "asyncio.create_subprocess",
    "concurrent.",
    "joblib.",
    "multiprocessing.",
    "os.exec",
    "os.popen",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "ray.",
    "subprocess.",
)

# What draws from a global generator, but for its layers.
DRAWN = {"python": "random.", "numpy": "numpy.random.", "tensorflow": "tensorflow.random."}


class Why(str, Enum):
    NOT_CALLED = "not called"
    OTHER_GENERATOR = "other generator"
    TOO_LATE = "too late"
    IN_PROCESS = "in process"


@dataclass(frozen=True, slots=True)
class Futile:
    """What was meant to seed, by its ``name``, and the ``layers`` that it does not reach.

    If it is ``of_use``, something else is drawn from what it seeds.
    """

    why: Why
    name: str
    module: str
    span: Span
    layers: tuple[Layer, ...] = ()
    of_use: bool = False


@dataclass(frozen=True, slots=True)
class _Seeder:
    """A call of a function of the catalogue that seeds ``generators``."""

    index: int
    name: str
    generators: frozenset[str]
    spot: Spot
    span: Span


def idle(names: Names, catalogue: Catalogue, facts: ModuleFacts) -> Iterator[Futile]:
    """The seeding functions that stand in a file without being called."""
    for bare in facts.bare:
        for alt in names.values(bare.expr, At(facts.path, bare.spot)):
            path = alt.value.path if isinstance(alt.value, Api) else ""
            if path in catalogue.switches or catalogue.seeds(path):
                yield Futile(Why.NOT_CALLED, path, facts.path, bare.span)


def in_process(facts: ModuleFacts, reached: Iterable[str]) -> Iterator[Futile]:
    """Where a file sets Python's hash seed, unless it starts another process."""
    values = (binding.value for binding in facts.bindings)
    # A call through a name that means something else in some function is not told of.
    imported = (f"{value.path}." for value in values if isinstance(value, Import))
    if not any(path.startswith(STARTERS) for path in (*reached, *imported)):
        for variable in facts.environ:
            if variable.name == "PYTHONHASHSEED":
                yield Futile(Why.IN_PROCESS, variable.name, facts.path, variable.span)


class Unreached:
    """The seedings that do not reach the unseeded Keras 3 layers of their file.

    Keras 3.15 seeds a layer from Python's `random` when it is built, attention when it is called.
    """

    def __init__(
        self,
        names: Names,
        catalogue: Catalogue,
        sources: Sources,
        every: Layers,
        found: Iterable[Layer],
    ) -> None:
        self._names = names
        self._catalogue = catalogue
        self._sources = sources
        self._every = every
        self._told: Mapping[str, list[KnownCall]] = defaultdict(list)
        for known in every.told:
            self._told[known[0]].append(known)
        self._layers: Mapping[str, list[Layer]] = defaultdict(list)
        self._used: Mapping[str, set[str]] = defaultdict(set)
        for layer in found:
            if layer.is_unseeded:
                self._used[layer.module].add(layer.generator)
                if layer.generator == "python":
                    self._layers[layer.module].append(layer)
        self._builders = self._find_builders()

    def __iter__(self) -> Iterator[Futile]:
        for path, layers in self._layers.items():
            seeders = list(self._seeders(path))
            late = {seeder: missed for seeder in seeders if (missed := self._missed(seeder, path))}
            besides = frozenset((path, seeder.index) for seeder in late)
            if not seeders or self._sources.may_seed(path, "python", besides):
                continue
            for seeder in seeders:
                if seeder in late:
                    drawn = self._is_drawn_from(seeder, self._room(seeder, path))
                    missed = late[seeder]
                    yield Futile(Why.TOO_LATE, seeder.name, path, seeder.span, missed, drawn)
                elif not self._is_of_use(seeder, path):
                    reason = Why.OTHER_GENERATOR
                    yield Futile(reason, seeder.name, path, seeder.span, tuple(layers))

    def _is_of_use(self, seeder: _Seeder, path: str) -> bool:
        """Whether it seeds layers of the file, or what its own function draws and builds none."""
        if not seeder.generators.isdisjoint(self._used[path]):
            return True
        room = self._room(seeder, path)
        apart = room.scope != 0 and room not in self._builders
        return apart and self._is_drawn_from(seeder, room)

    def _room(self, seeder: _Seeder, path: str) -> Local:
        return self._sources.function_at(path, seeder.index)

    def _is_drawn_from(self, seeder: _Seeder, room: Local) -> bool:
        """Whether ``room`` draws from what ``seeder`` seeds, after it."""
        return any(self._is_drawn(known, seeder) for known in self._in(room))

    def _is_drawn(self, known: KnownCall, seeder: _Seeder) -> bool:
        path, index, _ = known
        if self._names.modules.call(path, index).spot.order <= seeder.spot.order:
            return False
        modules = tuple(DRAWN[generator] for generator in seeder.generators if generator in DRAWN)
        return any(
            isinstance(alt.value, Api)
            and alt.value.path.startswith(modules)
            and self._draws_from_global(alt.value.path)
            for alt in self._names.callees(path, index)
        )

    def _draws_from_global(self, path: str) -> bool:
        source = self._catalogue.sources.get(path)
        return not self._catalogue.seeds(path) and (source is None or source.kind == "global")

    def _seeders(self, path: str) -> Iterator[_Seeder]:
        for _, index, callees in self._told[path]:
            generators = self._sources.seeded_directly(path, index, callees)
            match callees:
                case [Api(name)] if generators and self._catalogue.seeds(name):
                    call = self._names.modules.call(path, index)
                    yield _Seeder(index, name, generators, call.spot, call.span)

    def _find_builders(self) -> frozenset[Local]:
        """The functions that build an unseeded layer, themselves or by what they call."""
        found = {
            self._sources.function_at(module, index)
            for layers in self._layers.values()
            for layer in layers
            for module, index in ((layer.module, layer.call), (layer.site.module, layer.site.call))
        }
        return frozenset(found | reached(found, self._sources.rooms()))

    def _missed(self, seeder: _Seeder, path: str) -> tuple[Layer, ...]:
        """The layers of the function around ``seeder``, if all are certainly built before it."""
        if "python" not in seeder.generators:
            return ()
        room = self._room(seeder, path)
        layers = self._layers[path]
        here = tuple(x for x in layers if self._sources.function_at(path, x.call) == room)
        # What a function of the module builds may be asked for after the module has run.
        is_late = (
            all(self._is_before(layer, seeder, path) for layer in here)
            and (room.scope != 0 or len(here) == len(layers))
            and not any(self._may_build(known, seeder) for known in self._in(room))
        )
        return here if is_late else ()

    def _in(self, room: Local) -> Iterator[KnownCall]:
        for known in self._every.calls_of[room.module]:
            if self._sources.function_at(room.module, known[1]) == room:
                yield known

    def _is_before(self, layer: Layer, seeder: _Seeder, path: str) -> bool:
        flow = self._names.modules.flow(path)
        spot = self._names.modules.call(path, layer.call).spot
        inside = list(flow.enclosing(seeder.spot.block))
        straight = spot.block in inside or seeder.spot.block in flow.enclosing(spot.block)
        body = inside.index(flow.facts.scopes[flow.function_of(seeder.spot.scope)].body)
        loops = [b for b in inside[:body] if flow.facts.blocks[b].kind is BlockKind.LOOP]
        eager = layer.site.row.draws == "layer" and layer.site.row.family != "attention"
        return eager and straight and not loops and spot.order < seeder.spot.order

    def _may_build(self, known: KnownCall, seeder: _Seeder) -> bool:
        """Whether a call may build unseeded layers once ``seeder`` has run."""
        path, index, callees = known
        call = self._names.modules.call(path, index)
        at = At(path, call.spot)
        given = {alt.value for arg in call.args for alt in self._names.values(arg.value, at)}
        if not self._builders.isdisjoint(given):
            return True
        if call.spot.order <= seeder.spot.order:
            return False
        unknown = any(isinstance(callee, (Unknown, Param)) for callee in callees)
        runs = self._builders.intersection(self._sources.functions(callees))
        return bool(runs) or (unknown and isinstance(call.func, Name))
