"""An editor as the language server sees one: a client library that talks over stdio."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.uris import to_fs_path

ROOT = Path(__file__).parents[1]
PATIENCE = 60
RELATED = types.PublishDiagnosticsClientCapabilities(related_information=True)
RESOLVES = types.CodeActionClientCapabilities(
    resolve_support=types.ClientCodeActionResolveOptions(["edit"])
)
WORKSPACE = types.WorkspaceClientCapabilities(
    workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
    did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
        dynamic_registration=True
    ),
)


def capable(*encodings: str, resolves: bool = True) -> types.ClientCapabilities:
    """An editor that can do all that the server asks for."""
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=list(encodings) or None),
        workspace=WORKSPACE,
        text_document=types.TextDocumentClientCapabilities(
            publish_diagnostics=RELATED, code_action=RESOLVES if resolves else None
        ),
        notebook_document=types.NotebookDocumentClientCapabilities(
            types.NotebookDocumentSyncClientCapabilities()
        ),
    )


class Editor:
    """One session in the folder ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.client = LanguageClient("tests", "1")
        self.diagnostics: dict[str, tuple[types.Diagnostic, ...]] = {}
        self.versions: dict[str, int | None] = {}
        self.messages: list[str] = []
        self.logs: list[str] = []
        self.watched: list[str] = []
        self.encoding: str | None = None
        self._news = asyncio.Event()
        self._numbers = itertools.count(1)
        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(self._on_diagnostics())
        self.client.feature(types.WINDOW_SHOW_MESSAGE)(self._into(self.messages))
        self.client.feature(types.WINDOW_LOG_MESSAGE)(self._into(self.logs))
        self.client.feature(types.CLIENT_REGISTER_CAPABILITY)(self._on_registration())

    def _on_diagnostics(self) -> Callable[[types.PublishDiagnosticsParams], None]:
        def told(params: types.PublishDiagnosticsParams) -> None:
            self.diagnostics[params.uri] = tuple(params.diagnostics)
            self.versions[params.uri] = params.version
            self._news.set()

        return told

    def _into(self, log: list[str]) -> Callable[[types.ShowMessageParams], None]:
        def told(params: types.ShowMessageParams) -> None:
            log.append(params.message)
            self._news.set()

        return told

    def _on_registration(self) -> Callable[[types.RegistrationParams], None]:
        def asked(params: types.RegistrationParams) -> None:
            self.watched += [one.method for one in params.registrations]
            self._news.set()

        return asked

    async def start(self, capabilities: types.ClientCapabilities) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        await self.client.start_io(
            sys.executable, "-m", "seedlint", "server", cwd=self.root, env=env
        )
        folder = types.WorkspaceFolder(self.root.as_uri(), "root")
        result = await self.client.initialize_async(
            types.InitializeParams(
                capabilities, root_uri=self.root.as_uri(), workspace_folders=[folder]
            )
        )
        self.encoding = result.capabilities.position_encoding
        self.client.initialized(types.InitializedParams())

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for what the server says; fails if it takes for ever."""
        while not holds():
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), PATIENCE)

    async def stop(self) -> int | None:
        """How the server exits when it is asked to."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        return await self.exit_code()

    async def exit_code(self) -> int | None:
        assert self.client._server is not None
        return await asyncio.wait_for(self.client._server.wait(), PATIENCE)

    # texts

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    async def open(self, name: str, text: str | None = None) -> tuple[types.Diagnostic, ...]:
        """Open a file, with another ``text`` than it has if so said; what is found in it."""
        content = (self.root / name).read_text("utf-8") if text is None else text
        return await self.open_uri(self.uri(name), content)

    async def open_uri(self, uri: str, text: str) -> tuple[types.Diagnostic, ...]:
        item = types.TextDocumentItem(uri, "python", 0, text)
        return await self._after(
            uri,
            lambda: self.client.text_document_did_open(types.DidOpenTextDocumentParams(item)),
        )

    async def change(self, name: str, *changes: object) -> tuple[types.Diagnostic, ...]:
        """Change an open file: by a whole new text, or a `TextDocumentContentChangePartial`."""
        uri = name if ":" in name else self.uri(name)
        return await self._after(uri, lambda: self.type(uri, *changes))

    def type(self, uri: str, *changes: object) -> int:
        number = next(self._numbers)
        whole = types.TextDocumentContentChangeWholeDocument
        given = [whole(one) if isinstance(one, str) else one for one in changes]
        name = types.VersionedTextDocumentIdentifier(number, uri)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(name, given)  # type: ignore[arg-type]
        )
        return number

    async def _after(self, uri: str, act: Callable[[], object]) -> tuple[types.Diagnostic, ...]:
        self.diagnostics.pop(uri, None)
        act()
        await self.until(lambda: uri in self.diagnostics)
        return self.diagnostics[uri]

    def save(self, name: str) -> None:
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    def close(self, name: str) -> None:
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def tell(self, name: str, kind: types.FileChangeType) -> None:
        """Say that a file was changed outside of the editor."""
        event = types.FileEvent(self.uri(name), kind)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    # notebooks

    def open_notebook(self, name: str, cells: Sequence[str]) -> list[str]:
        """The URIs of the notebook and of its ``cells``, once it is open."""
        uri = self.uri(name)
        uris = [
            uri.replace("file:", "vscode-notebook-cell:") + f"#{n}" for n, _ in enumerate(cells)
        ]
        kind = types.NotebookCellKind.Code
        book = types.NotebookDocument(
            uri, "jupyter-notebook", 0, [types.NotebookCell(kind, one) for one in uris]
        )
        texts = zip(uris, cells, strict=True)
        items = [types.TextDocumentItem(one, "python", 0, text) for one, text in texts]
        self.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(book, items))
        return [uri, *uris]

    def type_in_cell(self, book: str, cell: str, text: str) -> None:
        number = next(self._numbers)
        name = types.VersionedTextDocumentIdentifier(number, cell)
        whole = types.TextDocumentContentChangeWholeDocument(text)
        content = types.NotebookDocumentCellContentChanges(name, [whole])
        self._change_notebook(
            book, number, types.NotebookDocumentCellChanges(text_content=[content])
        )

    def remove_cell(self, book: str, index: int, cell: str) -> None:
        structure = types.NotebookDocumentCellChangeStructure(
            types.NotebookCellArrayChange(index, 1), did_close=[types.TextDocumentIdentifier(cell)]
        )
        self._change_notebook(
            book, next(self._numbers), types.NotebookDocumentCellChanges(structure)
        )

    def _change_notebook(
        self, book: str, number: int, cells: types.NotebookDocumentCellChanges
    ) -> None:
        name = types.VersionedNotebookDocumentIdentifier(number, book)
        change = types.NotebookDocumentChangeEvent(cells=cells)
        self.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(name, change)
        )

    def close_notebook(self, book: str, *cells: str) -> None:
        names = [types.TextDocumentIdentifier(cell) for cell in cells]
        self.client.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(book), names)
        )

    # fixes

    async def actions(
        self, uri: str, place: types.Range, *only: str
    ) -> dict[str, types.CodeAction]:
        """What is offered at ``place``, by its title."""
        context = types.CodeActionContext([], only=list(only) or None)
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(types.TextDocumentIdentifier(uri), place, context)
        )
        offered = [one for one in found or () if isinstance(one, types.CodeAction)]
        return {one.title: one for one in offered}

    async def edited(self, action: types.CodeAction, **texts: str) -> dict[str, str]:
        """``texts`` by their names without a suffix, after ``action``."""
        whole = await self.client.code_action_resolve_async(action)
        assert whole.edit is not None
        assert whole.edit.document_changes is not None
        result = {}
        for change in whole.edit.document_changes:
            assert isinstance(change, types.TextDocumentEdit)
            name = Path(to_fs_path(change.text_document.uri) or "").stem
            result[name] = applied(texts[name], change.edits)
        return result


def applied(text: str, edits: object) -> str:
    """``text`` after ``edits``, whose columns must be the same in all encodings."""
    lines = text.split("\n")
    found = sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character))  # type: ignore[call-overload]
    for edit in reversed(found):
        start, end = edit.range.start, edit.range.end
        head, tail = lines[start.line][: start.character], lines[end.line][end.character :]
        lines[start.line : end.line + 1] = (head + edit.new_text + tail).split("\n")
    return "\n".join(lines)


def session(
    root: Path,
    play: Callable[[Editor], Awaitable[None]],
    capabilities: types.ClientCapabilities | None = None,
) -> Editor:
    """Run ``play`` in an editor in ``root``, end the server, and give what it has said."""

    async def run() -> Editor:
        editor = Editor(root.resolve())
        await editor.start(capabilities or capable())
        await play(editor)
        assert await editor.stop() == 0
        assert not editor.logs
        return editor

    return asyncio.run(run())
