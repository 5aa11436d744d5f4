"""A call that was meant to make runs repeatable has no effect here.

## What it does
Finds four kinds of seeding that do nothing where they stand:

- `tf.config.experimental.enable_op_determinism`, or a seeding function, as a statement without
  parentheses: it is named and not called.
- `tf.random.set_seed` and `np.random.seed` in a file with unseeded Keras 3 layers, where nothing in
  the program may seed Python's `random`, from which these layers take their seeds. A function that
  builds none of them and draws from NumPy or TensorFlow itself may seed that.
- `keras.utils.set_random_seed` or `random.seed` after all unseeded Keras 3 layers of its function
  or module are built. Attention does not count: it makes its dropout when it is first called. What
  that function or module itself draws later may be seeded there.
- `PYTHONHASHSEED` set in the process itself, unless the file starts another process.

Anything that is called like a seeding function and cannot be read counts as seeding.

## Why is this bad?
The code says that runs repeat, and they do not. Measured in fresh processes with Keras 3.15 on
TensorFlow 2.21: unseeded layers differ from run to run under `np.random.seed` and
`tf.random.set_seed`, and repeat under `random.seed` and `keras.utils.set_random_seed`, if those
come before the layer is built. Python reads `PYTHONHASHSEED` once, when it starts.

## Example
```python
tf.random.set_seed(42)
x = keras.layers.Dropout(0.5)(x)
```

## Use instead
```python
x = keras.layers.Dropout(0.5, seed=1337)(x)
```

or, where everything is to follow one global seed, before anything is built:

```python
keras.utils.set_random_seed(42)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.futile import Futile, Why
from seedlint.model import Finding, Note
from seedlint.project import Project
from seedlint.rule import Example, Rule, example, name_of


def check(project: Project) -> Iterator[Finding]:
    """One finding for each statement that seeds nothing."""
    for futile in (futile for futile in project.futile if not futile.of_use):
        message = f"`{futile.name}` {REASONS[futile.why]}"
        notes = tuple(_notes(futile))
        yield Finding(futile.module, futile.span, RULE.code, RULE.name, message, notes)


def _notes(futile: Futile) -> Iterator[Note]:
    for layer in futile.layers[:1]:
        yield Note(f"`{name_of(layer)}` has no seed", layer.module, layer.span)


REASONS = {
    Why.NOT_CALLED: "is named here but not called: it has no effect without parentheses",
    Why.OTHER_GENERATOR: (
        "does not reach the unseeded layers of this file: Keras 3 seeds them from Python's"
        " `random`, as `keras.utils.set_random_seed` does"
    ),
    Why.TOO_LATE: "comes too late: the layers before it are built and have drawn their seeds",
    Why.IN_PROCESS: (
        "has no effect on a process that is running: set it before Python starts, and derive no"
        " seeds from `hash`"
    ),
}

SILENT = (
    example(
        "everything is seeded before the layers are built",
        """
import keras
import tensorflow as tf

tf.config.experimental.enable_op_determinism()
keras.utils.set_random_seed(42)
tf.random.set_seed(42)

model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])
""",
    ),
    example(
        "the layers have seeds of their own",
        """
import keras
import numpy as np
import tensorflow as tf

np.random.seed(42)
tf.random.set_seed(42)

model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5, seed=7)])
""",
    ),
    example(
        "Keras 2 follows TensorFlow's seed",
        """
import numpy as np
import tensorflow as tf

np.random.seed(42)
tf.random.set_seed(42)

model = tf.keras.Sequential([tf.keras.layers.Dropout(0.5)])
""",
        keras_version=2,
    ),
    example(
        "layers that are built after the seeding, by whatever way",
        """
import keras

def block(units):
    return [keras.layers.Dense(units), keras.layers.Dropout(0.5)]

def baseline(make):
    model = keras.Sequential([keras.layers.Dropout(0.5)])
    keras.utils.set_random_seed(42)
    return model, keras.Sequential(block(8))

def attention(x):
    layer = keras.layers.MultiHeadAttention(2, 8, dropout=0.1)
    keras.utils.set_random_seed(42)
    return layer(x, x)

def repeated(x):
    for fold in range(5):
        x = keras.layers.Dropout(0.5)(x)
        keras.utils.set_random_seed(fold)
    return x
""",
    ),
    example(
        "what is drawn after it follows it",
        """
import random

import keras

model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])
model.fit(data)

random.seed(100)
model.predict(data[random.randint(0, len(data))])
""",
    ),
    example(
        "the process is started anew",
        """
import os
import sys

if os.environ.get("PYTHONHASHSEED") != "0":
    os.environ["PYTHONHASHSEED"] = "0"
    os.execv(sys.executable, [sys.executable, *sys.argv])
""",
    ),
    Example(
        "another file of the program seeds everything",
        {
            "seeds.py": """
import random

def seed_all(seed):
    random.seed(seed)
""",
            "net.py": """
import tensorflow as tf
from keras import layers

tf.random.set_seed(42)

def net(x):
    return layers.Dropout(0.5)(x)
""",
            "train.py": """
import net
from seeds import seed_all

seed_all(7)
net.net(1)
""",
        },
    ),
)

CAUGHT = (
    example(
        "named, not called",
        """
import numpy as np
import tensorflow as tf

tf.config.experimental.enable_op_determinism  # SDL011
np.random.seed  # SDL011
""",
    ),
    example(
        "the generators that Keras 3 does not ask",
        """
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

np.random.seed(42)  # SDL011
tf.random.set_seed(42)  # SDL011

model = tf.keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])
""",
    ),
    example(
        "after the layers are built",
        """
import random

import keras

def train(data):
    model = keras.Sequential()
    for units in (64, 32):
        model.add(keras.layers.Dense(units))
        model.add(keras.layers.Dropout(0.5))
    random.seed(42)  # SDL011
    keras.utils.set_random_seed(42)  # SDL011
    model.compile("adam", "mse")
    return model.fit(data)
""",
    ),
    example(
        "Python's hash seed, set from inside",
        """
import os
import random

def seed_everything(seed):
    random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)  # SDL011

os.environ.setdefault("PYTHONHASHSEED", "0")  # SDL011
os.environ.update(PYTHONHASHSEED="0")  # SDL011
""",
    ),
    Example(
        "nothing in the program seeds Python",
        {
            "net.py": """
import tensorflow as tf
from keras import layers

def net(x):
    tf.random.set_seed(42)  # SDL011
    return layers.Dropout(0.5)(x)
""",
            "train.py": """
import numpy as np
import net

np.random.seed(7)
net.net(1)
""",
        },
    ),
)

RULE = Rule("SDL011", "ineffective-global-seed", __doc__, check, SILENT, CAUGHT)
