"""``seedlint check``: lint and mend."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from seedlint.cli.crew import crew_options, remembering
from seedlint.cli.options import Sorted, overrides, settings_options
from seedlint.cli.progress import watched
from seedlint.cli.words import (
    CONTEXT,
    color_option,
    fail,
    fold,
    print_problems,
    print_stale,
    put,
    warn,
)
from seedlint.formats import FORMATS, TEXTS
from seedlint.formats.text import shown
from seedlint.model import Outcome, Report, SeedlintError

if TYPE_CHECKING:
    from seedlint.formats.concise import Look
    from seedlint.model import Change
    from seedlint.run import Plan, Request

PATCH_COLORS = {"+": "green", "-": "red", "@": "cyan"}
HEADINGS = {
    "Rules": ("--select", "--extend-select", "--ignore", "--families", "--keras-version"),
    "Fixes": (
        "--fix",
        "--unsafe-fixes",
        "--diff",
        "--verify",
        "--verify-timeout",
        "--fixable",
        "--unfixable",
    ),
    "Old code": ("--baseline", "--write-baseline", "--since", "--add-ignores"),
    "Files": (
        "--exclude",
        "--extend-exclude",
        "--force-exclude",
        "--stdin-filename",
        "--show-files",
        "--config",
        "--isolated",
    ),
    "Speed": ("--jobs", "--dask", "--no-cache", "--cache-dir"),
    "Output and exit code": (
        "--output-format",
        "--output-file",
        "--statistics",
        "--quiet",
        "--verbose",
        "--color",
        "--exit-zero",
        "--exit-non-zero-on-fix",
        "--help",
    ),
}


@click.command(cls=Sorted, headings=HEADINGS, context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@settings_options
@click.option(
    "--output-format",
    type=click.Choice(list(FORMATS)),
    default="full",
    metavar="FORMAT",
    help=f"{', '.join(FORMATS)}.",
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
@click.option("--verify", is_flag=True, help="Draw what is seeded on TensorFlow, and compare.")
@click.option(
    "--verify-timeout",
    type=click.FloatRange(1),
    default=300.0,
    metavar="SECONDS",
    help="For each process that draws; default: 300.",
)
@click.option("--write-baseline", is_flag=True, help="Let it hold all that is found now.")
@click.option("--since", metavar="REV", help="Only what touches lines changed since then, in git.")
@click.option("--add-ignores", is_flag=True, help="Write comments that silence what is found.")
@click.option("--statistics", is_flag=True, help="Only a count for each rule.")
@click.option(
    "--stdin-filename", type=click.Path(path_type=Path), metavar="FILE", help="Lint stdin as FILE."
)
@click.option("--show-files", is_flag=True, help="List the files that would be linted.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even if something is found.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit 1 if anything was mended.")
@click.option("-q", "--quiet", is_flag=True, help="Only what is found and what failed.")
@click.option("-v", "--verbose", is_flag=True, help="Tell which settings apply where.")
@crew_options
@color_option
def check(
    paths: tuple[Path, ...],
    output_format: str,
    output_file: Path | None,
    fixes: bool,
    unsafe_fixes: bool,
    diff: bool,
    verify: bool,
    verify_timeout: float,
    write_baseline: bool,
    since: str | None,
    add_ignores: bool,
    statistics: bool,
    stdin_filename: Path | None,
    show_files: bool,
    exit_zero: bool,
    exit_non_zero_on_fix: bool,
    quiet: bool,
    verbose: bool,
    **given: Any,
) -> None:
    """Lint PATHS (default: the current folder; `-` is stdin).

    Exit code: 0 clean, 1 something was found, 2 something could not be done.
    """
    from seedlint import run
    from seedlint.formats.concise import Look

    changes = fixes or add_ignores
    if changes or diff:
        # It takes longer to load than to find out that no file matters.
        from seedlint import fix
        from seedlint.formats import mending
    has_stdin = stdin_filename is not None or paths == (Path("-"),)
    if write_baseline and (fixes or diff or add_ignores or since is not None or has_stdin):
        raise click.UsageError("--write-baseline stands alone: it takes in what is found")
    if add_ignores and fixes:
        raise click.UsageError("--fix and --add-ignores go one after the other")
    if since is not None and has_stdin:
        raise click.UsageError("--since asks git, which does not know what stdin holds")
    try:
        stdin = None
        if has_stdin:
            stdin = (stdin_filename or Path("stdin.py"), sys.stdin.buffer.read())
        request = run.Request(
            paths or (Path(),),
            overrides(given),
            given["config_file"],
            given["isolated"],
            stdin,
            since=since,
        )
        if show_files:
            _show_files(run.plan(request))
        if verbose:
            _tell(run.plan(request))
        with watched(quiet) as progress, remembering(given) as memory:
            request = replace(request, progress=progress)
            if write_baseline:
                outcome = Outcome(
                    _with_baselines(run.examine(request, memory=memory), request.folders)
                )
            elif add_ignores:
                outcome = fix.silence(request, memory)
            elif fixes or diff:
                outcome = fix.mend(request, unsafe_fixes, memory)
            else:
                outcome = Outcome(run.lint(request, memory=memory))
    except SeedlintError as error:
        fail(str(error))
    if not quiet and not outcome.report.files and not outcome.report.problems:
        warn("no Python files found")
    if not quiet:
        print_stale(outcome.report)
    if diff:
        print_problems(outcome.report.problems)
        _print_patch(outcome.changes, output_file)
        verb = "Would silence" if add_ignores else "Would fix"
        if not quiet:
            click.echo(mending.summary(outcome, unsafe_fixes, verb), err=True)
        proved = _replayed(request, outcome.changes, verify_timeout, quiet) if verify else 0
        sys.exit(max(proved, 2 if outcome.report.problems else 1 if outcome.changes else 0))
    if changes:
        outcome = fix.written(outcome) if stdin is None else outcome
        if stdin is not None:
            click.echo(outcome.changes[0].new if outcome.changes else stdin[1], nl=False)
    report = outcome.report
    print_problems(report.problems)
    look = Look(fold() if output_file is None else None, quiet)
    text = _statistics(report) if statistics else _rendered(report, output_format, look)
    if output_file is None and text:
        click.echo(text, err=changes and stdin is not None)
    verb = "Silenced" if add_ignores else "Fixed"
    if changes and not quiet:
        click.echo(mending.summary(outcome, unsafe_fixes, verb), err=True)
    if output_file is not None:
        told = f"{click.unstyle(text)}\n" if text else ""
        put(told.encode(errors="backslashreplace"), output_file)
    failed = report.findings or (exit_non_zero_on_fix and outcome.mended)
    proved = _replayed(request, outcome.changes, verify_timeout, quiet) if verify else 0
    sys.exit(max(proved, 2 if report.problems else 1 if failed and not exit_zero else 0))


def _replayed(request: Request, changes: Iterable[Change], timeout: float, quiet: bool) -> int:
    from seedlint.cli.proving import replayed

    return replayed(request, changes, timeout, quiet)


def _show_files(plan: Plan) -> NoReturn:
    from seedlint.discover import relative_to

    print_problems(plan.problems)
    for path in sorted(path for paths in plan.groups.values() for path in paths):
        click.echo(shown(relative_to(path, Path.cwd()) or str(path)))
    sys.exit(2 if plan.problems else 0)


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


def _statistics(report: Report) -> str:
    """A line with the count of each rule."""
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    return "\n".join(f"{count}\t{code}\t{name}" for (code, name), count in counts.most_common())


def _tell(plan: Plan) -> None:
    """The projects of a run, and where their settings come from."""
    from seedlint.formats.concise import plural

    for root, paths in plan.groups.items():
        file = plan.settings.layers(Path(os.path.realpath(paths[0].parent))).file
        settings = "default settings" if file is None else f"settings of {file}"
        click.echo(shown(f"{root}: {plural(len(paths), 'file')}, {settings}"), err=True)


def _print_patch(changes: Iterable[Change], file: Path | None) -> None:
    """The bytes that ``git apply`` takes; on a terminal, nothing that it would obey."""
    from seedlint.patch import patch

    whole = b"".join(patch(Path(c.path).as_posix(), c.old, c.new) for c in changes)
    if file is not None or not sys.stdout.isatty():
        put(whole, file)
        return
    for line in whole.decode(errors="replace").split("\n")[:-1]:
        click.echo(click.style(shown(line), fg=PATCH_COLORS.get(line[0])))


def _rendered(report: Report, output_format: str, look: Look) -> str:
    return FORMATS[output_format](report, *([look] if output_format in TEXTS else []))
