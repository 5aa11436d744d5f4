"""Two layers of one model have the same seed.

## What it does
Finds layers whose seed is that of another layer which one run builds into the same model: in one
function, in one class of layers, or in helpers that one caller joins. Seeds are compared after they
are resolved: literals, constants, defaults and sums. A seed that cannot be told is equal to itself:
two layers that both take one parameter, one `args.seed` or one attribute have equal seeds whatever
the value is, and `seed` and `seed + 1` differ. Seeds that a loop counts (`seed + i`) are compared
at all turns that it is known to have.

One finding for each further layer; a note points at the first. Branches that exclude each other,
separate models, `[layer] * n` and one layer called twice are silent. Layers that drop units
(`Dropout`, `SpatialDropout2D`, recurrent and attention dropout, `tf.nn.dropout`) and Gaussian ones
(`GaussianNoise`, `GaussianDropout`) do not clash with each other. In Keras 3, a recurrent layer
with a seed inside `Bidirectional` is built twice with that seed.

## Why is this bad?
Both layers drop the very same units at every step (measured on TensorFlow 2.21, Keras 3.15:
correlation 1.000 for equal shapes, a common prefix for others). With different rates the masks are
nested: what the higher rate keeps, the lower rate keeps too. Three stacked `Dropout(0.5, seed=42)`
keep 48 % of the units instead of 12.5 %. Gaussian and Bernoulli masks of one seed are uncorrelated.

## Example
```python
x = keras.layers.Dropout(0.5, seed=42)(x)
x = keras.layers.Dense(64)(x)
x = keras.layers.Dropout(0.5, seed=42)(x)
```

## Use instead
```python
x = keras.layers.Dropout(0.5, seed=1337)(x)
x = keras.layers.Dense(64)(x)
x = keras.layers.Dropout(0.5, seed=4242)(x)
```

## Fix safety
Unsafe: masks that repeat today become others. A constant seed gives way to a derived one, and so
does one that changes with the turn of a loop, where a sum could be the seed of a later turn. Any
other is kept and something added to it that no other layer adds (`args.seed + 10`, and `None` stays
`None`). The directions of a `Bidirectional`, stateless functions and seeds among unpacked arguments
(`**options`) are left to the reader.

## Options
- `duplicate-scope`: `"model"` (the default), or `"file"` or `"project"`: no two layers there may
  have equal constant seeds
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.model import Finding, Note
from seedlint.project import Project
from seedlint.rule import Example, Rule, example, name_of


def check(project: Project) -> Iterator[Finding]:
    """One finding for each layer whose seed another one has before it."""
    for same in project.masks.equal:
        layer, first = same.layer, same.first
        fix = project.mends.seeded(layer, caution=True)
        if layer is first:
            message = f"`Bidirectional` gives both directions the seed of `{name_of(layer)}`"
            yield RULE.finding(layer, f"{message}: both drop the same units", fix=fix)
            continue
        message = f"`{name_of(layer)}` has the same seed as another layer: both drop the same units"
        when = "at another turn of the loop" if same.at_other_turns else "first"
        note = Note(f"`{name_of(first)}` gets this seed {when}", first.module, first.span)
        yield RULE.finding(layer, message, (note,), fix)


SILENT = (
    example(
        "each layer has a seed of its own",
        """
import keras

SEED = 42

def build(x, seed):
    x = keras.layers.Dropout(0.5, seed=SEED)(x)
    x = keras.layers.Dropout(0.5, seed=SEED + 1)(x)
    x = keras.layers.Dropout(0.5, seed=seed)(x)
    return keras.layers.Dropout(0.5, seed=seed + 1)(x)

build(1, 7)
""",
    ),
    example(
        "branches exclude each other",
        """
import keras

def block(x, spatial):
    if spatial:
        return keras.layers.SpatialDropout2D(0.5, seed=7)(x)
    return keras.layers.Dropout(0.5, seed=7)(x)
""",
    ),
    example(
        "two models of one script",
        """
from keras import Sequential, layers

small = Sequential([layers.Dense(8), layers.Dropout(0.5, seed=7)])
large = Sequential()
large.add(layers.Dense(64))
large.add(layers.Dropout(0.5, seed=7))
""",
    ),
    example(
        "one layer, used twice",
        """
from keras import layers

drop = layers.Dropout(0.5, seed=7)
a = drop(1)
b = drop(2)
stack = [layers.Dropout(0.5, seed=8)] * 4
""",
    ),
    example(
        "Gaussian noise beside dropout",
        """
import keras

def block(x):
    x = keras.layers.GaussianNoise(0.1, seed=7)(x)
    return keras.layers.Dropout(0.5, seed=7)(x)

block(1)
""",
    ),
    Example(
        "builders that nobody joins",
        {
            "small.py": """
import keras

def build(x):
    return keras.Model(x, keras.layers.Dropout(0.5, seed=7)(x))
""",
            "large.py": """
import keras

def build(x):
    return keras.Model(x, keras.layers.Dropout(0.3, seed=7)(x))
""",
            "train.py": """
import large
import small

models = {"small": small.build(1), "large": large.build(1)}
""",
        },
    ),
)

CAUGHT = (
    example(
        "equal after resolution",
        """
import keras

SEED = 42

def build(x):
    x = keras.layers.Dropout(0.5, seed=SEED)(x)
    x = keras.layers.Dropout(0.3, seed=42)(x)  # SDL002
    return keras.layers.SpatialDropout1D(0.5, seed=SEED + 0)(x)  # SDL002

build(1)
""",
        fixed="""
import keras

SEED = 42

def build(x):
    x = keras.layers.Dropout(0.5, seed=SEED)(x)
    x = keras.layers.Dropout(0.3, seed=1879345856)(x)  # SDL002
    return keras.layers.SpatialDropout1D(0.5, seed=490496637)(x)  # SDL002

build(1)
""",
    ),
    example(
        "unknown, but the same",
        """
import keras
from keras.layers import Dropout

class Block(keras.layers.Layer):
    def __init__(self, rate, seed):
        super().__init__()
        self.seed = seed
        self.a = Dropout(rate, seed=seed)

    def build(self, shape):
        self.b = Dropout(0.5, seed=self.seed)  # SDL002

    def call(self, x):
        return self.b(self.a(x))

Block(0.5, seed=7)(1)
""",
        fixed="""
import keras
from keras.layers import Dropout

class Block(keras.layers.Layer):
    def __init__(self, rate, seed):
        super().__init__()
        self.seed = seed
        self.a = Dropout(rate, seed=seed)

    def build(self, shape):
        self.b = Dropout(0.5, seed=None if self.seed is None else self.seed + 10)  # SDL002

    def call(self, x):
        return self.b(self.a(x))

Block(0.5, seed=7)(1)
""",
    ),
    example(
        "the calls of a helper",
        """
import keras

def block(x, rate, seed=11):
    return keras.layers.Dropout(rate, seed=seed)(x)

def build(x):
    x = block(x, 0.5)
    x = block(x, 0.3, seed=12)
    return block(x, 0.4, 11)  # SDL002

build(1)
""",
        fixed="""
import keras

def block(x, rate, seed=11):
    return keras.layers.Dropout(rate, seed=seed)(x)

def build(x):
    x = block(x, 0.5)
    x = block(x, 0.3, seed=12)
    return block(x, 0.4, 434346371)  # SDL002

build(1)
""",
    ),
    example(
        "one seed in a loop, and one for all",
        """
import keras

def build(x, options):
    for i in range(3):
        x = keras.layers.Dropout(0.5, seed=options.seed + i)(x)
        x = keras.layers.Dropout(0.5, seed=options.seed + i)(x)  # SDL002
    x = keras.layers.Dropout(0.5, seed=int(options.seed) + 50)(x)
    return keras.layers.Dropout(0.5, seed=int(options.seed) + 50)(x)  # SDL002
""",
        fixed="""
import keras

def build(x, options):
    for i in range(3):
        x = keras.layers.Dropout(0.5, seed=options.seed + i)(x)
        x = keras.layers.Dropout(0.5, seed=1879345856 + 1000 * i)(x)  # SDL002
    x = keras.layers.Dropout(0.5, seed=int(options.seed) + 50)(x)
    return keras.layers.Dropout(0.5, seed=int(options.seed) + 60)(x)  # SDL002
""",
    ),
    example(
        "a helper whose calls have seeds close together",
        """
import keras

def block(x, seed=None):
    x = keras.layers.Dropout(0.5, seed=seed)(x)
    return keras.layers.Dropout(0.3, seed=seed)(x)  # SDL002

def build(x):
    return block(block(x, seed=10), seed=20)

build(1)
""",
        fixed="""
import keras

def block(x, seed=None):
    x = keras.layers.Dropout(0.5, seed=seed)(x)
    return keras.layers.Dropout(0.3, seed=None if seed is None else seed + 20)(x)  # SDL002

def build(x):
    return block(block(x, seed=10), seed=20)

build(1)
""",
    ),
    example(
        "loops that count alike",
        """
import keras

class Stack(keras.layers.Layer):
    def __init__(self, units, seed):
        super().__init__()
        self.drops = [keras.layers.Dropout(0.5, seed=seed + i) for i in range(len(units))]

def build(x, seed=7):
    for i in range(2):
        x = keras.layers.Dropout(0.5, seed=30 + i)(x)
    for i, _ in enumerate((1, 2, 3)):
        x = keras.layers.Dropout(0.5, seed=30 + i)(x)  # SDL002
    return Stack((1, 2), seed), Stack((1, 2), seed)  # SDL002

build(1)
""",
        fixed="""
import keras

class Stack(keras.layers.Layer):
    def __init__(self, units, seed):
        super().__init__()
        self.drops = [keras.layers.Dropout(0.5, seed=seed + i) for i in range(len(units))]

def build(x, seed=7):
    for i in range(2):
        x = keras.layers.Dropout(0.5, seed=30 + i)(x)
    for i, _ in enumerate((1, 2, 3)):
        x = keras.layers.Dropout(0.5, seed=490496637 + 1000 * i)(x)  # SDL002
    return Stack((1, 2), seed), Stack((1, 2), seed + 100)  # SDL002

build(1)
""",
    ),
    example(
        "both directions of a Keras 3 layer",
        """
from keras import layers

x = layers.Bidirectional(layers.LSTM(8, dropout=0.2, seed=42))  # SDL002
""",
    ),
    example(
        "anywhere in the file",
        """
from keras import Sequential, layers

small = Sequential([layers.Dropout(0.5, seed=7)])
large = Sequential([layers.Dropout(0.3, seed=7)])  # SDL002
""",
        fixed="""
from keras import Sequential, layers

small = Sequential([layers.Dropout(0.5, seed=7)])
large = Sequential([layers.Dropout(0.3, seed=1879345856)])  # SDL002
""",
        duplicate_scope="file",
    ),
    Example(
        "helpers that one caller joins",
        {
            "stem.py": """
from keras.layers import Dropout

def stem(x):
    return Dropout(0.5, seed=42)(x)
""",
            "head.py": """
from keras.layers import Dropout

def head(x):
    return Dropout(0.2, seed=42)(x)  # SDL002
""",
            "model.py": """
from head import head
from stem import stem

def build(x):
    return head(stem(x))

build(1)
""",
        },
    ),
)

RULE = Rule("SDL002", "duplicate-seed", __doc__, check, SILENT, CAUGHT)
