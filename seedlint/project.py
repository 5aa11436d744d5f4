"""All that a rule is given: the layers of one project, and what to ask about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from seedlint.catalogue import Catalogue
from seedlint.config import Config
from seedlint.configs import CustomLayer, custom_layers
from seedlint.facts import ModuleFacts
from seedlint.futile import Futile, Unreached, idle, in_process
from seedlint.kinds import Kinds
from seedlint.layers import Layer, Layers
from seedlint.masks import Masks, masks
from seedlint.names import Names
from seedlint.sources import Birth, Sources
from seedlint.takers import Taker, Takers
from seedlint.values import Value, is_nothing
from seedlint.versions import Versions

# A file that holds one of them may seed what another file draws from.
SEEDING_WORDS = frozenset({"random.seed", "set_random_seed"})


@dataclass(frozen=True, slots=True)
class Project:
    """``layers`` are in the order of paths and places; ``modules`` are the files to report on.

    ``stateless`` are the calls of stateless functions, whatever the setting ``families`` says.
    ``entrances`` are names by which further files may build layers (`Layers.entrances`) or give
    them a seed. ``births`` says of values that reach a seed where they were born unseeded.
    ``inner`` are the layers inside random layers of the project's own; ``takers`` say who could
    have seeded the unseeded ones. ``kinds`` are the types of values that reach a seed,
    ``custom_layers`` the layers of the project that take one; ``futile`` is the seeding that has no
    effect. ``may_seed`` says whether anything in the program of a file may seed a generator.
    """

    config: Config
    modules: Mapping[str, ModuleFacts]
    layers: tuple[Layer, ...]
    stateless: tuple[Layer, ...]
    seedings: Mapping[str, Mapping[str, str]]
    entrances: frozenset[str]
    births: Mapping[Value, Birth]
    inner: tuple[Layer, ...]
    masks: Masks
    takers: Mapping[Layer, Taker]
    kinds: Mapping[Value, str]
    custom_layers: tuple[CustomLayer, ...]
    futile: tuple[Futile, ...]
    may_seed: Callable[[str, str], bool]

    def global_seed(self, layer: Layer) -> str | None:
        """The call in the layer's file that seeds the generator an unseeded layer would use."""
        return self.seedings.get(layer.module, {}).get(layer.generator)


def build(
    config: Config,
    catalogue: Catalogue,
    names: Names,
    modules: Mapping[str, ModuleFacts],
) -> Project:
    """Join the facts of ``modules`` into a project."""
    versions = Versions(config, catalogue, modules)
    layers = Layers(names, catalogue, versions.given, tuple(sorted(modules)))
    every = sorted(layers, key=lambda layer: layer.sort_key)
    wanted = [layer for layer in every if layer.site.row.wanted]
    found = tuple(layer for layer in wanted if not layer.hidden)
    stateless = tuple(layer for layer in every if layer.site.row.stateless)
    seedings = {
        path: {generator: name for name in sorted(reached) for generator in catalogue.seeds(name)}
        for path, reached in layers.reached.items()
    }
    sources = Sources(names, catalogue, layers.calls)
    births = {
        alt.value: birth
        for layer in found
        for alt in layer.seed
        if (birth := sources.birth(alt.value)) is not None
    }
    found_masks = masks(names, catalogue, config.duplicate_scope, layers, every)
    takers = Takers(names, catalogue, layers)
    kinds = Kinds(names, catalogue)
    unreached = tuple(Unreached(names, catalogue, sources, layers.calls, found))
    futile = tuple(
        each
        for path, facts in sorted(modules.items())
        for each in (
            *idle(names, catalogue, facts),
            *in_process(facts, layers.reached[path]),
        )
    )
    seeding = _seeding_words(sources, names) if births or unreached else frozenset()
    return Project(
        config=config,
        modules=modules,
        layers=found,
        stateless=stateless,
        seedings=seedings,
        entrances=layers.entrances() | found_masks.builders | _doubts(found) | seeding,
        births=births,
        inner=tuple(layer for layer in wanted if layer.hidden),
        masks=found_masks.of(wanted),
        takers={
            layer: taker
            for layer in wanted
            if layer.is_unseeded and (taker := takers.around(layer)) is not None
        },
        kinds={
            alt.value: kind
            for layer in every
            for alt in layer.seed
            if (kind := kinds.of(alt.value)) is not None
        },
        custom_layers=tuple(custom_layers(names, sorted(modules))),
        futile=(*unreached, *futile),
        may_seed=sources.may_seed,
    )


def _seeding_words(sources: Sources, names: Names) -> frozenset[str]:
    """The words in files that seed, or call or import what does."""
    return SEEDING_WORDS.union(map(names.modules.called_as, sources.seeders))


def _doubts(layers: Iterable[Layer]) -> frozenset[str]:
    """The names that give some layer no seed: a file that sets one of them matters too."""
    return frozenset(
        hop.name
        for layer in layers
        if all(is_nothing(alt.value) for alt in layer.seed)
        for alt in layer.seed
        for hop in alt.trail
        if hop.name
    )
