"""What ``--verify`` says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from seedlint.cli.progress import staged
from seedlint.data import replace
from seedlint.formats.text import shown
from seedlint.model import Change, SeedlintError
from seedlint.reading import unseen
from seedlint.request import Request


def replayed(request: Request, changes: Iterable[Change], timeout: float, quiet: bool) -> int:
    """Draw what is seeded in ``request``, and say so on stderr; the exit code that this calls for.

    ``changes`` are taken as made.
    """
    from seedlint.formats.proving import replay_text
    from seedlint.verify.replay import replay

    overlay = {Path(change.path): change.new for change in changes}
    try:
        with staged(quiet) as progress:
            found = replay(
                replace(request, progress=unseen), overlay, timeout=timeout, progress=progress
            )
    except SeedlintError as error:
        told = shown(f"not verified: {error}")
        click.echo(f"{click.style('error', fg='red')}: {told}", err=True)
        return 2
    if found.failures or not quiet:
        click.echo(replay_text(found), err=True)
    return 1 if found.failures else 0
