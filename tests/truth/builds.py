"""Run in a fresh process: what ``build()`` of many projects makes.

``python -m tests.truth.builds job.json result.json``; the job holds the number of the process and
the folders.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import random
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

Told = dict[str, Any]

tf, keras = importlib.import_module("tensorflow"), importlib.import_module("keras")
LAYERS = keras.layers
PLAIN = (
    LAYERS.Dropout,
    LAYERS.SpatialDropout1D,
    LAYERS.AlphaDropout,
    LAYERS.GaussianDropout,
    LAYERS.GaussianNoise,
    *(layer for layer in (getattr(tf.keras.layers, "AlphaDropout", None),) if layer),
)
GAUSSIAN = (LAYERS.GaussianDropout, LAYERS.GaussianNoise)
HEADS = (LAYERS.MultiHeadAttention, LAYERS.GroupQueryAttention)
ATTENTION = (LAYERS.Attention, *HEADS)
CELLS = (
    LAYERS.LSTMCell,
    LAYERS.GRUCell,
    LAYERS.SimpleRNNCell,
    *(type(LAYERS.ConvLSTM2D(1, 1).cell),),
)
STEPS = 2


def rates(layer: Any) -> list[float]:
    names = ("rate", "stddev", "dropout", "recurrent_dropout", "_dropout")
    return [rate for name in names if isinstance(rate := getattr(layer, name, None), int | float)]


def drops(layer: Any) -> bool:
    return isinstance(layer, (*PLAIN, *ATTENTION, *CELLS)) and any(rates(layer))


def children(layer: Any) -> list[Any]:
    if isinstance(layer, LAYERS.Bidirectional):
        return [layer.forward_layer, layer.backward_layer]
    if isinstance(layer, HEADS):
        return []
    return list(layer._layers)


def walk(layer: Any, seen: set[int]) -> Iterator[Any]:
    if id(layer) in seen:
        return
    seen.add(id(layer))
    if drops(layer):
        yield layer
    for child in children(layer):
        yield from walk(child, seen)


def told(layer: Any) -> Told:
    inner = getattr(layer, "_dropout_layer", None) or layer
    states = [generator.state.numpy().tolist() for generator in inner._seed_generators]
    seed = getattr(layer, "seed", None)
    return {
        "class": type(layer).__name__,
        "kind": "gaussian" if isinstance(layer, GAUSSIAN) else "bernoulli",
        "seed": seed if seed is None else str(seed),
        "states": states,
    }


def layers_of(roots: list[Any]) -> list[Any]:
    seen: set[int] = set()
    return [layer for root in roots for layer in walk(root, seen)]


def forward(model: Any, sample: Callable[[], Any] | None) -> list[str] | None:
    """The outputs of ``model`` for ones, once its weights are set to known numbers."""
    if sample is not None:
        inputs = sample()
    elif getattr(model, "inputs", None):
        inputs = [
            np.ones([size or 2 for size in one.shape], keras.backend.standardize_dtype(one.dtype))
            for one in model.inputs
        ]
        inputs = inputs[0] if len(inputs) == 1 else inputs
    else:
        return None
    model(inputs)
    numbers = np.random.RandomState(0)
    for weight in model.weights:
        weight.assign(numbers.uniform(-1, 1, weight.shape))
    return [digest(model(inputs, training=True)) for _ in range(STEPS)]


def digest(values: Any) -> str:
    whole = hashlib.sha256()
    for value in tf.nest.flatten(values):
        whole.update(np.asarray(value).tobytes())
    return whole.hexdigest()[:12]


def models(made: Any) -> tuple[list[Any], list[Any], list[Any]]:
    """The models, the layers and the tensors in ``made``."""
    if isinstance(made, keras.Model):
        return [made], [], []
    if isinstance(made, keras.Layer):
        return [], [made], []
    if isinstance(made, dict):
        made = list(made.values())
    if isinstance(made, list | tuple):
        parts = [models(one) for one in made]
        whole = [[one for part in parts for one in part[kind]] for kind in range(3)]
        return whole[0], whole[1], whole[2]
    return [], [], [made]


def judged(module: Any, clone: bool) -> list[Told]:
    whole, layers, tensors = models(module.build())
    sample = getattr(module, "sample", None)
    told_models = []
    for model in whole:
        # Before the forward pass: it moves the generators on.
        made = [told(layer) for layer in layers_of([model])]
        copies = None
        if clone:
            copies = [told(layer)["seed"] for layer in layers_of([keras.models.clone_model(model)])]
        told_models.append(
            {"layers": made, "forward": forward(model, sample), "steps": True, "clone": copies}
        )
    if layers or tensors:
        made = [told(layer) for layer in layers_of(layers)]
        copies = None
        if clone:
            again = [type(layer).from_config(layer.get_config()) for layer in layers]
            copies = [told(layer)["seed"] for layer in layers_of(again)]
        output = [digest(tensor) for tensor in tensors if tf.is_tensor(tensor)]
        told_models.append({"layers": made, "forward": output, "steps": False, "clone": copies})
    return told_models


def run(folder: Path, number: int, clone: bool) -> Told:
    keras.backend.clear_session()
    # Seeded ops follow a global seed, and an earlier case may have set one.
    tf.random.set_seed(None)
    random.seed(number)
    np.random.seed(number)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        return {"models": judged(importlib.import_module("model"), clone)}
    except Exception:
        return {"error": traceback.format_exc(limit=-3)}
    finally:
        sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]


def main() -> None:
    job, result = map(Path, sys.argv[1:])
    work = json.loads(job.read_text("utf-8"))
    sys.dont_write_bytecode = True
    number = work["process"]
    made = [run(Path(one["folder"]), number, one["clone"]) for one in work["projects"]]
    result.write_text(json.dumps(made), "utf-8")


if __name__ == "__main__":
    main()
