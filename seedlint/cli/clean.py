"""``seedlint clean``: take the caches away."""

from __future__ import annotations

import os
from pathlib import Path

import click

from seedlint.cli.crew import cache_dir_option
from seedlint.cli.words import CONTEXT, fail


@click.command(context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@cache_dir_option
def clean(paths: tuple[Path, ...], cache_dir: str | None) -> None:
    """Remove the caches of the projects that PATHS (default: the current folder) are in or hold."""
    from seedlint import config, sealed
    from seedlint.settings import Settings

    over = {} if cache_dir is None else {"cache-dir": cache_dir}
    settings = Settings((), config.parse(over, frozenset()), None, False)
    found: dict[Path, None] = {}
    for path in paths or (Path(),):
        top = path if path.is_dir() else path.parent
        for name, inner, _ in os.walk(top):
            inner[:] = (below for below in inner if below != ".git")
            chosen = settings.of(os.path.realpath(name))
            found[chosen.root / chosen.cache_dir] = None
    for folder in found:
        try:
            is_gone = sealed.clean(folder)
        except OSError as error:
            fail(f"{folder}: cannot remove: {error.strerror or error}")
        if is_gone:
            click.echo(f"removed {os.path.relpath(folder)}")
