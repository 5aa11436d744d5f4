"""Nothing that a terminal would obey comes through, and marks stand under what they mean."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.formats.terminal import clipped, width
from seedlint.formats.text import shown


@pytest.mark.parametrize("text", ["", "x = 'é'", "日本", "e\u0301", "👩\u200d🔬", "\u2423"])
def test_what_is_harmless_stays(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        pytest.param("\x1b[31m", "␛[31m", id="an escape"),
        pytest.param("a\nb\rc\td", "a␊b␍c\td", id="newlines, and no tab"),
        pytest.param("\0\x07\x7f", "␀␇␡", id="NUL, bell, delete"),
        pytest.param("\x9b31m", "\ufffd31m", id="an escape in one byte"),
        pytest.param("\u202e\u2066", "\ufffd\ufffd", id="the direction of writing"),
        pytest.param("\u2028", "\ufffd", id="a line separator"),
    ],
)
def test_what_a_terminal_would_obey_becomes_a_sign(text: str, sign: str) -> None:
    assert shown(text) == sign


@given(st.text())
def test_nothing_comes_through(text: str) -> None:
    seen = shown(text)
    assert len(seen) == len(text)
    assert not [
        c for c in seen if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\t"
    ]
    bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert not [c for c in seen if unicodedata.bidirectional(c) in bidi]


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("é", 1), ("e\u0301", 1), ("日本", 4), ("\uff46", 2), ("😀", 2)],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "part", "seen"),
    [
        pytest.param("x = f(1)", "f(1)", "x = f(1)", id="it fits"),
        pytest.param("\tf(1)", "f(1)", "    f(1)", id="a tab before"),
        pytest.param("日 = f(1)", "f(1)", "日 = f(1)", id="wide characters before"),
        pytest.param("日\tf(1)", "f(1)", "日  f(1)", id="a tab behind a wide one"),
        pytest.param("e\u0301 = f(1)", "f(1)", "e\u0301 = f(1)", id="what combines"),
        pytest.param("x = '\x1b' + f(1)", "f(1)", "x = '␛' + f(1)", id="an escape before"),
        pytest.param("f(1)" + "." * 40, "f(1)", "f(1)" + "." * 14 + "…", id="cut behind"),
        pytest.param("." * 40 + "f(1)", "f(1)", "…" + "." * 14 + "f(1)", id="cut before"),
        pytest.param(
            "." * 40 + "f(1)" + "." * 40, "f(1)", "…" + "." * 9 + "f(1)" + "." * 5 + "…", id="both"
        ),
    ],
)
def test_the_marks_stand_under_their_part(text: str, part: str, seen: str) -> None:
    left = text.index(part)
    line = clipped(text, left, left + len(part), 20)
    assert line.text == seen
    assert line.before == width(seen.partition(part)[0])
    assert line.length == width(part)


@given(
    st.text(st.sampled_from("ab\t日é\u0301\x1b…"), max_size=400),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(8, 60),
)
def test_every_line_fits(text: str, one: int, other: int, columns: int) -> None:
    left, right = sorted((min(one, len(text)), min(other, len(text))))
    line = clipped(text, left, right, columns)
    assert width(line.text) <= columns
    assert line.before + line.length <= columns + 1
    if width(text[left : left + 1]) == 1 and text[left].isalpha():
        index = sum(1 for end in _ends(line.text) if end <= line.before)
        assert line.text[index] == text[left]


def _ends(text: str) -> list[int]:
    return [width(text[: end + 1]) for end in range(len(text))]


def test_a_very_long_line_is_not_taken_apart() -> None:
    text = "日" * 10**7 + "f(1)" + "日" * 10**7
    line = clipped(text, 10**7, 10**7 + 4, 80)
    assert "f(1)" in line.text
    assert width(line.text) <= 80
