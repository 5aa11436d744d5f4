"""Where the parts of a call, a signature or a loop stand in a text, found among its tokens.

Facts say where a call stands, not where its commas are: that matters only to what is mended, and a
few tokens tell it without a second syntax tree.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, dropwhile, islice, takewhile

from seedlint.data import dataclass
from seedlint.model import Position, Span

Lines = Sequence[str]
"""The lines of a text, without their ends."""

_NO_TOKENS = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER})
# Since Python 3.12 a string may consist of several tokens.
_STRING_STARTS, _STRING_ENDS = (
    frozenset(getattr(tokenize, f"{kind}STRING_{side}", -1) for kind in "FT")
    for side in ("START", "END")
)
_CLAUSE_ENDS = frozenset({"if", "for", "async"})


@dataclass(frozen=True, slots=True)
class Part:
    """One argument or parameter: where all of it stands, and its ``value``, after any ``=``.

    ``name`` is what stands before the ``=``; ``star`` is ``""``, ``"*"`` or ``"**"``.
    """

    name: str | None
    star: str
    span: Span
    value: Span


@dataclass(frozen=True, slots=True)
class Bracket:
    """What stands in brackets. ``start`` and ``end`` are where their inside begins and ends.

    ``comma`` is the place of one behind the last part.
    """

    start: Position
    end: Position
    parts: tuple[Part, ...]
    comma: Position | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an ``in``; ``is_bare`` says that it is a tuple without brackets."""

    span: Span
    is_bare: bool


@dataclass(frozen=True, slots=True)
class Loop:
    """``for target in iterable``, of a statement or a comprehension."""

    target: Side
    iterable: Side


@dataclass(frozen=True, slots=True)
class _Token:
    """``turn`` is 1 for an opening bracket, -1 for a closing one."""

    text: str
    span: Span
    turn: int


def call(lines: Lines, span: Span) -> Bracket | None:
    """The arguments of the call at ``span``; ``None`` if they cannot be told apart."""
    inside = list(_until(lines, span.start, span.end))
    if not inside or inside[-1].text != ")" or inside[-1].span.end != span.end:
        return None
    depth = 0
    for index in reversed(range(len(inside))):
        depth -= inside[index].turn
        if depth == 0:
            return _bracket(iter(inside[index:]))
    return None


def signature(lines: Lines, name: Position) -> Bracket | None:
    """The parameters of the function whose name stands at ``name``, if they can be told apart."""
    depth = 0
    found = _tokens(lines, name)
    for token in found:
        if token.text == "(" and depth == 0:
            return _bracket(chain((token,), found))
        depth += token.turn
    return None


def loop(lines: Lines, start: Position, is_clause: bool) -> Loop | None:
    """The loop that begins at ``start``, or behind it; ``None`` if it cannot be told.

    ``is_clause`` says that it is one of a comprehension, where an ``if`` ends what it iterates
    over; elsewhere only a colon does.
    """
    parts: list[list[_Token]] = [[], []]
    depth, behind, lambdas = 0, 0, 0
    found = dropwhile(lambda token: token.text != "for", _tokens(lines, start))
    for token in islice(found, 1, None):
        depth += token.turn
        lambdas += depth == 0 and token.text == "lambda"
        if depth < 0 or (is_clause and depth == 0 and token.text in _CLAUSE_ENDS):
            break
        if depth == 0 and token.text == "in" and not behind:
            behind = 1
        elif depth == 0 and token.text == ":" and not lambdas:
            break
        else:
            lambdas -= depth == 0 and token.text == ":"
            parts[behind].append(token)
    return Loop(_side(parts[0]), _side(parts[1])) if all(parts) else None


def opened(lines: Lines, start: Position) -> Bracket | None:
    """What stands in the bracket that opens at ``start``; ``None`` if it cannot be told apart."""
    return _bracket(_tokens(lines, start))


def end_of_statement(lines: Lines, start: Position) -> Position | None:
    """Behind the line on which the statement ends that begins at ``start``."""
    text = "".join(f"{line}\n" for line in islice(lines, start.line - 1, None))
    try:
        for token in tokenize.generate_tokens(io.StringIO(text.lstrip()).readline):
            if token.type == tokenize.NEWLINE:
                return Position(start.line + token.start[0], 1)
    except (tokenize.TokenError, SyntaxError):
        return None
    return None


def ends(lines: Lines) -> dict[int, Position | None]:
    """The lines behind which a comment can stand, with the place of the one that does.

    None can inside a string or behind a backslash, nor where Python cannot tell.
    """
    comments: dict[int, Position] = {}
    found: dict[int, Position | None] = {}
    depth = 0
    rows = (f"{line}\n" for line in lines)
    try:
        for token in tokenize.generate_tokens(lambda: next(rows, "")):
            depth += (token.type in _STRING_STARTS) - (token.type in _STRING_ENDS)
            row, column = token.start
            if token.type == tokenize.COMMENT:
                comments[row] = Position(row, column + 1)
            elif token.type in (tokenize.NEWLINE, tokenize.NL) and not depth:
                found[row] = comments.get(row)
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def indent_of(lines: Lines, line: int) -> str:
    """The whitespace at the start of ``line``, which counts from 1."""
    text = lines[line - 1]
    return text[: len(text) - len(text.lstrip())]


def added(lines: Lines, bracket: Bracket, text: str) -> Iterator[tuple[Span, str]]:
    """The edits that put ``text`` behind the last part of ``bracket``, in the style it has.

    Where each part has a line of its own, so has this one; a comma behind the last one stays there.
    """
    if not bracket.parts:
        yield at(bracket.start), text
        return
    last, end = bracket.parts[-1].span, bracket.end
    indent = indent_of(lines, last.start.line)
    closed_alone = end.line > last.end.line and end.column == len(indent_of(lines, end.line)) + 1
    if bracket.comma is not None:
        if closed_alone:
            yield at(Position(end.line, 1)), f"{indent}{text},\n"
        else:
            yield at(Position(bracket.comma.line, bracket.comma.column + 1)), f" {text},"
    elif closed_alone and _is_split(bracket):
        yield at(last.end), ","
        yield at(Position(end.line, 1)), f"{indent}{text}\n"
    else:
        yield at(last.end), f"{between(lines, bracket)}{text}"


def between(lines: Lines, bracket: Bracket) -> str:
    """What sets the parts of ``bracket`` apart: a comma and a blank, or a new line for each."""
    last = bracket.parts[-1].span if bracket.parts else None
    if last is None or not _is_split(bracket):
        return ", "
    return f",\n{indent_of(lines, last.start.line)}"


def _is_split(bracket: Bracket) -> bool:
    """Whether each part has a line of its own."""
    starts = {part.span.start.line for part in bracket.parts}
    return len(starts) == len(bracket.parts) > 1


def at(position: Position) -> Span:
    """The empty span at ``position``."""
    return Span(position, position)


def text_in(lines: Lines, span: Span) -> str:
    """What stands at ``span``."""
    first, last = span.start.line - 1, span.end.line - 1
    if first == last:
        return lines[first][span.start.column - 1 : span.end.column - 1]
    between = lines[first + 1 : last]
    head, tail = lines[first][span.start.column - 1 :], lines[last][: span.end.column - 1]
    return "\n".join((head, *between, tail))


# tokens


def _until(lines: Lines, start: Position, stop: Position) -> Iterator[_Token]:
    return takewhile(lambda token: token.span.end <= stop, _tokens(lines, start))


def _tokens(lines: Lines, start: Position) -> Iterator[_Token]:
    """The tokens from ``start`` on, without comments, as far as Python can tell them."""
    # In a bracket, newlines and indents are none of a statement.
    first = f"({lines[start.line - 1][start.column - 1 :]}\n"
    rest = chain((first,), (f"{line}\n" for line in islice(lines, start.line, None)))

    def position(row: int, column: int) -> Position:
        return Position(start.line + row - 1, column + (start.column - 1 if row == 1 else 1))

    try:
        for token in islice(tokenize.generate_tokens(lambda: next(rest, "")), 1, None):
            if token.type not in _NO_TOKENS:
                span = Span(position(*token.start), position(*token.end))
                yield _Token(token.string, span, _turn(token))
    except (tokenize.TokenError, SyntaxError):
        return


def _turn(token: tokenize.TokenInfo) -> int:
    if token.type != tokenize.OP:
        return 0
    return (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))


def _bracket(tokens: Iterator[_Token]) -> Bracket | None:
    """What stands in the bracket that ``tokens`` begin with; ``None`` if it does not end."""
    opening = next(tokens)
    parts: list[list[_Token]] = [[]]
    depth, lambdas = 0, 0
    comma = None
    for token in tokens:
        depth += token.turn
        if depth < 0:
            found = tuple(_part(part) for part in parts if part)
            return Bracket(opening.span.end, token.span.start, found, comma)
        lambdas += depth == 0 and token.text == "lambda"
        if depth == 0 and lambdas and token.text == ":":
            lambdas -= 1
        if depth == 0 and token.text == "," and not lambdas:
            parts.append([])
            comma = token.span.start
        else:
            parts[-1].append(token)
            comma = None
    return None


def _part(tokens: Sequence[_Token]) -> Part:
    depth = 0
    for index, token in enumerate(tokens):
        depth += token.turn
        if depth == 0 and token.text == "=" and index:
            name = tokens[0].text
            return Part(name, "", _around(tokens), _around(tokens[index + 1 :] or tokens[index:]))
    star = tokens[0].text if tokens[0].text in ("*", "**") else ""
    return Part(None, star, _around(tokens), _around(tokens[1:] if star and tokens[1:] else tokens))


def _side(tokens: Sequence[_Token]) -> Side:
    depths = accumulate(token.turn for token in tokens)
    commas = (depth == 0 and token.text == "," for token, depth in zip(tokens, depths, strict=True))
    return Side(_around(tokens), any(commas))


def _around(tokens: Sequence[_Token]) -> Span:
    return Span(tokens[0].span.start, tokens[-1].span.end)
