"""What facts cost, made and read again: ``python -m benchmarks.facts_cost FOLDER ...``."""

from __future__ import annotations

import gc
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from seedlint.codec import FACTS
from seedlint.extract import extract
from seedlint.facts import ModuleFacts
from seedlint.source import Source, decode

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds, and what ``work`` returns."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def sources(folder: Path) -> Iterable[Source]:
    """The files below ``folder`` that mention dropout."""
    for path in sorted(folder.rglob("*.py")):
        data = path.read_bytes()
        source = decode(data, str(path)) if b"ropout" in data else None
        if isinstance(source, Source):
            yield source


def row(folder: Path) -> list[str]:
    texts = list(sources(folder))
    extracting, results = timed(lambda: [extract(text) for text in texts])
    facts = [found for found in results if isinstance(found, ModuleFacts)]
    encoding, written = timed(lambda: [FACTS.encode(found) for found in facts])
    decoding, back = timed(lambda: [FACTS.decode(data) for data in written])
    assert back == facts
    size = sum(len(text.text) for text in texts)
    kept = sum(len(zlib.compress(data, 1)) for data in written)
    times = (f"{extracting:.2f}", f"{encoding:.2f}", f"{decoding:.2f}")
    return [
        *(folder.name, str(len(facts)), f"{size / 1e6:.1f}", *times),
        *(f"{extracting / decoding:.0f}", f"{kept / size:.2f}"),
    ]


def main() -> None:
    gc.disable()
    print("| folder | files | MB | extract s | encode s | decode s | ratio | kept |")
    print("|---|---|---|---|---|---|---|---|")
    for name in sys.argv[1:]:
        print("|", " | ".join(row(Path(name))), "|")


if __name__ == "__main__":
    main()
