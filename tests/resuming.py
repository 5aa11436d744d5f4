"""Runs that are cut in two: ``python -m tests.resuming LIBRARY FOLDER ROLE...``.

The role ``whole`` runs to the end and leaves checkpoints in FOLDER; ``resumed`` goes on from a copy
of them in another process, with the state; ``bare`` does so without. For each role and each case is
printed what is left at the end: the weights, and what the generators draw next.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from seedlint.state import beside, kept, load, save

EPOCHS, BATCHES, BATCH = 4, 3, 4
CUT = 2


def digest(arrays: Any) -> str:
    return sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()[:16]


class Runs:
    """The cases, for one library and one role."""

    def __init__(self, library: str, role: str, folder: Path) -> None:
        self.keras, self.role, self.folder = import_module(library), role, folder
        self.tf = import_module("tensorflow")
        numbers = import_module("numpy").random.default_rng(0).normal(size=(BATCHES * BATCH, 6, 8))
        self.x = numbers.astype("float32")
        self.y = self.x[:, 0, :1]

    def outcome(self, model: Any) -> dict[str, str]:
        return {
            "weights": digest(model.get_weights()),
            "draws": digest([model(self.x, training=True).numpy() for _ in range(2)]),
        }

    def glorot(self, seed: int) -> Any:
        return self.keras.initializers.GlorotUniform(seed=seed)

    def plain(self) -> Any:
        layers = self.keras.layers
        return self.keras.Sequential(
            [
                self.keras.Input((6, 8)),
                layers.Flatten(),
                layers.Dropout(0.4, seed=11),
                layers.Dense(8, kernel_initializer=self.glorot(1)),
                layers.GaussianNoise(0.3, seed=13),
                layers.Dense(1, kernel_initializer=self.glorot(2)),
            ]
        )

    def rich(self) -> Any:
        """Cells, a nested model, a shared layer, one that is built late, and attention."""
        layers, seeded = self.keras.layers, {"kernel_initializer": self.glorot(1)}
        inputs = self.keras.Input((6, 8))
        cells = {"recurrent_initializer": self.glorot(2), **seeded}
        x = layers.LSTM(8, dropout=0.2, recurrent_dropout=0.2, return_sequences=True, **cells)(
            inputs
        )
        shared = layers.Dropout(0.3, seed=12)
        x = layers.MultiHeadAttention(2, 4, dropout=0.2, **seeded)(shared(x), shared(x))
        x = layers.Bidirectional(layers.GRU(4, dropout=0.2, **cells))(x)
        x = self.keras.Sequential([layers.Dropout(0.5), layers.AlphaDropout(0.2, name="mine")])(x)
        return self.keras.Model(inputs, layers.Dense(1, **seeded)(x))

    def compiled(self, build: Callable[[], Any], **options: Any) -> Any:
        model = build()
        model.compile("adam", "mse", **options)
        return model

    def fit(self, model: Any, *callbacks: Any, start: int = 0) -> Any:
        model.fit(
            self.x,
            self.y,
            batch_size=BATCH,
            epochs=EPOCHS,
            initial_epoch=start,
            shuffle=False,
            verbose=0,
            callbacks=list(callbacks),
        )
        return model

    def by_file(
        self, name: str, build: Callable[[], Any], pattern: str, whole: bool, **options: Any
    ) -> Any:
        """A run with a `ModelCheckpoint`, cut after the epoch `CUT`."""
        path = str(self.folder / name / pattern)
        saver = self.keras.callbacks.ModelCheckpoint(path, save_weights_only=not whole)
        if self.role == "whole":
            return self.fit(self.compiled(build, **options), kept(saver))
        cut = path.format(epoch=CUT)
        if whole:
            model = self.keras.models.load_model(cut)
        else:
            model = self.compiled(build, **options)
            model.optimizer.build(model.trainable_variables)
            model.load_weights(cut)
        resume = cut if self.role == "resumed" else None
        return self.fit(model, kept(saver, resume=resume), start=CUT)

    def by_backup(self, name: str, build: Callable[[], Any]) -> Any:
        """A run with a `BackupAndRestore`, in which an exception ends the third epoch."""
        backup = self.keras.callbacks.BackupAndRestore(str(self.folder / name))

        def fail(epoch: int, logs: Any) -> None:
            if epoch == CUT:
                raise InterruptedError

        if self.role == "whole":
            bomb = self.keras.callbacks.LambdaCallback(on_epoch_begin=fail)
            try:
                self.fit(self.compiled(build), kept(backup), bomb)
            except InterruptedError:
                return self.fit(self.compiled(build))
        return self.fit(self.compiled(build), kept(backup) if self.role == "resumed" else backup)

    def by_hand(self, name: str, build: Callable[[], Any]) -> Any:
        """A loop of one's own, cut in the middle of its second epoch."""
        model, path = self.compiled(build), self.folder / f"{name}.weights.h5"
        cut, start = BATCHES + 1, 0
        if self.role != "whole":
            start = cut
            model.optimizer.build(model.trainable_variables)
            model.load_weights(path)
        if self.role == "resumed":
            load(model, beside(path))
        for step in range(start, EPOCHS * BATCHES):
            if step == cut and self.role == "whole":
                model.save_weights(path)
                save(model, beside(path))
            batch = slice(step % BATCHES * BATCH, (step % BATCHES + 1) * BATCH)
            model.train_on_batch(self.x[batch], self.y[batch])
        return model


def keras3(runs: Runs) -> dict[str, Callable[[], Any]]:
    keras = runs.keras

    @keras.saving.register_keras_serializable("tests")
    class Drawing(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Draws by functions, from a generator of its own and from the global one."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.generators = [keras.random.SeedGenerator(5)]

        def call(self, x: Any, training: bool = False) -> Any:
            x = keras.random.dropout(x, 0.3, seed=self.generators[0]) if training else x
            return keras.random.dropout(x, 0.3) if training else x

    def drawing() -> Any:
        flat, dense = keras.layers.Flatten(), keras.layers.Dense(1, kernel_initializer=glorot)
        return keras.Sequential([keras.Input((6, 8)), flat, Drawing(), dense])

    def augmenting() -> Any:
        layers = keras.layers
        inside = [layers.Reshape((6, 8, 1)), layers.RandomFlip(seed=3), layers.RandomRotation(0.2)]
        dense = layers.Dense(1, kernel_initializer=glorot)
        return keras.Sequential([keras.Input((6, 8)), *inside, layers.Flatten(), dense])

    def mirrored() -> Any:
        with runs.tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
            return runs.by_file("mirrored", runs.plain, weights, False)

    glorot = runs.glorot(4)
    whole, weights = "{epoch:02d}.keras", "{epoch:02d}.weights.h5"
    return {
        "a whole model": lambda: runs.by_file("model", runs.plain, whole, True),
        "weights": lambda: runs.by_file("weights", runs.plain, weights, False),
        "eager": lambda: runs.by_file("eager", runs.plain, whole, True, run_eagerly=True),
        "compiled by XLA": lambda: runs.by_file("xla", runs.rich, weights, False, jit_compile=True),
        "several steps at once": lambda: runs.by_file(
            "steps", runs.plain, weights, False, steps_per_execution=2
        ),
        "cells and attention": lambda: runs.by_file("rich", runs.rich, whole, True),
        "draws by functions": lambda: runs.by_file("drawing", drawing, weights, False),
        "augmentation": lambda: runs.by_file("augmenting", augmenting, weights, False),
        "two replicas": mirrored,
        "an exception": lambda: runs.by_backup("backup", runs.plain),
        "within an epoch": lambda: runs.by_hand("hand", runs.rich),
    }


def keras2(runs: Runs) -> dict[str, Callable[[], Any]]:
    runs.keras.backend.experimental.enable_tf_random_generator()

    def augmenting() -> Any:
        layers = runs.keras.layers
        inside = [layers.Reshape((6, 8, 1)), layers.RandomFlip(seed=3), layers.RandomRotation(0.2)]
        dense = layers.Dense(1, kernel_initializer=runs.glorot(4))
        return runs.keras.Sequential([runs.keras.Input((6, 8)), *inside, layers.Flatten(), dense])

    whole, files = "{epoch:02d}.keras", "{epoch:02d}"
    return {
        "a whole model": lambda: runs.by_file("model", runs.plain, whole, True),
        "files of TensorFlow": lambda: runs.by_file("files", runs.plain, files, False),
        "HDF5": lambda: runs.by_file("hdf5", runs.plain, "{epoch:02d}.h5", True),
        "compiled by XLA": lambda: runs.by_file("xla", runs.plain, files, False, jit_compile=True),
        "cells and attention": lambda: runs.by_file("rich", runs.rich, files, False),
        "augmentation": lambda: runs.by_file("augmenting", augmenting, files, False),
        "an exception": lambda: runs.by_backup("backup", runs.plain),
        "within an epoch": lambda: runs.by_hand("hand", runs.rich),
    }


def main(library: str, folder: str, *roles: str) -> None:
    tf = import_module("tensorflow")
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    left = {}
    for role in roles:
        own = Path(folder) / role
        if role == "whole":
            own.mkdir()
        else:
            shutil.copytree(Path(folder) / "whole", own)
        runs = Runs(library, role, own)
        cases = (keras3 if library == "keras" else keras2)(runs)
        left[role] = {name: runs.outcome(run()) for name, run in cases.items()}
    print(json.dumps(left))


if __name__ == "__main__":
    main(*sys.argv[1:])
