"""Comments that silence nothing are taken out, and nothing else with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seedlint import config
from seedlint.fix import mend, written
from seedlint.model import Outcome
from seedlint.request import Request
from seedlint.rules import CODES
from seedlint.run import lint
from tests import notebooks
from tests.projects import write

IMPORT = "from keras.layers import Dropout\n"
BARE = "Dropout(0.5)"
SEEDED = "Dropout(0.5, seed=1)"


def mended(folder: Path, unsafe: bool = False, **settings: object) -> Outcome:
    """What the fixes have made of ``folder``; a second run changes nothing."""
    request = Request((folder,), config.parse(settings, CODES))
    outcome = written(mend(request, unsafe))
    assert not outcome.report.problems
    assert mend(request, unsafe).changes == ()
    return outcome


LINES = {
    "all of it": ("x = 1  # seedlint: ignore", "x = 1"),
    "with a code": ("x = 1  # seedlint: ignore[SDL001]", "x = 1"),
    "without spaces": ("x = 1#seedlint:ignore[SDL001]", "x = 1"),
    "with tabs before and behind": ("x = 1\t# seedlint: ignore \t", "x = 1"),
    "empty brackets": ("x = 1  # seedlint: ignore[]", "x = 1"),
    "noqa": ("x = 1  # noqa: SDL001", "x = 1"),
    "noqa, several": ("x = 1  # noqa: SDL001, SDL002 SDL003", "x = 1"),
    "a line of its own": ("    # seedlint: ignore[SDL001]\nx = 1", "x = 1"),
    "a line in a block": ("if 1:\n    # seedlint: ignore\n    x = 1", "if 1:\n    x = 1"),
    "the file": ("# seedlint: ignore-file[SDL001]\nx = 1", "x = 1"),
    "a reason stays": ("x = 1  # seedlint: ignore[SDL001] for the talk", "x = 1  # for the talk"),
    "a reason behind a dash": ("x = 1  # noqa: SDL001 - see #12", "x = 1  # see #12"),
    "a full stop is no reason": ("x = 1  # seedlint: ignore.", "x = 1"),
    "a comment before it": (
        "x = 1  # pylint: disable=x  # noqa: SDL001",
        "x = 1  # pylint: disable=x",
    ),
    "a comment behind it": ("x = 1  # noqa: SDL001  # type: ignore", "x = 1  # type: ignore"),
    "words before it": ("x = 1  # why? # seedlint: ignore # so", "x = 1  # why? # so"),
    "two in one": ("x = 1  # seedlint: ignore[SDL001]  # noqa: SDL001", "x = 1"),
    "a cookie": ("# -*- coding: utf-8 -*- # seedlint: ignore-file", "# -*- coding: utf-8 -*-"),
    "another tool's code first": ("x = 1  # noqa: E501, SDL001", "x = 1  # noqa: E501"),
    "another tool's code last": ("x = 1  # noqa:SDL001,E501", "x = 1  # noqa:E501"),
    "between those of others": (
        "x = 1  # noqa: E501, SDL001, F401 so",
        "x = 1  # noqa: E501, F401 so",
    ),
    "some are used": (
        f"{BARE}  # seedlint: ignore[ SDL002, sdl001, SDL003 ] why",
        f"{BARE}  # seedlint: ignore[ sdl001 ] why",
    ),
    "one is used, the other form is not": (
        f"{BARE}  # seedlint: ignore[SDL001, SDL002]  # noqa: SDL002",
        f"{BARE}  # seedlint: ignore[SDL001]",
    ),
    "what is no code": (
        f"{BARE}  # seedlint: ignore[ignore, SDL001, a:b]",
        f"{BARE}  # seedlint: ignore[SDL001]",
    ),
    "all are used": (f"{BARE}  # seedlint: ignore[SDL001] why", None),
    "one that is to stay": ("x = 1  # seedlint: ignore[SDL001, SDL100]", None),
    "a bare noqa": ("x = 1  # noqa", None),
}


@pytest.mark.parametrize(("old", "new"), LINES.values(), ids=LINES)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("last", ["", "y = 2\n", None], ids=["last", "inside", "no end"])
def test_it_is_removed(
    old: str, new: str | None, newline: str, last: str | None, tmp_path: Path
) -> None:
    def text(lines: str) -> str:
        whole = f"{IMPORT}{lines}" if last is None else f"{IMPORT}{lines}\n{last}"
        return whole.replace("\n", newline)

    write(tmp_path, {"m.py": text(old)})
    outcome = mended(tmp_path)
    assert not outcome.refused
    assert (tmp_path / "m.py").read_bytes().decode() == text(old if new is None else new)


def test_the_last_line_without_an_end(tmp_path: Path) -> None:
    write(tmp_path, {"m.py": f"{IMPORT}x = 1\n# seedlint: ignore"})
    mended(tmp_path)
    assert (tmp_path / "m.py").read_bytes().decode() == f"{IMPORT}x = 1\n"


def test_in_a_notebook(tmp_path: Path) -> None:
    cells = (
        "# seedlint: ignore\n!pip install keras  # seedlint: ignore",
        "x = 1  # noqa: E501, SDL001\ny = 2  # seedlint: ignore",
        "z = 3\n# seedlint: ignore",
    )
    notebooks.write(tmp_path, "n.ipynb", *cells)
    mended(tmp_path)
    found = json.loads((tmp_path / "n.ipynb").read_text("utf-8"))["cells"]
    assert ["".join(cell["source"]) for cell in found] == [
        "!pip install keras  # seedlint: ignore",
        "x = 1  # noqa: E501\ny = 2",
        "z = 3\n",
    ]


def test_what_a_fix_leaves_over_goes_in_the_next_round(tmp_path: Path) -> None:
    """Both findings are mended at the base; of the one there, nobody wanted to hear."""
    text = """
import keras

class Base(keras.layers.Layer):
    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed

    def get_config(self):  # seedlint: ignore[SDL010]
        return {**super().get_config()}

class Heir(Base):
    def __init__(self, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)

    def get_config(self):
        return {**super().get_config(), "kind": 1}
"""
    write(tmp_path, {"m.py": text})
    outcome = mended(tmp_path, unsafe=True)
    assert not outcome.refused
    assert [finding.code for finding in outcome.mended] == ["SDL010", "SDL100"]
    new = text.replace("  # seedlint: ignore[SDL010]", "")
    new = new.replace("get_config()}", 'get_config(), "seed": self.seed}')
    assert (tmp_path / "m.py").read_text("utf-8") == new


def test_it_is_a_rule_like_the_others(tmp_path: Path) -> None:
    write(tmp_path, {"m.py": f"{SEEDED}  # seedlint: ignore\n"})
    assert mended(tmp_path, ignore=["SDL100"]).changes == ()
    assert mended(tmp_path, unfixable=["SDL100"]).changes == ()


@pytest.mark.parametrize("codes", ["", "[SDL005]", "[SDL002, SDL005]"])
def test_what_a_file_that_is_not_read_brings(codes: str, tmp_path: Path) -> None:
    net = f"{IMPORT}\ndef thin(x):\n    return {SEEDED}(x)  # seedlint: ignore{codes}\n"
    write(tmp_path, {".git/HEAD": "", "net.py": net, "use.py": "import net\n"})
    assert lint(Request((tmp_path / "net.py",))).findings == ()
    assert [finding.code for finding in lint(Request((tmp_path,))).findings] == ["SDL100"]


def test_what_no_other_file_brings(tmp_path: Path) -> None:
    line = f"return {SEEDED}(x)  # seedlint: ignore[SDL001, SDL005]"
    net = f"{IMPORT}\ndef thin(x):\n    {line}\n"
    write(tmp_path, {".git/HEAD": "", "net.py": net, "use.py": "import net\n"})
    (found,) = lint(Request((tmp_path / "net.py",))).findings
    assert "SDL001" in found.message
    assert "SDL005" not in found.message
