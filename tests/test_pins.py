"""Which Keras the dependency pins ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedlint import pins
from tests.conftest import Lint
from tests.projects import write

REQUIREMENTS = {
    "numpy": None,
    "tensorflow": None,
    "keras": None,
    "# tensorflow<2.16": None,
    "tensorflow-probability<0.20": None,
    "keras-cv<0.3": None,
    "my-keras==2.0": None,
    "-e git+https://x/keras#egg=keras": None,
    "tensorflow>=2.4": None,
    "tensorflow>=2.4\n3to2": None,
    "keras\n2captcha": None,
    "tensorflow<3": None,
    "tensorflow!=2.15": None,
    "tensorflow==2.*": None,
    "tensorflow~=2.15": None,
    "tensorflow<=2.16": None,
    "tensorflow<2.16": 2,
    "tensorflow<2.16.0": 2,
    "tensorflow < 2.16": 2,
    "tensorflow<=2.15": 2,
    "tensorflow<=2.15.1": 2,
    "tensorflow>=2.4,<2.16": 2,
    "tensorflow<2.16,>=2.4": 2,
    "tensorflow>=1.4,<2": 2,
    "tensorflow==2.15": 2,
    "tensorflow==2.15.*": 2,
    "tensorflow==1.*": 2,
    "tensorflow===2.15.1": 2,
    "tensorflow~=2.15.0": 2,
    "tensorflow-cpu==2.10.1": 2,
    "tensorflow_gpu==1.15": 2,
    "TensorFlow==2.15": 2,
    "tensorflow[and-cuda]==2.15": 2,
    "tensorflow (>=2.4,<2.16)": 2,
    "tensorflow==2.15 ; python_version < '3.12'": 2,
    "keras<3": 2,
    "keras<3.0": 2,
    "keras<3.0.0": 2,
    "keras~=2.3": 2,
    "keras==2.12": 2,
    "tf-keras": 2,
    "tf_keras>=2.16": 2,
    "tensorflow>=2.16": 3,
    "tensorflow>=2.16.1,<3": 3,
    "tensorflow==2.18.*": 3,
    "tensorflow~=2.16": 3,
    "keras>=3": 3,
    "keras>=3,<4": 3,
    "keras==3.*": 3,
    "keras~=3.0": 3,
    "tensorflow==2.18\ntf-keras": 2,
    "tensorflow==2.15\nkeras>=3": 3,
}


@pytest.mark.parametrize(("line", "version"), REQUIREMENTS.items(), ids=REQUIREMENTS)
def test_requirements(line: str, version: int | None, tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": f"numpy\n{line}\nscipy>=1\n"})
    assert pins.keras_version(tmp_path) == version


FILES = {
    "no file": ("README.md", "tensorflow<2.16", None),
    "keywords": ("pyproject.toml", '[project]\nkeywords = ["keras", "tensorflow"]\n', None),
    "the project itself": ("pyproject.toml", '[project]\nname = "keras"\nversion = "2.1"\n', None),
    "any version": ("Pipfile", '[packages]\ntensorflow = "*"\n', None),
    "a project": ("pyproject.toml", '[project]\ndependencies = ["tensorflow<2.16"]\n', 2),
    "poetry": ("pyproject.toml", '[tool.poetry.dependencies]\nkeras = "^2.12"\n', 2),
    "poetry, too wide": (
        "pyproject.toml",
        '[tool.poetry.dependencies]\ntensorflow = "^2.15"\n',
        None,
    ),
    "poetry, a table": (
        "pyproject.toml",
        '[tool.poetry.dependencies]\ntensorflow = { version = "~2.15" }\n',
        2,
    ),
    "setup.py": ("setup.py", "setup(install_requires=['tensorflow>=2.4,<2.16'])\n", 2),
    "setup.cfg": ("setup.cfg", "[options]\ninstall_requires =\n    tensorflow<2.16\n", 2),
    "poetry, bare": ("pyproject.toml", '[tool.poetry.dependencies]\ntensorflow = "2.15"\n', 2),
    "Pipfile": ("Pipfile", '[packages]\ntensorflow = "==2.15"\n', 2),
    "conda": ("environment.yml", "dependencies:\n  - tensorflow=2.15\n", 2),
    "conda with a build": ("environment.yaml", "dependencies:\n  - tensorflow=2.15.0=gpu_1\n", 2),
    "conda, then pip": ("environment.yml", "dependencies:\n  - pip:\n    - keras>=3\n", 3),
    "more requirements": ("requirements-dev.txt", "keras==2.9\n", 2),
    "a folder of them": ("requirements/base.txt", "keras>=3\n", 3),
}


@pytest.mark.parametrize(("name", "text", "version"), FILES.values(), ids=FILES)
def test_files(name: str, text: str, version: int | None, tmp_path: Path) -> None:
    write(tmp_path, {name: text})
    assert pins.keras_version(tmp_path) == version


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").mkdir()
    (tmp_path / "setup.cfg").write_bytes(b"\xff\xfe\0keras<3")
    assert pins.keras_version(tmp_path) is None


LSTM = "import tensorflow as tf\nx = tf.keras.layers.LSTM(8, dropout=0.5)\n"


@pytest.mark.parametrize(
    ("pin", "settings", "code"),
    [
        pytest.param("tensorflow<2.16", "", 0, id="Keras 2 takes no seed here"),
        pytest.param("tensorflow", "", 1, id="Keras 3 if nothing tells"),
        pytest.param("tensorflow<2.16", "keras-version = 3", 1, id="the setting wins"),
    ],
)
def test_at_work(pin: str, settings: str, code: int, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": pin, "m.py": LSTM})
    write(tmp_path, {"pyproject.toml": f"[tool.seedlint]\n{settings}\n"})
    assert lint().code == code
