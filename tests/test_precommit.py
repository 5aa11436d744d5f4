"""The hooks, run by the real pre-commit: it builds an environment from this repository once."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import BARE, SEEDED
from tests.projects import write

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PARTS = ("seedlint", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
HELPER = "from keras.layers import Dropout\nDEFAULT = None\n\ndef drop(x, seed=DEFAULT):\n"
HELPER += "    return Dropout(0.5, seed=seed)(x)\n"
CALLER = "from helper import drop\n\ndef build(x):\n    return drop(x)\n"


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, *args], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def committed(folder: Path) -> str:
    """The revision of a new repository that holds what is in ``folder``."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")
    return git(folder, "rev-parse", "HEAD")


def pre_commit(folder: Path, home: Path, *args: str) -> tuple[int, str]:
    # Git tells its hooks which repository they are for: this one is another.
    env = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *args, "--color=never"],
        cwd=folder,
        env={**env, "PRE_COMMIT_HOME": str(home), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks of this repository: a copy of it, and where pre-commit keeps what it builds."""

    source: Path
    revision: str
    home: Path

    def run(self, folder: Path, files: Mapping[str, str], hook: str = "seedlint") -> str:
        """What the hook says of ``files``, all staged in ``folder``: how it ends, then the rest."""
        config = (
            f"repos:\n- repo: {self.source}\n  rev: {self.revision}\n  hooks:\n  - id: {hook}\n"
        )
        write(folder, {".pre-commit-config.yaml": config, **files})
        git(folder, "init", "--quiet")
        git(folder, "add", "--", ".pre-commit-config.yaml", *files)
        code, said = pre_commit(folder, self.home, "run")
        state = re.search(r"\.(Passed|Failed|Skipped)$|\)(Skipped)$", said, re.MULTILINE)
        assert state is not None, said
        assert code == (state[1] == "Failed")
        return (state[1] or state[2]) + said[state.end() :]


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    source = tmp_path_factory.mktemp("hooks")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, source / part)
    return Hooks(source, committed(source), tmp_path_factory.mktemp("home"))


def test_what_is_clean_passes(hooks: Hooks, tmp_path: Path) -> None:
    assert hooks.run(tmp_path, {"m.py": SEEDED, "m.pyi": "x: int\n"}).startswith("Passed")


def test_without_python_there_is_nothing_to_do(hooks: Hooks, tmp_path: Path) -> None:
    assert hooks.run(tmp_path, {"notes.md": BARE}).startswith("Skipped")


def test_an_excluded_file_passes_though_it_is_named(hooks: Hooks, tmp_path: Path) -> None:
    files = {"old/m.py": BARE, "pyproject.toml": '[tool.seedlint]\nextend-exclude = ["old"]\n'}
    assert hooks.run(tmp_path, files).startswith("Passed")


@pytest.mark.parametrize("name", ["m.py", "with space.py", "é.py"])
def test_what_is_found_fails_and_stays(name: str, hooks: Hooks, tmp_path: Path) -> None:
    said = hooks.run(tmp_path, {name: BARE})
    assert said.startswith("Failed")
    assert f"{name}:2:5: SDL001" in said
    assert (tmp_path / name).read_text("utf-8") == BARE


def test_only_what_is_staged_is_told_but_imports_are_read(hooks: Hooks, tmp_path: Path) -> None:
    write(tmp_path, {"helper.py": f"{HELPER}bare = Dropout(0.5)\n", "other.py": BARE})
    said = hooks.run(tmp_path, {"caller.py": CALLER})
    assert re.findall(r"^(\S+):\d+:\d+: SDL", said, re.MULTILINE) == ["caller.py"]
    assert "note: helper.py:5:12 `Dropout` is built here" in said


def test_the_project_hook_tells_of_all_files(hooks: Hooks, tmp_path: Path) -> None:
    write(tmp_path, {"other.py": BARE})
    said = hooks.run(tmp_path, {"m.py": SEEDED}, "seedlint-project")
    assert said.startswith("Failed")
    assert "other.py:2:5: SDL001" in said


def test_the_fixing_hook_fails_once(hooks: Hooks, tmp_path: Path) -> None:
    said = hooks.run(tmp_path, {"m.py": BARE}, "seedlint-fix")
    assert said.startswith("Failed")
    assert "files were modified by this hook" in said
    mended = (tmp_path / "m.py").read_text("utf-8")
    assert re.search(r"Dropout\(0\.5, seed=\d+\)", mended)
    assert hooks.run(tmp_path, {"m.py": mended}, "seedlint-fix").startswith("Passed")


def test_try_repo(hooks: Hooks, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE})
    committed(tmp_path)
    code, said = pre_commit(
        tmp_path, hooks.home, "try-repo", str(hooks.source), "seedlint", "--all-files"
    )
    assert (code, "m.py:2:5: SDL001" in said) == (1, True)
