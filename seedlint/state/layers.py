"""The generators that the layers of a model hold, under names that are the same in every run."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seedlint.state.generators import is_hidden, kind
from seedlint.state.records import StateError

RATES = ("rate", "stddev", "dropout", "recurrent_dropout")


@dataclass(frozen=True, slots=True)
class Held:
    """A ``generator``, and where it is: the layer's path and class, and its name in the layer."""

    path: str
    cls: str
    attribute: str
    generator: Any

    @property
    def name(self) -> str:
        return f"{self.path}.{self.attribute}" if self.path else self.attribute


@dataclass(frozen=True, slots=True)
class Library:
    """The Keras that a model is made with: the name of its package, and its version."""

    name: str
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def library(model: object) -> Library:
    """The Keras of ``model``; `StateError` if it is no layer of Keras."""
    for cls in type(model).__mro__:
        name = cls.__module__.partition(".")[0]
        if name in ("keras", "tf_keras") and cls.__name__ == "Layer":
            return Library(name, sys.modules[name].__version__)
    raise StateError(f"a {type(model).__qualname__} is no model of Keras")


def held(model: Any) -> list[Held]:
    """Every generator of ``model`` once, in the order of its layers.

    A generator that several layers share is at the first of them. `StateError` if one cannot be
    read, or if the model is not built: some layers get theirs as late as that.
    """
    if not model.built:
        raise StateError(
            f"the model `{model.name}` is not built: call it on a batch, or build it, before"
        )
    found: dict[int, Held] = {}
    hidden = []
    for path, layer in _walk(model):
        for attribute, generator in _generators(layer):
            if not is_hidden(generator):
                here = Held(path, type(layer).__name__, attribute, generator)
                found.setdefault(id(generator), here)
            elif not _is_inert(layer):
                hidden.append(f"`{path}` ({type(layer).__name__})")
    if hidden:
        name = library(model).name
        raise StateError(
            f"TensorFlow keeps the state of {', '.join(hidden)} to itself: before the model is "
            f"made, call {name}.backend.experimental.enable_tf_random_generator()"
        )
    return list(found.values())


def _walk(model: Any) -> Iterator[tuple[str, Any]]:
    """Each layer once, under its path from ``model``, whose own is empty."""
    seen: set[int] = set()
    stack = [("", model)]
    while stack:
        path, layer = stack.pop()
        if id(layer) not in seen:
            seen.add(id(layer))
            yield path, layer
            stack.extend(reversed(list(_children(path, layer))))


def _children(path: str, layer: Any) -> Iterator[tuple[str, Any]]:
    if hasattr(layer, "_seed_generators"):
        inner = list(layer._layers)
    else:
        inner = list(layer._flatten_layers(recursive=False, include_self=False))
    count: Counter[str] = Counter()
    for child in inner:
        name = _own_name(child)
        number = f"_{count[name]}" if count[name] else ""
        count[name] += 1
        yield f"{path}/{name}{number}".removeprefix("/"), child


def _own_name(layer: Any) -> str:
    """The name of ``layer`` without the number that Keras gives to all of a class in a process."""
    snake = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", type(layer).__name__))
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", snake).lower()
    counted = re.fullmatch(rf"(.*(?:{snake}|model))_\d+", layer.name)
    return counted[1] if counted else layer.name


def _generators(layer: Any) -> Iterator[tuple[str, Any]]:
    """The generators that ``layer`` itself holds; Keras 3 also knows of those in its lists."""
    seen = set()
    for attribute, thing in vars(layer).items():
        if kind(thing) is not None:
            seen.add(id(thing))
            yield attribute, thing
    for index, generator in enumerate(getattr(layer, "_seed_generators", ())):
        if id(generator) not in seen:
            yield f"seed_generators[{index}]", generator


def _is_inert(layer: Any) -> bool:
    """Whether it never draws: all its rates are known to be 0."""
    rates = [getattr(layer, name) for name in RATES if hasattr(layer, name)]
    return bool(rates) and all(isinstance(rate, int | float) and rate == 0 for rate in rates)
