"""LibCST's own parser, for what Python's cannot tell, and its tree as `nodes`."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from typing import Any

import libcst as cst

from seedlint.extract import nodes
from seedlint.extract.nodes import Node
from seedlint.extract.positions import spans_of
from seedlint.extract.visitor import Extractor
from seedlint.extract.walk import walk
from seedlint.facts import ModuleFacts
from seedlint.model import Position, Problem
from seedlint.source import Source, complaint, depth_problem, normalised

PREFIX = "cannot parse: "
# Whitespace and punctuation, and what is nothing else.
PASSED_OVER = re.compile(
    r"whitespace|^(lpar|rpar|comma|semicolon|leading_lines|header|footer|equal|dot|lbrace|rbrace"
    r"|lbracket|rbracket|operator|newline|indent|lines_.*|encoding|default_.*"
    r"|has_trailing_newline|trailing_comma|asynchronous|type_parameters|posonly_ind|arrow"
    r"|(first_|second_)?colon)$"
)


def parsed_facts(source: Source) -> ModuleFacts | Problem:
    """The facts of ``source``, or the `Problem` that keeps it from being parsed."""
    module = _parsed(source)
    if isinstance(module, Problem):
        return module
    root, originals = slimmed(module)
    visitor = Extractor()
    walk(root, visitor)
    try:
        spans, comments = spans_of(module, [originals[id(node)] for node in visitor.wanted])
    except RecursionError:
        return Problem(source.path, f"{PREFIX}an expression is nested too deeply")
    return visitor.facts(source.path, lambda node: spans[id(originals[id(node)])], comments)


def refusal(text: str) -> tuple[str, Position] | None:
    """What keeps ``text`` from being parsed, and where."""
    found = _parsed(Source("", text, "utf-8"))
    if not isinstance(found, Problem):
        return None
    return found.message.removeprefix(PREFIX), found.position or Position(1, 1)


def _parsed(source: Source) -> cst.Module | Problem:
    too_deep = depth_problem(source)
    if too_deep is not None:
        return too_deep
    text = normalised(source.text)
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        # Python names the place better than LibCST does, where it has the same complaint.
        own = complaint(text)
        message, place = own or (error.message, Position(error.raw_line, error.raw_column + 1))
        return Problem(source.path, f"{PREFIX}{message}", place)
    except (cst.CSTLogicError, cst.CSTValidationError, SyntaxError, RecursionError) as error:
        return Problem(source.path, f"{PREFIX}{type(error).__name__}: {error}")


def slimmed(module: cst.Module) -> tuple[Node, dict[int, cst.CSTNode]]:
    """``module`` as `nodes`, and by the ``id`` of each what LibCST has in its place."""
    inner: list[cst.CSTNode] = []
    pending: list[cst.CSTNode] = [module]
    while pending:
        node = pending.pop()
        inner.append(node)
        for child in _children(node):
            pending += [part for part in _parts(child) if isinstance(part, cst.CSTNode)]
    made: dict[int, Node] = {}
    # The innermost come first.
    for node in reversed(inner):
        made[id(node)] = _kind(type(node))(*[_slim(child, made) for child in _children(node)])
    return made[id(module)], {id(made[id(node)]): node for node in inner}


def _children(node: cst.CSTNode) -> list[Any]:
    return [getattr(node, name) for name in _kind(type(node)).__match_args__]


def _parts(child: Any) -> Any:
    return child if isinstance(child, (list, tuple)) else (child,)


def _slim(child: Any, made: dict[int, Node]) -> Any:
    """What stands for ``child`` of a node, of whose own children each is ``made``."""
    if isinstance(child, (list, tuple)):
        return [made[id(part)] for part in child]
    if isinstance(child, cst.MaybeSentinel):
        return None
    return made[id(child)] if isinstance(child, cst.CSTNode) else child


@cache
def _kind(cls: type[cst.CSTNode]) -> Any:
    """The class of what stands for nodes of ``cls``."""
    name = cls.__name__
    if name in nodes.KINDS:
        return nodes.KINDS[name]
    kept = (field.name for field in fields(cls) if not PASSED_OVER.search(field.name))
    return nodes.kind(name, " ".join(kept))
