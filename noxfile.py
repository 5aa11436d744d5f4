"""The tests that need no TensorFlow, on every supported interpreter that is at hand."""

import nox

nox.options.error_on_missing_interpreters = False


@nox.session(python=["3.10", "3.11", "3.12", "3.13", "3.14"])
def lint_tests(session: nox.Session) -> None:
    session.install("-e", ".[lint-tests]")
    session.run("pytest", "-m", "not slow", *session.posargs)
