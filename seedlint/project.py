"""All that a rule is given: the layers of one project, and what to ask about them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from itertools import chain

from seedlint.callees import Callees
from seedlint.catalogue import Catalogue
from seedlint.cobuilt import CoBuilt
from seedlint.config import Config
from seedlint.configs import CustomLayer, custom_layers
from seedlint.data import dataclass
from seedlint.draws import Draws
from seedlint.facts import ModuleFacts
from seedlint.frozen import runs_in_steps
from seedlint.futile import Futile, Unreached, Why, idle, in_process
from seedlint.graphs import Graphs
from seedlint.identity import Identities, Identity
from seedlint.kinds import Kinds
from seedlint.layers import Entrance, Layer, Layers
from seedlint.literals import Literals, Reading
from seedlint.masks import Masks, alike, identified, latent, masks
from seedlint.mends import Mends, Texts
from seedlint.names import Names
from seedlint.rejected import complaint
from seedlint.rewrites import Rewrites
from seedlint.runs import Multiplicity
from seedlint.saving import Saving
from seedlint.seeding import Needs, Seeding
from seedlint.sources import Birth, Sources
from seedlint.takers import Taker, Takers
from seedlint.twins import wrapped
from seedlint.units import Units
from seedlint.values import Local, Step, Value, is_nothing
from seedlint.versions import Versions


@dataclass(frozen=True, slots=True)
class Project:
    """``layers`` are in the order of paths and places; ``modules`` are the files to report on.

    ``stateless`` are the calls of stateless functions, whatever the setting ``families`` says.
    ``births`` says of values that reach a seed where they were born unseeded. ``inner`` are the
    layers inside random layers of the project's own; ``takers`` say who could have seeded the
    unseeded ones. ``rejected`` says what is wrong with the seeds of layers, ``custom_layers`` are
    those of the project that take one; ``futile`` is the seeding that has no effect. ``may_seed``
    says whether anything in the program of a file may seed a generator. ``mends`` mend what is
    found, ``saving`` mends custom layers, ``rewrites`` the arguments of a call. ``literals`` say
    what can be built of a layer alone, ``alike`` which layers of one model share what they drew.
    """

    config: Config
    modules: Mapping[str, ModuleFacts]
    layers: tuple[Layer, ...]
    stateless: tuple[Layer, ...]
    seedings: Mapping[str, Mapping[str, str]]
    births: Mapping[Value, Birth]
    inner: tuple[Layer, ...]
    masks: Masks
    takers: Mapping[Layer, Taker]
    custom_layers: tuple[CustomLayer, ...]
    futile: tuple[Futile, ...]
    may_seed: Callable[[str, str], bool]
    mends: Mends
    saving: Saving
    rewrites: Rewrites
    rejected: Mapping[Layer, str]
    literals: Callable[[Layer], Literals]
    alike: Callable[[Mapping[Layer, Hashable]], CoBuilt]

    def global_seed(self, layer: Layer) -> str | None:
        """The call in the layer's file that seeds the generator an unseeded layer would use."""
        seeded = self.seedings.get(layer.module, {}).get(layer.generator)
        return None if layer in _missed(self.futile) else seeded


@dataclass(frozen=True, slots=True)
class Linked:
    """The layers ``every`` of some files, in order, before anything is asked about them.

    ``identified`` says of their seeds what they are one with, where that can be told;
    ``entrances`` are those by which further files may build layers or join them, ``doubted`` those
    of them that give some no seed, but may be set. To the layers of the files ``drawing`` it
    matters what another file seeds; ``seeding`` are those that do seed.
    """

    names: Names
    callees: Callees
    layers: Layers
    every: tuple[Layer, ...]
    identified: Mapping[Layer, Identity]
    sources: Sources
    entrances: Sequence[Entrance]
    doubted: Sequence[Entrance]
    drawing: frozenset[str]
    seeding: frozenset[str]


def link(
    config: Config,
    catalogue: Catalogue,
    names: Names,
    modules: Mapping[str, ModuleFacts],
    silent: Set[str] = frozenset(),
    before: Linked | None = None,
    mended: Set[str] = frozenset(),
    around: Set[str] = frozenset(),
) -> Linked:
    """Find the layers of ``modules``, to which some have been added since ``before``.

    In those of them that are ``silent`` nothing draws. What mends the layers of those to be
    ``mended`` depends on all that builds them. Of the files ``around`` matters what they import.
    """
    versions = Versions(config, catalogue, modules)
    paths = tuple(sorted(modules))
    callees = Callees(names, catalogue)
    if before is not None and before.names is names:
        callees = before.callees
    callees.widen(paths, silent)
    layers = Layers(names, catalogue, callees, versions.given, paths)
    every = tuple(sorted(layers, key=lambda layer: layer.sort_key))
    sources = Sources(names, catalogue, layers, around)
    known = identified(names, catalogue, layers, every)
    # Whatever else a seed may be is no longer the same outside of the function that knows it.
    fixed = {layer for layer in known if known[layer].is_constant}
    left = (layer for layer in every if layer.module in mended)
    fixed |= {layer for layer in left if layer.is_unseeded or _is_drawn(sources, layer)}
    built = [layer for layer in every if layer in fixed and layer.site.row.wanted]
    drawing, seeding = _drawing(sources, every, mended), frozenset(filter(sources.seeds_in, paths))
    doubted = tuple(_doubted(names, paths, every))
    entrances = [
        *layers.entrances(),
        *layers.builders(built),
        *map(layers.entrance, sorted(sources.hashing, key=lambda it: (it.module, it.scope))),
        *doubted,
    ]
    return Linked(
        names, callees, layers, every, known, sources, entrances, doubted, drawing, seeding
    )


def _is_drawn(sources: Sources, layer: Layer) -> bool:
    """Whether the seed of ``layer`` may come from another generator."""
    return any(sources.birth(alt.value) is not None for alt in layer.seed)


def _drawing(sources: Sources, every: Iterable[Layer], mended: Set[str]) -> frozenset[str]:
    """The files with layers to which it matters what another file seeds.

    To an unseeded one that is ``mended`` it does: a seed changes what repeats already.
    """

    def may_repeat(layer: Layer) -> bool:
        is_seeded_here = layer.generator == "python" and sources.seeds_in(layer.module)
        return layer.is_unseeded and (is_seeded_here or layer.module in mended)

    drawing = (layer for layer in every if may_repeat(layer) or _is_drawn(sources, layer))
    return frozenset(layer.module for layer in drawing)


def build(
    config: Config,
    catalogue: Catalogue,
    linked: Linked,
    modules: Mapping[str, ModuleFacts],
    texts: Texts,
) -> Project:
    """All that is to be known of the layers of ``modules``."""
    names, layers, every, sources = linked.names, linked.layers, linked.every, linked.sources
    wanted = [layer for layer in every if layer.site.row.wanted]
    found = tuple(layer for layer in wanted if not layer.hidden)
    takers = Takers(names, catalogue, layers)
    kinds = Kinds(names, catalogue)
    units = Units(names, catalogue, layers)
    graphs = Graphs(names, units)
    shared = masks(
        names, catalogue, config.duplicate_scope, layers, units, graphs, every, linked.identified
    ).of(wanted)
    multiplicity = Multiplicity(
        names, layers, units, graphs, Identities(names, catalogue), texts.may_be_called
    )
    rejected = {
        layer: reason
        for layer in (*wanted, *(one for one in every if one.site.row.stateless))
        if (reason := complaint(kinds, layer)) is not None
    }

    @cache
    def seeding() -> Seeding:
        twinned = frozenset(wrapped(names, catalogue, layers))
        idle = latent(names, catalogue, units, graphs, wanted)
        needs = _needs(wanted, shared, linked, twinned, rejected.keys(), *idle)
        return Seeding(names, layers, units, multiplicity, takers, wanted, needs)

    futile = tuple(_futile(catalogue, linked, modules, found))
    missed = _missed(futile)
    mends = Mends(
        names,
        seeding,
        Draws(names, catalogue, units, multiplicity, sources),
        texts,
        layers.ordinals,
        lambda layer: layer not in missed and sources.may_seed(layer.module, layer.generator),
    )
    return Project(
        config=config,
        modules=modules,
        layers=found,
        stateless=tuple(layer for layer in every if layer.site.row.stateless),
        seedings={
            path: {seeded: name for name in sorted(reached) for seeded in catalogue.seeds(name)}
            for path, reached in layers.reached.items()
        },
        births={
            alt.value: birth
            for layer in found
            for alt in layer.seed
            if (birth := sources.birth(alt.value)) is not None
        },
        inner=tuple(layer for layer in wanted if layer.hidden),
        masks=shared,
        takers={
            layer: taker
            for layer in wanted
            if layer.is_unseeded and (taker := takers.around(layer)) is not None
        },
        custom_layers=tuple(custom_layers(names, sorted(modules), _classes_of(names, every))),
        futile=futile,
        may_seed=sources.may_seed,
        mends=mends,
        saving=Saving(names, mends, texts),
        rewrites=Rewrites(
            names, mends, texts, multiplicity, kinds, lambda one: runs_in_steps(names, units, one)
        ),
        rejected={one: reason for one, reason in rejected.items() if not one.hidden},
        literals=Reading(names).of,
        alike=lambda drawn: alike(names, catalogue, units, graphs, drawn),
    )


def _classes_of(names: Names, layers: Iterable[Layer]) -> frozenset[Local]:
    """The classes whose methods build ``layers``."""
    found = set()
    for layer in layers:
        spot = names.modules.call(layer.module, layer.call).spot
        cls = names.modules.flow(layer.module).class_of(spot.scope)
        if cls is not None:
            found.add(Local(layer.module, cls))
    return frozenset(found)


def _needs(
    wanted: Sequence[Layer],
    shared: Masks,
    linked: Linked,
    twinned: Set[tuple[str, int]],
    rejected: Set[Layer],
    idle: CoBuilt,
    identities: Mapping[Layer, Identity],
) -> Needs:
    """Which of the layers ``wanted`` want a seed; one that is ``rejected`` is none to vary.

    Those that are ``idle`` have one as soon as one is given, by their ``identities``.
    """
    births = {alt.value: linked.sources.birth(alt.value) for one in wanted for alt in one.seed}

    def is_changing(layer: Layer) -> bool:
        born = [births[alt.value] for alt in layer.seed]
        return any(birth is not None and birth.generator != "numpy" for birth in born)

    useless = {one for one in wanted if one in rejected or is_changing(one)}
    equal = {s.layer: linked.identified[s.layer] for s in shared.equal if s.layer not in useless}
    repeated = {repeat.layer for repeat in shared.repeated} - useless
    sharing = {*idle.equal, *idle.repeated} - useless
    equal.update((one, identities[one]) for one in idle.equal if one in sharing)
    repeated |= sharing & idle.repeated.keys()
    starts = [
        one
        for one in wanted
        if one.is_unseeded or one in useless or one in equal or one in repeated
    ]
    return Needs(
        starts=[one for one in starts if one not in shared.built],
        repeated=repeated,
        equal=equal,
        twins=twinned,
        is_changing=lambda value: linked.sources.birth(value) is not None,
        rejected=rejected,
    )


def _futile(
    catalogue: Catalogue,
    linked: Linked,
    modules: Mapping[str, ModuleFacts],
    found: Sequence[Layer],
) -> Iterator[Futile]:
    """The seeding that has no effect."""
    layers = linked.layers
    yield from Unreached(linked.names, catalogue, linked.sources, layers, found)
    for path, facts in sorted(modules.items()):
        yield from idle(linked.names, catalogue, facts)
        yield from in_process(facts, layers.reached[path])


def _missed(futile: Iterable[Futile]) -> frozenset[Layer]:
    """The layers that are built before what was meant to seed them."""
    late = (known.layers for known in futile if known.why is Why.TOO_LATE)
    return frozenset(chain.from_iterable(late))


def _doubted(names: Names, paths: Sequence[str], layers: Iterable[Layer]) -> Iterator[Entrance]:
    """The names that give some layer no seed: a file that sets one of them matters too."""
    words = {
        hop.name
        for layer in layers
        if all(is_nothing(alt.value) for alt in layer.seed)
        for alt in layer.seed
        for hop in alt.trail
        if hop.step is Step.SET
    }
    left = set(words)
    for flow in names.modules.known if words else ():
        for name in words.intersection(name for _, name in (*flow.bindings, *flow.attributes)):
            yield Entrance(name, flow.facts.path)
            yield Entrance("setattr", flow.facts.path)
            left.discard(name)
    # What none of them binds comes from elsewhere, to any of them.
    yield from (Entrance(name, path) for name in left for path in paths)
