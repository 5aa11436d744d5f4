"""A report as an editor shows it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types
from pygls.workspace import PositionCodec

from seedlint.data import dataclass
from seedlint.formats.as_json import url_of
from seedlint.model import Finding, Note, Report, Severity, Span
from seedlint.rules import unused_suppression
from seedlint.server.documents import Document
from seedlint.server.places import range_of
from seedlint.server.work import Verdict

SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding and how it is shown; ``uri`` is that of a text, or of a cell of a notebook."""

    uri: str
    finding: Finding
    diagnostic: types.Diagnostic


@dataclass(frozen=True, slots=True)
class Atlas:
    """Where the editor finds the places of a report."""

    report: Report
    documents: dict[str, Document]
    codec: PositionCodec

    def location(self, path: str, span: Span) -> types.Location | None:
        """``None`` for a place in a notebook that is closed: its cells have no names."""
        view = self.report.view(path, span)
        document = self.documents.get(os.path.realpath(path))
        if view.cell is not None:
            if document is None:
                return None
            uri = document.cells[view.cell - 1].uri
        else:
            uri = Path(os.path.realpath(path)).as_uri() if document is None else document.uri
        return types.Location(uri, range_of(view.lines, view.span, self.codec))


def shown(
    verdict: Verdict, documents: Iterable[Document], codec: PositionCodec, has_related: bool
) -> Iterator[Shown]:
    """All findings of ``verdict``; notes are told in the message unless the editor ``has_related``.

    ``documents`` are all that are open.
    """
    by_path = {str(document.path): document for document in documents}
    # A text of the job itself wins over another one that goes by the same path.
    by_path.update({str(document.path): document for document in verdict.job.documents})
    atlas = Atlas(verdict.report, by_path, codec)
    for finding in verdict.report.findings:
        place = atlas.location(finding.path, finding.span)
        if place is not None:
            yield Shown(place.uri, finding, _diagnostic(atlas, finding, place, has_related))


def _diagnostic(
    atlas: Atlas, finding: Finding, place: types.Location, has_related: bool
) -> types.Diagnostic:
    notes = [(note, _related(atlas, note) if has_related else None) for note in finding.notes]
    told = [_told(atlas.report, note) for note, related in notes if related is None]
    is_unused = finding.code == unused_suppression.RULE.code
    return types.Diagnostic(
        range=place.range,
        message="\n".join([finding.message, *told]),
        severity=SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(url_of(finding.name)),
        source="seedlint",
        tags=[types.DiagnosticTag.Unnecessary] if is_unused else None,
        related_information=[related for _, related in notes if related is not None] or None,
    )


def _related(atlas: Atlas, note: Note) -> types.DiagnosticRelatedInformation | None:
    if note.path is None or note.span is None:
        return None
    place = atlas.location(note.path, note.span)
    return None if place is None else types.DiagnosticRelatedInformation(place, note.message)


def _told(report: Report, note: Note) -> str:
    if note.path is None or note.span is None:
        return f"note: {note.message}"
    return f"note: {note.path}:{report.view(note.path, note.span)} {note.message}"
