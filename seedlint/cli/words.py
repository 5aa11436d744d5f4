"""What all commands say alike."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from seedlint.formats.text import shown
from seedlint.model import Problem, Report

CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
COLORS = {"auto": None, "always": True, "never": False}


def color_of_environment() -> bool | None:
    """Whether the user wants colours, ``None``: on a terminal. As in ruff, ``FORCE_COLOR`` wins."""
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


def _set_color(ctx: click.Context, _: click.Parameter, when: str) -> None:
    if COLORS[when] is not None:
        ctx.color = COLORS[when]


color_option = click.option(
    "--color",
    type=click.Choice(list(COLORS)),
    default="auto",
    expose_value=False,
    is_eager=True,
    callback=_set_color,
    help="When to use colours.",
)


def is_rich() -> bool:
    """Whether what is printed to stdout is shown with colours."""
    wanted = click.get_current_context().color
    return sys.stdout.isatty() if wanted is None else wanted


def fold() -> int | None:
    """How wide the terminal is that shows stdout, if one does."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def fail(message: str) -> NoReturn:
    """End with exit code 2: the job could not be done."""
    click.echo(f"{click.style('error', fg='red')}: {shown(message)}", err=True)
    sys.exit(2)


def put(data: bytes, file: Path | None) -> None:
    """``data`` into ``file``, or on stdout; exit code 2 where that cannot be done."""
    if file is None:
        click.echo(data, nl=False)
        return
    from seedlint.writing import create

    refusal = create(file, data)
    if refusal is not None:
        fail(f"{file}: {refusal}")


def print_problems(problems: Iterable[Problem]) -> None:
    """What could not be linted, one line each, on stderr."""
    for problem in problems:
        error = click.style("error", fg="red")
        click.echo(f"{_place(problem)}: {error}: {shown(problem.message)}", err=True)


def warn(message: str) -> None:
    click.echo(f"{click.style('warning', fg='yellow')}: {shown(message)}", err=True)


def print_stale(report: Report) -> None:
    """What baselines hold that is no more, one line each, on stderr."""
    for stale in report.stale:
        gone = f"holds {stale.count} that `{stale.path}` has no more"
        warn(f"{stale.baseline}: {gone}; `--write-baseline` takes them out")


def _place(problem: Problem) -> str:
    at, path = problem.position, shown(problem.path)
    file = path if problem.cell is None else f"{path}:cell {problem.cell}"
    return file if at is None else f"{file}:{at.line}:{at.column}"
