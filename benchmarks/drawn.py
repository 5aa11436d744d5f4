"""Run in a fresh process: what the models of a package draw in two steps of training.

``python -m benchmarks.drawn package folder number result.json``; the number disturbs the global
generators. Layers are told apart by what draws while they are called, so that no list of classes
is needed.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import json
import random
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.small_models import KERAS_2, PACKAGES

Told = dict[str, Any]

STEPS = 2
SIZE = 4


class Watch:
    """Writes down who draws, by which seed, and what."""

    def __init__(self) -> None:
        self.on = False
        self._inside: list[Any] = []
        self._drawn: dict[tuple[int, int], Told] = {}

    def called(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(layer: Any, *args: Any, **kwargs: Any) -> Any:
            self._inside.append(layer)
            try:
                return call(layer, *args, **kwargs)
            finally:
                self._inside.pop()

        return watched

    def drew(self, generator: Any, seed: int | None, mask: str) -> None:
        around = self._inside
        key = id(around[-1]), id(generator)
        if key not in self._drawn:
            name = "/".join(layer.name for layer in around[1:])
            kinds = [type(layer).__name__ for layer in reversed(around)]
            self._drawn[key] = {"name": name, "kinds": kinds, "seed": seed, "masks": []}
        self._drawn[key]["masks"].append(mask)

    def steps(self, model: Any, inputs: Any) -> list[Told]:
        """The layers of ``model`` that draw in training, and what."""
        self._drawn, self.on = {}, True
        try:
            for _ in range(STEPS):
                model(inputs, training=True)
        finally:
            self.on = False
        return list(self._drawn.values())


def watch_keras_3(watch: Watch) -> None:
    base: Any = importlib.import_module("keras.src.layers.layer").Layer
    home: Any = importlib.import_module("keras.src.random.seed_generator").SeedGenerator
    advance = home.next

    def drawn(generator: Any, *args: Any, **kwargs: Any) -> Any:
        state = advance(generator, *args, **kwargs)
        if watch.on:
            # In Keras 3 a mask is a function of the state.
            watch.drew(generator, generator._initial_seed, str(np.asarray(state).tolist()))
        return state

    base.__call__, home.next = watch.called(base.__call__), drawn


def watch_keras_2(watch: Watch) -> None:
    base: Any = importlib.import_module("tf_keras.src.engine.base_layer").Layer
    home: Any = importlib.import_module("tf_keras.src.backend").RandomGenerator
    tf = importlib.import_module("tensorflow")
    build, drop = home.__init__, home.dropout

    def built(generator: Any, seed: Any = None, **kwargs: Any) -> None:
        build(generator, seed, **kwargs)
        # Each draw moves ``_seed`` on.
        generator.given_seed = seed

    def dropped(generator: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if not watch.on:
            return drop(generator, inputs, *args, **kwargs)
        # Not the outputs: a unit may be zero without having been dropped.
        mask = drop(generator, tf.ones_like(inputs), *args, **kwargs)
        digest = hashlib.sha256(np.asarray(mask).tobytes()).hexdigest()
        watch.drew(generator, generator.given_seed, digest)
        return inputs * mask

    base.__call__, home.__init__, home.dropout = watch.called(base.__call__), built, dropped


def disturb(number: int, legacy: bool) -> None:
    tf = importlib.import_module("tensorflow")
    random.seed(number)
    np.random.seed(number)
    # Keras 2 mixes a global seed of TensorFlow into each seed that a layer is given.
    tf.random.set_seed(None if legacy else number)
    tf.random.uniform([number])


def ones(model: Any) -> Any:
    def one(spec: Any) -> Any:
        dtype = getattr(spec.dtype, "name", spec.dtype)
        return np.ones([size or SIZE for size in spec.shape], dtype)

    inputs = getattr(model, "_inputs_struct", model.inputs)
    if isinstance(inputs, dict):
        return {name: one(spec) for name, spec in inputs.items()}
    return [one(spec) for spec in inputs] if isinstance(inputs, list) else one(inputs)


def told(build: Callable[[], Any], watch: Watch) -> Told:
    try:
        model = build()
        return {"layers": watch.steps(model, ones(model))}
    except Exception:
        return {"error": traceback.format_exc(limit=-4)}


def main() -> None:
    package, folder, number, result = sys.argv[1:]
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    legacy = package in KERAS_2
    watch = Watch()
    (watch_keras_2 if legacy else watch_keras_3)(watch)
    keras = importlib.import_module("tf_keras" if legacy else "keras")
    models = {}
    for name, build in PACKAGES[package]().items():
        keras.backend.clear_session()
        gc.collect()
        disturb(int(number), legacy)
        models[name] = told(build, watch)
    home = importlib.import_module(package).__file__
    assert home is not None
    assert Path(home).is_relative_to(folder), f"not the package in {folder}: {home}"
    Path(result).write_text(json.dumps(models), "utf-8")


if __name__ == "__main__":
    main()
