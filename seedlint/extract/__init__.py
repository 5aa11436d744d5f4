"""Source to `ModuleFacts`: the one visitor, and the only room that imports libcst."""

from __future__ import annotations

import ast

from seedlint.extract.graft import Graft, UnsureError
from seedlint.extract.visitor import Extractor
from seedlint.extract.walk import walk
from seedlint.facts import ModuleFacts
from seedlint.model import Problem
from seedlint.source import Source, normalised, parsed


def extract(source: Source, grafted: bool = True) -> ModuleFacts | Problem:
    """The facts of ``source``, or the `Problem` that keeps it from being parsed.

    They are the same if no tree may be ``grafted``, and LibCST's own parser reads the text.
    """
    found = extract_safely(source) if grafted else None
    if found is not None:
        return found
    # It takes longer to load than most texts to be looked through, and few need it.
    from seedlint.extract.parser import parsed_facts

    return parsed_facts(source)


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
