"""``seedlint check``: lint and mend."""

from __future__ import annotations

import os
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
@click.option("--force-exclude", is_flag=True, help="Exclude what is named itself, too.")
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
@click.option("--baseline", metavar="FILE", help="Report only what this file does not hold.")
@click.option("--write-baseline", is_flag=True, help="Let it hold all that is found now.")
@click.option("--since", metavar="REV", help="Only what touches lines changed since then, in git.")
@click.option("--add-ignores", is_flag=True, help="Write comments that silence what is found.")
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
    force_exclude: bool,
    keras_version: str | None,
    families: str | None,
    output_format: str,
    output_file: Path | None,
    fixes: bool,
    unsafe_fixes: bool,
    diff: bool,
    fixable: str | None,
    unfixable: str | None,
    baseline: str | None,
    write_baseline: bool,
    since: str | None,
    add_ignores: bool,
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
        "force-exclude": force_exclude or None,
        "baseline": baseline and os.path.abspath(baseline),
        "keras-version": keras_version,
        "families": _listed(families),
        "fixable": _listed(fixable),
        "unfixable": _listed(unfixable),
    }
    has_stdin = stdin_filename is not None or paths == (Path("-"),)
    if write_baseline and (fixes or diff or add_ignores or since is not None or has_stdin):
        raise click.UsageError("--write-baseline stands alone: it takes in what is found")
    if add_ignores and fixes:
        raise click.UsageError("--fix and --add-ignores go one after the other")
    if since is not None and has_stdin:
        raise click.UsageError("--since asks git, which does not know what stdin holds")
    try:
        overrides = config.parse({k: v for k, v in given.items() if v is not None}, CODES)
        stdin = None
        if has_stdin:
            stdin = (stdin_filename or Path("stdin.py"), sys.stdin.buffer.read())
        request = run.Request(
            paths or (Path(),), overrides, config_file, isolated, stdin, since=since
        )
        if write_baseline:
            outcome = fix.Outcome(_with_baselines(run.examine(request), request.folders))
        elif add_ignores:
            outcome = fix.silence(request)
        elif fixes or diff:
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
        verb = "Would silence" if add_ignores else "Would fix"
        click.echo(mending.summary(outcome, unsafe_fixes, verb), err=True)
        sys.exit(2 if outcome.report.problems else 1 if outcome.changes else 0)
    changes = fixes or add_ignores
    if changes:
        outcome = fix.written(outcome) if stdin is None else outcome
        if stdin is not None:
            click.echo(outcome.changes[0].new if outcome.changes else stdin[1], nl=False)
    report = outcome.report
    print_problems(report, in_color)
    text = _statistics(report) if statistics else FORMATS[output_format](report)
    if output_file is None and text:
        click.echo(text, color=in_color, err=changes and stdin is not None)
    if changes:
        verb = "Silenced" if add_ignores else "Fixed"
        click.echo(mending.summary(outcome, unsafe_fixes, verb), err=True)
    if output_file is not None:
        told = f"{click.unstyle(text)}\n" if text else ""
        _put(told.encode(errors="backslashreplace"), output_file)
    failed = report.findings or (exit_non_zero_on_fix and outcome.mended)
    sys.exit(2 if report.problems else 1 if failed and not exit_zero else 0)


def _with_baselines(report: Report, folders: tuple[Path, ...]) -> Report:
    """Let the baselines of the files of ``report`` hold all of it; what is in none is left."""
    from seedlint import baseline
    from seedlint.known import without
    from seedlint.writing import create

    paths = baseline.used(report)
    if report.files and not paths:
        raise SeedlintError("no baseline to write: `--baseline FILE` names one, or the settings do")
    for path in paths:
        held = baseline.read(path) if os.path.lexists(path) else Counter()
        match = baseline.match(report, path, held, folders)
        reason = create(Path(path), baseline.written(match.new).encode())
        if reason is not None:
            raise SeedlintError(f"{baseline.named(path)}: {reason}")
        said = f"{match.new.total()} known now, {len(match.fresh)} new, {match.stale.total()} gone"
        click.echo(f"{baseline.named(path)}: {said}.", err=True)
        report = without(report, {*match.known, *match.fresh})
    return report


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
