"""One conversation with an editor: what is shown, and what it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import (
    FeatureRequestError,
    JsonRpcContentModified,
    JsonRpcException,
    JsonRpcInvalidParams,
)
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import RPCMessage

from seedlint import __version__
from seedlint.model import SeedlintError
from seedlint.server import actions
from seedlint.server.diagnostics import Shown, shown
from seedlint.server.documents import Document, OpenTexts, documents, folders
from seedlint.server.work import ALL, Linter, Mender, Remedy, Snapshot, Verdict

# What a report depends on beside the texts that are open: see also `seedlint.pins`.
WATCHED = "**/{*.py,*.pyi,*.ipynb,pyproject.toml,setup.cfg,requirements*.txt,.gitignore}"


T = TypeVar("T")


class Protocol(LanguageServerProtocol):
    """pygls's, but for how texts are changed, and for what it never forgets."""

    def handle_message(self, message: RPCMessage) -> None:
        super().handle_message(message)
        # pygls 2.1 keeps the outcome of every notification that it handles itself.
        done = [key for key, future in self._request_futures.items() if future.done()]
        for key in done:
            del self._request_futures[key]

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        result = yield from super().lsp_initialize(params)
        self._workspace = OpenTexts(
            self.workspace.root_uri,
            types.TextDocumentSyncKind.Incremental,
            params.workspace_folders,
            result.capabilities.position_encoding,
        )
        return result


class Server(LanguageServer):
    """One conversation with an editor.

    All of this runs in the thread of the event loop; what takes its time has one thread for what
    is shown as one types, and one for what reads whole projects.
    """

    def __init__(self) -> None:
        language = types.NotebookCellLanguage("python")
        cells = types.NotebookDocumentFilterWithNotebook("*", [language])
        notebooks = types.NotebookDocumentSyncOptions([cells], save=True)
        super().__init__(
            "seedlint",
            __version__,
            notebook_document_sync=notebooks,
            protocol_cls=Protocol,
        )
        self.was_shut_down = False
        self._generation = 0
        self._dirty: set[str] = set()
        self._due = 0.0
        self._hurry = asyncio.Event()
        self._linting: asyncio.Task[None] | None = None
        self._gone: set[str] = set()
        self._shown: dict[str, list[Shown]] = {}
        self._told: dict[str, frozenset[str]] = {}
        self._linter, self._mender = Linter(), Mender()
        self._hands = ThreadPoolExecutor(1, "lint"), ThreadPoolExecutor(1, "mend")

    # what is open

    def snapshot(self) -> Snapshot:
        found = (one for one in documents(self.workspace) if one.uri not in self._gone)
        return Snapshot(self._generation, tuple(found), folders(self.workspace))

    def document_of(self, uri: str) -> Document | None:
        """The document that the text ``uri`` is, or is a cell of."""
        notebook = self.workspace.get_notebook_document(cell_uri=uri)
        name = uri if notebook is None else notebook.uri
        return next((one for one in self.snapshot().documents if one.uri == name), None)

    # diagnostics

    def touch(self, uri: str, pause: float = 0.0) -> None:
        """Lint what the document ``uri`` has a part in, once nothing happens for ``pause``."""
        self._generation += 1
        self._dirty.add(uri)
        self._gone.discard(uri)
        self._due = asyncio.get_running_loop().time() + pause
        if not pause:
            self._hurry.set()
        if self._linting is None or self._linting.done():
            self._linting = asyncio.create_task(self._lint())
            self._linting.add_done_callback(self._report_failure)

    async def _lint(self) -> None:
        loop = asyncio.get_running_loop()
        while self._dirty:
            while loop.time() < self._due:
                self._hurry.clear()
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._hurry.wait(), self._due - loop.time())
            dirty, self._dirty = frozenset(self._dirty), set()
            snapshot = self.snapshot()
            verdicts = await loop.run_in_executor(
                self._hands[0], self._linter.verdicts, snapshot, dirty
            )
            self._show(snapshot, dirty, verdicts)

    def _report_failure(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, SeedlintError):
            self._tell("", frozenset([str(error)]))
        elif error is not None:
            self._log(f"a lint failed: {type(error).__name__}: {error}")

    def _show(self, snapshot: Snapshot, dirty: frozenset[str], verdicts: list[Verdict]) -> None:
        current = self.snapshot().documents
        judged = {one.uri for verdict in verdicts for one in verdict.job.documents}
        for verdict in verdicts:
            self._tell(str(verdict.job.root), verdict.complaints)
            found = list(self._shown_of(verdict, snapshot.documents))
            for document in verdict.job.documents:
                # What cannot be parsed while it is typed keeps what was found before.
                is_kept = verdict.is_unread(document) and document.uri in self._shown
                if document in current and not is_kept:
                    self._publish(document, found)
        for document in snapshot.documents:
            if document.uri not in judged and dirty & {ALL, document.uri}:
                self._publish(document, [])

    def _shown_of(self, verdict: Verdict, found: Sequence[Document]) -> list[Shown]:
        related = "text_document.publish_diagnostics.related_information"
        has_related = bool(get_capability(self.client_capabilities, related))
        return list(shown(verdict, found, self.workspace.position_codec, has_related))

    def _publish(self, document: Document, found: Sequence[Shown]) -> None:
        uris = {part.uri for part in document.parts}
        self._shown[document.uri] = [one for one in found if one.uri in uris]
        for part in document.parts:
            diagnostics = [one.diagnostic for one in found if one.uri == part.uri]
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(part.uri, diagnostics, part.version)
            )

    def clear(self, uris: Sequence[str]) -> None:
        """Show nothing of the texts ``uris``."""
        for uri in uris:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
            self._shown.pop(uri, None)

    def forget(self, uri: str) -> None:
        """Show nothing of a document that is open and whose file is deleted, until it changes."""
        document = self.document_of(uri)
        if document is not None:
            self._publish(document, [])
            self._gone.add(document.uri)

    def _tell(self, root: str, texts: frozenset[str]) -> None:
        """What is wrong with the settings of the project ``root``, once."""
        for text in sorted(texts - self._told.get(root, frozenset())):
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))
        self._told[root] = texts

    def _log(self, text: str) -> None:
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, text))

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """To the log: nobody at an editor can do anything about a message that is no good.

        The answer to a request says itself what went wrong.
        """
        if source is not FeatureRequestError:
            self._log(f"{source.__name__}: {error}")

    # what is asked for

    def at(self, uri: str, position: types.Position) -> list[Shown]:
        """What is shown at ``position`` of the text ``uri``."""
        document = self.document_of(uri)
        found = [] if document is None else self._shown.get(document.uri, [])
        return [
            one
            for one in found
            if one.uri == uri and one.diagnostic.range.start <= position <= one.diagnostic.range.end
        ]

    async def offered(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        await self.settled()
        document = self.document_of(uri)
        if document is None or not self._shown.get(document.uri):
            return []
        snapshot = self.snapshot()
        work = partial(self._mender.verdict, snapshot, document.uri)
        verdict = await self._mend(snapshot, work)
        if verdict is None:
            return []
        found = self._shown_of(verdict, snapshot.documents)
        own = [one for one in found if one.uri in {part.uri for part in document.parts}]
        result = []
        for action, remedy in actions.offered(own, params, document.path):
            action.data = actions.packed(document.uri, snapshot.generation, remedy)
            edit = None if self._asks_later() else await self._edit(snapshot, document.uri, remedy)
            # What cannot be proved is not offered.
            if not isinstance(edit, str):
                action.edit = edit
                result.append(action)
        return result

    def _asks_later(self) -> bool:
        """Whether the editor asks for the edits of an action only when it is chosen."""
        resolves = "text_document.code_action.resolve_support"
        support = get_capability(self.client_capabilities, resolves)
        return support is not None and "edit" in support.properties

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        try:
            uri, generation, remedy = actions.unpacked(action.data)
        except (KeyError, TypeError, ValueError) as error:
            raise JsonRpcInvalidParams(f"not an action of seedlint: {error}") from error
        snapshot = self.snapshot()
        self._check(generation)
        edit = await self._edit(snapshot, uri, remedy)
        if isinstance(edit, str):
            raise JsonRpcException(f"not changed: {edit}")
        action.edit = edit
        return action

    async def settled(self) -> None:
        """Wait until all that was changed is linted."""
        while self._linting is not None and not self._linting.done():
            await asyncio.wait([self._linting])

    async def _edit(
        self, snapshot: Snapshot, uri: str, remedy: Remedy
    ) -> types.WorkspaceEdit | str:
        work = partial(self._mender.changes, snapshot, uri, remedy)
        changes = await self._mend(snapshot, work)
        if isinstance(changes, str):
            return changes
        has_versions = get_capability(
            self.client_capabilities, "workspace.workspace_edit.document_changes"
        )
        codec = self.workspace.position_codec
        return actions.workspace_edit(changes, snapshot.documents, codec, bool(has_versions))

    async def _mend(self, snapshot: Snapshot, work: Callable[[], T]) -> T:
        """What ``work`` gives. Raises `JsonRpcContentModified` if the texts are others by then."""

        def run() -> T:
            # It may have waited for another one.
            self._check(snapshot.generation)
            return work()

        result = await asyncio.get_running_loop().run_in_executor(self._hands[1], run)
        self._check(snapshot.generation)
        return result

    def _check(self, generation: int) -> None:
        if generation != self._generation:
            raise JsonRpcContentModified()

    async def watch(self) -> None:
        """Ask to be told of files that change outside of the editor."""
        watched = "workspace.did_change_watched_files.dynamic_registration"
        if get_capability(self.client_capabilities, watched):
            options = types.DidChangeWatchedFilesRegistrationOptions(
                [types.FileSystemWatcher(WATCHED)]
            )
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            registration = types.Registration("watched", method, options)
            await self.client_register_capability_async(types.RegistrationParams([registration]))
