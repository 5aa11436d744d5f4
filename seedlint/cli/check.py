"""``seedlint check``: lint and mend."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from seedlint.cli.words import CONTEXT, fail, print_problems
from seedlint.formats import FORMATS
from seedlint.formats.text import shown
from seedlint.model import Report, SeedlintError


@click.command(context_settings=CONTEXT)
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
    type=click.Choice(list(FORMATS)),
    default="full",
    show_default=True,
)
@click.option(
    "-o",
    "--output-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the report goes instead of stdout.",
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
    output_file: Path | None,
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
        fail(str(error))
    in_color = {"always": True, "never": False}.get(color)
    if diff:
        print_problems(outcome.report, in_color)
        patches = (patch(Path(c.path).as_posix(), c.old, c.new) for c in outcome.changes)
        _put(b"".join(patches), output_file)
        click.echo(mending.summary(outcome, unsafe_fixes, "Would fix"), err=True)
        sys.exit(2 if outcome.report.problems else 1 if outcome.changes else 0)
    if fixes:
        outcome = fix.written(outcome) if stdin is None else outcome
        if stdin is not None:
            click.echo(outcome.changes[0].new if outcome.changes else stdin[1], nl=False)
    report = outcome.report
    print_problems(report, in_color)
    text = _statistics(report) if statistics else FORMATS[output_format](report)
    if output_file is None and text:
        click.echo(text, color=in_color, err=fixes and stdin is not None)
    if fixes:
        click.echo(mending.summary(outcome, unsafe_fixes), err=True)
    if output_file is not None:
        told = f"{click.unstyle(text)}\n" if text else ""
        _put(told.encode(errors="backslashreplace"), output_file)
    failed = report.findings or (exit_non_zero_on_fix and outcome.mended)
    sys.exit(2 if report.problems else 1 if failed and not exit_zero else 0)


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [part for part in text.replace(",", " ").split() if part]


def _statistics(report: Report) -> str:
    """A line with the count of each rule."""
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    return "\n".join(f"{count}\t{code}\t{name}" for (code, name), count in counts.most_common())


def _put(data: bytes, file: Path | None) -> None:
    """``data`` into ``file``, or on stdout."""
    if file is None:
        click.echo(data, nl=False)
        return
    from seedlint.writing import create

    refusal = create(file, data)
    if refusal is not None:
        fail(f"{shown(str(file))}: {refusal}")
