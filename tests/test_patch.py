"""Patches, given to git and to patch."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedlint.patch import patch

# Whatever somebody has set for their own git.
ENV = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
GIT = ("git", "apply", "--whitespace=nowarn")
TOOLS = {"git": GIT, "patch": ("patch", "-p1", "--batch", "--silent")}

posix = pytest.mark.skipif(sys.platform == "win32", reason="no such file names")
each_tool = pytest.mark.parametrize(
    "tool",
    [
        pytest.param(
            command, id=name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"no {name}")
        )
        for name, command in TOOLS.items()
    ],
)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("repo")
    subprocess.run(["git", "init", "--quiet", path], check=True)
    return path


def applied(tool: tuple[str, ...], repo: Path, change: bytes) -> None:
    done = subprocess.run(tool, cwd=repo, env=ENV, input=change, capture_output=True)
    assert done.returncode == 0, (change, done.stdout, done.stderr)


def check(tool: tuple[str, ...], repo: Path, name: str, old: bytes, new: bytes) -> None:
    file = repo / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(old)
    change = patch(name, old, new)
    if tool == GIT:
        applied((*tool, "--check"), repo, change)
        assert file.read_bytes() == old
    applied(tool, repo, change)
    assert file.read_bytes() == new
    assert not list(repo.rglob("*.rej"))


def test_as_it_looks() -> None:
    assert patch("src/m.py", b"1\n2\n3\n4\n5\n6\n7\n8\n", b"1\n2\n3\n4\n5!\n6\n7\n8\n") == (
        b"--- a/src/m.py\n+++ b/src/m.py\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+5!\n 6\n 7\n 8\n"
    )


@pytest.mark.parametrize("data", [b"", b"a", b"a\n"])
def test_no_change_no_patch(data: bytes) -> None:
    assert patch("m.py", data, data) == b""


TEXTS = {
    "LF": (b"a\nb\n", b"a\nc\n"),
    "CRLF": (b"a\r\nb\r\n", b"a\r\nc\r\n"),
    "both": (b"a\r\nb\nc\r\n", b"a\r\nB\nc\r\n"),
    "newlines that change": (b"a\r\nb\r\n", b"a\nb\n"),
    "CR": (b"a\rb\rc\r", b"a\rB\rc\r"),
    "no newline at the end": (b"a\nb", b"a\nc"),
    "a new newline at the end": (b"a\nb", b"a\nb\n"),
    "one that goes": (b"a\nb\n", b"a\nb"),
    "no newline, far from the change": (b"1\n2\n3\n4\n5\n6", b"0\n2\n3\n4\n5\n6"),
    "no newline, in the context": (b"1\n2\n3", b"1!\n2\n3"),
    "form feeds": (b"a\n\x0c\nb\x0c\x1cc\n", b"a\n\x0c\nB\x0c\x1cc\n"),
    "UTF-8": ("é\u2028è\nb\n".encode(), "é\u2028è!\nb\n".encode()),
    "no UTF-8": (b"# coding: latin-1\n\xe9\n", b"# coding: latin-1\n\xe9\xff\n"),
    "dashes": (b"-- a\n--- b\n+++ c\n@@ -1 +1 @@\n", b"--- a\n-- b\n++ c\n@@ -2 +2 @@\n"),
    "backslashes": (b"\\ No newline\na\n", b"\\ No newline\nb\n"),
    "blanks at the end": (b"a \nb\n \n", b"a\t\nB\n \n"),
    "from nothing": (b"", b"a\nb\n"),
    "to nothing": (b"# seedlint: ignore-file\n", b""),
    "far apart": (b"a\n" * 40, b"b\n" + b"a\n" * 38 + b"c\n"),
}


@each_tool
@pytest.mark.parametrize(("old", "new"), TEXTS.values(), ids=TEXTS)
def test_texts(old: bytes, new: bytes, tool: tuple[str, ...], repo: Path) -> None:
    check(tool, repo, "m.py", old, new)


@posix
@each_tool
@pytest.mark.parametrize(
    "name",
    [
        "a/b/c.py",
        "a b.py",
        " a.py",
        "a  b/c d.py",
        'q"u"o\'te.py',
        "tab\tbed.py",
        "back\\slash.py",
        "line\nbreak.py",
        "bell\a\b\v\f\r\x7f\x01.py",
        "é.py",
        "日本 語.py",
        "😀.py",
        "-n.py",
        "$(x)`y`.py",
    ],
    ids=ascii,
)
def test_names(name: str, tool: tuple[str, ...], repo: Path) -> None:
    check(tool, repo, name, b"a\nb", b"c\nb\n")


@posix
@each_tool
def test_a_name_that_is_no_text(tool: tuple[str, ...], repo: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    try:
        (repo / name).touch()
    except OSError:
        pytest.skip("the file system takes only text")
    check(tool, repo, name, b"a\n", b"b\n")


@posix
@pytest.mark.parametrize("name", ["m.py", "a b.py", "é.py", "é è.py", 'q".py', "t\tb.py"])
def test_labels_are_those_of_git(name: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / name).write_bytes(b"a\n")
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    (tmp_path / name).write_bytes(b"b\n")
    diff = subprocess.run(
        ["git", "diff"], cwd=tmp_path, env=ENV, check=True, capture_output=True
    ).stdout
    assert diff.endswith(patch(name, b"a\n", b"b\n"))


@each_tool
def test_one_patch_for_many_files(tool: tuple[str, ...], repo: Path) -> None:
    names = ["x.py", "y z.py", "w/é.py"]
    (repo / "w").mkdir(exist_ok=True)
    for name in names:
        (repo / name).write_bytes(b"a\nb")
    applied(tool, repo, b"".join(patch(name, b"a\nb", b"a\nc") for name in names))
    assert [(repo / name).read_bytes() for name in names] == [b"a\nc"] * 3


lines = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"-\r\n", b"\xff\r", b"--- x\n", b"\\ "]))


@each_tool
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines.map(b"".join), lines.map(b"".join))
def test_any_text(tool: tuple[str, ...], repo: Path, old: bytes, new: bytes) -> None:
    if old != new:
        check(tool, repo, "any.py", old, new)
