"""``seedlint verify --resume``: models that are stopped, in fresh processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Lint

pytestmark = pytest.mark.slow

MODELS = """
import keras
import tensorflow as tf

L = keras.layers


class Op(L.Layer):
    def call(self, x, training=False):
        return tf.nn.dropout(x, 0.5, seed=42) if training else x


def layers():
    x = inputs = keras.Input((6, 8))
    x = L.LSTM(8, dropout=0.2, recurrent_dropout=0.2, seed=4, return_sequences=True)(x)
    x = L.MultiHeadAttention(2, 4, dropout=0.2)(x, x)
    return keras.Model(inputs, L.Dense(1)(x))


def op():
    return keras.Sequential([keras.Input((6,)), L.Dropout(0.5, seed=7), Op(), L.Dense(1)])


def hidden():
    import tf_keras as old

    return old.Sequential([old.Input((6,)), old.layers.Dropout(0.5, seed=7), old.layers.Dense(1)])


def opened():
    import tf_keras as old

    old.backend.experimental.enable_tf_random_generator()
    return hidden()
"""


@pytest.fixture
def models(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("name", ["layers", "opened"])
def test_what_is_kept_goes_on(lint: Lint, name: str) -> None:
    outcome = lint("verify", "--resume", "--output-format", "json", f"models.py:{name}")
    told = json.loads(outcome.out)
    assert (outcome.code, told["weights"], told["holds"]) == (0, True, True)
    # Without the state none would: the test could fail.
    assert {(one["resumed"], one["without"]) for one in told["layers"]} == {(True, False)}


@pytest.mark.usefixtures("models")
def test_what_nobody_can_keep_is_told(lint: Lint) -> None:
    outcome = lint("verify", "--resume", "models.py:op")
    lines = outcome.out.splitlines()
    assert outcome.code == 1
    assert lines[0].endswith("Dropout dropout: goes on where it was")
    assert "Op op: does not go on where it was: its state cannot be kept" in lines[1]
    assert lines[2] == "models.py:op: the weights differ from those of the run that was not stopped"


@pytest.mark.usefixtures("models")
def test_what_cannot_be_read_is_an_error(lint: Lint) -> None:
    outcome = lint("verify", "--resume", "models.py:hidden")
    assert outcome.code == 2
    assert "`dropout` (Dropout)" in outcome.err
    assert "enable_tf_random_generator()" in outcome.err
