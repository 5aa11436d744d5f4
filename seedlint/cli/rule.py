"""``seedlint rule``: what a rule finds, and why."""

from __future__ import annotations

import json
import re
from typing import Any

import click

from seedlint.cli.markdown import rendered
from seedlint.cli.words import CONTEXT, color_option, fail, fold, is_rich
from seedlint.config import nearest
from seedlint.formats.as_json import url_of
from seedlint.formats.terminal import folded
from seedlint.rule import Rule
from seedlint.rules import BY_CODE, RULES

INTRODUCTION = """\
# Rules

All that seedlint finds. `seedlint rule SDL001` shows one of these pages; `seedlint rule --all`
wrote them."""


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    words = (word for rule in RULES for word in (rule.code, rule.name))
    return [word for word in words if incomplete and word.startswith(incomplete)] or [
        rule.code for rule in RULES if rule.code.startswith(incomplete.upper())
    ]


@click.command(context_settings=CONTEXT)
@click.argument("code", required=False, shell_complete=_complete)
@click.option("--all", "is_all", is_flag=True, help="The pages of all rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@color_option
def rule(code: str | None, is_all: bool, output_format: str) -> None:
    """Explain the rule CODE (or its name), or list all rules."""
    if code is not None and is_all:
        fail("either a rule or `--all`")
    if code is not None:
        known = _named(code)
        if output_format == "json":
            click.echo(json.dumps(_entry(known), indent=2))
        else:
            _print(f"# {known.name} ({known.code})\n\n{_page(known)}")
    elif output_format == "json":
        click.echo(json.dumps([_entry(known) for known in RULES], indent=2))
    elif is_all:
        _print("\n\n".join([INTRODUCTION, _list(), *map(_section, RULES)]))
    else:
        for known in RULES:
            off = "" if known.default else " (off by default)"
            start = f"{click.style(known.code, bold=True)}  "
            click.echo(folded(start, f"{known.name}: {known.summary}{off}", fold()))


def _named(code: str) -> Rule:
    found = next((r for r in RULES if code.upper() == r.code or code == r.name), None)
    if found is None:
        near = nearest(code.upper(), BY_CODE) or nearest(code, [known.name for known in RULES])
        fail(f"unknown rule `{code}`{near or ';'} `seedlint rule` lists them all")
    return found


def _print(markdown: str) -> None:
    click.echo(rendered(markdown, fold() or 80) if is_rich() else markdown)


def _list() -> str:
    return "\n".join(f"- [{rule.code} {rule.name}](#{rule.name}): {rule.summary}" for rule in RULES)


def _section(rule: Rule) -> str:
    """The page of ``rule`` as a part of a longer one. Its heading is where `url_of` leads to."""
    return f"## {rule.name}\n\n{re.sub(r'^##', '###', _page(rule), flags=re.MULTILINE)}"


def _page(rule: Rule) -> str:
    off = "" if rule.default else " Off by default."
    facts = f"`{rule.code}`. {_mending(rule)}{off}"
    summary, _, rest = rule.page.strip().partition("\n")
    return f"{summary}\n\n{facts}\n{rest}"


def _mending(rule: Rule) -> str:
    """In ruff's words."""
    return "Fix is sometimes available." if _is_mended(rule) else "Fix is not available."


def _is_mended(rule: Rule) -> bool:
    return any(example.fixed for example in rule.caught)


def _entry(rule: Rule) -> dict[str, Any]:
    """With ruff's field names."""
    return {
        "name": rule.name,
        "code": rule.code,
        "linter": "seedlint",
        "summary": rule.summary,
        "fix": _mending(rule),
        "fix_availability": "Sometimes" if _is_mended(rule) else "None",
        "explanation": rule.page.strip().partition("\n")[2].strip(),
        "default": rule.default,
        "severity": rule.severity.value,
        "url": url_of(rule.name),
    }
