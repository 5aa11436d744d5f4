"""Every marked line of the fixtures is found, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedlint.data import replace
from seedlint.request import Request
from seedlint.run import lint
from tests.projects import found, marked, run

FIXTURES = Path(__file__).parents[1] / "fixtures"
SCENARIOS = sorted(path for path in FIXTURES.iterdir() if path.is_dir())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_scenario(scenario: Path) -> None:
    report = run(scenario)
    assert not report.problems
    assert found(scenario, report) == marked(scenario)


def test_all_at_once() -> None:
    assert found(FIXTURES, run(FIXTURES)) == marked(FIXTURES)


def test_something_is_marked() -> None:
    assert len(marked(FIXTURES)) >= 10


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.py")), ids=lambda path: path.name)
def test_one_file_at_a_time_reads_what_it_imports(path: Path) -> None:
    wanted = {place for place in marked(FIXTURES) if FIXTURES / place[0] == path}
    assert found(FIXTURES, run(path)) == wanted


@pytest.mark.parametrize("scenario", [*SCENARIOS, FIXTURES], ids=lambda path: path.name)
def test_nothing_is_lost_by_looking_for_needles(scenario: Path) -> None:
    request = Request((scenario,), thorough=True)
    assert lint(request) == lint(replace(request, prefilter=False))
