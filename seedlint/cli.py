"""The command line: options in, text and exit codes out."""

from __future__ import annotations

import io
import sys
from collections import Counter
from pathlib import Path

import click

from seedlint import __version__
from seedlint.model import Problem, Report, SeedlintError

CONTEXT = {"help_option_names": ["-h", "--help"]}


class _DefaultToCheck(click.Group):
    """``seedlint src/`` means ``seedlint check src/``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"-h", "--help", "--version", *self.commands}
        if not args or args[0] not in own:
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_DefaultToCheck, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="seedlint")
def main() -> None:
    """Find dropout that cannot be repeated: missing seeds in TensorFlow and Keras code.

    `seedlint PATHS` is short for `seedlint check PATHS`.
    """
    # A file name or a line of source may hold what the terminal's encoding has no sign for.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


@main.command(context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--select", metavar="CODES", help="Only these rules (comma-separated, prefixes work)."
)
@click.option("--ignore", metavar="CODES", help="All but these rules.")
@click.option("--extend-select", metavar="CODES", help="These rules on top of the selected ones.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Replaces the excluded paths.")
@click.option("--extend-exclude", multiple=True, metavar="PATTERN", help="Adds to them.")
@click.option("--keras-version", type=click.Choice(["auto", "2", "3"]), help="Default: auto.")
@click.option("--families", metavar="NAMES", help="Kinds of random layers (comma-separated).")
@click.option(
    "--output-format",
    type=click.Choice(["full", "concise", "json"]),
    default="full",
    show_default=True,
)
@click.option("--fix", "fixes", is_flag=True, help="Mend what can be mended safely.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix: also what changes more than masks.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; write nothing.")
@click.option("--fixable", metavar="CODES", help="Only the fixes of these rules.")
@click.option("--unfixable", metavar="CODES", help="All fixes but those of these rules.")
@click.option("--statistics", is_flag=True, help="Only a count for each rule.")
@click.option("--stdin-filename", type=click.Path(path_type=Path), help="Lint stdin as this file.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even if something is found.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit 1 if anything was mended.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--isolated", is_flag=True, help="Ignore every pyproject.toml.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
def check(
    paths: tuple[Path, ...],
    select: str | None,
    ignore: str | None,
    extend_select: str | None,
    exclude: tuple[str, ...],
    extend_exclude: tuple[str, ...],
    keras_version: str | None,
    families: str | None,
    output_format: str,
    fixes: bool,
    unsafe_fixes: bool,
    diff: bool,
    fixable: str | None,
    unfixable: str | None,
    statistics: bool,
    stdin_filename: Path | None,
    exit_zero: bool,
    exit_non_zero_on_fix: bool,
    config_file: Path | None,
    isolated: bool,
    color: str,
) -> None:
    """Lint PATHS (default: the current folder; `-` is stdin).

    Exit code 0: clean; 1: something was found; 2: something could not be linted.
    """
    from seedlint import config, fix, run
    from seedlint.formats import mending
    from seedlint.patch import patch
    from seedlint.rules import CODES

    given = {
        "select": _listed(select),
        "ignore": _listed(ignore),
        "extend-select": _listed(extend_select),
        "exclude": list(exclude) or None,
        "extend-exclude": list(extend_exclude) or None,
        "keras-version": keras_version,
        "families": _listed(families),
        "fixable": _listed(fixable),
        "unfixable": _listed(unfixable),
    }
    try:
        overrides = config.parse({k: v for k, v in given.items() if v is not None}, CODES)
        stdin = None
        if stdin_filename is not None or paths == (Path("-"),):
            stdin = (stdin_filename or Path("stdin.py"), sys.stdin.buffer.read())
        request = run.Request(paths or (Path(),), overrides, config_file, isolated, stdin)
        if fixes or diff:
            outcome = fix.mend(request, unsafe_fixes)
        else:
            outcome = fix.Outcome(run.lint(request))
    except SeedlintError as error:
        _fail(str(error))
    in_color = {"always": True, "never": False}.get(color)
    if diff:
        _print_problems(outcome.report, in_color)
        patches = (patch(Path(c.path).as_posix(), c.old, c.new) for c in outcome.changes)
        click.echo(b"".join(patches), nl=False)
        click.echo(mending.summary(outcome, unsafe_fixes, "Would fix"), err=True)
        sys.exit(2 if outcome.report.problems else 1 if outcome.changes else 0)
    if fixes:
        outcome = fix.written(outcome) if stdin is None else outcome
        if stdin is not None:
            click.echo(outcome.changes[0].new if outcome.changes else stdin[1], nl=False)
    report = outcome.report
    _print_problems(report, in_color)
    _print(report, output_format, statistics, in_color, to_stderr=fixes and stdin is not None)
    if fixes:
        click.echo(mending.summary(outcome, unsafe_fixes), err=True)
    failed = report.findings or (exit_non_zero_on_fix and outcome.mended)
    sys.exit(2 if report.problems else 1 if failed and not exit_zero else 0)


@main.command(context_settings=CONTEXT)
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
    _fail(f"unknown rule `{code}`; `seedlint rule` lists them all")


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [part for part in text.replace(",", " ").split() if part]


def _print_problems(report: Report, color: bool | None) -> None:
    if not report.files and not report.problems:
        click.echo(f"{click.style('warning', fg='yellow')}: no Python files found", err=True)
    for problem in report.problems:
        line = f"{_place(problem)}: {click.style('error', fg='red')}: {problem.message}"
        click.echo(line, err=True, color=color)


def _print(
    report: Report, output_format: str, statistics: bool, color: bool | None, to_stderr: bool
) -> None:
    from seedlint.formats import FORMATS

    if statistics:
        counts = Counter((finding.code, finding.name) for finding in report.findings)
        for (code, name), count in counts.most_common():
            click.echo(f"{count}\t{code}\t{name}", err=to_stderr)
        return
    text = FORMATS[output_format](report)
    if text:
        click.echo(text, color=color, err=to_stderr)


def _place(problem: Problem) -> str:
    at = problem.position
    file = problem.path if problem.cell is None else f"{problem.path}:cell {problem.cell}"
    return file if at is None else f"{file}:{at.line}:{at.column}"


def _fail(message: str) -> None:
    click.echo(f"{click.style('error', fg='red')}: {message}", err=True)
    sys.exit(2)
