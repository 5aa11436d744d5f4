"""What the fixes of single rules write, and what they leave to a reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedlint import config
from seedlint.fix import mend, written
from seedlint.model import Applicability, Finding
from seedlint.request import Request
from seedlint.rules import CODES
from tests.projects import run, write

IMPORT = "import keras\nfrom keras import layers\nfrom keras.layers import Dropout\n"
LOOP = f"{IMPORT}\ndef build(x):\n    for i in range(3):\n        x = {{}}(x)\n    return x\n"
HELPER = f"""{IMPORT}
def block(x):
    return {{}}(x)

def build(x):
    return block(block(x))
"""
STEP = f"""{IMPORT}
class Noise(layers.Layer):
    def call(self, x):
        return {{}}
"""


def mended(folder: Path, code: str, text: str, unsafe: bool = True) -> str:
    """``text`` after the fixes of ``code``; a second run changes nothing."""
    write(folder, {".git/HEAD": "", "model.py": text})
    request = Request((folder,), config.parse({"fixable": [code]}, CODES))
    outcome = written(mend(request, unsafe))
    assert not outcome.refused
    assert not outcome.report.problems
    assert mend(request, unsafe).changes == ()
    return (folder / "model.py").read_text("utf-8")


def findings(folder: Path, code: str, text: str, **settings: object) -> list[Finding]:
    write(folder, {".git/HEAD": "", "model.py": text})
    return [found for found in run(folder, **settings).findings if found.code == code]


def shown(folder: Path, code: str, text: str) -> str:
    """Why the one finding of ``code`` in ``text`` is left to the reader."""
    (found,) = findings(folder, code, text)
    assert found.fix is not None
    assert found.fix.applicability is Applicability.DISPLAY
    assert not found.fix.edits
    assert found.fix.message[0].isupper()
    return found.fix.reason


# --- seeds that are refused ---------------------------------------------------------------------

KEPT = {
    "a float": ("seed=42.0", "seed=42"),
    "a float with an exponent": ("seed=1e3", "seed=1000"),
    "digits": ("seed='42'", "seed=42"),
    "in its place": ("None, 42.0", "None, 42"),
    "a sum": ("seed=40.0 + 2", "seed=int(40.0 + 2)"),
    "over lines": ("seed=np.int64(\n    7\n)", "seed=int(np.int64(\n    7\n))"),
    "a comma behind it": ("seed=np.int64(7),", "seed=int(np.int64(7)),"),
    "with a comment": ("\n    seed=np.int64(7),  # so\n", "\n    seed=int(np.int64(7)),  # so\n"),
    "either of two": (
        "seed=np.int64(7) if keras.x else np.int64(8)",
        "seed=int(np.int64(7) if keras.x else np.int64(8))",
    ),
}


@pytest.mark.parametrize(("old", "new"), KEPT.values(), ids=KEPT)
def test_a_seed_stays(old: str, new: str, tmp_path: Path) -> None:
    text = f"import numpy as np\n{IMPORT}x = Dropout(0.5, {{}})\n"
    assert mended(tmp_path, "SDL007", text.format(old), unsafe=False) == text.format(new)


DERIVED = {
    "a float that is no int": ("seed=42.5", True),
    "letters": ("seed='seven'", True),
    "a text that is made": ("seed=f'{keras.x}'", True),
    "two": ("seed=(1, 2)", True),
    "bytes": ("seed=b'1'", True),
    "an array": ("seed=np.arange(3)", True),
    "a bool": ("seed=True", False),
    "negative": ("seed=-1", False),
    "too much": ("seed=2**40", False),
    "a negative float": ("seed=-1.0", True),
}


@pytest.mark.parametrize(("old", "safe"), DERIVED.values(), ids=DERIVED)
def test_a_seed_is_derived(old: str, safe: bool, tmp_path: Path) -> None:
    text = f"import numpy as np\n{IMPORT}x = Dropout(0.5, {{}})\n"
    assert (mended(tmp_path, "SDL007", text.format(old), unsafe=False) != text.format(old)) == safe
    assert mended(tmp_path, "SDL007", text.format(old)) == text.format("seed=1616513153")


def test_keras_2_cuts_a_float_as_int_does(tmp_path: Path) -> None:
    text = "from tf_keras.layers import Dropout\nx = Dropout(0.5, seed={})\n"
    assert mended(tmp_path, "SDL007", text.format("42.5"), False) == text.format("42")
    assert mended(tmp_path, "SDL007", text.format("True"), False) == text.format("True")


@pytest.mark.parametrize("seed", ["'42'", "42.0", "True", "[1]"])
def test_a_seed_differs_at_each_turn(seed: str, tmp_path: Path) -> None:
    new = mended(tmp_path, "SDL007", LOOP.format(f"Dropout(0.5, seed={seed})"))
    assert new == LOOP.format("Dropout(0.5, seed=1616513153 + 1000 * i)")
    assert findings(tmp_path, "SDL005", new) == []


@pytest.mark.parametrize("seed", ["'42'", "True"])
def test_a_helper_takes_a_seed(seed: str, tmp_path: Path) -> None:
    new = mended(tmp_path, "SDL007", HELPER.format(f"Dropout(0.5, seed={seed})"))
    assert "def block(x, *, seed=None):\n    return Dropout(0.5, seed=seed)(x)" in new
    assert "block(block(x, seed=1922840090), seed=765949729)" in new


def test_a_seed_that_is_none_is_not_passed_on(tmp_path: Path) -> None:
    text = f"""{IMPORT}
class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.seed = "a grain"
        self.dropout = Dropout(0.5{{}})

def build(x):
    return Block()(Block()(x))
"""
    new = mended(tmp_path, "SDL007", text.format(", seed=self.seed"))
    assert "def __init__(self, *, dropout_seed=None):" in new
    assert "Dropout(0.5, seed=dropout_seed)" in new


def test_a_seed_at_hand_is_passed_on(tmp_path: Path) -> None:
    text = f"{IMPORT}\ndef block(x, seed):\n    return Dropout(0.5, seed={{}})(x)\n"
    assert mended(tmp_path, "SDL007", text.format("True")) == text.format("seed")


LEFT = {
    "two are wanted": (
        "import tensorflow as tf\nx = tf.random.stateless_uniform((2,), 7)\n",
        "one int does not say which two are meant",
    ),
    "in a mapping": (
        f"{IMPORT}x = Dropout(0.5, **{{'seed': 42.0}})\n",
        "its seed may be in what the call unpacks",
    ),
    "both directions": (
        f"{IMPORT}x = layers.Bidirectional(layers.LSTM(8, dropout=0.5, seed='7'))\n",
        "`Bidirectional` would give both directions one seed",
    ),
    "the same at every step": (
        STEP.format("keras.random.dropout(x, 0.5, seed='7')"),
        "a stateless function gives the same numbers for a fixed seed",
    ),
}


@pytest.mark.parametrize(("text", "reason"), LEFT.values(), ids=LEFT)
def test_a_seed_is_left(text: str, reason: str, tmp_path: Path) -> None:
    families = ["dropout", "recurrent", "random-op"]
    (found,) = findings(tmp_path, "SDL007", text, families=families)
    assert found.fix is not None
    assert (found.fix.applicability, found.fix.reason) == (Applicability.DISPLAY, reason)


# --- arguments in a wrong place -----------------------------------------------------------------

NAMED = {
    "a seed": ("Dropout(0.5, 42)", "Dropout(0.5, seed=42)"),
    "a comma behind it": ("Dropout(0.5, 42,)", "Dropout(0.5, seed=42,)"),
    "over lines": (
        "Dropout(\n    0.5,\n    40\n    + 2,\n)",
        "Dropout(\n    0.5,\n    seed=40\n    + 2,\n)",
    ),
    "keywords behind it": ("Dropout(0.5, 42, name='a')", "Dropout(0.5, seed=42, name='a')"),
    "a data format": ("layers.SpatialDropout2D(0.5, 42)", "layers.SpatialDropout2D(0.5, seed=42)"),
    "a name": ("Dropout(0.5, 'a')", "Dropout(0.5, name='a')"),
    "a name beside a seed": ("Dropout(0.5, 'a', seed=1)", "Dropout(0.5, name='a', seed=1)"),
    "a mean": ("keras.random.normal((2,), 42)", "keras.random.normal((2,), seed=42)"),
    "an op": (
        "keras.random.dropout(x, 0.5, 42)",
        "keras.random.dropout(x, 0.5, seed=42)",
    ),
}


@pytest.mark.parametrize(("old", "new"), NAMED.values(), ids=NAMED)
def test_it_goes_by_its_name(old: str, new: str, tmp_path: Path) -> None:
    assert mended(tmp_path, "SDL008", f"{IMPORT}y = {old}\n") == f"{IMPORT}y = {new}\n"
    assert (
        mended(tmp_path, "SDL008", f"{IMPORT}y = {old}\n", unsafe=False) == f"{IMPORT}y = {old}\n"
    )


def test_in_two_loops(tmp_path: Path) -> None:
    text = f"{IMPORT}SEED = 7\nx = [[{{}} for _ in 'ab'] for i in range(2)]\n"
    new = mended(tmp_path, "SDL008", text.format("Dropout(0.5, SEED if 1 else 2)"))
    assert "seed=(SEED if 1 else 2) + 1000 * j + 1000000 * i)" in new
    assert "for j, _ in enumerate('ab')] for i in range(2)" in new


def test_the_seed_of_a_helper(tmp_path: Path) -> None:
    text = f"""{IMPORT}
def block(x, first):
    return Dropout(0.5, first)(x)

def build(x):
    return block(block(x, 7), 8)
"""
    assert mended(tmp_path, "SDL008", text) == text.replace("5, first", "5, seed=first")


UNNAMED = {
    "a third argument": ("Dropout(0.5, 42, 7)", "another argument follows it"),
    "a seed beside it": ("Dropout(0.5, 42, seed=7)", "it has a `seed` already"),
    "a name beside it": ("Dropout(0.5, 'a', name='b')", "it has a `name` already"),
    "more behind it": ("Dropout(0.5, 42, **keras.x)", "the call unpacks its arguments"),
    "a rate": ("Dropout(0.5, 0.1)", "nothing tells what it is meant for"),
    "a flag": ("Dropout(0.5, True)", "nothing tells what it is meant for"),
    "a text for a function": (
        "keras.random.dropout(1, 0.5, 'a')",
        "nothing tells what it is meant for",
    ),
}


@pytest.mark.parametrize(("call", "reason"), UNNAMED.values(), ids=UNNAMED)
def test_it_is_left(call: str, reason: str, tmp_path: Path) -> None:
    assert shown(tmp_path, "SDL008", f"{IMPORT}x = {call}\n") == reason


def test_it_is_left_where_many_would_have_it(tmp_path: Path) -> None:
    reason = "several layers would have one name"
    assert shown(tmp_path, "SDL008", LOOP.format("Dropout(0.5, 'a')")) == reason
    assert shown(tmp_path, "SDL008", HELPER.format("Dropout(0.5, 'a')")) == reason
    reason = "its function builds several layers with this seed"
    assert shown(tmp_path, "SDL008", HELPER.format("Dropout(0.5, 42)")) == reason
    reason = "a stateless function gives the same numbers for a fixed seed"
    step = STEP.format("keras.random.dropout(x, 0.5, 42)")
    assert shown(tmp_path, "SDL008", step) == reason


# --- seeds that a config leaves out -------------------------------------------------------------

LAYER = """
import keras

class Block(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        {keeps}

    def get_config(self):
        {config}
"""
DICT = 'return {**super().get_config(), "rate": 1}'
FULL = 'return {**super().get_config(), "rate": 1, "seed": self.seed}'
CONFIGS = {
    "nothing but the base's": (
        "return super().get_config()",
        'return {**super().get_config(), "seed": self.seed}',
    ),
    "in single quotes": ("return {'a': 1}", "return {'a': 1, 'seed': self.seed}"),
    "empty": ("return {}", 'return {"seed": self.seed}'),
    "in brackets": (
        "return (super().get_config())",
        'return ({**super().get_config(), "seed": self.seed})',
    ),
    "the keywords of an update": (
        "config = super().get_config(); config.update(a=1); return config",
        "config = super().get_config(); config.update(a=1, seed=self.seed); return config",
    ),
    "on one line": (
        "config = super().get_config(); return config",
        'config = super().get_config(); return {**config, "seed": self.seed}',
    ),
    "written after": (
        "config = super().get_config()\n        config['a'] = 1\n        return config",
        "config = super().get_config()\n        config['a'] = 1\n"
        "        config['seed'] = self.seed\n        return config",
    ),
    "a dict that another one is updated with": (
        "config = dict(a=1)\n        base = super().get_config()\n        base.update(config)\n"
        "        return base",
        "config = dict(a=1)\n        base = super().get_config()\n        base.update(config)\n"
        '        base["seed"] = self.seed\n        return base',
    ),
    "two ends": (
        'if self.x: return {"a": 1}\n        return dict(super().get_config())',
        'if self.x: return {"a": 1, "seed": self.seed}\n'
        "        return dict(super().get_config(), seed=self.seed)",
    ),
    "other letters before it": (
        'return {"größe": 1, **super().get_config()}',
        'return {"größe": 1, **super().get_config(), "seed": self.seed}',
    ),
}


@pytest.mark.parametrize(("old", "new"), CONFIGS.values(), ids=CONFIGS)
def test_a_config_is_completed(old: str, new: str, tmp_path: Path) -> None:
    keeps = "self.seed = seed"
    text = LAYER.format(keeps=keeps, config=old)
    assert mended(tmp_path, "SDL010", text) == LAYER.format(keeps=keeps, config=new)
    assert mended(tmp_path, "SDL010", text, unsafe=False) == text


KEEPS = {
    "not at all": ("self.a = f(seed)", "self.seed = seed\n        self.a = f(seed)", "seed"),
    "as another one": ("self._seed = seed", "self._seed = seed", "_seed"),
    "in two": ("self.a = seed; self.seed = seed", "self.a = seed; self.seed = seed", "seed"),
    "with a default": (
        "if seed is None:\n            seed = 7\n        self.seed = seed",
        "if seed is None:\n            seed = 7\n        self.seed = seed",
        "seed",
    ),
    "changed before": (
        "seed = seed + 1\n        self.s = seed",
        "self.seed = seed\n        seed = seed + 1\n        self.s = seed",
        "seed",
    ),
}


@pytest.mark.parametrize(("old", "new", "name"), KEEPS.values(), ids=KEEPS)
def test_the_attribute_that_holds_the_seed(old: str, new: str, name: str, tmp_path: Path) -> None:
    wanted = LAYER.format(keeps=new, config=FULL.replace("self.seed", f"self.{name}"))
    assert mended(tmp_path, "SDL010", LAYER.format(keeps=old, config=DICT)) == wanted


BLOCK = LAYER.format(keeps="self.seed = seed", config=DICT)
UNSAVED = {
    "another seed": (
        LAYER.format(keeps="self.seed = seed + 1", config=DICT),
        "`self.seed` is not the seed that it is given",
    ),
    "one of several": (
        LAYER.format(keeps="self.seed = seed\n        self.seed = 1", config=DICT),
        "`self.seed` is not the seed that it is given",
    ),
    "a property": (
        LAYER.format(keeps="self.s = f(seed)", config=DICT)
        + "\n    @property\n    def seed(self):\n        return 1\n",
        "`self.seed` is not the seed that it is given",
    ),
    "no base is set up": (
        LAYER.format(keeps="self.a = f(seed)", config=DICT).replace(
            "super().__init__(**kwargs)", "pass"
        ),
        "its class does not call `super().__init__()`",
    ),
    "a subclass that takes none": (
        f"{BLOCK}\nclass Heir(Block):\n    def __init__(self, rate):\n"
        "        super().__init__(rate, 7)\n",
        "`Heir` has this config too, and keeps no `seed`",
    ),
    "a subclass with one of its own": (
        f"{BLOCK}\nclass Heir(Block):\n    def __init__(self, **kwargs):\n"
        "        super().__init__(seed=7, **kwargs)\n",
        "`Heir` has this config too, and keeps no `seed`",
    ),
    "a base that takes none": (
        """
import keras

class Base(keras.layers.Layer):
    def get_config(self):
        return {**super().get_config()}

class Heir(Base):
    def __init__(self, seed):
        super().__init__()
        self.seed = seed
""",
        "it has no `__init__` of its own",
    ),
    "another way to read": (
        f"{BLOCK}\n    @classmethod\n    def from_config(cls, config):\n"
        "        return cls(config['rate'])\n",
        "its `from_config` picks what it takes",
    ),
}


@pytest.mark.parametrize(("text", "reason"), UNSAVED.values(), ids=UNSAVED)
def test_a_config_is_left(text: str, reason: str, tmp_path: Path) -> None:
    assert shown(tmp_path, "SDL010", text) == reason


def test_a_config_that_everything_is_read_from(tmp_path: Path) -> None:
    reader = "\n    @classmethod\n    def from_config(cls, config):\n        return cls(**config)\n"
    wanted = LAYER.format(keeps="self.seed = seed", config=FULL) + reader
    assert mended(tmp_path, "SDL010", BLOCK + reader) == wanted


def test_each_has_its_own_where_the_base_keeps_another(tmp_path: Path) -> None:
    heir = """
class Heir(Block):
    def __init__(self, rate, seed, **kwargs):
        super().__init__(rate, **kwargs)
        self._seed = seed

    def get_config(self):
        return {**super().get_config()}
"""
    reason = "`Heir` has this config too, and keeps no `seed`"
    write(tmp_path, {"model.py": BLOCK + heir})
    base, own = run(tmp_path).findings
    assert base.fix is not None
    assert own.fix is not None
    assert (base.fix.applicability, base.fix.reason) == (Applicability.DISPLAY, reason)
    assert [edit.text for edit in own.fix.edits] == [', "seed": self._seed']


@pytest.mark.parametrize(
    ("line", "safe"),
    [
        pytest.param("graph.seed = self.seed", False, id="the seed of something else"),
        pytest.param('setattr(graph, "seed", seed)', False, id="by its name"),
        pytest.param("graph.name = self.name", True, id="another attribute"),
    ],
)
def test_a_seed_that_something_else_may_take_is_passed_on_with_care(
    line: str, safe: bool, tmp_path: Path
) -> None:
    text = f"""import tensorflow as tf

class Net:
    def __init__(self, graph, seed=None):
        self.seed = seed
        {line}

    def build(self, x):
        return tf.nn.dropout(x, 0.5)
"""
    better = text.replace("0.5", "0.5, seed=self.seed")
    assert mended(tmp_path / "safe", "SDL009", text, unsafe=False) == (better if safe else text)
    assert mended(tmp_path / "unsafe", "SDL009", text) == better
