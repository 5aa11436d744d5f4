"""A layer's seed is drawn from a NumPy generator that nothing seeds.

## What it does
Follows each seed to the place where its value was born: through variables, arrays, loops,
arithmetic, functions and modules. Finds those that come from `np.random.*` with no `np.random.seed`
(or `keras.utils.set_random_seed`) before the draw, and those from `default_rng()`, `RandomState()`,
`Generator(PCG64())` or `SeedSequence()` that were given no seed themselves. The notes tell the way.

Where the order cannot be told, as when another function or file of the same program seeds NumPy,
the draw counts as seeded.

## Why is this bad?
The layer looks seeded and is not: every run draws other seeds, so every run draws other masks.
Seeding TensorFlow or Python does not help; and neither `np.random.seed` nor
`keras.utils.set_random_seed` reaches a `default_rng()` (both measured with NumPy 2.4 and Keras
3.15).

## Example
```python
seeds = np.random.randint(0, 10_000, size=3)
x = keras.layers.Dropout(0.5, seed=int(seeds[0]))(x)
```

## Use instead
```python
seeds = np.random.RandomState(1337).randint(0, 10_000, size=3)
x = keras.layers.Dropout(0.5, seed=int(seeds[0]))(x)
```

## Fix safety
Unsafe: all that is drawn from the generator repeats from then on. A generator that is made without
a seed gets a derived one; for draws from the global generator, `np.random.seed` is called behind
the import of NumPy. A generator that may be made several times for one model, in a loop or a helper
that is called repeatedly, is left to the reader: a fixed seed would give all its layers one mask.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.model import Finding
from seedlint.project import Project
from seedlint.rule import Example, Rule, born_unseeded, example, origin_of, way


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place whose seed may come from an unseeded NumPy draw."""
    for layer, alt, birth in born_unseeded(project):
        if birth.generator == "numpy":
            what = f"{origin_of(layer, birth)}, and nothing seeds NumPy"
            message = f"{what}: every run draws other masks"
            fix = project.mends.started(layer)
            yield RULE.finding(layer, message, way(layer, alt, birth), fix)


SILENT = (
    example(
        "NumPy is seeded before the draw",
        """
import keras
import numpy as np

np.random.seed(7)
seeds = np.random.randint(0, 1000, size=2)
a = keras.layers.Dropout(0.5, seed=int(seeds[0]))
""",
    ),
    example(
        "a generator with a seed of its own",
        """
import keras
import numpy as np

rng = np.random.default_rng(7)
state = np.random.RandomState(seed=8)
bits = np.random.Generator(np.random.PCG64(9))
a = keras.layers.Dropout(0.5, seed=int(rng.integers(1000)))
b = keras.layers.Dropout(0.5, seed=state.randint(1000))
c = keras.layers.Dropout(0.5, seed=int(bits.integers(1000)))
""",
    ),
    example(
        "a helper that seeds everything",
        """
import random

import keras
import numpy as np

def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)

def main(args):
    seed_everything(args.seed)
    return keras.layers.Dropout(0.5, seed=np.random.randint(1000))
""",
    ),
    example(
        "NumPy is seeded by the clock only if nobody gives a seed",
        """
import time

import keras
import numpy as np

def net(args):
    np.random.seed(seed=args.seed or int(time.time()))
    return keras.layers.Dropout(0.5, seed=np.random.randint(1000))
""",
    ),
    example(
        "something unread that is called like a seeding function",
        """
import keras
import numpy as np
import pytorch_lightning as pl

pl.seed_everything(7)
a = keras.layers.Dropout(0.5, seed=np.random.randint(1000))
""",
    ),
    example(
        "an unknown seed for the generator",
        """
import keras
import numpy as np

def build(seed):
    rng = np.random.default_rng(seed)
    return keras.layers.Dropout(0.5, seed=int(rng.integers(1000)))
""",
    ),
    Example(
        "the file that imports this one seeds NumPy first",
        {
            "train.py": "import numpy as np\n\nnp.random.seed(1)\n\nimport net\n\nnet.build()\n",
            "net.py": """
import keras
import numpy as np

def build():
    return keras.layers.Dropout(0.5, seed=np.random.randint(1000))
""",
        },
    ),
)

CAUGHT = (
    example(
        "the seeds of other libraries",
        """
import keras
import numpy as np
import tensorflow as tf
import torch

torch.manual_seed(7)
tf.random.set_seed(7)
a = keras.layers.Dropout(0.5, seed=np.random.randint(1000))  # SDL003
""",
    ),
    example(
        "a function that seeds cannot run before the module does",
        """
import keras
import numpy as np

seed = np.random.randint(1000)

def prepare():
    np.random.seed(7)

a = keras.layers.Dropout(0.5, seed=seed)  # SDL003
""",
    ),
    example(
        "one seed per layer out of an array",
        """
import numpy as np
from keras import Sequential, layers

seeds = np.random.randint(0, 10_000, size=3)
model = Sequential()
for units, seed in zip((64, 32, 16), seeds):
    model.add(layers.Dense(units))
    model.add(layers.Dropout(0.5, seed=int(seed)))  # SDL003
for index, seed in enumerate(seeds):
    model.add(layers.Dropout(0.5, seed=seed + 1))  # SDL003
last = layers.Dropout(0.5, seed=seeds[0])  # SDL003
""",
        fixed="""
import numpy as np
np.random.seed(154351850)
from keras import Sequential, layers

seeds = np.random.randint(0, 10_000, size=3)
model = Sequential()
for units, seed in zip((64, 32, 16), seeds):
    model.add(layers.Dense(units))
    model.add(layers.Dropout(0.5, seed=int(seed)))  # SDL003
for index, seed in enumerate(seeds):
    model.add(layers.Dropout(0.5, seed=seed + 1))  # SDL003
last = layers.Dropout(0.5, seed=seeds[0])  # SDL003
""",
    ),
    example(
        "seeding after the draw does not help",
        """
import keras
import numpy as np

seed = np.random.randint(1000)
np.random.seed(7)
a = keras.layers.Dropout(0.5, seed=seed)  # SDL003
""",
    ),
    example(
        "np.random.seed does not reach a generator",
        """
import keras
import numpy as np

np.random.seed(7)
rng = np.random.default_rng()
bits = np.random.Generator(np.random.PCG64())
a = keras.layers.Dropout(0.5, seed=int(rng.integers(1000)))  # SDL003
b = keras.layers.Dropout(0.5, seed=int(bits.integers(1000)))  # SDL003
""",
        fixed="""
import keras
import numpy as np

np.random.seed(7)
rng = np.random.default_rng(1922840090)
bits = np.random.Generator(np.random.PCG64(765949729))
a = keras.layers.Dropout(0.5, seed=int(rng.integers(1000)))  # SDL003
b = keras.layers.Dropout(0.5, seed=int(bits.integers(1000)))  # SDL003
""",
    ),
    example(
        "seeding with what changes does not help, nor does a seeding before it",
        """
import time

import keras
import numpy as np

np.random.seed(int(time.time()))
a = keras.layers.Dropout(0.5, seed=np.random.randint(1000))  # SDL003
""",
        fixed="""
import time

import keras
import numpy as np

np.random.seed(int(time.time()))
a = keras.layers.Dropout(0.5, seed=np.random.randint(1000))  # SDL003
""",
    ),
    example(
        "through a factory and a fallback",
        """
import keras
import numpy as np

def make_dropout(seed, rate=0.5):
    return keras.layers.Dropout(rate, seed=seed)

def block(x, seed=None):
    if seed is None:
        seed = np.random.randint(1000)
    return keras.layers.Dropout(0.5, seed=seed)(x)  # SDL003

a = make_dropout(np.random.randint(1000))  # SDL003
b = make_dropout(3)
c = block(1, seed=4)
d = block(1)  # SDL003
""",
        fixed="""
import keras
import numpy as np
np.random.seed(927979993)

def make_dropout(seed, rate=0.5):
    return keras.layers.Dropout(rate, seed=seed)

def block(x, seed=None):
    if seed is None:
        seed = np.random.randint(1000)
    return keras.layers.Dropout(0.5, seed=seed)(x)  # SDL003

a = make_dropout(np.random.randint(1000))  # SDL003
b = make_dropout(3)
c = block(1, seed=4)
d = block(1)  # SDL003
""",
    ),
    example(
        "the generator of one model",
        """
import keras
import numpy as np

def build(x):
    state = np.random.RandomState(None)
    for rate in (0.1, 0.2):
        x = keras.layers.Dropout(rate, seed=state.randint(1000))(x)  # SDL003
    return keras.Model(x, x)
""",
        fixed="""
import keras
import numpy as np

def build(x):
    state = np.random.RandomState(1879345856)
    for rate in (0.1, 0.2):
        x = keras.layers.Dropout(rate, seed=state.randint(1000))(x)  # SDL003
    return keras.Model(x, x)
""",
    ),
    Example(
        "through another module",
        {
            "seeds.py": "import numpy as np\n\nSEEDS = np.random.randint(0, 1000, size=4)\n",
            "net.py": """
import keras
from seeds import SEEDS

a = keras.layers.Dropout(0.5, seed=int(SEEDS[1]))  # SDL003
""",
        },
        fixed={
            "seeds.py": """import numpy as np
np.random.seed(1106307860)

SEEDS = np.random.randint(0, 1000, size=4)
"""
        },
    ),
)

RULE = Rule("SDL003", "seed-from-unseeded-numpy", __doc__, check, SILENT, CAUGHT)
