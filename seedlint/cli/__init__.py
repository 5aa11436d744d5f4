"""The command line: options in, text and exit codes out. Each command is a module of its own."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from seedlint import __version__
from seedlint.cli.ending import ending_well, open_closed
from seedlint.cli.words import CONTEXT, color_of_environment

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = ("check", "rule", "config", "verify", "clean", "server")


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
        ctx.color = color_of_environment()
        is_first_completed = ctx.resilient_parsing and not args
        is_known = bool(args) and args[0] in {"-h", "--help", "--version", *COMMANDS}
        if not is_first_completed and not is_known:
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        open_closed()
        with ending_well():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        with ending_well():
            return super().invoke(ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """What the first word can become: a command, or an option or a path of ``check``."""
        found = super().shell_complete(ctx, incomplete)
        check = self.get_command(ctx, "check")
        assert check is not None
        with check.make_context("check", [], parent=ctx, resilient_parsing=True) as inner:
            found += check.shell_complete(inner, incomplete)
            # The shell offers either words or files.
            if not found:
                found = check.params[0].shell_complete(inner, incomplete)
        return list({item.value: item for item in found}.values())


@click.group(cls=_Commands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="seedlint")
def main() -> None:
    """Find dropout that cannot be repeated: missing seeds in TensorFlow and Keras code.

    `seedlint PATHS` is short for `seedlint check PATHS`.
    """
    # A file name or a line of source may hold what the terminal's encoding has no sign for.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
