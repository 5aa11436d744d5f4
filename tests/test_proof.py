"""An edited text is the old one but for its edits, or it is not written."""

from __future__ import annotations

import pytest

from seedlint.edits import Replacement, apply
from seedlint.model import Position, Span
from seedlint.proof import is_same


def edit(line: int, start: int, end: int, text: str) -> Replacement:
    return Span(Position(line, start), Position(line, end)), text


EDITS = [
    pytest.param("é = f(1)\n", [edit(1, 8, 8, ", seed=3")], id="an argument more"),
    pytest.param("f(1, None)\n", [edit(1, 6, 10, "42")], id="another argument"),
    pytest.param("f(1, 42)\n", [edit(1, 6, 8, "seed=42")], id="an argument by name"),
    pytest.param(
        "for x in xs:\n  g(x)\n",
        [edit(1, 5, 5, "i, "), edit(1, 10, 10, "enumerate("), edit(1, 12, 12, ")")],
        id="a loop that counts",
    ),
    pytest.param(
        "[x for a, b in c]\n",
        [
            edit(1, 8, 8, "i, ("),
            edit(1, 12, 12, ")"),
            edit(1, 16, 16, "enumerate("),
            edit(1, 17, 17, ")"),
        ],
        id="a comprehension that counts",
    ),
    pytest.param(
        "def f(a):\n  return 1\n",
        [edit(1, 8, 8, ", *, s=None"), edit(2, 1, 1, "  x = 2\n")],
        id="a parameter and a statement more",
    ),
    pytest.param("d = {'a': 1}\n", [edit(1, 12, 12, ", 's': 3")], id="an entry more"),
    pytest.param(
        "def f():\n  return g()\n",
        [edit(2, 10, 10, "{**"), edit(2, 13, 13, ", 's': 3}")],
        id="an entry more than what is returned",
    ),
    pytest.param("x = 1  # no\n", [edit(1, 6, 12, "")], id="a comment less"),
]


@pytest.mark.parametrize(("old", "edits"), EDITS)
def test_the_same_but_for_its_edits(old: str, edits: list[Replacement]) -> None:
    assert is_same(old, apply(old, edits), edits)


@pytest.mark.parametrize(("old", "edits"), EDITS)
def test_anything_else_is_seen(old: str, edits: list[Replacement]) -> None:
    new = apply(old, edits)
    assert not is_same(old, new + "y = 1\n", edits)
    assert not is_same(old + "y = 2\n", new + "y = 1\n", edits)


def test_what_no_longer_parses() -> None:
    edits = [edit(1, 4, 4, ", (")]
    assert not is_same("f(1)\n", apply("f(1)\n", edits), edits)


def test_an_edit_that_takes_more_than_its_place() -> None:
    edits = [edit(1, 4, 4, ") + g(1")]
    assert not is_same("f(1)\n", apply("f(1)\n", edits), edits)


@pytest.mark.parametrize(
    ("old", "edits"),
    [
        pytest.param(
            "for x in a if b else c: g(x)\n",
            [edit(1, 5, 5, "i, "), edit(1, 10, 10, "enumerate("), edit(1, 11, 11, ")")],
            id="around a part of what is iterated over",
        ),
        pytest.param("x = a\n", [edit(1, 5, 5, "f("), edit(1, 6, 6, ")")], id="no loop"),
        pytest.param(
            "def f(): return a | b\n",
            [edit(1, 17, 17, "{**"), edit(1, 18, 18, ", 's': 3}")],
            id="an entry more than a part of what is returned",
        ),
        pytest.param(
            "x = a\n", [edit(1, 5, 5, "{**"), edit(1, 6, 6, ", 's': 3}")], id="nothing is returned"
        ),
        pytest.param("x = a\n", [edit(1, 1, 1, "y, ")], id="another target"),
        pytest.param(
            "for x in a: g(x)\n",
            [edit(1, 5, 5, "i, "), edit(1, 10, 10, "zip("), edit(1, 11, 11, ")")],
            id="another call",
        ),
        pytest.param(
            "async def f():\n  [x async for x in a]\n",
            [edit(2, 16, 16, "i, "), edit(2, 21, 21, "enumerate("), edit(2, 22, 22, ")")],
            id="what is not iterable",
        ),
    ],
)
def test_a_call_around_something_else(old: str, edits: list[Replacement]) -> None:
    assert not is_same(old, apply(old, edits), edits)


def test_deep_trees() -> None:
    old = "x = " + " + ".join(["f(1)"] * 2000) + "\n"
    edits = [edit(1, 8, 8, ", 2")]
    assert is_same(old, apply(old, edits), edits)
