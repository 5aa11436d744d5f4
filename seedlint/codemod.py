"""The fixes as a LibCST codemod: ``python -m libcst.tool codemod seedlint.codemod.SeedDropout``.

Every file is transformed by itself, so only what can be mended in one file is; for what has to
change several, there is ``seedlint --fix --unsafe-fixes``.
"""

from __future__ import annotations

import argparse
from functools import lru_cache
from pathlib import Path

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from seedlint import config
from seedlint.fix import mend
from seedlint.reading import Memory
from seedlint.request import Request
from seedlint.run import lint


class SeedDropout(CodemodCommand):
    """Gives a seed to each random layer that has none, as ``seedlint --fix`` does."""

    DESCRIPTION = "Give TensorFlow and Keras dropout deterministic seeds."

    def __init__(self, context: CodemodContext, unsafe_fixes: bool = False) -> None:
        super().__init__(context)
        self._unsafe = unsafe_fixes

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """The option ``--unsafe-fixes``."""
        arg_parser.add_argument(
            "--unsafe-fixes", action="store_true", help="also change more than masks"
        )

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """``tree`` with seeds. Raises `SeedlintError` for broken settings."""
        path = Path(self.context.filename or "module.py").resolve()
        if path.is_file() and path not in _found(config.root_of(path.parent)):
            return tree
        request = Request((path,), stdin=(path, tree.bytes))
        changes = mend(request, self._unsafe, _memory).changes
        if not changes:
            return tree
        return cst.parse_module(changes[0].new, config=tree.config_for_parsing)


_memory = Memory()


@lru_cache(maxsize=8)
def _found(root: Path) -> frozenset[Path]:
    """The files below ``root`` in which something is found."""
    report = lint(Request((root,)), memory=_memory)
    return frozenset(Path(finding.path).resolve() for finding in report.findings)
