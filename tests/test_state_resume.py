"""Runs of Keras 3 and tf_keras that are cut in two, and what `capture` sees in real models."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from seedlint.state import StateError, capture, kept, restore

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

ROOT = Path(__file__).parents[1]
KERAS3 = (
    "a whole model",
    "weights",
    "eager",
    "compiled by XLA",
    "several steps at once",
    "cells and attention",
    "draws by functions",
    "augmentation",
    "two replicas",
    "an exception",
    "within an epoch",
)
KERAS2 = (
    "a whole model",
    "files of TensorFlow",
    "HDF5",
    "compiled by XLA",
    "cells and attention",
    "augmentation",
    "an exception",
    "within an epoch",
)
Left = dict[str, dict[str, dict[str, str]]]


def python(*args: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *args], cwd=cwd, capture_output=True, text=True)


def ran(*args: str) -> Left:
    done = python("-m", "tests.resuming", *args)
    assert done.returncode == 0, done.stderr
    left: Left = json.loads(done.stdout.splitlines()[-1])
    return left


@pytest.fixture(scope="session")
def left(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Left]:
    """What is left of all runs of a library, each library in two processes."""
    known: dict[str, Left] = {}

    def of(library: str) -> Left:
        if library not in known:
            folder = str(tmp_path_factory.mktemp(library))
            known[library] = ran(library, folder, "whole")
            known[library] |= ran(library, folder, "resumed", "bare")
        return known[library]

    return of


@pytest.mark.parametrize(
    ("library", "case"),
    [*(("keras", case) for case in KERAS3), *(("tf_keras", case) for case in KERAS2)],
)
def test_a_resumed_run_ends_as_the_one_that_was_not_stopped(
    left: Callable[[str], Left], library: str, case: str
) -> None:
    runs = left(library)
    assert runs["resumed"][case] == runs["whole"][case]
    assert runs["bare"][case]["weights"] != runs["whole"][case]["weights"]
    assert runs["bare"][case]["draws"] != runs["whole"][case]["draws"]


def test_no_case_is_forgotten(left: Callable[[str], Left]) -> None:
    assert tuple(left("keras")["whole"]) == KERAS3
    assert tuple(left("tf_keras")["whole"]) == KERAS2


# --- the example in the README -------------------------------------------------------------------

README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE = README.partition("<!-- example: resume -->\n```python\n")[2].partition("```")[0]
SHOWN = "\nprint([weights.tobytes().hex() for weights in model.get_weights()])\n"
KILLER = """
import os
class Killer(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 6:
            os.kill(os.getpid(), 9)
"""


def test_the_example_of_the_readme_survives_a_kill(tmp_path: Path) -> None:
    def run(folder: str, code: str) -> subprocess.CompletedProcess[str]:
        home = tmp_path / folder
        home.mkdir(exist_ok=True)
        return python("-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}", cwd=home)

    killed = EXAMPLE.replace("callbacks=[backup]", "callbacks=[backup, Killer()]")
    killed = killed.replace("\nimport numpy", f"\n{KILLER}\nimport numpy", 1)
    assert run("stopped", killed).returncode == -9
    resumed, whole = run("stopped", EXAMPLE + SHOWN), run("whole", EXAMPLE + SHOWN)
    assert "Epoch 6/10" not in resumed.stdout
    assert "Epoch 7/10" in resumed.stdout
    assert resumed.stdout.splitlines()[-1] == whole.stdout.splitlines()[-1] != ""


# --- what is taken, and what does not fit ---------------------------------------------------------


@pytest.fixture
def keras() -> Any:
    return import_module("keras")


@pytest.fixture
def tf_keras() -> Any:
    return import_module("tf_keras")


@pytest.fixture(autouse=True)
def _old_generators() -> Iterator[None]:
    """Other tests ask from what tf_keras draws where nobody has told it to use new generators."""
    yield
    if "tf_keras" in sys.modules:
        sys.modules["tf_keras"].backend.experimental.disable_tf_random_generator()


def small(keras: Any, seed: int = 7) -> Any:
    """A model with a layer inside another, and one that all others of its kind are named after."""
    layers = keras.layers
    inner = keras.Sequential([layers.Dropout(0.5, seed=seed), layers.Dropout(0.5)], name="inner")
    model = keras.Sequential([keras.Input((4,)), layers.GaussianNoise(1.0), inner, layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def advanced(model: Any, steps: int = 1) -> Any:
    zeros = import_module("numpy").zeros((2, 4), "float32")
    for _ in range(steps):
        model.train_on_batch(zeros, zeros[:, :1])
    return model


def test_names_are_the_same_for_every_model_of_a_process(keras: Any) -> None:
    first, second = capture(small(keras)), capture(small(keras))
    assert list(first["generators"]) == list(second["generators"])
    assert list(first["generators"]) == [
        "gaussian_noise.seed_generator",
        "inner/dropout.seed_generator",
        "inner/dropout_1.seed_generator",
    ]


def test_a_state_is_json_and_tells_seeds_and_steps(keras: Any) -> None:
    state = capture(advanced(small(keras), 3))
    assert json.loads(json.dumps(state)) == state
    assert state["step"] == 3
    assert state["generators"]["inner/dropout.seed_generator"] == {
        "class": "Dropout",
        "kind": "keras.random.SeedGenerator",
        "seed": 7,
        "state": [7, 3],
    }


def test_a_layer_that_is_used_twice_is_there_once(keras: Any) -> None:
    inputs, shared = keras.Input((4,)), keras.layers.Dropout(0.5, seed=1)
    model = keras.Model(inputs, keras.Sequential([shared])(shared(inputs)))
    assert list(capture(model)["generators"]) == ["dropout.seed_generator"]


def test_a_model_that_is_not_built_is_told(keras: Any) -> None:
    with pytest.raises(StateError, match="`inner` is not built: call it on a batch"):
        capture(keras.Sequential([keras.layers.Dropout(0.5)], name="inner"))


def without(name: str) -> Callable[[Any], Any]:
    return lambda state: {
        **state,
        "generators": {key: one for key, one in state["generators"].items() if key != name},
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda state: {}, "this is no state that seedlint keeps", id="no state"),
        pytest.param(
            lambda state: {**state, "version": 2},
            "the saved state has the format 2, not 1",
            id="other format",
        ),
        pytest.param(
            lambda state: {**state, "keras": "2.15.0"},
            "the saved state is of Keras 2, the model of Keras 3",
            id="other Keras",
        ),
        pytest.param(
            lambda state: {**state, "step": 5},
            "the saved state is of step 5, the optimizer is at step 1",
            id="other step",
        ),
        pytest.param(
            lambda state: {**state, "generators": {"a": 7}},
            "the saved state is damaged",
            id="damaged",
        ),
        pytest.param(
            without("inner/dropout.seed_generator"),
            "`inner/dropout.seed_generator` .Dropout. is not in the saved state",
            id="missing",
        ),
    ],
)
def test_what_does_not_fit_changes_nothing(
    keras: Any, change: Callable[[Any], Any], told: str
) -> None:
    state, model = capture(advanced(small(keras), 2)), advanced(small(keras))
    before = capture(model)
    with pytest.raises(StateError, match=told):
        restore(model, change({**state, "step": 1}))
    assert capture(model) == before


def test_another_seed_is_named(keras: Any) -> None:
    told = "`inner/dropout.seed_generator` has the seed 7 in the saved state, 8 here"
    with pytest.raises(StateError, match=told):
        restore(small(keras, seed=8), capture(small(keras)))


def test_what_a_generator_refuses_sets_the_others_back(keras: Any) -> None:
    np = import_module("numpy")
    generators = {"own": np.random.default_rng(1)}
    state, model = capture(advanced(small(keras)), generators=generators), advanced(small(keras))
    state["generators"]["inner/dropout.seed_generator"]["state"] = [7, 9]
    state["generators"]["own"]["state"]["uinteger"] = 2**70
    before = capture(model)
    with pytest.raises(OverflowError):
        restore(model, state, generators=generators)
    assert capture(model) == before


def test_the_name_of_a_generator_of_the_model_is_taken(keras: Any) -> None:
    with pytest.raises(StateError, match="choose another"):
        capture(small(keras), generators={"gaussian_noise.seed_generator": random})


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda np, tf: np.random, id="NumPy's global one"),
        pytest.param(lambda np, tf: np.random.RandomState(1), id="RandomState"),
        *(
            pytest.param(
                lambda np, tf, bits=bits: np.random.Generator(getattr(np.random, bits)(1)), id=bits
            )
            for bits in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
        ),
        pytest.param(lambda np, tf: tf.random.Generator.from_seed(1), id="TensorFlow"),
    ],
)
def test_generators_of_libraries_go_on_where_they_were(
    keras: Any, make: Callable[[Any, Any], Any]
) -> None:
    model, generator = small(keras), make(import_module("numpy"), import_module("tensorflow"))
    state = json.loads(json.dumps(capture(model, generators={"own": generator})))
    draw = generator.normal
    first = [float(draw((1,))[0]) for _ in range(3)]
    assert [float(draw((1,))[0]) for _ in range(3)] != first
    restore(model, state, generators={"own": generator})
    assert [float(draw((1,))[0]) for _ in range(3)] == first


def test_what_tf_keras_hides_is_said(tf_keras: Any) -> None:
    layers = tf_keras.layers
    silent = tf_keras.Sequential([tf_keras.Input((4, 2)), layers.LSTM(2), layers.Dropout(0.0)])
    hidden = tf_keras.Sequential([tf_keras.Input((4, 2)), layers.LSTM(2, dropout=0.5)])
    assert capture(silent)["generators"] == {}
    told = r"`lstm` \(LSTM\).*call tf_keras.backend.experimental.enable_tf_random_generator"
    with pytest.raises(StateError, match=told):
        capture(hidden)


# --- the callback -------------------------------------------------------------------------------


def fitted(model: Any, *callbacks: Any, epochs: int = 3) -> Any:
    x = import_module("numpy").zeros((4, 4), "float32")
    options = {"batch_size": 2, "shuffle": False, "verbose": 0, "callbacks": list(callbacks)}
    return model.fit(x, x[:, :1], epochs=epochs, **options)


@pytest.mark.parametrize("library", ["keras", "tf_keras"])
@pytest.mark.parametrize("frequency", ["epoch", 3], ids=["each epoch", "each third batch"])
def test_a_state_is_written_with_each_checkpoint_and_no_other_time(
    tmp_path: Path, library: str, frequency: Any
) -> None:
    keras = import_module(library)
    if library == "tf_keras":
        keras.backend.experimental.enable_tf_random_generator()
    path = str(tmp_path / ("{epoch}-{loss:.3f}.h5" if frequency == "epoch" else "{epoch}.h5"))
    checkpoint = keras.callbacks.ModelCheckpoint(path, save_freq=frequency)
    fitted(small(keras), kept(checkpoint))
    found = sorted(file.name for file in tmp_path.iterdir())
    assert len(found) == (6 if frequency == "epoch" else 4)
    assert found[1::2] == [f"{name}.seeds.json" for name in found[::2]]


def test_the_best_checkpoint_keeps_its_state(tmp_path: Path, keras: Any) -> None:
    path = tmp_path / "best.keras"
    options = {"monitor": "loss", "mode": "min", "save_best_only": True}
    checkpoint = keras.callbacks.ModelCheckpoint(path, initial_value_threshold=-1, **options)
    fitted(small(keras), kept(checkpoint))
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_without_its_state_is_not_resumed(tmp_path: Path, keras: Any) -> None:
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", delete_checkpoint=False)
    fitted(small(keras), backup)
    with pytest.raises(
        StateError, match=r"seeds\.json: no such file, though there is a checkpoint"
    ):
        fitted(small(keras), kept(backup), epochs=5)


def test_a_state_older_than_its_checkpoint_is_not_resumed(tmp_path: Path, keras: Any) -> None:
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", delete_checkpoint=False)
    fitted(small(keras), kept(backup), epochs=1)
    # As after a kill between the two.
    fitted(small(keras), backup, epochs=2)
    with pytest.raises(StateError, match="of step 2, the optimizer is at step 4"):
        fitted(small(keras), kept(backup), epochs=3)


@pytest.mark.parametrize("library", ["keras", "tf_keras"])
def test_a_backup_that_is_done_takes_its_state_along(tmp_path: Path, library: str) -> None:
    keras = import_module(library)
    if library == "tf_keras":
        keras.backend.experimental.enable_tf_random_generator()
    for _ in range(2):
        fitted(small(keras), kept(keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))))
    assert not list(tmp_path.rglob("*.json"))


def test_another_callback_is_refused(keras: Any) -> None:
    with pytest.raises(TypeError, match="not a History"):
        kept(keras.callbacks.History())
    with pytest.raises(TypeError, match="finds by itself"):
        kept(keras.callbacks.BackupAndRestore("backup"), resume="backup")
