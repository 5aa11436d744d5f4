"""A custom layer takes a seed that its `get_config` leaves out.

## What it does
Finds a hand-written `get_config` of a Keras layer or model whose `__init__` takes `seed`, where
neither that method nor those that it calls by `super()` write the seed. The method may be that of a
base class in the project. Whatever may write it counts as doing so: any mention of a seed, a
mapping that cannot be followed (`vars(self)`, a loop over names, a helper), a base outside the
project other than Keras's, or a Keras layer as base that saves a seed of its own. A seed of which
`__init__` makes nothing, in a class that builds no random layer, is left alone.

## Why is this bad?
`clone_model`, `load_model` and `from_config` build the layer anew from its config. With no seed in
it, the copy is unseeded, or cannot be built: it drops other units than the original, and other ones
in every run. Measured on Keras 3.15 and `tf_keras` 2.21: without a `get_config` of your own, Keras
saves simple arguments by itself, the seed included; a hand-written one that leaves the seed out
loses it (the restored layer has `seed=None`).

## Example
```python
def get_config(self):
    return {**super().get_config(), "rate": self.rate}
```

## Use instead
```python
def get_config(self):
    return {**super().get_config(), "rate": self.rate, "seed": self.seed}
```

## Fix safety
Unsafe: whoever reads the config finds one more key in it, and copies become as random as the layer
that they are made from. The attribute that holds the seed is used; where there is none, `__init__`
gets a `self.seed = seed`. A subclass that has its config from a base is mended there. Nothing is
changed where a subclass would be given a seed that it does not take, where `from_config` picks what
it takes, or where `self.seed` is something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.model import Finding
from seedlint.project import Project
from seedlint.rule import Example, Rule, example


def check(project: Project) -> Iterator[Finding]:
    """One finding for each ``get_config`` that leaves a seed out."""
    for layer in project.custom_layers:
        if not layer.saves_seed:
            what = f"`{layer.name}` takes a `seed` that this `get_config` leaves out"
            message = f"{what}: a reloaded or cloned copy draws other masks"
            fix = project.saving.of(layer)
            yield Finding(layer.module, layer.span, RULE.code, RULE.name, message, fix=fix)


SILENT = (
    example(
        "the seed is written, in whatever form",
        """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed

class Shown(Block):
    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}

class Called(Block):
    def get_config(self):
        return dict(super().get_config(), rate=self.rate, seed=self.seed)

class Updated(Block):
    def get_config(self):
        config = super().get_config()
        config.update({"rate": self.rate, "seed": self.seed})
        return config

class Assigned(Block):
    def get_config(self):
        config = super().get_config()
        config["rate"] = self.rate
        config["seed"] = self.seed
        return config

class Inherited(Assigned):
    def get_config(self):
        base = super().get_config()
        return dict(list(base.items()) + list({"more": 1}.items()))
""",
    ),
    example(
        "a mapping that cannot be followed",
        """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed

class Looped(Block):
    def get_config(self):
        config = super().get_config()
        for name in self.saved:
            config[name] = getattr(self, name)
        return config

class Everything(Block):
    def get_config(self):
        return {**super().get_config(), **vars(self)}

class Helped(Block):
    def get_config(self):
        config = super().get_config()
        self.add_own(config)
        return config

class Abstract(Block):
    def get_config(self):
        raise NotImplementedError
""",
    ),
    example(
        "Keras saves it by itself",
        """
import keras

class Automatic(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.dropout = keras.layers.Dropout(rate, seed=seed)

class Noisy(keras.layers.Dropout):
    def __init__(self, rate, scale, seed=None, **kwargs):
        super().__init__(rate, seed=seed, **kwargs)
        self.scale = scale

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}
""",
    ),
    example(
        "no layer, or no seed",
        """
import keras
from sklearn.base import BaseEstimator

class Search(BaseEstimator):
    def __init__(self, seed=None):
        self.seed = seed

    def get_config(self):
        return {"kind": "search"}

class Plain(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        kwargs.pop("seed", None)
        super().__init__(**kwargs)
        self.units = units

    def get_config(self):
        return {**super().get_config(), "units": self.units}
""",
    ),
)

CAUGHT = (
    example(
        "left out, in whatever form",
        """
import keras
from tensorflow.keras import layers

class Block(layers.Layer):
    def __init__(self, units, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dropout = layers.Dropout(rate, seed=seed)

    def get_config(self):  # SDL010
        config = super().get_config()
        config.update({"units": self.units, "rate": self.dropout.rate})
        return config

class Older(layers.Layer):
    def __init__(self, units, seed, **kwargs):
        super(Older, self).__init__(**kwargs)
        self.units = units
        self.noise = layers.GaussianNoise(0.1, seed=seed)

    def get_config(self):  # SDL010
        config = {"units": self.units}
        base_config = super(Older, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))

class Net(keras.Model):
    def __init__(self, depth, seed=7):
        super().__init__()
        self.blocks = [Block(64, seed=seed + index) for index in range(depth)]

    def get_config(self):  # SDL010
        config = keras.Model.get_config(self)
        config["depth"] = len(self.blocks)
        return config
""",
        fixed="""
import keras
from tensorflow.keras import layers

class Block(layers.Layer):
    def __init__(self, units, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.units = units
        self.dropout = layers.Dropout(rate, seed=seed)

    def get_config(self):  # SDL010
        config = super().get_config()
        config.update({"units": self.units, "rate": self.dropout.rate, "seed": self.seed})
        return config

class Older(layers.Layer):
    def __init__(self, units, seed, **kwargs):
        super(Older, self).__init__(**kwargs)
        self.seed = seed
        self.units = units
        self.noise = layers.GaussianNoise(0.1, seed=seed)

    def get_config(self):  # SDL010
        config = {"units": self.units, "seed": self.seed}
        base_config = super(Older, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))

class Net(keras.Model):
    def __init__(self, depth, seed=7):
        super().__init__()
        self.seed = seed
        self.blocks = [Block(64, seed=seed + index) for index in range(depth)]

    def get_config(self):  # SDL010
        config = keras.Model.get_config(self)
        config["depth"] = len(self.blocks)
        config["seed"] = self.seed
        return config
""",
    ),
    example(
        "displays, calls, and nothing but the base's",
        """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate=0.5, other=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.other = rate, other
        self._dropout_seed = seed
        self.dropout = keras.layers.Dropout(rate, seed=seed)

class Display(Block):
    def get_config(self):  # SDL010
        return {
            **super().get_config(),
            'rate': self.rate,
        }

class Call(Block):
    def get_config(self):  # SDL010
        return dict(super().get_config(), rate=self.rate)

class Update(Block):
    def get_config(self):  # SDL010
        config = super().get_config()
        config.update(
            rate=self.rate,
            other=self.other
        )
        return config

class Union(Block):
    def get_config(self):  # SDL010
        return super().get_config() | {"rate": self.rate}

class Bare(Block):
    def get_config(self):  # SDL010
        return super().get_config()

class Branches(Block):
    def get_config(self):  # SDL010
        config = super().get_config()
        if self.other is None:
            config["rate"] = self.rate
            return config
        return {"other": self.other}
""",
        fixed="""
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate=0.5, other=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.other = rate, other
        self._dropout_seed = seed
        self.dropout = keras.layers.Dropout(rate, seed=seed)

class Display(Block):
    def get_config(self):  # SDL010
        return {
            **super().get_config(),
            'rate': self.rate,
            'seed': self._dropout_seed,
        }

class Call(Block):
    def get_config(self):  # SDL010
        return dict(super().get_config(), rate=self.rate, seed=self._dropout_seed)

class Update(Block):
    def get_config(self):  # SDL010
        config = super().get_config()
        config.update(
            rate=self.rate,
            other=self.other,
            seed=self._dropout_seed
        )
        return config

class Union(Block):
    def get_config(self):  # SDL010
        return super().get_config() | {"rate": self.rate, "seed": self._dropout_seed}

class Bare(Block):
    def get_config(self):  # SDL010
        return {**super().get_config(), "seed": self._dropout_seed}

class Branches(Block):
    def get_config(self):  # SDL010
        config = super().get_config()
        if self.other is None:
            config["rate"] = self.rate
            config["seed"] = self._dropout_seed
            return config
        return {"other": self.other, "seed": self._dropout_seed}
""",
    ),
    example(
        "bases and those who inherit from them",
        """
import keras

class Base(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed

    def get_config(self):  # SDL010
        return {**super().get_config(), "rate": self.rate}

class Wide(Base):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def get_config(self):
        return {**super().get_config(), "units": self.units}

class Deep(Base):
    def __init__(self, depth, rate, seed, **kwargs):
        super().__init__(rate, seed=seed, **kwargs)
        self.depth = depth

    def get_config(self):  # SDL010
        config = {"depth": self.depth}
        return {**super().get_config(), **config}
""",
        fixed="""
import keras

class Base(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed

    def get_config(self):  # SDL010
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}

class Wide(Base):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def get_config(self):
        return {**super().get_config(), "units": self.units}

class Deep(Base):
    def __init__(self, depth, rate, seed, **kwargs):
        super().__init__(rate, seed=seed, **kwargs)
        self.depth = depth

    def get_config(self):  # SDL010
        config = {"depth": self.depth}
        return {**super().get_config(), **config}
""",
    ),
    Example(
        "the config of a base in another module",
        {
            "base.py": """
import keras

class Base(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def get_config(self):
        config = super().get_config()
        config["units"] = self.units
        return config
""",
            "noisy.py": """
import keras
from base import Base

class Noisy(Base):
    def __init__(self, units, rate, seed=None, **kwargs):
        super().__init__(units, **kwargs)
        self.rate = rate
        self.dropout = keras.layers.Dropout(rate, seed=seed)

    def get_config(self):  # SDL010
        return {**super().get_config(), "rate": self.rate}
""",
        },
        fixed={
            "noisy.py": """
import keras
from base import Base

class Noisy(Base):
    def __init__(self, units, rate, seed=None, **kwargs):
        super().__init__(units, **kwargs)
        self.seed = seed
        self.rate = rate
        self.dropout = keras.layers.Dropout(rate, seed=seed)

    def get_config(self):  # SDL010
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
""",
        },
    ),
)

RULE = Rule("SDL010", "seed-lost-in-config", __doc__, check, SILENT, CAUGHT)
