"""A layer's seed comes from something that changes from run to run.

## What it does
Follows each seed to the place where its value was born, as `seed-from-unseeded-numpy` does. Finds
those that come from the clock, the process (`os.getpid`), the operating system's entropy
(`os.urandom`, `secrets`, `uuid`), an address (`id`), the hash of a text, Python's `random` with no
`random.seed` before the draw, an unseeded `random.Random()`, TensorFlow's `tf.random.*` with no
`tf.random.set_seed`, and from its global generator.

## Why is this bad?
The layer looks seeded and is not: every run draws other seeds, so every run draws other masks.
Python salts the hash of texts anew in every process. `tf.random.get_global_generator()` follows no
global seed (measured with TensorFlow 2.21).

## Example
```python
x = keras.layers.Dropout(0.5, seed=int(time.time()))(x)
```

## Use instead
```python
x = keras.layers.Dropout(0.5, seed=1337)(x)
```

## Fix safety
Unsafe: whoever wanted other masks in each run gets the same ones. The seed gives way to what a
layer without one would get: a derived one, another one at each turn of a loop, the seed that the
function takes, or one from each call of a helper. Where the seed at hand is itself drawn if nobody
gives it, it is left to the reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.model import Finding
from seedlint.project import Project
from seedlint.rule import Rule, born_unseeded, example, origin_of, way


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place whose seed may come from a source that changes."""
    for layer, alt, birth in born_unseeded(project):
        if birth.generator != "numpy":
            message = f"{origin_of(layer, birth)}, which changes from run to run"
            fix = project.mends.seeded(layer, caution=True)
            yield RULE.finding(layer, f"{message}: so do the masks", way(layer, alt, birth), fix)


SILENT = (
    example(
        "Python's random is seeded before the draw",
        """
import random

import keras

random.seed(7)
a = keras.layers.Dropout(0.5, seed=random.randint(0, 1000))
""",
    ),
    example(
        "the seed of Python's random has its name",
        """
import random

import keras

random.seed(a=7)
a = keras.layers.Dropout(0.5, seed=random.randint(0, 1000))
""",
    ),
    example(
        "a generator with a seed of its own",
        """
import random

import keras

rng = random.Random(7)
a = keras.layers.Dropout(0.5, seed=rng.randint(0, 1000))
""",
    ),
    example(
        "the clock is read for something else",
        """
import time

import keras

start = time.time()
a = keras.layers.Dropout(0.5, seed=7)
took = time.time() - start
""",
    ),
    example(
        "the hash of a number is the same in every run",
        """
import keras

a = keras.layers.Dropout(0.5, seed=hash(42))
""",
    ),
)

CAUGHT = (
    example(
        "Python's random is seeded by the clock",
        """
import random
import time

import keras

def net():
    random.seed(a=time.time())
    return keras.layers.Dropout(0.5, seed=random.randint(0, 1000))  # SDL004
""",
    ),
    example(
        "clock, process and entropy",
        """
import os
import secrets
import time
import uuid
from datetime import datetime

from keras.layers import Dropout

a = Dropout(0.5, seed=int(time.time()))  # SDL004
b = Dropout(0.5, seed=os.getpid())  # SDL004
c = Dropout(0.5, seed=int.from_bytes(os.urandom(4), "big"))  # SDL004
d = Dropout(0.5, seed=secrets.randbits(31))  # SDL004
e = Dropout(0.5, seed=uuid.uuid4().int % 1000)  # SDL004
f = Dropout(0.5, seed=datetime.now().microsecond)  # SDL004
g = Dropout(0.5, seed=hash("block1"))  # SDL004
""",
        fixed="""
import os
import secrets
import time
import uuid
from datetime import datetime

from keras.layers import Dropout

a = Dropout(0.5, seed=1616513153)  # SDL004
b = Dropout(0.5, seed=1879345856)  # SDL004
c = Dropout(0.5, seed=490496637)  # SDL004
d = Dropout(0.5, seed=1922840090)  # SDL004
e = Dropout(0.5, seed=765949729)  # SDL004
f = Dropout(0.5, seed=434346371)  # SDL004
g = Dropout(0.5, seed=600845396)  # SDL004
""",
    ),
    example(
        "Python's random with no seed, through a helper",
        """
import random

import keras
import numpy as np

np.random.seed(7)

def new_seed():
    return random.randint(0, 1000)

rng = random.Random()
a = keras.layers.Dropout(0.5, seed=new_seed())  # SDL004
b = keras.layers.Dropout(0.5, seed=rng.getrandbits(31))  # SDL004
""",
    ),
    example(
        "in a loop, and in a helper that is called twice",
        """
import random
import time

import keras

def block(x):
    return keras.layers.Dropout(0.5, None, random.randint(0, 1000))(x)  # SDL004

def build(x):
    for rate in (0.1, 0.2):
        x = keras.layers.Dropout(rate, seed=int(time.time()))(x)  # SDL004
    return keras.Model(x, block(block(x)))
""",
        fixed="""
import random
import time

import keras

def block(x, *, seed=None):
    return keras.layers.Dropout(0.5, None, seed)(x)  # SDL004

def build(x):
    for i, rate in enumerate((0.1, 0.2)):
        x = keras.layers.Dropout(rate, seed=1879345856 + 1000 * i)(x)  # SDL004
    return keras.Model(x, block(block(x, seed=1406737602), seed=281929263))
""",
    ),
    example(
        "a seed is at hand",
        """
import time

import keras

def block(x, rate, seed=None):
    x = keras.layers.Dropout(rate, seed=seed)(x)
    return keras.layers.Dropout(rate, seed=int(time.time()))(x)  # SDL004
""",
        fixed="""
import time

import keras

def block(x, rate, seed=None):
    x = keras.layers.Dropout(rate, seed=seed)(x)
    return keras.layers.Dropout(rate, seed=None if seed is None else seed + 10)(x)  # SDL004
""",
    ),
)

RULE = Rule("SDL004", "seed-from-changing-source", __doc__, check, SILENT, CAUGHT)
