"""`--verify` draws what is seeded, without running the user's code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from seedlint.request import Request
from seedlint.verify import processes
from seedlint.verify.model import Json
from seedlint.verify.replay import UNTOLD, Replay, replay
from tests.conftest import Lint
from tests.projects import write

LIMIT = 2**31 - 2


def drawn(site: Json, process: str) -> Json:
    """What a process would say that draws by the seed alone."""
    seed = site["seed"]
    if isinstance(seed, bool):
        return {"refused": "ValueError: no bool"}
    if site["kwargs"].get("name") == "flaky":
        seed = f"{seed} {process}"
    elif site["kwargs"].get("name") == "frozen":
        return {"steps": 3 * [[["uniform", str(seed), str(seed)]]]}
    else:
        seed %= LIMIT
    return {"steps": [[["uniform", f"{seed} {step}", f"{seed} {step}"]] for step in range(3)]}


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """The jobs of processes that only pretend."""
    jobs: list[Json] = []

    def run(job: Json, names: Sequence[str], *_: Any) -> list[Json]:
        jobs.extend(job["sites"])
        return [
            {"versions": {}, "sites": [drawn(site, name) for site in job["sites"]]}
            for name in names
        ]

    monkeypatch.setattr(processes, "run", run)
    return jobs


def replayed(folder: Path, text: str) -> Replay:
    write(folder, {"net.py": text})
    return replay(Request((folder,)))


HEAD = "from keras import layers\n"


@pytest.mark.usefixtures("simulated")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param("x = layers.Dropout(0.5, seed=1)\ny = layers.Dropout(0.5, seed=2)", id="two"),
        pytest.param("x = layers.Dropout(0.0, seed=True)", id="drops nothing"),
        pytest.param("x = layers.Dropout(0.5)", id="not seeded"),
        pytest.param(
            "def one():\n    return layers.Dropout(0.5, seed=1)\n"
            "def other():\n    return layers.Dropout(0.5, seed=2147483647)",
            id="not in one model",
        ),
    ],
)
def test_nothing_is_wrong(tmp_path: Path, body: str) -> None:
    assert replayed(tmp_path, HEAD + body + "\n").failures == ()


@pytest.mark.usefixtures("simulated")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            "x = layers.Dropout(0.5, seed=True)", "the seed True is refused", id="refused"
        ),
        pytest.param(
            "def f(x):\n    x = layers.Dropout(0.5, seed=1)(x)\n"
            "    return layers.Dropout(0.5, seed=2147483647)(x)",
            "draws the same masks as the `Dropout` at",
            id="another seed of the same masks",
        ),
        pytest.param(
            "def f(x):\n    for _ in range(3):\n        x = layers.Dropout(0.5, seed=1)(x)\n"
            "    return x",
            "built several times in one model",
            id="built in a loop",
        ),
        pytest.param(
            "x = layers.Dropout(0.5, seed=1, name='flaky')", "each process draws", id="flaky"
        ),
        pytest.param(
            "x = layers.Dropout(0.5, seed=1, name='frozen')", "same at every step", id="frozen"
        ),
    ],
)
def test_something_is_wrong(tmp_path: Path, body: str, message: str) -> None:
    (failure,) = replayed(tmp_path, HEAD + body + "\n").failures
    assert message in failure.message
    assert "net.py:" in failure.place


WRAPPED = """\
import keras
from keras.layers import Dropout, MultiHeadAttention

SEED = 40

class Mine(keras.layers.Dropout):
    pass

def block(x, rate, seed=None):
    return keras.layers.SpatialDropout1D(rate, seed=seed)(x)

def build(x, units, rate):
    x = block(x, 0.25, seed=SEED + 2)
    x = Mine(0.5, seed=5)(x)
    x = MultiHeadAttention(units, key_dim=4, dropout=rate, seed=3)(x, x)
    x = Dropout(0.5, (None, 1), seed=4, name=f"d{units}")(x)
    return Dropout(0.5, seed=units)(x)

build(1, int(input()), 0.5)
"""


def test_what_a_process_is_told(tmp_path: Path, simulated: list[Json]) -> None:
    found = replayed(tmp_path, WRAPPED)
    jobs = {job["seed"]: job for job in simulated}
    assert sorted(jobs) == [3, 4, 5, 42]
    assert jobs[42]["names"][0] == "keras.layers.SpatialDropout1D"
    assert jobs[42]["rates"] == {"rate": 0.25}
    assert jobs[3]["args"] == (None,)
    assert jobs[3]["kwargs"] == {"key_dim": 4, "seed": 3}
    assert jobs[4]["args"] == ((0.5,), ((None, 1),))
    assert jobs[4]["kwargs"] == {"seed": 4}
    assert (found.proved, dict(found.left)) == (4, {UNTOLD: 1})


def test_nothing_is_started_for_nothing(tmp_path: Path, simulated: list[Json]) -> None:
    assert replayed(tmp_path, HEAD + "x = layers.Dropout(0.5)\n") == Replay(0, (), {}, {})
    assert not simulated


# on TensorFlow

REAL = """\
import keras
import tensorflow as tf
from keras import layers

def build(x, units, names):
    x = layers.Dropout(0.5, seed=3)(x)
    x = layers.SpatialDropout2D(0.5, "channels_last", seed=2147483649)(x)  # -> draws the same masks
    x = layers.Dropout(0.5, noise_shape=(None, 1, 1), seed=4)(x)
    x = layers.LSTM(units, dropout=0.2, seed=9)(x)
    x = layers.RNN(layers.GRUCell(12, dropout=0.2, seed=10))(x)
    x = layers.MultiHeadAttention(num_heads=4, key_dim=8, dropout=0.2, seed=19)(x, x)
    x = layers.Attention(dropout=0.2, seed=20)([x, x])
    x = layers.GaussianNoise(0.2, seed=21)(x)
    x = layers.Dropout(0.5, seed=True)(x)  # -> the seed True is refused
    x = tf.nn.dropout(x, 0.5, seed=23)
    x = keras.random.dropout(x, 0.5, seed=24)
    for name in names:
        x = layers.Dropout(0.2, seed=25, name=name)(x)  # -> built several times
    return layers.Dropout(0.5)(x)
"""
OLD = """\
import tensorflow as tf
from tf_keras import layers

def build(x):
    x = layers.Dropout(0.5, seed=1000)(x)
    x = layers.GaussianDropout(0.5, seed=2000)(x)
    x = layers.AlphaDropout(0.5, seed="three")(x)  # -> the seed 'three' is refused
    return tf.nn.dropout(x, 0.5, seed=4000)
"""


@pytest.mark.slow
@pytest.mark.parametrize("text", [REAL, OLD], ids=["Keras 3", "Keras 2"])
def test_on_tensorflow(tmp_path: Path, text: str) -> None:
    found = replayed(tmp_path, text)
    lines = text.split("\n")
    wanted = [
        f"{n}:{line.partition('# -> ')[2]}" for n, line in enumerate(lines, 1) if "->" in line
    ]
    failures = sorted((int(f.place.split(":")[-2]), f.message) for f in found.failures)
    assert len(failures) == len(wanted)
    for (line, message), one in zip(failures, wanted, strict=True):
        number, _, words = one.partition(":")
        assert (line, words in message) == (int(number), True), message
    assert not found.left
    assert found.proved == text.count("seed=") - len(wanted)


@pytest.mark.slow
def test_generators_on_tensorflow(tmp_path: Path) -> None:
    text = """\
import keras

class Drop(keras.layers.Layer):
    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator(2000)
        self.dropout = keras.layers.Dropout(0.2, seed=2000)

    def call(self, x):
        return keras.random.dropout(self.dropout(x), 0.2, seed=self.generator)
"""
    found = replayed(tmp_path, text)
    (failure,) = found.failures
    assert "draws the same masks as the `SeedGenerator`" in failure.message
    # The draw itself has the seed of its generator, and none of its own.
    assert (found.proved, found.left) == (1, {UNTOLD: 1})


@pytest.mark.slow
def test_fix_and_verify(tmp_path: Path, lint: Lint) -> None:
    write(
        tmp_path,
        {"pyproject.toml": "", "net.py": "from keras.layers import Dropout\nx = Dropout(0.5)\n"},
    )
    outcome = lint("--fix", "--verify", ".")
    assert outcome.code == 0
    assert "Verified 1 seeded site: the same masks in two fresh processes" in outcome.err
    assert "seed=" in (tmp_path / "net.py").read_text("utf-8")
