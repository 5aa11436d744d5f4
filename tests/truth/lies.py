"""Examples that are wrong. If the judges believed one of them they would believe anything."""

from __future__ import annotations

from seedlint.rule import Example, example

LIES: dict[str, tuple[Example, ...]] = {
    "SDL001": (
        example(
            "a seeded layer is marked",
            """
import keras
x = keras.layers.Dropout(0.5, seed=7)  # SDL001
""",
        ),
        example(
            "a rate of 0 is marked",
            """
import keras
x = keras.layers.Dropout(0.0)  # SDL001
""",
        ),
        example(
            "an unseeded layer is not marked",
            """
import keras
x = keras.layers.Dropout(0.5)
""",
        ),
        example(
            "an unseeded op is not marked",
            """
import tensorflow as tf
x = tf.nn.dropout(tf.ones((4, 64)), 0.5)
""",
        ),
        example(
            "a seeded op is marked",
            """
import tensorflow as tf
x = tf.nn.dropout(tf.ones((4, 64)), 0.5, seed=3)  # SDL001
""",
        ),
    ),
    "SDL002": (
        example(
            "two seeds",
            """
from keras.layers import Dropout
a = Dropout(0.5, seed=1)
b = Dropout(0.5, seed=2)  # SDL002
""",
        ),
        example(
            "one seed at different rates and shapes",
            """
from keras.layers import Dropout, SpatialDropout1D
a = Dropout(0.5, seed=1)
b = SpatialDropout1D(0.2, seed=1)
""",
        ),
        example(
            "one seed for two ops",
            """
import tensorflow as tf
a = tf.nn.dropout(tf.ones((4, 64)), 0.5, seed=3)
b = tf.nn.dropout(tf.ones((4, 8)), 0.2, seed=3)
""",
        ),
        example(
            "one seed for both directions",
            """
from keras.layers import LSTM, Bidirectional
a = Bidirectional(LSTM(4, dropout=0.5, seed=1))
""",
        ),
        example(
            "one seed for two models",
            """
from keras import Sequential, layers
a = Sequential([layers.Dense(8), layers.Dropout(0.5, seed=1)])
b = Sequential([layers.Dense(8), layers.Dropout(0.5, seed=1)])  # SDL002
""",
        ),
        example(
            "one seed for two kinds of mask",
            """
from keras.layers import Dropout, GaussianNoise
a = Dropout(0.5, seed=1)
b = GaussianNoise(0.5, seed=1)  # SDL002
""",
        ),
    ),
    "SDL003": (
        example(
            "another generator is seeded",
            """
import keras
import numpy as np
import tensorflow as tf
tf.random.set_seed(7)
x = keras.layers.Dropout(0.5, seed=np.random.randint(10**6))
""",
        ),
    ),
    "SDL004": (
        example(
            "the clock, in a custom layer",
            """
import time
import keras

class Block(keras.layers.Layer):
    def build(self, shape):
        self.dropout = keras.layers.Dropout(0.5, seed=time.time_ns() % 10**9)

x = Block()
""",
        ),
    ),
    "SDL005": (
        example(
            "one shared layer",
            """
from keras.layers import Dropout
layers = [Dropout(0.5, seed=1)] * 4  # SDL005
""",
        ),
        example(
            "a helper that is called twice",
            """
import keras

def block(x):
    return keras.layers.Dropout(0.5, seed=1)(x)

block(block(1))
""",
        ),
    ),
    "SDL006": (
        example(
            "a generator is marked",
            """
import keras

class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.generator = keras.random.SeedGenerator(1)

    def call(self, x):
        return keras.random.dropout(x, 0.5, seed=self.generator)  # SDL006

x = Block()
""",
        ),
        example(
            "an int is not marked",
            """
import keras

class Block(keras.layers.Layer):
    def call(self, x):
        return keras.random.dropout(x, 0.5, seed=1)

x = Block()
""",
        ),
        example(
            "a layer built in call",
            """
import keras

class Block(keras.layers.Layer):
    def call(self, x):
        return keras.layers.Dropout(0.5)(x, training=True)

x = Block()
""",
        ),
    ),
    "SDL007": (
        example(
            "a seed that fits is marked",
            """
import keras
x = keras.layers.Dropout(0.5, seed=7)  # SDL007
""",
        ),
        *(
            example(
                f"{seed} is not marked",
                f"""
import keras
import numpy as np
x = keras.layers.Dropout(0.5, seed={seed})
""",
            )
            for seed in ("-1", "2**31", "2.0", "True", "'1'", "np.int64(1)")
        ),
        example(
            "a seed that is taken for a shape",
            """
import keras
x = keras.layers.AlphaDropout(0.5, 7)
""",
        ),
    ),
}
