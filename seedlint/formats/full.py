"""Each finding with its source, and the way that its value took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from seedlint.formats.concise import PLAIN, Look, headline, summary
from seedlint.formats.preview import changed, common, heading
from seedlint.formats.terminal import clipped, folded
from seedlint.formats.text import shown
from seedlint.model import Finding, Fix, Report, Span, View

MAX_LINES = 8


def render(report: Report, look: Look = PLAIN) -> str:
    """A headline, a frame and notes for each finding, then a summary."""
    blocks = ["\n".join(_block(report, finding, look)) for finding in report.findings]
    return "\n\n".join(filter(None, [*blocks, summary(report, look)]))


def _block(report: Report, finding: Finding, look: Look) -> Iterator[str]:
    yield headline(report, finding, look)
    here = report.view(finding.path, finding.span)
    yield from _frame(here, "^", "red", look.columns)
    for note in finding.notes:
        label = click.style("note", fg="cyan", bold=True)
        if note.path is None or note.span is None:
            yield folded(f"  {label}: ", shown(note.message), look.fold)
            continue
        same_line = note.span.start.line == note.span.end.line
        span = note.span if same_line else Span(note.span.start, note.span.start)
        there = report.view(note.path, span)
        near = (note.path, there.cell) == (finding.path, here.cell)
        place = "" if near else f" {shown(note.path)}:{there}"
        yield folded(f"  {label}:{place} ", shown(note.message), look.fold)
        yield from _frame(there, "-", "cyan", look.columns)
    if finding.fix is not None:
        yield from _help(finding.fix, report.texts, look)


def _help(fix: Fix, texts: Mapping[str, tuple[str, ...]], look: Look) -> Iterator[str]:
    """What mends it, and how the lines would read."""
    label = click.style("help", fg="green", bold=True)
    yield folded(f"  {label}: ", heading(fix), look.fold)
    lines = [line for _, found in changed(fix, texts) for line in found]
    for line in lines[:MAX_LINES]:
        text = _cut(line, lines[:MAX_LINES], look.columns - 4)
        yield click.style(f"    {text}", fg="green" if line[0] == "+" else "red")
    if len(lines) > MAX_LINES:
        yield f"    ... {len(lines) - MAX_LINES} more lines, which `--diff` shows"


def _cut(line: str, lines: list[str], columns: int) -> str:
    """As much as fits of ``line``, from before where it differs from another of ``lines``."""
    text = line[2:]
    others = [other[2:] for other in lines if other[0] != line[0]]
    other = max(others, key=lambda other: common(text, other), default=text)
    # As long as the other one, so that both are cut at the same place.
    text = text.ljust(len(other))
    part = clipped(text, common(text, other), len(text), columns - 2)
    return f"{line[0]} {part.text}".rstrip()


def _frame(view: View, mark: str, colour: str, columns: int) -> Iterator[str]:
    """The lines of a place with the part that it covers underlined."""
    span, lines = view.span, view.lines
    first, last = span.start.line, min(span.end.line, span.start.line + MAX_LINES - 1)
    if first > len(lines):
        return
    width = len(str(last))
    bar = click.style("|", fg="blue")
    yield f"{' ' * width} {bar}"
    for number in range(first, last + 1):
        text = lines[number - 1]
        left = span.start.column - 1 if number == first else len(text) - len(text.lstrip())
        right = span.end.column - 1 if number == span.end.line else len(text.rstrip())
        line = clipped(text, left, right, columns - width - len(" | "))
        yield f"{click.style(f'{number:>{width}}', fg='blue')} {bar} {line.text}".rstrip()
        if text.strip():
            marks = click.style(mark * line.length, fg=colour)
            yield f"{' ' * width} {bar} {' ' * line.before}{marks}"
