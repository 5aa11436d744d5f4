"""``seedlint check``: lint and mend."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
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
from seedlint.data import dataclass, fields, replace
from seedlint.formats import FORMATS, TEXTS
from seedlint.formats.concise import Look
from seedlint.formats.text import shown
from seedlint.model import Outcome, Report, SeedlintError

if TYPE_CHECKING:
    from seedlint.model import Change
    from seedlint.request import Plan, Request

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


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `check` that are no settings."""

    paths: tuple[Path, ...]
    output_format: str
    output_file: Path | None
    fixes: bool
    unsafe_fixes: bool
    diff: bool
    verify: bool
    verify_timeout: float
    write_baseline: bool
    since: str | None
    add_ignores: bool
    statistics: bool
    stdin_filename: Path | None
    show_files: bool
    exit_zero: bool
    exit_non_zero_on_fix: bool
    quiet: bool
    verbose: bool

    @property
    def changes(self) -> bool:
        return self.fixes or self.add_ignores

    @property
    def has_stdin(self) -> bool:
        return self.stdin_filename is not None or self.paths == (Path("-"),)

    @property
    def verb(self) -> str:
        verbs = {False: ("Would fix", "Fixed"), True: ("Would silence", "Silenced")}
        return verbs[self.add_ignores][not self.diff]


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
def check(**given: Any) -> None:
    """Lint PATHS (default: the current folder; `-` is stdin).

    Exit code: 0 clean, 1 something was found, 2 something could not be done.
    """
    asked = Asked(**{known.name: given.pop(known.name) for known in fields(Asked)})
    _refuse_contradictions(asked)
    try:
        request = _request(asked, given)
        outcome = _outcome(asked, request, given)
    except SeedlintError as error:
        fail(str(error))
    if not asked.quiet:
        if not outcome.report.files and not outcome.report.problems:
            warn("no Python files found")
        print_stale(outcome.report)
    if asked.changes and not asked.diff:
        outcome = _written(request, outcome)
    code = _show_patch(asked, outcome) if asked.diff else _show_report(asked, outcome)
    if asked.verify:
        from seedlint.cli.proving import replayed

        proved = replayed(request, outcome.changes, asked.verify_timeout, asked.quiet)
        code = max(code, proved)
    sys.exit(code)


def _refuse_contradictions(asked: Asked) -> None:
    others = asked.changes or asked.diff or asked.since is not None or asked.has_stdin
    if asked.write_baseline and others:
        raise click.UsageError("--write-baseline stands alone: it takes in what is found")
    if asked.add_ignores and asked.fixes:
        raise click.UsageError("--fix and --add-ignores go one after the other")
    if asked.since is not None and asked.has_stdin:
        raise click.UsageError("--since asks git, which does not know what stdin holds")


def _request(asked: Asked, given: Mapping[str, Any]) -> Request:
    """What to lint; ends the process if only that is to be shown. Raises `SeedlintError`."""
    from seedlint.request import Request, plan

    stdin = None
    if asked.has_stdin:
        stdin = (asked.stdin_filename or Path("stdin.py"), sys.stdin.buffer.read())
    request = Request(
        asked.paths or (Path(),),
        overrides(given),
        given["config_file"],
        given["isolated"],
        stdin,
        since=asked.since,
    )
    if asked.show_files:
        _show_files(plan(request))
    if asked.verbose:
        _tell(plan(request))
    return request


def _outcome(asked: Asked, request: Request, given: Mapping[str, Any]) -> Outcome:
    """What is found and, in memory, mended. Raises `SeedlintError`."""
    from seedlint import run

    with watched(asked.quiet) as progress, remembering(given) as memory:
        request = replace(request, progress=progress)
        if asked.write_baseline:
            report = run.examine(request, memory=memory)
            return Outcome(_with_baselines(report, request.folders))
        if not (asked.changes or asked.diff):
            return Outcome(run.lint(request, memory=memory))
        # It takes longer to load than to find out that no file matters.
        from seedlint import fix

        # Each round leaves a whole project behind.
        gc.enable()
        if asked.add_ignores:
            return fix.silence(request, memory)
        return fix.mend(request, asked.unsafe_fixes, memory)


def _show_patch(asked: Asked, outcome: Outcome) -> int:
    """Show what would be changed; the exit code."""
    print_problems(outcome.report.problems)
    _print_patch(outcome.changes, asked.output_file)
    _sum_up(asked, outcome)
    return 2 if outcome.report.problems else 1 if outcome.changes else 0


def _show_report(asked: Asked, outcome: Outcome) -> int:
    """Tell what is left, and what was mended; the exit code."""
    report, file = outcome.report, asked.output_file
    print_problems(report.problems)
    look = Look(fold() if file is None else None, asked.quiet)
    text = _statistics(report) if asked.statistics else _rendered(report, asked.output_format, look)
    if file is not None:
        told = f"{click.unstyle(text)}\n" if text else ""
        put(told.encode(errors="backslashreplace"), file)
    elif text:
        click.echo(text, err=asked.changes and asked.has_stdin)
    if asked.changes:
        _sum_up(asked, outcome)
    failed = report.findings or (asked.exit_non_zero_on_fix and outcome.mended)
    return 2 if report.problems else 1 if failed and not asked.exit_zero else 0


def _written(request: Request, outcome: Outcome) -> Outcome:
    """Write the changes to the files, or to stdout what came from stdin."""
    from seedlint import fix

    if request.stdin is None:
        return fix.written(outcome)
    click.echo(outcome.changes[0].new if outcome.changes else request.stdin[1], nl=False)
    return outcome


def _sum_up(asked: Asked, outcome: Outcome) -> None:
    from seedlint.formats import mending

    if not asked.quiet:
        click.echo(mending.summary(outcome, asked.unsafe_fixes, asked.verb), err=True)


def _show_files(plan: Plan) -> NoReturn:
    from seedlint.discover import relative_to

    print_problems(plan.problems)
    for path in sorted(Path(path) for group in plan.groups for path in group.paths):
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

    for group in plan.groups:
        root = group.settings.root
        file = plan.settings.layers(root).file
        settings = "default settings" if file is None else f"settings of {file}"
        click.echo(shown(f"{root}: {plural(len(group.paths), 'file')}, {settings}"), err=True)


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
