"""Comments that silence."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from seedlint.facts import Silence
from seedlint.model import Position, Span

# Some limit, or each of many brackets that stay open would be looked for up to the end.
DIRECTIVE = re.compile(
    r"#\s*seedlint\s*:\s*(?P<form>ignore-file|ignore)\b(?:\s*\[(?P<codes>[^\]]{0,2000})\])?",
    re.IGNORECASE,
)
# With a colon but no code behind it, it is not one: as in ruff.
NOQA = re.compile(
    r"#\s*noqa\b(?:\s*:\s*(?P<codes>[A-Z][A-Z0-9]*[0-9]+(?:[,\s]+[A-Z][A-Z0-9]*[0-9]+)*)|(?!\s*:))",
    re.IGNORECASE,
)


def is_directive(comment: str) -> bool:
    return DIRECTIVE.search(comment) is not None or NOQA.search(comment) is not None


def comments_in(text: str) -> Iterator[tuple[str, Span]]:
    """The comments of ``text``, which Python can parse, that silence, and where they stand."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and is_directive(token.string):
            (line, start), (_, end) = token.start, token.end
            yield token.string, Span(Position(line, start + 1), Position(line, end + 1))


def silences(comment: str, span: Span) -> Iterator[Silence]:
    """Each part of ``comment``, which stands at ``span``, that silences."""
    for directive in DIRECTIVE.finditer(comment):
        # Empty brackets silence nothing, rather than everything.
        codes = _codes(directive["codes"]) or (() if directive["codes"] is None else ("",))
        yield Silence(directive["form"].lower(), codes, _part(span, directive))
    noqa = NOQA.search(comment)
    if noqa:
        yield Silence("noqa", _codes(noqa["codes"]), _part(span, noqa))


def _part(span: Span, found: re.Match[str]) -> Span:
    line, column = span.start.line, span.start.column
    return Span(Position(line, column + found.start()), Position(line, column + found.end()))


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(code.upper() for code in re.split(r"[,\s]+", text or "") if code)
