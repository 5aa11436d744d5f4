"""States without a model: what is compared, how it is written. No TensorFlow is needed here."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from seedlint.state.files import beside, load, save
from seedlint.state.generators import is_hidden, kind, read, write
from seedlint.state.models import capture
from seedlint.state.records import Record, StateError, differences

DROPOUT = {"class": "Dropout", "kind": "SeedGenerator", "seed": 7, "state": [7, 3]}


def test_to_import_it_imports_neither_keras_nor_numpy() -> None:
    code = "import seedlint.state, sys; print({'keras', 'numpy', 'tensorflow'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("saved", "here"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"a": DROPOUT}, {"a": {**DROPOUT, "state": [7, 0]}}, id="the state differs"),
        pytest.param(
            {"a": {"kind": "random", "state": [3, [1, 2], 0.5]}},
            {"a": {"kind": "random", "state": [3, [4, 5], None]}},
            id="a number for gauss() was waiting",
        ),
    ],
)
def test_what_fits_has_no_differences(saved: dict[str, Record], here: dict[str, Record]) -> None:
    assert not list(differences(saved, here))


@pytest.mark.parametrize(
    ("saved", "here", "told"),
    [
        pytest.param({"a": DROPOUT}, {}, "`a` (Dropout) is in the saved state only", id="missing"),
        pytest.param({}, {"a": DROPOUT}, "`a` (Dropout) is not in the saved state", id="extra"),
        pytest.param(
            {"a": DROPOUT},
            {"a": {**DROPOUT, "seed": 8}},
            "`a` has the seed 7 in the saved state, 8 here",
            id="other seed",
        ),
        pytest.param(
            {"a": DROPOUT},
            {"a": {**DROPOUT, "class": "GaussianNoise"}},
            "`a` has the class Dropout in the saved state, GaussianNoise here",
            id="other class",
        ),
        *(
            pytest.param(
                {"a": {**DROPOUT, "state": state}},
                {"a": DROPOUT},
                "the saved state of `a` has another shape",
                id=name,
            )
            for name, state in {
                "longer": [7, 3, 0],
                "a float": [7, 3.5],
                "a truth value": [7, True],
                "no list": 7,
                "null": None,
            }.items()
        ),
    ],
)
def test_a_difference_is_named(
    saved: dict[str, Record], here: dict[str, Record], told: str
) -> None:
    assert list(differences(saved, here)) == [told]


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(random.SystemRandom(), id="draws from the system"),
        pytest.param(sys, id="some module"),
        pytest.param(7, id="a seed"),
    ],
)
def test_what_has_no_state_is_no_generator(thing: object) -> None:
    assert kind(thing) is None
    assert not is_hidden(thing)
    with pytest.raises(StateError, match="cannot keep a "):
        read(thing)


@pytest.mark.parametrize("generator", [random, random.Random(3)], ids=["global", "own"])
def test_a_generator_of_python_goes_on_where_it_was(generator: random.Random) -> None:
    generator.gauss(0, 1)
    state = read(generator)["state"]
    drawn = [generator.gauss(0, 1) for _ in range(3)]
    assert [generator.gauss(0, 1) for _ in range(3)] != drawn
    write(generator, state)
    assert [generator.gauss(0, 1) for _ in range(3)] == drawn


def test_a_thing_that_is_no_model_is_told() -> None:
    with pytest.raises(StateError, match="a dict is no model of Keras"):
        capture({})


def test_the_state_stands_beside_its_checkpoint() -> None:
    assert beside("run/04.keras") == Path("run/04.keras.seeds.json")


def test_a_storage_that_only_tensorflow_reaches_is_refused() -> None:
    with pytest.raises(StateError, match=r"gs://bucket/04\.keras\.seeds\.json: a state is kept in"):
        beside("gs://bucket/04.keras")


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000], ids=repr)
def test_a_file_that_is_no_json_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "seeds.json"
    path.write_bytes(data)
    with pytest.raises(StateError, match=r"seeds\.json: not JSON"):
        load(None, path)


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(None, tmp_path / "seeds.json")


def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seedlint.state.files.capture", lambda model, generators: {})
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match=r"file/seeds\.json: cannot write: "):
        save(None, tmp_path / "file" / "seeds.json")


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_leaves_the_old_or_the_new(tmp_path: Path, call: str, after: bool) -> None:
    path = tmp_path / "seeds.json"
    path.write_bytes(b"old")
    kill = f"(lambda *args: (real(*args) if {after} else None, os.kill(os.getpid(), 9)))"
    code = (
        "import os; from seedlint.state import files\n"
        "files.capture = lambda model, generators: {}\n"
        f"real = os.{call}; os.{call} = {kill}; files.save(None, {str(path)!r})"
    )
    done = subprocess.run([sys.executable, "-c", code])
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == (b"{}\n" if (call, after) == ("replace", True) else b"old")
