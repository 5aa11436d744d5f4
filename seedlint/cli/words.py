"""What all commands say alike."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from seedlint.formats.text import shown
from seedlint.model import Problem, Report

CONTEXT = {"help_option_names": ["-h", "--help"]}


def fail(message: str) -> NoReturn:
    """End with exit code 2: the job could not be done."""
    click.echo(f"{click.style('error', fg='red')}: {message}", err=True)
    sys.exit(2)


def print_problems(report: Report, color: bool | None) -> None:
    """What could not be linted, and what is out of date, one line each, on stderr."""
    if not report.files and not report.problems:
        click.echo(f"{click.style('warning', fg='yellow')}: no Python files found", err=True)
    for stale in report.stale:
        gone = f"holds {stale.count} that `{shown(stale.path)}` has no more"
        line = f"{shown(stale.baseline)}: {gone}; `--write-baseline` takes them out"
        click.echo(f"{click.style('warning', fg='yellow')}: {line}", err=True)
    for problem in report.problems:
        line = f"{_place(problem)}: {click.style('error', fg='red')}: {shown(problem.message)}"
        click.echo(line, err=True, color=color)


def _place(problem: Problem) -> str:
    at = problem.position
    path = shown(problem.path)
    file = path if problem.cell is None else f"{path}:cell {problem.cell}"
    return file if at is None else f"{file}:{at.line}:{at.column}"
