"""All that a rule is given: the layers of one project, and what to ask about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass

from seedlint import pins
from seedlint.catalogue import Catalogue, KerasVersion
from seedlint.config import Config
from seedlint.configs import CustomLayer, custom_layers
from seedlint.facts import Import, ModuleFacts
from seedlint.futile import Futile, Unreached, idle, in_process
from seedlint.layers import KerasVersionOf, Layer, Layers
from seedlint.names import Names
from seedlint.sources import Birth, Sources
from seedlint.values import Value, is_nothing

# A file that holds one of them may seed what another file draws from.
SEEDING_WORDS = frozenset({"random.seed", "set_random_seed"})


@dataclass(frozen=True, slots=True)
class Project:
    """``layers`` are in the order of paths and places; ``modules`` are the files to report on.

    ``stateless`` are the calls of stateless functions, whatever the setting ``families`` says.
    ``entrances`` are names by which further files may build layers (`Layers.entrances`) or give
    them a seed. ``births`` says of values that reach a seed where they were born unseeded;
    ``custom_layers`` are those of the project that take one; ``futile`` is the seeding that has no
    effect. ``may_seed`` says whether anything in the program of a file may seed a generator.
    """

    config: Config
    modules: Mapping[str, ModuleFacts]
    layers: tuple[Layer, ...]
    stateless: tuple[Layer, ...]
    seedings: Mapping[str, Mapping[str, str]]
    entrances: frozenset[str]
    births: Mapping[Value, Birth]
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
    versions = _Versions(config, catalogue, modules)
    layers = Layers(names, catalogue, versions.given, tuple(sorted(modules)))
    every = sorted(layers, key=lambda layer: layer.sort_key)
    found = tuple(layer for layer in every if layer.site.row.wanted)
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
        entrances=layers.entrances() | _doubts(found) | seeding,
        births=births,
        custom_layers=tuple(custom_layers(names, sorted(modules))),
        futile=(*unreached, *futile),
        may_seed=sources.may_seed,
    )


def _seeding_words(sources: Sources, names: Names) -> frozenset[str]:
    """The words in files that seed, or call or import what does."""
    words = set(SEEDING_WORDS)
    for seeder in sources.seeders:
        dotted = names.modules.dotted(seeder).split(".")
        words.add(dotted[-2] if dotted[-1] == "__init__" else dotted[-1])
    return frozenset(words)


def _doubts(layers: Iterable[Layer]) -> frozenset[str]:
    """The names that give some layer no seed: a file that sets one of them matters too."""
    return frozenset(
        hop.name
        for layer in layers
        if all(is_nothing(alt.value) for alt in layer.seed)
        for alt in layer.seed
        for hop in alt.trail
    )


class _Versions:
    """Decides which Keras each file means."""

    def __init__(
        self, config: Config, catalogue: Catalogue, modules: Mapping[str, ModuleFacts]
    ) -> None:
        self._config = config
        self._catalogue = catalogue
        self._modules = modules
        self._pinned = pins.keras_version(config.root) if config.keras_version is None else None

    def given(self, reached: Mapping[str, Set[str]]) -> KerasVersionOf:
        """The decision, given the outside names that each module calls."""
        marks = {
            path: self._mark(facts, reached.get(path, frozenset()))
            for path, facts in self._modules.items()
        }

        def version(module: str, api: str) -> KerasVersion:
            by_path = self._catalogue.keras_of(api)
            if by_path is not None:
                return by_path
            if self._config.keras_version is not None:
                return 2 if self._config.keras_version == 2 else 3
            facts = self._modules.get(module)
            if facts is not None and api.startswith("tensorflow.") and _is_legacy(facts):
                return 2
            return marks.get(module) or self._pinned or 3

        return version

    def _mark(self, facts: ModuleFacts, reached: Set[str]) -> KerasVersion | None:
        """The Keras that the names used in a file exist in; 3 where they disagree."""
        imported = {
            value.path
            for value in (binding.value for binding in facts.bindings)
            if isinstance(value, Import) and value.level == 0
        }
        imported.update(star.module for star, _ in facts.stars)
        found = {self._catalogue.marked(path) for path in imported | reached}
        return 3 if 3 in found else 2 if 2 in found else None


def _is_legacy(facts: ModuleFacts) -> bool:
    """Whether the file sets ``TF_USE_LEGACY_KERAS``: then ``tf.keras`` is Keras 2."""
    return any(
        variable.name == "TF_USE_LEGACY_KERAS" and variable.value in ("1", "True", "true")
        for variable in facts.environ
    )
