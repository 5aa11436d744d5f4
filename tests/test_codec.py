"""Facts survive being written and read, and nothing else is taken for facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint import facts, model
from seedlint.codec import FACTS, CodecError
from seedlint.data import fields, is_dataclass, replace
from seedlint.extract import extract
from seedlint.facts import Binding, Literal, ModuleFacts, Name, Op, Seq, Spot
from seedlint.model import Position, Problem
from seedlint.source import Source

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "seedlint").rglob("*.py")) + sorted((ROOT / "fixtures").rglob("*.py"))


def holding(expr: facts.Expr) -> ModuleFacts:
    binding = Binding(0, "x", expr, Spot(0, 0, 0), None)
    empty = extract(Source("", "", "utf-8"))
    assert isinstance(empty, ModuleFacts)
    return replace(empty, foreign=frozenset({"a", "b"}), bindings=(binding,))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_facts_of_real_files(path: Path) -> None:
    found = extract(Source(path.name, path.read_text("utf-8"), "utf-8"))
    assert FACTS.decode(FACTS.encode(found)) == found


literals = st.builds(
    Literal,
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(exclude_categories=()))
    | st.binary(),
)
expressions = st.recursive(
    literals | st.builds(Name, st.text()),
    lambda inner: (
        st.builds(Op, st.text(), inner, inner) | st.builds(Seq, st.lists(inner).map(tuple))
    ),
)


@given(expressions)
def test_any_expression(expr: facts.Expr) -> None:
    found = holding(expr)
    # This tells apart even what is equal: 1, 1.0 and True, 0.0 and -0.0.
    assert repr(FACTS.decode(FACTS.encode(found))) == repr(found)


def shown(found: ModuleFacts) -> list[str]:
    """The literals; ``repr`` of an integer stops at 4,300 digits."""
    (binding,) = found.bindings
    assert isinstance(binding.value, Seq)
    values = [part.value for part in binding.value.items if isinstance(part, Literal)]
    return [hex(v) if type(v) is int else repr(v) for v in values]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param((1, True, 1.0, 1 + 0j), id="equal, and of different types"),
        pytest.param((0.0, -0.0), id="zeros with signs"),
        pytest.param((float("inf"), float("-inf"), float("nan")), id="no numbers of JSON"),
        pytest.param((16**5000, -(16**5000)), id="too many digits for Python"),
        pytest.param(("\ud800", "\0", ""), id="no text of UTF-8"),
        pytest.param((b"int", "int", None), id="words of the format"),
    ],
)
def test_literals(values: tuple[Any, ...]) -> None:
    found = holding(Seq(tuple(map(Literal, values))))
    back = FACTS.decode(FACTS.encode(found))
    assert isinstance(back, ModuleFacts)
    assert shown(back) == shown(found)


@pytest.mark.parametrize(
    "problem",
    [
        Problem("a.py", "cannot parse", Position(1, 2), 3),
        Problem("", "cannot parse"),
    ],
    ids=["with a place", "without one"],
)
def test_problems(problem: Problem) -> None:
    assert FACTS.decode(FACTS.encode(problem)) == problem


def test_all_data_of_facts_is_known() -> None:
    own = {thing for thing in vars(facts).values() if isinstance(thing, type)}
    data = {thing for thing in own if thing.__module__ == "seedlint.facts" and fields_of(thing)}
    assert data <= set(FACTS.classes)
    assert {model.Position, model.Span} <= set(FACTS.classes)


def fields_of(cls: type) -> bool:
    return is_dataclass(cls) and bool(fields(cls))


GOOD = json.loads(FACTS.encode(holding(Name("x"))))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04.",
        b"null",
        b"[]",
        b"[1, 2, 3, 4]",
        b"[[], [], [], 0]",
        json.dumps([*GOOD[:3], 10_000]).encode(),
        json.dumps([*GOOD[:3], 0]).encode(),
        json.dumps([GOOD[0], GOOD[1][:-1], *GOOD[2:]]).encode(),
        json.dumps([[], *GOOD[1:]]).encode(),
        FACTS.encode(holding(Name("x")))[:-20],
        b"[" * 100_000,
    ],
    ids=range(12),
)
def test_what_are_no_facts(data: bytes) -> None:
    with pytest.raises(CodecError):
        FACTS.decode(data)
