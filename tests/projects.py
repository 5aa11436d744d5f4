"""Small projects written to disk, and what seedlint says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from seedlint import config
from seedlint.model import Report
from seedlint.request import Request
from seedlint.rules import CODES
from seedlint.run import lint

MARK = re.compile(r"# (SDL\d{3})$")

Places = set[tuple[str, int, str]]


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """``files`` below ``folder``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    return folder


def marked(folder: Path) -> Places:
    """``(file, line, code)`` for each line below ``folder`` that ends in ``# <code>``."""
    return {
        (path.relative_to(folder).as_posix(), number, match[1])
        for path in folder.rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1)
        if (match := MARK.search(line.rstrip()))
    }


def found(folder: Path, report: Report) -> Places:
    """``(file, line, code)`` for each finding of ``report``."""
    base = folder.resolve()
    return {
        (
            Path(finding.path).resolve().relative_to(base).as_posix(),
            finding.span.start.line,
            finding.code,
        )
        for finding in report.findings
    }


def run(folder: Path, **settings: object) -> Report:
    """What seedlint says of ``folder`` with ``settings``, in the names of ``pyproject.toml``."""
    table = {name.replace("_", "-"): value for name, value in settings.items()}
    return lint(Request((folder,), config.parse(table, CODES)))
