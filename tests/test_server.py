"""The language server, as an editor meets it: a client library over stdio."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from tests.conftest import BARE, SEEDED
from tests.editor import Editor, session
from tests.projects import write

PYPROJECT = "[tool.seedlint]\n"


def test_open_and_close(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": PYPROJECT, "model.py": BARE})

    async def play(editor: Editor) -> None:
        (found,) = await editor.open("model.py")
        assert (found.code, found.source) == ("SDL001", "seedlint")
        assert found.range == types.Range(types.Position(1, 4), types.Position(1, 16))
        assert await editor.change("model.py", SEEDED) == ()
        (found,) = await editor.change("model.py", BARE)
        actions = await editor.actions(editor.uri("model.py"), found.range)
        print(actions)
        for a in actions.values():
            print(await editor.edited(a, model=BARE))

    session(tmp_path, play)
