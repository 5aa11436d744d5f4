"""What can be asked of layers once their program has run: to train, and to show what they draw."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from tests.truth.lab import SHAPE, SHAPES, STEPS, Lab, fingerprint
from tests.truth.log import Log, Made

RATES = ("rate", "dropout", "_dropout", "recurrent_dropout", "stddev", "dropout_rate")
OF_TWO = {"MultiHeadAttention", "GroupQueryAttention"}
OF_A_LIST = {"Attention", "AdditiveAttention"}


def train(lab: Lab, log: Log) -> None:
    """Call each layer as training would; the example's own twice, and then in a graph."""
    tried: set[int] = set()
    while left := [made for key, made in log.made.items() if key not in tried]:
        for made in left:
            tried.add(id(made.layer))
            if made.owner is None and made.lines and not made.broken:
                _train(lab, log, made)


def _train(lab: Lab, log: Log, made: Made) -> None:
    log.probed = made
    known = len(log.errors)
    for turn in ("0", "1", "graph") if _runs_own_code(log, made.layer) else ("0",):
        log.turn = turn
        lab.tf.config.run_functions_eagerly(turn != "graph")
        with lab.listening(log):
            try:
                _step(lab, made.layer, turn)
            except Exception as error:
                log.failed(error)
    lab.tf.config.run_functions_eagerly(True)
    made.error = " ".join(str(error["text"]) for error in log.errors[known : known + 1])
    log.probed, log.turn = None, ""


def _runs_own_code(log: Log, layer: Any) -> bool:
    return type(layer).__name__ == "Lambda" or log.holds(sys.modules.get(type(layer).__module__))


def _step(lab: Lab, layer: Any, turn: str) -> None:
    if type(layer).call is lab.keras.layers.Layer.call:
        if not layer.built:
            layer.build(SHAPE)
        return
    call = functools.partial(_call, lab, layer)
    (lab.tf.function(call, autograph=False) if turn == "graph" else call)()


def _call(lab: Lab, layer: Any) -> None:
    name = type(layer).__name__
    if name in OF_TWO:
        lab.called(lambda x: layer(x, x, training=True), SHAPES[1:])
    elif name in OF_A_LIST:
        lab.called(lambda x: layer([x, x], training=True), SHAPES[1:])
    else:
        lab.called(lambda x: layer(x, training=True), _shapes(layer))


def _shapes(layer: Any) -> Sequence[tuple[int, ...]]:
    """What it was built on, and what else it may take."""
    built = list((getattr(layer, "_build_shapes_dict", None) or {}).values())
    if built and isinstance(built[0], tuple) and all(size is None or size for size in built[0]):
        return (tuple(SHAPE[0] if size is None else size for size in built[0]), *SHAPES)
    return SHAPES


def layers(lab: Lab, log: Log) -> Iterator[dict[str, object]]:
    """The layers that the example asked for, each with all that it built for itself."""
    parts: dict[int, list[Any]] = {}
    for made in log.made.values():
        top = made
        while top.owner is not None:
            top = top.owner
        parts.setdefault(id(top.layer), []).append(made.layer)
    templates = _templates(log)
    models = _models(lab, log)
    for key, own in parts.items():
        made = log.made[key]
        if made.lines and not made.broken and key not in templates:
            generators = [generator for part in own for generator in _generators(part)]
            yield {
                "key": str(key),
                "name": type(made.layer).__name__,
                "lines": sorted(made.lines.union(*map(log.lines_of, generators))),
                "streams": sorted({stream for part in own for stream in _streams(lab, part)}),
                "models": [
                    model
                    for model, inside in models.items()
                    if any(id(part) in inside for part in own)
                ],
                "inert": _is_inert(made.layer),
                "augments": _augments(made.layer),
                "mirrored": _is_mirrored(lab, made.layer),
                "bent": any(_is_bent(lab, generator) for generator in generators),
                "error": made.error,
            }


def _models(lab: Lab, log: Log) -> dict[str, set[int]]:
    """The layers of each model."""
    return {
        str(key): {id(layer) for layer in made.layer._flatten_layers()}
        for key, made in log.made.items()
        if isinstance(made.layer, lab.keras.Model) and not made.broken
    }


def _templates(log: Log) -> set[int]:
    """The layers of which ``Bidirectional`` only takes copies."""
    return {
        id(argument)
        for made in log.made.values()
        if type(made.layer).__name__ == "Bidirectional"
        for argument in made.arguments
    }


def _augments(layer: Any) -> bool:
    return any(kind.__name__ == "BaseImagePreprocessingLayer" for kind in type(layer).__mro__)


def _is_mirrored(lab: Lab, layer: Any) -> bool:
    """Whether both directions of a ``Bidirectional`` draw the same."""
    if type(layer).__name__ != "Bidirectional":
        return False
    forward, backward = (
        [stream for part in half._flatten_layers() for stream in _streams(lab, part)]
        for half in (layer.forward_layer, layer.backward_layer)
    )
    return bool(forward) and forward == backward


def _generators(layer: Any) -> list[Any]:
    """The generators by which ``layer`` drops anything."""
    return [] if _is_inert(layer) else list(getattr(layer, "_seed_generators", ()))


def _is_inert(layer: Any) -> bool:
    """Whether all its rates are 0."""
    rates = [getattr(layer, name, None) for name in RATES]
    told = [rate for rate in rates if isinstance(rate, int | float)]
    return bool(told) and not any(told)


def _streams(lab: Lab, layer: Any) -> list[str]:
    """What they draw from their start, of the kind that ``layer`` needs, whatever its rate."""
    gaussian = type(layer).__name__.startswith("Gaussian")
    draw = lab.keras.random.normal if gaussian else lab.keras.random.uniform
    return [_drawn(lab, draw, generator) for generator in _generators(layer)]


def _drawn(lab: Lab, draw: Any, generator: Any) -> str:
    generator.state.assign([int(generator.state.numpy()[0]), 0])
    steps = [lab.np.asarray(draw(SHAPE, seed=generator)) for _ in range(STEPS)]
    return fingerprint([step.tobytes() for step in steps])


def _is_bent(lab: Lab, generator: Any) -> bool:
    """Whether another seed, in the range that TensorFlow knows, draws the same."""
    seed = generator._initial_seed
    if seed is None or 0 <= seed < 2**31 - 2:
        return False
    draw = lab.keras.random.uniform
    other = lab.keras.random.SeedGenerator(seed % (2**31 - 2))
    return _drawn(lab, draw, generator) == _drawn(lab, draw, other)
