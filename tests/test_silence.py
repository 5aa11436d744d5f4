"""Comments that silence, as ruff's ``noqa`` does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Lint
from tests.projects import write

IMPORT = "from keras.layers import Dropout\n"
BARE = "Dropout(0.5)"
SEEDED = "Dropout(0.5, seed=1)"


def said(line: str, lint: Lint, folder: Path, *args: str) -> list[tuple[int, str]]:
    """The lines and codes of what is found in ``line``, which is the second of its file."""
    write(folder, {"m.py": f"{IMPORT}{line}\n"})
    return [(number, code) for _, number, code in lint("m.py", *args).places]


SILENT = {
    "a bare ignore": f"{BARE}  # seedlint: ignore",
    "its code": f"{BARE}  # seedlint: ignore[SDL001]",
    "with a reason": f"{BARE}  # seedlint: ignore[SDL001] shown in the talk",
    "without spaces": f"{BARE}#seedlint:ignore[SDL001]",
    "with many": f"{BARE}  #  seedlint :  ignore [ SDL001 ]",
    "in small letters": f"{BARE}  # seedlint: ignore[sdl001]",
    "after another comment": f"{BARE}  # type: ignore  # seedlint: ignore[SDL001]",
    "a bare noqa": f"{BARE}  # noqa",
    "noqa with its code": f"{BARE}  # noqa: SDL001",
    "noqa with another tool's too": f"{BARE}  # noqa: E501, SDL001",
    "noqa, apart by spaces": f"{BARE}  # noqa: E501 SDL001",
    "noqa without spaces": f"{BARE}  # noqa:SDL001",
    "noqa in capitals": f"{BARE}  # NOQA: SDL001",
    "on the first line": "Dropout(  # seedlint: ignore[SDL001]\n    0.5,\n)",
    "on the last line": "Dropout(\n    0.5,\n)  # seedlint: ignore[SDL001]",
    "two on one line": f"{BARE}; {BARE}  # seedlint: ignore[SDL001]",
    "the file": f"# seedlint: ignore-file\n{BARE}\n{BARE}",
    "the file, one code": f"# seedlint: ignore-file[SDL001] generated\n{BARE}",
    "the file, said at its end": f"{BARE}\n# seedlint: ignore-file",
    "the file, and what is unused in it": (
        f"# seedlint: ignore-file\n{BARE}\n{SEEDED}  # seedlint: ignore"
    ),
    "noqa of another tool": f"{SEEDED}  # noqa: E501",
    "a bare noqa with nothing to silence": f"{SEEDED}  # noqa",
    "a string that looks like one": f"x = '# seedlint: ignore'\n{SEEDED}",
    "another word": f"{SEEDED}  # seedlint: ignored?",
}


@pytest.mark.parametrize("line", SILENT.values(), ids=SILENT)
def test_silent(line: str, lint: Lint, tmp_path: Path) -> None:
    assert said(line, lint, tmp_path) == []


HEARD = {
    "no comment": (BARE, [(2, "SDL001")]),
    "another tool's code": (f"{BARE}  # noqa: E501", [(2, "SDL001")]),
    "a string": (f"{BARE}; x = '# seedlint: ignore'", [(2, "SDL001")]),
    "the line before": (f"# seedlint: ignore\n{BARE}", [(2, "SDL100"), (3, "SDL001")]),
    "a line in the middle": (
        "Dropout(\n    0.5,  # seedlint: ignore\n)",
        [(2, "SDL001"), (3, "SDL100")],
    ),
    "another of our codes": (f"{BARE}  # seedlint: ignore[SDL100]", [(2, "SDL001")]),
    "empty brackets": (f"{BARE}  # seedlint: ignore[]", [(2, "SDL001"), (2, "SDL100")]),
    "noqa with a colon and no code": (f"{BARE}  # noqa: whatever", [(2, "SDL001")]),
    "no code of ours": (f"{BARE}  # seedlint: ignore[E501]", [(2, "SDL001"), (2, "SDL100")]),
    "unused": (f"{SEEDED}  # seedlint: ignore", [(2, "SDL100")]),
    "unused, with a code": (f"{SEEDED}  # seedlint: ignore[SDL001]", [(2, "SDL100")]),
    "unused noqa": (f"{SEEDED}  # noqa: SDL001", [(2, "SDL100")]),
    "unused noqa among others": (f"{SEEDED}  # noqa: E501, SDL001", [(2, "SDL100")]),
    "partly used": (f"{BARE}  # seedlint: ignore[SDL001, SDL999]", [(2, "SDL100")]),
    "unused for the file": (f"# seedlint: ignore-file\n{SEEDED}", [(2, "SDL100")]),
    "the file for another code": (
        f"# seedlint: ignore-file[SDL999]\n{BARE}",
        [(2, "SDL100"), (3, "SDL001")],
    ),
    "one code for the file leaves the other": (
        f"# seedlint: ignore-file[SDL001]\n{BARE}\n{SEEDED}  # seedlint: ignore",
        [(4, "SDL100")],
    ),
    "in a file that mentions no layer": ("x = 1  # seedlint: ignore[SDL001]", [(2, "SDL100")]),
}


@pytest.mark.parametrize(("line", "found"), HEARD.values(), ids=HEARD)
def test_heard(line: str, found: list[tuple[int, str]], lint: Lint, tmp_path: Path) -> None:
    assert said(line, lint, tmp_path) == found


def test_the_message_names_what_is_unused(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": f"{IMPORT}{BARE}  # seedlint: ignore[SDL001, SDL999]\n"})
    assert "`SDL999` silences nothing here" in lint().out
    write(tmp_path, {"m.py": f"{IMPORT}{SEEDED}  # seedlint: ignore[SDL001]\n"})
    assert "this comment silences nothing" in lint().out


def test_unused_is_a_rule_like_the_others(lint: Lint, tmp_path: Path) -> None:
    line = f"{SEEDED}  # seedlint: ignore"
    assert said(line, lint, tmp_path, "--ignore", "SDL100") == []
    assert said(line, lint, tmp_path, "--select", "SDL001") == []
    write(tmp_path, {"pyproject.toml": '[tool.seedlint.per-file-ignores]\n"m.py" = ["SDL1"]\n'})
    assert said(line, lint, tmp_path) == []


def test_through_a_wrapper_the_comment_stands_at_the_call(lint: Lint, tmp_path: Path) -> None:
    helper = "def make(seed=None):\n    return Dropout(0.5, seed=seed)\n"
    assert said(f"{helper}make()  # seedlint: ignore[SDL001]", lint, tmp_path) == []
