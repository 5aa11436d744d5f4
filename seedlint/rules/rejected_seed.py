"""A seed that the framework refuses, or silently bends.

## What it does
Finds seeds of the wrong kind: a bool, a float, a str, a list, a tensor, a NumPy integer or array
(Keras 3), a `SeedGenerator` given to a layer; an int that is negative or at least 2**31 - 2; one
int for a stateless TensorFlow function, which wants two. The kind is followed through variables,
arrays and generators: `rng.integers(100)` of NumPy's `default_rng` is a NumPy integer, seeded or
not, `np.random.randint(100)` without a `size` is an int of Python, and `int(...)` and `.item()`
make one.

## Why is this bad?
Measured on TensorFlow 2.21 with Keras 3.15: all of these kinds raise `ValueError` when the layer is
built. `tf_keras` 2.21 takes `True` for 1 and 42.5 for 42, and fails on a str or a list only at the
first step of training. Seeds are taken modulo 2**31 - 2 (Keras 3; 2**31 - 1 in Keras 2), so -1 and
2**31 - 3 are one seed, and 2**31 + 40 is 42; the JAX backend refuses negative ones.

## Example
```python
rng = np.random.default_rng(42)
x = keras.layers.Dropout(0.5, seed=rng.integers(10_000))(x)
```

## Use instead
```python
rng = np.random.default_rng(42)
x = keras.layers.Dropout(0.5, seed=int(rng.integers(10_000)))(x)
```

## Fix safety
Safe where the value can stay: `int(...)` around a NumPy integer or a text from the environment,
`42` for `42.0` and `"42"`. These did not work before, or worked with the same number (`tf_keras`
2.21 cuts 42.5 to 42). All else gets a derived seed, as a layer without one would: safe for what
Keras refuses, unsafe for a bool and for a number out of range, which some versions take.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.model import Finding
from seedlint.project import Project
from seedlint.rule import Example, Rule, example, name_of, noted, trail_of


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place whose seed is certainly refused or bent."""
    for layer, complaint in project.rejected.items():
        message = f"the seed of `{name_of(layer)}` is {complaint}"
        yield RULE.finding(
            layer, message, noted(trail_of(layer.seed)), project.rewrites.accepted(layer)
        )


SILENT = (
    example(
        "Keras's own backend takes a generator",
        """
import keras
from keras.src import backend

class Noise(keras.layers.Layer):
    def __init__(self, seed):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x):
        return backend.random.dropout(x, 0.5, seed=self.seed_generator)
""",
    ),
    example(
        "ints of Python",
        """
import keras
import numpy as np

rng = np.random.default_rng(7)
np.random.seed(7)
a = keras.layers.Dropout(0.5, seed=0)
b = keras.layers.Dropout(0.5, seed=2**31 - 3)
c = keras.layers.Dropout(0.5, seed=int(rng.integers(1000)))
d = keras.layers.Dropout(0.5, seed=np.random.randint(1000))
e = keras.layers.Dropout(0.5, seed=rng.integers(1000).item())
""",
    ),
    example(
        "NumPy integers in Keras 2",
        """
import numpy as np
from tf_keras import layers

a = layers.Dropout(0.5, seed=np.int64(7))
""",
    ),
    example(
        "a generator for a stateless function",
        """
import keras

generator = keras.random.SeedGenerator(7)
x = keras.random.dropout(1, 0.5, seed=generator)
""",
    ),
    example(
        "a kind that cannot be told",
        """
import keras

def block(x, seed, config):
    x = keras.layers.Dropout(0.5, seed=seed)(x)
    return keras.layers.Dropout(0.5, seed=config["seed"])(x)
""",
    ),
)

CAUGHT = (
    example(
        "constants of the wrong kind",
        """
import keras

a = keras.layers.Dropout(0.5, seed=True)  # SDL007
b = keras.layers.Dropout(0.5, seed=42.0)  # SDL007
c = keras.layers.Dropout(0.5, seed="43")  # SDL007
d = keras.layers.Dropout(0.5, seed=[1, 2])  # SDL007
e = keras.layers.Dropout(0.5, seed=-1)  # SDL007
f = keras.layers.Dropout(0.5, seed=2**31)  # SDL007
stack = [keras.layers.Dropout(0.5, seed="7") for i in range(3)]  # SDL007
""",
        fixed="""
import keras

a = keras.layers.Dropout(0.5, seed=1616513153)  # SDL007
b = keras.layers.Dropout(0.5, seed=42)  # SDL007
c = keras.layers.Dropout(0.5, seed=43)  # SDL007
d = keras.layers.Dropout(0.5, seed=1922840090)  # SDL007
e = keras.layers.Dropout(0.5, seed=765949729)  # SDL007
f = keras.layers.Dropout(0.5, seed=434346371)  # SDL007
stack = [keras.layers.Dropout(0.5, seed=600845396 + 1000 * i) for i in range(3)]  # SDL007
""",
    ),
    example(
        "NumPy integers, however they come",
        """
import keras
import numpy as np

rng = np.random.default_rng(7)
seeds = np.arange(3)
a = keras.layers.Dropout(0.5, seed=rng.integers(1000))  # SDL007
b = keras.layers.Dropout(0.5, seed=seeds[1])  # SDL007
c = keras.layers.Dropout(0.5, seed=np.int64(7) + 1)  # SDL007
for seed in np.random.RandomState(7).randint(0, 1000, size=3):
    d = keras.layers.Dropout(0.5, seed=seed)  # SDL007
""",
        fixed="""
import keras
import numpy as np

rng = np.random.default_rng(7)
seeds = np.arange(3)
a = keras.layers.Dropout(0.5, seed=int(rng.integers(1000)))  # SDL007
b = keras.layers.Dropout(0.5, seed=int(seeds[1]))  # SDL007
c = keras.layers.Dropout(0.5, seed=int(np.int64(7) + 1))  # SDL007
for seed in np.random.RandomState(7).randint(0, 1000, size=3):
    d = keras.layers.Dropout(0.5, seed=int(seed))  # SDL007
""",
    ),
    example(
        "from elsewhere",
        """
import os

import keras

SEED = 1337.0
a = keras.layers.Dropout(0.5, seed=SEED)  # SDL007
b = keras.layers.Dropout(0.5, seed=os.environ["SEED"])  # SDL007
""",
        fixed="""
import os

import keras

SEED = 1337.0
a = keras.layers.Dropout(0.5, seed=int(SEED))  # SDL007
b = keras.layers.Dropout(0.5, seed=int(os.environ["SEED"]))  # SDL007
""",
    ),
    example(
        "a generator for a layer",
        """
import keras

generator = keras.random.SeedGenerator(7)
a = keras.layers.Dropout(0.5, seed=generator)  # SDL007
""",
        fixed="""
import keras

generator = keras.random.SeedGenerator(7)
a = keras.layers.Dropout(0.5, seed=1616513153)  # SDL007
""",
    ),
    Example(
        "through the argument of a layer",
        {
            "blocks.py": """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate, seed):
        super().__init__()
        self.dropout = keras.layers.Dropout(rate, seed=seed)
""",
            "model.py": """
from blocks import Block

a = Block(0.5, seed="7")  # SDL007
b = Block(0.5, seed=8)
""",
        },
        fixed={
            "model.py": """
from blocks import Block

a = Block(0.5, seed=7)  # SDL007
b = Block(0.5, seed=8)
""",
        },
    ),
)

RULE = Rule("SDL007", "rejected-seed", __doc__, check, SILENT, CAUGHT)
