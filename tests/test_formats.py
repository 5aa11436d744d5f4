"""A report as text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seedlint.formats import FORMATS
from seedlint.model import Finding, Note, Position, Problem, Report, Span
from tests.conftest import BARE, SEEDED, Lint
from tests.projects import write

BLOCK = "\ndef block(x):\n    return Dropout(0.5)(x)\n"


def span(line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(Position(line, column), Position(end_line, end_column))


def full(lines: list[str], place: Span, *notes: Note) -> list[str]:
    """The frame and the notes of a finding at ``place``."""
    finding = Finding("m.py", place, "SDL001", "missing-seed", "why", notes)
    text = FORMATS["full"](Report((finding,), (), 1, {"m.py": tuple(lines)}))
    block, _, summary = text.rpartition("\n\n")
    assert summary == "Found 1 finding in 1 file."
    headline, *rest = block.split("\n")
    assert _plain(headline) == f"m.py:{place.start.line}:{place.start.column}: SDL001 why"
    return [_plain(line) for line in rest]


def _plain(text: str) -> str:
    import click

    return click.unstyle(text)


# --- nothing to say -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [("full", "All checks passed!"), ("concise", "All checks passed!"), ("json", "[]")],
)
def test_clean(name: str, text: str) -> None:
    assert FORMATS[name](Report((), (), 1, {})) == text


@pytest.mark.parametrize(("name", "text"), [("full", ""), ("concise", ""), ("json", "[]")])
def test_no_praise_where_something_failed(name: str, text: str) -> None:
    assert FORMATS[name](Report((), (Problem("m.py", "cannot read"),), 0, {})) == text


# --- full ---------------------------------------------------------------------------------------


def test_a_frame() -> None:
    assert full(["x = f(1)"], span(1, 5, 1, 9)) == [
        "  |",
        "1 | x = f(1)",
        "  |     ^^^^",
    ]


def test_a_frame_of_several_lines() -> None:
    assert full(["", "x = f(", "    1,", "", ")"], span(2, 5, 5, 2)) == [
        "  |",
        "2 | x = f(",
        "  |     ^^",
        "3 |     1,",
        "  |     ^^",
        "4 |",
        "5 | )",
        "  | ^",
    ]


def test_a_frame_has_an_end() -> None:
    frame = full(["f("] + ["1,"] * 50 + [")"], span(1, 1, 52, 2))
    assert frame[-2:] == ["8 | 1,", "  | ^^"]


@pytest.mark.parametrize(
    ("line", "place", "shown", "marks"),
    [
        pytest.param("\tf(1)", span(1, 2, 1, 6), "    f(1)", "    ^^^^", id="a tab before"),
        pytest.param("f(\t1)", span(1, 1, 1, 6), "f(  1)", "^^^^^^", id="a tab inside"),
        pytest.param("é = f(1)", span(1, 5, 1, 9), "é = f(1)", "    ^^^^", id="code points"),
        pytest.param("f(1)  ", span(1, 1, 1, 5), "f(1)", "^^^^", id="spaces at the end"),
        pytest.param("f", span(1, 1, 1, 1), "f", "^", id="an empty span is a place"),
    ],
)
def test_columns(line: str, place: Span, shown: str, marks: str) -> None:
    assert full([line], place) == ["  |", f"1 | {shown}", f"  | {marks}"]


def test_numbers_are_aligned() -> None:
    frame = full([""] * 8 + ["f(", ")"], span(9, 1, 10, 2))
    assert frame == ["   |", " 9 | f(", "   | ^^", "10 | )", "   | ^"]


def test_a_source_that_is_not_at_hand() -> None:
    assert full([], span(3, 1, 3, 5)) == []


def test_notes() -> None:
    lines = ["seed = None", "x = f(seed)"]
    here = Note("`seed` is None", "m.py", span(1, 1, 1, 12))
    there = Note("built here", "other.py", span(7, 3, 9, 1))
    assert full(lines, span(2, 5, 2, 12), here, there, Note("no place"))[3:] == [
        "  note: `seed` is None",
        "  |",
        "1 | seed = None",
        "  | -----------",
        "  note: other.py:7:3 built here",
        "  note: no place",
    ]


@pytest.mark.parametrize("name", ["full", "concise"])
def test_the_summary_counts(name: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": f"{BARE}y = Dropout(0.5)\n", "b.py": BARE})
    assert lint("--output-format", name).out.endswith(
        "Found 3 findings in 2 files.\n[*] 3 fixable with `--fix`.\n"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"from keras.layers import Dropout{BLOCK}",
            "1 may be fixable: `seedlint --diff` reads what that depends on.\n",
        ),
        (
            BARE + BLOCK,
            "[*] 1 fixable with `--fix`.\n"
            "1 more may be fixable: `seedlint --diff` reads what that depends on.\n",
        ),
    ],
    ids=["alone", "beside"],
)
def test_the_summary_counts_what_may_be_fixable(
    text: str, told: str, lint: Lint, tmp_path: Path
) -> None:
    write(tmp_path, {"a.py": text, "b.py": "import a\n"})
    assert lint("a.py").out.endswith(told)


def test_notes_and_frames_of_a_real_run(lint: Lint, tmp_path: Path) -> None:
    helper = (
        "from keras.layers import Dropout\ndef make(s=None):\n    return Dropout(0.5, seed=s)\n"
    )
    write(tmp_path, {"lib.py": helper, "m.py": "import lib\n\nx = lib.make()\n"})
    outcome = lint("--output-format", "full")
    assert outcome.out.startswith("m.py:3:5: SDL001 [*] `make` builds `Dropout` without a seed")
    assert "\n3 | x = lib.make()\n  |     ^^^^^^^^^^\n" in outcome.out
    assert "\n  note: lib.py:3:12 `Dropout` is built here\n" in outcome.out
    assert "\n3 |     return Dropout(0.5, seed=s)\n" in outcome.out
    assert "\n    - x = lib.make()\n    + x = lib.make(s=" in outcome.out


# --- concise ------------------------------------------------------------------------------------


def test_concise_is_a_line_each(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a b.py": f"{BARE}y = Dropout(0.5)\n", "é.py": BARE})
    lines = lint("--output-format", "concise").out.splitlines()
    assert [line.partition(" SDL")[0] for line in lines[:3]] == [
        "a b.py:2:5:",
        "a b.py:3:5:",
        "é.py:2:5:",
    ]
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("color", "escapes"), [("auto", False), ("never", False), ("always", True)]
)
def test_colour(color: str, escapes: bool, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE, "bad.py": "( # Dropout"})
    outcome = lint("--color", color)
    assert ("\x1b[" in outcome.out) is escapes
    assert ("\x1b[" in outcome.err) is escapes
    assert "\x1b[" not in lint("--color", color, "--output-format", "json").out


# --- json ---------------------------------------------------------------------------------------

# As `ruff check --output-format json` of ruff 0.17, but for its `noqa_row`.
RUFF_KEYS = {
    "cell",
    "code",
    "end_location",
    "filename",
    "fix",
    "location",
    "message",
    "name",
    "severity",
    "url",
}


def test_json_of_nothing(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": SEEDED})
    assert json.loads(lint("--output-format", "json").out) == []


def test_json(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"é.py": BARE})
    (finding,) = json.loads(lint("--output-format", "json").out)
    assert set(finding) == RUFF_KEYS | {"notes"}
    assert finding["code"] == "SDL001"
    assert finding["name"] == "missing-seed"
    assert finding["filename"] == str(tmp_path / "é.py")
    assert finding["location"] == {"row": 2, "column": 5}
    assert finding["end_location"] == {"row": 2, "column": 17}
    (edit,) = finding["fix"].pop("edits")
    assert finding["fix"] == {
        "applicability": "safe",
        "message": "Set `seed=934785026`",
    }
    assert edit == {
        "cell": None,
        "filename": str(tmp_path / "é.py"),
        "content": ", seed=934785026",
        "location": {"row": 2, "column": 16},
        "end_location": {"row": 2, "column": 16},
    }
    assert finding["url"].endswith("#missing-seed")


def test_json_keeps_its_form_when_something_fails(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE, "bad.py": "( # Dropout"})
    outcome = lint("--output-format", "json")
    assert (outcome.code, len(json.loads(outcome.out))) == (2, 1)
    assert outcome.err.startswith("bad.py:1:1: error: ")


def test_json_notes(lint: Lint, tmp_path: Path) -> None:
    helper = (
        "from keras.layers import Dropout\ndef make(s=None):\n    return Dropout(0.5, seed=s)\n"
    )
    write(tmp_path, {"lib.py": helper, "m.py": "import lib\nx = lib.make()\n"})
    (finding,) = json.loads(lint("--output-format", "json").out)
    note = finding["notes"][-1]
    assert note["filename"] == str(tmp_path / "lib.py")
    assert note["location"] == {"row": 3, "column": 12}
    assert set(note) == {"cell", "message", "filename", "location", "end_location"}
    assert (finding["cell"], note["cell"]) == (None, None)
