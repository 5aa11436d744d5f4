"""The language server, as an editor meets it: a client library that talks over stdio."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.conftest import BARE, SEEDED
from tests.editor import Editor, capable, session
from tests.notebooks import dumped
from tests.projects import write
from tests.test_cli import python

PROJECT = {"pyproject.toml": "[tool.seedlint]\n"}
BLOCKS = """from keras import layers

def block(x, seed=None):
    return layers.Dropout(0.5, seed=seed)(x)
"""
TRAIN = "from blocks import block\n\ny = block(1)\n"
EMOJI = '"😀é", Dropout(0.5)'


def at(line: int, start: int, end: int) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))


def codes(found: tuple[types.Diagnostic, ...]) -> list[object]:
    return [one.code for one in found]


# --- what is shown --------------------------------------------------------------------------------


def test_what_is_fine_shows_nothing(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": SEEDED})

    async def play(editor: Editor) -> None:
        assert await editor.open("model.py") == ()
        assert await editor.actions(editor.uri("model.py"), at(1, 0, 0)) == {}

    session(tmp_path, play)


def test_a_finding(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE})

    async def play(editor: Editor) -> None:
        (found,) = await editor.open("model.py")
        assert (found.code, found.source, found.tags) == ("SDL001", "seedlint", None)
        assert found.message.startswith("`Dropout` has no `seed`")
        assert found.severity is types.DiagnosticSeverity.Error
        assert found.code_description is not None
        assert found.code_description.href.endswith("#missing-seed")
        assert found.range == at(1, 4, 16)
        assert editor.versions[editor.uri("model.py")] == 0

    session(tmp_path, play)


def test_what_is_typed_counts_and_not_what_is_saved(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": SEEDED})

    async def play(editor: Editor) -> None:
        assert codes(await editor.open("model.py", BARE)) == ["SDL001"]
        seed = types.TextDocumentContentChangePartial(at(1, 15, 15), ", seed=1")
        assert await editor.change("model.py", seed) == ()
        assert codes(await editor.change("model.py", "# a line\n" + BARE)) == ["SDL001"]
        editor.close("model.py")
        await editor.until(lambda: editor.diagnostics[editor.uri("model.py")] == ())
        assert (tmp_path / "model.py").read_text() == SEEDED

    session(tmp_path, play)


def test_a_comment_that_silences_nothing_is_shown_as_unnecessary(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": "x = 1  # seedlint: ignore[SDL001]\n"})

    async def play(editor: Editor) -> None:
        (found,) = await editor.open("model.py")
        assert (found.code, found.tags) == ("SDL100", (types.DiagnosticTag.Unnecessary,))
        assert len(await editor.actions(editor.uri("model.py"), found.range)) == 2

    session(tmp_path, play)


def test_an_unsaved_text_counts_for_others(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "blocks.py": BLOCKS, "train.py": TRAIN})

    async def play(editor: Editor) -> None:
        train = editor.uri("train.py")
        (found,) = await editor.open("train.py")
        (related,) = found.related_information or ()
        assert related.location == types.Location(editor.uri("blocks.py"), at(3, 11, 41))
        assert await editor.open("blocks.py") == ()
        editor.type(editor.uri("blocks.py"), BLOCKS.replace("=None", "=7"))
        await editor.until(lambda: editor.diagnostics[train] == ())
        editor.close("blocks.py")
        await editor.until(lambda: codes(editor.diagnostics[train]) == ["SDL001"])

    session(tmp_path, play)


@pytest.mark.slow
def test_an_editor_that_knows_no_related_places_reads_of_them(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "blocks.py": BLOCKS, "train.py": TRAIN})

    async def play(editor: Editor) -> None:
        (found,) = await editor.open("train.py")
        assert found.related_information is None
        assert found.message.endswith("\nnote: blocks.py:4:12 `Dropout` is built here")

    session(tmp_path, play, types.ClientCapabilities())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("encodings", "chosen", "start"),
    [
        pytest.param((), "utf-16", 7, id="UTF-16 unless asked otherwise"),
        pytest.param(("utf-8", "utf-16"), "utf-8", 10, id="UTF-8"),
        pytest.param(("utf-32",), "utf-32", 6, id="code points"),
    ],
)
def test_columns(encodings: tuple[str, ...], chosen: str, start: int, tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": f"from keras.layers import Dropout\n{EMOJI}\n"})

    async def play(editor: Editor) -> None:
        (found,) = await editor.open("model.py")
        assert found.range == at(1, start, start + len("Dropout(0.5)"))
        end = found.range.end.character - 1
        seed = types.TextDocumentContentChangePartial(at(1, end, end), ", seed=1")
        assert await editor.change("model.py", seed) == ()

    async def whole(editor: Editor) -> None:
        assert editor.encoding == chosen
        await play(editor)

    session(tmp_path, whole, capable(*encodings))


@pytest.mark.slow
@pytest.mark.parametrize("head", ["# coding: latin-1\n# é\n", "# \x0c \u2028\n"], ids=ascii)
def test_lines_and_columns_are_those_of_the_text(head: str, tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": "x = 1\n"})

    async def play(editor: Editor) -> None:
        assert (
            await editor.open("model.py", f"{head}from keras.layers import Dropout\nx = 1\n") == ()
        )
        line = head.count("\n") + 1
        edit = types.TextDocumentContentChangePartial(at(line, 4, 5), "'é', Dropout(0.5)")
        (found,) = await editor.change("model.py", edit)
        assert found.range == at(line, 9, 21)

    session(tmp_path, play)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["# coding: klingon\n# é\n", "x = (", "x = '\0'", "x = '\ud800\n", "(" * 3_000]
)
def test_what_cannot_be_parsed_shows_nothing(text: str, tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": "x = 1\n"})

    async def play(editor: Editor) -> None:
        assert await editor.open("model.py", BARE + text if "coding" not in text else text) == ()
        assert codes(await editor.change("model.py", BARE)) == ["SDL001"]

    session(tmp_path, play)


def test_what_cannot_be_parsed_keeps_what_was_found(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE, "other.py": BARE})

    async def play(editor: Editor) -> None:
        await editor.open("model.py")
        editor.type(editor.uri("model.py"), BARE + "x = (")
        # All open files are linted at once: what is said of this one comes after the change.
        assert codes(await editor.open("other.py")) == ["SDL001"]
        assert codes(editor.diagnostics[editor.uri("model.py")]) == ["SDL001"]
        assert await editor.change("model.py", SEEDED) == ()

    session(tmp_path, play)


@pytest.mark.slow
@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "untitled:/new/model.py", "vscode-vfs://host/a%20b/net.py"]
)
def test_a_text_without_a_file(uri: str, tmp_path: Path) -> None:
    write(tmp_path, PROJECT)

    async def play(editor: Editor) -> None:
        assert codes(await editor.open_uri(uri, BARE)) == ["SDL001"]
        (found,) = editor.diagnostics[uri]
        actions = await editor.actions(uri, found.range)
        assert any(title.startswith("SDL001: Set `seed=") for title in actions)
        assert await editor.change(uri, SEEDED) == ()

    session(tmp_path, play)


@pytest.mark.slow
def test_a_file_that_is_not_saved_yet(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "blocks.py": BLOCKS})

    async def play(editor: Editor) -> None:
        assert codes(await editor.open("new/train.py", TRAIN)) == ["SDL001"]

    session(tmp_path, play)


@pytest.mark.slow
@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"pyproject.toml": '[tool.seedlint]\nexclude = ["gen"]\n'}, id="by name"),
        pytest.param({"pyproject.toml": '[tool.seedlint]\nexclude = ["*.py"]\n'}, id="itself"),
        pytest.param({**PROJECT, ".gitignore": "gen/\n", ".git/HEAD": ""}, id="by git"),
        pytest.param({"pyproject.toml": '[tool.seedlint]\nselect = ["SDL002"]\n'}, id="off"),
    ],
)
def test_what_is_excluded_shows_nothing(files: Mapping[str, str], tmp_path: Path) -> None:
    write(tmp_path, {**files, "gen/model.py": BARE})

    async def play(editor: Editor) -> None:
        assert await editor.open("gen/model.py") == ()
        assert await editor.actions(editor.uri("gen/model.py"), at(1, 4, 16)) == {}

    session(tmp_path, play)


# --- settings and files that change ---------------------------------------------------------------


@pytest.mark.slow
def test_settings_are_watched_and_broken_ones_are_told_once(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE})

    async def play(editor: Editor) -> None:
        await editor.until(lambda: editor.watched == ["workspace/didChangeWatchedFiles"])
        model = editor.uri("model.py")
        await editor.open("model.py")
        write(tmp_path, {"pyproject.toml": '[tool.seedlint]\nignore = ["SDL001"]\n'})
        editor.tell("pyproject.toml", types.FileChangeType.Changed)
        await editor.until(lambda: editor.diagnostics[model] == ())
        write(tmp_path, {"pyproject.toml": "[tool.seedlint]\nselct = 1\n"})
        editor.tell("pyproject.toml", types.FileChangeType.Changed)
        await editor.until(lambda: editor.diagnostics[model])
        assert await editor.change("model.py", SEEDED) == ()
        (message,) = editor.messages
        assert message.startswith("pyproject.toml:2: unknown key `selct`")

    session(tmp_path, play)


@pytest.mark.slow
def test_a_broken_baseline_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": '[tool.seedlint]\nbaseline = "known.json"\n'})
    write(tmp_path, {"model.py": BARE, "known.json": "{"})

    async def play(editor: Editor) -> None:
        uri = editor.uri("model.py")
        item = types.TextDocumentItem(uri, "python", 0, BARE)
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await editor.until(lambda: editor.messages)
        assert "known.json" in editor.messages[0]
        write(tmp_path, PROJECT)
        editor.tell("pyproject.toml", types.FileChangeType.Changed)
        await editor.until(lambda: codes(editor.diagnostics.get(uri, ())) == ["SDL001"])

    session(tmp_path, play)


@pytest.mark.slow
def test_a_deleted_file_shows_nothing_until_it_changes(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE})

    async def play(editor: Editor) -> None:
        model = editor.uri("model.py")
        await editor.open("model.py")
        (tmp_path / "model.py").unlink()
        editor.tell("model.py", types.FileChangeType.Deleted)
        await editor.until(lambda: editor.diagnostics[model] == ())
        assert codes(await editor.change("model.py", BARE + "\n")) == ["SDL001"]

    session(tmp_path, play)


# --- hover and fixes ------------------------------------------------------------------------------


def test_hover_explains_the_rule(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE})

    async def play(editor: Editor) -> None:
        await editor.open("model.py")
        name = types.TextDocumentIdentifier(editor.uri("model.py"))
        hover = editor.client.text_document_hover_async
        found = await hover(types.HoverParams(name, types.Position(1, 6)))
        assert found is not None
        assert isinstance(found.contents, types.MarkupContent)
        assert found.contents.value.startswith("# missing-seed (SDL001)")
        assert found.range == at(1, 4, 16)
        assert await hover(types.HoverParams(name, types.Position(0, 6))) is None

    session(tmp_path, play)


FIXED = BARE.replace("0.5", "0.5, seed=1000")
TWO = BARE + "y = Dropout(0.5)\n"
IGNORE = "SDL001: Ignore it on this line"
WRAPPED = "from keras.layers import Dropout\nx = Dropout(\n    0.5,\n)\n"
TEXT = "from keras.layers import Dropout\nx = Dropout(name='''\n''', rate=0.5)\n"


def seedless(text: str) -> str:
    """``text`` with one seed for all: what they are is tested elsewhere."""
    return re.sub(r"seed=\d+", "seed=1000", text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "title", "preferred", "result"),
    [
        pytest.param(BARE, "SDL001: Set `seed=", True, FIXED, id="safe"),
        pytest.param(BARE, IGNORE, None, BARE[:-1] + "  # seedlint: ignore[SDL001]\n", id="ignore"),
        pytest.param(
            WRAPPED,
            IGNORE,
            None,
            WRAPPED.replace("Dropout(\n", "Dropout(  # seedlint: ignore[SDL001]\n"),
            id="ignore on the first line",
        ),
        pytest.param(
            BARE[:-1] + "  # why\n",
            IGNORE,
            None,
            BARE[:-1] + "  # why  # seedlint: ignore[SDL001]\n",
            id="ignore behind a comment",
        ),
        pytest.param(
            TEXT,
            IGNORE,
            None,
            TEXT[:-1] + "  # seedlint: ignore[SDL001]\n",
            id="ignore on the last line, where the first one ends in a text",
        ),
        pytest.param(
            BARE[:-1] + "  # seedlint: ignore[SDL005]\n",
            IGNORE,
            None,
            BARE[:-1] + "  # seedlint: ignore[SDL005, SDL001]\n",
            id="ignore with other codes",
        ),
        pytest.param(
            TWO.replace("\n", "\r\n"),
            "Fix all that seedlint can fix safely",
            None,
            seedless(TWO.replace("0.5", "0.5, seed=1000")).replace("\n", "\r\n"),
            id="all, and newlines stay",
        ),
    ],
)
def test_an_action(
    text: str, title: str, preferred: bool | None, result: str, tmp_path: Path
) -> None:
    write(tmp_path, {**PROJECT, "model.py": "x = 1\n"})

    async def play(editor: Editor) -> None:
        found = await editor.open("model.py", text)
        place = next(one.range for one in found if one.code == "SDL001")
        offered = await editor.actions(editor.uri("model.py"), place)
        (action,) = [one for name, one in offered.items() if name.startswith(title)]
        assert action.is_preferred is preferred
        new = await editor.edited(action, model=text)
        assert seedless(new["model"]) == result
        assert (tmp_path / "model.py").read_text() == "x = 1\n"

    session(tmp_path, play)


HELPER = """from keras.layers import Dropout

def block(x):
    return Dropout(0.5)(x)
"""
CALLS = "from helper import block\n\ny = block(block(1))\n"


def test_a_fix_of_several_files(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "helper.py": HELPER, "train.py": "x = 1\n", "other.py": CALLS})

    async def play(editor: Editor) -> None:
        await editor.open("train.py", CALLS)
        (found,) = await editor.open("helper.py")
        offered = await editor.actions(editor.uri("helper.py"), found.range)
        (title,) = [title for title in offered if title.endswith(" (unsafe)")]
        assert not offered[title].is_preferred
        new = await editor.edited(offered[title], helper=HELPER, train=CALLS, other=CALLS)
        assert "def block(x, *, seed=None):" in new["helper"]
        assert new["train"].count("seed=") == new["other"].count("seed=") == 2

    session(tmp_path, play)


@pytest.mark.slow
def test_an_editor_that_asks_once_gets_all_edits(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE})

    async def play(editor: Editor) -> None:
        (found,) = await editor.open("model.py")
        offered = await editor.actions(editor.uri("model.py"), found.range)
        assert len(offered) == 3
        for action in offered.values():
            assert action.edit is not None
            (edit,) = action.edit.document_changes or ()
            assert isinstance(edit, types.TextDocumentEdit)
            assert edit.text_document.version == 0

    session(tmp_path, play, capable(resolves=False))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("only", "count"),
    [
        (("quickfix",), 2),
        (("source.fixAll.seedlint",), 1),
        (("source.fixAll",), 1),
        (("source",), 1),
        (("source.fixAll.ruff",), 0),
        (("refactor",), 0),
    ],
)
def test_only_what_is_asked_for(only: tuple[str, ...], count: int, tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE})

    async def play(editor: Editor) -> None:
        (found,) = await editor.open("model.py")
        offered = await editor.actions(editor.uri("model.py"), found.range, *only)
        assert len(offered) == count

    session(tmp_path, play)


@pytest.mark.slow
def test_an_action_on_an_older_text_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE})

    async def play(editor: Editor) -> None:
        (found,) = await editor.open("model.py")
        (action, *_) = (await editor.actions(editor.uri("model.py"), found.range)).values()
        await editor.change("model.py", TWO)
        with pytest.raises(JsonRpcException) as refused:
            await editor.client.code_action_resolve_async(action)
        assert refused.value.code == types.LSPErrorCodes.ContentModified
        action.data = {"uri": 1}
        with pytest.raises(JsonRpcException) as refused:
            await editor.client.code_action_resolve_async(action)
        assert refused.value.code == types.ErrorCodes.InvalidParams

    session(tmp_path, play)


@pytest.mark.slow
def test_a_request_that_is_cancelled(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE})

    async def play(editor: Editor) -> None:
        await editor.open("model.py")
        # It waits for the lint of this change.
        editor.type(editor.uri("model.py"), TWO)
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(editor.uri("model.py")),
            at(1, 4, 4),
            types.CodeActionContext([]),
        )
        protocol = editor.client.protocol
        asked = protocol.send_request_async(types.TEXT_DOCUMENT_CODE_ACTION, params, msg_id="7")
        protocol.notify(types.CANCEL_REQUEST, types.CancelParams("7"))
        with pytest.raises(JsonRpcException) as refused:
            await asyncio.wait_for(asked, 60)
        assert refused.value.code == types.LSPErrorCodes.RequestCancelled

    session(tmp_path, play)


# --- notebooks ------------------------------------------------------------------------------------

CELLS = ("from keras.layers import Dropout\n%matplotlib inline", "x = Dropout(0.5)", "y = 1")


def test_a_notebook(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    (tmp_path / "train.ipynb").write_bytes(dumped(*CELLS))

    async def play(editor: Editor) -> None:
        book, *cells = editor.open_notebook("train.ipynb", CELLS)
        await editor.until(lambda: all(cell in editor.diagnostics for cell in cells))
        assert [codes(editor.diagnostics[cell]) for cell in cells] == [[], ["SDL001"], []]
        (found,) = editor.diagnostics[cells[1]]
        assert found.range == at(0, 4, 16)
        (action, *_) = (await editor.actions(cells[1], found.range, "quickfix")).values()
        whole = await editor.client.code_action_resolve_async(action)
        assert whole.edit is not None
        (edit,) = whole.edit.document_changes or ()
        assert isinstance(edit, types.TextDocumentEdit)
        assert edit.text_document.uri == cells[1]
        assert edit.edits[0].range == at(0, 15, 15)
        editor.type_in_cell(book, cells[0], "from torch.nn import Dropout")
        await editor.until(lambda: editor.diagnostics[cells[1]] == ())
        editor.type_in_cell(book, cells[0], "from keras.layers import Dropout\nfor")
        await editor.until(lambda: codes(editor.diagnostics[cells[1]]) == ["SDL001"])
        editor.remove_cell(book, 1, cells[1])
        await editor.until(lambda: editor.diagnostics[cells[1]] == ())
        editor.type_in_cell(book, cells[2], "z = 1; Dropout(0.2)")
        await editor.until(
            lambda: [d.range for d in editor.diagnostics[cells[2]]] == [at(0, 7, 19)]
        )
        editor.close_notebook(book, cells[0], cells[2])
        await editor.until(lambda: editor.diagnostics[cells[2]] == ())

    session(tmp_path, play)


@pytest.mark.slow
def test_a_notebook_that_is_open_as_its_json(tmp_path: Path) -> None:
    write(tmp_path, {**PROJECT, "model.py": BARE})
    (tmp_path / "train.ipynb").write_bytes(dumped(*CELLS))

    async def play(editor: Editor) -> None:
        item = types.TextDocumentItem(editor.uri("train.ipynb"), "json", 0, "{}")
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await editor.open("model.py")
        assert editor.uri("train.ipynb") not in editor.diagnostics

    session(tmp_path, play)


# --- beginning and end ----------------------------------------------------------------------------


def test_exit_without_shutdown(tmp_path: Path) -> None:
    async def run() -> int | None:
        editor = Editor(tmp_path)
        await editor.start(capable())
        editor.client.exit(None)
        return await editor.exit_code()

    assert asyncio.run(run()) == 1


def test_an_editor_that_is_gone(tmp_path: Path) -> None:
    done = python("-m", "seedlint", "server", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")


WITHOUT = """
import sys
sys.modules["pygls"] = sys.modules["lsprotocol"] = None
sys.argv = ["seedlint", "server"]
from seedlint.cli import main
main()
"""


def test_without_pygls(tmp_path: Path) -> None:
    done = python("-c", WITHOUT, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: the language server needs pygls: install `seedlint[lsp]`\n"
