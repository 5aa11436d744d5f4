"""A positional argument lands in another parameter than its writer meant.

## What it does
Finds a number or a text that stands where `noise_shape` or `data_format` is: the second positional
argument of `Dropout`, `AlphaDropout` and `SpatialDropout2D`, the third of `tf.nn.dropout`,
`keras.random.dropout` and their like. `None`, and a data format that exists, are fine. In
`keras.random.normal(shape, 42)`, too, the number is no seed: it is the mean. That is reported where
nothing follows it, no `stddev` and no `seed` is given, and it is greater than 1.

What is passed through a parameter of a helper counts, where all callers in the project pass a
number or a text. Where this rule speaks, `missing-seed` is silent.

## Why is this bad?
The layer has no seed, and worse. Measured on TensorFlow 2.21: `Dropout(0.5, 42)` raises when it is
built in Keras 3.15; in Keras 3.3 to 3.12 and `tf_keras` 2.21 it is built, and saved, and predicts,
and fails at the first step of training. `SpatialDropout2D(0.5, 42)` is refused as a data format.
`keras.random.normal((2,), 42)` fails nowhere: its numbers lie around 42, and differ in every run.

## Example
```python
x = keras.layers.Dropout(0.5, 42)(x)
```

## Use instead
```python
x = keras.layers.Dropout(0.5, seed=42)(x)
```

## Fix safety
Unsafe: what was refused, or failed in training, now runs, and a mean that is meant is one no more.
A number becomes the seed, another one at each turn of a loop; a text becomes the name of a layer.
Nothing is changed where another argument follows, where `seed` or `name` is given already, where
all layers would have one seed or name, where a stateless function would repeat its numbers at each
step, and for what is neither an int nor a text.

## Options
The stateless functions (`keras.random.*`) are judged whatever `families` says.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.layers import Layer
from seedlint.model import Finding
from seedlint.project import Project
from seedlint.rule import Example, Rule, example, misplaced
from seedlint.values import Const, Value, is_text


def check(project: Project) -> Iterator[Finding]:
    """One finding for each call that passes a number or a text as something else."""
    for layer in (*project.layers, *project.stateless):
        found = misplaced(project, layer)
        if found is not None:
            trap, value = found
            fix = project.rewrites.named(layer, trap, value)
            yield RULE.finding(layer, _message(layer, trap, value), fix=fix)


def _message(layer: Layer, trap: str, value: Value) -> str:
    shown = f"`{value.value!r}`" if isinstance(value, Const) else "a text"
    callee = layer.site.own or layer.site.row.name
    return f"{shown} is passed as the `{trap}` of `{callee}`{_hint(layer, value)}"


def _hint(layer: Layer, value: Value) -> str:
    signature = layer.site.signature
    if is_text(value):
        return "; write `name=` if it is a name" if layer.site.row.draws == "layer" else ""
    is_int = isinstance(value, Const) and type(value.value) is int
    return f"; write `{signature.seed_name}=` if it is a seed" if is_int else ""


SILENT = (
    example(
        "a noise shape",
        """
from keras.layers import AlphaDropout, Dropout
import tensorflow as tf

a = Dropout(0.5, (None, 1, 64), 7)
b = Dropout(0.5, [1, 64], seed=7)
c = AlphaDropout(0.5, None, 8)
d = tf.nn.dropout(a, 0.5, tf.shape(a), 9)
""",
    ),
    example(
        "a data format",
        """
from keras import backend as K
from keras.layers import SpatialDropout2D

a = SpatialDropout2D(0.5, "channels_first", seed=7)
b = SpatialDropout2D(0.5, K.image_data_format(), seed=8)
c = SpatialDropout2D(0.5, None, 9)
""",
    ),
    example(
        "layers whose second argument is the seed",
        """
from keras.layers import GaussianDropout, GaussianNoise, SpatialDropout1D

a = GaussianDropout(0.5, 7)
b = GaussianNoise(0.5, 8)
c = SpatialDropout1D(0.5, 9)
""",
    ),
    example(
        "a mean that is meant",
        """
import keras

a = keras.random.normal((2, 3), 0, 1, seed=7)
b = keras.random.normal((2, 3), 5, 2)
c = keras.random.normal((2, 3), 1)
d = keras.random.normal((2, 3), -3)
e = keras.random.truncated_normal((2, 3), mean=42)
""",
    ),
    example(
        "a parameter that cannot be told",
        """
import keras

def block(x, rate, shape):
    return keras.layers.Dropout(rate, shape, seed=7)(x)

def shared(x, rate, noise_shape=3):
    return keras.layers.Dropout(rate, noise_shape, seed=8)(x)

def read(x, settings):
    block(x, 0.5, settings.shape)
    block(x, 0.5, 4)
""",
    ),
)

CAUGHT = (
    example(
        "a seed or a name in second place",
        """
from keras import Sequential, layers

SEED = 42

def net(depth, prefix):
    model = Sequential()
    for index in range(depth):
        model.add(layers.Dense(64))
        model.add(layers.Dropout(0.5, f"drop{index}"))  # SDL008
        model.add(layers.Dropout(0.5, "drop%d" % index))  # SDL008
        model.add(layers.Dropout(0.5, "drop{}".format(index)))  # SDL008
        model.add(layers.Dropout(0.5, "drop_" + str(index)))  # SDL008
    model.add(layers.Dropout(0.5, SEED))  # SDL008
    model.add(layers.SpatialDropout2D(0.5, SEED + 1))  # SDL008
    model.add(layers.AlphaDropout(0.5, 0.1))  # SDL008
    return model
""",
        fixed="""
from keras import Sequential, layers

SEED = 42

def net(depth, prefix):
    model = Sequential()
    for index in range(depth):
        model.add(layers.Dense(64))
        model.add(layers.Dropout(0.5, name=f"drop{index}"))  # SDL008
        model.add(layers.Dropout(0.5, name="drop%d" % index))  # SDL008
        model.add(layers.Dropout(0.5, name="drop{}".format(index)))  # SDL008
        model.add(layers.Dropout(0.5, name="drop_" + str(index)))  # SDL008
    model.add(layers.Dropout(0.5, seed=SEED))  # SDL008
    model.add(layers.SpatialDropout2D(0.5, seed=SEED + 1))  # SDL008
    model.add(layers.AlphaDropout(0.5, 0.1))  # SDL008
    return model
""",
    ),
    example(
        "functions",
        """
import keras
import tensorflow as tf

def call(x, training):
    x = tf.nn.dropout(x, 0.5, 42)  # SDL008
    x = tf.compat.v1.layers.dropout(x, 0.5, True)  # SDL008
    x = keras.random.dropout(x, 0.5, 7)  # SDL008
    return x + keras.random.normal((2, 64), 42)  # SDL008

start = keras.random.normal((2, 64), 42)  # SDL008
""",
        fixed="""
import keras
import tensorflow as tf

def call(x, training):
    x = tf.nn.dropout(x, 0.5, seed=42)  # SDL008
    x = tf.compat.v1.layers.dropout(x, 0.5, True)  # SDL008
    x = keras.random.dropout(x, 0.5, seed=7)  # SDL008
    return x + keras.random.normal((2, 64), seed=42)  # SDL008

start = keras.random.normal((2, 64), seed=42)  # SDL008
""",
    ),
    example(
        "stateless functions, whatever the families",
        """
from keras import random

noise = random.truncated_normal((2, 64), 1337)  # SDL008
x = random.dropout(noise, 0.5, 7)  # SDL008
""",
        families=["noise"],
    ),
    Example(
        "the name that a helper is given",
        {
            "blocks.py": """
from keras.layers import Dropout

def drop(x, rate, name):
    return Dropout(rate, name)(x)  # SDL008

def again(x, rate, seed=7):
    return Dropout(rate, seed)(x)  # SDL008

def stack(x):
    for rate in (0.1, 0.2):
        x = Dropout(rate, 42)(x)  # SDL008
    return x
""",
            "net.py": """
from blocks import drop

def net(x):
    for index in range(3):
        x = drop(x, 0.5, f"drop{index}")
    return drop(x, 0.5, "last")
""",
        },
        fixed={
            "blocks.py": """
from keras.layers import Dropout

def drop(x, rate, name):
    return Dropout(rate, name=name)(x)  # SDL008

def again(x, rate, seed=7):
    return Dropout(rate, seed=seed)(x)  # SDL008

def stack(x):
    for i, rate in enumerate((0.1, 0.2)):
        x = Dropout(rate, seed=42 + 1000 * i)(x)  # SDL008
    return x
""",
        },
    ),
)

RULE = Rule("SDL008", "misplaced-argument", __doc__, check, SILENT, CAUGHT)
