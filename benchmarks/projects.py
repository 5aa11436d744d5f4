"""Projects of any size, the same at every run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping

Files = Mapping[str, str]

# What is not about machine learning makes up this part of the lines.
OTHER = 0.55
SITES_A_FILE = 100

CONSTANTS = """
SEED = 1337
RATE = 0.3
UNITS = (256, 128, 64)
SEEDS = {"stem": 101, "body": 202, "head": 303}
"""

CONFIG = """
from dataclasses import dataclass

from app.constants import RATE, SEED


@dataclass(frozen=True)
class Config:
    rate: float = RATE
    seed: int = SEED
    units: int = 128
    epochs: int = 10
"""

BLOCKS = """
from tensorflow.keras import layers as L

from app.constants import RATE


def dense_block_{i}(x, units, rate=RATE, seed=None):
    x = L.Dense(units, activation="relu")(x)
    x = L.BatchNormalization()(x)
    return L.Dropout(rate, seed=seed)(x)


def conv_block_{i}(x, filters, seed, rate=0.1):
    shortcut = x
    x = L.Conv2D(filters, 3, padding="same")(x)
    x = L.SpatialDropout2D(rate, seed=seed)(x)
    x = L.Activation("relu")(x)
    x = L.Conv2D(filters, 3, padding="same")(x)
    if shortcut.shape[-1] != filters:
        shortcut = L.Conv2D(filters, 1)(shortcut)
    return L.add([shortcut, x])


def make_dropout_{i}(name, seed=None):
    if seed is None:
        seed = {a}
    return L.Dropout(0.5, seed=seed, name=name)
"""

LAYERS = """
import keras
from keras import layers

from app.config import Config


class Attention{i}(layers.Layer):
    def __init__(self, heads, size, rate=0.1, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.size = size
        self.rate = rate
        self.seed = seed
        self.attention = layers.MultiHeadAttention(heads, size, dropout=rate, seed=seed)
        self.norm = layers.LayerNormalization()
        self.dropout = layers.Dropout(rate, seed=None if seed is None else seed + 1)

    def call(self, x, training=None):
        y = self.attention(x, x, training=training)
        return self.norm(x + self.dropout(y, training=training))

    def get_config(self):
        config = super().get_config()
        config.update(heads=self.heads, size=self.size, rate=self.rate, seed=self.seed)
        return config


class Noisy{i}(layers.Layer):
    def __init__(self, config: Config, **kwargs):
        super().__init__(**kwargs)
        self.config = config
        self.noise = layers.GaussianNoise(0.1, seed={a})

    def build(self, shape):
        self.dropout = layers.Dropout(self.config.rate, seed=self.config.seed)
        self.dense = layers.Dense(shape[-1])

    def call(self, x, training=None):
        x = self.noise(x, training=training)
        return self.dense(self.dropout(x, training=training))


class Quiet{i}(Noisy{i}):
    def call(self, x, training=None):
        return super().call(x, training=False)
"""

MODELS = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Bidirectional, Dense, Dropout

from app.blocks.blocks_{j} import conv_block_{j}, dense_block_{j}, make_dropout_{j}
from app.config import Config
from app.constants import SEED, SEEDS, UNITS
from app.layers.layers_{j} import Attention{j}, Noisy{j}


def build_mlp_{i}(config: Config):
    inputs = keras.Input((64,))
    x = inputs
    for index, units in enumerate(UNITS):
        x = dense_block_{j}(x, units, config.rate, seed=config.seed + index)
    x = dense_block_{j}(x, 32, seed=SEEDS["head"])
    x = make_dropout_{j}("last", seed={a})(x)
    return keras.Model(inputs, Dense(10)(x))


def build_cnn_{i}(rate=0.2):
    inputs = keras.Input((32, 32, 3))
    x = conv_block_{j}(inputs, 16, seed=SEEDS["stem"], rate=rate)
    x = conv_block_{j}(x, 32, seed=SEEDS["body"])
    x = keras.layers.Flatten()(x)
    x = Dropout(rate)(x)
    return keras.Model(inputs, Dense(10)(Dropout(rate, seed=SEED)(x)))


def build_rnn_{i}():
    return keras.Sequential(
        [
            keras.layers.Embedding({a}, 64),
            Bidirectional(LSTM(64, dropout=0.2, return_sequences=True)),
            Attention{j}(4, 16, seed={b}),
            LSTM(32, dropout=0.1, recurrent_dropout=0.1, seed={a}),
            Dropout(0.5, seed={a}),
            Noisy{j}(Config()),
            Dense(10),
        ]
    )


def ensemble_{i}(members=3):
    seeds = np.random.RandomState(SEED).randint(0, 10_000, size=members)
    models = []
    for seed in seeds:
        models.append(
            keras.Sequential([Dense(32), Dropout(0.3, seed=int(seed)), Dense(10)])
        )
    return models


def augmented_{i}(x, training=False):
    if training:
        x = tf.nn.dropout(x, 0.1, seed={b})
    return x
"""

TRAIN = """
import argparse

import keras
import numpy as np

from app.config import Config
from app.models.models_{j} import build_cnn_{j}, build_mlp_{j}, build_rnn_{j}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default={a})
    parser.add_argument("--rate", type=float, default=0.2)
    parser.add_argument("--model", default="mlp")
    return parser.parse_args()


def pick(args):
    if args.model == "mlp":
        return build_mlp_{j}(Config(rate=args.rate, seed=args.seed))
    if args.model == "cnn":
        return build_cnn_{j}(args.rate)
    return build_rnn_{j}()


def main_{i}():
    args = parse()
    keras.utils.set_random_seed(args.seed)
    model = pick(args)
    model.compile("adam", "mse")
    x = np.random.rand({a}, 64)
    model.fit(x, np.zeros(len(x)), epochs=Config().epochs)


if __name__ == "__main__":
    main_{i}()
"""

OTHERS = """
import csv
import json
import logging
from collections import defaultdict
from pathlib import Path

log = logging.getLogger(__name__)
LIMIT_{i} = {a}


class Table{i}:
    def __init__(self, rows, key="id"):
        self.rows = list(rows)
        self.key = key
        self._index = {{row[key]: row for row in self.rows}}

    def group(self, name):
        groups = defaultdict(list)
        for row in self.rows:
            groups[row.get(name, "")].append(row)
        return dict(groups)

    def total(self, name, start=0):
        return sum((float(row[name]) for row in self.rows if row.get(name)), start)

    def __getitem__(self, key):
        try:
            return self._index[key]
        except KeyError:
            log.warning("no row %s among %d", key, len(self.rows))
            raise


def load_{i}(path: Path, limit=LIMIT_{i}):
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        rows = []
        for number, row in enumerate(reader):
            if number >= limit:
                break
            rows.append({{key.strip(): value.strip() for key, value in row.items()}})
    return Table{i}(rows)


def save_{i}(table: Table{i}, path: Path):
    text = json.dumps(table.rows, indent=2, sort_keys=True)
    path.write_text(text + "\\n", encoding="utf-8")


def clip_{i}(values, low=0.0, high=1.0):
    out = []
    for value in values:
        if value < low:
            value = low
        elif value > high:
            value = high
        out.append(value)
    return out
"""


def realistic(lines: int) -> Files:
    """About ``lines`` lines: blocks, layers, models and scripts over shared constants."""
    draw = random.Random(lines)
    files = {"app/__init__.py": "", "app/constants.py": CONSTANTS, "app/config.py": CONFIG}
    for room in ("blocks", "layers", "models", "train", "other"):
        files[f"app/{room}/__init__.py"] = ""
    written = other = 0
    made = {"other": 0, "learning": 0}
    while written + other < lines:
        kind = "other" if other < OTHER * (written + other) else "learning"
        number = made[kind]
        made[kind] += 1
        for room, text in _modules(kind, number):
            told = text.format(i=number, j=number, a=draw.randrange(10**6), b=draw.randrange(10**6))
            files[f"app/{room}/{room}_{number}.py"] = told
            size = told.count("\n")
            other, written = (other + size, written) if kind == "other" else (other, written + size)
    return files


def _modules(kind: str, number: int) -> Iterator[tuple[str, str]]:
    if kind == "other":
        yield "other", OTHERS
        return
    yield "blocks", BLOCKS
    yield "layers", LAYERS
    yield "models", MODELS
    if number % 3 == 0:
        yield "train", TRAIN


# Projects of just so many sites: many small files, or one of everything

IMPORTS = "import keras\nfrom keras.layers import Dense, Dropout\n"
HELPERS = f"""{IMPORTS}

def block(x, rate, seed=None):
    return Dropout(rate, seed=seed)(x)


def step_1(x, seed):
    return Dropout(0.5, seed=seed)(x)
""" + "".join(
    f"\n\ndef step_{n}(x, seed):\n    return step_{n - 1}(x, seed)\n" for n in range(2, 6)
)
HEAD = f"{IMPORTS}import numpy as np\nfrom helpers import block, step_5\n\nlayers = []\n"
CUSTOM = """
class Block{n}(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None):
        super().__init__()
        self.rate, self.seed = rate, seed

    def build(self, shape):
        self.dropout = Dropout(self.rate, seed=self.seed)


x_{n} = Block{n}(seed={n})
"""
HEIR = """
class Heir{n}({base}):
    def build(self, shape):
        self.extra = Dropout(self.rate, seed=self.seed + {n})
"""
BASE = """
class Base(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None):
        super().__init__()
        self.rate = rate
        self.seed = seed
"""
WRAPPED = ("", ", seed=None", ", seed=7", ", {n}")
RANGES = ("range(4)", "(11, 12, 13)", "np.random.randint(0, 999, size=4)")
Site = Callable[[int], str]


def many_files(number: int, site: Site) -> Files:
    """A file for each hundred sites, and the helpers that they call."""
    files = {"helpers.py": HELPERS}
    for start in range(0, number, SITES_A_FILE):
        stop = min(number, start + SITES_A_FILE)
        files[f"net_{start}.py"] = HEAD + "".join(map(site, range(start, stop)))
    return files


def one_file(head: str, number: int, site: Site) -> Files:
    return {"net.py": IMPORTS + head + "".join(map(site, range(number)))}


def looped(n: int) -> str:
    head = f"for seed in {RANGES[n % 3]}:\n"
    return f"{head}    layers.append(Dropout(0.5, seed=int(seed) + {n}))\n"


def table(number: int) -> Files:
    """One table of all seeds."""
    seeds = "".join(f"    'layer_{n}': {n},\n" for n in range(number))
    head = f"SEEDS = {{\n{seeds}}}\n"
    return one_file(head, number, lambda n: f"x_{n} = Dropout(0.5, seed=SEEDS['layer_{n}'])\n")


def file_chain(number: int) -> Files:
    """Ten files, each of which reaches a layer only through the one before it."""
    files = dict(many_files(number, lambda n: f"x_{n} = block(1, 0.5, seed={n})\n"))
    for n in range(10):
        inner, home = (f"far_{n - 1}", f"far_{n - 1}") if n else ("step_5", "helpers")
        body = f"def far_{n}(x, seed):\n    return {inner}(x, seed)\n"
        files[f"far_{n}.py"] = f"from {home} import {inner}\n\n\n{body}"
    return files


SHAPES: Mapping[str, Callable[[int], Files]] = {
    "one literal": lambda k: many_files(k, lambda n: f"x_{n} = Dropout(0.5, seed=7)\n"),
    "all distinct": lambda k: many_files(k, lambda n: f"x_{n} = Dropout(0.5, seed={n})\n"),
    "unseeded": lambda k: many_files(k, lambda n: f"x_{n} = Dropout(0.5)\n"),
    "wrapper": lambda k: many_files(
        k, lambda n: f"x_{n} = block(1, 0.5{WRAPPED[n % 4].format(n=n)})\n"
    ),
    "loop": lambda k: many_files(k, looped),
    "chain of 5": lambda k: many_files(k, lambda n: f"x_{n} = step_5(1, {n % 50})\n"),
    "chain of files": file_chain,
    "custom layers": lambda k: many_files(k, lambda n: CUSTOM.format(n=n)),
    "heirs of one class": lambda k: one_file(BASE, k, lambda n: HEIR.format(n=n, base="Base")),
    "heirs of heirs": lambda k: one_file(
        BASE, k, lambda n: HEIR.format(n=n, base=f"Heir{n - 1}" if n % 100 else "Base")
    ),
    "one table": table,
    "one module": lambda k: one_file("", k, lambda n: f"x_{n} = Dropout(0.5, seed={n})\n"),
    "one function": lambda k: one_file(
        "def build(x):\n", k, lambda n: f"    x = Dropout(0.5, seed={n})(Dense(8)(x))\n"
    ),
    "one function of arms": lambda k: one_file(
        "def build(x, seed):\n",
        k,
        lambda n: f"    if x.shape[0] > {n}:\n        x = Dropout(0.5, seed=seed + {n})(x)\n",
    ),
    "one class": lambda k: one_file(
        f"{BASE}\n    def build(self, shape):\n",
        k,
        lambda n: f"        self.layer_{n} = Dropout(self.rate, seed=self.seed + {n})\n",
    ),
    "a counted seed": lambda k: one_file(
        "def build(x, seed=0):\n",
        k,
        lambda n: "    seed += 1\n    x = Dropout(0.5, seed=seed)(x)\n",
    ),
    "a seed set in arms": lambda k: one_file(
        "def build(x, kind, seed=0):\n",
        k,
        lambda n: f"    if kind == {n}:\n        seed = {n}\n    x = Dropout(0.5, seed=seed)(x)\n",
    ),
}


def sites(shape: str, number: int) -> Files:
    """``number`` sites of one of `SHAPES`."""
    return SHAPES[shape](number)
