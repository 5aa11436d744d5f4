"""The command line: options in, text and exit codes out. Each command is a module of its own."""

from __future__ import annotations

import io
import sys
from importlib import import_module

import click

from seedlint import __version__
from seedlint.cli.words import CONTEXT

COMMANDS = ("check", "rule")


class _Commands(click.Group):
    """The commands, imported when asked for; ``seedlint src/`` means ``seedlint check src/``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"seedlint.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in {"-h", "--help", "--version", *COMMANDS}:
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="seedlint")
def main() -> None:
    """Find dropout that cannot be repeated: missing seeds in TensorFlow and Keras code.

    `seedlint PATHS` is short for `seedlint check PATHS`.
    """
    # A file name or a line of source may hold what the terminal's encoding has no sign for.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
