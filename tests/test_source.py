"""Bytes to text, as Python itself would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.model import Position, Problem
from seedlint.source import Source, complaint, decode, depth_problem, encoded, normalised

GOOD = {
    "UTF-8": ("é = 1\n".encode(), "é = 1\n", "utf-8"),
    "empty": (b"", "", "utf-8"),
    "a byte-order mark": (b"\xef\xbb\xbfx = 1\n", "x = 1\n", "utf-8-sig"),
    "a cookie": (
        "# coding: latin-1\né\n".encode("latin-1"),
        "# coding: latin-1\né\n",
        "iso-8859-1",
    ),
    "a cookie in the second line": (b"#!x\n# -*- coding: cp1252 -*-\n\x80\n", None, "cp1252"),
    "a cookie too late": ("1\n2\n# coding: latin-1\né\n".encode(), None, "utf-8"),
    "newlines of every kind": (b"a\r\nb\rc\n", "a\r\nb\rc\n", "utf-8"),
    "a form feed": (b"a\n\x0c\nb\n", "a\n\x0c\nb\n", "utf-8"),
}


@pytest.mark.parametrize(("data", "text", "encoding"), GOOD.values(), ids=GOOD)
def test_what_can_be_decoded(data: bytes, text: str | None, encoding: str) -> None:
    source = decode(data, "m.py")
    assert isinstance(source, Source)
    assert source.encoding == encoding
    assert text is None or source.text == text


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        pytest.param(b"\n\n\n\xff", 4, "can't decode byte 0xff", id="bad UTF-8"),
        pytest.param(b"\n\xff", 2, "can't decode byte 0xff", id="bad UTF-8 near the top"),
        pytest.param("x".encode("utf-16"), 1, "can't decode byte", id="UTF-16"),
        pytest.param(b"# coding: utf-8\n\n\n\xff", 4, "can't decode byte", id="a false cookie"),
        pytest.param(b"# coding: nope\n", 1, "unknown encoding: nope", id="an unknown cookie"),
        pytest.param(b"# coding: rot13\n", 1, "not a text encoding", id="a cookie for no text"),
        pytest.param(b"# coding: undefined\n", 1, "undefined", id="a codec that refuses"),
        pytest.param(b"# coding: punycode\n", 1, "punycode", id="a codec that fails oddly"),
        pytest.param(b"# coding: utf-7\n'+2AA-'", 1, "surrogates", id="lone surrogates"),
        pytest.param(b"x\ny\0\n", 2, "NUL byte", id="a NUL byte"),
    ],
)
def test_what_cannot(data: bytes, line: int, message: str) -> None:
    problem = decode(data, "m.py")
    assert isinstance(problem, Problem)
    assert message in problem.message
    assert (problem.path, problem.position) == ("m.py", Position(line, 1))


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    found = decode(data, "m.py")
    assert isinstance(found, Source) or "\n" not in found.message


@given(
    st.sampled_from(["utf-7", "utf-16", "utf-32", "cp037", "idna", "hz", "zlib", "mbcs"]),
    st.binary(),
)
def test_no_cookie_raises(cookie: str, data: bytes) -> None:
    decode(f"# coding: {cookie}\n".encode() + data, "m.py")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines(newline: str) -> None:
    assert Source("m.py", newline.join(["a", "b", ""]), "utf-8").lines == ("a", "b", "")


@pytest.mark.parametrize("char", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_python_splits_only_at_newlines(char: str) -> None:
    assert Source("m.py", f"a{char}b\nc", "utf-8").lines == (f"a{char}b", "c")


@given(st.text(alphabet="a\r\n"))
def test_normalising_keeps_the_lines(text: str) -> None:
    assert normalised(text).split("\n") == list(Source("m.py", text, "utf-8").lines)
    assert "\r" not in normalised(text)


@pytest.mark.parametrize("text", ["", "x = 1\n", "x = '\\d'\n", "def f(): return\n", "\x0cx\n"])
def test_no_complaint(text: str) -> None:
    assert complaint(text) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("x = 1\nx = = 2\n", Position(2, 5), id="a syntax error"),
        pytest.param("x = (\n", Position(1, 5), id="an open bracket"),
        pytest.param("x\n  y\n", Position(2, 1), id="an indent"),
    ],
)
def test_a_complaint_names_the_place(text: str, place: Position) -> None:
    found = complaint(text)
    assert found is not None
    assert found[1].line == place.line


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = " + "(" * 150 + ")" * 150, id="150 brackets"),
        pytest.param("x = 1" + " + 1" * 2_000, id="a long sum"),
        pytest.param("x = = 1", id="a plain error is for the parser to tell"),
        pytest.param("type X[T] = list[T]", id="so is syntax newer than this Python"),
    ],
)
def test_not_too_deep(text: str) -> None:
    assert depth_problem(Source("m.py", text, "utf-8")) is None


@pytest.mark.parametrize("opening", ["(", "[", "{1: ", "-", "not ", "lambda: ", "1 if 1 else "])
def test_too_deep(opening: str) -> None:
    problem = depth_problem(Source("m.py", f"x = {opening * 20_000}1", "utf-8"))
    assert problem is not None
    assert problem.message == "cannot parse: an expression is nested too deeply"


# --- and back -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"x = 1\n", b"x = 23\n", id="UTF-8"),
        pytest.param("é = x\n".encode(), "é = 23\n".encode(), id="more than ASCII"),
        pytest.param(b"\xef\xbb\xbfx = 1", b"\xef\xbb\xbfx = 23", id="a byte-order mark"),
        pytest.param(b"x = 1\r\ny\r\n", b"x = 23\r\ny\r\n", id="CRLF"),
        pytest.param(b"x = 1\ry\r\nz\n", b"x = 23\ry\r\nz\n", id="newlines of every kind"),
        pytest.param(
            b"# coding: latin-1\ns = '\xe9'; x = 1\n",
            b"# coding: latin-1\ns = '\xe9'; x = 23\n",
            id="a cookie",
        ),
        pytest.param(
            "# coding: shift_jis\ns = '表'; x = 1\n".encode("shift_jis"),
            "# coding: shift_jis\ns = '表'; x = 23\n".encode("shift_jis"),
            id="a cookie for several bytes",
        ),
    ],
)
def test_encoding_keeps_all_other_bytes(old: bytes, new: bytes) -> None:
    source = decode(old, "m.py")
    assert isinstance(source, Source)
    assert (
        encoded(source, old, source.text.replace("x = 1", "x = 23").replace("= x", "= 23")) == new
    )


@pytest.mark.parametrize(
    ("old", "text", "message"),
    [
        pytest.param(
            b"# coding: ascii\n", "# coding: ascii\né", "can't encode character", id="no such sign"
        ),
        pytest.param(
            b"# coding: utf-7\n'+AGE-'", None, "utf-7 would change other bytes", id="two spellings"
        ),
        pytest.param(
            b"# coding: latin-1\n", "# coding: utf-8\n", "would change", id="another cookie"
        ),
        pytest.param(b"x\n", "\ufeffx\n", "would change", id="a new byte-order mark"),
    ],
)
def test_what_cannot_be_encoded(old: bytes, text: str | None, message: str) -> None:
    source = decode(old, "m.py")
    assert isinstance(source, Source)
    problem = encoded(source, old, source.text if text is None else text)
    assert isinstance(problem, Problem)
    assert problem.path == "m.py"
    assert message in problem.message


@given(
    st.sampled_from(["utf-8", "utf-7", "cp037", "hz", "iso2022_jp", "shift_jis", "big5"]),
    st.binary(max_size=50),
    st.text(max_size=5),
)
def test_no_encoding_raises(cookie: str, rest: bytes, more: str) -> None:
    data = f"# coding: {cookie}\n".encode() + rest
    source = decode(data, "m.py")
    if isinstance(source, Source):
        new = encoded(source, data, source.text + more)
        assert isinstance(new, Problem) or decode(new, "m.py") == Source(
            "m.py", source.text + more, source.encoding
        )
