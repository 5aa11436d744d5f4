"""Findings as one page that needs nothing else: no script, no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from seedlint.formats.concise import plural
from seedlint.formats.page import document, numbered, prose, rule, verbatim
from seedlint.formats.places import told, view_of, view_of_note
from seedlint.formats.preview import changed, heading
from seedlint.formats.text import shown
from seedlint.model import Finding, Fix, Note, Problem, Report, View

MAX_LINES = 12


def render(report: Report) -> str:
    """A page with the findings by file, each with its source, its way and what would mend it."""
    main = [*_problems(report.problems), *_files(report)]
    return document("seedlint report", _header(report), main, ["page.css"])


def _header(report: Report) -> Iterator[str]:
    found = len(report.findings)
    files = len({finding.path for finding in report.findings})
    summary = f"{plural(found, 'finding')} in {plural(files, 'file')}" if found else "No findings"
    hidden = len(report.silenced)
    silenced = f"; {plural(hidden, 'finding')} silenced by comments" if hidden else ""
    yield "<h1>seedlint report</h1>"
    yield f"<p>{summary}; {plural(report.files, 'file')} linted{silenced}.</p>"
    yield from _counts(report.findings)


def _counts(findings: Iterable[Finding]) -> Iterator[str]:
    counts = Counter((finding.code, finding.name) for finding in findings)
    if not counts:
        return
    yield "<table>"
    yield "<caption>Findings by rule</caption>"
    yield '<tr><th scope="col">Rule</th><th scope="col">Name</th><th scope="col">Findings</th></tr>'
    for (code, name), count in sorted(counts.items()):
        row = f'<th scope="row">{rule(code, name)}</th><td>{escape(name)}</td><td>{count}</td>'
        yield f"<tr>{row}</tr>"
    yield "</table>"


def _problems(problems: Iterable[Problem]) -> Iterator[str]:
    lines = [
        f"<li>{verbatim(problem.path)}: {prose(_placed(problem))}</li>" for problem in problems
    ]
    if lines:
        yield '<section class="problems">'
        yield "<h2>What could not be linted</h2>"
        yield from ("<ul>", *lines, "</ul>", "</section>")


def _placed(problem: Problem) -> str:
    at = problem.position
    if at is None or problem.cell is not None:
        return told(problem)
    return f"{at.line}:{at.column}: {problem.message}"


def _files(report: Report) -> Iterator[str]:
    for path, group in groupby(report.findings, key=lambda finding: finding.path):
        found = list(group)
        yield "<section>"
        yield f"<h2>{verbatim(path)} <small>{len(found)}</small></h2>"
        for finding in found:
            yield from _finding(report, finding)
        yield "</section>"


def _finding(report: Report, finding: Finding) -> Iterator[str]:
    view = view_of(report, finding)
    yield "<article>"
    yield f"<h3>{rule(finding.code, finding.name)} {prose(finding.message)}</h3>"
    yield f'<p class="place">{_place(view)} &middot; {escape(finding.name)}</p>'
    yield from _frame(view)
    if finding.notes:
        yield from ("<ol>", *_notes(report, finding), "</ol>")
    if finding.fix is not None:
        yield from _fix(report, finding.path, finding.fix)
    yield "</article>"


def _place(view: View) -> str:
    start = view.span.start
    cell = "" if view.cell is None else f"cell {view.cell}, "
    return f"{cell}line {start.line}, column {start.column}"


def _notes(report: Report, finding: Finding) -> Iterator[str]:
    for note in finding.notes:
        yield f"<li><p>{prose(note.message)}{_elsewhere(report, note)}</p>"
        view = view_of_note(report, note)
        yield from () if view is None else _frame(view)
        yield "</li>"


def _elsewhere(report: Report, note: Note) -> str:
    view = view_of_note(report, note)
    if view is None or note.path is None:
        return ""
    place = f"{verbatim(note.path)}, {_place(view)}"
    return f' <span class="place">{place}</span>'


def _fix(report: Report, here: str, fix: Fix) -> Iterator[str]:
    yield f"<details open><summary>{prose(heading(fix))}</summary>"
    for path, lines in changed(fix, report.texts):
        if path != here:
            yield f'<p class="place">{verbatim(path)}</p>'
        yield f'<pre tabindex="0">{"".join(map(_edited, lines))}</pre>'
    yield "</details>"


def _edited(line: str) -> str:
    tag = "ins" if line[0] == "+" else "del"
    return f"<{tag}>{escape(line)}</{tag}>\n"


def _frame(view: View) -> Iterator[str]:
    """The lines of a place, the part that it covers marked."""
    first, last = view.span.start.line, view.span.end.line
    stop = min(last, len(view.lines), first + MAX_LINES - 1)
    if first > stop:
        return
    lines = [_line(view, number) for number in range(first, stop + 1)]
    if stop < last:
        lines.append(f'<span class="number"></span>... {last - stop} more lines\n')
    yield f'<pre tabindex="0">{"".join(lines)}</pre>'


def _line(view: View, number: int) -> str:
    span, text = view.span, shown(view.lines[number - 1])
    indent = len(text) - len(text.lstrip())
    left = span.start.column - 1 if number == span.start.line else indent
    right = span.end.column - 1 if number == span.end.line else len(text)
    return numbered(number, text, left, right)
