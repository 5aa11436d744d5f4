"""Each finding with its source, and the way that its value took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from seedlint.formats.concise import headline, summary
from seedlint.formats.preview import changed, heading
from seedlint.formats.text import shown
from seedlint.model import Finding, Fix, Report, Span, View

MAX_LINES = 8


def render(report: Report) -> str:
    """A headline, a frame and notes for each finding, then a summary."""
    blocks = ["\n".join(_block(report, finding)) for finding in report.findings]
    return "\n\n".join(filter(None, [*blocks, summary(report)]))


def _block(report: Report, finding: Finding) -> Iterator[str]:
    yield headline(report, finding)
    here = report.view(finding.path, finding.span)
    yield from _frame(here, "^", "red")
    for note in finding.notes:
        label = click.style("note", fg="cyan", bold=True)
        if note.path is None or note.span is None:
            yield f"  {label}: {shown(note.message)}"
            continue
        same_line = note.span.start.line == note.span.end.line
        span = note.span if same_line else Span(note.span.start, note.span.start)
        there = report.view(note.path, span)
        near = (note.path, there.cell) == (finding.path, here.cell)
        place = "" if near else f" {shown(note.path)}:{there}"
        yield f"  {label}:{place} {shown(note.message)}"
        yield from _frame(there, "-", "cyan")
    if finding.fix is not None:
        yield from _help(finding.fix, report.texts)


def _help(fix: Fix, texts: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What mends it, and how the lines would read."""
    yield f"  {click.style('help', fg='green', bold=True)}: {heading(fix)}"
    lines = [line for _, found in changed(fix, texts) for line in found]
    for line in lines[:MAX_LINES]:
        yield click.style(f"    {line}", fg="green" if line[0] == "+" else "red")
    if len(lines) > MAX_LINES:
        yield f"    ... {len(lines) - MAX_LINES} more lines, which `--diff` shows"


def _frame(view: View, mark: str, colour: str) -> Iterator[str]:
    """The lines of a place with the part that it covers underlined."""
    span, lines = view.span, view.lines
    first, last = span.start.line, min(span.end.line, span.start.line + MAX_LINES - 1)
    if first > len(lines):
        return
    width = len(str(last))
    bar = click.style("|", fg="blue")
    yield f"{' ' * width} {bar}"
    for number in range(first, last + 1):
        text = shown(lines[number - 1])
        yield f"{click.style(f'{number:>{width}}', fg='blue')} {bar} {text.expandtabs(4)}".rstrip()
        if not text.strip():
            continue
        left = span.start.column - 1 if number == first else len(text) - len(text.lstrip())
        right = span.end.column - 1 if number == span.end.line else len(text)
        before = len(text[:left].expandtabs(4))
        length = max(len(text[:right].expandtabs(4)) - before, 1)
        yield f"{' ' * width} {bar} {' ' * before}{click.style(mark * length, fg=colour)}"
