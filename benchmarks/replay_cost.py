"""What ``--verify`` costs for many sites, next to bare imports of TensorFlow and Keras.

``python -m benchmarks.replay_cost [sites ...]``
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from seedlint.request import Request
from seedlint.verify.replay import replay

BARE = [sys.executable, "-c", "import tensorflow, keras"]
KINDS = (
    "Dropout(0.5, seed={seed})",
    "SpatialDropout1D(0.3, seed={seed})",
    "GaussianNoise(0.2, seed={seed})",
    "MultiHeadAttention(num_heads=2, key_dim=8, dropout=0.1, seed={seed})",
    "LSTM(16, dropout=0.2, seed={seed})",
)
# Real code has far more dropout than anything else.
SHARES = (16, 1, 1, 1, 1)
ROUNDS = 3


def program(sites: int) -> Iterator[str]:
    yield "from keras import layers\n"
    kinds = [kind for kind, share in zip(KINDS, SHARES, strict=True) for _ in range(share)]
    for number in range(sites):
        kind = kinds[number % len(kinds)].format(seed=10**6 + 7919 * number)
        yield f"x{number} = layers.{kind}\n"


def bare_imports() -> float:
    """Seconds for two processes that import at once."""
    start = time.perf_counter()
    for process in [subprocess.Popen(BARE, stderr=subprocess.DEVNULL) for _ in range(2)]:
        process.wait()
    return time.perf_counter() - start


def replayed(sites: int) -> float:
    with TemporaryDirectory() as folder:
        Path(folder, "net.py").write_text("".join(program(sites)), "utf-8")
        start = time.perf_counter()
        found = replay(Request((Path(folder),)))
        assert found.proved == sites, found
        return time.perf_counter() - start


def main(arguments: list[str]) -> None:
    print("| sites | two imports s | --verify s | ratio |\n|---|---|---|---|")
    for sites in map(int, arguments or ["1", "100", "500"]):
        imports, times = zip(
            *((bare_imports(), replayed(sites)) for _ in range(ROUNDS)), strict=True
        )
        bare, full = sorted(imports)[ROUNDS // 2], sorted(times)[ROUNDS // 2]
        print(f"| {sites} | {bare:.1f} | {full:.1f} | {full / bare:.2f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
