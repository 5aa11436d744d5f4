"""Layers that Keras 3 builds twice with one seed: what a ``Bidirectional`` is given to wrap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seedlint.catalogue import Catalogue
from seedlint.identity import Identity
from seedlint.layers import Layer, Layers
from seedlint.names import Names
from seedlint.values import ABSENT, Alt, Api, Made


def twins(
    names: Names, catalogue: Catalogue, layers: Layers, identified: Mapping[Layer, Identity]
) -> Iterator[Layer]:
    """The layers with a seed that are the two directions of a ``Bidirectional``.

    Keras 3.15 makes the backward layer from the configuration of the forward one, seed included.
    """
    inner = set(wrapped(names, catalogue, layers))
    for layer in identified:
        site = layer.site
        iswrapped = (site.module, site.call) in inner
        if site.keras == 3 and iswrapped and layers.decided(layer.seed):
            yield layer


def wrapped(names: Names, catalogue: Catalogue, layers: Layers) -> Iterator[tuple[str, int]]:
    """The calls that make what a ``Bidirectional`` without a ``backward_layer`` is given."""
    for path, index, callees in layers.told:
        apis = [callee.path for callee in callees if isinstance(callee, Api)]
        if any(api.endswith(".Bidirectional") and catalogue.is_keras(api) for api in apis):
            arguments = names.calls.arguments(path, index, callees[0])
            if names.calls.argument(arguments, "backward_layer", 3) == ABSENT:
                for alt in names.calls.argument(arguments, "layer", 0):
                    yield from _made(names, alt)


def _made(names: Names, alt: Alt) -> Iterator[tuple[str, int]]:
    """The call that makes the layer, and the one that makes the cell in an ``RNN``."""
    match alt.value:
        case Made(Api(path) as by, module, int() as call):
            yield module, call
            if path.endswith(".RNN"):
                arguments = names.calls.arguments(module, call, by)
                for cell in names.calls.argument(arguments, "cell", 0):
                    yield from _made(names, cell)
