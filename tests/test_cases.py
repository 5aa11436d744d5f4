"""Hundreds of small cases, written against the design rather than the code (`cases/README.md`)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedlint import config
from seedlint.request import Request
from seedlint.rule import Example
from seedlint.rules import CODES
from seedlint.run import lint
from tests.projects import write

FOLDER = Path(__file__).parent / "cases"
MARKS = re.compile(r"# (SDL\d{3})(?=\s*(?:# SDL\d{3}\s*)*$)")


def cases(path: Path) -> Iterator[Example]:
    # Not read_text: a case may hold newlines of other kinds.
    text = path.read_bytes().decode("utf-8")
    for block in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        reason, _, settings = head.partition(" | ")
        first, *others = re.split(r"^>>> (.*)\n", body, flags=re.MULTILINE)
        files = dict(zip(others[::2], others[1::2], strict=True)) or {"a.py": first}
        yield Example(reason, files, json.loads(settings or "{}"))


ALL = [
    pytest.param(case, id=f"{path.stem}-{case.reason}")
    for path in sorted(FOLDER.glob("*.txt"))
    for case in cases(path)
]


@pytest.mark.parametrize("case", ALL)
def test_case(case: Example, tmp_path: Path) -> None:
    folder = write(tmp_path, {".git/HEAD": "", **case.files})
    report = lint(Request((folder,), config.parse(case.settings, CODES)))
    found = Counter(
        (Path(f.path).resolve().relative_to(folder.resolve()).as_posix(), f.span.start.line, f.code)
        for f in report.findings
    )
    wanted = Counter(
        (name, number, code)
        for name, text in case.files.items()
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1)
        for code in MARKS.findall(line)
    )
    assert not report.problems
    assert found == wanted


def test_ids_are_unique() -> None:
    names = Counter(param.id for param in ALL)
    assert [name for name, count in names.items() if count > 1] == []


def test_half_of_the_code_is_silent() -> None:
    texts = [text for param in ALL for text in param.values[0].files.values()]  # type: ignore[union-attr]
    marked = sum(len(MARKS.findall(line)) for text in texts for line in text.split("\n"))
    assert 200 < marked < sum(text.count("\n") for text in texts) / 2
