"""Whatever the program: no crash, nothing but seeds changes, and a second run changes nothing."""

from __future__ import annotations

import io
import re
import tempfile
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from seedlint.config import parse
from seedlint.extract import extract
from seedlint.facts import ModuleFacts
from seedlint.fix import mend, written
from seedlint.model import Change, Finding, Problem, Report, SeedlintError
from seedlint.notebook import read
from seedlint.request import Request
from seedlint.rules import CODES
from seedlint.run import lint
from seedlint.seeds import LOWEST, literals
from seedlint.source import Source, complaint, decode, encoded
from tests.strategies import files, notebooks, projects

# What fixes may write beside indices and seeds, and what they may take away.
NEW = {
    *("SEED", "self", "None", "if", "else", "is", "not", "enumerate", "int", "default_rng", "np"),
    *("numpy", "random", "config", "get_config", "def", "return", "super"),
}
INDEX = re.compile(r"^([a-z_]|index|turn)\d*$|_[ijk]$")
GONE = frozenset(("None", "np", "random", "randint", "int", "time", "seed", "SEED", "i", "_"))

# The same examples at every run; `fuzz/` looks for others.
quick = settings(
    deadline=None, max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck)
)
long = settings(quick, max_examples=250)


@given(projects(), st.booleans())
@quick
def test_a_project(project: dict[str, bytes], unsafe: bool) -> None:
    check(project, unsafe)


@pytest.mark.slow
@given(projects(), st.booleans())
@long
def test_many_projects(project: dict[str, bytes], unsafe: bool) -> None:
    check(project, unsafe)


def check(project: Mapping[str, bytes], unsafe: bool) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / ".git").mkdir()
        for name, data in project.items():
            (folder / name).write_bytes(data)
        before = lint(Request((folder,)))
        assert {Path(problem.path).suffix for problem in before.problems} <= {".ipynb"}
        paths = [folder / name for name in project]
        assert said(lint(Request((*paths,)))) == said(lint(Request((*reversed(paths),))))
        outcome = written(mend(Request((folder,)), unsafe))
        assert outcome.report.problems == before.problems
        # Who takes a seed for one dropout has one to pass on to the next.
        assert not set(codes(outcome.report)) - set(codes(before)) - {"SDL001", "SDL009"}
        assert len(outcome.report.findings) <= len(before.findings)
        comments_may_go = any(finding.code == "SDL100" for finding in outcome.mended)
        for change in outcome.changes:
            if change.path.endswith(".py"):
                check_change(change, comments_may_go)
        everything = Counter(seed for path in paths for seed in literals(path.read_bytes()))
        assert not [seed for seed, n in everything.items() if seed > LOWEST and n > 1]
        assert mend(Request((folder,)), unsafe).changes == ()


def said(report: Report) -> list[Finding]:
    return list(report.findings)


def codes(report: Report) -> Iterator[str]:
    return (finding.code for finding in report.findings)


def check_change(change: Change, comments_may_go: bool) -> None:
    """That nothing but seeds came and went, as Python's own tokenizer sees it."""
    old, new = tokens(change.old), tokens(change.new)
    assert {text for _, text in old - new if text.isidentifier()} <= GONE
    came = {text for _, text in new - old if text.isidentifier()}
    assert {text for text in came if "seed" not in text and not INDEX.search(text)} <= NEW
    # Until Python 3.12 an f-string is one token.
    gone = [text for _, text in old - new if text[0] in "'\"#"]
    kept = [text for text in gone if "noqa" not in text and "seedlint" not in text]
    assert not (kept if comments_may_go else gone), gone
    for newline in (b"\r\n", b"\r"):
        assert (newline in change.old) == (newline in change.new)
    assert change.old.startswith(b"\xef\xbb\xbf") == change.new.startswith(b"\xef\xbb\xbf")
    assert change.old.endswith((b"\n", b"\r")) == change.new.endswith((b"\n", b"\r"))


def tokens(data: bytes) -> Counter[tuple[int, str]]:
    source = decode(data, "m.py")
    assert isinstance(source, Source)
    lines = io.StringIO("\n".join(source.lines)).readline
    kinds = (tokenize.NAME, tokenize.STRING, tokenize.COMMENT, tokenize.OP)
    return Counter(
        (token.type, token.string)
        for token in tokenize.generate_tokens(lines)
        if token.type in kinds
    )


# --- texts that need not be programs ------------------------------------------------------------

PIECES = (
    *("def", "class", "lambda", "if", "else", "for", "in", "match", "case", "async", "await"),
    *("yield", "return", "import", "from", "as", "Dropout", "keras", "seed", "None", "x", "é"),
    *(":=", "==", "**", "->", '"""', "1_0", "0x", "1e9", "1j", "rb'", "f'", "\r\n", "\n    "),
    *("\N{PARTY POPPER}", "\ufeff", "noqa", "seedlint:", "ignore[SDL001]"),
    *"()[]{}:;,.=\\'\"#\n\r\t\x0c\x00 ",
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@settings(quick, max_examples=400)
@example("Dropout(0.5)\\")
def test_no_text_crashes(text: str) -> None:
    source = decode(text.encode(), "m.py")
    if isinstance(source, Source):
        assert encoded(source, text.encode(), source.text) == text.encode()
        found = extract(source)
        assert isinstance(found, ModuleFacts) or "\n" not in found.message
        assert isinstance(found, ModuleFacts) or complaint(source.text) is not None


@given(files(), st.data())
@quick
def test_a_broken_file_crashes_nothing(data: bytes, more: st.DataObject) -> None:
    at = more.draw(st.integers(0, len(data)))
    end = more.draw(st.integers(at, min(len(data), at + 20)))
    broken = data[:at] + more.draw(st.binary(max_size=4)) + data[end:]
    source = decode(broken, "m.py")
    if isinstance(source, Source):
        extract(source)


@given(notebooks(), st.data())
@quick
def test_a_broken_notebook_crashes_nothing(data: bytes, more: st.DataObject) -> None:
    at = more.draw(st.integers(0, len(data)))
    end = more.draw(st.integers(at, min(len(data), at + 20)))
    found = read(data[:at] + more.draw(st.binary(max_size=4)) + data[end:], "n.ipynb")
    if isinstance(found, Problem):
        assert "\n" not in found.message
    else:
        extract(found)


KEYS = st.sampled_from(
    [
        *("select", "ignore", "exclude", "families", "keras-version", "per-file-ignores"),
        *("extra-layers", "max-file-size", "duplicate-scope", "fixable", "other"),
    ]
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9),
    st.sampled_from(["SDL", "SDL001", "ALL", "dropout", "auto", "a.b", "name", "*.py"]),
)  # fmt: skip
TABLES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "family", "seed", "rate", "*.py"]), inner),
    ),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, TABLES, max_size=2))
@settings(quick, max_examples=400)
def test_settings_of_any_type(table: dict[str, object]) -> None:
    try:
        parse(table, CODES)
    except SeedlintError as error:
        message = str(error)
        assert "\n" not in message
