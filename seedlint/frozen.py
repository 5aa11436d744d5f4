"""Draws that give the same mask at every step, and layers that every step builds anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seedlint.facts import Seq
from seedlint.layers import Layer, Layers
from seedlint.names import Names
from seedlint.units import Units, happens_once
from seedlint.values import Alt, Const, Display, Param


def built_in_steps(names: Names, units: Units, found: Iterable[Layer]) -> Iterator[Layer]:
    """The Keras 3 layers that ``call``, or another function of every step, builds.

    What is built behind a test of an attribute, such as ``if self.dropout is None``, is built once.
    """
    for layer in found:
        site = layer.site
        if site.keras == 3 and site.row.draws == "layer" and layer.wrapper is None:
            at = names.place(layer.module, layer.call)
            is_once = happens_once(names.modules.flow(layer.module), at.spot)
            if not is_once and runs_in_steps(names, units, layer):
                yield layer


def runs_in_steps(names: Names, units: Units, layer: Layer) -> bool:
    """Whether the site of ``layer`` runs at every step."""
    site = layer.site
    return units.of(site.module, names.place(site.module, site.call).spot) in units.stepping


def is_fixed(names: Names, layers: Layers, layer: Layer) -> bool:
    """Whether the seed of ``layer`` is certainly an int, or a list of them."""
    return bool(layer.seed) and all(_is_int(names, layers, alt) for alt in layer.seed)


def _is_int(names: Names, layers: Layers, alt: Alt) -> bool:
    if not all(map(names.modules.is_steady, alt.trail)):
        return False
    match alt.value:
        case Const(known):
            return isinstance(known, int)
        case Display(Seq(items), at):
            return all(
                _is_int(names, layers, part) for item in items for part in names.values(item, at)
            )
        case Param(function) as param if function not in layers.edges:
            return all(_is_int(names, layers, default) for default in names.calls.default(param))
    return False
