"""What every rule owes its readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from seedlint.needles import CODES, OF_RULE, OPTIONAL
from seedlint.rule import Rule
from seedlint.rules import RULES

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
HEADINGS = ("What it does", "Why is this bad?", "Example", "Use instead")

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_codes_and_names_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert set(codes) == CODES
    assert OF_RULE.keys() | OPTIONAL <= CODES


@each_rule
def test_form(rule: Rule) -> None:
    assert re.fullmatch(r"SDL\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    assert rule.check.__module__ == f"seedlint.rules.{rule.name.replace('-', '_')}"


@each_rule
def test_headings(rule: Rule) -> None:
    headings = re.findall(r"^## (.*)$", rule.page, re.MULTILINE)
    assert [heading for heading in headings if heading in HEADINGS] == list(HEADINGS)
    is_mended = any(example.fixed for example in rule.caught)
    assert ("Fix safety" in headings) == is_mended


@each_rule
def test_examples_of_both_kinds(rule: Rule) -> None:
    assert len(rule.silent) >= 2
    assert len(rule.caught) >= 2
    for example in rule.silent:
        assert not any(f"# {rule.code}\n" in text for text in example.files.values())
    for example in rule.caught:
        assert any(f"# {rule.code}" in text for text in example.files.values())


@each_rule
def test_the_readme_lists_it(rule: Rule) -> None:
    assert f"| {rule.code} | {rule.name} |" in README
