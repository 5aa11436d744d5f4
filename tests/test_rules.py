"""The examples of every rule are its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedlint import config
from seedlint.fix import mend, written
from seedlint.request import Request
from seedlint.rule import Example, Rule
from seedlint.rules import CODES, RULES
from seedlint.run import lint
from tests.projects import found, marked, write

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{example.reason}")
    for rule in RULES
    for example in (*rule.silent, *rule.caught)
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example(rule: Rule, example: Example, tmp_path: Path) -> None:
    folder = write(tmp_path, example.files)
    report = lint(Request((folder,), config.parse(example.settings, CODES)))
    assert not report.problems
    assert {place for place in found(folder, report) if place[2] == rule.code} == marked(folder)


MENDED = [param for param in EXAMPLES if param.values[1].fixed]  # type: ignore[union-attr]


@pytest.mark.parametrize(("rule", "example"), MENDED)
def test_mended(rule: Rule, example: Example, tmp_path: Path) -> None:
    folder = write(tmp_path, {".git/HEAD": "", **example.files})
    request = Request((folder,), config.parse({**example.settings, "fixable": [rule.code]}, CODES))
    outcome = mend(request, unsafe=True)
    assert not outcome.refused
    written(outcome)
    wanted = {**example.files, **example.fixed}
    assert {name: (folder / name).read_text("utf-8") for name in wanted} == wanted
    assert mend(request, unsafe=True).changes == ()
