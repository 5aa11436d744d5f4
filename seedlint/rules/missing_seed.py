"""A random layer is built without a seed.

## What it does
Finds dropout-like layers and ops that are given no seed, or whose seed is `None` whichever way the
code runs: written out, left out in the call of a helper, or the `None` default of a parameter. The
finding stands where the seed has to be added: through a helper or a custom layer, that is its call.

A rate that is known to be 0 (or a share to keep that is known to be 1) is exempt: nothing is drawn.
A rate that cannot be known counts as dropping. Recurrent and attention layers count where their
`dropout` or `recurrent_dropout` is given and not 0. A `SeedGenerator` from which `keras.random`
drops is judged as a layer, here and by the other rules. A value that cannot be resolved is never
reported.

## Why is this bad?
Without a seed, two runs of the same training drop different units, and their results differ.
Measured on TensorFlow 2.21 with Keras 3.15: an unseeded layer takes its seed from Python's `random`
when it is built, so `np.random.seed` and `tf.random.set_seed` do not make it reproducible. In
`tf_keras` 2.21 it follows `tf.random.set_seed` alone. A global seed also ties every mask to the
order in which everything else was built: insert one layer, and all the masks after it change. Where
the file seeds the generator that the layer would use, the message says so; `accept-global-seed =
true` accepts it.

## Example
```python
x = keras.layers.Dropout(0.5)(x)
```

## Use instead
```python
x = keras.layers.Dropout(0.5, seed=1337)(x)
```

Give every layer a seed of its own: two layers with equal seeds drop the same units.

## Fix safety
A layer that is built once for a model gets a derived seed, and one in a loop over `range` or
`enumerate` another one at each turn: both are safe. Unsafe is whatever others may notice: a loop
that has to count its turns, a function or layer that has to take a seed because it is built many
times (its calls, in other files too, then pass one), one that gives several layers the seed that it
takes, a helper that nothing in the project calls. So is a seed where the program already seeds the
generator: results that repeat today become others (measured with Keras 3.15: the next `Dense`
kernel is another one).

## Options
- `families`: which kinds of random layers count
- `keras-version`: Keras 2 recurrent and attention layers take no seed and are not reported
- `extra-layers`: layers of your own that take a seed
- `accept-global-seed`
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.layers import Layer
from seedlint.model import Finding
from seedlint.project import Project
from seedlint.rule import (
    Example,
    Rule,
    described,
    example,
    inside,
    misplaced,
    noted,
    trail_of,
)
from seedlint.values import Absent


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place that asks for a layer and gives it no seed."""
    for layer in project.layers:
        if not layer.is_unseeded or _is_told_elsewhere(project, layer):
            continue
        covered_by = project.global_seed(layer)
        if covered_by is not None and project.config.accept_global_seed:
            continue
        message = _message(layer)
        if covered_by is not None:
            message += (
                f"; `{covered_by}` makes the run repeatable, but the mask then depends on"
                " everything that was built before it"
            )
        notes = (*noted(trail_of(layer.seed)), *inside(layer))
        yield RULE.finding(layer, message, notes, project.mends.seeded(layer))


def _is_told_elsewhere(project: Project, layer: Layer) -> bool:
    """Whether another rule names the cause of it: one place, one story."""
    return (
        layer in project.masks.built
        or layer in project.takers
        or misplaced(project, layer) is not None
    )


def _message(layer: Layer) -> str:
    site = layer.site
    if layer.wrapper is not None:
        what = f"`{layer.wrapper}` builds `{site.row.name}` without a seed"
    else:
        name = described(layer)
        left_out = all(isinstance(alt.value, Absent) for alt in layer.seed)
        seed = site.signature.seed_name
        what = f"{name} has no `{seed}`" if left_out else f"{name} has `{seed}=None`"
    return f"{what}: every run draws other masks"


SILENT = (
    example(
        "a literal seed",
        """
from keras import layers

x = layers.Dropout(0.5, seed=7)
y = layers.Dropout(0.5, None, 8)
""",
    ),
    example(
        "torch has a Dropout too",
        """
import torch
from torch import nn
from torch.nn import Dropout

a = nn.Dropout(0.5)
b = Dropout(0.5)
c = torch.nn.functional.dropout(a, 0.5)
""",
    ),
    example(
        "a class of the project that is called Dropout",
        """
from keras import layers

class Dropout:
    def __init__(self, rate):
        self.rate = rate

x = Dropout(0.5)
""",
    ),
    example(
        "calling an instance builds nothing",
        """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.dropout = keras.layers.Dropout(rate, seed=3)

    def call(self, x, training=None):
        return self.dropout(x, training=training)
""",
    ),
    example(
        "name shadowed by a parameter",
        """
from keras.layers import Dropout

def block(x, Dropout):
    return Dropout(0.5)(x)
""",
    ),
    example(
        "a rate of 0 draws nothing",
        """
import tensorflow as tf
from keras import layers

a = layers.Dropout(0)
b = layers.Dropout(rate=0.0)
c = layers.LSTM(8, dropout=0.0)
d = layers.LSTM(8)
e = tf.compat.v1.nn.dropout(a, keep_prob=1.0)
""",
    ),
    example(
        "the class is replaced by hand",
        """
import keras
from tensorflow.keras import layers

from seeded import SeededDropout

keras.layers.Dropout = SeededDropout
setattr(keras.layers, "GaussianNoise", SeededDropout)

def net(x):
    x = keras.layers.Dropout(0.5)(x)
    x = keras.layers.GaussianNoise(0.5)(x)
    return layers.Dropout(0.5)(x)
""",
    ),
    Example(
        "the class is replaced by hand in a file that is imported",
        {
            "patches.py": """
import keras

def patch(cls):
    keras.layers.Dropout = cls
""",
            "setup.py": "import patches\n",
            "net.py": """
import setup
from keras.layers import *

def net(x):
    return Dropout(0.5)(x)
""",
        },
    ),
    example(
        "a rate of 0 is among *args",
        """
import keras

def drop(x, *args, seed=None):
    return keras.layers.Dropout(args[0], seed=seed)(x)

def drops(*args):
    x, rate, seed = args
    return keras.layers.Dropout(rate, seed=seed)(x)

def rest(x, *args):
    args = args[1:]
    return keras.layers.Dropout(args[0], seed=args[1])(x)

def net(x):
    x = drop(drops(x, 0.0, None), 0)
    return rest(drops(x, 0.5, 7), 0.5, None, 0.5, None)
""",
    ),
    example(
        "a mixin brings a seed along",
        """
import keras

class Seeded:
    def __init__(self, *args, **kwargs):
        kwargs["seed"] = 3
        super().__init__(*args, **kwargs)

class First(Seeded, keras.layers.Dropout):
    pass

class Base:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, seed=4, **kwargs)

class Passing(Base):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)

class Second(Passing, keras.layers.Dropout):
    pass

a = First(0.3)
b = Second(0.3)
""",
    ),
    example(
        "a rate of 0 for the function that makes another one",
        """
import keras

def conv(units, rate=0.0):
    def apply(x, seed=None):
        return keras.layers.Dropout(rate, seed=seed)(x)
    return apply

def block(rate):
    def sized(units):
        def apply(x, seed=None):
            return keras.layers.Dropout(rate, seed=seed)(x)
        return apply
    return sized

def net(x):
    x = conv(3)(x)
    first = conv(4, 0)
    return block(0)(5)(first(x))
""",
    ),
    example(
        "map builds what drops nothing, or gets its seeds",
        """
from keras.layers import Dense, Dropout, GaussianDropout
from torch import nn

a = list(map(Dropout, [0, 0.0]))
b = list(map(GaussianDropout, [0.1, 0.2], [1, 2]))
c = list(map(Dense, [1, 2]))
d = list(map(nn.Dropout, [0.1, 0.2]))
""",
    ),
    example(
        "an unknown seed",
        """
import argparse
import keras

args = argparse.ArgumentParser().parse_args()
x = keras.layers.Dropout(0.5, seed=args.seed)
y = keras.layers.Dropout(0.5, **vars(args))
""",
    ),
    example(
        "a seed of None that another path replaces",
        """
import keras

def block(x, seed=None):
    if seed is None:
        seed = 11
    return keras.layers.Dropout(0.5, seed=seed)(x)

block(1)
""",
    ),
    example(
        "a None default that no caller leaves in place",
        """
import keras

def block(x, rate, seed=None):
    return keras.layers.Dropout(rate, seed=seed)(x)

block(1, 0.5, seed=4)
block(1, 0.5, 5)
""",
    ),
    example(
        "super().__init__ of a random layer",
        """
import keras

class MCDropout(keras.layers.Dropout):
    def __init__(self, rate, **kwargs):
        super().__init__(rate, **kwargs)

x = MCDropout(0.5, seed=1)
""",
    ),
    example(
        "Keras 2 recurrent layers take no seed",
        """
from keras.layers import LSTM

x = LSTM(8, dropout=0.5)
""",
        keras_version=2,
    ),
    Example(
        "a factory called with different seeds",
        {
            "factory.py": """
from keras.layers import Dropout

def make_dropout(seed, rate):
    return Dropout(rate, seed=seed)
""",
            "train.py": """
from factory import make_dropout

a = make_dropout(1, 0.5)
b = make_dropout(2, 0.5)
""",
        },
    ),
)

CAUGHT = (
    example(
        "however it is imported",
        """
import keras
import tensorflow as tf
import tensorflow.compat.v1 as tf1
from functools import partial
from keras import layers as L
from keras.layers import *
from tensorflow.keras.layers import Dropout as Drop

tfkl = tf.keras.layers
Alias = L.SpatialDropout1D
make = partial(keras.layers.Dropout, 0.5)

a = keras.layers.Dropout(0.5)  # SDL001
b = tf.keras.layers.Dropout(0.5)  # SDL001
c = tf1.nn.dropout(a, keep_prob=0.5)  # SDL001
d = L.GaussianNoise(0.1)  # SDL001
e = AlphaDropout(0.5)  # SDL001
f = Drop(0.5)  # SDL001
g = tfkl.Dropout(0.5)  # SDL001
h = Alias(0.5)  # SDL001
i = make()  # SDL001
j = getattr(L, "Dropout")(0.5)  # SDL001
k = {"in": L.Dropout, "out": L.GaussianDropout}["in"](0.5)  # SDL001
""",
    ),
    Example(
        "something else is set by hand, or under a condition, or elsewhere",
        {
            "setup.py": """
import keras

from mine import Mine

keras.layers.Dropout = Mine
""",
            "net.py": """
import keras

from mine import Flatten, Mine

keras.layers.Flatten = Flatten

def net(x, config, mine):
    config.Dropout = Mine
    if mine:
        keras.layers.Dropout = Mine
    return keras.layers.Dropout(0.5)(x)  # SDL001
""",
        },
    ),
    example(
        "None, written out or by way of a name",
        """
import keras

SEED = None
x = keras.layers.Dropout(0.5, seed=None)  # SDL001
y = keras.layers.Dropout(0.5, seed=SEED)  # SDL001
""",
        fixed="""
import keras

SEED = None
x = keras.layers.Dropout(0.5, seed=1616513153)  # SDL001
y = keras.layers.Dropout(0.5, seed=1879345856)  # SDL001
""",
    ),
    example(
        "one a turn",
        """
import keras

def build(x):
    for i in range(3):
        x = keras.layers.Dropout(0.5)(x)  # SDL001
    for rate in (0.1, 0.2):
        x = keras.layers.Dropout(rate)(x)  # SDL001
    return keras.Model(x, x)
""",
        fixed="""
import keras

def build(x):
    for i in range(3):
        x = keras.layers.Dropout(0.5, seed=1616513153 + 1000 * i)(x)  # SDL001
    for j, rate in enumerate((0.1, 0.2)):
        x = keras.layers.Dropout(rate, seed=1879345856 + 1000 * j)(x)  # SDL001
    return keras.Model(x, x)
""",
    ),
    Example(
        "one for each call of a helper",
        {
            "blocks.py": """
import keras

def block(x, rate=0.5):
    x = keras.layers.Dropout(rate)(x)  # SDL001
    return keras.layers.Dropout(0.1)(x)  # SDL001
""",
            "model.py": """
from blocks import block

def build(x):
    return block(block(x), rate=0.1)
""",
        },
        fixed={
            "blocks.py": """
import keras

def block(x, rate=0.5, *, seed=None):
    x = keras.layers.Dropout(rate, seed=seed)(x)  # SDL001
    return keras.layers.Dropout(0.1, seed=None if seed is None else seed + 10)(x)  # SDL001
""",
            "model.py": """
from blocks import block

def build(x):
    return block(block(x, seed=1616513153), rate=0.1, seed=1879345856)
""",
        },
    ),
    example(
        "None, or a rate, among *args",
        """
import keras

def drop(x, *args):
    return keras.layers.Dropout(args[0], seed=args[1])(x)

def drops(x, *args, seed=None):
    (rate,) = args
    return keras.layers.Dropout(rate, seed=seed)(x)

def net(x):
    x = drop(x, 0.5, None)  # SDL001
    return drops(x, 0.5)  # SDL001
""",
    ),
    example(
        "one for each call of what a function makes, if that drops",
        """
import keras

def conv(units, rate=0.0):
    def apply(x):
        if rate > 0.0:
            x = keras.layers.Dropout(rate)(x)  # SDL001
        return x
    return apply

def net(x):
    x = conv(3)(x)
    x = conv(4)(x)
    return conv(5, rate=0.5)(x)
""",
        fixed="""
import keras

def conv(units, rate=0.0):
    def apply(x, *, seed=None):
        if rate > 0.0:
            x = keras.layers.Dropout(rate, seed=seed)(x)  # SDL001
        return x
    return apply

def net(x):
    x = conv(3)(x)
    x = conv(4)(x)
    return conv(5, rate=0.5)(x, seed=1624794162)
""",
    ),
    example(
        "one for each thing that map is given",
        """
from keras.layers import Dropout

def net(rates):
    return list(map(Dropout, rates))  # SDL001
""",
        fixed="""
from keras.layers import Dropout

def net(rates):
    return list(map(Dropout, rates))  # SDL001
""",
    ),
    example(
        "the argument of a helper left out",
        """
import keras

def block(x, rate, seed=None):
    return keras.layers.Dropout(rate, seed=seed)(x)

block(1, 0.5)  # SDL001
block(1, 0.5, seed=None)  # SDL001
block(1, 0.0)
block(1, 0.5, seed=3)
""",
    ),
    example(
        "the seed of a custom layer left out",
        """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed

    def build(self, shape):
        self.dropout = keras.layers.Dropout(self.rate, seed=self.seed)

a = Block(0.5, seed=1)
b = Block(0.5)  # SDL001
""",
    ),
    example(
        "recurrent and attention layers that drop",
        """
from keras import layers

a = layers.LSTM(8, dropout=0.2)  # SDL001
b = layers.Bidirectional(layers.GRU(8, recurrent_dropout=0.2))  # SDL001
c = layers.MultiHeadAttention(2, 8, dropout=0.1)  # SDL001
""",
    ),
    example(
        "the generator of a custom layer",
        """
import keras

class Drop(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.generator = keras.random.SeedGenerator()  # SDL001

    def call(self, x):
        return keras.random.dropout(x, self.rate, seed=self.generator)

Drop(0.5)
""",
        fixed="""
import keras

class Drop(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.generator = keras.random.SeedGenerator(seed=1922840090)  # SDL001

    def call(self, x):
        return keras.random.dropout(x, self.rate, seed=self.generator)

Drop(0.5)
""",
    ),
    example(
        "a random layer of the project's own",
        """
import keras

class MCDropout(keras.layers.Dropout):
    def call(self, inputs):
        return super().call(inputs, training=True)

x = MCDropout(0.5)  # SDL001
""",
    ),
    example(
        "a mixin passes on all that it is given",
        """
import keras

class On:
    def __init__(self, *args, **kwargs):
        super(On, self).__init__(*args, **kwargs)

    def call(self, x, training=None):
        return super().call(x, training=True)

class Always(On, keras.layers.Dropout):
    pass

class Noisy(On, keras.layers.GaussianNoise):
    pass

a = Always(0.3)  # SDL001
b = Always(0.3, seed=3)
c = Noisy(0.3)  # SDL001
""",
    ),
    Example(
        "re-exports through project modules",
        {
            "pkg/__init__.py": "",
            "pkg/backend.py": """
try:
    import keras
except ImportError:
    from tensorflow import keras
""",
            "pkg/imports.py": "from .backend import *\n",
            "pkg/net.py": """
from .imports import keras

def net(x):
    return keras.layers.Dropout(0.1)(x)  # SDL001
""",
        },
    ),
    Example(
        "an outside package that re-exports keras",
        {
            "net.py": """
from ...modeling_tf_utils import keras

def net(x):
    return keras.layers.Dropout(0.1)(x)  # SDL001
""",
        },
    ),
)

RULE = Rule("SDL001", "missing-seed", __doc__, check, SILENT, CAUGHT)
