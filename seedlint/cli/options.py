"""The options that are settings too, how their words are completed, and headings for options."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from seedlint.config import KEYS, Kind, Partial, parse
from seedlint.needles import FAMILIES

Function = TypeVar("Function", bound=Callable[..., Any])


def _complete_codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from seedlint.needles import CODES

    return _last_completed(incomplete, ("ALL", *sorted(CODES)))


def _complete_families(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return _last_completed(incomplete, FAMILIES)


def _last_completed(incomplete: str, words: Iterable[str]) -> list[str]:
    """``incomplete``, a list with commas, with each of ``words`` that its last one can become."""
    before, comma, last = incomplete.rpartition(",")
    done = before.split(",")
    return [
        f"{before}{comma}{word}" for word in words if word.startswith(last) and word not in done
    ]


def _codes(name: str, what: str) -> Callable[[Function], Function]:
    return click.option(name, metavar="CODES", help=what, shell_complete=_complete_codes)


_SETTINGS = (
    _codes("--select", "Only these rules: SDL001,SDL1 or ALL."),
    _codes("--extend-select", "These rules too."),
    _codes("--ignore", "Not these rules."),
    click.option(
        "--families",
        metavar="NAMES",
        help="Kinds of random layers.",
        shell_complete=_complete_families,
    ),
    click.option("--keras-version", type=click.Choice(["auto", "2", "3"]), help="For all files."),
    click.option(
        "--exclude", multiple=True, metavar="PATTERN", help="Replaces the excluded paths."
    ),
    click.option("--extend-exclude", multiple=True, metavar="PATTERN", help="Adds to them."),
    click.option("--force-exclude", is_flag=True, help="Exclude what is named itself, too."),
    click.option("--baseline", metavar="FILE", help="Report only what this file does not hold."),
    _codes("--fixable", "Mend only findings of these rules."),
    _codes("--unfixable", "Mend none of these rules."),
    click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Settings from this file alone.",
    ),
    click.option("--isolated", is_flag=True, help="Ignore every pyproject.toml."),
)


def settings_options(function: Function) -> Function:
    """Give a command the options that stand above those of a pyproject."""
    for option in reversed(_SETTINGS):
        function = option(function)
    return function


def overrides(given: Mapping[str, Any]) -> Partial:
    """The settings among the options ``given``. Raises `SeedlintError`."""
    from seedlint.needles import CODES

    table = {key.name: _as_written(key.kind, given.get(key.field)) for key in KEYS.values()}
    return parse({name: value for name, value in table.items() if value is not None}, CODES)


def _as_written(kind: Kind, value: Any) -> Any:
    match kind:
        case Kind.SELECTORS | Kind.FAMILIES:
            return None if value is None else value.replace(",", " ").split()
        case Kind.PATTERNS:
            return list(value or ()) or None
        case Kind.FLAG:
            return value or None
        case Kind.FILE:
            return value and os.path.abspath(value)
        case _:
            return value


class Sorted(click.Command):
    """A command whose options stand under ``headings``; those without one come last."""

    def __init__(self, *args: Any, headings: Mapping[str, tuple[str, ...]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.headings = headings

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = {
            max(param.opts, key=len): row
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and (row := param.get_help_record(ctx)) is not None
        }
        named = {name for names in self.headings.values() for name in names}
        rest = tuple(name for name in rows if name not in named)
        width = max(len(names) for names, _ in rows.values())
        for heading, names in {**self.headings, "Other": rest}.items():
            if names:
                with formatter.section(heading):
                    told = (rows[name] for name in names)
                    formatter.write_dl([(option.ljust(width), what) for option, what in told])
