"""The README's way to adopt seedlint on old code, as it is written there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import write

ROOT = Path(__file__).parents[1]
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def block(mark: str) -> str:
    """The block of code that stands behind the comment ``mark``."""
    behind = (ROOT / "README.md").read_text("utf-8").partition(f"<!-- {mark} -->\n```")[2]
    return behind.partition("\n")[2].partition("```")[0]


def test_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    write(tmp_path, {"old/model.py": block("old: model.py")})
    command = f'#!/bin/sh\nexec "{sys.executable}" -m seedlint "$@"\n'
    write(tmp_path, {"bin/seedlint": command})
    (tmp_path / "bin/seedlint").chmod(0o755)
    folder = tmp_path / "old"
    for args in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message=old")):
        subprocess.run(["git", *IDENTITY, *args], cwd=folder, check=True)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    steps = re.findall(r"\$ (.*)\n((?:(?!\$ ).*\n)*)", block("session: adopt"))
    assert len(steps) == 6
    for line, told in steps:
        done = subprocess.run(
            line, shell=True, cwd=folder, env=env, capture_output=True, encoding="utf-8"
        )
        # Where both say something, the order on a terminal is not told here.
        said = sorted([*done.stdout.splitlines(), *done.stderr.splitlines()])
        assert said == sorted(told.splitlines())
