"""Text that others wrote, as it may be shown: a file name or a line of source can hold anything."""

from __future__ import annotations

import re

# Control characters, those that turn the direction of writing (Trojan Source, CVE-2021-42574),
# separators of lines, halves of surrogate pairs, and what XML has no place for.
_ODD = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def shown(text: str) -> str:
    """``text`` on one line, with a sign for each character that would do something else than show.

    Tabs stay, and so do all columns.
    """
    return _ODD.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    # Unicode has pictures of the ASCII control characters.
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"
