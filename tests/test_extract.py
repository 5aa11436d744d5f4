"""Text to facts: positions, order, and what must not stop it."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from libcst import matchers
from libcst.metadata import MetadataWrapper, PositionProvider

from seedlint.extract import extract, nodes
from seedlint.extract.parser import PASSED_OVER, slimmed
from seedlint.extract.visitor import Extractor
from seedlint.extract.walk import walk
from seedlint.facts import (
    OPAQUE,
    TEXT,
    CallAt,
    Expr,
    Literal,
    ModuleFacts,
    Name,
    ScopeKind,
    Seq,
)
from seedlint.model import Position, Problem
from seedlint.source import Source

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "seedlint").rglob("*.py")) + sorted((ROOT / "fixtures").rglob("*.py"))

LAYOUTS = {
    "tabs": "def f():\n\tx = g(\t1)\n\treturn h(x)\n",
    "form feed between definitions": "a = f(1)\n\x0c\nb = g(2)\n",
    "backslash": "x = f( \\\n  1) + \\\n  g(2)\n",
    "several on one line": "a = f(1); b = g(2); h(a)(b)\n",
    "wide characters": "é = f('日本', '\N{PARTY POPPER}'); g(é)\n",
    "parentheses and comments": "x = (  # one\n  f(1)  # two\n)\ny = ((g))(2)\n",
    "no newline at the end": "f(1)",
    "decorators": "@f(1)\n@g\ndef h(a=i(2)): j(3)\n",
    "f-strings": "x = f'{g(1)} {h(2)!r:>{i(3)}}'\n",
    "comprehensions": "x = [f(a) for a in g(b) if h(a)]\n",
    "match": "match f(1):\n    case A(x=1) if g(2):\n        h(3)\n",
    "new syntax": "type A[T] = list[f(T)]\ndef g[T](x: T) -> T: return h(x)\n",
}


def facts(text: str) -> ModuleFacts:
    found = extract(Source("model.py", text, "utf-8"))
    assert isinstance(found, ModuleFacts)
    return found


def positions_by_libcst(text: str) -> set[tuple[int, int, int, int]]:
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    ranges = wrapper.resolve(PositionProvider)
    return {
        (span.start.line, span.start.column + 1, span.end.line, span.end.column + 1)
        for node, span in ranges.items()
        if isinstance(node, cst.Call)
    }


def positions(found: ModuleFacts) -> set[tuple[int, int, int, int]]:
    spans = [call.span for call in found.calls]
    return {(s.start.line, s.start.column, s.end.line, s.end.column) for s in spans}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_calls_stand_where_libcst_says(text: str) -> None:
    assert positions(facts(text)) == positions_by_libcst(text)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_calls_of_real_files_stand_where_libcst_says(path: Path) -> None:
    text = path.read_text("utf-8")
    assert positions(facts(text)) == positions_by_libcst(text)


@pytest.mark.parametrize("name", nodes.FIELDS)
def test_nodes_have_the_fields_of_libcst_in_its_order(name: str) -> None:
    found = [field.name for field in dataclasses.fields(getattr(cst, name))]
    own = nodes.KINDS[name].__match_args__
    assert [field for field in found if field in own] == list(own)
    assert all(PASSED_OVER.search(field) for field in found if field not in own)


@pytest.mark.parametrize(
    "text", ["'a'", 'b"""c"""', "r'\\d'", "''", '""', "Rb'''\\n'''", "u'x'", "f'{a}b'"]
)
def test_strings_tell_what_those_of_libcst_do(text: str) -> None:
    theirs: Any = cst.parse_expression(text)
    own = slimmed(cst.parse_module(text))[0].body[0].body[0].value
    assert own.prefix == theirs.prefix
    if isinstance(theirs, cst.SimpleString):
        assert own.raw_value == theirs.raw_value
        assert own.evaluated_value == theirs.evaluated_value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_visitor_sees_each_call_in_the_tree_of_libcst(path: Path) -> None:
    module = cst.parse_module(path.read_text("utf-8"))
    root, originals = slimmed(module)
    visitor = Extractor()
    walk(root, visitor)
    seen = {id(originals[id(node)]) for node in visitor.wanted}
    assert all(id(call) in seen for call in matchers.findall(module, matchers.Call()))


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_newlines_do_not_move_anything(newline: str) -> None:
    text = "import a\n\n\nx = a.f(\n    1,\n)\n"
    assert positions(facts(text.replace("\n", newline))) == positions(facts(text))


def test_a_value_comes_before_the_name_that_takes_it() -> None:
    found = facts("x = f(x)\n")
    assert found.calls[0].spot.order < found.bindings[0].spot.order


def test_calls_are_referred_to_by_their_place_in_the_list() -> None:
    found = facts("x = f(g(1), [h(2)])\n")
    outer = next(call for call in found.calls if call.func == Name("f"))
    first, second = (arg.value for arg in outer.args)
    assert isinstance(first, CallAt)
    assert found.calls[first.index].func == Name("g")
    assert isinstance(second, Seq)


def test_a_method_binds_to_its_class() -> None:
    found = facts("class A:\n    def f(self):\n        self.x = 1\n        other.y = 2\n")
    (binding,) = found.attributes
    assert found.scopes[binding.owner].kind is ScopeKind.CLASS
    assert binding.value == Literal(1)
    assert found.foreign == {"y", "other.y"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("os.environ['A'] = '1'", "1", id="a literal"),
        pytest.param("environ['A'] = str(seed)", None, id="no literal"),
        pytest.param("os.environ.setdefault('A', '1')", "1", id="setdefault"),
        pytest.param("os.environ.update({'A': '1'})", "1", id="update with a dict"),
        pytest.param("os.environ.update(A='1')", "1", id="update with a keyword"),
        pytest.param("os.putenv('A', '1')", "1", id="putenv"),
    ],
)
def test_the_environment_that_is_set(text: str, value: str | None) -> None:
    (variable,) = facts(f"x = 1\n{text}\n").environ
    assert (variable.name, variable.value, variable.span.start.line) == ("A", value, 2)


def test_a_bare_name_is_a_statement_of_its_own() -> None:
    found = facts("'text'\nf()\na.b\nx = a.b\n...\nc\n")
    assert [bare.span.start.line for bare in found.bare] == [3, 6]


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        pytest.param("f'{a}'", TEXT, id="an f-string"),
        pytest.param("'a' f'{b}'", TEXT, id="joined"),
        pytest.param(r"'\\n'", TEXT, id="an escape"),
        pytest.param(r"b'\\n'", OPAQUE, id="bytes"),
        pytest.param("b'a' b'b'", OPAQUE, id="joined bytes"),
    ],
)
def test_texts_whose_characters_are_not_told(text: str, expr: Expr) -> None:
    (binding,) = facts(f"x = {text}\n").bindings
    assert binding.value == expr


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = " + " + ".join(["f(1)"] * 2_000), id="a sum of 2,000 terms"),
        pytest.param("x = f(1)" + ".g(2)" * 400, id="400 chained calls"),
        pytest.param("x = " + "[" * 150 + "f(1)" + "]" * 150, id="150 nested lists"),
        pytest.param(
            "if a: f(0)\n" + "".join(f"elif a == {i}: f({i})\n" for i in range(600)),
            id="600 elif arms",
        ),
    ],
)
def test_depth_is_no_obstacle(text: str) -> None:
    found = extract(Source("model.py", text, "utf-8"))
    if sys.version_info[:2] == (3, 12) and isinstance(found, Problem):
        # Only there do keyword calls count against a limit that a program cannot raise.
        assert "too deeply" in found.message
    else:
        assert isinstance(found, ModuleFacts)
        assert found.calls


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("x = 1\ndef f(:\n", Position(2, 7), id="a syntax error"),
        pytest.param("print 'python 2'\n", Position(1, 1), id="Python 2"),
    ],
)
def test_what_cannot_be_parsed_is_a_problem_with_a_place(text: str, place: Position) -> None:
    found = extract(Source("model.py", text, "utf-8"))
    assert isinstance(found, Problem)
    assert found.position == place
