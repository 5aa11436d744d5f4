"""The same mask at every step.

## What it does
Finds a constant seed that is given to a stateless function (`keras.random.*`, `stateless_dropout`,
`tf.random.stateless_*`) in code that runs at every step: in `call` or `train_step` of a layer or a
model, in a `tf.function`, in a `Lambda` layer, in a loop. These functions are judged whatever
`families` says. Also finds Keras 3 layers that `call` itself builds, seeded or not. One behind
`if self.dropout is None:` or `if not self.built:` is left alone: it is built once, if at all (Keras
3.15 refuses it aloud).

## Why is this bad?
A stateless function gives the same numbers for the same seed: the same units are dropped for the
whole training. All functions of `keras.random` do so with an int (measured with Keras 3.15); with a
`SeedGenerator` they go on from call to call.

A layer that `call` builds starts its stream anew at every call: in eager mode the mask is the same
for ever, and in `fit` Keras 3.15 raises "tf.function only supports singleton tf.Variables created
on the first call". Under Keras 2 such a layer works, and is not reported.

## Example
```python
def call(self, x):
    return keras.random.dropout(x, 0.5, seed=42)
```

## Use instead
```python
def __init__(self):
    super().__init__()
    self.seed_generator = keras.random.SeedGenerator(42)


def call(self, x):
    return keras.random.dropout(x, 0.5, seed=self.seed_generator)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.model import Finding, Note
from seedlint.project import Project
from seedlint.rule import Example, Rule, example, name_of


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place whose mask is the same at every step."""
    for layer in project.layers:
        if layer in project.masks.built:
            message = f"`{name_of(layer)}` is built at every call: its masks start anew each time"
            yield RULE.finding(layer, f"{message}, and `fit` fails; build it in `__init__`")
    for layer in project.masks.drawn:
        message = f"`{name_of(layer)}` with a fixed seed gives the same numbers at every step"
        inside = Note(f"`{layer.site.row.name}` is called here", layer.site.module, layer.site.span)
        yield RULE.finding(layer, message, () if layer.wrapper is None else (inside,))


SILENT = (
    example(
        "a seed generator goes on from call to call",
        """
import keras

class Noise(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(42)

    def call(self, x):
        return keras.random.dropout(x, self.rate, seed=self.seed_generator)
""",
    ),
    example(
        "drawn once",
        """
import keras

weights = keras.random.normal((4, 4), seed=42)

def start(shape):
    return keras.random.uniform(shape, seed=7)
""",
    ),
    example(
        "built once, before the first call",
        """
import keras

class Block(keras.layers.Layer):
    def build(self, shape):
        self.dropout = keras.layers.Dropout(0.5, seed=42)

    def call(self, x):
        return self.dropout(x)
""",
    ),
    example(
        "built where an attribute says that this was not done yet",
        """
import keras

class Block(keras.layers.Layer):
    def build(self, shape):
        self.dropout = keras.layers.Dropout(0.5, seed=42)
        self._add_noise()

    def _add_noise(self):
        self.noise = keras.layers.GaussianNoise(0.1, seed=43)

    def call(self, x):
        if not self.built:
            self.build(x.shape)
        return self.noise(self.dropout(x))
""",
    ),
    example(
        "Keras 2 layers may be built in call",
        """
from tf_keras import layers

class Block(layers.Layer):
    def call(self, x):
        return layers.Dropout(0.5, seed=42)(x)
""",
    ),
)

CAUGHT = (
    example(
        "a constant seed in call",
        """
import keras

class Noise(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.seed = 42

    def call(self, x):
        x = x + keras.random.normal((8, 64), seed=7)  # SDL006
        return keras.random.dropout(x, self.rate, seed=self.seed)  # SDL006
""",
    ),
    example(
        "layers built in call",
        """
import keras

class Block(keras.layers.Layer):
    def call(self, x):
        x = keras.layers.Dropout(0.5, seed=42)(x)  # SDL006
        return keras.layers.GaussianNoise(0.1)(x)  # SDL006
""",
    ),
    example(
        "other code of every step",
        """
import keras
import tensorflow as tf

@tf.function
def step(x):
    return tf.nn.experimental.stateless_dropout(x, 0.5, seed=[1, 2])  # SDL006

noisy = keras.layers.Lambda(lambda x: keras.random.dropout(x, 0.5, seed=3))  # SDL006

def train(x):
    for _ in range(100):
        x = keras.random.dropout(x, 0.5, seed=4)  # SDL006
    return x
""",
    ),
    Example(
        "the seed comes from another file",
        {
            "noise.py": """
import keras

class Noise(keras.layers.Layer):
    def __init__(self, seed):
        super().__init__()
        self.seed = seed

    def call(self, x):
        return keras.random.dropout(x, 0.5, seed=self.seed)
""",
            "model.py": """
from noise import Noise

noise = Noise(42)  # SDL006
""",
        },
    ),
)

RULE = Rule("SDL006", "frozen-mask", __doc__, check, SILENT, CAUGHT)
