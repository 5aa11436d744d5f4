"""The action, and the recipes of the README: their shape, and what they do where that is cheap."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import BARE, SEEDED
from tests.projects import write

ROOT = Path(__file__).parents[1]
ACTION = YAML(typ="safe").load(ROOT / "action.yml")
SHELL = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]

needs_bash = pytest.mark.skipif(sys.platform == "win32", reason="runs the steps with bash")


def recipe(name: str) -> str:
    """The block of the README that is marked as ``name``."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(rf"<!-- recipe: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def is_valid(file: Path, schema: str) -> bool:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    return subprocess.run(command, capture_output=True).returncode == 0


def step(number: int, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A step of the action as a runner does it, in ``folder``."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "RUNNER_TEMP": str(folder / "temp"), **env}
    command = [*SHELL, "-c", ACTION["runs"]["steps"][number]["run"]]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, encoding="utf-8")


# --- shapes -------------------------------------------------------------------------------------


def test_the_action_is_one() -> None:
    assert is_valid(ROOT / "action.yml", "vendor.github-actions")


@pytest.mark.parametrize("name", ["github", "sarif"])
def test_workflows(name: str, tmp_path: Path) -> None:
    write(tmp_path, {"w.yml": recipe(name), "bad.yml": "jobs: 1\n"})
    assert is_valid(tmp_path / "w.yml", "vendor.github-workflows")
    assert not is_valid(tmp_path / "bad.yml", "vendor.github-workflows")
    steps = YAML(typ="safe").load(recipe(name))["jobs"]["seedlint"]["steps"]
    (ours,) = (step for step in steps if "seedlint/seedlint@" in step.get("uses", ""))
    assert ours["with"].keys() <= ACTION["inputs"].keys()


def test_gitlab(tmp_path: Path) -> None:
    write(tmp_path, {"w.yml": recipe("gitlab")})
    assert is_valid(tmp_path / "w.yml", "vendor.gitlab-ci")


@pytest.mark.parametrize("number", [0, 1])
def test_a_step_takes_inputs_as_data(number: int) -> None:
    # An input within the script would be run as a part of it.
    one: Any = ACTION["runs"]["steps"][number]
    assert "${{" not in one["run"]
    assert "${{" in "".join(one["env"].values())


# --- what they do -------------------------------------------------------------------------------


@needs_bash
@pytest.mark.parametrize(
    ("path", "code", "told"),
    [
        pytest.param(".", 1, "::error title=seedlint (SDL001),file=a b.py,line=2", id="a folder"),
        pytest.param("a b.py\nc.py", 1, "file=a b.py", id="a name with a blank"),
        pytest.param("c.py", 0, "", id="clean"),
        pytest.param("$(touch bad)", 2, "", id="no command"),
    ],
)
def test_the_action_lints(path: str, code: int, told: str, tmp_path: Path) -> None:
    write(tmp_path, {"a b.py": BARE, "c.py": SEEDED})
    script = tmp_path / "temp" / "seedlint"
    write(tmp_path, {"temp/seedlint": f'#!/bin/sh\nexec "{sys.executable}" -m seedlint "$@"\n'})
    script.chmod(0o755)
    args = ACTION["inputs"]["args"]["default"]
    done = step(1, tmp_path, SEEDLINT=str(script), SEEDLINT_ARGS=args, SEEDLINT_PATH=path)
    assert done.returncode == code
    assert told in done.stdout
    assert not (tmp_path / "bad").exists()


@needs_bash
@pytest.mark.slow
def test_the_action_installs_itself(tmp_path: Path) -> None:
    write(tmp_path, {"temp/x": "", "env": ""})
    settings = {"GITHUB_ENV": str(tmp_path / "env"), "PYTHONPATH": ""}
    done = step(0, tmp_path, SEEDLINT_ACTION=str(ROOT), SEEDLINT_VERSION="", **settings)
    assert done.returncode == 0, done.stderr
    name, _, command = (tmp_path / "env").read_text("utf-8").strip().partition("=")
    assert name == "SEEDLINT"
    assert subprocess.run([command, "--version"]).returncode == 0


@pytest.mark.skipif(find_spec("ruff") is None, reason="ruff is not installed")
@pytest.mark.parametrize("is_told", [True, False])
def test_beside_ruff(is_told: bool, tmp_path: Path) -> None:
    settings = recipe("ruff") if is_told else ""
    write(tmp_path, {"m.py": "x = 1  # noqa: F401, SDL001\n", "pyproject.toml": settings})
    command = ["check", "--no-cache", "--select", "RUF100", "--fix", "m.py"]
    subprocess.run([sys.executable, "-m", "ruff", *command], cwd=tmp_path, capture_output=True)
    assert ("SDL001" in (tmp_path / "m.py").read_text("utf-8")) is is_told


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_what_is_silenced_is_not_uploaded(tmp_path: Path) -> None:
    write(tmp_path, {"m.py": f"{BARE}y = Dropout(0.5)  # noqa: SDL001\n"})
    steps = YAML(typ="safe").load(recipe("sarif"))["jobs"]["seedlint"]["steps"]
    seedlint = [sys.executable, "-m", "seedlint", *steps[1]["with"]["args"].split()]
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(seedlint, cwd=tmp_path, env=settings, check=True)
    subprocess.run([*SHELL, "-c", steps[2]["run"]], cwd=tmp_path, check=True)
    found = YAML(typ="safe").load(tmp_path / "seedlint.sarif")["runs"][0]["results"]
    assert len(found) == 1
