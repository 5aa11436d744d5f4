"""Comments that silence what is found, as edits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from seedlint.data import replace
from seedlint.layout import Lines, ends
from seedlint.model import Applicability, Edit, Finding, Fix, Position, Problem, Report, Span
from seedlint.notebook import source_of
from seedlint.rules import unused_suppression
from seedlint.source import normalised

Ends = Mapping[int, Position | None]


def remedied(report: Report, known: Set[Finding]) -> Report:
    """``report`` with a comment for the fix of each finding; none for what is ``known``."""
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        if finding not in known:
            by_path[finding.path].append(finding)
    fixes: dict[Finding, Fix] = {}
    for path, findings in by_path.items():
        source = source_of(report.read[path], path)
        if not isinstance(source, Problem):
            places = ends(normalised(source.text).split("\n"))
            fixes.update(_fixes(findings, places, report.texts[path]))
    found = (replace(finding, fix=fixes.get(finding)) for finding in report.findings)
    return replace(report, findings=tuple(found))


def _fixes(
    findings: Sequence[Finding], places: Ends, lines: Lines
) -> Iterator[tuple[Finding, Fix]]:
    """What silences each of ``findings``, all in one file."""
    rows = {finding: _row(finding, places) for finding in findings}
    codes: dict[int, set[str]] = defaultdict(set)
    for finding, row in rows.items():
        if row is not None and finding.code != unused_suppression.RULE.code:
            codes[row].add(finding.code)
    for finding, row in rows.items():
        if finding.code == unused_suppression.RULE.code:
            yield finding, _left(finding, "`--fix` removes what silences nothing")
        elif row is None:
            yield finding, _left(finding, "no comment can stand on its lines")
        else:
            span, text = _comment(row, sorted(codes[row]), places[row], lines[row - 1])
            edit = Edit(finding.path, span, text)
            yield finding, Fix(f"Silence {finding.code}", Applicability.SAFE, (edit,))


def _left(finding: Finding, reason: str) -> Fix:
    return Fix(f"Silence {finding.code} by hand", Applicability.DISPLAY, (), reason)


def _row(finding: Finding, places: Ends) -> int | None:
    """The line on which a comment counts for ``finding``: the first one, if it can stand there."""
    first, last = finding.span.start.line, finding.span.end.line
    if first in places:
        return first
    return min((row for row in places if row >= last), default=None)


def _comment(
    row: int, codes: Iterable[str], comment: Position | None, line: str
) -> tuple[Span, str]:
    """What silences ``codes`` on the ``line`` with the number ``row``, which has a ``comment``."""
    from seedlint.extract.comments import silences

    if comment is not None:
        text = line[comment.column - 1 :]
        for known in silences(text, Span(comment, comment)):
            if known.form == "ignore" and known.codes:
                return _joined(row, known.codes, codes, line, known.span.end.column - 2)
    start = len(line.rstrip())
    return _between(row, start, len(line)), f"  # seedlint: ignore[{', '.join(codes)}]"


def _joined(
    row: int, known: Sequence[str], codes: Iterable[str], line: str, end: int
) -> tuple[Span, str]:
    """``codes`` behind those that are ``known``, whose bracket closes at the index ``end``."""
    start = len(line[:end].rstrip(", \t"))
    new = ", ".join(code for code in codes if code not in known)
    return _between(row, start, end), f", {new}" if any(known) else new


def _between(row: int, start: int, end: int) -> Span:
    return Span(Position(row, start + 1), Position(row, end + 1))
