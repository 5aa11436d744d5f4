"""What a fix would do, as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from seedlint.edits import Replacement, apply
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
        lines = [line for near in _near(edits) for line in _difference(near, texts.get(path, ()))]
        yield path, [shown(line.rstrip()) for line in lines]


def _near(edits: Iterable[Replacement]) -> Iterator[list[Replacement]]:
    """Those of ``edits`` together that share a line."""
    group: list[Replacement] = []
    for span, text in sorted(edits):
        if group and span.start.line > group[-1][0].end.line:
            yield group
            group = []
        group.append((span, text))
    yield group


def _difference(edits: Sequence[Replacement], lines: Sequence[str]) -> Iterator[str]:
    """What ``edits`` change where they stand; the rest of a long file is not looked at."""
    if edits[-1][0].end.line > len(lines):
        return
    before = edits[0][0].start.line - 1
    old = lines[before : edits[-1][0].end.line]
    new = apply("\n".join(old), [(span.moved_up(before), text) for span, text in edits]).split("\n")
    head = common(old, new)
    tail = common(old[head:][::-1], new[head:][::-1])
    yield from (f"- {line}" for line in old[head : len(old) - tail])
    yield from (f"+ {line}" for line in new[head : len(new) - tail])


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines, or characters, they have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
