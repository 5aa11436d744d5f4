"""All rules, in the order of their codes."""

from __future__ import annotations

from seedlint.rule import Rule
from seedlint.rules import (
    ineffective_global_seed,
    misplaced_argument,
    missing_seed,
    seed_from_changing_source,
    seed_from_unseeded_numpy,
    seed_lost_in_config,
    unseedable_dropout,
    unused_suppression,
)

RULES: tuple[Rule, ...] = (
    missing_seed.RULE,
    seed_from_unseeded_numpy.RULE,
    seed_from_changing_source.RULE,
    misplaced_argument.RULE,
    seed_lost_in_config.RULE,
    ineffective_global_seed.RULE,
    unseedable_dropout.RULE,
    unused_suppression.RULE,
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
CODES = frozenset(BY_CODE)
