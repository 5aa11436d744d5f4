"""Dropout without a seed, as LibCST's own tutorials would find it.

``python -m benchmarks.peer_rules.textbook FOLDER``
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import libcst as cst
from libcst.metadata import (
    MetadataWrapper,
    PositionProvider,
    QualifiedName,
    QualifiedNameProvider,
)

LAYERS = {"keras.layers.Dropout", "tensorflow.keras.layers.Dropout", "tf_keras.layers.Dropout"}


def is_unseeded(call: cst.Call, names: Iterable[QualifiedName]) -> bool:
    """Whether ``call``, which may mean one of ``names``, builds a dropout without a seed."""
    keywords = {argument.keyword.value for argument in call.args if argument.keyword}
    return "seed" not in keywords and any(name.name in LAYERS for name in names)


class Dropouts(cst.CSTVisitor):
    """Collects the lines of dropouts without a seed."""

    METADATA_DEPENDENCIES = (PositionProvider, QualifiedNameProvider)

    def __init__(self) -> None:
        self.lines: list[int] = []

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        if is_unseeded(node, self.get_metadata(QualifiedNameProvider, node, set())):
            self.lines.append(self.get_metadata(PositionProvider, node).start.line)


def lint(path: Path) -> Iterable[str]:
    found = Dropouts()
    try:
        MetadataWrapper(cst.parse_module(path.read_bytes())).visit(found)
    except (cst.ParserSyntaxError, RecursionError) as error:
        return [f"{path}: {type(error).__name__}"]
    return [f"{path}:{line}" for line in found.lines]


def main() -> None:
    for argument in map(Path, sys.argv[1:]):
        for path in sorted(argument.rglob("*.py")) if argument.is_dir() else [argument]:
            for said in lint(path):
                print(said)


if __name__ == "__main__":
    main()
