"""Source to `ModuleFacts`: the one LibCST visitor, and the only room that imports libcst."""

from __future__ import annotations

import ast

import libcst as cst

from seedlint.extract.graft import Graft, UnsureError
from seedlint.extract.positions import spans_of
from seedlint.extract.visitor import Extractor
from seedlint.extract.walk import walk
from seedlint.facts import ModuleFacts
from seedlint.model import Position, Problem
from seedlint.source import Source, complaint, depth_problem, normalised, parsed

PREFIX = "cannot parse: "


def extract(source: Source, grafted: bool = True) -> ModuleFacts | Problem:
    """The facts of ``source``, or the `Problem` that keeps it from being parsed.

    They are the same if no tree may be ``grafted``, and LibCST's own parser reads the text.
    """
    found = extract_safely(source) if grafted else None
    if found is not None:
        return found
    module = _parsed(source)
    if isinstance(module, Problem):
        return module
    visitor = Extractor()
    walk(module, visitor)
    try:
        spans, comments = spans_of(module, visitor.wanted)
    except RecursionError:
        return Problem(source.path, f"{PREFIX}an expression is nested too deeply")
    return visitor.facts(source.path, lambda node: spans[id(node)], comments)


def extract_safely(source: Source) -> ModuleFacts | None:
    """The facts of ``source``; ``None`` if only LibCST's own parser could tell them."""
    text = normalised(source.text)
    tree = parsed(text)
    if tree is None:
        return None
    try:
        return _from_graft(source.path, text, tree)
    except (UnsureError, RecursionError):
        return None


def _from_graft(path: str, text: str, tree: ast.Module) -> ModuleFacts:
    """The facts of ``text``, whose tree is ``tree``. May raise `UnsureError`."""
    graft = Graft(text, tree)
    visitor = Extractor()
    walk(graft.module, visitor)
    return visitor.facts(path, graft.span_of, graft.comments())


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
