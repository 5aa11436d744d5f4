"""Each finding with its source, and the way that its value took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from seedlint.formats.concise import headline, summary
from seedlint.model import Finding, Note, Report, Span

MAX_LINES = 8


def render(report: Report) -> str:
    """A headline, a frame and notes for each finding, then a summary."""
    blocks = ["\n".join(_block(finding, report.texts)) for finding in report.findings]
    return "\n\n".join(filter(None, [*blocks, summary(report)]))


def _block(finding: Finding, texts: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield headline(finding)
    yield from _frame(finding.span, texts.get(finding.path, ()), "^", "red")
    for note in finding.notes:
        yield from _note(note, finding.path, texts)


def _note(note: Note, path: str, texts: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    label = click.style("note", fg="cyan", bold=True)
    if note.path is None or note.span is None:
        yield f"  {label}: {note.message}"
        return
    start = note.span.start
    place = "" if note.path == path else f" {note.path}:{start.line}:{start.column}"
    yield f"  {label}:{place} {note.message}"
    first = Span(note.span.start, note.span.start)
    same_line = note.span.start.line == note.span.end.line
    yield from _frame(note.span if same_line else first, texts.get(note.path, ()), "-", "cyan")


def _frame(span: Span, lines: tuple[str, ...], mark: str, colour: str) -> Iterator[str]:
    """The lines of ``span`` with the part that it covers underlined."""
    first, last = span.start.line, min(span.end.line, span.start.line + MAX_LINES - 1)
    if first > len(lines):
        return
    width = len(str(last))
    bar = click.style("|", fg="blue")
    yield f"{' ' * width} {bar}"
    for number in range(first, last + 1):
        text = lines[number - 1]
        yield f"{click.style(f'{number:>{width}}', fg='blue')} {bar} {text.expandtabs(4)}".rstrip()
        if not text.strip():
            continue
        left = span.start.column - 1 if number == first else len(text) - len(text.lstrip())
        right = span.end.column - 1 if number == span.end.line else len(text)
        before = len(text[:left].expandtabs(4))
        length = max(len(text[:right].expandtabs(4)) - before, 1)
        yield f"{' ' * width} {bar} {' ' * before}{click.style(mark * length, fg=colour)}"
