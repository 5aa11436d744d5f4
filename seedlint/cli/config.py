"""``seedlint config``: the settings there are, and those that apply somewhere."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from seedlint.cli.options import overrides, settings_options
from seedlint.cli.words import CONTEXT, color_option, fail, print_problems
from seedlint.config import ADDED, KEYS, Key, Partial, lines, nearest, written
from seedlint.discover import relative_to
from seedlint.formats.text import shown
from seedlint.model import SeedlintError
from seedlint.schema import schema, toml
from seedlint.settings import Layers, Settings

WIDTH = 80


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in KEYS if name.startswith(incomplete)]


@click.command(context_settings=CONTEXT)
@click.argument("key", required=False, shell_complete=_complete)
@click.option(
    "--show",
    type=click.Path(path_type=Path),
    is_flag=False,
    flag_value=".",
    metavar="[PATH]",
    help="What applies to PATH (or here), and why.",
)
@click.option("--schema", "as_schema", is_flag=True, help="The JSON schema of [tool.seedlint].")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@settings_options
@color_option
def config(
    key: str | None, show: Path | None, as_schema: bool, output_format: str, **given: Any
) -> None:
    """Explain the setting KEY, or all of [tool.seedlint].

    The other options count for --show as they do for `seedlint check`.
    """
    from seedlint.needles import CODES

    if key is not None and key not in KEYS:
        fail(f"unknown key `{key}`{nearest(key, KEYS) or ';'} `seedlint config` lists them all")
    keys = tuple(KEYS.values()) if key is None else (KEYS[key],)
    if as_schema:
        click.echo(json.dumps(schema(CODES), indent=2))
    elif show is None and any(given.values()):
        fail("options that are settings need `--show`")
    elif show is None:
        click.echo(_explained(keys) if output_format == "text" else _as_json(keys, key))
    else:
        try:
            _show(keys, show, output_format, given)
        except SeedlintError as error:
            fail(str(error))


def _explained(keys: tuple[Key, ...]) -> str:
    """The defaults as TOML, with what each key means."""
    blocks = ("\n".join([*_said(key), _setting(key.name, key.default)]) for key in keys)
    return "\n\n".join([_styled("[tool.seedlint]"), *blocks])


def _said(key: Key) -> Iterator[str]:
    text = f"{key.meaning[0].upper()}{key.meaning[1:]}. Type: {key.kind.value}."
    yield from map(_comment, textwrap.wrap(text, WIDTH - 2, break_on_hyphens=False))


def _comment(text: str) -> str:
    return click.style(f"# {text}", fg="bright_black")


def _setting(name: str, value: Any) -> str:
    """A line of TOML, or several for a long list."""
    if value is None:
        return _comment(f"{name} is not set.")
    line = toml(value)
    if isinstance(value, list) and len(name) + len(line) > WIDTH:
        # No line may end inside of an inline table.
        items = ", ".join(toml(item).replace(" ", "\0") for item in value)
        rows = textwrap.wrap(items, WIDTH - 4, break_long_words=False, break_on_hyphens=False)
        line = "\n".join(["[", *(f"    {row}" for row in rows), "]"]).replace("\0", " ")
    return f"{_styled(name)} = {line}"


def _styled(name: str) -> str:
    return click.style(name, bold=True)


def _as_json(keys: tuple[Key, ...], key: str | None) -> str:
    """With ruff's field names; like ruff's, one key alone has no name."""
    told = {
        known.name: {
            "doc": known.meaning,
            "default": None if known.default is None else toml(known.default),
            "value_type": known.kind.value,
        }
        for known in keys
    }
    return json.dumps(told if key is None else told[key], indent=2)


def _show(keys: tuple[Key, ...], path: Path, output_format: str, given: Mapping[str, Any]) -> None:
    """What applies to ``path``. Raises `SeedlintError`."""
    if not path.exists():
        raise SeedlintError(f"{path}: no such file or directory")
    folder = Path(os.path.realpath(path if path.is_dir() else path.parent))
    over = overrides(given)
    settings = Settings((folder,), over, given["config_file"], given["isolated"])
    applied, layers = settings.of(str(folder)), settings.layers(folder)
    problems = tuple(settings.problems.values())
    print_problems(problems)
    values = {key.name: written(key.kind, getattr(applied, key.field)) for key in keys}
    origins = {key.name: list(_origins(key, layers, over)) or ["default"] for key in keys}
    if output_format == "json":
        told = {name: {"value": values[name], "from": origins[name]} for name in values}
        click.echo(json.dumps({"root": str(applied.root), "settings": told}, indent=2))
    else:
        click.echo(_comment(f"The project: {shown(str(applied.root))}"))
        click.echo(_styled("[tool.seedlint]"))
        for name, value in values.items():
            click.echo(_explained_by(_setting(name, value), shown(", ".join(origins[name]))))
    sys.exit(2 if problems else 0)


def _explained_by(setting: str, origin: str) -> str:
    last = click.unstyle(setting).rpartition("\n")[2]
    fits = len(last) + len(origin) + len("  # ") <= WIDTH
    return f"{setting}  {_comment(origin)}" if fits else f"{_comment(origin)}\n{setting}"


def _origins(key: Key, layers: Layers, over: Partial) -> Iterator[str]:
    """The line and the option that set ``key``; none if it has its default."""
    if key.field not in layers.found.apply(over).values:
        return
    is_given = key.field in over.values
    is_kept = not is_given or key.field in ADDED
    if layers.file is not None and key.field in layers.found.values and is_kept:
        shown = relative_to(layers.file, Path.cwd()) or str(layers.file)
        yield f"{shown}:{lines(layers.file)[key.name]}"
    if is_given:
        yield f"--{key.name}"
