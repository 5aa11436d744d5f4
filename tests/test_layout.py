"""New arguments and parameters keep the style of what stands there."""

from __future__ import annotations

import ast

import pytest

from seedlint import layout
from seedlint.edits import apply
from seedlint.model import Position, Span


def call_in(text: str) -> Span:
    """Where the call of ``f`` stands in ``text``, which is ASCII."""
    (found,) = (
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("f")
    )
    end = Position(found.end_lineno or 0, (found.end_col_offset or 0) + 1)
    return Span(Position(found.lineno, found.col_offset + 1), end)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("x = f(1)", "x = f(1, s=2)", id="one line"),
        pytest.param("x = f()", "x = f(s=2)", id="no argument"),
        pytest.param("x = f( )", "x = f(s=2 )", id="a blank"),
        pytest.param("x = f(1,)", "x = f(1, s=2,)", id="a comma at the end"),
        pytest.param("x = f(*a, **b)", "x = f(*a, **b, s=2)", id="behind a mapping"),
        pytest.param("x = a.b(1).f(1)", "x = a.b(1).f(1, s=2)", id="the last of a chain"),
        pytest.param("x = f((1))", "x = f((1), s=2)", id="brackets of its own"),
        pytest.param(
            "x = f(lambda a, b: (a, b), c)", "x = f(lambda a, b: (a, b), c, s=2)", id="a lambda"
        ),
        pytest.param("x = f(')', '(,')", "x = f(')', '(,', s=2)", id="brackets in texts"),
        pytest.param(
            "x = f(\n    1,\n    a=3,  # why\n)",
            "x = f(\n    1,\n    a=3,  # why\n    s=2,\n)",
            id="one a line",
        ),
        pytest.param(
            "x = f(\n    1,\n    a=3  # why\n)",
            "x = f(\n    1,\n    a=3,  # why\n    s=2\n)",
            id="one a line, no comma at the end",
        ),
        pytest.param(
            "x = f(1,\n      a=3)", "x = f(1,\n      a=3,\n      s=2)", id="aligned with the first"
        ),
        pytest.param(
            "x = f(1, 2,\n      a=3)", "x = f(1, 2,\n      a=3, s=2)", id="wrapped, not one a line"
        ),
        pytest.param("x = f(\n    1, a=3\n)", "x = f(\n    1, a=3, s=2\n)", id="all on one line"),
        pytest.param("x = f(\n    1\n)", "x = f(\n    1, s=2\n)", id="one alone"),
        pytest.param(
            "x = f(\n\t1,\n\ta=3,\n\t# all\n)",
            "x = f(\n\t1,\n\ta=3,\n\t# all\n\ts=2,\n)",
            id="tabs",
        ),
        pytest.param("x = f(1, \\\n  a=[\n])", "x = f(1, \\\n  a=[\n],\n  s=2)", id="a backslash"),
        pytest.param("x = f(  # why\n    1)", "x = f(  # why\n    1, s=2)", id="a comment first"),
    ],
)
def test_an_argument_more(text: str, wanted: str) -> None:
    lines = text.split("\n")
    bracket = layout.call(lines, call_in(text))
    assert bracket is not None
    assert apply(text, layout.added(lines, bracket, "s=2")) == wanted
    ast.parse(wanted)


def test_the_parts_of_a_call() -> None:
    text = "f(a, *b, c=(1,\n 2), **d)"
    lines = text.split("\n")
    bracket = layout.call(lines, call_in(text))
    assert bracket is not None
    assert [(part.name, part.star) for part in bracket.parts] == [
        (None, ""),
        (None, "*"),
        ("c", ""),
        (None, "**"),
    ]
    values = [layout.text_in(lines, part.value) for part in bracket.parts]
    assert values == ["a", "b", "(1,\n 2)", "d"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("for x in xs:", ("x", "xs")),
        ("    for (x, y) in zip(a, b):  # c", ("(x, y)", "zip(a, b)")),
        ("for x in [a for a in b]: pass", ("x", "[a for a in b]")),
        ("for x in a if b else c:", ("x", "a if b else c")),
        ("for x in (a if b else c):", ("x", "(a if b else c)")),
        ("for x in a[1:]:", ("x", "a[1:]")),
        ("for x in {1: 2}:", ("x", "{1: 2}")),
        ("for x in lambda: a, b:", ("x", "lambda: a, b")),
        ("for x in (y := z):", ("x", "(y := z)")),
        ("for x[a in b] in c:", ("x[a in b]", "c")),
        ("for (\n  a, b\n) in c:", ("(\n  a, b\n)", "c")),
        ("async for x in xs:", ("x", "xs")),
    ],
)
def test_the_parts_of_a_loop(text: str, wanted: tuple[str, str]) -> None:
    assert parts(text, Position(1, 1), is_clause=False) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("z = [f(x) for x in xs if x]", ("x", "xs")),
        ("z = {k: 1 for k, x in d.items()}", ("k, x", "d.items()")),
        ("z = [x for x in (a if b else c) if x]", ("x", "(a if b else c)")),
        ("z = [x for x in a[1:] for y in x]", ("x", "a[1:]")),
        ("z = [x for x in a async for y in x]", ("x", "a")),
    ],
)
def test_the_parts_of_a_clause(text: str, wanted: tuple[str, str]) -> None:
    assert parts(text, Position(1, text.index(" for") + 1), is_clause=True) == wanted


def parts(text: str, start: Position, is_clause: bool) -> tuple[str, str]:
    lines = text.split("\n")
    loop = layout.loop(lines, start, is_clause)
    assert loop is not None
    return layout.text_in(lines, loop.target.span), layout.text_in(lines, loop.iterable.span)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("for x, y in a, b:", (True, True)),
        ("for (x, y) in (a, b):", (False, False)),
        ("for x, in ',', :", (True, True)),
        ("for x in ')':", (False, False)),
    ],
)
def test_tuples_without_brackets(text: str, wanted: tuple[bool, bool]) -> None:
    loop = layout.loop([text], Position(1, 1), is_clause=False)
    assert loop is not None
    assert (loop.target.is_bare, loop.iterable.is_bare) == wanted


def test_what_cannot_be_told_apart() -> None:
    assert layout.call(["f(1"], Span(Position(1, 1), Position(1, 4))) is None
    assert layout.loop(["while x:"], Position(1, 1), is_clause=False) is None
    assert layout.signature(["def f"], Position(1, 5)) is None
