"""A page that needs nothing else: no script, no network. What all of them have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from seedlint import __version__
from seedlint.formats.as_json import url_of
from seedlint.formats.text import shown

CODE = re.compile("`([^`]+)`")


def document(title: str, header: Iterable[str], main: Iterable[str], styles: Iterable[str]) -> str:
    """A page of ``header`` and ``main``, which are HTML; ``styles`` are files beside this one."""
    sheets = [Path(__file__).with_name(name).read_text("utf-8") for name in styles]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{plain(title)}</title>",
            f"<style>\n{''.join(sheets)}</style>",
            "</head>",
            "<body>",
            '<a class="skip" href="#main">Skip to the details</a>',
            "<header>",
            *header,
            "</header>",
            '<main id="main" tabindex="-1">',
            *main,
            "</main>",
            f"<footer>seedlint {__version__}</footer>",
            "</body>",
            "</html>",
        ]
    )


def plain(text: str) -> str:
    """What others wrote, as text of a page or of an attribute in it."""
    return escape(shown(text))


def verbatim(text: str) -> str:
    """What others wrote, as code."""
    return f"<code>{plain(text)}</code>"


def prose(text: str) -> str:
    """A message; what it has in backticks is code."""
    return CODE.sub(r"<code>\1</code>", plain(text))


def rule(code: str, name: str) -> str:
    """The rule ``code``, with a link to what explains it."""
    return f'<a href="{escape(url_of(name))}">{escape(code)}</a>'


def wide(label: str) -> str:
    """The beginning of a ``<div>`` that may be too wide: it can be scrolled by keyboard."""
    return f'<div class="wide" tabindex="0" role="group" aria-label="{plain(label)}">'


def numbered(number: int, text: str, left: int, right: int) -> str:
    """A line of source, what stands from ``left`` to ``right`` marked."""
    before, part, after = (plain(piece) for piece in (text[:left], text[left:right], text[right:]))
    return f'<span class="number">{number}</span>{before}<mark>{part}</mark>{after}\n'
