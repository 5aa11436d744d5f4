"""What keeps `seedlint verify` from its work is said in a line, and nothing is left behind.

No TensorFlow is needed: what is wrong comes before it is used.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from seedlint.model import SeedlintError
from seedlint.verify.target import prove
from tests.conftest import Lint
from tests.projects import write

STUBS = {
    "tensorflow/__init__.py": "__version__ = '2.20.0'\n",
    "keras/__init__.py": "class backend:\n    backend = staticmethod(lambda: 'jax')\n",
    "keras/src/__init__.py": "",
    "keras/src/layers/__init__.py": "",
    "keras/src/layers/layer.py": (
        "class Layer:\n    name = 'layer'\n    def __call__(self, x):\n        return x\n"
    ),
}
BUILDERS = """\
import os
import sys
import time

from keras.src.layers.layer import Layer


def raises():
    return {}["no"]


def hangs():
    while True:
        time.sleep(0.01)


def exits():
    sys.exit(3)


def ends():
    print("goodbye", flush=True)
    os._exit(7)


def is_killed():
    os.kill(os.getpid(), 9)


def asks():
    return input()


def needs(rate):
    return Layer()


def nothing():
    print("hello")


def layer():
    return Layer()


VALUE = 3
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with builders, and frameworks in name only."""
    write(tmp_path / "stubs", STUBS)
    write(tmp_path, {"net.py": BUILDERS, "bad.py": "def f(:\n", "lost.py": "import nowhere\n"})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "stubs"))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("target", "message"),
    [
        pytest.param("net", "`net` names no model", id="no function named"),
        pytest.param("none.py:f", r"there is no file `.*none.py`", id="no such file"),
        pytest.param("none:f", "there is no module `none`", id="no such module"),
        pytest.param("net:none", "`net` has no `none`", id="no such function"),
        pytest.param("bad.py:f", r"bad\.py:1:7: .* raises SyntaxError", id="no Python"),
        pytest.param("lost:f", r"lost\.py:1: importing `lost` raises ModuleNotFo", id="no import"),
        pytest.param("net:raises", r"net\.py:9: `net:raises` raises KeyError: 'no'", id="raises"),
        pytest.param("net:exits", r"net\.py:18: .* calls `sys\.exit\(3\)`", id="exits"),
        pytest.param("net:ends", "exit code 7 while building: goodbye", id="ends at once"),
        pytest.param(
            "net:is_killed", "killed while building, as happens where memory", id="killed"
        ),
        pytest.param("net:asks", r"net\.py:31: .* raises EOFError", id="asks for input"),
        pytest.param("net:needs", "missing a required argument: 'rate'; .*--args", id="arguments"),
        pytest.param("net:nothing", "returns `NoneType`, not a Keras model", id="no model"),
        pytest.param("net:VALUE", "is no function and no model, but `int`", id="no function"),
        pytest.param("net.py:layer", "Keras runs on jax: set KERAS_BACKEND", id="backend"),
    ],
)
def test_fault(project: Path, target: str, message: str) -> None:
    with pytest.raises(SeedlintError, match=message) as raised:
        prove(target, timeout=60)
    assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("project")
def test_a_builder_that_hangs_is_shown() -> None:
    with pytest.raises(SeedlintError, match=r"^net\.py:14: still building after 4 seconds"):
        prove("net:hangs", timeout=4)


@pytest.mark.usefixtures("project")
def test_another_backend_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(SeedlintError, match="Keras is set to run on torch"):
        prove("net:layer")


def test_tensorflow_that_is_too_old(project: Path) -> None:
    write(project / "stubs", {"tensorflow/__init__.py": "__version__ = '2.12.1'\n"})
    with pytest.raises(SeedlintError, match=r"TensorFlow 2\.12\.1 is too old, 2\.16 is needed"):
        prove("net:layer")


def test_no_tensorflow(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Found, but by nobody: `find_spec` is asked in the process that is started.
    hide = "import importlib.util as u\nf = u.find_spec\n"
    hide += "u.find_spec = lambda n, p=None: None if n == 'tensorflow' else f(n, p)\n"
    write(project / "stubs", {"usercustomize.py": hide, "sitecustomize.py": hide})
    with pytest.raises(SeedlintError, match=r"not installed: install `seedlint\[verify\]`"):
        prove("net:layer")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
def test_no_child_is_left_behind(project: Path) -> None:
    forking = """\
import os
import time

def build():
    os.fork()
    with open(f"{os.getpid()}.pid", "w"):
        time.sleep(1000)
"""
    write(project, {"forks.py": forking})
    with pytest.raises(SeedlintError, match="still building"):
        prove("forks:build", timeout=4)
    pids = [path.stem for path in project.glob("*.pid")]
    assert len(pids) == 6
    deadline = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in pids if is_alive(pid)]


def is_alive(pid: str) -> bool:
    stat = Path("/proc", pid, "stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(["net:layer", "--args", "{"], "--args is no JSON", id="no JSON"),
        pytest.param(["net:layer", "--args", "3"], "neither a JSON object", id="a number"),
        pytest.param(["net:raises"], "raises KeyError", id="raises"),
    ],
)
def test_the_command_line(project: Path, lint: Lint, options: list[str], message: str) -> None:
    os.chdir(project)
    outcome = lint("verify", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert re.search(message, outcome.err)
    assert len(outcome.errors) == 1
