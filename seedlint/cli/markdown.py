"""The Markdown of the rules' pages, as a terminal shows it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import click

WIDEST = 88
CODE = re.compile(r"`([^`]+)`", re.S)
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def rendered(text: str, columns: int) -> str:
    """``text`` with bold headings, lines of at most ``columns``, and coloured code."""
    return "\n".join(_lines(text, min(columns, WIDEST)))


def _lines(text: str, columns: int) -> Iterator[str]:
    """The lines, taken block by block: code, headings, paragraphs and items of lists."""
    block: list[str] = []
    in_code = False
    for line in [*text.splitlines(), ""]:
        is_fence = line.startswith("```")
        if block and (is_fence or not line or line.startswith(("- ", "#"))):
            yield _wrapped(" ".join(block), columns)
            block = []
        if is_fence:
            in_code = not in_code
        elif in_code:
            yield click.style(f"    {line}".rstrip(), fg="cyan")
        elif line.startswith("#"):
            yield click.style(line.lstrip("# "), bold=True, underline=line.startswith("# ") or None)
        elif line:
            block.append(line.strip())
        else:
            yield ""


def _wrapped(text: str, columns: int) -> str:
    further = "  " if text.startswith("- ") else ""
    # A blank inside of code is no place to break a line.
    kept = CODE.sub(lambda code: code[0].replace(" ", "\0"), LINK.sub(r"\1", text))
    lines = textwrap.fill(
        kept, columns, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )
    return CODE.sub(lambda code: click.style(code[1], fg="cyan"), lines.replace("\0", " "))
