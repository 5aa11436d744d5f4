"""What Jupyter runs and Python cannot parse, taken out of a cell: lines and columns stay."""

from __future__ import annotations

import re
from collections.abc import Callable

from seedlint.model import Position
from seedlint.source import complaint

Complaint = tuple[str, Position]

# Their cells hold Python; of all others nobody knows what they hold.
PYTHON_MAGICS = re.compile(
    r"[ \t]*%%(backend\w*|capture|debug|ipytest|memit|prun|px|pypy|python3?|time|timeit)\b"
)
CELL_MAGIC = re.compile(r"[ \t]*%%")
# In a cell without other Python these commands need no `%`.
COMMANDS = "cat|cd|conda|cp|ls|mamba|mkdir|mv|pip|pip3|rm|rmdir|load_ext|matplotlib"
# At the start of a statement; a backslash takes the next line in. None of these can be Python.
MAGIC = re.compile(
    rf"""
    (?P<target> [ \t]*[^\s\#'"()=%!][^\#'"()=\n]*=[ \t]*(?=[%!]) )?
    (?P<indent> [ \t]* )
    (?P<magic>
        (?: [%!?,;/] | (?:{COMMANDS})[ \t]+(?![^\s\w]*=|\() ) (?:[^\n]*\\\n)*[^\n]*
      | [%\w.*\[\]]+[ \t]*\?{{1,2}}[ \t]*(?=\n|\Z)
    )
    """,
    re.VERBOSE,
)
INDENTED = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]+[^\s#]")
TIMED = re.compile(r"%time[ \t]+(?=[^\s-])")
TOKEN = re.compile(
    r"""
    (?P<quotes>\"{3}|'{3})(?:\\.|(?!(?P=quotes)).)*(?:(?P=quotes)|\Z)
    | "(?:\\.|[^"\\\n])*"? | '(?:\\.|[^'\\\n])*'? | \#[^\n]* | \\\n | [()\[\]{}\n]
    """,
    re.VERBOSE | re.DOTALL,
)
MAX_BAD_LINES = 10


def mended(
    cell: str, refusal: Callable[[str], Complaint | None] = complaint
) -> tuple[str, Complaint | None]:
    """``cell`` as Python of the same shape, and the first thing that ``refusal`` had against it.

    One bad line may hide an import that all other cells need: it goes alone if that is enough.
    """
    text = masked(cell)
    first = found = _refused(text, refusal)
    for _ in range(MAX_BAD_LINES):
        if found is None:
            return text, first
        lines = text.split("\n")
        bad = min(found[1].line, len(lines)) - 1
        lines[bad] = _without(lines[bad])
        text = masked("\n".join(lines))
        found = _refused(text, refusal)
    return (text, first) if found is None else (_blank(cell), first)


def headed(text: str) -> str:
    """``text`` after a line of its own, which lets it be indented: Jupyter does not mind."""
    return f"{'with _:' if INDENTED.match(text) else ''}\n{text}"


def _refused(text: str, refusal: Callable[[str], Complaint | None]) -> Complaint | None:
    found = refusal(headed(text))
    if found is None:
        return None
    message, place = found
    return message, Position(max(place.line - 1, 1), place.column)


def masked(cell: str) -> str:
    """``cell``, whose lines end in ``\\n``, with all that is not Python replaced by what is."""
    # What only looks like a magic, in a string or between brackets, is left alone here.
    if complaint(cell) is None:
        return cell
    lines = cell.split("\n")
    for index, line in enumerate(lines):
        if CELL_MAGIC.match(line):
            if not PYTHON_MAGICS.match(line):
                return _blank(cell)
            lines[index] = _blank(line)
        elif line.strip() and not line.lstrip().startswith("#"):
            break
    return _without_magics("\n".join(lines))


def _without_magics(text: str) -> str:
    parts = []
    at = 0
    while at < len(text):
        magic = MAGIC.match(text, at)
        parts.append(text[at : _end_of_statement(text, at)] if magic is None else _stub(magic))
        at += len(parts[-1])
    return "".join(parts)


def _end_of_statement(text: str, at: int) -> int:
    depth = 0
    for token in TOKEN.finditer(text, at):
        if token[0] in "([{":
            depth += 1
        elif token[0] in ")]}":
            depth -= 1
        elif token[0] == "\n" and depth <= 0:
            return token.end()
    return len(text)


def _stub(magic: re.Match[str]) -> str:
    before, command = (magic["target"] or "") + magic["indent"], magic["magic"]
    timed = TIMED.match(command)
    if magic["target"]:
        # What a command gives, nobody knows; two of them give two things, as two calls do.
        return before + _padded("_()" if len(command.partition("\n")[0]) > 2 else "__", command)
    if timed and complaint(command[timed.end() :]) is None:
        return before + _padded("0", timed[0][:-1]) + ";" + command[timed.end() :]
    return before + _padded("0", command)


def _without(line: str) -> str:
    """A statement instead of ``line``: it may be all that a block holds."""
    code = line.lstrip()
    return line[: len(line) - len(code)] + _padded("0", code)


def _padded(stub: str, command: str) -> str:
    stub = stub[: len(command)]
    return stub + _blank(command[len(stub) :])


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
