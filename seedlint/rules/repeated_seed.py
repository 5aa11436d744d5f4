"""One seed is given to all the layers that one place builds.

## What it does
Finds layers that are built several times into one model with a seed that stays the same: in a loop
or a comprehension, in a helper that is called several times, in a class of which several instances
are made. Where the seed is an argument of a helper, its call in a loop is the place. A seed that
changes with the turn (`seed=BASE + i`, an element of a list, a draw) is fine, and so is a loop
whose every turn builds a model of its own. A counter that starts anew each time (`seed=BASE + i` in
a helper that is called twice) gives the same seeds again, and so does one that comes back
(`seed=i // 2`, or `seed=BASE + i + j` in two loops), or a list of constants that holds one twice.

## Why is this bad?
All those layers drop the very same units (measured with TensorFlow 2.21 and Keras 3.15:
`[Dropout(0.5, seed=42) for _ in range(4)]` has one distinct mask, three calls of one block with a
literal seed have one). Without the seed the masks would be independent.

## Example
```python
for units in (64, 32):
    x = keras.layers.Dense(units)(x)
    x = keras.layers.Dropout(0.5, seed=42)(x)
```

## Use instead
```python
for i, units in enumerate((64, 32)):
    x = keras.layers.Dense(units)(x)
    x = keras.layers.Dropout(0.5, seed=1337 + 1000 * i)(x)
```

## Fix safety
Unsafe: masks that repeat today become others. In a loop the seed that stands there is varied by the
turn; a helper or a layer that is built many times takes a seed instead, and its calls pass one.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.model import Finding, Note
from seedlint.project import Project
from seedlint.rule import Example, Rule, example, name_of


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place that builds several layers with one seed."""
    for repeat in project.masks.repeated:
        layer = repeat.layer
        how = "at each turn of a loop" if len(repeat.calls) == 1 else "more than once"
        message = f"`{name_of(layer)}` is built {how} with the same seed: all drop the same units"
        notes = tuple(
            Note("it is built by this call", place.module, place.span)
            for place in repeat.calls
            if place.span != layer.span
        )
        yield RULE.finding(layer, message, notes, project.mends.seeded(layer, caution=True))


SILENT = (
    example(
        "the seed changes with the turn",
        """
from keras import layers

BASE = 1000
a = [layers.Dropout(0.5, seed=BASE + i) for i in range(4)]
for rate, seed in zip((0.1, 0.2), (5, 6)):
    b = layers.Dropout(rate, seed=seed)
""",
    ),
    example(
        "one layer in a list of four",
        """
from keras import layers

a = [layers.Dropout(0.5, seed=1)] * 4
""",
    ),
    example(
        "equal constants that do not meet",
        """
from keras import Sequential
from keras.layers import Dropout

def build(x):
    for seed in [3, 4, 3]:
        if seed == 3:
            continue
        x = Dropout(0.5, seed=seed)(x)
    for rate, seed in zip([0.1, 0.2], [5, 6, 5]):
        x = Dropout(rate, seed=seed)(x)
    for i, seed in enumerate([7, 9, 7]):
        x = Dropout(0.5, seed=seed + i)(x)
    for name, seed in {"first": 11, "second": 12}.items():
        x = Dropout(0.5, seed=seed, name=name)(x)
    for seed in {**x.seeds, "first": 14, "second": 14}.values():
        x = Dropout(0.5, seed=seed)(x)
    return x

models = [Sequential([Dropout(0.5, seed=seed)]) for seed in (1, 2, 1)]
""",
    ),
    example(
        "every turn builds a model of its own",
        """
import keras

def build(x):
    return keras.Sequential([keras.layers.Dropout(0.5, seed=1)])

for fold in range(5):
    model = build(fold)
    model.fit(fold)
""",
    ),
    example(
        "a helper that is told which seed to use",
        """
import keras

def block(x, seed):
    return keras.layers.Dropout(0.5, seed=seed)(x)

def build(x):
    for i in range(3):
        x = block(x, 100 + i)
    return block(x, 7)

build(1)
""",
    ),
)

CAUGHT = (
    example(
        "equal constants at two turns",
        """
from keras.layers import Dropout

SEEDS = {"first": 5, "second": 6, "third": 5}

def build(x):
    for seed in [1, 2, 1]:
        x = Dropout(0.5, seed=seed)(x)  # SDL005
    for rate, seed in zip((0.1, 0.2, 0.3), (3, 4, 3)):
        x = Dropout(rate, seed=seed + 50)(x)  # SDL005
    for name, seed in SEEDS.items():
        x = Dropout(0.5, seed=seed, name=name)(x)  # SDL005
    for seed in {"fourth": 8, "fifth": 8}.values():
        x = Dropout(0.5, seed=seed)(x)  # SDL005
    return x
""",
        fixed="""
from keras.layers import Dropout

SEEDS = {"first": 5, "second": 6, "third": 5}

def build(x):
    for i, seed in enumerate([1, 2, 1]):
        x = Dropout(0.5, seed=seed + 1000 * i)(x)  # SDL005
    for i, (rate, seed) in enumerate(zip((0.1, 0.2, 0.3), (3, 4, 3))):
        x = Dropout(rate, seed=seed + 50 + 1000 * i)(x)  # SDL005
    for i, (name, seed) in enumerate(SEEDS.items()):
        x = Dropout(0.5, seed=seed + 1000 * i, name=name)(x)  # SDL005
    for i, seed in enumerate({"fourth": 8, "fifth": 8}.values()):
        x = Dropout(0.5, seed=seed + 1000 * i)(x)  # SDL005
    return x
""",
    ),
    example(
        "loops and comprehensions",
        """
import keras
from keras.layers import Dropout

def build(x, seed):
    for units in (64, 32):
        x = keras.layers.Dense(units)(x)
        x = keras.layers.Dropout(0.5, seed=42)(x)  # SDL005
    for units in (64, 32):
        x = keras.layers.Dropout(0.5, seed=seed)(x)  # SDL005
    return x

build(1, 3)
stack = [Dropout(rate, seed=7) for rate in (0.1, 0.2)]  # SDL005
""",
        fixed="""
import keras
from keras.layers import Dropout

def build(x, seed):
    for i, units in enumerate((64, 32)):
        x = keras.layers.Dense(units)(x)
        x = keras.layers.Dropout(0.5, seed=42 + 1000 * i)(x)  # SDL005
    for i, units in enumerate((64, 32)):
        x = keras.layers.Dropout(0.5, seed=None if seed is None else seed + 1000 * i)(x)  # SDL005
    return x

build(1, 3)
stack = [Dropout(rate, seed=7 + 1000 * i) for i, rate in enumerate((0.1, 0.2))]  # SDL005
""",
    ),
    example(
        "a helper that is called twice",
        """
import keras

def block(x):
    return keras.layers.Dropout(0.5, seed=42)(x)  # SDL005

def build(x):
    return block(block(x))

build(1)
""",
        fixed="""
import keras

def block(x, *, seed=None):
    return keras.layers.Dropout(0.5, seed=seed)(x)  # SDL005

def build(x):
    return block(block(x, seed=1922840090), seed=765949729)

build(1)
""",
    ),
    example(
        "a layer of which there are several",
        """
import keras

class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5, seed=42)  # SDL005

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [Block() for _ in range(3)]

Net()
""",
    ),
    example(
        "counters that come back",
        """
import keras

def build(x, blocks):
    for i, depth in enumerate(blocks):
        x = keras.layers.Dropout(0.5, seed=100 + i)(x)
        for j in range(depth):
            x = keras.layers.Dropout(0.5, seed=200 + i + j)(x)  # SDL005
    for i in range(6):
        x = keras.layers.Dropout(0.5, seed=300 + i // 2)(x)  # SDL005
    return x
""",
    ),
    example(
        "a counter that starts anew",
        """
import keras

def block(x):
    for i in range(2):
        x = keras.layers.Dropout(0.5, seed=10 + i)(x)  # SDL005
    return x

class Stack(keras.layers.Layer):
    def __init__(self, units, seed):
        super().__init__()
        drops = [keras.layers.Dropout(0.5, seed=seed + i) for i, _ in enumerate(units)]
        self.drops = drops

def build(x, seed):
    x = block(block(x))
    for stage in range(2):
        for i in range(2):
            x = keras.layers.Dropout(0.5, seed=30 + i)(x)  # SDL005
    return [Stack((1, 2), seed) for _ in range(2)]  # SDL005

build(1, 50)
""",
    ),
    Example(
        "the call of a helper in a loop",
        {
            "blocks.py": """
import keras

def block(x, seed=11):
    return keras.layers.Dropout(0.5, seed=seed)(x)
""",
            "model.py": """
from blocks import block

def build(x):
    for _ in range(3):
        x = block(x)  # SDL005
    return x

build(1)
""",
        },
    ),
)

RULE = Rule("SDL005", "repeated-seed", __doc__, check, SILENT, CAUGHT)
