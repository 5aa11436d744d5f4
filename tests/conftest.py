"""The command line, run in a project of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from seedlint.cli import main

BARE = "from keras.layers import Dropout\nx = Dropout(0.5)\n"
SEEDED = "from keras.layers import Dropout\nx = Dropout(0.5, seed=7)\n"
HEADLINE = re.compile(r"^(.+?):(\d+):\d+: (SDL\d{3}) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def places(self) -> list[tuple[str, int, str]]:
        """``(file, line, code)`` of each finding, in the order of the report."""
        return [(path, int(line), code) for path, line, code in HEADLINE.findall(self.out)]

    @property
    def files(self) -> list[str]:
        """The files with findings, in the order of the report."""
        return list(dict.fromkeys(path for path, _, _ in self.places))

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()


Lint = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test leaves a key in the home of who runs it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "home"))


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lint:
    """Runs ``seedlint`` with the given arguments in ``tmp_path``; no traceback comes out of it."""
    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*args: str, stdin: bytes = b"") -> Outcome:
        result = CliRunner().invoke(main, args, input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run
