"""The tests that need no TensorFlow, on every supported interpreter that is at hand."""

import os
from pathlib import Path

import nox

nox.options.error_on_missing_interpreters = False

# pyenv's shims refuse every version that is not switched on; the interpreters behind them do not.
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
INSTALLED = sorted(str(path) for path in PYENV.glob("versions/3.*/bin"))
os.environ["PATH"] = os.pathsep.join([*INSTALLED, os.environ["PATH"]])


@nox.session(python=["3.10", "3.11", "3.12", "3.13", "3.14"])
def lint_tests(session: nox.Session) -> None:
    session.install("-e", ".[lint-tests]")
    session.run("pytest", "-m", "not slow", *session.posargs)
