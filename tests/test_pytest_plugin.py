"""The plugin, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seedlint.model import SeedlintError
from seedlint.testing import target_of
from tests.conftest import BARE, SEEDED
from tests.projects import write

ROOT = Path(__file__).parents[1]


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-p", "seedlint.pytest_plugin", "-rA", *options]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def test_it_costs_nothing_where_it_is_not_used(tmp_path: Path) -> None:
    test = """\
import sys

def test_loaded():
    loaded = [name for name in sys.modules if name.startswith("seedlint.")]
    assert loaded == ["seedlint.pytest_plugin"]
    assert not {"libcst", "tensorflow", "pathspec", "click"} & set(sys.modules)
"""
    write(tmp_path, {"test_it.py": test, "net.py": BARE})
    result = run_pytest(tmp_path)
    assert result.returncode == 0, result.stdout
    assert "1 passed" in result.stdout


def test_each_file_is_an_item(tmp_path: Path) -> None:
    block = "def block(seed=None):\n    return Dropout(0.5, seed=seed)\n"
    files = {
        "pyproject.toml": '[tool.seedlint]\nexclude = ["skipped"]\n',
        "bare.py": BARE,
        "seeded.py": SEEDED,
        "shared.py": f"from keras.layers import Dropout\n{block}",
        "use.py": "from shared import block\nx = block()\n",
        "broken.py": "from keras.layers import Dropout\nx = Dropout(\n",
        "skipped/bare.py": BARE,
        "notes.txt": BARE,
    }
    result = run_pytest(write(tmp_path, files), "--seedlint")
    assert result.returncode == 1
    for name in ("bare.py", "broken.py", "use.py"):
        assert f"FAILED {name}::seedlint" in result.stdout
    for name in ("seeded.py", "shared.py"):
        assert f"PASSED {name}::seedlint" in result.stdout
    assert "skipped" not in result.stdout
    assert "bare.py:2:5: SDL001" in result.stdout
    assert "Traceback" not in result.stdout


def test_one_file_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"bare.py": BARE, "other.py": BARE})
    result = run_pytest(tmp_path, "--seedlint", "other.py")
    assert "1 failed" in result.stdout


def test_the_fixture(tmp_path: Path) -> None:
    test = "def test_it(seedlint):\n    assert seedlint.assert_reproducible\n"
    assert run_pytest(write(tmp_path, {"test_it.py": test})).returncode == 0


def test_a_builder_is_named_by_its_file() -> None:
    assert target_of(run_pytest).endswith("test_pytest_plugin.py:run_pytest")


def test_a_builder_that_no_process_finds() -> None:
    def inner() -> None: ...

    for builder in (inner, lambda: None, len):
        with pytest.raises(SeedlintError, match="is no function at the top of a module"):
            target_of(builder)
