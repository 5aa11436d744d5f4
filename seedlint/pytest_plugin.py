"""pytest: ``--seedlint`` lints files as test items; the fixture ``seedlint`` proves models.

Nothing of seedlint is imported until one of them is used.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

SUFFIXES = {".ipynb", ".py"}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("seedlint", "dropout that cannot be repeated")
    group.addoption("--seedlint", action="store_true", help="Lint each file as a test item.")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--seedlint"):
        config.stash[LINTED] = Linted(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    linted = parent.config.stash.get(LINTED, None)
    if linted is None or file_path.suffix not in SUFFIXES or not linted.is_asked_for(file_path):
        return None
    return LintFile.from_parent(parent, path=file_path)


@pytest.fixture(scope="session")
def seedlint() -> ModuleType:
    """The module `seedlint.testing`, with ``assert_reproducible``."""
    return import_module("seedlint.testing")


class Linted:
    """What seedlint says of all that pytest was asked for: files are judged together."""

    def __init__(self, config: pytest.Config) -> None:
        folder = config.invocation_params.dir
        named = (argument.partition("::")[0] for argument in config.args)
        self._paths = tuple(path for name in named if (path := folder / name).exists())

    def is_asked_for(self, path: Path) -> bool:
        """Whether the settings let ``path`` be linted."""
        return os.path.realpath(path) in self._files

    def of(self, path: Path) -> str:
        """What is to be said of ``path``."""
        return self._told.get(os.path.realpath(path), "")

    @cached_property
    def _files(self) -> frozenset[str]:
        from seedlint.config import Partial
        from seedlint.discover import Files, walk
        from seedlint.settings import Settings

        tops = tuple(Path(os.path.realpath(path)) for path in self._paths if path.is_dir())
        settings = Settings(tops, Partial(), None, False)
        found = walk(self._paths, settings.of)
        return frozenset(path for one in found if isinstance(one, Files) for path in one.paths)

    @cached_property
    def _told(self) -> Mapping[str, str]:
        from click import unstyle

        from seedlint.data import replace
        from seedlint.formats.full import render
        from seedlint.request import Request
        from seedlint.run import lint

        report = lint(Request(self._paths))
        findings, problems = defaultdict(list), defaultdict(list)
        for finding in report.findings:
            findings[os.path.realpath(finding.path)].append(finding)
        for problem in report.problems:
            problems[os.path.realpath(problem.path)].append(problem)
        told = {}
        for path in findings.keys() | problems.keys():
            lines = [problem.message for problem in problems[path]]
            own = replace(report, findings=tuple(findings[path]), problems=tuple(problems[path]))
            told[path] = "\n".join(filter(None, [*lines, unstyle(render(own))]))
        return told


class LintFile(pytest.File):
    """A file that is linted."""

    def collect(self) -> Iterator[pytest.Item]:
        yield LintItem.from_parent(self, name="seedlint")


class LintItem(pytest.Item):
    """Fails with what is found in its file."""

    def runtest(self) -> None:
        told = self.config.stash[LINTED].of(self.path)
        if told:
            raise FoundError(told)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        if isinstance(excinfo.value, FoundError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"seedlint: {self.path.name}"


class FoundError(Exception):
    """What was found in a file."""


LINTED = pytest.StashKey[Linted]()
