"""In the process that is watched: train, keep all that is needed to go on, or go on from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from seedlint.state import StateError, beside, load, save
from seedlint.verify import building
from seedlint.verify.faults import blamed
from seedlint.verify.model import Fault, Json, VerifyError, to_json
from seedlint.verify.watch import Watch

WHOLE, RESUMED, BARE = "whole", "resumed", "without"
"""What is not stopped; what goes on from its checkpoint; what does so without the state."""


def drawn(job: Json, stage: Callable[[str], None]) -> Json:
    """What the model that ``job`` names draws behind its checkpoint. Raises `VerifyError`."""
    building.check_environment()
    watch = Watch(disturbs=False)
    watch.install()
    stage("import")
    target = job["target"]
    with blamed(f"importing `{target.rpartition(':')[0]}`", "import"):
        found = building.named(target)
    stage("build")
    model, example = building.built(found, target, job["args"])
    building.check_versions(model)
    stage("probe")
    with blamed(f"training `{target}`", "probe"):
        weights = _train(model, example, watch, job)
    return {
        "versions": building.versions(),
        "layers": [to_json(layer) for layer in watch.results(2 * job["steps"])],
        "weights": weights,
    }


def _train(model: Any, example: Any, watch: Watch, job: Json) -> list[str]:
    """Train as the process is told to; a fingerprint of each weight that is left."""
    steps, checkpoint = job["steps"], Path(job["checkpoint"])
    step = _stepper(model, building.settled(model, example))
    watch.on = True
    if job["process"] == WHOLE:
        _run(step, watch, range(steps))
        model.save_weights(checkpoint)
        with _stated():
            save(model, beside(checkpoint))
    else:
        model.load_weights(checkpoint)
    if job["process"] == RESUMED:
        with _stated():
            load(model, beside(checkpoint))
    _run(step, watch, range(steps, 2 * steps))
    watch.on = False
    return [sha256(weight.tobytes()).hexdigest() for weight in model.get_weights()]


@contextmanager
def _stated() -> Iterator[None]:
    """A state that cannot be taken or set says itself why."""
    try:
        yield
    except StateError as error:
        raise VerifyError(Fault(str(error), "probe")) from error


def _run(step: Callable[[], None], watch: Watch, numbers: range) -> None:
    for number in numbers:
        watch.step = number
        step()


def _stepper(model: Any, inputs: Any) -> Callable[[], None]:
    """A step of training on ``inputs``: by the model's own optimizer, towards small outputs."""
    if not hasattr(model, "compile"):
        kind = type(model).__name__
        raise VerifyError(Fault(f"only a model can be resumed, not the layer `{kind}`", "probe"))
    tf = import_module("tensorflow")
    if getattr(model, "optimizer", None) is None:
        model.compile(optimizer="sgd", loss="mse")
    # Before it is built, an optimizer gets nothing from a checkpoint.
    model.optimizer.build(model.trainable_variables)

    def step() -> None:
        with tf.GradientTape() as tape:
            outputs = tf.nest.flatten(model(inputs, training=True))
            loss = tf.add_n([tf.reduce_mean(tf.square(tf.cast(one, "float32"))) for one in outputs])
        gradients = tape.gradient(loss, model.trainable_variables)
        pairs = zip(gradients, model.trainable_variables, strict=True)
        model.optimizer.apply_gradients([pair for pair in pairs if pair[0] is not None])

    eager = bool(getattr(model, "run_eagerly", False))
    autograph = building.is_layer(model, "tf_keras")
    run: Callable[[], None] = step if eager else tf.function(step, autograph=autograph)
    return run
