"""What a fix would do, as lines."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from seedlint.edits import apply
from seedlint.formats.text import shown
from seedlint.model import Applicability, Fix


def heading(fix: Fix) -> str:
    """What ``fix`` does, and how far it may be trusted."""
    why = f" ({fix.reason})" if fix.reason else ""
    unsafe = " (unsafe)" if fix.applicability is Applicability.UNSAFE else ""
    return shown(f"{fix.message}{why}{unsafe}")


def changed(fix: Fix, texts: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, list[str]]]:
    """Each file that ``fix`` edits, with the lines that it takes out (``-``) and adds (``+``)."""
    for path in dict.fromkeys(edit.path for edit in fix.edits):
        edits = [(edit.span, edit.text) for edit in fix.edits if edit.path == path]
        old = texts.get(path, ())
        new = apply("\n".join(old), edits).split("\n")
        compared = difflib.ndiff(old, new)
        yield path, [shown(line.rstrip()) for line in compared if line[0] in "+-"]
