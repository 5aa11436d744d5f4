"""A function or class takes a seed and does not pass it on.

## What it does
Finds layers without a seed in a function that has a parameter `seed` (or `dropout_seed`,
`random_seed`, ...), or in a class that takes or keeps one. The same for a helper or a custom layer
whose seed is left out there, and for `super().__init__(rate)` in a random layer of your own. A seed
that goes into `set_random_seed` and its like has found its use: then the layer is `missing-seed`.

## Why is this bad?
Who calls it with a seed believes that the layer is seeded, and it is not: every run draws other
masks. Where this rule speaks, `missing-seed` is silent.

## Example
```python
def block(x, rate, seed=None):
    return keras.layers.Dropout(rate)(x)
```

## Use instead
```python
def block(x, rate, seed=None):
    return keras.layers.Dropout(rate, seed=seed)(x)
```

A second layer needs a seed of its own: `None if seed is None else seed + 10`.

## Fix safety
Safe if nothing else is done with the seed that is at hand. Where it seeds other things too, or the
file sets the seed of something else (`graph.seed = seed`), the fix is unsafe. Calls that leave the
seed out get one.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.model import Finding
from seedlint.project import Project
from seedlint.rule import Example, Rule, example, misplaced, name_of


def check(project: Project) -> Iterator[Finding]:
    """One finding for each layer that could have been given a seed that is at hand."""
    for layer in (*project.layers, *project.inner):
        taker = project.takers.get(layer)
        if taker is None or layer in project.masks.built or misplaced(project, layer):
            continue
        kind = "class" if taker.is_class else "function"
        message = f"`{name_of(layer)}` has no seed, though the {kind} `{taker.name}` takes one"
        fix = project.mends.seeded(layer, caution=taker.may_hand_on)
        yield RULE.finding(layer, f"{message}: pass `{taker.expr}` on", fix=fix)


SILENT = (
    example(
        "passed on, whatever way",
        """
import keras

def block(x, rate, seed=None):
    second = None if seed is None else seed + 1
    x = keras.layers.Dropout(rate, seed=seed)(x)
    return keras.layers.Dropout(rate, seed=second)(x)
""",
    ),
    example(
        "used for the global seed",
        """
import keras

def build(x, seed):
    keras.utils.set_random_seed(seed)
    return keras.layers.Dropout(0.5)(x)
""",
    ),
    example(
        "kept, and passed on later",
        """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate, seed=None):
        super().__init__()
        self.rate = rate
        self.seed = seed

    def build(self, shape):
        self.dropout = keras.layers.Dropout(self.rate, seed=self.seed)
""",
    ),
    example(
        "nothing is drawn",
        """
import keras

def block(x, seed):
    return keras.layers.Dropout(0.0)(x)
""",
    ),
)

CAUGHT = (
    example(
        "a function",
        """
import keras

def block(x, rate, seed=None):
    x = keras.layers.Dense(8, kernel_initializer=keras.initializers.HeNormal(seed=seed))(x)
    return keras.layers.Dropout(rate)(x)  # SDL009
""",
        fixed="""
import keras

def block(x, rate, seed=None):
    x = keras.layers.Dense(8, kernel_initializer=keras.initializers.HeNormal(seed=seed))(x)
    return keras.layers.Dropout(rate, seed=seed)(x)  # SDL009
""",
    ),
    example(
        "a class that keeps its seed",
        """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate, seed=None):
        super().__init__()
        self.rate = rate
        self.seed = seed

    def build(self, shape):
        self.dropout = keras.layers.Dropout(self.rate)  # SDL009
""",
        fixed="""
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate, seed=None):
        super().__init__()
        self.rate = rate
        self.seed = seed

    def build(self, shape):
        self.dropout = keras.layers.Dropout(self.rate, seed=self.seed)  # SDL009
""",
    ),
    example(
        "a random layer of one's own",
        """
import keras

class MonteCarloDropout(keras.layers.Dropout):
    def __init__(self, rate, seed=None):
        super().__init__(rate)  # SDL009
""",
        fixed="""
import keras

class MonteCarloDropout(keras.layers.Dropout):
    def __init__(self, rate, seed=None):
        super().__init__(rate, seed=seed)  # SDL009
""",
    ),
    example(
        "the seed of something else is set",
        """
import tensorflow as tf

class Net:
    def __init__(self, graph, seed=None):
        self.seed = seed
        graph.seed = self.seed

    def build(self, x):
        return tf.nn.dropout(x, 0.5)  # SDL009
""",
        fixed="""
import tensorflow as tf

class Net:
    def __init__(self, graph, seed=None):
        self.seed = seed
        graph.seed = self.seed

    def build(self, x):
        return tf.nn.dropout(x, 0.5, seed=self.seed)  # SDL009
""",
    ),
    Example(
        "the call of a helper",
        {
            "blocks.py": """
import keras

def block(x, rate, seed=None):
    return keras.layers.Dropout(rate, seed=seed)(x)
""",
            "model.py": """
from blocks import block

def build(x, seed):
    x = block(x, 0.5, seed=seed)
    return block(x, 0.3)  # SDL009
""",
        },
        fixed={
            "model.py": """
from blocks import block

def build(x, seed):
    x = block(x, 0.5, seed=seed)
    return block(x, 0.3, seed=None if seed is None else seed + 10)  # SDL009
"""
        },
    ),
)

RULE = Rule("SDL009", "unforwarded-seed", __doc__, check, SILENT, CAUGHT)
