"""What the language server does with each message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types

from seedlint.rules import RULES
from seedlint.server.actions import FIX_ALL
from seedlint.server.session import Server
from seedlint.server.work import ALL

# Seconds without a key pressed, after which it is worth to look.
PAUSE = 0.2
PAGES = {rule.code: f"# {rule.name} ({rule.code})\n\n{rule.page.strip()}" for rule in RULES}
KINDS = [types.CodeActionKind.QuickFix, FIX_ALL]


def serve() -> int:
    """Talk to an editor over stdin and stdout until it ends that; the exit code."""
    server = Server()
    for name, (handler, options) in HANDLERS.items():
        server.feature(name, options)(handler)
    server.start_io()
    return 0 if server.was_shut_down else 1


async def _initialized(ls: Server, params: types.InitializedParams) -> None:
    await ls.watch()


def _shut_down(ls: Server, params: None) -> None:
    ls.was_shut_down = True


def _opened(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    ls.touch(params.text_document.uri)


def _changed(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    ls.touch(params.text_document.uri, PAUSE)


def _saved(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    ls.touch(params.text_document.uri)


def _closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    ls.clear([params.text_document.uri])
    # Its file counts again, and may say something else.
    ls.touch(ALL)


def _notebook_opened(ls: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    ls.touch(params.notebook_document.uri)


def _notebook_changed(ls: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    cells = params.change.cells
    structure = cells.structure if cells is not None else None
    ls.clear([cell.uri for cell in (structure.did_close if structure else None) or []])
    ls.touch(params.notebook_document.uri, PAUSE)


def _notebook_saved(ls: Server, params: types.DidSaveNotebookDocumentParams) -> None:
    ls.touch(params.notebook_document.uri)


def _notebook_closed(ls: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    ls.clear([cell.uri for cell in params.cell_text_documents])
    ls.clear([params.notebook_document.uri])
    ls.touch(ALL)


def _files_changed(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    ls.touch(ALL)
    for change in params.changes:
        if change.type == types.FileChangeType.Deleted:
            ls.forget(change.uri)
        else:
            ls.touch(change.uri)


def _folders_changed(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    ls.touch(ALL)


def _hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    found = ls.at(params.text_document.uri, params.position)
    if not found:
        return None
    pages = dict.fromkeys(PAGES[one.finding.code] for one in found)
    text = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(pages))
    return types.Hover(text, found[0].diagnostic.range)


async def _code_actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    return await ls.offered(params)


async def _resolved(ls: Server, params: types.CodeAction) -> types.CodeAction:
    return await ls.resolved(params)


HANDLERS: dict[str, tuple[Callable[..., Any], Any]] = {
    types.INITIALIZED: (_initialized, None),
    types.SHUTDOWN: (_shut_down, None),
    types.TEXT_DOCUMENT_DID_OPEN: (_opened, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (_changed, None),
    types.TEXT_DOCUMENT_DID_SAVE: (_saved, None),
    types.TEXT_DOCUMENT_DID_CLOSE: (_closed, None),
    types.NOTEBOOK_DOCUMENT_DID_OPEN: (_notebook_opened, None),
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: (_notebook_changed, None),
    types.NOTEBOOK_DOCUMENT_DID_SAVE: (_notebook_saved, None),
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: (_notebook_closed, None),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (_files_changed, None),
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: (_folders_changed, None),
    types.TEXT_DOCUMENT_HOVER: (_hover, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        _code_actions,
        types.CodeActionOptions(code_action_kinds=KINDS, resolve_provider=True),
    ),
    types.CODE_ACTION_RESOLVE: (_resolved, None),
}
