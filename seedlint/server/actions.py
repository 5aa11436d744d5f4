"""What an editor can offer for a finding, and the edits of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.workspace import PositionCodec

from seedlint.fix import is_allowed
from seedlint.model import Applicability, Change, Position
from seedlint.notebook import code_cells, decoded
from seedlint.rules import unused_suppression
from seedlint.server.diagnostics import Shown
from seedlint.server.documents import Document
from seedlint.server.places import edits_between
from seedlint.server.work import Remedy, is_safe_within
from seedlint.source import NOTEBOOK, Source, decode

FIX_ALL = "source.fixAll.seedlint"


def offered(
    findings: Iterable[Shown], place: types.CodeActionParams, path: Path
) -> Iterator[tuple[types.CodeAction, Remedy]]:
    """The actions without their edits; ``findings`` are all of the document at ``path``."""
    here = [one for one in findings if one.uri == place.text_document.uri]
    if _is_asked(place, types.CodeActionKind.QuickFix):
        met = [one for one in here if _touch(one.diagnostic.range, place.range)]
        for one in met:
            yield from _fix(one)
        for one in met:
            yield from _ignore(one)
    if _is_asked(place, FIX_ALL) and any(is_safe_within(path, one.finding) for one in findings):
        title = "Fix all that seedlint can fix safely"
        yield types.CodeAction(title, kind=FIX_ALL), Remedy("fix-all", "", Position(1, 1))


def _is_asked(place: types.CodeActionParams, kind: str) -> bool:
    only = place.context.only
    return only is None or any(kind == one or kind.startswith(f"{one}.") for one in only)


def _touch(one: types.Range, other: types.Range) -> bool:
    return one.start <= other.end and other.start <= one.end


def _fix(one: Shown) -> Iterator[tuple[types.CodeAction, Remedy]]:
    fix = one.finding.fix
    if fix is None or not is_allowed(True, one.finding):
        return
    is_safe = fix.applicability is Applicability.SAFE
    action = types.CodeAction(
        f"{one.finding.code}: {fix.message}{'' if is_safe else ' (unsafe)'}",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[one.diagnostic],
        is_preferred=is_safe,
    )
    yield action, Remedy("fix", one.finding.code, one.finding.span.start)


def _ignore(one: Shown) -> Iterator[tuple[types.CodeAction, Remedy]]:
    if one.finding.code == unused_suppression.RULE.code:
        return
    action = types.CodeAction(
        f"{one.finding.code}: Ignore it on this line",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[one.diagnostic],
    )
    yield action, Remedy("ignore", one.finding.code, one.finding.span.start)


def packed(uri: str, generation: int, remedy: Remedy) -> dict[str, Any]:
    """What an editor gives back when it wants the edits."""
    start = [remedy.start.line, remedy.start.column]
    return {
        "uri": uri,
        "generation": generation,
        "kind": remedy.kind,
        "code": remedy.code,
        "start": start,
    }


def unpacked(data: Any) -> tuple[str, int, Remedy]:
    """The opposite of `packed`. Raises `KeyError`, `TypeError` or `ValueError` for what is not."""
    line, column = data["start"]
    return (
        data["uri"],
        data["generation"],
        Remedy(data["kind"], data["code"], Position(line, column)),
    )


def workspace_edit(
    changes: Iterable[Change],
    documents: Iterable[Document],
    codec: PositionCodec,
    has_versions: bool,
) -> types.WorkspaceEdit | str:
    """``changes`` of texts that are open or on the disk, or why the editor cannot make them."""
    by_path = {document.path: document for document in documents}
    found: list[types.TextDocumentEdit] = []
    for change in changes:
        path = Path(change.path).resolve()
        document = by_path.get(path)
        if document is None and path.suffix == NOTEBOOK:
            return f"open {change.path} first: it has to be changed too"
        found += _edits(change, document or Document(path.as_uri(), None, path, b"", True), codec)
    if has_versions:
        return types.WorkspaceEdit(document_changes=found)
    # Only the annotated edits of newer editors are anything else.
    plain = {
        one.text_document.uri: [edit for edit in one.edits if isinstance(edit, types.TextEdit)]
        for one in found
    }
    return types.WorkspaceEdit(changes=plain)


def _edits(
    change: Change, document: Document, codec: PositionCodec
) -> Iterator[types.TextDocumentEdit]:
    new = _texts(change.new, document)
    for number, text in _texts(change.old, document).items():
        edits = list(edits_between(text, new[number], codec))
        if edits:
            part = document.parts[number - 1]
            name = types.OptionalVersionedTextDocumentIdentifier(part.uri, part.version)
            yield types.TextDocumentEdit(name, edits)


def _texts(data: bytes, document: Document) -> dict[int, str]:
    """The text of each part of ``document`` by its number, if its file held ``data``."""
    if document.path.suffix == NOTEBOOK:
        return {cell.number: cell.source for cell in code_cells(decoded(data))}
    source = decode(data, document.uri)
    return {1: source.text} if isinstance(source, Source) else {}
