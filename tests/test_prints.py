"""Fingerprints: what they survive, and what they tell apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.model import Finding, Position, Report, Span
from seedlint.prints import content_print, prints


def report(*findings: tuple[int, int, str], text: str, path: str = "m.py") -> Report:
    """A report of findings at ``(line, column)`` with a code, in the file ``path``."""
    found = (
        Finding(path, Span(Position(line, column), Position(line, column + 1)), code, "n", "why")
        for line, column, code in findings
    )
    return Report(tuple(found), (), 1, {path: tuple(text.split("\n"))})


def made(told: Report) -> list[str]:
    return prints(told, told.findings)


ONE = report((1, 1, "SDL001"), text="x = f(1)")
STAYS = {
    "lines above": report((3, 1, "SDL001"), text="\n\nx = f(1)"),
    "another indent": report((1, 5, "SDL001"), text="    x = f(1)"),
    "other blanks": report((1, 1, "SDL001"), text="x=f( 1 )"),
    "lines below": report((1, 1, "SDL001"), text="x = f(1)\nx = f(1)"),
}


@pytest.mark.parametrize("moved", STAYS.values(), ids=STAYS)
def test_stays(moved: Report) -> None:
    assert made(moved) == made(ONE)


CHANGES = {
    "another text": report((1, 1, "SDL001"), text="x = f(2)"),
    "another rule": report((1, 1, "SDL002"), text="x = f(1)"),
    "another file": report((1, 1, "SDL001"), text="x = f(1)", path="n.py"),
}


@pytest.mark.parametrize("other", CHANGES.values(), ids=CHANGES)
def test_changes(other: Report) -> None:
    assert made(other) != made(ONE)


def test_the_content_is_the_same_in_another_file() -> None:
    other = CHANGES["another file"]
    assert content_print(other, other.findings[0]) == content_print(ONE, ONE.findings[0])


def test_a_second_one_on_a_known_line_is_new() -> None:
    two = report((1, 1, "SDL001"), (1, 5, "SDL001"), text="x = f(1)")
    assert made(two)[0] == made(ONE)[0] != made(two)[1]


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(report((9, 1, "SDL001"), text="x"), id="a line that is not at hand"),
        pytest.param(report((1, 1, "SDL001"), text="\udcff", path="\udcff.py"), id="surrogates"),
    ],
)
def test_odd(odd: Report) -> None:
    assert len(made(odd)[0]) == 32


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.just("SDL001"))))
def test_no_two_are_equal(places: list[tuple[int, int, str]]) -> None:
    found = made(report(*places, text="x\nx\ny"))
    assert len(set(found)) == len(places)
