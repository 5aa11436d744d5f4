"""``seedlint rule``: what a rule finds, and why."""

from __future__ import annotations

import click

from seedlint.cli.words import CONTEXT, fail


@click.command(context_settings=CONTEXT)
@click.argument("code", required=False)
def rule(code: str | None) -> None:
    """Explain the rule CODE (or its name), or list all rules."""
    from seedlint.rules import RULES

    if code is None:
        for known in RULES:
            off = "" if known.default else " (off by default)"
            click.echo(f"{click.style(known.code, bold=True)}  {known.name}: {known.summary}{off}")
        return
    for known in RULES:
        if code.upper() == known.code or code == known.name:
            click.echo(f"# {known.name} ({known.code})\n\n{known.page.strip()}")
            return
    fail(f"unknown rule `{code}`; `seedlint rule` lists them all")
