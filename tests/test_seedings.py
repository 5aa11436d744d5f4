"""What seeds what, measured again on the installed TensorFlow, Keras and tf_keras."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from typing import Any

import pytest

from seedlint.catalogue import KerasVersion, load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

Seed = Callable[[int], object]


def draws() -> dict[str, float]:
    """One number from each global generator."""
    np, tf = import_module("numpy"), import_module("tensorflow")
    return {
        "python": random.random(),
        "numpy": float(np.random.rand()),
        "tensorflow": float(tf.random.uniform(())),
    }


def resolved(key: str) -> Any:
    """The function that a key of the catalogue names; `None` if it is not installed."""
    home, _, rest = key.replace(":", ".").partition(".")
    found: Any = import_module(home)
    return reduce(lambda parent, word: getattr(parent, word, None), rest.split("."), found)


@pytest.mark.parametrize("key", load().seedings)
def test_a_seeding_call_seeds_just_what_it_is_said_to(key: str) -> None:
    seed = resolved(key)
    if seed is None:
        pytest.skip("only in TensorFlow 1")
    seed(7)
    first = draws()
    seed(7)
    second = draws()
    repeated = {name for name, value in first.items() if value == second[name]}
    assert repeated == set(load().seedings[key])


@pytest.mark.parametrize("key", sorted(load().switches))
def test_a_switch_is_a_function(key: str) -> None:
    assert callable(resolved(key))


def seeds() -> dict[str, Seed]:
    np, tf = import_module("numpy"), import_module("tensorflow")
    return {"python": random.seed, "numpy": np.random.seed, "tensorflow": tf.random.set_seed}


def masks() -> dict[str, tuple[str, KerasVersion, Callable[[Any], Any]]]:
    """How an unseeded draw is made, with its row of the catalogue."""
    keras, tf_keras = import_module("keras"), import_module("tf_keras")
    tf = import_module("tensorflow")
    return {
        "Keras 3 layer": (
            "keras.layers.Dropout",
            3,
            lambda x: keras.layers.Dropout(0.5)(x, training=True),
        ),
        "Keras 2 layer": (
            "tf_keras.layers.Dropout",
            2,
            lambda x: tf_keras.layers.Dropout(0.5)(x, training=True),
        ),
        "op": ("tensorflow.nn.dropout", 3, lambda x: tf.nn.dropout(x, 0.5)),
        "backend": (
            "tensorflow.keras.backend.dropout",
            3,
            # Traced anew: eager ops with equal seeds share one stream, which goes on.
            lambda x: tf.function(lambda v: tf.keras.backend.dropout(v, 0.5))(x),
        ),
    }


@pytest.mark.parametrize("kind", ["Keras 3 layer", "Keras 2 layer", "op", "backend"])
def test_an_unseeded_draw_follows_the_generator_of_its_row(kind: str) -> None:
    np, tf = import_module("numpy"), import_module("tensorflow")
    path, keras_version, draw = masks()[kind]
    row = load().find(path)
    assert row is not None
    followed = set()
    for generator, seed in seeds().items():
        found = []
        for _ in range(2):
            seed(7)
            found.append(np.asarray(draw(tf.ones((8, 64)))))
        if np.array_equal(*found):
            followed.add(generator)
    assert followed == {row.generator(keras_version)}
