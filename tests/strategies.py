"""Programs with dropouts wherever Python takes an expression, for hypothesis."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Draw = Callable[..., Any]

# What imports a layer, and how it is called then.
IMPORTS = (
    ("from keras.layers import Dropout", "Dropout"),
    ("from keras.layers import (\n    Dropout as D,  # é\n    GaussianNoise,\n)", "D"),
    ("from keras.layers import *", "SpatialDropout2D"),
    ("import keras", "keras.layers.GaussianNoise"),
    ("import tensorflow as tf", "tf.keras.layers.Dropout"),
    ("import tensorflow.keras.layers as L", "L.AlphaDropout"),
    ("import keras\nlayers = keras.layers\nDrop = layers.Dropout", "Drop"),
    ("import keras, functools\nhalf = functools.partial(keras.layers.Dropout, 0.5)", "half"),
    ("import keras\nC0 = {'a': keras.layers.Dropout}", "C0['a']"),
    ("try:\n    import keras\nexcept ImportError:\n    keras = None", "keras.layers.Dropout"),
    ("import keras\nclass Own(keras.layers.Dropout): pass", "Own"),
    ("import numpy as np, time, keras", "keras.layers.LSTM"),
)
ARGUMENTS = (
    "0.5",
    "rate",
    "0.5,",
    "0.5, None",
    "0.5, seed=None",
    "0.5, seed=7",
    "0.5, seed=seed",
    "0.5, seed=i",
    "0.5, seed=seed + 1",
    "0.5, seed=SEED",
    "0.5, seed=np.random.randint(9)",
    "0.5, seed=int(time.time())",
    "0.5, name='é\N{PARTY POPPER}'",
    "0.5, **kw",
    "*args",
    "\n    0.5,\n    name='a',\n",
    "\n    0.5,  # why\n    # and how\n",
    "\\\n  0.5",
    "( # one\n 0.5\n)",
    "dropout=0.5, units=3",
)
EXPRESSIONS = (
    "{}",
    "({})",
    "{}(x)",
    "{}(x, training=True)",
    "{}({}(x))",
    "[{}, {}]",
    "({}, *{})",
    "{{'a': {}, **{}}}",
    "{{{}}}",
    "keras.Sequential([{}, {}])",
    "f({})",
    "block(x, {})",
    "C({})",
    "f(x)(x)",
    "block(block(x))",
    "lambda x: {}(x)",
    "lambda y={}: y",
    "{} if x else {}",
    "a and {} or {}",
    "not {}",
    "-{}",
    "{} + {}",
    "a < {} < {}",
    "[{} for i in range(3)]",
    "[{} for r in (0.1, 0.2)]",
    "[{} for a, b in zip(p, q) if {}]",
    "{{k: {} for k in ks}}",
    "sum({}(x) for _ in range(2))",
    "[*map(lambda r: {}, rs)]",
    "(y := {})",
    "xs[{}]",
    "xs[{}:]",
    "{}.rate",
    "f'''{{{}}} {{{}!r:>{{w}}}}'''",
    "'a' f'''{{{}}}'''",
    "({} for i, r in enumerate(rs))",
)
SIMPLE = (
    "x = {}",
    "{}",
    "x: object = {}",
    "x += {}",
    "a = b = {}",
    "a, b = {}, {}",
    "self.drop = {}",
    "xs.append({})",
    "x = {}; y = {}",
    "assert {}, {}",
    "del xs[{}]",
    "raise {}",
    "SEED = 7",
    "seed = seed",
    "x = f(x)",
    "x = block(x, 0.1)",
    "x = block(x, seed=3)",
    "x = C(0.1)(x)",
    "pass",
    "global SEED",
    "np.random.seed(1)",
    "keras.utils.set_random_seed(1)",
    "from a import *",
    "from b import block as g, f",
)
BLOCKS = (
    "if {}:\n{}",
    "if {}:\n{}elif x:\n{}else:\n{}",
    "for i in range(3):\n{}",
    "for r in (0.1, 0.2):\n{}",
    "for a, b in {}:\n{}else:\n{}",
    "for i, r in enumerate(rs):\n{}",
    "while x:\n{}",
    "with {} as y:\n{}",
    "try:\n{}except ({}):\n{}finally:\n{}",
    "match {}:\n  case [a, 1] if {}:\n{}  case _:\n{}",
    "def f(x):\n{}",
    "def f(x, y={}):\n{}",
    "def block(x, rate=0.5, seed=None):\n{}",
    "def block(x, *args, **kw):\n{}",
    "def block(\n    x,  # é\n    rate: float = 0.1,\n    *, seed=None,\n) -> int:\n{}",
    "def f(x, /, seed):\n    '''Text.'''\n{}",
    "@{}\n@deco\ndef g(x):\n{}",
    "async def h(x):\n{}",
    "class C(keras.layers.Layer):\n{}",
    "class C(B, metaclass={}):\n{}",
)
METHODS = (
    "def __init__(self, rate=0.5, **kw):\n    super().__init__(**kw)\n",
    "def __init__(self, seed=None, rate=0.1):\n    self.seed = seed\n",
    "def call(self, x):\n",
    "@property\ndef drop(self):\n",
    "def get_config(self):\n    config = super().get_config()\n",
)
INSIDE = ("return {}", "yield {}", "x = yield {}", "return x", "return {}(x)", "await {}")
COMMENTS = (
    "",
    "",
    "",
    "  # why: é",
    "  # noqa",
    "  # noqa: SDL001",
    "  # noqa: SDL001,E501  why",
    "  # seedlint: ignore",
    "  # seedlint: ignore[SDL001] on purpose",
    "  # seedlint:ignore[SDL002,SDL005]",
)


def is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _filled(draw: Draw, pattern: str, *parts: st.SearchStrategy[str]) -> str:
    """``pattern`` with a drawn text in place of each ``{}``."""
    holes = pattern.replace("{{", "").replace("}}", "").count("{}")
    return pattern.format(*(draw(st.one_of(*parts)) for _ in range(holes)))


@st.composite
def expressions(draw: Draw, layer: str, depth: int = 2) -> str:
    def call() -> str:
        return f"{layer}({draw(st.sampled_from(ARGUMENTS))})"

    if depth == 0:
        return call()
    found = _filled(draw, draw(st.sampled_from(EXPRESSIONS)), expressions(layer, depth - 1))
    return found if is_python(f"({found}\n)") else call()


@st.composite
def statements(draw: Draw, layer: str, depth: int = 3, inside: bool = False) -> str:
    """A statement with its newline; ``inside`` a function it may also return."""
    value = expressions(layer)
    simple = SIMPLE + INSIDE if inside else SIMPLE
    if depth == 0 or draw(st.booleans()):
        found = _filled(draw, draw(st.sampled_from(simple)), value)
        return f"{found}{draw(st.sampled_from(COMMENTS))}\n"
    head, *rest = draw(st.sampled_from(BLOCKS)).split("\n{}")
    found = _filled(draw, head, value)
    inside = inside or "def " in head
    for part in rest:
        found += "\n" + draw(bodies(layer, depth - 1, inside, head.startswith("class")))
        found += _filled(draw, part, value)
    return found


@st.composite
def bodies(draw: Draw, layer: str, depth: int, inside: bool, is_class: bool) -> str:
    indent = draw(st.sampled_from(["    ", "  ", "\t", " \t"]))
    parts = draw(st.lists(statements(layer, depth, inside), min_size=1, max_size=3))
    if is_class:
        for head in draw(st.lists(st.sampled_from(METHODS), max_size=2)):
            parts.append(head + draw(bodies(layer, depth - 1, True, False)) if depth else "pass\n")
    return "".join(f"{indent}{line}" for line in "".join(parts).splitlines(keepends=True))


@st.composite
def programs(draw: Draw) -> str:
    """A module that Python can parse."""
    imports, layer = draw(st.sampled_from(IMPORTS))
    parts = draw(st.lists(statements(layer), min_size=1, max_size=6))
    kept = [part for part in parts if is_python(part) or is_python(f"def f():\n {part}")]
    text = f"{imports}\n{''.join(kept)}"
    return text if is_python(text) else f"{imports}\nx = {layer}(0.5)\n"


@st.composite
def files(draw: Draw) -> bytes:
    """A program as people's editors write it; Python can still parse it."""
    text = draw(programs())
    plain = text
    if draw(st.booleans()):
        text = text.replace("\nx = ", draw(st.sampled_from(["\n\n\nx = ", "\n\x0c\nx = "])))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))
    if draw(st.booleans()):
        text = text.rstrip()
    text = draw(st.sampled_from(["", "", "\ufeff", "# -*- coding: utf-8 -*-\n"])) + text
    chosen: str = text if is_python(text.removeprefix("\ufeff")) else plain
    return chosen.encode()


@st.composite
def notebooks(draw: Draw) -> bytes:
    imports, layer = draw(st.sampled_from(IMPORTS))
    cells = [imports, *draw(st.lists(statements(layer), max_size=5))]
    magics = st.sampled_from(["", "", "%matplotlib inline\n", "!ls é\n", "%%time\n", "x = !ls\n"])
    book = {
        "cells": [
            {"cell_type": "code", "metadata": {}, "outputs": [], "source": draw(sources(text))}
            for text in (draw(magics) + cell for cell in cells)
        ],
        "metadata": {"kernelspec": {"language": "python"}},
    }
    indent = draw(st.sampled_from([None, 1, 2]))
    return json.dumps(book, indent=indent, ensure_ascii=draw(st.booleans())).encode()


def sources(text: str) -> st.SearchStrategy[str | list[str]]:
    return st.sampled_from([text, text.splitlines(keepends=True), text.rstrip("\n")])


@st.composite
def projects(draw: Draw) -> dict[str, bytes]:
    """One to three files that import each other."""
    names = draw(st.lists(st.sampled_from(["a.py", "b.py", "m.py"]), min_size=1, unique=True))
    found = {name: draw(files()) for name in names}
    if draw(st.integers(0, 3)) == 0:
        found["n.ipynb"] = draw(notebooks())
    return found
