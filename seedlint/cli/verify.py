"""``seedlint verify``: what fresh processes draw."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from seedlint.cli.progress import staged
from seedlint.cli.words import CONTEXT, color_option, fail, put
from seedlint.model import SeedlintError


@click.command(context_settings=CONTEXT)
@click.argument("target")
@click.option("--args", "arguments", default="{}", metavar="JSON", help="What to call it with.")
@click.option("--steps", type=click.IntRange(2), default=3, show_default=True, help="Of training.")
@click.option(
    "--resume", is_flag=True, help="Stop its training, resume it, compare with one not stopped."
)
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="For each process.",
)
@click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also draw all masks, as a page of HTML.",
)
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@color_option
def verify(
    target: str,
    arguments: str,
    steps: int,
    resume: bool,
    timeout: float,
    output_format: str,
    report: Path | None,
    quiet: bool,
) -> None:
    """Build the model TARGET in fresh processes, and compare what its layers drop.

    TARGET is `package.module:function` or `path.py:function`; it is run. A function whose model
    does not tell the shape of its input returns `(model, example input)`.

    With --resume it is trained for the steps, saved with the state of its generators, and as many
    steps more; a fresh process loads both and goes on, another one without that state.

    Exit code 0: every layer is reproducible, or resumed; 1: one is not; 2: that could not be found
    out.
    """
    from seedlint.formats import proof_page, proving, resuming
    from seedlint.verify.model import Proof
    from seedlint.verify.resume import resume as resumed
    from seedlint.verify.target import prove

    if resume and report is not None:
        fail("--report draws what `verify` proves without --resume")
    given = _parsed(arguments)
    try:
        with staged(quiet) as progress:
            task = resumed if resume else prove
            found = task(target, given, steps, timeout, progress)
    except SeedlintError as error:
        fail(str(error))
    if isinstance(found, Proof):
        click.echo(proving.FORMATS[output_format](found))
    else:
        click.echo(resuming.FORMATS[output_format](found))
    if isinstance(found, Proof) and report is not None:
        put(proof_page.render(found).encode(errors="backslashreplace"), report)
    sys.exit(0 if found.holds else 1)


def _parsed(arguments: str) -> Any:
    try:
        parsed = json.loads(arguments)
    except ValueError as error:
        fail(f"--args is no JSON: {error}")
    if not isinstance(parsed, dict | list):
        fail("--args is neither a JSON object, for keywords, nor a list")
    return parsed
