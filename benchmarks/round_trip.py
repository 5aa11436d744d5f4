"""Real code, read, written and mended: ``python -m benchmarks.round_trip FOLDER ...``.

Each file is decoded, encoded and taken to facts, also where nothing could be found in it; then each
folder is linted as a whole. With ``--plant`` dropouts are put in place of numbers all over a copy,
and mended with unsafe fixes: what comes out must be what Python reads too, but for the seeds.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.fix_packages import is_broken, seeds_in
from seedlint.extract import extract
from seedlint.fix import mend, written
from seedlint.model import Problem
from seedlint.request import Request
from seedlint.run import lint
from seedlint.source import Source, decode, encoded, parsed

HEAD = "from keras.layers import Dropout as Planted"


def read(path: Path) -> Iterator[str]:
    """What is to be said of one file."""
    data = path.read_bytes()
    source = decode(data, str(path))
    if isinstance(source, Problem):
        yield "refused by Python too" if python_refuses(data) else f"NOT DECODED {path}"
        return
    yield "same bytes" if encoded(source, data, source.text) == data else f"OTHER BYTES {path}"
    found = extract(source)
    if not isinstance(found, Problem):
        yield "facts"
    elif python_refuses(data):
        yield "refused by Python too"
    else:
        yield f"NOT PARSED {path}: {found.message}"


def python_refuses(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(data)
        except (SyntaxError, ValueError):
            return True
    return False


def planted(source: Source, share: int) -> str | None:
    """``source`` with a dropout in place of one number in ``share``; ``None`` if it has none."""
    tree = parsed(source.text)
    if tree is None or "\r" in source.text or "\f" in source.text or not source.text.isascii():
        return None
    lines = source.text.split("\n")
    hidden = {id(n) for top in ast.walk(tree) if is_closed(top) for n in ast.walk(top)}
    places = [
        (node.lineno, node.col_offset, node.end_col_offset or 0)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) is int and id(node) not in hidden
    ]
    chosen = [place for place in places if picked(f"{source.path}{place}", share)]
    for line, start, end in sorted(chosen, reverse=True):
        text = lines[line - 1]
        lines[line - 1] = f"{text[:start]} Planted(0.5){text[end:]}"
    at = first_line(tree)
    text = "\n".join([*lines[: at - 1], HEAD, *lines[at - 1 :]])
    return text if chosen and parsed(text) is not None else None


def is_closed(node: ast.AST) -> bool:
    """Whether a call cannot stand inside ``node``, or Python 3.11 does not tell where."""
    return isinstance(node, (ast.JoinedStr, ast.pattern))


def first_line(tree: ast.Module) -> int:
    """The line before which an import may stand."""
    for node in tree.body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_text and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            decorators: list[ast.expr] = getattr(node, "decorator_list", [])
            return min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return 1


def picked(text: str, share: int) -> bool:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return number % share == 0


def mended(path: Path, share: int) -> Counter[str]:
    """What the fixes do to one file with planted dropouts."""
    source = decode(path.read_bytes(), path.name)
    text = None if isinstance(source, Problem) else planted(source, share)
    if text is None:
        return Counter()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "m.py")
        Path(scratch, ".git").mkdir()
        copy.write_text(text, newline="")
        before = seeds_in([copy])
        found = len(lint(Request((copy.parent,))).findings)
        outcome = written(mend(Request((copy.parent,)), unsafe=True))
        new = copy.read_text()
        said = Counter({"planted": found, "mended": len(outcome.mended), "files": 1})
        said[f"BROKEN {path}"] = is_broken(copy)
        said[f"SEED TWICE {path}"] = any(n > 1 for n in (seeds_in([copy]) - before).values())
        said[f"CHANGED AGAIN {path}"] = bool(mend(Request((copy.parent,)), True).changes)
        said[f"NAMES GONE {path}"] = bool(names(text) - names(new))
        return +said


def names(text: str) -> Counter[str]:
    """The names in ``text``; a fix brings some, as indices for ``_``, and takes none away."""
    nodes = ast.walk(ast.parse(text))
    found = (getattr(node, "id", getattr(node, "attr", None)) for node in nodes)
    return Counter(name for name in found if name not in (None, "_"))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folders", nargs="+", type=Path)
    options.add_argument("--plant", type=int, metavar="N", help="a dropout for one number in N")
    options.add_argument("--part", default="0/1", help="which files: 2/5 is the third fifth")
    given = options.parse_args()
    part, parts = map(int, given.part.split("/"))
    total: Counter[str] = Counter()
    for folder in given.folders:
        start = time.perf_counter()
        paths = sorted(p for p in folder.rglob("*.py") if p.is_file())[part::parts]
        said = counted(paths, given.plant)
        if not given.plant and parts == 1:
            report = lint(Request((folder,)))
            said.update({"findings": len(report.findings), "problems": len(report.problems)})
        total += said
        print(folder.name, len(paths), "files", f"{time.perf_counter() - start:.0f} s", flush=True)
        for what, count in said.most_common():
            print(f"  {count} {what}", flush=True)
    print("all", {what: count for what, count in total.items() if "/" not in what})


def counted(paths: Iterable[Path], share: int | None) -> Counter[str]:
    said: Counter[str] = Counter()
    for path in paths:
        said.update(mended(path, share) if share else read(path))
    return said


if __name__ == "__main__":
    main()
