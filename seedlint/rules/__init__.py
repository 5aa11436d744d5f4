"""All rules, in the order of their codes."""

from __future__ import annotations

from seedlint.needles import CODES as CODES
from seedlint.rule import Rule
from seedlint.rules import (
    duplicate_seed,
    frozen_mask,
    ineffective_global_seed,
    misplaced_argument,
    missing_seed,
    rejected_seed,
    repeated_seed,
    seed_from_changing_source,
    seed_from_unseeded_numpy,
    seed_lost_in_config,
    unforwarded_seed,
    unseedable_dropout,
    unused_suppression,
)

RULES: tuple[Rule, ...] = (
    missing_seed.RULE,
    duplicate_seed.RULE,
    seed_from_unseeded_numpy.RULE,
    seed_from_changing_source.RULE,
    repeated_seed.RULE,
    frozen_mask.RULE,
    rejected_seed.RULE,
    misplaced_argument.RULE,
    unforwarded_seed.RULE,
    seed_lost_in_config.RULE,
    ineffective_global_seed.RULE,
    unseedable_dropout.RULE,
    unused_suppression.RULE,
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
