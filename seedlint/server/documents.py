"""What is open in the editor, as the rest of seedlint reads it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument, Workspace

from seedlint.data import dataclass
from seedlint.discover import SUFFIXES
from seedlint.notebook import SURROGATE
from seedlint.server.places import changed
from seedlint.source import NOTEBOOK, as_saved

PYTHON = "python"


@dataclass(frozen=True, slots=True)
class Cell:
    uri: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Document:
    """A text or a notebook that is open; ``data`` is what a file of it would hold.

    ``path`` is where that is, or would be; ``is_file`` if it has one.
    """

    uri: str
    version: int | None
    path: Path
    data: bytes
    is_file: bool
    cells: tuple[Cell, ...] = ()

    @property
    def parts(self) -> tuple[Cell, ...]:
        """What the editor shows as a text: the cells of a notebook, else all of it."""
        return self.cells if self.path.suffix == NOTEBOOK else (Cell(self.uri, self.version),)


class OpenTexts(Workspace):
    """The texts that are open, changed as the protocol has it."""

    def put_text_document(
        self, text_document: types.TextDocumentItem, notebook_uri: str | None = None
    ) -> None:
        # No parser takes a lone surrogate, no encoding either.
        text_document.text = SURROGATE.sub("\ufffd", text_document.text)
        super().put_text_document(text_document, notebook_uri)

    def update_text_document(
        self,
        text_doc: types.VersionedTextDocumentIdentifier,
        change: types.TextDocumentContentChangeEvent,
    ) -> None:
        known = self.text_documents[unquote(text_doc.uri)]
        text = changed(known.source, change, self.position_codec)
        language = known.language_id or PYTHON
        self.put_text_document(
            types.TextDocumentItem(text_doc.uri, language, text_doc.version, text)
        )


def documents(workspace: Workspace) -> Iterator[Document]:
    """The Python texts and the notebooks that are open in ``workspace``."""
    # Where a text that has no file belongs.
    folder = next(iter(folders(workspace)), Path.cwd())
    for text in workspace.text_documents.values():
        if workspace.get_notebook_document(cell_uri=text.uri) is None and _is_python(text):
            path, is_file = _place(text.uri, folder, ".py")
            yield Document(text.uri, text.version, path, as_saved(text.source), is_file)
    for notebook in workspace.notebook_documents.values():
        found = [workspace.text_documents.get(unquote(cell.document)) for cell in notebook.cells]
        texts = [text for text in found if text is not None]
        cells = tuple(Cell(text.uri, text.version) for text in texts)
        path, is_file = _place(notebook.uri, folder, NOTEBOOK)
        yield Document(notebook.uri, notebook.version, path, _notebook(texts), is_file, cells)


def folders(workspace: Workspace) -> tuple[Path, ...]:
    """Those that the editor works in."""
    uris = [*workspace.folders, *([workspace.root_uri] if workspace.root_uri else [])]
    paths = filter(None, map(to_fs_path, uris))
    return tuple(dict.fromkeys(Path(os.path.realpath(path)) for path in paths))


def _is_python(text: TextDocument) -> bool:
    path = urlsplit(text.uri).path
    # A notebook that is open as a text shows its JSON, which has other lines.
    return not path.endswith(NOTEBOOK) and (text.language_id == PYTHON or path.endswith(SUFFIXES))


def _place(uri: str, folder: Path, suffix: str) -> tuple[Path, bool]:
    """The file that ``uri`` means, and whether it is there; else one that could be."""
    name = to_fs_path(uri)
    if name and "\0" not in name:
        path = os.path.realpath(name)
        return Path(path), os.path.isfile(path)
    last = re.sub(r"[^\w.-]", "_", unquote(urlsplit(uri).path).rpartition("/")[2]) or "untitled"
    return folder / (last if last.endswith(suffix) else last + suffix), False


def _notebook(texts: Sequence[TextDocument]) -> bytes:
    return json.dumps({"cells": [_cell(text) for text in texts], "metadata": {}}).encode()


def _cell(text: TextDocument) -> dict[str, Any]:
    language = text.language_id or PYTHON
    metadata = {} if language == PYTHON else {"vscode": {"languageId": language}}
    return {"cell_type": "code", "metadata": metadata, "source": text.source}
