"""What fixes do where their rules' examples do not reach, and where they only say what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from seedlint import config
from seedlint.fix import mend
from seedlint.model import UNREAD, Applicability, Fix, Outcome
from seedlint.request import Request
from seedlint.rules import CODES
from seedlint.run import lint
from tests.projects import run, write


def mended(folder: Path, code: str, files: Mapping[str, str]) -> Outcome:
    """What the fixes of ``code``, unsafe ones too, make of ``files``."""
    write(folder, {".git/HEAD": "", **files})
    return mend(Request((folder,), config.parse({"fixable": [code]}, CODES)), unsafe=True)


def after(folder: Path, code: str, text: str) -> str:
    """What the fixes of ``code`` make of one file."""
    outcome = mended(folder, code, {"model.py": text})
    assert not outcome.refused
    return outcome.changes[0].new.decode() if outcome.changes else text


def shown(folder: Path, code: str, text: str) -> list[Fix]:
    """The fixes of ``code`` for one file that only say what to do."""
    report = run(write(folder, {".git/HEAD": "", "model.py": text}))
    fixes = [f.fix for f in report.findings if f.code == code and f.fix is not None]
    return [fix for fix in fixes if fix.applicability is Applicability.DISPLAY]


BIDIRECTIONAL = """
from keras import layers

x = layers.Bidirectional(layers.LSTM(8, dropout=0.2, seed=42))
"""
UNPACKED = """
from keras import Sequential, layers

options = {"seed": 42}
Sequential([layers.Dropout(0.5, **options), layers.Dropout(0.5, **options)])
"""
STATELESS = """
import keras

def draw(x):
    x = keras.random.dropout(x, 0.5, seed=3)
    return keras.random.dropout(x, 0.5, seed=3)
"""
COMPUTED = """
import keras

def build(x, seed):
    x = keras.layers.Dropout(0.5, seed=seed % 7)(x)
    return keras.layers.Dropout(0.5, seed=seed % 7)(x)
"""
IN_A_LOOP = """
import keras
import numpy as np

def build(x):
    for _ in range(3):
        rng = np.random.RandomState()
        x = keras.layers.Dropout(0.5, seed=rng.randint(1000))(x)
    return keras.Model(x, x)
"""
IN_A_HELPER = """
import keras
import numpy as np

def block(x):
    rng = np.random.RandomState()
    return keras.layers.Dropout(0.5, seed=rng.randint(1000))(x)

def build(x):
    return keras.Model(x, block(block(x)))
"""
IN_A_LAYER = """
import keras
import numpy as np

class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5, seed=np.random.RandomState().randint(1000))
"""
IN_A_STEP = """
import numpy as np
import tensorflow as tf

def step(x):
    rng = np.random.RandomState()
    return tf.nn.dropout(x, 0.5, seed=rng.randint(1000))
"""
DRAW_BY_NAME = """
import keras
from numpy.random import randint

a = keras.layers.Dropout(0.5, seed=randint(1000))
"""
LOCAL_IMPORT = """
import keras

def build(x):
    import numpy as np

    return keras.layers.Dropout(0.5, seed=np.random.randint(1000))(x)
"""
TRIED_IMPORT = """
import keras

try:
    import numpy as np
except ImportError:
    np = None
a = keras.layers.Dropout(0.5, seed=np.random.randint(1000))
"""
LONG_IMPORT = """
import keras
from numpy import (
    random,
)

a = keras.layers.Dropout(0.5, seed=random.randint(1000))
"""
FALLBACK = """
import random

import keras

def block(x, seed=None):
    if seed is None:
        seed = random.randint(0, 1000)
    return keras.layers.Dropout(0.5, seed=seed)(x)
"""
IN_CALL = """
import time

import keras

class Block(keras.layers.Layer):
    def call(self, x):
        return keras.layers.Dropout(0.5, seed=int(time.time()))(x)
"""
WHILE = """
import time

import keras

def build(x):
    while x.depth < 3:
        x = keras.layers.Dropout(0.5, seed=int(time.time()))(x)
    return keras.Model(x, x)
"""

SHOWN = (
    ("SDL002", BIDIRECTIONAL, "Give it a `backward_layer=` whose seed is another one"),
    ("SDL002", UNPACKED, "Give it another one there"),
    ("SDL002", STATELESS, "Make a `keras.random.SeedGenerator` with a seed once, and pass that"),
    ("SDL002", COMPUTED, "Vary it by hand"),
    ("SDL003", IN_A_LOOP, "Make it once, with a seed, and pass it on"),
    ("SDL003", IN_A_HELPER, "Make it once, with a seed, and pass it on"),
    ("SDL003", IN_A_LAYER, "Make it once, with a seed, and pass it on"),
    ("SDL003", IN_A_STEP, "Make it once, with a seed, and pass it on"),
    ("SDL003", DRAW_BY_NAME, "Call `numpy.random.seed` once, before the draw"),
    ("SDL003", LOCAL_IMPORT, "Call `numpy.random.seed` once, before the draw"),
    ("SDL003", TRIED_IMPORT, "Call `numpy.random.seed` once, before the draw"),
    ("SDL003", LONG_IMPORT, "Seed NumPy below it"),
    ("SDL004", FALLBACK, "Replace it where it is drawn"),
    ("SDL004", IN_CALL, "Build it once, with a seed of its own"),
    ("SDL004", WHILE, "Compute a seed that changes at each turn"),
)


@pytest.mark.parametrize(("code", "text", "advice"), SHOWN)
def test_only_shown(code: str, text: str, advice: str, tmp_path: Path) -> None:
    (fix,) = shown(tmp_path, code, text)
    assert (fix.message, fix.edits) == (advice, ())
    assert fix.reason
    assert after(tmp_path, code, text) == text


HELPER = """
import keras

def block(x, seed=None):
    x = keras.layers.Dropout(0.5, seed=seed)(x)
    x = keras.layers.Dropout(0.5, seed={first})(x)
    return keras.layers.Dropout(0.3, seed={second})(x)

def build(x):
    for i in range(3):
        x = block(x, seed={given})
    return keras.Model(x, block(x, seed={last}))
"""


@pytest.mark.parametrize(
    ("given", "last", "first", "second"),
    [
        pytest.param("1000 * i", "5", 10, 20, id="far apart"),
        pytest.param("i", "5", 100, 200, id="counted up"),
        pytest.param("10", "30", 10, 40, id="numbers that a sum could meet"),
    ],
)
def test_sums_keep_clear_of_other_calls(
    given: str, last: str, first: int, second: int, tmp_path: Path
) -> None:
    old = HELPER.format(given=given, last=last, first="seed", second="seed")
    sums = [f"None if seed is None else seed + {offset}" for offset in (first, second)]
    new = HELPER.format(given=given, last=last, first=sums[0], second=sums[1])
    assert after(tmp_path, "SDL002", old) == new


def test_sums_keep_clear_of_one_another(tmp_path: Path) -> None:
    text = """
import keras

def build(x, options):
    x = keras.layers.Dropout(0.5, seed=options.seed)(x)
    x = keras.layers.Dropout(0.5, seed=options.seed + 10)(x)
    x = keras.layers.Dropout(0.5, seed=options.seed)(x)
    return keras.layers.Dropout(0.5, seed=int(options.seed + 10))(x)
"""
    assert "is None else options.seed + 20)" in after(tmp_path, "SDL002", text)


def test_a_number_that_a_helper_lets_through(tmp_path: Path) -> None:
    text = """
import keras

def block(x, seed=None):
    chosen = 3 if seed is None else seed
    return keras.layers.Dropout(0.5, seed=chosen)(x)

def build(x):
    return keras.Model(x, block(block(x, seed=2), seed=2))
"""
    assert "2 +" not in after(tmp_path, "SDL002", text)


def test_a_seed_that_is_a_number_needs_no_guard(tmp_path: Path) -> None:
    text = """
import keras

def build(x, seed=7):
    x = keras.layers.Dropout(0.5, seed=seed)(x)
    return keras.layers.Dropout(0.5, seed=seed)(x)
"""
    assert after(tmp_path, "SDL002", text).endswith("seed=seed + 10)(x)\n")


def test_a_number_by_default_needs_a_guard_where_a_caller_may_pass_none(tmp_path: Path) -> None:
    text = """
import keras

def block(x, seed=7):
    x = keras.layers.Dropout(0.5, seed=seed)(x)
    return keras.layers.Dropout(0.5, seed=seed)(x)

def build(x, seed=None):
    return keras.Model(x, block(x, seed=seed))

build(1, seed=3)
"""
    assert "seed=None if seed is None else seed + 10)(x)" in after(tmp_path, "SDL002", text)


@pytest.mark.parametrize("given", ["3", "None"])
def test_a_seed_that_several_layers_share_is_not_safe_to_give(tmp_path: Path, given: str) -> None:
    text = f"""
import keras

def block(x, seed):
    for rate in (0.1, 0.2):
        x = keras.layers.Dropout(rate, seed=seed)(x)
    return x

def stage(x, seed=None):
    return block(x, seed=seed)

def build(x):
    return keras.Model(x, stage(stage(x), {given}))
"""
    write(tmp_path, {".git/HEAD": "", "model.py": text})
    assert not mend(Request((tmp_path,)), unsafe=False).changes
    (change,) = mend(Request((tmp_path,)), unsafe=True).changes
    assert b"1000 * i" in change.new


def test_one_line_seeds_numpy_for_a_whole_file(tmp_path: Path) -> None:
    text = """
import keras
import numpy  # the generator
a = keras.layers.Dropout(0.5, seed=numpy.random.randint(1000))
b = keras.layers.Dropout(0.5, seed=numpy.random.randint(1000))"""
    new = after(tmp_path, "SDL003", text)
    assert new.count("\nimport numpy  # the generator\nnumpy.random.seed(") == 1
    assert new.count(".seed(") == 1


def test_numpy_is_seeded_in_the_cell_of_its_import(tmp_path: Path) -> None:
    cells = [
        "import numpy as np",
        "import keras\nkeras.layers.Dropout(0.5, seed=np.random.randint(9))",
    ]
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": c,
            }
            for c in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    outcome = mended(tmp_path, "SDL003", {"net.ipynb": json.dumps(notebook)})
    assert not outcome.refused
    first, second = json.loads(outcome.changes[0].new)["cells"]
    assert first["source"].startswith("import numpy as np\nnp.random.seed(")
    assert second["source"] == cells[1]


def test_a_generator_of_a_function_that_files_not_read_may_call(tmp_path: Path) -> None:
    text = """import keras
import numpy as np

def thin(x):
    rng = np.random.default_rng()
    return keras.layers.Dropout(0.5, seed=rng.integers(99))(x)
"""
    user = "import keras\nimport net\n\ndef build(x):\n    return net.thin(net.thin(x))\n"
    write(tmp_path, {".git/HEAD": "", "net.py": text, "use.py": user})
    overrides = config.parse({"select": ["SDL003"]}, CODES)
    (found,) = lint(Request((tmp_path / "net.py",), overrides)).findings
    assert found.fix is not None
    assert found.fix.reason == UNREAD
    outcome = mend(Request((tmp_path,), overrides), unsafe=True)
    assert not outcome.changes
    (left,) = outcome.report.findings
    assert left.fix is not None
    assert left.fix.applicability is Applicability.DISPLAY


def test_a_generator_in_another_file(tmp_path: Path) -> None:
    files = {
        "tools.py": "import numpy as np\n\nrng = np.random.RandomState()\n",
        "net.py": """
import keras
from tools import rng

a = keras.layers.Dropout(0.5, seed=rng.randint(1000))
""",
    }
    (change,) = mended(tmp_path, "SDL003", files).changes
    assert change.path.endswith("tools.py")


def test_what_is_fixed_outside_of_what_is_linted(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".git/HEAD": "",
            "tools.py": "import numpy as np\n\nrng = np.random.RandomState()\n",
            "net/a.py": """
import keras
from tools import rng

a = keras.layers.Dropout(0.5, seed=rng.randint(1000))
""",
        },
    )
    report = run(tmp_path / "net")
    (fix,) = [f.fix for f in report.findings if f.code == "SDL003"]
    assert fix is not None
    assert "would have to change too" in fix.reason


MAKER = """
import keras
from keras import layers

def mlp(units):
    return keras.Sequential([layers.Dense(units), layers.Dropout(0.5)])
"""
PARTS = {
    "a layer with a model inside, for others to build": """
import keras
from keras import layers

class Block(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.mlp = keras.Sequential([layers.Dense(units), layers.Dropout(0.5)])
""",
    "a layer with a helper's model inside": f"""{MAKER}
class Block(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.mlp = mlp(units)
""",
    "a tensor by way of a model": """
import keras
from keras import layers

def block(x):
    return keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])(x)
""",
    "a tensor by way of a helper's model": f"""{MAKER}
def block(x):
    x = mlp(8)(x)
    return layers.Activation("relu")(x)
""",
    "a model in a layer of other code": f"""{MAKER}
def update(units):
    return Update(mlp(units), reduce="sum")
""",
    "a model that other code is handed as a part": f"""{MAKER}
def renamed(units):
    return mlp(units)

def update(units):
    builder = Builder(
        lambda name: Convolution(renamed(units), name), lambda name: NextState(renamed(8))
    )
    return builder.convolve(["a", "b"])
""",
    "a layer of other code with a model inside, by a function that is handed on": f"""{MAKER}
def convolution(units):
    return Convolution(mlp(units))

def update(units):
    def factory(name):
        return convolution(units)
    return Builder(factory).convolve(["a", "b"])
""",
    "two layers of other code with a model inside": f"""{MAKER}
def convolution(units):
    return Convolution(mlp(units))

def update(units):
    return convolution(units), convolution(units)
""",
}


@pytest.mark.parametrize("text", PARTS.values(), ids=PARTS)
def test_a_model_may_be_built_many_times_as_a_part(text: str, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "model.py": text})
    assert not mend(Request((tmp_path,), config.parse({}, CODES)), unsafe=False).changes


@pytest.mark.parametrize("test", ["True", "rate", "rate > 0", "rate is not None and rate != 0"])
@pytest.mark.parametrize("rate", ["", ", 0.3"])
def test_no_literal_where_calls_that_drop_nothing_repeat_it(
    rate: str, test: str, tmp_path: Path
) -> None:
    text = f"""
import keras
from keras import layers

def block(x, units, rate=0.0):
    x = layers.Dense(units)(x)
    return layers.Dropout(rate)(x) if {test} else x

def build():
    inputs = keras.Input((8,))
    return keras.Model(inputs, block(block(inputs, 8), 4{rate}))
"""
    write(tmp_path, {".git/HEAD": "", "model.py": text})
    assert not mend(Request((tmp_path,), config.parse({}, CODES)), unsafe=False).changes


@pytest.mark.parametrize(
    "outputs",
    [
        "[mlp(8)(x) for name in names]",
        "{name: mlp(8)(x) for name in names}",
        "[tower(x) for tower in {name: mlp(8) for name in names}.values()]",
    ],
    ids=["in a list", "in a dict", "from a dict"],
)
def test_towers_of_one_model_are_built_many_times(outputs: str, tmp_path: Path) -> None:
    text = f"{MAKER}\ndef build(names, x):\n    return keras.Model(x, {outputs})\n"
    write(tmp_path, {".git/HEAD": "", "model.py": text})
    assert not mend(Request((tmp_path,), config.parse({}, CODES)), unsafe=False).changes


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_call_that_seeds_a_generator_is_not_replaced(unsafe: bool, tmp_path: Path) -> None:
    text = """
import numpy as np
import tensorflow as tf
from keras import layers

seed = tf.random.set_seed(1)
x = layers.Dropout(0.5, seed=np.random.seed(42))
y = layers.Dropout(0.5, seed=seed)
"""
    write(tmp_path, {".git/HEAD": "", "model.py": text})
    (change,) = mend(Request((tmp_path,), config.parse({}, CODES)), unsafe=unsafe).changes
    assert b"= tf.random.set_seed(1)\n" in change.new
    assert b"seed=np.random.seed(42)" in change.new
    assert b"seed=seed" not in change.new


@pytest.mark.parametrize(
    ("use", "safe"),
    [
        ("", False),
        ("block = Block(0.5)\n", True),
        ("x = Block(0.5)(Block(0.1)(x))\n", False),
    ],
    ids=["that nothing builds", "that is built once", "that is built twice"],
)
def test_a_class_of_its_own(use: str, safe: bool, tmp_path: Path) -> None:
    text = f"""
from keras import layers

class Block:
    def __init__(self, rate):
        self.dropout = layers.Dropout(rate)

    def __call__(self, x):
        return self.dropout(x)

{use}"""
    write(tmp_path, {".git/HEAD": "", "model.py": text})
    assert bool(mend(Request((tmp_path,), config.parse({}, CODES)), unsafe=False).changes) == safe


@pytest.mark.parametrize("param", ["", ", seed=None"])
def test_a_seed_that_build_needs_too_is_kept(param: str, tmp_path: Path) -> None:
    text = f"""
import keras
from keras import layers

class Block(layers.Layer):
    def __init__(self{param}):
        super().__init__()
        self.first = layers.Dropout(0.1)

    def build(self, shape):
        self.second = layers.Dropout(0.1)

def build(x):
    return Block()(Block()(x))
"""
    new = after(tmp_path, "ALL", text)
    assert "self.seed + 10" in new
    assert "self.seed = seed" in new


WHOLE = {
    "given as it is": "",
    "given by way of another function": "def build(): return compiled(mlp(8))\n",
    "handed to other code": "search(lambda: mlp(8))\n",
    "judged": """
def objective(trial):
    model = mlp(trial.units)
    history = model.fit(trial.x)
    return [evaluate(model), max(history.history["loss"]), mlp(8).predict(trial.x)]

study.optimize(objective)
""",
    "inside a model for others to build": """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.mlp = mlp(8)
""",
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_a_whole_model_is_built_once(text: str, tmp_path: Path) -> None:
    known = """
def compiled(model):
    model.compile("adam")
    return model

def evaluate(model):
    return model.evaluate(data)
"""
    write(tmp_path, {".git/HEAD": "", "model.py": f"{MAKER}{known}{text}"})
    assert mend(Request((tmp_path,), config.parse({}, CODES)), unsafe=False).changes


HOOK = """
import keras
from other import Attention

class Masked(Attention, keras.layers.Layer):
    def __init__(self, rate{param}):
        super().__init__(){kept}
        self.rate = rate

    def _build_attention(self, rank):
        self.dropout = keras.layers.Dropout(self.rate{seed})

def build(x):
    for i in range(3):
        x = Masked(0.5{passed})(x)
    return keras.Model(x, x)
"""


def test_a_method_that_other_code_calls_runs_for_each_instance(tmp_path: Path) -> None:
    text = HOOK.format(param="", kept="", seed="", passed="")
    new = after(tmp_path, "SDL001", text)
    derived = re.findall(r"\d{6,}", new)
    assert len(derived) == 1
    assert new == HOOK.format(
        param=", *, seed=None",
        kept="\n        self.seed = seed",
        seed=", seed=self.seed",
        passed=f", seed={derived[0]} + 1000 * i",
    )


CELL = """
import tensorflow as tf
from other import Cell

class Dropped(Cell):
    def __call__(self, x, state):
        return tf.nn.dropout(super().__call__(x, state), 0.5)

def build(x):
    return tf.nn.bidirectional_dynamic_rnn(Dropped(8), Dropped(8), x)
"""


def test_no_literal_for_the_method_of_two_instances(tmp_path: Path) -> None:
    assert after(tmp_path, "SDL001", CELL) == CELL


CREATED = """
import keras

class Drop(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

class Parameters:
    def create(self):
        return Drop()

class Net(keras.Model):
    def __init__(self, parameters):
        super().__init__()
        self.first = Parameters().create()
        self.others = [other.{method}() for other in parameters]
"""


@pytest.mark.parametrize(("method", "is_mended"), [("create", False), ("make", True)])
def test_a_call_of_something_unknown_may_run_a_method(
    method: str, is_mended: bool, tmp_path: Path
) -> None:
    write(tmp_path, {".git/HEAD": "", "model.py": CREATED.format(method=method)})
    outcome = mend(Request((tmp_path,), config.parse({}, CODES)), unsafe=False)
    assert bool(outcome.changes) is is_mended


SIGNATURE = """
import keras

class Block(keras.layers.Layer):
    def __init__(self,
                 *,
                 units: int,
                 rate: float = 0.5,{param}
                 **kwargs):
        super().__init__(**kwargs)
        self.dropout = keras.layers.Dropout(rate{seed})
"""


def test_a_parameter_on_a_line_of_its_own_before_the_last(tmp_path: Path) -> None:
    text = SIGNATURE.format(param="", seed="")
    assert after(tmp_path, "SDL001", text) == SIGNATURE.format(
        param="\n                 seed=None,",
        seed=", seed=seed",
    )


IDLE = """
import keras
from keras.layers import Dropout

def two(x, rate, last=0.0{param}):
    x = Dropout(rate{first})(x)
    return Dropout(last{second})(x)

def outer(x, rate, last=0.0{param}):
    return two(x, rate, last{handed})

def build(x):
    x = two(x, 0.5{a})
    x = two(x, 0.0)
    x = two(x, 0.0, 0.3{b})
    x = outer(x, 0.0)
    return keras.Model(x, outer(x, 0.0, last=0.2{c}))
"""


def test_a_call_that_drops_nothing_gets_no_seed(tmp_path: Path) -> None:
    old = re.sub(r"\{\w+\}", "", IDLE)
    made = after(tmp_path, "SDL001", old)
    seeds = re.findall(r"seed=(\d+)", made)
    assert len(set(seeds)) == 3
    a, b, c = (f", seed={seed}" for seed in seeds)
    assert made == IDLE.format(
        param=", *, seed=None",
        first=", seed=seed",
        second=", seed=None if seed is None else seed + 10",
        handed=", seed=seed",
        a=a,
        b=b,
        c=c,
    )


def test_a_layer_that_no_call_lets_drop_may_be_let_to_elsewhere(tmp_path: Path) -> None:
    old = """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate=0.0):
        super().__init__()
        self.drop = keras.layers.Dropout(rate)

blocks = [Block(), Block(0)]
"""
    new = old.replace("rate=0.0)", "rate=0.0, *, seed=None)").replace("(rate)", "(rate, seed=seed)")
    assert after(tmp_path, "SDL001", old) == new


def test_a_sum_keeps_clear_of_what_a_seed_that_is_passed_on_will_be(tmp_path: Path) -> None:
    old = """
import keras
from keras.layers import Dropout

class Inner(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None):
        super().__init__()
        self.first = Dropout(rate, seed=seed)
        self.second = Dropout(rate)

class Outer(keras.layers.Layer):
    def __init__(self, seed=None):
        super().__init__()
        self.inner = Inner(seed=seed)

class Net(keras.Model):
    def __init__(self, seed=None):
        super().__init__()
        self.blocks = [Inner(0.1) for _ in range(3)]
        self.head = Dropout(0.2)
        self.more = Outer(seed=seed)
"""
    outcome = mended(tmp_path, "SDL009", {"model.py": old})
    assert not outcome.refused
    assert run(write(tmp_path, {"model.py": outcome.changes[0].new.decode()})).findings == ()


def test_a_module_of_sonnet_that_others_build_takes_a_seed(tmp_path: Path) -> None:
    old = """
import sonnet as snt

class Block(snt.Module):
    def __init__(self, rate):
        super().__init__()
        self.drop = snt.Dropout(rate)
"""
    new = old.replace("rate):", "rate, *, seed=None):").replace("(rate)", "(rate, seed=seed)")
    assert after(tmp_path, "SDL001", old) == new


GLOBAL = """
import keras

def build():
    {}
    model = keras.Sequential([keras.layers.Dropout(0.5)])
    {}
    return model
"""


@pytest.mark.parametrize("is_late", [False, True])
def test_what_seeds_too_late_does_not_count(is_late: bool, tmp_path: Path) -> None:
    lines = ["pass", "keras.utils.set_random_seed(42)"]
    text = GLOBAL.format(*(lines if is_late else reversed(lines)))
    report = run(write(tmp_path, {".git/HEAD": "", "model.py": text}), keras_version=3)
    told = {finding.code: finding for finding in report.findings}
    assert ("SDL011" in told) is is_late
    assert ("makes the run repeatable" in told["SDL001"].message) is not is_late
    fix = told["SDL001"].fix
    assert fix is not None
    assert fix.applicability is (Applicability.SAFE if is_late else Applicability.UNSAFE)


APPLIED = {
    "net.py": """
import tensorflow as tf

class Drop:
    def __init__(self, rate):
        self._rate = rate

    def __call__(self, x):
        return tf.nn.dropout(x, self._rate)

class Block:
    def __init__(self, rate):
        self._drop = Drop(rate)

    def __call__(self, x):
        return self._drop(x)

def stack(blocks, x):
    for block in blocks:
        x = block(x)
    return x

class Net:
    def __init__(self, number, rate):
        make = lambda: Block(rate)
        self._blocks = [make() for _ in range(number)]

    def __call__(self, x):
        return stack(self._blocks, x)
""",
    "test_net.py": """
import tensorflow as tf
from net import Block

def test_block():
    block = Block(0.5)
    y = block(tf.ones((3, 4)))
""",
}


def test_one_call_that_is_seen_is_not_all(tmp_path: Path) -> None:
    # Each block would draw the same mask as all others.
    assert not mended(tmp_path, "SDL001", APPLIED).changes
