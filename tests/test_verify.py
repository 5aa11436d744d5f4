"""Models on the real TensorFlow: what `seedlint verify` says of each line.

A line whose layer is not reproducible ends in ``# -> `` and what it is.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from seedlint.model import SeedlintError
from seedlint.testing import assert_reproducible
from seedlint.verify.model import Proof, Verdict
from seedlint.verify.model import proof as read
from seedlint.verify.target import prove
from tests.conftest import Lint
from tests.projects import write

pytestmark = pytest.mark.slow

KERAS_3 = """\
import random
import time

import keras
import tensorflow as tf
from keras import layers


class Noisy(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = layers.Dropout(0.3, seed=11)
        self.generator = keras.random.SeedGenerator(5)

    def call(self, x, training=None):
        x = self.drop(x, training=training)
        if training:
            x = x + keras.random.normal((4, 8), seed=self.generator)
            x = keras.random.dropout(x, 0.5, seed=7)  # -> frozen
            x = tf.nn.dropout(x, 0.5)  # -> differs
        return x


class Lazy(layers.Layer):
    def build(self, shape):
        self.drop = layers.Dropout(0.5)  # -> differs

    def call(self, x, training=None):
        return self.drop(x, training=training)


def block(x, seed=None):
    return layers.SpatialDropout1D(0.5, seed=seed)(x)


def silent():
    i = keras.Input((8,))
    x = layers.Dropout(0.0)(i)
    shared = layers.Dropout(0.5, seed=1)
    x = shared(shared(x))
    x = layers.Dense(8)(x)
    x = layers.GaussianNoise(0.5, seed=2)(x)
    print("what a builder prints is not in the way")
    return keras.Model(i, x)


def loud():
    i = keras.Input((8,))
    x = layers.Dropout(0.5, seed=42)(i)
    x = layers.Dense(16)(x)
    x = layers.Dropout(0.2, seed=42)(x)  # -> same mask
    x = layers.Dropout(0.2, seed=int(time.time()))(x)  # -> differs
    x = layers.Dropout(0.2, seed=random.randint(0, 9**9))(x)  # -> differs
    x = Noisy()(layers.Dense(8)(x))
    x = Lazy()(x)
    x = layers.Reshape((2, 4))(x)
    x = layers.MultiHeadAttention(2, 4, dropout=0.3)(x, x)  # -> differs
    x = layers.MultiHeadAttention(2, 4, dropout=0.3, seed=78)(x, x)
    x = layers.LSTM(4, dropout=0.2, recurrent_dropout=0.3, return_sequences=True, seed=90)(x)
    x = layers.Bidirectional(layers.LSTM(4, dropout=0.2, seed=99))(x)  # -> reproducible, same mask
    x = layers.RepeatVector(3)(x)
    x = block(x, 100)
    inner = keras.Sequential([layers.Dropout(0.5, seed=101)])
    inner.add(layers.Dropout(0.5))  # -> differs
    return keras.Model({"x": i}, inner(x))


def seeded(rate):
    keras.utils.set_random_seed(1)
    i = keras.Input((8,))
    return keras.Model(i, layers.Dropout(rate)(i))  # -> global-seed only


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.5, seed=3)

    def call(self, x, training=None):
        return self.drop(x["a"], training=training) + self.drop(x["b"], training=training)


def own():
    return Own(), {"a": tf.ones((2, 3)), "b": tf.ones((2, 3))}


def shapeless():
    return Own()


def not_trainable():
    class Inside(layers.Layer):
        def call(self, x, training=None):
            return layers.Dropout(0.5, seed=3)(x, training=training)

    i = keras.Input((3,))
    return keras.Model(i, Inside()(i))
"""
KERAS_2 = """\
import tensorflow as tf
import tf_keras
from tf_keras import layers


class Own(tf_keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.5, seed=4)

    def call(self, x, training=None):
        if training:
            x = tf.nn.dropout(x, 0.3)  # -> differs
        for _ in tf.range(2):
            x = x + self.drop(x, training=training)
        return x


def build():
    i = tf_keras.Input((8,))
    x = layers.Dropout(0.5, seed=1042)(i)
    x = layers.Dropout(0.5, seed=1042)(x)  # -> same mask
    x = layers.Dropout(0.5)(x)  # -> differs
    x = tf.nn.dropout(x, 0.5, seed=5)
    x = layers.Dense(8)(x)
    x = layers.GaussianDropout(0.5, seed=77)(x)
    x = layers.Reshape((2, 4))(x)
    return tf_keras.Model(i, layers.LSTM(4, dropout=0.2, seed=400)(x))


def own():
    return Own(), tf.ones((2, 3))
"""
MARK = re.compile(r"# -> (.+)$")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("net"), {"net.py": KERAS_3, "old.py": KERAS_2})


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project)
    return project


def verdicts(proof: Proof) -> dict[int, list[str]]:
    """What is said of the layers of each line, each thing once."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for layer in proof.layers:
        assert layer.place is not None
        found[layer.place.line][layer.verdict.value] = None
    return {line: list(said) for line, said in found.items()}


def marked(text: str, proof: Proof) -> dict[int, list[str]]:
    """What the marks say of the lines that ``proof`` names."""
    lines = text.split("\n")
    marks = {line: MARK.search(lines[line - 1]) for line in verdicts(proof)}
    return {
        line: mark[1].split(", ") if mark else [Verdict.REPRODUCIBLE.value]
        for line, mark in marks.items()
    }


@pytest.mark.usefixtures("here")
def test_what_is_seeded_is_reproducible() -> None:
    proof = prove("net:silent")
    assert proof.holds
    assert [len(layer.watched.masks[0]) for layer in proof.layers] == [2, 1]
    assert not [layer for layer in proof.layers if layer.remarks or layer.dispute]
    assert_reproducible("net.py:silent")


@pytest.mark.usefixtures("here")
def test_each_line_of_a_model_has_its_verdict() -> None:
    proof = prove("net.py:loud")
    assert verdicts(proof) == marked(KERAS_3, proof)
    assert len(verdicts(proof)) == 16
    columns = {layer.place.column for layer in proof.layers if layer.place}
    assert (None in columns) == (sys.version_info < (3, 11))
    # Another builder of the file seeds `random`, so the linter holds its tongue.
    disputes = [layer.source for layer in proof.layers if layer.dispute]
    assert [("random.randint" in source) for source in disputes] == [True]
    codes = {r.code for layer in proof.layers for r in layer.remarks}
    assert codes == {"SDL001", "SDL002", "SDL004", "SDL006"}


@pytest.mark.usefixtures("here")
def test_a_global_seed_is_not_enough(lint: Lint, project: Path) -> None:
    os.chdir(project)
    outcome = lint("verify", "net:seeded", "--args", '{"rate": 0.5}', "--output-format", "json")
    proof = read(json.loads(outcome.out))
    assert verdicts(proof) == marked(KERAS_3, proof)
    assert (outcome.code, outcome.err) == (1, "")
    assert "net:seeded --args '{\"rate\": 0.5}'" in proof.command
    assert set(proof.versions) == {"Python", "TensorFlow", "Keras", "NumPy"}


@pytest.mark.usefixtures("here")
def test_a_model_with_an_example_of_its_input() -> None:
    assert_reproducible("net:own")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["build", "own"])
def test_keras_2(name: str) -> None:
    proof = prove(f"old:{name}")
    assert verdicts(proof) == marked(KERAS_2, proof)
    assert len(proof.layers) == {"build": 6, "own": 2}[name]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("shapeless", r"does not tell the shape of its input: .*`\(model, x\)`"),
        ("not_trainable", r"^net\.py:\d+: a training step of .* raises ValueError: tf\.function"),
    ],
)
def test_what_cannot_be_trained(name: str, message: str) -> None:
    with pytest.raises(SeedlintError, match=message):
        prove(f"net:{name}")


@pytest.mark.usefixtures("here")
def test_an_assertion_that_fails_has_the_table() -> None:
    with pytest.raises(AssertionError, match=r"(?s)not every layer.*net\.py:\d+:.*global-seed"):
        assert_reproducible("net:seeded", {"rate": 0.5})
