"""Coverage-guided fuzzing: ``python -m fuzz extract --seconds 300`` (see `README.md`)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import atheris

CORPUS = Path(__file__).with_name("corpus")

with atheris.instrument_imports(include=["seedlint"]):
    from seedlint import config
    from seedlint.extract import extract
    from seedlint.model import Position, Problem, SeedlintError, Span
    from seedlint.notebook import read
    from seedlint.rules import CODES
    from seedlint.source import Source, decode, encoded
    from seedlint.splice import spliced


def fuzz_extract(data: bytes) -> None:
    """Bytes to facts; what was decoded gives back its bytes, or says that it cannot."""
    source = decode(data, "m.py")
    if isinstance(source, Source):
        again = encoded(source, data, source.text)
        assert again == data or isinstance(again, Problem)
        one_line(extract(source))
    else:
        one_line(source)


def fuzz_notebook(data: bytes) -> None:
    """A notebook to facts; an edit that changes nothing leaves every byte."""
    book = read(data, "n.ipynb")
    one_line(book)
    if not isinstance(book, Problem):
        one_line(extract(book))
        assert len(book.lines) == book.text.count("\n") + 1
        if book.cells.firsts:
            start = Position(book.cells.firsts[0], 1)
            assert spliced(data, [(Span(start, start), "")]) == data


def fuzz_config(data: bytes) -> None:
    """Some TOML to settings, or one line that says what is wrong."""
    pyproject = SCRATCH / "pyproject.toml"
    pyproject.write_bytes(b"[tool.seedlint]\n" + data)
    try:
        config.read(pyproject, CODES)
    except SeedlintError as error:
        one_line(Problem("pyproject.toml", str(error)))


def one_line(found: object) -> None:
    assert not isinstance(found, Problem) or "\n" not in found.message, found


TARGETS: dict[str, Callable[[bytes], None]] = {
    "extract": fuzz_extract,
    "notebook": fuzz_notebook,
    "config": fuzz_config,
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("target", choices=TARGETS)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--scratch", type=Path, required=True, help="for findings and new inputs")
    given = options.parse_args()
    global SCRATCH
    SCRATCH = given.scratch
    found = SCRATCH / given.target
    found.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={given.seconds}", "-max_len=4096", "-timeout=20"]
    folders = [str(found), str(CORPUS / given.target)]
    flags = [*limits, f"-artifact_prefix={found}/", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *flags, *folders], TARGETS[given.target])
    atheris.Fuzz()


SCRATCH = Path()

if __name__ == "__main__":
    main()
