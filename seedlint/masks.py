"""Which masks of a project are equal, and which are the same at every step."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set

from seedlint.catalogue import Catalogue
from seedlint.cobuilt import CoBuilt, Equal, Repeat, equal_in
from seedlint.data import dataclass, replace
from seedlint.frozen import built_in_steps, is_fixed, runs_in_steps
from seedlint.graphs import Graphs
from seedlint.identity import Identities, Identity
from seedlint.layers import Layer, Layers
from seedlint.names import Names
from seedlint.numbers import ARITHMETIC
from seedlint.twins import twins
from seedlint.units import Units
from seedlint.values import (
    Absent,
    Api,
    Computed,
    Const,
    Display,
    Made,
    Part,
    Turn,
    Unknown,
    Value,
    is_nothing,
    params,
)


@dataclass(frozen=True, slots=True)
class Masks:
    """``equal`` and ``repeated`` say which layers share a seed in one model.

    ``built`` are the layers that every step builds anew, ``drawn`` the draws that every step
    repeats.
    """

    equal: tuple[Equal, ...]
    repeated: tuple[Repeat, ...]
    built: Set[Layer]
    drawn: tuple[Layer, ...]

    def of(self, wanted: Iterable[Layer]) -> Masks:
        """The same without the layers that are not ``wanted``; of draws, all stay."""
        shown = frozenset(wanted)
        return replace(
            self,
            equal=tuple(same for same in self.equal if same.layer in shown),
            repeated=tuple(repeat for repeat in self.repeated if repeat.layer in shown),
        )


def masks(
    names: Names,
    catalogue: Catalogue,
    scope: str,
    layers: Layers,
    units: Units,
    graphs: Graphs,
    found: Sequence[Layer],
    known: Mapping[Layer, Identity],
) -> Masks:
    """The masks of ``found``, all layers in order, of which ``known`` have seeds to compare.

    ``scope`` says where no seeds may be equal.
    """
    built = frozenset(built_in_steps(names, units, found))
    lasting = {layer: identity for layer, identity in known.items() if layer not in built}
    cobuilt = CoBuilt(names, units, graphs, Identities(names, catalogue), lasting)
    twinned = (Equal(layer, layer) for layer in twins(names, catalogue, layers, lasting))
    wider = () if scope == "model" else equal_in(scope, lasting)
    equal = {same.layer: same for same in (*wider, *cobuilt.equal.values(), *twinned)}
    drawn = {
        layer: None
        for layer in found
        if layer.site.row.stateless
        and is_fixed(names, layers, layer)
        and (layer in cobuilt.repeated or runs_in_steps(names, units, layer))
    }
    return Masks(
        equal=tuple(equal.values()),
        repeated=tuple(r for r in cobuilt.repeated.values() if r.layer not in drawn),
        built=built,
        drawn=tuple(drawn),
    )


def alike(
    names: Names,
    catalogue: Catalogue,
    units: Units,
    graphs: Graphs,
    found: Mapping[Layer, Hashable],
) -> CoBuilt:
    """Which of the layers ``found``, of which each has something, share that in one model."""
    identities = Identities(names, catalogue)
    known = {layer: Identity((thing,)) for layer, thing in found.items()}
    return CoBuilt(names, units, graphs, identities, known)


def latent(
    names: Names,
    catalogue: Catalogue,
    units: Units,
    graphs: Graphs,
    found: Iterable[Layer],
) -> tuple[CoBuilt, Mapping[Layer, Identity]]:
    """Which of the layers ``found`` would share a seed if those who may give one did.

    And the identities of these seeds.
    """
    identities = _identified(names, catalogue, filter(_may_be_given, found))
    return CoBuilt(names, units, graphs, Identities(names, catalogue), identities), identities


def _may_be_given(layer: Layer) -> bool:
    is_open = any(any(params(alt.value)) for alt in layer.seed)
    return is_open and layer.drops and layer.site.signature.takes_seed


def identified(
    names: Names, catalogue: Catalogue, layers: Layers, found: Sequence[Layer]
) -> dict[Layer, Identity]:
    """What the seeds of ``found`` are one with, where that can be told."""
    return _identified(names, catalogue, _seeded(found, layers))


def _identified(
    names: Names, catalogue: Catalogue, found: Iterable[Layer]
) -> dict[Layer, Identity]:
    identities = Identities(names, catalogue)
    known = {}
    for layer in found:
        site = names.place(layer.site.module, layer.site.call)
        identity = identities.of(layer.seed, names.place(layer.module, layer.call), site)
        if identity is not None and not (_goes_on(catalogue, layer) or _is_pair(layer)):
            known[layer] = identity
    return known


def _is_pair(layer: Layer) -> bool:
    """Whether the seed of ``layer`` is several numbers, of which nothing comes: it takes one."""
    takes_one = not layer.site.signature.seed_required
    return takes_one and any(isinstance(alt.value, Display) for alt in layer.seed)


def _goes_on(catalogue: Catalogue, layer: Layer) -> bool:
    """Whether the seed of ``layer`` may be a generator, which gives other numbers at each draw."""
    takes_generators = layer.site.row.stateless and not layer.site.signature.seed_required
    for alt in layer.seed:
        match alt.value:
            case Made(Api(path)) if catalogue.kind(path) == "SeedGenerator":
                return True
            case value if takes_generators and not _is_number(catalogue, value):
                return True
    return False


def _is_number(catalogue: Catalogue, value: Value) -> bool:
    """Whether ``value`` is certainly made of numbers, or nothing."""
    match value:
        case Unknown(Computed(op)):
            return op == "int" or op in ARITHMETIC
        case Part(Made(Api(path))) | Made(Api(path)):
            return path in catalogue.sources or catalogue.kind(path) is not None
        case Unknown(Turn()) | Const() | Absent() | Display():
            return True
    return False


def _seeded(found: Sequence[Layer], layers: Layers) -> Iterator[Layer]:
    """The layers that draw and may get a seed: where calls decide, one of them must give it."""
    given: dict[tuple[str, int], bool] = {}
    for layer in found:
        if layers.decided(layer.seed):
            place = (layer.site.module, layer.site.call)
            has_seed = not all(is_nothing(alt.value) for alt in layer.seed)
            given[place] = given.get(place, False) or has_seed
    for layer in found:
        place = (layer.site.module, layer.site.call)
        if layer.drops and layer.site.signature.takes_seed and given.get(place, False):
            yield layer
