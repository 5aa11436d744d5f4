"""Draws that give the same mask at every step, and layers that every step builds anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seedlint.facts import Attr, CallAt, Logic, Name, Seq
from seedlint.flow import Flow, Test
from seedlint.layers import Layer, Layers
from seedlint.names import Names
from seedlint.units import Units
from seedlint.values import IS_FALSE, IS_NONE, Alt, At, Const, Display, Param


def built_in_steps(names: Names, units: Units, found: Iterable[Layer]) -> Iterator[Layer]:
    """The Keras 3 layers that ``call``, or another function of every step, builds.

    What is built behind a test of an attribute, such as ``if self.dropout is None``, is built once.
    """
    for layer in found:
        site = layer.site
        if site.keras == 3 and site.row.draws == "layer" and layer.wrapper is None:
            at = names.place(layer.module, layer.call)
            is_kept = _is_kept(names.modules.flow(layer.module), at)
            if not is_kept and runs_in_steps(names, units, layer):
                yield layer


def _is_kept(flow: Flow, at: At) -> bool:
    return any(_asks_for_attribute(flow, test) for test in flow.tests(at.spot))


def _asks_for_attribute(flow: Flow, test: Test) -> bool:
    """Whether ``test`` holds where an attribute is missing, ``None`` or false."""
    expr = test.expr
    while isinstance(expr, Logic) and expr.op == "not":
        expr = expr.items[0]
    if isinstance(expr, CallAt):
        return flow.facts.calls[expr.index].func == Name("hasattr")
    return any(
        isinstance(subject, Attr) and condition in (IS_NONE, IS_FALSE)
        for subject, condition in flow.conditions(test)
    )


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
