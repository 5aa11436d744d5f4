"""Dropout without a seed as a rule of Fixit, the way its manual shows."""

from __future__ import annotations

import libcst as cst
from fixit import Invalid, LintRule, Valid
from libcst.metadata import QualifiedNameProvider

from benchmarks.peer_rules.textbook import is_unseeded


class DropoutWithoutSeed(LintRule):
    """Dropout without a seed draws other masks at every run."""

    METADATA_DEPENDENCIES = (QualifiedNameProvider,)
    VALID = (Valid("from keras import layers\nlayers.Dropout(0.5, seed=1)"),)
    INVALID = (Invalid("from keras import layers\nlayers.Dropout(0.5)"),)

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        names = self.get_metadata(QualifiedNameProvider, node, set())
        if is_unseeded(node, names):
            self.report(node, "this dropout draws other masks at every run")
